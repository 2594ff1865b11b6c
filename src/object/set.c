/* set.c - objects in order, and what could not become one.  Pure. */
#include <stdlib.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"
#include "object_priv.h"
#include "pack_priv.h"

/* Of a Secret alone. */
struct owned_tls {
    struct object_tls tls;
    struct arena arena; /* of its texts */
};

/* An object with what it owns. */
struct owned {
    struct object object;
    struct owned_tls *tls;
    struct object_packed packed; /* last, as its block is behind it, and its origin behind that */
};

void *object_alloc(size_t size)
{
    void *p = calloc(1, size);
    if (!p)
        memory_exhausted();
    return p;
}

void object_free(void *p)
{
    free(p);
}

static void tls_free(struct owned_tls *tls)
{
    if (!tls)
        return;
    secret_done(&tls->tls.key);
    arena_done(&tls->arena);
    free(tls);
}

static void owned_free(struct owned *o)
{
    object_packed_done(&o->packed);
    tls_free(o->tls);
    free(o);
}

void object_set_done(struct object_set *set)
{
    for (size_t i = 0; i < set->objects.len; i++)
        owned_free((void *)set->objects.items[i]);
    object_bodies_free(set->bodies);
    arena_done(&set->index);
    arena_done(&set->arena);
    *set = (struct object_set){ 0 };
}

/* Below, equal or above zero as 'obj' comes before, is, or comes after the key. */
static int compare(const struct object *obj, enum object_kind kind, const char *ns,
                   const char *name)
{
    if (obj->kind != kind)
        return obj->kind < kind ? -1 : 1;
    int by_ns = strcmp(obj->ns, ns);
    return by_ns ? by_ns : strcmp(obj->name, name);
}

