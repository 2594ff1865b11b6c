/* One update for a create and a delete. */
#include "support.h"

#include "rule_priv.h"

static void start(struct bed *b)
{
    bed_rules(b);
    bed_group(b, "shop/web-api:80", "sgp-1");
}

/* The new ones come from the top, the old ones go from the bottom. */
static void test_a_renamed_host_is_one_call_however_many_rules_it_has(void **state)
{
    struct bed *b = *state;
    static const char *const paths[] = { "/a/b/*", "/a/*", "/*" };
    start(b);
    for (int i = 0; i < 3; i++) {
        bed_have(b, "old.com", paths[i], "old", 100 * (i + 1));
        bed_want(b, "new.com", paths[i], "new", i + 1);
    }
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->items.len, 3);
    assert_string_equal(step_value(s, "Rules.1.RuleId"), "rule-300");
    assert_string_equal(step_value(s, "Rules.1.RuleConditions.2.PathConfig.Values.1"), "/a/b/*");
    assert_string_equal(step_value(s, "Rules.3.RuleId"), "rule-100");
    assert_string_equal(step_value(s, "Rules.3.RuleConditions.2.PathConfig.Values.1"), "/*");
}

static void test_more_to_come_than_to_go_takes_a_create_and_an_update(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_have(b, "a.com", "/x", "old", 100);
    bed_have(b, "b.com", "/x", "old", 200);
    bed_want(b, "b.com", "/x", "new", 3);
    bed_want(b, "c.com", "-", "new", 1);
    bed_want(b, "d.com", "-", "new", 2);
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
    assert_int_equal(b->plan.steps.items[1].items.len, 2);
}

static void test_more_to_go_than_to_come_takes_a_delete_and_an_update(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_have(b, "a.com", "/x", "old", 100);
    bed_have(b, "b.com", "/x", "old", 200);
    bed_have(b, "e.com", "/x", "old", 300);
    bed_want(b, "b.com", "/x", "new", 3);
    bed_want(b, "c.com", "-", "new", 1);
    bed_plan(b);
    assert_int_equal(b->plan.steps.len, 2);
    assert_int_equal(bed_step(b, "DeleteRules", 0)->items.len, 1);
    assert_int_equal(bed_step(b, "UpdateRulesAttribute", 0)->items.len, 2);
}

static void test_a_rule_is_not_held_up_by_one_that_it_has_nothing_to_do_with(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/web-api:80"));
    bed_have(b, "a.com", "/x", "old", 100);
    bed_want(b, "b.com", "/x", "@shop/web-api:80", 1);
    bed_plan(b);
    assert_non_null(bed_step(b, "CreateRules", 0)->waits);
    assert_null(bed_step(b, "DeleteRules", 0)->waits);
}

static void test_what_waits_together_goes_together(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, "shop/web-api:80"));
    bed_have(b, "a.com", "/x", "old", 100);
    bed_want(b, "a.com", "/*", "@shop/web-api:80", 1); /* the old one waits for it */
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0));
    assert_null(bed_step(b, "DeleteRules", 0));
    assert_non_null(bed_step(b, "UpdateRulesAttribute", 0)->waits);
}

/* 101 to come and 100 to go, which have nothing to do with each other: more pairs than are looked
 * at, and beyond the quota, so that it is refused whatever the calls. */
static void test_very_many_pairs_are_not_looked_at(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 0; i < 101; i++) {
        if (i < 100)
            bed_have(b, arena_fmt(&b->a, "old%d.com", i), "-", "old", i + 1);
        bed_want(b, arena_fmt(&b->a, "new%d.com", i), "-", "new", i + 1);
    }
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].refused);
    assert_null(bed_step(b, "UpdateRulesAttribute", 0));
    assert_int_equal(bed_count(b, "CreateRules"), 2);
}

/* The most that are looked at for a pair. */
static void test_a_hundred_renamed_hosts_are_one_call(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 1; i <= 100; i++) {
        bed_have(b, arena_fmt(&b->a, "old%d.com", i), "-", i % 2 ? "1" : "2", i);
        bed_want(b, arena_fmt(&b->a, "new%d.com", i), "-", i % 2 ? "3" : "4", i);
    }
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_int_equal(bed_next(b)->items.len, 100);
}

/* ---- merged alone ---------------------------------------------------------------------------- */

