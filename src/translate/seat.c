/* seat.c - an Ingress and its place: which load balancer it belongs to, and what it reads as. */
#include <string.h>

#include "alb-agent/json.h"
#include "cell_priv.h"
#include "secret_priv.h"

static int compare(const void *item, const void *key)
{
    const struct seat *a = item, *b = key;
    int c = strcmp(a->ns, b->ns);
    return c ? c : strcmp(a->name, b->name);
}

size_t seat_place(const struct pointers *list, const struct seat *seat)
{
    return pointers_place(list, seat, compare);
}

static void leave(struct translator *tr, struct seat *seat)
{
    if (seat->stray) {
        pointers_remove(&tr->strays, seat_place(&tr->strays, seat));
        tr->strays_touched = true;
    }
    seat->stray = false;
    if (!seat->unit)
        return;
    pointers_remove(&seat->unit->seats, seat_place(&seat->unit->seats, seat));
    cell_mark(tr, &seat->unit->cell);
    seat->unit = NULL;
}

static void enter(struct translator *tr, struct seat *seat, const char *target)
{
    seat->unit = unit_get(tr, target);
    unit_wake(tr, seat->unit);
    pointers_insert(&seat->unit->seats, seat_place(&seat->unit->seats, seat), seat);
    cell_mark(tr, &seat->unit->cell);
}

/* Without an AlbConfig it is nobody's, or, with notes, a stray. */
static void read_object_of(struct translator *tr, struct tr *t, struct seat *seat,
                           struct class_unknown *unknown)
{
    struct subject s = { .t = t, .obj = seat->obj };
    const char *target = class_target(&s, unknown);
    if (target) {
        enter(tr, seat, target);
        if (tr->placing)
            return;
        s.obj = nginx_read(&s);
        struct ingress *ing = ingress_read(&s);
        ing->read = ++tr->reads;
        *(ing->left_out ? &seat->broken : &seat->ing) = ing;
        if (ing->left_out)
            secrets_hold(t, seat->unit->lb, ing);
    }
    if (s.n_problems)
        hold(t, NULL, NULL, subject_name(t->a, seat->obj));
    if (!target && t->out->problems.len + t->out->warnings.len) {
        pointers_insert(&tr->strays, seat_place(&tr->strays, seat), seat);
        seat->stray = true;
        tr->strays_touched = true;
    }
}

static void forget(struct seat *seat)
{
    if (seat->ing)
        ingress_done(seat->ing);
    if (seat->broken)
        ingress_done(seat->broken);
    seat->ing = seat->broken = NULL;
    seat->obj = NULL;
}

void seat_hold(struct translator *tr, struct seat *seat, bool held)
{
    if (seat->held == held)
        return;
    seat->held = held;
    tr->strays_touched = true;
    if (held) {
        pointers_insert(&tr->held, seat_place(&tr->held, seat), seat);
        return;
    }
    pointers_remove(&tr->held, seat_place(&tr->held, seat));
    *LIST_PUSH(&tr->changed_arena, &tr->released) =
        arena_fmt(&tr->changed_arena, "%s %s", object_kind_name(OBJECT_INGRESS), seat->key);
}

void seat_clear(struct translator *tr, struct seat *seat)
{
    forget(seat);
    cell_clear(tr, &seat->cell);
}

void seat_free(struct translator *tr, struct seat *seat)
{
    seat_clear(tr, seat);
    cell_free(seat);
}

void seat_run(struct translator *tr, struct seat *seat)
{
    leave(tr, seat);
    forget(seat);
    struct tr t = cell_begin(tr, &seat->cell);
    const struct object *obj = look(&t, OBJECT_INGRESS, seat->ns, seat->name);
    struct class_unknown unknown = { 0 };
    if (obj && !object_is_going(obj)) {
        seat->obj = obj;
        read_object_of(tr, &t, seat, &unknown);
    }
    passed_set(tr, seat, &unknown);
    cell_end(&t);
    if (tr->placing && seat->unit)
        seat_clear(tr, seat);
    if (!seat->unit)
        seat_hold(tr, seat, seat->cell.out.holds.len);
    if (obj)
        return;
    map_remove(&tr->seats, seat->key);
    seat_free(tr, seat);
}

void seat_changed(struct translator *tr, const char *ns, const char *name)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "%s/%s", ns, name);
    struct seat *seat = map_get(&tr->seats, buf_str(&b));
    if (!seat) {
        size_t ns_len = strlen(ns), size = ns_len + 1 + strlen(name) + 1;
        seat = cell_alloc(sizeof *seat + 2 * size);
        seat->cell.kind = CELL_INGRESS;
        seat->cell.until = INT64_MAX;
        memcpy(seat->key, buf_str(&b), size);
        seat->ns = memcpy(seat->key + size, seat->key, ns_len);
        seat->name = seat->key + ns_len + 1;
        map_put(&tr->seats, seat->key, seat);
    }
    if (seat->unit)
        unit_wake(tr, seat->unit);
    cell_mark(tr, &seat->cell);
}
