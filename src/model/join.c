/* join.c - what is wanted, known and there, put side by side; and what of the wanted has to
 * give way to what is there, because a change has no other order without harm. */
#include <string.h>

#include "alb-agent/model.h"

static void take_desired(struct resource *to, const struct resource *from)
{
    to->desired = from->desired;
    to->desired_from = from->desired_from;
    to->position = from->position;
    to->held = from->held;
    to->ours = true;
}

static void take_known(struct resource *to, const struct resource *from)
{
    to->applied = from->applied;
    to->unused_since = from->unused_since;
    to->empty_since = from->empty_since;
    to->ours = to->ours || from->ours;
    if (!to->actual) {
        to->last = from->actual;
        to->last_id = from->cloud_id;
    }
}

static void take_actual(struct resource *to, const struct resource *from)
{
    to->actual = from->actual;
    to->cloud_id = from->cloud_id;
    to->status = from->status;
    to->observed_at = from->observed_at;
    to->ours = to->ours || from->ours;
}

typedef void take_fn(struct resource *to, const struct resource *from);

static struct resource *place(struct arena *a, struct model *out, const struct resource *r)
{
    struct resource *n = LIST_PUSH(a, &out->rows);
    *n = (struct resource){ .lb = r->lb,
                            .kind = r->kind,
                            .key = r->key,
                            .parent = r->parent ? r->parent : "",
                            .status = "" };
    return n;
}

/* Merges sorted rows into a sorted model; new addresses are added when 'add'. */
static void merge(struct arena *a, struct model *out, const struct model *from, take_fn *take,
                  bool add)
{
    struct model extra = { 0 };
    for (size_t i = 0; i < from->rows.len; i++) {
        const struct resource *r = &from->rows.items[i];
        struct resource *to = model_find(out, r->lb, r->kind, r->key);
        if (!to && add)
            to = place(a, &extra, r);
        if (to)
            take(to, r);
    }
    for (size_t i = 0; i < extra.rows.len; i++)
        *LIST_PUSH(a, &out->rows) = extra.rows.items[i];
    if (extra.rows.len)
        model_sort(out);
}

/* ---- default certificates --------------------------------------------------------------------
 */

static const char *cert_id(const struct alb_cert *certs, size_t n)
{
    return n && certs[0].id ? certs[0].id : NULL;
}

static bool has_cert(const struct alb_cert *certs, size_t n, const char *id)
{
    for (size_t i = 0; i < n; i++)
        if (certs[i].id && !strcmp(certs[i].id, id))
            return true;
    return false;
}

/* Which of the wanted certificates is to be the default.  None can be default and additional
 * at a time (alb-semantics.md §6), so a change of places would leave a name without its
 * certificate for a moment: what is the default stays it while it is wanted at all, and what
 * is not associated yet takes its place before what is. */
static const char *settle_default(const struct alb_listener *want, const struct alb_listener *have)
{
    const char *dflt = cert_id(want->certs.items, want->certs.len);
    const char *now = cert_id(have->certs.items, have->certs.len);
    const struct alb_cert *more = want->additional_certs.items;
    size_t n = want->additional_certs.len;
    if (!dflt || !now || has_cert(more, n, now))
        return dflt ? now : NULL;
    const struct alb_cert *there = have->additional_certs.items;
    if (!has_cert(there, have->additional_certs.len, dflt))
        return dflt;
    for (size_t i = 0; i < n; i++)
        if (more[i].id && !has_cert(there, have->additional_certs.len, more[i].id))
            return more[i].id;
    return dflt;
}

/* Changes places of the default and the one that has 'id' in 'resolved', a copy of 'want' in
 * which references are ids. */
