/* seat.c - an Ingress and its place: which load balancer it belongs to, and what it reads as. */
#include <string.h>

#include "alb-agent/json.h"
#include "cell_priv.h"
#include "secret_priv.h"

const char *seat_name(const struct seat *seat)
{
    return seat->key + seat->name_at;
}

const char *seat_ns(const struct seat *seat)
{
    return seat_name(seat) + strlen(seat_name(seat)) + 1;
}

struct seat_key {
    const char *ns, *name;
};

static int compare(const void *item, const void *key)
{
    const struct seat *seat = item;
    const struct seat_key *k = key;
    int c = strcmp(seat_ns(seat), k->ns);
    return c ? c : strcmp(seat_name(seat), k->name);
}

static size_t place(const struct pointers *list, const char *ns, const char *name)
{
    return pointers_place(list, &(struct seat_key){ ns, name }, compare);
}

size_t seat_place(const struct pointers *list, const struct seat *seat)
{
    return place(list, seat_ns(seat), seat_name(seat));
}

struct seat *seat_find(const struct translator *tr, const char *ns, const char *name)
{
    const size_t at = place(&tr->seats, ns, name);
    return at < tr->seats.len && !compare(tr->seats.items[at], &(struct seat_key){ ns, name })
               ? tr->seats.items[at]
               : NULL;
}

void seat_mark(struct translator *tr, struct seat *seat)
{
    if (seat->dirty)
        return;
    seat->dirty = true;
    if (seat->made)
        seat->made->cell.dirty = true;
    pointers_add(&tr->dirty[CELL_INGRESS], seat);
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
    struct subject s = { .t = t, .obj = seat->made->obj };
    const char *target = class_target(&s, unknown);
    if (target) {
        enter(tr, seat, target);
        if (tr->placing)
            return;
        s.obj = nginx_read(&s);
        struct ingress *ing = ingress_read(&s);
        ing->read = ++tr->reads;
        *(ing->left_out ? &seat->made->broken : &seat->made->ing) = ing;
        if (ing->left_out)
            secrets_hold(t, seat->unit->lb, ing);
    }
    if (s.n_problems)
        hold(t, NULL, NULL, subject_name(t->a, seat->made->obj));
    if (!target && t->out->problems.len + t->out->warnings.len) {
        pointers_insert(&tr->strays, seat_place(&tr->strays, seat), seat);
        seat->stray = true;
        tr->strays_touched = true;
    }
}

static void forget(struct seat_cell *made)
{
    if (made->ing)
        ingress_done(made->ing);
    if (made->broken)
        ingress_done(made->broken);
    made->ing = made->broken = NULL;
    made->obj = NULL;
}

/* What it is read into. */
static struct seat_cell *begin(struct seat *seat)
{
    if (!seat->made) {
        seat->made = cell_alloc(sizeof *seat->made);
        seat->made->cell.kind = CELL_INGRESS;
        seat->made->cell.until = INT64_MAX;
        seat->made->seat = seat;
    }
    forget(seat->made);
    return seat->made;
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
    if (!seat->made)
        return;
    forget(seat->made);
    cell_clear(tr, &seat->made->cell);
    cell_free(seat->made);
    seat->made = NULL;
}

void seat_free(struct translator *tr, struct seat *seat)
{
    seat_clear(tr, seat);
    cell_free(seat);
}

void seat_run(struct translator *tr, struct seat *seat)
{
    leave(tr, seat);
    seat->dirty = false;
    struct seat_cell *made = begin(seat);
    struct tr t = cell_begin(tr, &made->cell);
    const struct object *obj = look(&t, OBJECT_INGRESS, seat_ns(seat), seat_name(seat));
    struct class_unknown unknown = { 0 };
    if (obj && !object_is_going(obj)) {
        made->obj = obj;
        read_object_of(tr, &t, seat, &unknown);
    }
    passed_set(tr, seat, &unknown);
    cell_end(&t);
    if (tr->placing && seat->unit)
        seat_clear(tr, seat);
    if (!seat->unit)
        seat_hold(tr, seat, made->cell.out.holds.len);
    if (obj)
        return;
    pointers_remove(&tr->seats, seat_place(&tr->seats, seat));
    seat_free(tr, seat);
}

static struct seat *seat_new(const char *ns, const char *name)
{
    const size_t ns_len = strlen(ns), name_len = strlen(name);
    struct seat *seat = cell_alloc(sizeof *seat + 2 * ns_len + name_len + 3);
    seat->name_at = (uint32_t)ns_len + 1;
    memcpy(seat->key, ns, ns_len);
    seat->key[ns_len] = '/';
    memcpy(seat->key + ns_len + 1, name, name_len + 1);
    memcpy(seat->key + ns_len + 1 + name_len + 1, ns, ns_len + 1);
    return seat;
}

void seat_changed(struct translator *tr, const char *ns, const char *name)
{
    struct seat *seat = seat_find(tr, ns, name);
    if (!seat) {
        seat = seat_new(ns, name);
        pointers_insert(&tr->seats, seat_place(&tr->seats, seat), seat);
    }
    if (seat->unit)
        unit_wake(tr, seat->unit);
    seat_mark(tr, seat);
}