/* Changes by kind (C, U, D; in small letters those that wait), each linked to some before it; what
 * they become, or NULL; then with updates rather than others first. */
struct merging {
    const char *kinds;
    const char *before[4]; /* digits */
    const char *out, *updates_first;
};

static const struct merging mergings[] = {
    { "CD", { "", "0" }, "U", "U" },
    { "DC", { "", "" }, "U", "U" },
    { "DC", { "", "0" }, NULL, NULL }, /* the other way round: two changes stay two */
    { "UCD", { "", "", "1" }, "UU", "UU" },
    { "CDU", { "", "0", "1" }, "UU", "UU" },
    { "CCD", { "", "", "" }, "CU", "UC" },
    { "CDD", { "", "", "" }, "DU", "UD" },
    { "ccd", { "", "", "" }, "cu", "uc" },
    { "cdd", { "", "", "" }, "du", "ud" },
    { "CDC", { "", "0", "1" }, "UC", "UC" },  /* the first has to be one of a pair ... */
    { "CCD", { "", "0", "01" }, "CU", "CU" }, /* ... or must not be one                */
    { "DCD", { "", "", "1" }, "DU", "UD" },
    { "DDC", { "", "0", "0" }, "DU", "DU" },
    { "Cd", { "", "0" }, "Cd", "Cd" }, /* what waits is no pair with what does not */
    { "CDcd", { "", "0", "", "2" }, "Uu", "Uu" },
    { "UU", { "", "0" }, "UU", "UU" },
};

/* The kinds of what it becomes, in order; or NULL. */
static const char *merged(struct bed *b, const struct merging *x, bool updates_first)
{
    struct planner p = { .a = &b->a, .in = &b->in };
    const size_t n = strlen(x->kinds);
    struct rule_node *nodes = arena_array(&b->a, n, sizeof *nodes);
    rule_ops ops = { 0 }, out = { 0 };
    for (size_t i = 0; i < n; i++) {
        const char c = x->kinds[i] & ~0x20;
        nodes[i].rule = bed_rule(b, "a.com", "-", "g");
        struct rule_op *op = LIST_PUSH(&b->a, &ops);
        *op = (struct rule_op){ .node = &nodes[i],
                                .kind = c == 'C'   ? STEP_CREATE
                                        : c == 'U' ? STEP_UPDATE
                                                   : STEP_DELETE,
                                .to = 1,
                                .waits = x->kinds[i] == c ? NULL : "something" };
        for (const char *k = x->before[i]; *k; k++)
            *LIST_PUSH(&b->a, &op->before) = (size_t)(*k - '0');
    }
    if (!merge_ops(&p, &ops, updates_first, &out))
        return NULL;
    char *text = arena_alloc(&b->a, n + 1);
    for (size_t i = 0; i < out.len; i++) {
        const struct rule_op *op = &out.items[i];
        assert_true(!op->from_node || (op->kind == STEP_UPDATE && op->actions));
        text[i] = (char)("CUD"[op->kind == STEP_CREATE   ? 0
                               : op->kind == STEP_UPDATE ? 1
                                                         : 2]
                         | (op->waits ? 0x20 : 0));
    }
    return text;
}

static void test_pairs_stand_where_the_links_allow_it(void **state)
{
    struct bed *b = *state;
    for (size_t i = 0; i < COUNT(mergings); i++)
        for (int updates_first = 0; updates_first <= 1; updates_first++) {
            const struct merging *x = &mergings[i];
            const char *want = updates_first ? x->updates_first : x->out;
            const char *text = merged(b, x, updates_first);
            if (!text || !want)
                assert_ptr_equal(text, want);
            else
                assert_string_equal(text, want);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_hundred_renamed_hosts_are_one_call),
        BED_TEST(test_a_renamed_host_is_one_call_however_many_rules_it_has),
        BED_TEST(test_more_to_come_than_to_go_takes_a_create_and_an_update),
        BED_TEST(test_more_to_go_than_to_come_takes_a_delete_and_an_update),
        BED_TEST(test_a_rule_is_not_held_up_by_one_that_it_has_nothing_to_do_with),
        BED_TEST(test_what_waits_together_goes_together),
        BED_TEST(test_pairs_stand_where_the_links_allow_it),
        BED_TEST(test_very_many_pairs_are_not_looked_at),
    };
    return cmocka_run_group_tests_name("plan/rule_merge", tests, NULL, NULL);
}
