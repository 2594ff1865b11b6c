/* slice.c - which EndpointSlices belong to a Service: by their label, kept while objects come
 * and go. */
#include <string.h>

#include "cell_priv.h"

static const char service_label[] = "kubernetes.io/service-name";

/* A slice, where it was when it was last looked at.  There are many, so all of one is in one piece.
 */
struct slice {
    uint32_t name_at, service_at; /* in 'ns' */
    char ns[];                    /* and behind it the names of the slice and of its Service */
};

static const char *name_of(const struct slice *s)
{
    return s->ns + s->name_at;
}

static const char *service_of(const struct slice *s)
{
    return s->ns + s->service_at;
}

const char *slice_name(const void *slice)
{
    return name_of(slice);
}

struct slice_key {
    const char *ns, *service, *name;
};

static int compare_names(const void *item, const void *key)
{
    const struct slice *s = item;
    const struct slice_key *k = key;
    int c = strcmp(s->ns, k->ns);
    return c ? c : strcmp(name_of(s), k->name);
}

/* By Service; without a name the first of it. */
static int compare_services(const void *item, const void *key)
{
    const struct slice *s = item;
    const struct slice_key *k = key;
    int c = strcmp(s->ns, k->ns);
    if (!c)
        c = strcmp(service_of(s), k->service);
    return c ? c : strcmp(name_of(s), k->name);
}

void *const *slices_of(const struct translator *tr, const char *ns, const char *service, size_t *n)
{
    const struct slice_key key = { ns, service, "" };
    const size_t first = pointers_place(&tr->served, &key, compare_services);
    size_t end = first;
    for (; end < tr->served.len; end++) {
        const struct slice *s = tr->served.items[end];
        if (strcmp(s->ns, ns) != 0 || strcmp(service_of(s), service) != 0)
            break;
    }
    *n = end - first;
    return *n ? &tr->served.items[first] : NULL;
}

static struct slice *find(const struct translator *tr, const char *ns, const char *name)
{
    const struct slice_key key = { ns, NULL, name };
    const size_t at = pointers_place(&tr->slices, &key, compare_names);
    return at < tr->slices.len && !compare_names(tr->slices.items[at], &key) ? tr->slices.items[at]
                                                                             : NULL;
}

static struct slice_key key_of(const struct slice *s)
{
    return (struct slice_key){ s->ns, service_of(s), name_of(s) };
}

static void leave(struct translator *tr, struct slice *s)
{
    const struct slice_key key = key_of(s);
    pointers_remove(&tr->slices, pointers_place(&tr->slices, &key, compare_names));
    pointers_remove(&tr->served, pointers_place(&tr->served, &key, compare_services));
    watch_mark(tr, "slices", s->ns, service_of(s));
    cell_free(s);
}

static void enter(struct translator *tr, const char *ns, const char *name, const char *service)
{
    const size_t ns_size = strlen(ns) + 1, name_size = strlen(name) + 1;
    struct slice *s = cell_alloc(sizeof *s + ns_size + name_size + strlen(service) + 1);
    s->name_at = (uint32_t)ns_size;
    s->service_at = (uint32_t)(ns_size + name_size);
    memcpy(s->ns, ns, ns_size);
    memcpy(s->ns + s->name_at, name, name_size);
    memcpy(s->ns + s->service_at, service, strlen(service) + 1);
    const struct slice_key key = key_of(s);
    pointers_insert(&tr->slices, pointers_place(&tr->slices, &key, compare_names), s);
    pointers_insert(&tr->served, pointers_place(&tr->served, &key, compare_services), s);
    watch_mark(tr, "slices", ns, service);
}

void slice_changed(struct translator *tr, const char *ns, const char *name)
{
    const struct object *obj = object_set_find(tr->in.objects, OBJECT_ENDPOINT_SLICE, ns, name);
    const char *service = obj ? object_label(obj, service_label) : NULL;
    struct slice *s = find(tr, ns, name);
    if (s && service && !strcmp(service_of(s), service))
        return;
    if (s)
        leave(tr, s);
    if (service)
        enter(tr, ns, name, service);
}

void slices_free(struct translator *tr)
{
    for (size_t i = 0; i < tr->slices.len; i++)
        cell_free(tr->slices.items[i]);
    pointers_done(&tr->slices);
    pointers_done(&tr->served);
}
