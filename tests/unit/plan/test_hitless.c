/* Every pair of small rule lists, on a cloud of our own: after every single rule of every
 * call each request goes where its old or its new rule sends it.  The matcher, the cloud and
 * the lists share no code with src/plan. */
#include "support.h"

#include <stdlib.h>

#include "alb-agent/rng.h"

/* ---- a universe of overlapping conditions, and all requests that tell them apart ------------ */

static const struct {
    const char *host, *path;
} conds[] = {
    { "a.com", "-" },   { "a.com", "/x/*" }, { "-", "/x/*" },
    { "*.b.com", "-" }, { "w.b.com", "/y" }, { "-", "/*" },
};
static const struct {
    const char *host, *path;
} probes[] = {
    { "a.com", "/x/1" }, { "a.com", "/y" },     { "w.b.com", "/x/1" }, { "w.b.com", "/y" },
    { "v.b.com", "/y" }, { "v.b.com", "/x/1" }, { "c.com", "/x/1" },   { "c.com", "/y" },
};
static const char *const groups[] = { "sgp-1", "sgp-2", "sgp-3" };
enum { LATE = 2 }; /* a group that may be there later */

static bool ends_with(const char *s, const char *end)
{
    size_t n = strlen(s), m = strlen(end);
    return n > m && !strcmp(s + n - m, end);
}

static bool matches(size_t cond, size_t probe)
{
    const char *h = conds[cond].host, *p = conds[cond].path;
    bool host = !strcmp(h, "-") || !strcmp(h, probes[probe].host)
                || (h[0] == '*' && ends_with(probes[probe].host, h + 1));
    bool path = !strcmp(p, "-") || !strcmp(p, probes[probe].path) || !strcmp(p, "/*")
                || (!strcmp(p, "/x/*") && !strncmp(probes[probe].path, "/x/", 3));
    return host && path;
}

struct entry {
    size_t cond, dest;
    int64_t priority;
    bool foreign; /* not ours to touch */
    char id[32];
};
struct list {
    struct entry items[20];
    size_t len;
};

/* Where a request goes: the index of a destination, or -1 for the default. */
static int dest_of(const struct list *l, size_t probe)
{
    const struct entry *best = NULL;
    for (size_t i = 0; i < l->len; i++)
        if (matches(l->items[i].cond, probe) && (!best || l->items[i].priority < best->priority))
            best = &l->items[i];
    return best ? (int)best->dest : -1;
}

/* ---- the cloud ------------------------------------------------------------------------------- */

static struct entry *by_id(struct list *l, const char *id)
{
    for (size_t i = 0; i < l->len; i++)
        if (!strcmp(l->items[i].id, id))
            return &l->items[i];
    fail_msg("no rule %s", id);
    return NULL;
}

static bool is_taken(const struct list *l, int64_t priority)
{
    for (size_t i = 0; i < l->len; i++)
        if (l->items[i].priority == priority)
            return true;
    return false;
}

static const char *rule_value(const struct step *s, size_t nth, const char *rest)
{
    char name[128];
    (void)snprintf(name, sizeof name, "Rules.%zu.%s", nth, rest);
    return step_value(s, name);
}

/* The conditions that the nth rule of a call names, as an index of 'conds'. */
static size_t cond_of(const struct step *s, size_t nth)
{
    const char *host = "-", *path = "-";
    for (int k = 1; k <= 2; k++) {
        char name[64];
        (void)snprintf(name, sizeof name, "RuleConditions.%d.HostConfig.Values.1", k);
        host = rule_value(s, nth, name) ? rule_value(s, nth, name) : host;
        (void)snprintf(name, sizeof name, "RuleConditions.%d.PathConfig.Values.1", k);
        path = rule_value(s, nth, name) ? rule_value(s, nth, name) : path;
    }
    for (size_t i = 0; i < COUNT(conds); i++)
        if (!strcmp(conds[i].host, host) && !strcmp(conds[i].path, path))
            return i;
    fail_msg("conditions that nobody wants: %s %s", host, path);
    return 0;
}

