/* translator.c - a translation that is kept, and follows what changes. */
#include "alb-agent/translate.h"

#include <stdlib.h>
#include <string.h>

#include "cell_priv.h"

static const char *keep(struct translator *tr, const char *text)
{
    return text ? arena_strdup(&tr->texts, text) : NULL;
}

struct translator *translator_new(const struct translate_in *settings)
{
    struct translator *tr = cell_alloc(sizeof *tr);
    tr->in = (struct translate_in){ .cluster_id = keep(tr, settings->cluster_id),
                                    .vpc_id = keep(tr, settings->vpc_id),
                                    .region = keep(tr, settings->region),
                                    .backend_type = keep(tr, settings->backend_type),
                                    .quotas = settings->quotas,
                                    .names = settings->names };
    return tr;
}

/* Forgets all pieces; what was told to translator_new(), and what changed, stay. */
static void forget(struct translator *tr)
{
    for (size_t i = 0; i < tr->seats.len; i++)
        seat_free(tr, tr->seats.items[i]);
    for (size_t i = 0; i < tr->unit_list.len; i++)
        unit_free(tr, tr->unit_list.items[i]);
    for (int kind = 0; kind < CELL_KINDS; kind++)
        pointers_done(&tr->dirty[kind]);
    borrowed_free_all(tr);
    watches_free(tr);
    slices_free(tr);
    pointers_done(&tr->seats);
    map_done(&tr->units);
    pointers_done(&tr->unit_list);
    passed_free_all(tr);
    pointers_done(&tr->strays);
    pointers_done(&tr->held);
    pointers_done(&tr->touched);
}

void translator_done(struct translator *tr)
{
    forget(tr);
    buf_done(&tr->key);
    arena_done(&tr->changed_arena);
    arena_done(&tr->stray_arena);
    arena_done(&tr->texts);
}

void translator_free(struct translator *tr)
{
    if (!tr)
        return;
    translator_done(tr);
    cell_free(tr);
}

/* ---- what changed -------------------------------------------------------------------------- */

void translator_note_changed(struct translator *tr, const char *lb)
{
    if (!tr->once && !tr->waking)
        *LIST_PUSH(&tr->changed_arena, &tr->changed_list) = arena_strdup(&tr->changed_arena, lb);
}

static void object_changed(struct translator *tr, enum object_kind kind, const char *ns,
                           const char *name)
{
    const char *word = object_kind_name(kind);
    if (kind == OBJECT_INGRESS)
        seat_changed(tr, ns, name);
    else if (kind == OBJECT_ALB_CONFIG)
        cell_mark(tr, &unit_get(tr, name)->cell);
    else if (kind == OBJECT_ENDPOINT_SLICE)
        slice_changed(tr, ns, name);
    else if (kind == OBJECT_SERVICE)
        borrowed_changed(tr, ns, name);
    else if (kind == OBJECT_INGRESS_CLASS) /* misspelt names may be near it */
        tr->strays_touched = tr->strays_touched || tr->passed.len;
    watch_mark(tr, word, ns, name);
    watch_mark(tr, word, "", "");
}

static void all_changed(struct translator *tr)
{
    static const enum object_kind kinds[] = { OBJECT_ENDPOINT_SLICE, OBJECT_INGRESS,
                                              OBJECT_ALB_CONFIG };
    for (size_t k = 0; k < COUNT(kinds); k++) {
        size_t n = 0;
        struct object *const *objects = object_set_kind(tr->in.objects, kinds[k], &n);
        for (size_t i = 0; i < n; i++)
            object_changed(tr, kinds[k], objects[i]->ns, objects[i]->name);
    }
    borrowed_all_changed(tr);
}

/* ---- time ---------------------------------------------------------------------------------- */

struct clock_turn {
    struct translator *tr;
    int64_t now;
    bool back;
};