/* The place of the first object that does not come before the key. */
static size_t place(const struct object_set *set, enum object_kind kind, const char *ns,
                    const char *name)
{
    size_t low = 0, high = set->objects.len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (compare(set->objects.items[mid], kind, ns, name) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

static struct object key_of(enum object_kind kind, const char *ns, const char *name)
{
    bool namespaced = object_kind_row(kind)->namespaced;
    return (struct object){ .kind = kind, .ns = namespaced ? ns : "", .name = name };
}

static struct object *at(const struct object_set *set, size_t i, const struct object *key)
{
    if (i == set->objects.len || compare(set->objects.items[i], key->kind, key->ns, key->name) != 0)
        return NULL;
    return set->objects.items[i];
}

/* Texts of the input may hold anything; what people are shown holds no control characters. */
static const char *shown(struct arena *a, const char *text)
{
    char *copy = arena_strdup(a, text);
    for (char *s = copy; *s; s++)
        if ((unsigned char)*s < 0x20 || *s == 0x7f)
            *s = '?';
    return copy;
}

void object_set_problem(struct object_set *set, const char *origin, const char *msg)
{
    *LIST_PUSH(&set->arena, &set->problems) = (struct object_problem){
        .origin = shown(&set->arena, origin),
        .msg = shown(&set->arena, msg),
    };
    set->incomplete = true;
}

/* Room for one more; arrays that were outgrown are freed. */
static void make_room(struct object_set *set)
{
    struct arena larger = { 0 };
    size_t len = set->objects.len;
    if (len < set->capacity)
        return;
    set->capacity = len ? 2 * len : 1;
    struct object **items = arena_array(&larger, set->capacity, sizeof(struct object *));
    if (len)
        memcpy(items, set->objects.items, len * sizeof(struct object *));
    arena_done(&set->index);
    set->index = larger;
    set->objects.items = items;
}

/* Puts 'o' at its place, or says which object is there already. */
static bool insert(struct object_set *set, struct owned *o, struct error *err)
{
    const struct object *key = &o->object;
    size_t i = place(set, key->kind, key->ns, key->name);
    const struct object *there = at(set, i, key);
    if (there)
        return error_set(err, ERROR_CONFLICT, "%s %s%s%s is in %s already; keep one of them",
                         object_kind_name(key->kind), key->ns, *key->ns ? "/" : "", key->name,
                         there->origin);
    make_room(set);
    struct object **items = set->objects.items;
    memmove(items + i + 1, items + i, (set->objects.len++ - i) * sizeof(struct object *));
    items[i] = &o->object;
    return true;
}

/* ---- adding ---------------------------------------------------------------------------------- */

/* A text of the document, as it is in the block. */
static const char *text_of(const struct owned *o, const char *name)
{
    return pack_text(object_packed_block(&o->packed), (const char *[]){ "metadata", name, NULL });
}

/* What was read of 'tree', which can go then. */
static struct owned *owned_new(struct object_set *set, const cJSON *tree, const struct object *read,
                               const char *origin)
{
    struct buf block CLEANUP(buf_done) = { 0 };
    const size_t size = strlen(origin) + 1;
    pack_write(&block, tree);
    struct owned *o = object_alloc(sizeof *o + block.len + size);
    char *texts = object_packed_init(&o->packed, &set->bodies, &block);
    o->object = *read;
    o->object.body = NULL;
    o->object.packed = &o->packed;
    o->object.origin = memcpy(texts + block.len, origin, size);
    o->object.name = text_of(o, "name");
    const char *ns = text_of(o, "namespace");
    if (*read->ns && ns && !strcmp(ns, read->ns)) /* else it is static: "", "default" */
        o->object.ns = ns;
    return o;
}

/* NULL, and a problem of the set, when the document is not sound; it may lose members. */
static struct owned *read_document(struct object_set *set, cJSON *tree, enum object_kind kind,
                                   const char *origin)
{
    struct owned_tls *tls = NULL;
    struct object read;
    struct error err;
    if (kind == OBJECT_SECRET) {
        tls = object_alloc(sizeof *tls);
        object_secret_take(&tls->arena, tree, &tls->tls);
    }
    if (!object_read(tree, kind, &read, &err)) {
        object_set_problem(set, origin, err.msg);
        tls_free(tls);
        return NULL;
    }
    struct owned *o = owned_new(set, tree, &read, origin);
    o->tls = tls;
    o->object.tls = tls ? &tls->tls : NULL;
    return o;
}

/* Has it anything that is kept? */
static bool is_kept(enum object_kind kind, cJSON *body)
{
    return kind != OBJECT_UNSET && (kind != OBJECT_CONFIG_MAP || object_config_map_take(body));
}

/* Removes the object that had something, and now has not. */
static void forget(struct object_set *set, enum object_kind kind, const cJSON *body)
{
    const cJSON *meta = json_get(body, "metadata");
    const char *ns = json_str(meta, "namespace"), *name = json_str(meta, "name");
    if (kind != OBJECT_UNSET && name)
        (void)object_set_remove(set, kind, ns && *ns ? ns : "default", name);
}

enum how { ADD, ADD_STORED, REPLACE };

static void add(struct object_set *set, cJSON *body, const char *origin, enum how how)
{
    const bool replace = how == REPLACE;
    cJSON *tree CLEANUP(json_done) = body;
    enum object_kind kind = OBJECT_UNSET;
    struct error err;
    if (!object_identify(tree, &kind, &err)) {
        object_set_problem(set, origin, err.msg);
        return;
    }
    if (!is_kept(kind, tree)) {
        if (replace)
            forget(set, kind, tree);
        set->ignored++;
        return;
    }
    struct owned *o = read_document(set, tree, kind, origin);
    if (o)
        o->object.stored = how == ADD_STORED;
    if (o && replace)
        (void)object_set_remove(set, kind, o->object.ns, o->object.name);
    if (!o || insert(set, o, &err))
        return;
    object_set_problem(set, origin, err.msg);
    owned_free(o);
}

void object_set_add(struct object_set *set, cJSON *body, const char *origin)
{
    add(set, body, origin, ADD);
}

void object_set_add_stored(struct object_set *set, cJSON *body, const char *origin)
{
    add(set, body, origin, ADD_STORED);
}

void object_set_replace(struct object_set *set, cJSON *body, const char *origin)
{
    add(set, body, origin, REPLACE);
}

bool object_set_remove(struct object_set *set, enum object_kind kind, const char *ns,
                       const char *name)
{
    const struct object key = key_of(kind, ns, name);
    size_t i = place(set, key.kind, key.ns, key.name);
    struct object *obj = at(set, i, &key);
    if (!obj)
        return false;
    struct object **items = set->objects.items;
    memmove(items + i, items + i + 1, (--set->objects.len - i) * sizeof(struct object *));
    owned_free((void *)obj);
    return true;
}

const struct object *object_set_find(const struct object_set *set, enum object_kind kind,
                                     const char *ns, const char *name)
{
    const struct object key = key_of(kind, ns, name);
    return at(set, place(set, key.kind, key.ns, key.name), &key);
}

struct object *const *object_set_kind(const struct object_set *set, enum object_kind kind,
                                      size_t *n)
{
    size_t i = place(set, kind, "", "");
    *n = (int)kind + 1 < KIND_END ? place(set, kind + 1, "", "") - i : set->objects.len - i;
    return *n ? set->objects.items + i : NULL;
}