static const char DEST[] = "RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId";

static size_t dest_named(const char *id)
{
    for (size_t i = 0; i < COUNT(groups); i++)
        if (!strcmp(groups[i], id))
            return i;
    fail_msg("nobody wants anything of %s", id);
    return 0;
}

/* Does the nth part of a call; labels must have been free before the call. */
static void cloud_do(struct list *l, const struct list *before, const struct step *s, size_t nth)
{
    static int next_id = 100;
    if (!strcmp(s->action, "DeleteRules")) {
        char name[32];
        (void)snprintf(name, sizeof name, "RuleIds.%zu", nth);
        struct entry *e = by_id(l, step_value(s, name));
        assert_false(e->foreign);
        *e = l->items[--l->len];
        return;
    }
    const char *priority = rule_value(s, nth, "Priority"), *dest = rule_value(s, nth, DEST);
    int64_t label = priority ? strtoll(priority, NULL, 10) : 0;
    if (priority) {
        assert_in_range(label, 1, 10000);
        assert_false(is_taken(before, label));
        assert_false(is_taken(l, label));
    }
    struct entry *e;
    if (!strcmp(s->action, "CreateRules")) {
        e = &l->items[l->len++];
        *e = (struct entry){ .cond = cond_of(s, nth) };
        (void)snprintf(e->id, sizeof e->id, "rule-%d", next_id++);
        assert_non_null(priority);
        assert_non_null(dest);
    } else {
        assert_string_equal(s->action, "UpdateRulesAttribute");
        e = by_id(l, rule_value(s, nth, "RuleId"));
        assert_false(e->foreign);
    }
    if (rule_value(s, nth, "RuleConditions.1.Type"))
        e->cond = cond_of(s, nth);
    e->priority = priority ? label : e->priority;
    e->dest = dest ? dest_named(dest) : e->dest;
}

/* ---- planning against it ----------------------------------------------------------------------
 */

static bool is_wanted(const struct list *wanted, const struct entry *e)
{
    for (size_t i = 0; i < wanted->len; i++)
        if (wanted->items[i].cond == e->cond && wanted->items[i].dest == e->dest)
            return true;
    return false;
}

/* The row of an actual rule: of those with the same conditions the first has the wanted one's. */
static struct resource *actual_row(struct bed *b, const struct alb_rule *rule)
{
    for (int64_t nth = 1;; nth++) {
        struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, nth));
        if (!r->actual)
            return r;
    }
}

static void add_ours(struct bed *b, const struct entry *e)
{
    struct alb_rule *rule = bed_rule(b, conds[e->cond].host, conds[e->cond].path, groups[e->dest]);
    rule->priority = (struct opt_int){ e->priority, true };
    struct resource *r = actual_row(b, rule);
    r->parent = "80/HTTP";
    r->actual = rule;
    r->cloud_id = e->id;
    r->status = "Available";
}

/* What an observation would put into the model; 'late': is the group there? */
static void build(struct bed *b, const struct list *cloud, const struct list *wanted, bool late)
{
    bed_init(b);
    bed_lb(b);
    bed_listener(b);
    if (late)
        bed_group(b, "shop/late:80", groups[LATE]);
    for (size_t i = 0; i < wanted->len; i++) {
        const struct entry *e = &wanted->items[i];
        bed_want_rule(b,
                      bed_rule(b, conds[e->cond].host, conds[e->cond].path,
                               e->dest == LATE ? "@shop/late:80" : groups[e->dest]),
                      (int64_t)i + 1);
    }
    for (int want = 1; want >= 0; want--)
        for (size_t i = cloud->len; i-- > 0;)
            if (!cloud->items[i].foreign && is_wanted(wanted, &cloud->items[i]) == want)
                add_ours(b, &cloud->items[i]);
    for (size_t i = 0; i < cloud->len; i++) {
        const struct entry *e = &cloud->items[i];
        if (!e->foreign)
            continue;
        struct alb_rule *rule =
            bed_rule(b, conds[e->cond].host, conds[e->cond].path, groups[e->dest]);
        rule->priority = (struct opt_int){ e->priority, true };
        struct resource *r = bed_row(b, RESOURCE_RULE, arena_fmt(&b->a, "80/HTTP?%s", e->id));
        r->parent = "80/HTTP";
        r->actual = rule;
        r->cloud_id = e->id;
        r->status = "Available";
        r->ours = false;
    }
    b->in.allow_destroy = true;
    bed_plan(b);
}

