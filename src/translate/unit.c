/* unit.c - a load balancer: its AlbConfig, the rules of all its Ingresses together, and the
 * groups that these want, each a cell of its own so that a change behind one Service costs one
 * group. */
#include <string.h>

#include "cell_priv.h"

/* ---- which load balancers ------------------------------------------------------------------ */

static int compare(const void *item, const void *key)
{
    return strcmp(((const struct unit *)item)->name, key);
}

struct unit *unit_get(struct translator *tr, const char *name)
{
    static const char prefix[] = CONFIG_NS "/";
    struct unit *unit = map_get(&tr->units, name);
    if (unit)
        return unit;
    size_t len = strlen(prefix), size = strlen(name) + 1;
    unit = cell_alloc(sizeof *unit + len + size);
    memcpy(unit->lb, prefix, len);
    memcpy(unit->lb + len, name, size);
    unit->name = unit->lb + len;
    unit->cell.kind = CELL_LB;
    unit->cell.until = INT64_MAX;
    unit->load.kind = CELL_LOAD;
    map_put(&tr->units, name, unit);
    pointers_insert(&tr->unit_list, pointers_place(&tr->unit_list, name, compare), unit);
    return unit;
}

static void group_free(struct translator *tr, struct group_cell *g)
{
    cell_clear(tr, &g->cell);
    cell_free(g);
}

void unit_clear(struct translator *tr, struct unit *unit)
{
    const struct map_entry *cursor = NULL;
    void *value;
    while (map_next(&unit->groups, &cursor, &value))
        group_free(tr, value);
    map_done(&unit->groups);
    unit->wanted.items = NULL;
    unit->wanted.len = 0;
    unit->config = NULL;
    unit->n_problems = unit->n_warnings = 0;
    cell_clear(tr, &unit->cell);
    cell_clear(tr, &unit->load);
    quota_done(&unit->quota);
}

void unit_free(struct translator *tr, struct unit *unit)
{
    unit_clear(tr, unit);
    tr->n_asleep -= unit->asleep;
    cell_free(unit->looked.items);
    pointers_done(&unit->seats);
    arena_done(&unit->rows);
    arena_done(&unit->notes);
    cell_free(unit);
}

void unit_settle(struct translator *tr, struct unit *unit)
{
    unit->touched = unit->rebuilt = false;
    if (unit->exists || unit->seats.len)
        return;
    pointers_remove(&tr->unit_list, pointers_place(&tr->unit_list, unit->name, compare));
    map_remove(&tr->units, unit->name);
    unit_free(tr, unit);
}

static void touch(struct translator *tr, struct unit *unit)
{
    if (unit->touched)
        return;
    unit->touched = true;
    if (!tr->waking)
        unit->used = tr->updates;
    pointers_add(&tr->touched, unit);
    translator_note_changed(tr, unit->lb);
}

/* ---- its Ingresses ------------------------------------------------------------------------- */

static void refuse_seat(struct tr *t, const struct unit *unit, const struct object *config,
                        const struct seat *seat)
{
    struct subject s = { .t = t, .obj = seat->made->obj };
    class_refuse(&s, unit->name, config);
    hold(t, NULL, NULL, subject_name(t->a, seat->made->obj));
}

static void take_seats(struct tr *t, const struct unit *unit, struct config *c,
                       const struct object *obj)
{
    for (size_t i = 0; i < unit->seats.len; i++) {
        const struct seat *seat = unit->seats.items[i];
        if (!unit->good) {
            refuse_seat(t, unit, obj, seat);
        } else if (seat->made->ing) {
            seat->made->ing->left_out = false;
            *LIST_PUSH(t->a, &c->members) = seat->made->ing;
        }
    }
}

/* Those of an Ingress that no rule of it wants now, though it names them. */
static void want_servers(struct tr *t, const struct config *c, const struct ingress *ing)
{
    for (size_t i = 0; i < ing->routes.len; i++) {
        const struct route *r = &ing->routes.items[i];
        for (size_t k = 0; k < r->groups.len; k++)
            group_translate_servers(t, c, ing, r, &r->groups.items[k]);
    }
}

static bool is_held(const struct translate_out *out, const char *owner)
{
    for (size_t i = 0; i < out->holds.len; i++)
        if (out->holds.items[i].owner && !strcmp(out->holds.items[i].owner, owner))
            return true;
    return false;
}

/* Rows of what is in doubt stay, but pods come and go behind them. */
static void want_servers_left(struct tr *t, const struct unit *unit)
{
    for (size_t i = 0; i < unit->seats.len; i++) {
        const struct seat_cell *made = ((const struct seat *)unit->seats.items[i])->made;
        if (made->broken)
            want_servers(t, unit->config, made->broken);
        else if (!unit->good || is_held(t->out, subject_name(t->a, made->obj)))
            want_servers(t, unit->config, made->ing);
    }
}

/* ---- groups -------------------------------------------------------------------------------- */

