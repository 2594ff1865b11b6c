/* test_golden_removal.c - removing an Ingress removes exactly what it caused.
 *
 * Each Ingress of each case is taken away, one after the other.  What was its own must be gone.
 * All else must be as it was, but for the places and keys of rules, and for what Ingresses share on
 * purpose: the certificates of listeners that look for some and, where there are canaries, rules
 * and groups, as a canary lives in the rule of its main Ingress. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "case.h"

static bool is_of(const struct resource *r, const char *owner)
{
    size_t n = strlen(owner);
    return !strncmp(r->desired_from, owner, n) && r->desired_from[n] == ' ';
}

static const char *text_of(struct arena *a, const struct resource *r)
{
    return arena_fmt(a, "%s %s %s %s", r->lb, resource_kind_name(r->kind), r->desired_from,
                     schema_canonical(a, resource_schema(r->kind), r->desired));
}

/* What is shared on purpose: see above. */
static bool may_differ(const struct resource *r, bool canaries)
{
    const struct alb_listener *l = r->kind == RESOURCE_LISTENER ? r->desired : NULL;
    return (canaries && (r->kind == RESOURCE_RULE || r->kind == RESOURCE_SERVER_GROUP))
           || r->kind == RESOURCE_CERTIFICATE || (l && l->protocol != ALB_PROTOCOL_HTTP);
}

static bool has_row(struct arena *a, const struct model *m, const struct resource *wanted)
{
    const char *text = text_of(a, wanted);
    for (size_t i = 0; i < m->rows.len; i++)
        if (m->rows.items[i].kind == wanted->kind && !strcmp(text_of(a, &m->rows.items[i]), text))
            return true;
    return false;
}

/* The rows of 'x' that are not the Ingress' own are in 'y'. */
static void assert_within(struct arena *a, const struct model *x, const struct model *y,
                          const char *owner, bool canaries)
{
    for (size_t i = 0; i < x->rows.len; i++) {
        const struct resource *r = &x->rows.items[i];
        if (!is_of(r, owner) && !may_differ(r, canaries) && !has_row(a, y, r))
            fail_msg("%s goes, and this is not what it was: %s", owner, text_of(a, r));
    }
}

static bool has_canaries(const struct object_set *set)
{
    size_t n;
    struct object *const *all = object_set_kind(set, OBJECT_INGRESS, &n);
    for (size_t i = 0; i < n; i++)
        if (object_annotation(all[i], "alb.ingress.kubernetes.io/canary")
            || object_annotation(all[i], "nginx.ingress.kubernetes.io/canary"))
            return true;
    return false;
}

/* How many listeners are left out, with their group or with all that is there. */
static size_t listeners_lost(const struct translate_out *out)
{
    size_t n = 0;
    for (size_t i = 0; i < out->holds.len; i++) {
        const struct translate_hold *h = &out->holds.items[i];
        n += h->listener && (!h->owner || !strncmp(h->owner, "AlbConfig ", 10));
    }
    return n;
}

/* Returns how many rows were its own. */
static size_t remove_one(const char *name, const struct translate_out *all, const char *ns,
                         const char *ingress)
{
    struct golden_case c CLEANUP(case_done) = { 0 };
    struct translate_out left;
    size_t n = 0;
    case_read(&c, name);
    const char *owner = arena_fmt(&c.a, "Ingress %s/%s", ns, ingress);
    const bool canaries = has_canaries(&c.set);
    assert_true(object_set_remove(&c.set, OBJECT_INGRESS, ns, ingress));
    translate(&c.a, &c.in, &left);
    for (size_t i = 0; i < left.desired.rows.len; i++)
        assert_false(is_of(&left.desired.rows.items[i], owner));
    for (size_t i = 0; i < all->desired.rows.len; i++)
        n += is_of(&all->desired.rows.items[i], owner);
    if (listeners_lost(&left) > listeners_lost(all)) /* it brought the only certificate */
        return n;
    assert_within(&c.a, &all->desired, &left.desired, owner, canaries);
    assert_within(&c.a, &left.desired, &all->desired, owner, canaries);
    return n;
}

static size_t removed;

static void run_case(void **state)
{
    struct golden_case c CLEANUP(case_done) = { 0 };
    struct translate_out all;
    size_t n;
    case_read(&c, *state);
    translate(&c.a, &c.in, &all);
    struct object *const *ingresses = object_set_kind(&c.set, OBJECT_INGRESS, &n);
    for (size_t i = 0; i < n; i++)
        removed += remove_one(*state, &all, ingresses[i]->ns, ingresses[i]->name);
}

int main(void)
{
    int failed = cases_run("golden/removal", run_case);
    return failed ? failed : removed < 100; /* there was something to remove */
}