/* Where each request went, in every state. */
struct history {
    int8_t dest[400][COUNT(probes)];
    size_t len;
};

static void record(struct history *h, const struct list *now)
{
    assert_true(h->len < COUNT(h->dest));
    for (size_t i = 0; i < COUNT(probes); i++)
        h->dest[h->len][i] = (int8_t)dest_of(now, i);
    h->len++;
}

static void check_requests(const struct history *h)
{
    for (size_t k = 0; k < h->len; k++)
        for (size_t i = 0; i < COUNT(probes); i++) {
            int d = h->dest[k][i], old = h->dest[0][i], new = h->dest[h->len - 1][i];
            if (d != old && d != new)
                fail_msg(
                    "in state %zu a request for %s%s goes to %d, before to %d, in the end to %d", k,
                    probes[i].host, probes[i].path, d, old, new);
        }
}

/* Is the list what was wanted, in an order that sends every request where it should? */
static void check_end(const struct list *cloud, const struct list *want)
{
    size_t ours = 0;
    struct list only = { 0 };
    for (size_t i = 0; i < cloud->len; i++)
        if (!cloud->items[i].foreign)
            only.items[ours++] = cloud->items[i];
    only.len = ours;
    assert_int_equal(ours, want->len);
    for (size_t i = 0; i < COUNT(probes); i++)
        assert_int_equal(dest_of(&only, i), dest_of(want, i));
}

/* Applies plan after plan, one rule at a time, and dies in the middle of a call now and
 * then when there is an 'rng'; what waits for the late group is let go when nothing else is left.
 * Returns the number of calls. */
static size_t converge(const struct list *old, const struct list *want, struct rng *rng)
{
    struct list cloud = *old;
    struct history h = { 0 };
    record(&h, &cloud);
    bool late = false;
    for (size_t calls = 0; calls < 40; calls++) {
        struct bed b;
        build(&b, &cloud, want, late);
        const struct step *s = bed_next(&b);
        if (!s && !late && b.plan.steps.len) {
            late = true;
            bed_done(&b);
            continue;
        }
        bool stuck = b.plan.warnings.len > 0; /* between rules that are not ours */
        if (!s) {
            if (!stuck)
                assert_int_equal(b.plan.steps.len, 0);
            bed_done(&b);
            if (!stuck) {
                check_end(&cloud, want);
                check_requests(&h);
            }
            return calls;
        }
        struct list before = cloud;
        size_t dies = rng && calls < 10 ? rng_below(rng, 2 * s->items.len) : s->items.len;
        for (size_t k = 1; k <= s->items.len && k <= dies; k++) {
            cloud_do(&cloud, &before, s, k);
            record(&h, &cloud);
        }
        bed_done(&b);
    }
    fail_msg("does not converge");
    return 0;
}

/* ---- lists --------------------------------------------------------------------------------------
 */

enum numbering { DENSE, SPREAD, RANDOM, AT_END };

static void number(struct list *l, enum numbering how, struct rng *rng)
{
    for (size_t i = 0; i < l->len; i++) {
        int64_t n = (int64_t)i + 1;
        l->items[i].priority = how == DENSE    ? n
                               : how == SPREAD ? n * 100
                               : how == AT_END ? 10000 - (int64_t)l->len + n
                                               : 0;
        (void)snprintf(l->items[i].id, sizeof l->items[i].id, "rule-%zu", i);
    }
    for (size_t i = 0; how == RANDOM && i < l->len; i++) {
        int64_t least = i ? l->items[i - 1].priority : 0;
        l->items[i].priority = least + 1 + (int64_t)rng_below(rng, 4);
    }
}

