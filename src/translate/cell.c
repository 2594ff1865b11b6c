/* cell.c - running the pieces of a translation, and noting what they look at: a watch for each
 * key, and an edge between it and each cell that looked there. */
#include "cell_priv.h"

#include <stdlib.h>
#include <string.h>

/* Between a watch and a cell: in the list of the one and of the other. */
struct edge {
    struct watch *watch;
    struct cell *cell;
    struct edge *prev, *next; /* of the watch */
    struct edge *more;        /* of the cell  */
};

void *cell_alloc(size_t size)
{
    void *p = calloc(1, size);
    if (!p)
        memory_exhausted();
    return p;
}

void cell_free(void *p)
{
    free(p);
}

/* ---- pointers ------------------------------------------------------------------------------ */

void pointers_insert(struct pointers *p, size_t at, void *item)
{
    if (p->len == p->cap) {
        p->cap = p->len ? 2 * p->len : 1;
        void **items = cell_alloc(p->cap * sizeof(void *));
        if (p->len)
            memcpy(items, p->items, p->len * sizeof(void *));
        cell_free(p->items);
        p->items = items;
    }
    memmove(p->items + at + 1, p->items + at, (p->len++ - at) * sizeof(void *));
    p->items[at] = item;
}

void pointers_add(struct pointers *p, void *item)
{
    pointers_insert(p, p->len, item);
}

void pointers_remove(struct pointers *p, size_t at)
{
    memmove(p->items + at, p->items + at + 1, (--p->len - at) * sizeof(void *));
}