static void tell_time(const struct clock_turn *turn, struct cell *cell)
{
    if (turn->back ? cell->timed : cell->until <= turn->now)
        cell_mark(turn->tr, cell);
    else if (!cell->dirty && cell->until < turn->tr->until)
        turn->tr->until = cell->until;
}

static void tell_unit(const struct clock_turn *turn, struct unit *unit)
{
    if (!unit->asleep)
        tell_time(turn, &unit->cell);
    else if (turn->back ? unit->timed : unit->until <= turn->now)
        unit_wake(turn->tr, unit);
    else if (unit->until < turn->tr->until)
        turn->tr->until = unit->until;
}

static void set_time(struct translator *tr, int64_t now)
{
    const struct clock_turn turn = { .tr = tr, .now = now, .back = now < tr->in.now_ms };
    const struct map_entry *cursor = NULL;
    void *value;
    tr->in.now_ms = now;
    if (!turn.back && now < tr->until)
        return;
    tr->until = INT64_MAX;
    while (map_next(&tr->watches, &cursor, &value))
        if (((const struct watch *)value)->shared)
            tell_time(&turn, &((const struct watch *)value)->shared->cell);
    for (size_t i = 0; i < tr->seats.len; i++)
        if (((struct seat *)tr->seats.items[i])->made)
            tell_time(&turn, &((struct seat *)tr->seats.items[i])->made->cell);
    for (size_t i = 0; i < tr->unit_list.len; i++)
        tell_unit(&turn, tr->unit_list.items[i]);
}

/* ---- running ------------------------------------------------------------------------------- */

enum { TREES_MAX = 256 };

/* Between two pieces nobody holds a tree. */
static void fold(const struct translator *tr)
{
    if (object_set_unfolded(tr->in.objects) > TREES_MAX)
        object_set_fold(tr->in.objects);
}

static void run_one(struct translator *tr, enum cell_kind kind, void *cell)
{
    if (kind == CELL_INGRESS)
        seat_run(tr, cell);
    else if (kind == CELL_LB)
        unit_run(tr, cell);
    else if (kind == CELL_GROUP)
        group_run(tr, cell);
    else if (kind == CELL_LOAD)
        unit_run_load(tr, cell);
    else
        borrowed_run(tr, cell);
}

/* The list may grow on the way, and a group that is wanted no more leaves a hole. */
static void run_kind(struct translator *tr, enum cell_kind kind, const struct pointers *list)
{
    for (size_t i = 0; i < list->len; i++) {
        if (list->items[i])
            run_one(tr, kind, list->items[i]);
        fold(tr);
    }
}

static void run_dirty(struct translator *tr)
{
    const struct pointers *dirty = tr->dirty;
    run_kind(tr, CELL_INGRESS, &dirty[CELL_INGRESS]);
    run_kind(tr, CELL_LB, &dirty[CELL_LB]);
    run_kind(tr, CELL_GROUP, &dirty[CELL_GROUP]);
    run_kind(tr, CELL_LOAD, &tr->touched);
    run_kind(tr, CELL_BORROWED, &dirty[CELL_BORROWED]);
    for (int kind = 0; kind < CELL_KINDS; kind++)
        pointers_done(&tr->dirty[kind]);
}

void translator_run(struct translator *tr)
{
    tr->until = INT64_MAX;
    all_changed(tr);
    run_dirty(tr);
}

/* Which of its Ingresses have rows that stay wherever they are. */
static void find_held(struct translator *tr, const struct unit *unit)
{
    struct map owners CLEANUP(map_done) = { 0 };
    for (size_t i = 0; i < unit->whole.holds.len; i++) {
        const struct translate_hold *h = &unit->whole.holds.items[i];
        if (!h->lb) /* then it has an owner */
            map_put(&owners, h->owner, h);
    }
    for (size_t i = 0; i < unit->seats.len; i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        struct seat *seat = unit->seats.items[i];
        seat_hold(tr, seat,
                  map_count(&owners) && map_get(&owners, subject_name(&a, seat->made->obj)));
    }
}

