/* body.c - the documents of the objects of a set: packed, and as trees while they are looked at. */
#include <string.h>

#include "alb-agent/json.h"
#include "object_priv.h"
#include "pack_priv.h"

struct object_bodies {
    struct arena trees;
    struct object_packed **open; /* those that have one */
    size_t n_open, capacity;
};

/* ---- trees that are there -------------------------------------------------------------------- */

static void note_open(struct object_packed *p)
{
    struct object_bodies *all = p->all;
    if (all->n_open == all->capacity) {
        const size_t capacity = all->capacity ? 2 * all->capacity : 16;
        struct object_packed **grown = object_alloc(capacity * sizeof(struct object_packed *));
        if (all->n_open)
            memcpy(grown, all->open, all->n_open * sizeof(struct object_packed *));
        object_free(all->open);
        all->open = grown;
        all->capacity = capacity;
    }
    all->open[all->n_open++] = p;
}

static void fold_all(struct object_bodies *all)
{
    for (size_t i = 0; i < all->n_open; i++)
        all->open[i]->tree = NULL;
    object_free(all->open);
    arena_done(&all->trees);
    *all = (struct object_bodies){ 0 };
}

void object_bodies_free(struct object_bodies *all)
{
    if (all)
        fold_all(all);
    object_free(all);
}

const void *object_packed_block(const struct object_packed *p)
{
    return p + 1;
}

char *object_packed_init(struct object_packed *p, struct object_bodies **all,
                         const struct buf *block)
{
    if (!*all)
        *all = object_alloc(sizeof **all);
    *p = (struct object_packed){ .all = *all, .size = block->len };
    return memcpy(p + 1, block->data, block->len);
}

void object_packed_done(struct object_packed *p)
{
    struct object_bodies *all = p->all;
    if (!p->tree)
        return;
    for (size_t i = 0; i < all->n_open; i++)
        if (all->open[i] == p)
            all->open[i] = all->open[--all->n_open];
    p->tree = NULL;
}

void object_set_fold(const struct object_set *set)
{
    if (set->bodies)
        fold_all(set->bodies);
}

size_t object_set_unfolded(const struct object_set *set)
{
    return set->bodies ? set->bodies->n_open : 0;
}

/* ---- documents ------------------------------------------------------------------------------- */

/* The block, unless there is a tree of somebody else's. */
static const void *block_of(const struct object *obj)
{
    return obj->packed && !obj->body ? object_packed_block(obj->packed) : NULL;
}

const cJSON *object_body(const struct object *obj)
{
    struct object_packed *p = obj->packed;
    if (!block_of(obj))
        return obj->body;
    if (!p->tree) {
        p->tree = pack_tree(&p->all->trees, object_packed_block(p));
        note_open(p);
    }
    return p->tree;
}

cJSON *object_tree(const struct object *obj)
{
    const void *block = block_of(obj);
    return block ? pack_read(block) : cJSON_Duplicate(obj->body, true);
}

const char *object_text(struct arena *a, const struct object *obj)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const void *block = block_of(obj);
    return json_canonical(a, block ? pack_tree(&scratch, block) : obj->body);
}

bool object_is_same(const struct object *x, const struct object *y)
{
    const struct object_packed *a = x->packed, *b = y->packed;
    if (a && b && a->size == b->size
        && !memcmp(object_packed_block(a), object_packed_block(b), a->size))
        return true;
    cJSON *one CLEANUP(json_done) = object_tree(x);
    cJSON *other CLEANUP(json_done) = object_tree(y);
    return cJSON_Compare(one, other, true);
}

/* ---- what is asked often: from the block ------------------------------------------------------
 */

static const char *metadata_text(const struct object *obj, const char *group, const char *key)
{
    const void *block = block_of(obj);
    return block ? pack_text(block, (const char *[]){ "metadata", group, key, NULL })
                 : json_str(json_get(json_get(obj->body, "metadata"), group), key);
}

static const char *own_text(const struct object *obj, const char *name)
{
    const void *block = block_of(obj);
    return block ? pack_text(block, (const char *[]){ "metadata", name, NULL })
                 : json_str(json_get(obj->body, "metadata"), name);
}

const char *object_uid(const struct object *obj)
{
    return own_text(obj, "uid");
}

const char *object_resource_version(const struct object *obj)
{
    return own_text(obj, "resourceVersion");
}

int64_t object_generation(const struct object *obj)
{
    const void *block = block_of(obj);
    return block ? pack_int(block, (const char *[]){ "metadata", "generation", NULL })
                 : json_int(json_get(obj->body, "metadata"), "generation", 0);
}

const char *object_api_version(const struct object *obj)
{
    const void *block = block_of(obj);
    return block ? pack_text(block, (const char *[]){ "apiVersion", NULL })
                 : json_str(obj->body, "apiVersion");
}

const char *object_annotation(const struct object *obj, const char *key)
{
    return metadata_text(obj, "annotations", key);
}

const char *object_label(const struct object *obj, const char *key)
{
    return metadata_text(obj, "labels", key);
}

const char *object_script(const struct object *obj)
{
    const void *block = block_of(obj);
    return block ? pack_text(block, (const char *[]){ "data", OBJECT_SCRIPT, NULL })
                 : json_str(json_get(obj->body, "data"), OBJECT_SCRIPT);
}

bool object_is_going(const struct object *obj)
{
    const void *block = block_of(obj);
    return block ? pack_has(block, (const char *[]){ "metadata", "deletionTimestamp", NULL })
                 : json_at(obj->body, "metadata.deletionTimestamp") != NULL;
}