static const struct alb_listener *with_default(struct arena *a, const struct alb_listener *want,
                                               const struct alb_listener *resolved, const char *id)
{
    struct alb_listener *settled = arena_dup(a, want, sizeof *want);
    settled->certs.items = NULL;
    settled->certs.len = 0;
    settled->additional_certs.items = NULL;
    settled->additional_certs.len = 0;
    for (size_t i = 0; i < want->additional_certs.len; i++) {
        const struct alb_cert *c = &want->additional_certs.items[i];
        const char *this = resolved->additional_certs.items[i].id;
        bool moved = this && !strcmp(this, id);
        *LIST_PUSH(a, &settled->additional_certs) = moved ? want->certs.items[0] : *c;
        if (moved)
            *LIST_PUSH(a, &settled->certs) = *c;
    }
    return settled;
}

static void settle_certs(struct arena *a, const struct model *m, struct resource *r)
{
    const struct alb_listener *want = r->desired;
    if (!want->additional_certs.len)
        return;
    const struct alb_listener *resolved = model_resolved(a, m, r->lb, r->kind, want);
    const char *dflt = settle_default(resolved, r->actual);
    const char *asked = cert_id(resolved->certs.items, resolved->certs.len);
    if (dflt && asked && strcmp(dflt, asked) != 0)
        r->desired = with_default(a, want, resolved, dflt);
}

/* ---- groups of another shape ----------------------------------------------------------------- */

/* What is not known yet is not known to differ. */
static bool is_open(const char *after)
{
    return strstr(after, "\"?vpc(") != NULL;
}

/* Do members differ that are fixed when a group is made: type, protocol, VPC? */
static bool is_of_other_shape(const struct resource *wanted, const struct resource *there)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    change_list changes = { 0 };
    (void)schema_diff(&a, &alb_server_group_schema, wanted->desired, there->actual, &changes);
    for (size_t i = 0; i < changes.len; i++)
        if ((changes.items[i].via & ALB_VIA_REPLACE) && !is_open(changes.items[i].after))
            return true;
    return false;
}

static void move_actual(struct resource *to, struct resource *from)
{
    to->actual = from->actual;
    to->cloud_id = from->cloud_id;
    to->status = from->status;
    to->observed_at = from->observed_at;
    to->created_at = from->created_at;
    from->actual = NULL;
    from->cloud_id = NULL;
    from->status = "";
    from->observed_at = 0;
    from->created_at = 0;
}

/* A group with the same tags that stands by as "<key>~<id>" and has the wanted shape. */
static struct resource *find_stand_in(const struct model *m, const struct resource *r)
{
    size_t first, end, n = strlen(r->key);
    model_range(m, r->lb, &first, &end);
    for (size_t i = first; i < end; i++) {
        struct resource *o = &m->rows.items[i];
        if (o->kind == r->kind && !strncmp(o->key, r->key, n) && o->key[n] == '~' && o->actual
            && !o->desired && !is_of_other_shape(r, o))
            return o;
    }
    return NULL;
}

/* The old group goes on under a key of its own while rules use it; nothing wants it, so it is
 * deleted after them.  The wanted one is made beside it. */
static void replace_beside(struct arena *a, struct model *m, struct resource *r,
                           struct model *extra)
{
    struct resource *stand_in = find_stand_in(m, r);
    struct resource old = { .lb = r->lb, .kind = r->kind, .parent = r->parent, .ours = r->ours };
    old.key = arena_fmt(a, "%s~%s", r->key, r->cloud_id ? r->cloud_id : "?");
    old.applied = r->applied ? r->applied : r->actual; /* it is ours, and known to be */
    move_actual(&old, r);
    r->applied = NULL;
    r->unused_since = 0;
    if (stand_in) {
        move_actual(r, stand_in);
        stand_in->key = old.key;
        move_actual(stand_in, &old);
        stand_in->applied = old.applied;
        stand_in->unused_since = 0;
    } else {
        *LIST_PUSH(a, &extra->rows) = old;
    }
}

static bool is_managed_elsewhere(const struct resource *r)
{
    const struct alb_server_group *g = r->actual;
    return g->config_managed.set && g->config_managed.val;
}

