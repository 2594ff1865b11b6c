/* outcome.c - what comes of a load balancer, put together from its pieces: first what is wrong
 * with the AlbConfig, then with its Ingresses, with their rules, with the groups.  Notes that
 * more than one piece has, as of a Service, are there once. */
#include <stdlib.h>
#include <string.h>

#include "cell_priv.h"

static bool is_new(struct outcome *o, const char *text)
{
    if (map_get(&o->noted, text))
        return false;
    map_put(&o->noted, text, o);
    return true;
}

static void add_notes(struct outcome *o, const char *sort, translate_problems *to,
                      const translate_problems *from, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        struct buf b CLEANUP(buf_done) = { 0 };
        const struct translate_problem *p = &from->items[i];
        buf_addf(&b, "%s\n%s\n%s\n%s\n", sort, p->kind, p->ns, p->name);
        buf_adds(&b, p->message);
        if (is_new(o, buf_str(&b)))
            *LIST_PUSH(o->a, to) = *p;
    }
}

static void add_needs(struct outcome *o, const fact_needs *needs)
{
    for (size_t i = 0; i < needs->len; i++) {
        struct buf b CLEANUP(buf_done) = { 0 };
        buf_addf(&b, "need\n%s\n%s", fact_kind_name(needs->items[i].kind), needs->items[i].key);
        if (is_new(o, buf_str(&b)))
            *LIST_PUSH(o->a, &o->out->needs) = needs->items[i];
    }
}

static void add_holds(struct outcome *o, const struct translate_out *from)
{
    for (size_t i = 0; i < from->holds.len; i++)
        *LIST_PUSH(o->a, &o->out->holds) = from->holds.items[i];
}

/* Problems from number 'problems' on, warnings from number 'warnings' on, and the rest. */
static void add_rest(struct outcome *o, const struct translate_out *from, size_t problems,
                     size_t warnings)
{
    add_notes(o, "problem", &o->out->problems, &from->problems, problems, from->problems.len);
    add_notes(o, "warning", &o->out->warnings, &from->warnings, warnings, from->warnings.len);
    add_needs(o, &from->needs);
    add_holds(o, from);
}

void outcome_add_cell(struct outcome *o, const struct cell *cell)
{
    add_rest(o, &cell->out, 0, 0);
    for (size_t i = 0; i < cell->used.len; i++)
        add_rest(o, &cell->used.items[i]->out, 0, 0);
}

/* What is wrong with an Ingress is said already where only the servers of its groups are wanted. */
static void add_group(struct outcome *o, const struct group_cell *g)
{
    if (!g->servers_only) {
        outcome_add_cell(o, &g->cell);
        return;
    }
    add_needs(o, &g->cell.out.needs);
    for (size_t i = 0; i < g->cell.used.len; i++)
        add_needs(o, &g->cell.used.items[i]->out.needs);
}

void outcome_add_notes(struct outcome *o, const struct unit *unit)
{
    const struct translate_out *own = &unit->cell.out;
    add_notes(o, "problem", &o->out->problems, &own->problems, 0, unit->n_problems);
    add_notes(o, "warning", &o->out->warnings, &own->warnings, 0, unit->n_warnings);
    for (size_t i = 0; unit->good && i < unit->seats.len; i++)
        outcome_add_cell(o, &((const struct seat *)unit->seats.items[i])->made->cell);
    add_rest(o, own, unit->n_problems, unit->n_warnings);
    for (size_t i = 0; i < unit->wanted.len; i++)
        add_group(o, unit->wanted.items[i]);
    outcome_add_cell(o, &unit->load);
    for (size_t i = 0; i < own->lbs.len; i++)
        *LIST_PUSH(o->a, &o->out->lbs) = own->lbs.items[i];
    for (size_t i = 0; i < own->tombstones.len; i++)
        *LIST_PUSH(o->a, &o->out->tombstones) = own->tombstones.items[i];
    for (size_t i = 0; i < own->secrets.len; i++)
        *LIST_PUSH(o->a, &o->out->secrets) = own->secrets.items[i];
}

void outcome_add_strays(struct outcome *o, const struct translator *tr)
{
    for (size_t i = 0; i < tr->strays.len; i++)
        outcome_add_cell(o, &((const struct seat *)tr->strays.items[i])->made->cell);
    passed_add_notes(o, tr);
}

void outcome_add_cell_rows(struct outcome *o, const struct cell *cell)
{
    const struct model *from = &cell->out.desired;
    for (size_t i = 0; i < from->rows.len; i++)
        *LIST_PUSH(o->a, &o->out->desired.rows) = from->rows.items[i];
}

static void sort_from(struct model *m, size_t first)
{
    if (m->rows.len == first)
        return;
    struct model own = { .rows = { .items = m->rows.items + first, .len = m->rows.len - first } };
    model_sort(&own);
}

void outcome_add_rows(struct outcome *o, const struct unit *unit)
{
    struct model *to = &o->out->desired, *servers = &o->out->servers;
    const size_t before = to->rows.len, before_servers = servers->rows.len;
    outcome_add_cell_rows(o, &unit->cell);
    for (size_t i = 0; i < unit->wanted.len; i++) {
        const struct group_cell *g = unit->wanted.items[i];
        *LIST_PUSH(o->a, &(g->servers_only ? servers : to)->rows) = *group_row(g);
    }
    sort_from(to, before);
    sort_from(servers, before_servers);
}

static int compare_needs(const void *x, const void *y)
{
    const struct fact_need *a = x, *b = y;
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return strcmp(a->key, b->key);
}

void outcome_finish(struct outcome *o)
{
    fact_needs *needs = &o->out->needs;
    if (needs->len)
        qsort(needs->items, needs->len, sizeof *needs->items, compare_needs);
    map_done(&o->noted);
}