static void collect(struct translator *tr, struct unit *unit)
{
    struct outcome o = { .a = &unit->rows, .out = &unit->whole };
    const struct model rows = unit->whole.desired, servers = unit->whole.servers;
    unit->whole = (struct translate_out){ 0 };
    if (unit->rebuilt) {
        arena_done(&unit->rows);
        outcome_add_rows(&o, unit);
    } else {
        unit->whole.desired = rows;
        unit->whole.servers = servers;
    }
    o.a = &unit->notes;
    arena_done(&unit->notes);
    outcome_add_notes(&o, unit);
    outcome_finish(&o);
    find_held(tr, unit);
}

static void collect_strays(struct translator *tr)
{
    struct outcome o = { .a = &tr->stray_arena, .out = &tr->stray };
    arena_done(&tr->stray_arena);
    tr->stray = (struct translate_out){ 0 };
    outcome_add_strays(&o, tr);
    for (size_t i = 0; i < tr->held.len; i++) {
        const struct seat *seat = tr->held.items[i];
        *LIST_PUSH(o.a, &o.out->holds) = (struct translate_hold){
            .owner = arena_fmt(o.a, "%s %s", object_kind_name(OBJECT_INGRESS), seat->key)
        };
    }
    outcome_finish(&o);
    tr->strays_touched = false;
}

static int compare_names(const void *x, const void *y)
{
    return strcmp(*(const char *const *)x, *(const char *const *)y);
}

static void settle(struct translator *tr)
{
    for (size_t i = 0; i < tr->touched.len; i++)
        collect(tr, tr->touched.items[i]);
    if (tr->strays_touched)
        collect_strays(tr);
    for (size_t i = 0; i < tr->touched.len; i++)
        unit_settle(tr, tr->touched.items[i]);
    tr->touched.len = 0;
    cells_sweep(tr);
    if (tr->changed_list.len)
        qsort(tr->changed_list.items, tr->changed_list.len, sizeof *tr->changed_list.items,
              compare_names);
}

static void begin_update(struct translator *tr, const struct object_set *objects,
                         const struct fact_set *facts)
{
    arena_done(&tr->changed_arena);
    tr->changed_list = (translate_names){ 0 };
    tr->released = (translate_names){ 0 };
    memset(tr->runs, 0, sizeof tr->runs);
    tr->lookups = 0;
    tr->updates++;
    tr->in.objects = objects;
    tr->in.facts = facts;
}

static void begin_anew(struct translator *tr, int64_t now_ms)
{
    forget(tr);
    tr->in.now_ms = now_ms;
    tr->strays_touched = true;
    tr->started = true;
}

void translator_update(struct translator *tr, const struct object_set *objects,
                       const struct fact_set *facts, int64_t now_ms,
                       const struct translate_changes *changes)
{
    begin_update(tr, objects, facts);
    if (tr->started && changes) {
        set_time(tr, now_ms);
        for (size_t i = 0; i < changes->objects.len; i++) {
            const struct translate_object *o = &changes->objects.items[i];
            object_changed(tr, o->kind, o->ns, o->name);
        }
        for (size_t i = 0; i < changes->facts.len; i++)
            watch_mark(tr, "fact", fact_kind_name(changes->facts.items[i].kind),
                       changes->facts.items[i].key);
        run_dirty(tr);
    } else {
        begin_anew(tr, now_ms);
        translator_run(tr);
    }
    settle(tr);
}

/* Makes those again that unit_wake() has marked: they come out as they were. */
static void run_woken(struct translator *tr)
{
    tr->waking = true;
    run_dirty(tr);
    settle(tr);
    tr->waking = false;
}

