/* slice.c - which EndpointSlices belong to a Service: by their label, kept while objects come
 * and go. */
#include <string.h>

#include "cell_priv.h"

static const char service_label[] = "kubernetes.io/service-name";

/* A slice, where it was when it was last looked at. */
struct slice {
    struct pointers *of; /* the names of all slices of its Service */
    char *service;       /* "<ns>/<service>"                       */
    char name[];
};

static const char *key_of(struct buf *b, const char *ns, const char *name)
{
    buf_reset(b);
    buf_addf(b, "%s/%s", ns, name);
    return buf_str(b);
}

const struct pointers *slices_of(const struct translator *tr, const char *ns, const char *service)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    return map_get(&tr->services, key_of(&b, ns, service));
}

static int compare(const void *item, const void *key)
{
    return strcmp(item, key);
}

static void leave(struct translator *tr, const char *ns, struct slice *s)
{
    pointers_remove(s->of, pointers_place(s->of, s->name, compare));
    watch_mark(tr, "slices", ns, strchr(s->service, '/') + 1);
    if (!s->of->len) {
        pointers_done(s->of);
        cell_free(s->of);
        map_remove(&tr->services, s->service);
    }
    cell_free(s->service);
    cell_free(s);
}

static void enter(struct translator *tr, const char *slice_key, const char *ns, const char *name,
                  const char *service)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const char *key = key_of(&b, ns, service);
    size_t name_size = strlen(name) + 1, key_size = strlen(key) + 1;
    struct slice *s = cell_alloc(sizeof *s + name_size);
    memcpy(s->name, name, name_size);
    s->service = cell_alloc(key_size);
    memcpy(s->service, key, key_size);
    s->of = map_get(&tr->services, key);
    if (!s->of) {
        s->of = cell_alloc(sizeof *s->of);
        map_put(&tr->services, key, s->of);
    }
    pointers_insert(s->of, pointers_place(s->of, name, compare), s->name);
    map_put(&tr->slices, slice_key, s);
    watch_mark(tr, "slices", ns, service);
}

void slice_changed(struct translator *tr, const char *ns, const char *name)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const char *key = key_of(&b, ns, name);
    const struct object *obj = object_set_find(tr->in.objects, OBJECT_ENDPOINT_SLICE, ns, name);
    const char *service = obj ? object_label(obj, service_label) : NULL;
    struct slice *s = map_get(&tr->slices, key);
    if (s && service && !strcmp(strchr(s->service, '/') + 1, service))
        return;
    if (s) {
        map_remove(&tr->slices, key);
        leave(tr, ns, s);
    }
    if (service)
        enter(tr, key, ns, name, service);
}

void slices_free(struct translator *tr)
{
    const struct map_entry *cursor = NULL;
    void *value;
    while (map_next(&tr->slices, &cursor, &value)) {
        struct slice *s = value;
        cell_free(s->service);
        cell_free(s);
    }
    cursor = NULL;
    while (map_next(&tr->services, &cursor, &value)) {
        pointers_done(value);
        cell_free(value);
    }
    map_done(&tr->slices);
    map_done(&tr->services);
}