static void random_list(struct list *l, size_t max, struct rng *rng)
{
    *l = (struct list){ 0 };
    size_t len = rng_below(rng, max + 1);
    bool used[COUNT(conds)] = { false };
    while (l->len < len) {
        size_t c = rng_below(rng, COUNT(conds));
        if (used[c])
            continue;
        used[c] = true;
        l->items[l->len++] = (struct entry){ .cond = c, .dest = rng_below(rng, 2) };
    }
}

static void add_foreign(struct list *l, struct rng *rng)
{
    size_t at = rng_below(rng, l->len + 1);
    for (size_t i = l->len++; i > at; i--)
        l->items[i] = l->items[i - 1];
    l->items[at] = (struct entry){ .cond = rng_below(rng, COUNT(conds)),
                                   .dest = rng_below(rng, 2),
                                   .foreign = true };
}

enum trouble { NO_TROUBLE, CRASHES = 1, FOREIGN = 2, WAITING = 4 };

static void run_pairs(size_t n, size_t max, uint64_t seed, unsigned trouble)
{
    struct rng rng = { seed };
    for (size_t i = 0; i < n; i++) {
        struct list old, want;
        random_list(&old, max, &rng);
        random_list(&want, max, &rng);
        for (size_t k = 0; trouble & WAITING && k < want.len; k++)
            want.items[k].dest = rng_below(&rng, COUNT(groups));
        for (uint64_t k = trouble & FOREIGN ? rng_below(&rng, 3) : 0; k; k--)
            add_foreign(&old, &rng);
        number(&old, (enum numbering)rng_below(&rng, 4), &rng);
        number(&want, SPREAD, &rng);
        (void)converge(&old, &want, trouble & CRASHES ? &rng : NULL);
    }
}

static void test_every_prefix_of_small_changes_is_hitless(void **state)
{
    (void)state;
    run_pairs(800, 3, 1, NO_TROUBLE);
}

static void test_every_prefix_of_changes_of_whole_lists_is_hitless(void **state)
{
    (void)state;
    run_pairs(300, COUNT(conds), 2, NO_TROUBLE);
}

static void test_a_plan_made_after_a_crash_inside_a_call_goes_on_hitless(void **state)
{
    (void)state;
    run_pairs(300, COUNT(conds), 3, CRASHES);
}

static void test_rules_of_others_are_in_the_way_and_stay(void **state)
{
    (void)state;
    run_pairs(400, 5, 4, FOREIGN | CRASHES);
}

static void test_what_waits_holds_back_what_it_must_and_the_rest_is_hitless(void **state)
{
    (void)state;
    run_pairs(400, COUNT(conds), 5, WAITING);
    run_pairs(200, COUNT(conds), 6, WAITING | CRASHES);
}

static void test_a_reversed_list_keeps_one_rule_and_moves_the_rest(void **state)
{
    (void)state;
    /* All overlap: the catch-all, host a, host a with path, path. */
    struct list old = { .len = 3 }, want = { .len = 3 };
    const size_t order[] = { 5, 0, 1 };
    for (size_t i = 0; i < 3; i++) {
        old.items[i] = (struct entry){ .cond = order[i], .dest = i % 2 };
        want.items[2 - i] = old.items[i];
    }
    number(&old, SPREAD, NULL);
    number(&want, SPREAD, NULL);
    assert_in_range(converge(&old, &want, NULL), 1, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_prefix_of_small_changes_is_hitless),
        cmocka_unit_test(test_every_prefix_of_changes_of_whole_lists_is_hitless),
        cmocka_unit_test(test_a_plan_made_after_a_crash_inside_a_call_goes_on_hitless),
        cmocka_unit_test(test_rules_of_others_are_in_the_way_and_stay),
        cmocka_unit_test(test_what_waits_holds_back_what_it_must_and_the_rest_is_hitless),
        cmocka_unit_test(test_a_reversed_list_keeps_one_rule_and_moves_the_rest),
    };
    return cmocka_run_group_tests_name("plan/hitless", tests, NULL, NULL);
}