void translator_update_each(struct translator *tr, const struct object_set *objects,
                            const struct fact_set *facts, int64_t now_ms, translate_made *made,
                            void *arg)
{
    begin_update(tr, objects, facts);
    begin_anew(tr, now_ms);
    tr->until = INT64_MAX;
    all_changed(tr);
    tr->placing = true;
    run_kind(tr, CELL_INGRESS, &tr->dirty[CELL_INGRESS]);
    pointers_done(&tr->dirty[CELL_INGRESS]);
    tr->placing = false;
    units_lay_down(tr);
    run_dirty(tr);
    for (size_t i = 0; i < tr->unit_list.len; i++) {
        struct unit *unit = tr->unit_list.items[i];
        translator_note_changed(tr, unit->lb);
        unit_wake(tr, unit);
        run_woken(tr);
        made(arg, unit->lb);
        unit_rest(tr, unit);
    }
    settle(tr);
}

/* ---- what came out ------------------------------------------------------------------------- */

int64_t translator_next(const struct translator *tr)
{
    return tr->until;
}

const translate_names *translator_changed(const struct translator *tr)
{
    return &tr->changed_list;
}

const translate_names *translator_released(const struct translator *tr)
{
    return &tr->released;
}

static struct unit *find_unit(const struct translator *tr, const char *lb)
{
    size_t n = strlen(CONFIG_NS "/");
    return strncmp(lb, CONFIG_NS "/", n) ? NULL : map_get(&tr->units, lb + n);
}

void translator_wake(struct translator *tr, const char *lb)
{
    struct unit *unit = find_unit(tr, lb);
    if (!unit || !unit->asleep)
        return;
    unit_wake(tr, unit);
    run_woken(tr);
}

const struct translate_out *translator_lb(const struct translator *tr, const char *lb)
{
    const char *service = lb_service(lb);
    const struct unit *unit = service ? NULL : find_unit(tr, lb);
    if (service)
        return borrowed_find(tr, service);
    return unit ? &unit->whole : NULL;
}

const struct translate_out *translator_strays(const struct translator *tr)
{
    return &tr->stray;
}

void translator_whole(const struct translator *tr, struct arena *a, struct translate_out *out)
{
    struct outcome o = { .a = a, .out = out };
    *out = (struct translate_out){ 0 };
    borrowed_add_rows(&o, tr); /* "Service/..." comes before "kube-system/..." */
    for (size_t i = 0; i < tr->unit_list.len; i++) {
        outcome_add_rows(&o, tr->unit_list.items[i]);
        outcome_add_notes(&o, tr->unit_list.items[i]);
    }
    borrowed_add_notes(&o, tr);
    outcome_add_strays(&o, tr);
    outcome_finish(&o);
}

/* The Ingress that a row is from: "Ingress shop/web (web.yaml:3) ..." has "shop/web". */
static const struct seat *find_seat(const struct translator *tr, const char *from)
{
    static const char prefix[] = "Ingress ";
    struct arena a CLEANUP(arena_done) = { 0 };
    if (!from || strncmp(from, prefix, strlen(prefix)) != 0)
        return NULL;
    from += strlen(prefix);
    const size_t ns_len = strcspn(from, " /"), len = strcspn(from, " ");
    if (ns_len == len)
        return NULL;
    return seat_find(tr, arena_strndup(&a, from, ns_len),
                     arena_strndup(&a, from + ns_len + 1, len - ns_len - 1));
}

bool translator_holds(const struct translator *tr, const struct resource *row)
{
    const struct translate_out *own = translator_lb(tr, row->lb);
    if (own && translate_holds(own, row))
        return true;
    const struct seat *seat = find_seat(tr, row->desired_from);
    return seat && seat->held;
}

struct translate_work translator_work(const struct translator *tr)
{
    return (struct translate_work){ .secrets = tr->runs[CELL_SECRET],
                                    .services = tr->runs[CELL_SERVICE],
                                    .ingresses = tr->runs[CELL_INGRESS],
                                    .lbs = tr->runs[CELL_LB],
                                    .groups = tr->runs[CELL_GROUP] + tr->runs[CELL_BORROWED],
                                    .lookups = tr->lookups };
}
