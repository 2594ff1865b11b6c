/* Updates alone, found by trying. */
#include "support.h"

#include "src/plan/rule_priv.h"

/* a.com/x is never reached, neither before nor after: it may change when it likes. */
static void test_a_rule_that_no_request_reaches_is_free(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "a.com", "/x/*", "2", 200);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_int_equal(bed_next(b)->items.len, 2);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* A request for w.com/y must have its rule before the catch-all is there, and those for a.com and
 * for /x must not lose theirs before. */
static void test_what_cannot_be_done_by_updates_alone_takes_two_calls(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "-", "/x/*", "2", 200);
    bed_want(b, "w.com", "/y", "3", 1);
    bed_want(b, "-", "/*", "4", 2);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules");
}

/* Three rules change places and actions in a circle; each becomes another one. */
static void test_rules_can_become_each_other(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "/x/*", "0", 100);
    bed_have(b, "a.com", "-", "0", 200);
    bed_have(b, "-", "/x/*", "0", 300);
    bed_want(b, "a.com", "/x/*", "1", 1);
    bed_want(b, "w.com", "/y", "0", 2);
    bed_want(b, "-", "/*", "1", 3);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->items.len, 3);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_rules_of_others_in_the_way_are_left_to_the_passes(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "a.com", "/x/*", "2", 200);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    struct alb_rule *rule = bed_rule(b, "-", "/*", "3");
    bed_have(b, "-", "/*", "3", 50);
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->ours = false;
    bed_plan(b);
    assert_in_range(b->plan.steps.len, 2, 3);
}

/* At the end of the labels there is room for a few in the last gap, close to each other. */
static void test_the_last_gap_is_shared_when_it_is_narrow(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "/x/*", "0", 9979);
    bed_have(b, "a.com", "-", "0", 9980);
    bed_have(b, "-", "/x/*", "0", 9981);
    bed_want(b, "a.com", "/x/*", "1", 1);
    bed_want(b, "w.com", "/y", "0", 2);
    bed_want(b, "-", "/*", "1", 3);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