static void settle_groups(struct arena *a, struct model *m)
{
    struct model extra = { 0 };
    for (size_t i = 0; i < m->rows.len; i++) {
        struct resource *r = &m->rows.items[i];
        if (r->kind == RESOURCE_SERVER_GROUP && r->desired && r->actual && r->ours && !r->held
            && !is_managed_elsewhere(r) && is_of_other_shape(r, r))
            replace_beside(a, m, r, &extra);
    }
    for (size_t i = 0; i < extra.rows.len; i++)
        *LIST_PUSH(a, &m->rows) = extra.rows.items[i];
    model_sort(m);
}

static void swap_actual(struct resource *x, struct resource *y)
{
    const struct resource was = *x;
    take_actual(x, y);
    take_actual(y, &was);
    x->created_at = y->created_at;
    y->created_at = was.created_at;
}

static bool is_beside(const struct resource *r, const struct resource *first)
{
    size_t n = strlen(first->key);
    return r->kind == RESOURCE_RULE && !strcmp(r->lb, first->lb) && !strncmp(r->key, first->key, n)
           && r->key[n] == '.';
}

/* Of several actual rules with the conditions of a wanted one, the one that also does what is
 * wanted is it: a change may be under way that began with a copy. */
static void match_rules(struct model *m)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    for (size_t i = 0; i < m->rows.len; i++) {
        struct resource *r = &m->rows.items[i];
        if (r->kind != RESOURCE_RULE || !r->ours || !r->desired || !r->actual)
            continue;
        bool matched = false;
        for (size_t k = i + 1; !matched && k < m->rows.len && is_beside(&m->rows.items[k], r);
             k++) {
            struct resource *other = &m->rows.items[k];
            if (other->desired || !other->ours || !resource_diff(&scratch, m, r, NULL))
                continue;
            struct resource as_other = *r;
            as_other.actual = other->actual;
            matched = !resource_diff(&scratch, m, &as_other, NULL);
            if (matched)
                swap_actual(r, other);
        }
    }
}

/* ---- scripts -------------------------------------------------------------------------------- */

/* Sets in '*to' of what no reply says that which it does not have and 'from', unless NULL, has. */
static void fill_untold(struct alb_script *to, const struct alb_script *from)
{
    if (!from)
        return;
    if (!to->position)
        to->position = from->position;
    if (!to->extended.set)
        to->extended = from->extended;
    if (!to->attributes.items) {
        to->attributes.items = from->attributes.items;
        to->attributes.len = from->attributes.len;
    }
}

/* Nothing tells where a script that others made runs, so that the wish is believed: the first
 * one, as what was applied goes before what is wanted now. */
static void settle_script(struct arena *a, const struct model *known, struct resource *r)
{
    const struct resource *was = model_find(known, r->lb, r->kind, r->key);
    const bool same = was && was->cloud_id && r->cloud_id && !strcmp(was->cloud_id, r->cloud_id);
    struct alb_script *told = arena_dup(a, r->actual, sizeof *told);
    if (same) {
        fill_untold(told, was->actual);
        fill_untold(told, was->applied);
    }
    fill_untold(told, r->desired);
    r->actual = told;
}

void model_join(struct arena *a, const struct model *desired, const struct model *known,
                const struct model *actual, struct model *out)
{
    *out = (struct model){ 0 };
    merge(a, out, desired, take_desired, true);
    merge(a, out, actual, take_actual, true);
    match_rules(out);
    merge(a, out, known, take_known, false);
    for (size_t i = 0; i < out->rows.len; i++) {
        struct resource *r = &out->rows.items[i];
        if (r->kind == RESOURCE_LISTENER && r->desired && r->actual)
            settle_certs(a, out, r);
        if (r->kind == RESOURCE_SCRIPT && r->actual)
            settle_script(a, known, r);
    }
    settle_groups(a, out);
}