size_t pointers_place(const struct pointers *p, const void *key,
                      int (*compare)(const void *item, const void *key))
{
    size_t low = 0, high = p->len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (compare(p->items[mid], key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

void pointers_done(struct pointers *p)
{
    cell_free(p->items);
    *p = (struct pointers){ 0 };
}

/* ---- watches ------------------------------------------------------------------------------- */

static const char *key_of(struct translator *tr, const char *kind, const char *ns, const char *name)
{
    buf_reset(&tr->key);
    buf_adds(&tr->key, kind);
    buf_addc(&tr->key, '\n');
    buf_adds(&tr->key, ns);
    buf_addc(&tr->key, '/');
    buf_adds(&tr->key, name);
    return buf_str(&tr->key);
}

static struct watch *watch_get(struct translator *tr, const char *key)
{
    struct watch *w = map_get(&tr->watches, key);
    if (w)
        return w;
    size_t size = strlen(key) + 1;
    w = cell_alloc(sizeof *w + size);
    memcpy(w->key, key, size);
    map_put(&tr->watches, key, w);
    return w;
}

/* The newest edge comes first, so one look after the other at the same key makes one edge. */
static void link_cell(struct watch *w, struct cell *cell)
{
    if (w->cells && w->cells->cell == cell)
        return;
    struct edge *e = arena_alloc(cell->a, sizeof *e);
    *e = (struct edge){ .watch = w, .cell = cell, .next = w->cells, .more = cell->edges };
    if (e->next)
        e->next->prev = e;
    w->cells = e;
    cell->edges = e;
}

static void unlink_cell(struct translator *tr, struct cell *cell)
{
    for (struct edge *e = cell->edges; e; e = e->more) {
        struct watch *w = e->watch;
        if (e->prev)
            e->prev->next = e->next;
        else
            w->cells = e->next;
        if (e->next)
            e->next->prev = e->prev;
        if (!w->cells && !w->idle) {
            w->idle = true;
            pointers_add(&tr->idle, w);
        }
    }
    cell->edges = NULL;
}

static void watch_note(const struct tr *t, const char *kind, const char *ns, const char *name)
{
    t->all->lookups++;
    if (!t->all->once)
        link_cell(watch_get(t->all, key_of(t->all, kind, ns, name)), t->cell);
}

static void mark_watchers(struct translator *tr, const struct watch *w)
{
    for (const struct edge *e = w->cells; e; e = e->next)
        cell_mark(tr, e->cell);
}

void watch_mark(struct translator *tr, const char *kind, const char *ns, const char *name)
{
    const char *key = key_of(tr, kind, ns, name);
    const struct watch *w = map_get(&tr->watches, key);
    units_wake(tr, key);
    if (w)
        mark_watchers(tr, w);
}

void cell_hashes(const struct cell *cell, struct arena *a, watch_hashes *out)
{
    for (const struct edge *e = cell->edges; e; e = e->more)
        *LIST_PUSH(a, out) = watch_hash(e->watch->key);
}

/* ---- the door ------------------------------------------------------------------------------ */

const struct object *look(const struct tr *t, enum object_kind kind, const char *ns,
                          const char *name)
{
    watch_note(t, object_kind_name(kind), ns, name);
    return object_set_find(t->in->objects, kind, ns, name);
}

struct object *const *look_all(const struct tr *t, enum object_kind kind, size_t *n)
{
    watch_note(t, object_kind_name(kind), "", "");
    return object_set_kind(t->in->objects, kind, n);
}

const struct fact *look_fact(const struct tr *t, enum fact_kind kind, const char *key)
{
    watch_note(t, "fact", fact_kind_name(kind), key);
    return fact_find(t->in->facts, kind, key);
}

const char *look_fact_value(const struct tr *t, enum fact_kind kind, const char *key)
{
    watch_note(t, "fact", fact_kind_name(kind), key);
    return fact_value(t->in->facts, kind, key);
}

object_list look_slices(const struct tr *t, const char *ns, const char *service)
{
    object_list out = { 0 };
    watch_note(t, "slices", ns, service);
    size_t n;
    void *const *slices = slices_of(t->all, ns, service, &n);
    for (size_t i = 0; i < n; i++) {
        const struct object *slice = look(t, OBJECT_ENDPOINT_SLICE, ns, slice_name(slices[i]));
        if (slice)
            *LIST_PUSH(t->a, &out) = slice;
    }
    return out;
}

void look_until(const struct tr *t, int64_t ms)
{
    t->cell->timed = true;
    if (ms > t->in->now_ms && ms < t->cell->until)
        t->cell->until = ms;
}

/* ---- running ------------------------------------------------------------------------------- */

void cell_mark(struct translator *tr, struct cell *cell)
{
    if (cell->kind == CELL_INGRESS) {
        seat_mark(tr, ((struct seat_cell *)cell)->seat);
        return;
    }
    if (cell->dirty)
        return;
    cell->dirty = true;
    if (cell->kind > CELL_SERVICE)
        pointers_add(&tr->dirty[cell->kind], cell);
    else /* it runs when it is asked for */
        mark_watchers(tr, ((struct shared *)cell)->watch);
}

void cell_clear(struct translator *tr, struct cell *cell)
{
    unlink_cell(tr, cell);
    arena_done(&cell->own);
    cell->out = (struct translate_out){ 0 };
    cell->used.items = NULL;
    cell->used.len = 0;
    cell->until = INT64_MAX;
    cell->timed = false;
}

struct tr cell_begin(struct translator *tr, struct cell *cell)
{
    cell_clear(tr, cell);
    cell->a = tr->once ? tr->once : &cell->own;
    cell->dirty = false;
    tr->runs[cell->kind]++;
    return (struct tr){ .a = cell->a, .in = &tr->in, .out = &cell->out, .all = tr, .cell = cell };
}

void cell_end(struct tr *t)
{
    if (t->cell->until < t->all->until)
        t->all->until = t->cell->until;
    map_done(&t->noted);
    map_done(&t->groups);
    map_done(&t->services);
    map_done(&t->secrets);
}

const void *cell_share(struct tr *t, enum cell_kind kind, const char *ns, const char *name,
                       cell_load *load)
{
    static const char *const kinds[] = { [CELL_SECRET] = "secret", [CELL_SERVICE] = "service" };
    struct translator *tr = t->all;
    struct watch *w = watch_get(tr, key_of(tr, kinds[kind], ns, name));
    if (!tr->once)
        link_cell(w, t->cell);
    if (!w->shared) {
        w->shared = cell_alloc(sizeof *w->shared);
        w->shared->watch = w;
        w->shared->cell.kind = kind;
        w->shared->cell.dirty = true;
    }
    struct shared *shared = w->shared;
    if (shared->cell.dirty) {
        struct tr inner = cell_begin(tr, &shared->cell);
        shared->value = load(&inner, ns, name);
        cell_end(&inner);
    }
    *LIST_PUSH(t->a, &t->cell->used) = &shared->cell;
    return shared->value;
}

static void watch_free(struct translator *tr, struct watch *w)
{
    if (w->shared) {
        cell_clear(tr, &w->shared->cell);
        free(w->shared);
    }
    map_remove(&tr->watches, w->key);
    free(w);
}

void cells_sweep(struct translator *tr)
{
    for (size_t i = 0; i < tr->idle.len; i++) { /* grows on the way */
        struct watch *w = tr->idle.items[i];
        w->idle = false;
        if (!w->cells)
            watch_free(tr, w);
    }
    pointers_done(&tr->idle);
}

void watches_free(struct translator *tr)
{
    const struct map_entry *cursor = NULL;
    void *value;
    while (map_next(&tr->watches, &cursor, &value)) {
        struct watch *w = value;
        if (w->shared)
            arena_done(&w->shared->cell.own);
        free(w->shared);
        free(w);
    }
    map_done(&tr->watches);
    pointers_done(&tr->idle);
}