/* Eleven headers can be met in 2,048 ways: too many, so two calls do. */
static void test_too_many_kinds_of_requests_take_two_calls(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    struct alb_rule *odd = bed_rule(b, "a.com", "-", "1");
    for (int i = 0; i < 11; i++) {
        struct alb_condition *h = LIST_PUSH(&b->a, &odd->conditions);
        h->type = ALB_COND_HEADER;
        h->header.key = arena_fmt(&b->a, "x-%d", i);
        *LIST_PUSH(&b->a, &h->header.values) = "1";
    }
    bed_have_rule(b, odd, 50, "rule-50");
    bed_want_rule(b, odd, 0);
    bed_have(b, "a.com", "-", "1", 100);
    bed_have(b, "a.com", "/x/*", "2", 200);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_in_range(b->plan.steps.len, 2, 3);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* As above, at the end of the labels. */
static void test_what_no_request_reaches_is_free_at_the_end_of_the_labels(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_have(b, "a.com", "-", "1", 9998);
    bed_have(b, "a.com", "/x/*", "2", 9999);
    bed_want(b, "-", "/x/*", "1", 1);
    bed_want(b, "a.com", "/x/*", "1", 2);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

/* ---- searched alone ------------------------------------------------------------------------- */

/* A rule that is there ('at', 'was': the group it leads to), is wanted ('want'), or both. */
struct given {
    const char *host, *path;
    int64_t at;
    const char *was, *want;
};

/* Wanted ones in wanted order, then those that go; it can be done with so many updates. */
struct problem {
    size_t updates;
    struct given rules[10];
};

static const struct resource listener = { .key = "80/HTTP" };

static void read_problem(struct bed *b, const struct problem *x, struct rule_list *l)
{
    for (const struct given *g = x->rules; g->host; g++) {
        struct rule_node *n = LIST_PUSH(&b->a, &l->nodes);
        *n = (struct rule_node){ .listener = &listener, .was = g->at, .label = g->at };
        n->have = g->was ? bed_rule(b, g->host, g->path, g->was) : NULL;
        n->want = g->want ? bed_rule(b, g->host, g->path, g->want) : NULL;
        n->rule = n->want ? n->want : n->have;
        n->changed = g->was && g->want && strcmp(g->was, g->want) != 0;
        l->n_wanted += g->want != NULL;
    }
}

/* Where each rule stands as it was and as it will be, 0: not there. */
struct places {
    int64_t old[10], new[10];
};

static bool is_met(const struct given *g, const char *host, const char *path)
{
    bool all = !strcmp(g->path, "-") || !strcmp(g->path, "/*");
    return (!strcmp(g->host, "-") || !strcmp(g->host, host))
           && (all || !strncmp(g->path, path, strcspn(g->path, "*")));
}

/* The group that a request is sent to. */
static const char *sent_to(const struct problem *x, const struct places *at, const char *host,
                           const char *path)
{
    int64_t first = LABEL_MAX + 1;
    const char *to = "nowhere";
    for (size_t i = 0; x->rules[i].host; i++) {
        if (!is_met(&x->rules[i], host, path))
            continue;
        if (at->old[i] && at->old[i] < first) {
            first = at->old[i];
            to = x->rules[i].was;
        }
        if (at->new[i] && at->new[i] < first) {
            first = at->new[i];
            to = x->rules[i].want;
        }
    }
    return to;
}

/* The first wanted rule that is met. */
static const char *meant_for(const struct problem *x, const char *host, const char *path)
{
    for (const struct given *g = x->rules; g->host; g++)
        if (g->want && is_met(g, host, path))
            return g->want;
    return "nowhere";
}

/* Every request goes where it went or where it is meant to go; 'all': it is there. */
static void assert_sent_well(const struct problem *x, const struct places *before,
                             const struct places *now, bool all)
{
    static const char *const hosts[] = { "a.com", "w.com", "z.com" };
    static const char *const paths[] = { "/x/1", "/y", "/z" };
    for (size_t h = 0; h < COUNT(hosts); h++)
        for (size_t i = 0; i < COUNT(paths); i++) {
            const char *to = sent_to(x, now, hosts[h], paths[i]);
            const char *want = meant_for(x, hosts[h], paths[i]);
            if (all || strcmp(to, sent_to(x, before, hosts[h], paths[i])) != 0)
                assert_string_equal(to, want);
        }
}

static bool is_taken(const struct places *at, int64_t label)
{
    for (size_t i = 0; i < COUNT(at->old); i++)
        if (at->old[i] == label || at->new[i] == label)
            return true;
    return false;
}

/* Applies the updates one after the other. */
static void assert_solved(const struct problem *x, const struct rule_list *l, const rule_ops *ops)
{
    struct places before = { 0 }, now;
    for (size_t i = 0; i < l->nodes.len; i++)
        before.old[i] = l->nodes.items[i].was;
    now = before;
    for (size_t i = 0; i < ops->len; i++) {
        const struct rule_op *op = &ops->items[i];
        size_t to = (size_t)(op->node - l->nodes.items);
        size_t from = op->from_node ? (size_t)(op->from_node - l->nodes.items) : to;
        assert_int_equal(op->kind, STEP_UPDATE);
        assert_int_equal(op->from, now.old[from]);
        now.old[from] = 0;
        assert_in_range(op->to, 1, LABEL_MAX);
        assert_false(is_taken(&now, op->to));
        now.new[to] = op->to;
        assert_sent_well(x, &before, &now, false);
    }
    for (size_t i = 0; i < l->nodes.len; i++)
        if (!x->rules[i].want)
            assert_int_equal(now.old[i], 0);
    assert_sent_well(x, &before, &now, true);
}

static const struct problem problems[] = {
    { 4,
      {
          { "-", "/y", 2, "0", "1" },
          { "w.com", "/*", 4, "0", "1" },
          { "-", "/x/*", 0, NULL, "1" },
          { "a.com", "/x/*", 10, "0", "1" },
          { "a.com", "-", 6, "1", "1" },
          { "h5.com", "-", 5, "0", "0" },
          { "a.com", "/*", 8, "0", NULL },
      } },
    { 3,
      {
          { "-", "/x/*", 4, "0", "1" },
          { "w.com", "/x/*", 5, "0", "0" },
          { "w.com", "/*", 1, "1", "1" },
          { "a.com", "-", 2, "1", "1" },
          { "a.com", "/*", 3, "0", "1" },
      } },
    { 2,
      {
          { "a.com", "/y", 0, NULL, "1" },
          { "w.com", "/*", 0, NULL, "2" },
          { "a.com", "/*", 2, "2", "2" },
          { "w.com", "-", 4, "1", "1" },
          { "-", "/x/*", 6, "2", NULL },
          { "a.com", "-", 8, "0", NULL },
      } },
    { 3,
      {
          { "a.com", "/y", 200, "0", "0" },
          { "w.com", "/*", 400, "0", "0" },
          { "-", "/x/*", 300, "0", "0" },
          { "a.com", "-", 0, NULL, "0" },
          { "h201.com", "-", 201, "0", "0" },
          { "h399.com", "-", 399, "0", "0" },
          { "-", "/y", 100, "0", NULL },
      } },
    { 5,
      {
          { "a.com", "/*", 1, "1", "0" },
          { "a.com", "-", 0, NULL, "1" },
          { "a.com", "/y", 0, NULL, "1" },
          { "-", "/x/*", 0, NULL, "0" },
          { "h3.com", "-", 3, "0", "0" },
          { "w.com", "/*", 2, "0", NULL },
          { "w.com", "-", 5, "1", NULL },
          { "a.com", "/x/*", 6, "1", NULL },
      } },
    { 2,
      {
          { "a.com", "-", 1, "0", "1" },
          { "a.com", "/y", 4, "0", "0" },
          { "w.com", "/x/*", 3, "1", "0" },
          { "w.com", "/y", 2, "1", "1" },
      } },
    { 2,
      {
          { "-", "/*", 100, "0", "0" },
          { "w.com", "/*", 400, "0", "0" },
          { "a.com", "/y", 0, NULL, "0" },
          { "a.com", "-", 300, "0", "0" },
          { "h99.com", "-", 99, "0", "0" },
          { "h199.com", "-", 199, "0", "0" },
          { "w.com", "/x/*", 200, "0", NULL },
      } },
    { 3,
      {
          { "-", "/*", 9997, "1", "2" },
          { "a.com", "/y", 9999, "2", "0" },
          { "-", "/y", 0, NULL, "0" },
          { "a.com", "/*", 9995, "0", NULL },
      } },
    { 1,
      {
          { "h1.com", "-", 1, "0", "0" },
          { "w.com", "/*", 5, "0", "0" },
          { "-", "/x/*", 2, "0", "0" },
      } },
    { 2,
      {
          { "h3.com", "-", 3, "0", "0" },
          { "h1.com", "-", 1, "0", "0" },
          { "w.com", "/y", 8, "0", "0" },
          { "a.com", "/*", 0, NULL, "0" },
          { "w.com", "-", 4, "0", "0" },
          { "a.com", "-", 6, "0", "0" },
          { "a.com", "/x/*", 2, "0", NULL },
      } },
    { 2,
      {
          { "h9999.com", "-", 9999, "0", "0" },
          { "a.com", "/x/*", 10000, "0", "0" },
          { "-", "/y", 0, NULL, "0" },
          { "w.com", "-", 9998, "1", NULL },
      } },
};

static void test_what_can_be_done_by_updates_alone_is_found(void **state)
{
    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(problems); i++) {
        struct planner p = { .a = &b->a, .in = &b->in };
        struct rule_list l = { 0 };
        rule_ops ops = { 0 }, out = { 0 };
        read_problem(b, &problems[i], &l);
        find_near(&b->a, &l);
        order_keep(&b->a, &l);
        for (size_t k = 0; k < l.nodes.len; k++)
            if (!l.nodes.items[k].kept || l.nodes.items[k].changed)
                *LIST_PUSH(&b->a, &ops) = (struct rule_op){ .node = &l.nodes.items[k] };
        assert_true(exact_ops(&p, &l, &ops, &out));
        assert_int_equal(out.len, problems[i].updates);
        assert_solved(&problems[i], &l, &out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_rule_that_no_request_reaches_is_free),
        BED_TEST(test_what_cannot_be_done_by_updates_alone_takes_two_calls),
        BED_TEST(test_rules_can_become_each_other),
        BED_TEST(test_rules_of_others_in_the_way_are_left_to_the_passes),
        BED_TEST(test_the_last_gap_is_shared_when_it_is_narrow),
        BED_TEST(test_too_many_kinds_of_requests_take_two_calls),
        BED_TEST(test_what_no_request_reaches_is_free_at_the_end_of_the_labels),
        BED_TEST(test_what_can_be_done_by_updates_alone_is_found),
    };
    return cmocka_run_group_tests_name("plan/rule_exact", tests, NULL, NULL);
}
