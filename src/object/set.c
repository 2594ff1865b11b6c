/* set.c - objects in order, and what could not become one.  Pure. */
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "object_priv.h"

/* An object with the tree it owns; users see the tree as const. */
struct owned {
    struct object object;
    struct object_tls tls;
    cJSON *tree;
};

void object_set_done(struct object_set *set)
{
    for (size_t i = 0; i < set->objects.len; i++) {
        struct owned *o = (void *)set->objects.items[i];
        secret_done(&o->tls.key);
        cJSON_Delete(o->tree);
    }
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
    *LIST_PUSH(&set->arena, &set->objects) = NULL;
    struct object **items = set->objects.items;
    memmove(items + i + 1, items + i, (set->objects.len - 1 - i) * sizeof *items);
    items[i] = &o->object;
    return true;
}

void object_set_add(struct object_set *set, cJSON *body, const char *origin)
{
    cJSON *tree CLEANUP(json_done) = body;
    enum object_kind kind = OBJECT_UNSET;
    struct error err = { 0 };
    struct object object = { 0 };
    if (!object_identify(tree, &kind, &err)) {
        object_set_problem(set, origin, err.msg);
        return;
    }
    if (kind == OBJECT_UNSET) {
        set->ignored++;
        return;
    }
    struct owned *o = arena_alloc(&set->arena, sizeof *o);
    if (kind == OBJECT_SECRET)
        object_secret_take(&set->arena, tree, &o->tls);
    if (object_read(&set->arena, tree, kind, &object, &err)) {
        object.origin = arena_strdup(&set->arena, origin);
        object.tls = kind == OBJECT_SECRET ? &o->tls : NULL;
        o->object = object;
        o->tree = tree;
        if (insert(set, o, &err)) {
            tree = NULL;
            return;
        }
    }
    secret_done(&o->tls.key);
    object_set_problem(set, origin, err.msg);
}

const struct object *object_set_find(const struct object_set *set, enum object_kind kind,
                                     const char *ns, const char *name)
{
    bool namespaced = object_kind_row(kind)->namespaced;
    const struct object key = { .kind = kind, .ns = namespaced ? ns : "", .name = name };
    return at(set, place(set, key.kind, key.ns, key.name), &key);
}

struct object *const *object_set_kind(const struct object_set *set, enum object_kind kind,
                                      size_t *n)
{
    size_t i = place(set, kind, "", "");
    *n = 0;
    while (i + *n < set->objects.len && set->objects.items[i + *n]->kind == kind)
        ++*n;
    return *n ? set->objects.items + i : NULL;
}