/* A reading has a number of its own, so what was made from another one is not compared. */
static bool is_fresh(const struct group_cell *g, const struct group_cell *wanted)
{
    return g->read == wanted->ing->read && g->r == wanted->r && g->vpc_known == wanted->c->vpc_known
           && g->servers_only == wanted->servers_only && !strcmp(g->vpc, wanted->c->vpc);
}

void group_want(struct tr *t, const struct group_cell *wanted, const char *key)
{
    struct unit *unit = t->unit;
    struct group_cell *g = map_get(&unit->groups, key);
    if (!g) {
        size_t size = strlen(key) + 1;
        g = cell_alloc(sizeof *g + size);
        memcpy(g->key, key, size);
        g->cell.kind = CELL_GROUP;
        g->unit = unit;
        map_put(&unit->groups, key, g);
    }
    if (!is_fresh(g, wanted))
        cell_mark(t->all, &g->cell);
    g->wanted = unit->run;
    g->c = wanted->c;
    g->ing = wanted->ing;
    g->r = wanted->r;
    g->ref = wanted->ref;
    g->servers_only = wanted->servers_only;
    *LIST_PUSH(t->a, &unit->wanted) = g;
}

/* Those that the rules want no more. */
static void drop_groups(struct translator *tr, struct unit *unit)
{
    struct pointers gone = { 0 };
    const struct map_entry *cursor = NULL;
    void *value;
    if (map_count(&unit->groups) == unit->wanted.len)
        return;
    while (map_next(&unit->groups, &cursor, &value))
        if (((const struct group_cell *)value)->wanted != unit->run)
            pointers_add(&gone, value);
    for (size_t i = 0; i < gone.len; i++) {
        struct group_cell *g = gone.items[i];
        struct pointers *dirty = &tr->dirty[CELL_GROUP];
        for (size_t k = 0; g->cell.dirty && k < dirty->len; k++)
            if (dirty->items[k] == g)
                dirty->items[k] = NULL;
        map_remove(&unit->groups, g->key);
        group_free(tr, g);
    }
    pointers_done(&gone);
}

const struct resource *group_row(const struct group_cell *g)
{
    const struct translate_out *out = &g->cell.out;
    return &(g->servers_only ? &out->servers : &out->desired)->rows.items[0];
}

/* Where its row stands, unless its load balancer's rows are put together later. */
static struct resource *find_row(const struct group_cell *g)
{
    const struct unit *unit = g->unit;
    const struct translate_out *whole = &unit->whole;
    if (unit->rebuilt)
        return NULL;
    return model_find(g->servers_only ? &whole->servers : &whole->desired, unit->lb,
                      RESOURCE_SERVER_GROUP, g->key);
}

void group_run(struct translator *tr, struct group_cell *g)
{
    struct resource *row = find_row(g); /* while its key is there */
    struct tr t = cell_begin(tr, &g->cell);
    g->read = g->ing->read;
    g->vpc_known = g->c->vpc_known;
    g->vpc = arena_strdup(t.a, g->c->vpc);
    if (g->servers_only)
        group_make_servers(&t, g->c, g->ing, g->r, &g->ref);
    else
        group_make(&t, g->c, g->ing, g->r, &g->ref);
    cell_end(&t);
    touch(tr, g->unit);
    if (row)
        *row = *group_row(g);
}

/* ---- the load balancer --------------------------------------------------------------------- */

void unit_run(struct translator *tr, struct unit *unit)
{
    unit->wanted.items = NULL;
    unit->wanted.len = 0;
    unit->run++;
    quota_done(&unit->quota);
    struct tr t = cell_begin(tr, &unit->cell);
    t.unit = unit;
    const struct object *obj = look(&t, OBJECT_ALB_CONFIG, "", unit->name);
    const char *lb = tr->once ? arena_strdup(t.a, unit->lb) : unit->lb; /* outlives this run */
    struct config *c = obj ? config_read(&t, obj, lb) : config_absent(&t, unit->name, lb);
    unit->config = c;
    unit->exists = obj;
    unit->good = c && !c->left_out;
    unit->n_problems = t.out->problems.len;
    unit->n_warnings = t.out->warnings.len;
    take_seats(&t, unit, c, obj);
    if (unit->good) {
        certificates_translate(&t, c);
        rules_translate(&t, c);
    }
    if (c)
        want_servers_left(&t, unit);
    cell_end(&t);
    drop_groups(tr, unit);
    unit->rebuilt = true;
    touch(tr, unit);
}

void unit_run_load(struct translator *tr, struct unit *unit)
{
    struct tr t = cell_begin(tr, &unit->load);
    if (unit->good)
        quota_warn_servers(&t, unit);
    cell_end(&t);
}

const struct alb_server_group *unit_group(const struct unit *unit, const char *key)
{
    const struct group_cell *g = map_get(&unit->groups, key);
    return g ? group_row(g)->desired : NULL;
}
