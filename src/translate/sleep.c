/* sleep.c - a load balancer at which nothing changes is forgotten but for its notes and what it
 * looked at; when that changes, all of it is made again. */
#include <stdlib.h>
#include <string.h>

#include "cell_priv.h"

/* ---- what it looked at ----------------------------------------------------------------------- */

uint64_t watch_hash(const char *key)
{
    uint64_t h = 0xcbf29ce484222325U; /* FNV-1a; two keys of one hash wake what need not be woken */
    for (; *key; key++)
        h = (h ^ (unsigned char)*key) * 0x100000001b3U;
    return h;
}

static int compare_hashes(const void *x, const void *y)
{
    const uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

static void add_cell(struct arena *a, watch_hashes *out, struct unit *unit, const struct cell *cell)
{
    cell_hashes(cell, a, out);
    unit->timed = unit->timed || cell->timed;
    unit->until = cell->until < unit->until ? cell->until : unit->until;
    for (size_t i = 0; i < cell->used.len; i++)
        add_cell(a, out, unit, cell->used.items[i]);
}

/* All that its pieces and what they share looked at, sorted, each once. */
static void note_looks(struct unit *unit)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    watch_hashes all = { 0 };
    const struct map_entry *cursor = NULL;
    void *value;
    size_t n = 0;
    unit->timed = false;
    unit->until = INT64_MAX;
    add_cell(&scratch, &all, unit, &unit->cell);
    add_cell(&scratch, &all, unit, &unit->load);
    for (size_t i = 0; i < unit->seats.len; i++)
        add_cell(&scratch, &all, unit, &((struct seat *)unit->seats.items[i])->made->cell);
    while (map_next(&unit->groups, &cursor, &value))
        add_cell(&scratch, &all, unit, &((struct group_cell *)value)->cell);
    qsort(all.items, all.len, sizeof *all.items, compare_hashes); /* its AlbConfig at least */
    for (size_t i = 0; i < all.len; i++)
        if (!i || all.items[i] != all.items[i - 1])
            all.items[n++] = all.items[i];
    unit->looked.items = cell_alloc(n * sizeof *all.items + 1);
    unit->looked.len = n;
    memcpy(unit->looked.items, all.items, n * sizeof *all.items);
}

static bool has_looked(const struct unit *unit, uint64_t hash)
{
    return unit->asleep
           && bsearch(&hash, unit->looked.items, unit->looked.len, sizeof hash, compare_hashes);
}

/* ---- notes ----------------------------------------------------------------------------------- */

static const char *text(struct arena *a, const char *s)
{
    return s ? arena_strdup(a, s) : NULL;
}

static void copy_problems(struct arena *a, const translate_problems *from, translate_problems *to)
{
    for (size_t i = 0; i < from->len; i++) {
        const struct translate_problem *p = &from->items[i];
        *LIST_PUSH(a, to) = (struct translate_problem){
            .kind = text(a, p->kind),
            .ns = text(a, p->ns),
            .name = text(a, p->name),
            .origin = text(a, p->origin),
            .message = text(a, p->message),
        };
    }
}

static void copy_lbs(struct arena *a, const struct translate_out *from, struct translate_out *to)
{
    for (size_t i = 0; i < from->lbs.len; i++) {
        struct translate_lb lb = from->lbs.items[i];
        lb.name = text(a, lb.name);
        lb.reuse_id = text(a, lb.reuse_id);
        lb.origin = text(a, lb.origin);
        lb.confirm = text(a, lb.confirm);
        lb.vpc_id = text(a, lb.vpc_id);
        *LIST_PUSH(a, &to->lbs) = lb;
    }
    for (size_t i = 0; i < from->tombstones.len; i++) {
        const struct translate_tombstone *t = &from->tombstones.items[i];
        *LIST_PUSH(a, &to->tombstones) =
            (struct translate_tombstone){ text(a, t->lb), text(a, t->from) };
    }
}

/* All of an outcome but its rows. */
static void copy_notes(struct arena *a, const struct translate_out *from, struct translate_out *to)
{
    copy_problems(a, &from->problems, &to->problems);
    copy_problems(a, &from->warnings, &to->warnings);
    copy_lbs(a, from, to);
    for (size_t i = 0; i < from->needs.len; i++)
        *LIST_PUSH(a, &to->needs) =
            (struct fact_need){ from->needs.items[i].kind, text(a, from->needs.items[i].key) };
    for (size_t i = 0; i < from->holds.len; i++) {
        const struct translate_hold *h = &from->holds.items[i];
        *LIST_PUSH(a, &to->holds) =
            (struct translate_hold){ text(a, h->lb), text(a, h->listener), text(a, h->owner),
                                     text(a, h->certificate) };
    }
    for (size_t i = 0; i < from->secrets.len; i++)
        *LIST_PUSH(a, &to->secrets) =
            (struct translate_secret){ text(a, from->secrets.items[i].certificate),
                                       from->secrets.items[i].secret };
}

static void keep_notes(struct unit *unit)
{
    struct arena kept = { 0 };
    struct translate_out out = { 0 };
    copy_notes(&kept, &unit->whole, &out);
    arena_done(&unit->rows);
    arena_done(&unit->notes);
    unit->notes = kept;
    unit->whole = out;
}

/* ---- sleeping -------------------------------------------------------------------------------- */

static void sleep_now(struct translator *tr, struct unit *unit)
{
    note_looks(unit);
    keep_notes(unit);
    unit_clear(tr, unit);
    for (size_t i = 0; i < unit->seats.len; i++)
        seat_clear(tr, unit->seats.items[i]);
    unit->asleep = true;
    tr->n_asleep++;
}

void unit_rest(struct translator *tr, struct unit *unit)
{
    sleep_now(tr, unit);
    cells_sweep(tr);
}

void units_lay_down(struct translator *tr)
{
    for (size_t i = 0; i < tr->unit_list.len; i++) {
        struct unit *unit = tr->unit_list.items[i];
        unit->cell.dirty = false;
        unit->asleep = true;
        tr->n_asleep++;
    }
    pointers_done(&tr->dirty[CELL_LB]);
    cells_sweep(tr);
}

static struct unit *used_first(const struct translator *tr)
{
    struct unit *first = NULL;
    for (size_t i = 0; i < tr->unit_list.len; i++) {
        struct unit *unit = tr->unit_list.items[i];
        if (!unit->asleep && (!first || unit->used < first->used))
            first = unit;
    }
    return first;
}

void translator_rest(struct translator *tr, size_t awake)
{
    size_t n = tr->unit_list.len - tr->n_asleep;
    for (struct unit *unit = used_first(tr); unit && n > awake; unit = used_first(tr), n--)
        sleep_now(tr, unit);
    cells_sweep(tr);
}

/* ---- waking ---------------------------------------------------------------------------------- */

void unit_wake(struct translator *tr, struct unit *unit)
{
    if (!unit->asleep)
        return;
    unit->asleep = false;
    tr->n_asleep--;
    cell_free(unit->looked.items);
    unit->looked.items = NULL;
    unit->looked.len = 0;
    for (size_t i = 0; i < unit->seats.len; i++)
        seat_mark(tr, unit->seats.items[i]);
    cell_mark(tr, &unit->cell);
}

void units_wake(struct translator *tr, const char *key)
{
    const uint64_t hash = tr->n_asleep ? watch_hash(key) : 0;
    for (size_t i = 0; tr->n_asleep && i < tr->unit_list.len; i++)
        if (has_looked(tr->unit_list.items[i], hash))
            unit_wake(tr, tr->unit_list.items[i]);
}
