/* How many rules a load balancer may have. */
#include "support.h"

static void have(struct bed *b, const char *host, int64_t priority)
{
    bed_have_rule(b, bed_rule(b, host, "-", "g"), priority,
                  arena_fmt(&b->a, "rule-%d", (int)priority));
}

/* A Basic load balancer, which may have 40, with 'n' rules that are wanted. */
static void start(struct bed *b, int n)
{
    bed_lb(b)->edition = ALB_EDITION_BASIC;
    struct alb_load_balancer *lb = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    lb->edition = ALB_EDITION_BASIC;
    bed_listener(b);
    for (int i = 0; i < n; i++) {
        const char *host = arena_fmt(&b->a, "h%d.com", i);
        have(b, host, 100 + i);
        bed_want_rule(b, bed_rule(b, host, "-", "g"), 100 + i);
    }
}

static void want(struct bed *b, const char *host, int64_t position)
{
    bed_want_rule(b, bed_rule(b, host, "-", "g"), position);
}

/* Another listener, before the one of the others, with rules that nothing wants. */
static void add_listener(struct bed *b, int doomed)
{
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 70, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "70/HTTP"), l, "lsn-70");
    for (int i = 1; i <= doomed; i++) {
        struct alb_rule *rule = bed_rule(b, arena_fmt(&b->a, "old%d.com", i), "-", "g");
        rule->priority = (struct opt_int){ i, true };
        struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, "70/HTTP", rule, 1));
        r->parent = "70/HTTP";
        r->actual = rule;
        r->cloud_id = arena_fmt(&b->a, "rule-70-%d", i);
        r->status = "Available";
    }
    b->in.allow_destroy = true;
}

/* Where there are more than may be, as many go first as it takes. */
static void test_all_that_is_too_much_goes_in_the_first_call(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    add_listener(b, 2);
    want(b, "b.com", 500);
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_int_equal(b->plan.steps.items[0].items.len, 2);
}

/* Rules that go with their listener count no more, all others do. */
static void test_rules_of_the_listeners_that_stay_count(void **state)
{
    struct bed *b = *state;
    start(b, 40);
    add_listener(b, 1);
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "70/HTTP"));
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules, 40);
    want(b, "b.com", 500);
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules, 41);
    assert_true(b->plan.lbs.items[0].refused);
}

static void test_what_fits_is_created_first(void **state)
{
    struct bed *b = *state;
    start(b, 37);
    have(b, "*.old.com", 1);
    have(b, "w.*", 2);
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules");
    assert_int_equal(b->plan.lbs.items[0].rules, 38);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 40);
    assert_true(b->plan.lbs.items[0].hitless);
}

static void test_too_many_rules_are_refused(void **state)
{
    struct bed *b = *state;
    start(b, 40);
    want(b, "new.com", 1);
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 1);
    assert_true(b->plan.refusals.items[0].quota);
    assert_true(b->plan.lbs.items[0].refused);
    assert_int_equal(b->plan.lbs.items[0].rules, 41);
    assert_null(bed_next(b));
}

static void test_rules_of_others_use_the_quota_too(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    have(b, "theirs.com", 1);
    struct alb_rule *rule = bed_rule(b, "theirs.com", "-", "g");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1))->ours = false;
    want(b, "new.com", 1);
    bed_plan(b);
    assert_true(b->plan.lbs.items[0].refused);
}

static void test_a_full_list_turns_what_is_doomed_into_what_is_new(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    have(b, "*.old.com", 1);
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.lbs.items[0].rules, 40);
}

/* Requests for a.com/x go astray when either rule goes before the catch-all is there, those for
 * w.com/y when the catch-all is there before their rule: no update does two of the three. */
static void start_full(struct bed *b, const char *group)
{
    start(b, 38);
    have(b, "a.com", 1);
    bed_have_rule(b, bed_rule(b, "-", "/x", "other"), 2, "rule-2");
    bed_want_rule(b, bed_rule(b, "w.com", "/y", group), 1);
    bed_want_rule(b, bed_rule(b, "-", "/*", "rest"), 500);
}

static void test_a_full_list_deletes_first_and_says_that_it_hurts(void **state)
{
    struct bed *b = *state;
    start_full(b, "new");
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 2);
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.refusals.len, 0);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "CreateRules");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_full_list_with_more_to_go_than_to_come_has_room(void **state)
{
    struct bed *b = *state;
    start(b, 38);
    have(b, "*.old.com", 1);
    have(b, "other.com", 2);
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0));
    assert_int_equal(b->plan.steps.len, 2);
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.lbs.items[0].rules, 39);
}

static void test_a_delete_that_nothing_overlaps_hurts_nobody(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 81, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "81/HTTP"), l, "lsn-2");
    struct resource *r = bed_row(b, RESOURCE_RULE, "81/HTTP#1");
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "g");
    rule->priority = (struct opt_int){ 7, true };
    r->parent = "81/HTTP"; /* of another listener: it cannot become one of this */
    r->actual = rule;
    r->cloud_id = "rule-x";
    r->status = "Available";
    want(b, "w.old.com", 1);
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_string_equal(step_value(&b->plan.steps.items[0], "RuleIds.1"), "rule-x");
}

static void test_nothing_is_deleted_early_before_the_creates_could_follow(void **state)
{
    struct bed *b = *state;
    start_full(b, "@shop/web-api:80");
    bed_plan(b);
    assert_non_null(bed_step(b, "DeleteRules", 0));
    assert_null(bed_next(b));
}

static void test_a_standard_load_balancer_has_a_hundred(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    want(b, "a.com", 1);
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 100);
    assert_int_equal(b->plan.lbs.items[0].rules, 1);
}

/* A load balancer that says no edition has the quota of a Standard one; a Basic one has 40. */
static void test_the_quota_is_that_of_the_edition(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer *lb = bed_lb(b);
    bed_listener(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "g"), 1);
    struct alb_load_balancer *actual = bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    actual->edition = ALB_EDITION_UNSET;
    lb->edition = ALB_EDITION_BASIC; /* what it is said to be */
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 40);
    actual->edition = ALB_EDITION_STANDARD; /* what it is */
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 100);
    bed_gone(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 40);
}

/* One request and one response rule, full: neither can become the other. */
static void test_in_a_full_list_a_rule_does_not_change_its_direction(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    for (int i = 0; i < 99; i++) {
        struct alb_rule *rule = bed_rule(b, arena_fmt(&b->a, "s%d.com", i), "-", "g");
        bed_want_rule(b, rule, i + 10);
        bed_have_rule(b, rule, i + 10, arena_fmt(&b->a, "rule-%d", i));
    }
    struct alb_rule *old = bed_rule(b, "a.com", "-", "g");
    old->direction = ALB_DIRECTION_RESPONSE;
    old->actions.items[0].type = ALB_ACTION_REMOVE_HEADER;
    old->actions.items[0].remove_header = (struct alb_remove_header){ .key = "x" };
    bed_have_rule(b, old, 5, "rule-old");
    bed_want_rule(b, bed_rule(b, "n.com", "-", "g"), 1);
    b->in.allow_destroy = true;
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
    assert_non_null(b->plan.steps.items[1].waits);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* Does step after step; at no moment are there more than 40 rules, and every new plan keeps its
 * word.  Returns the number of calls. */
static size_t finish(struct bed *b)
{
    const bool hitless = b->plan.lbs.items[0].hitless;
    size_t calls = 0;
    for (; b->plan.steps.len && calls < 20; calls++) {
        const struct step *s = bed_next(b);
        assert_non_null(s);
        assert_false(s->disrupts && hitless);
        bed_apply(b, s);
        bed_plan(b);
        assert_true(!hitless || b->plan.lbs.items[0].hitless);
        size_t there = 0;
        for (size_t i = 0; i < b->model.rows.len; i++)
            there += b->model.rows.items[i].kind == RESOURCE_RULE && b->model.rows.items[i].actual;
        assert_in_range(there, 0, 40);
    }
    assert_no_steps(b);
    return calls;
}

static struct alb_rule *answer(struct bed *b, const char *host, const char *path)
{
    struct alb_rule *rule = bed_rule(b, host, path, "g");
    rule->direction = ALB_DIRECTION_RESPONSE;
    rule->actions.items[0].type = ALB_ACTION_REMOVE_HEADER;
    rule->actions.items[0].remove_header = (struct alb_remove_header){ .key = "x" };
    return rule;
}

/* At the end of the labels, below a rule of others: there is room for the third of four only when
 * the last has moved.  Four rules with that of others. */
static void crowd(struct bed *b)
{
    static const char *const paths[] = { "/p/*", "/p/q/*", "/p/q/r/*", "/p/q/r/s/*" };
    static const int64_t labels[] = { 9997, 9998, 0, 9999 };
    struct alb_rule *theirs = bed_rule(b, "c.com", "/*", "g");
    bed_have_rule(b, theirs, 9996, "rule-9996");
    bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", theirs, 1))->ours = false;
    for (int i = 0; i < 4; i++) {
        struct alb_rule *rule = bed_rule(b, "c.com", paths[i], "g");
        bed_want_rule(b, rule, 200 + i);
        if (labels[i])
            bed_have_rule(b, rule, labels[i], arena_fmt(&b->a, "rule-%d", (int)labels[i]));
    }
}

static void test_room_for_labels_comes_before_room_in_the_quota(void **state)
{
    struct bed *b = *state;
    start(b, 35);
    crowd(b);
    bed_have_rule(b, answer(b, "s.com", "-"), 1, "rule-1");
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, "UpdateRulesAttribute");
    assert_string_equal(step_value(bed_next(b), "Rules.1.RuleId"), "rule-9999");
    assert_string_equal(step_value(bed_next(b), "Rules.1.Priority"), "10000");
    assert_int_equal(bed_next(b)->items.len, 1);
    assert_string_equal(bed_step(b, "CreateRules", 0)->waits, "labels to be moved, to make room");
    assert_string_equal(bed_step(b, "DeleteRules", 0)->waits, "labels to be moved, to make room");
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(finish(b), 3);
}

/* As start_full(), for one host, beside a crowd: what it costs is said before labels are moved. */
static void start_stuck(struct bed *b, int n)
{
    start(b, n);
    crowd(b);
    bed_have_rule(b, bed_rule(b, "b.com", "/a/*", "1"), 2, "rule-2");
    bed_have_rule(b, bed_rule(b, "b.com", "/*/x", "2"), 3, "rule-3");
    bed_want_rule(b, bed_rule(b, "b.com", "/y/z", "3"), 1);
    bed_want_rule(b, bed_rule(b, "b.com", "/*", "4"), 2);
}

static void test_what_the_quota_will_cost_is_said_before_labels_are_moved(void **state)
{
    struct bed *b = *state;
    start_stuck(b, 33);
    bed_have_rule(b, answer(b, "s.com", "-"), 1, "rule-1");
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Rules.1.RuleId"), "rule-9999");
    assert_true(b->plan.lbs.items[0].hitless); /* what goes by itself makes room for the first */
    assert_int_equal(b->plan.refusals.len, 0);
}

static void test_what_the_quota_does_not_allow_without_harm_is_said_before_that(void **state)
{
    struct bed *b = *state;
    start_stuck(b, 33);
    bed_have_rule(b, bed_rule(b, "b.com", "/a/b/*", "5"), 1, "rule-1"); /* goes after the others */
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Rules.1.RuleId"), "rule-9999");
    assert_false(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.refusals.len, 0);
}

/* More than forty, and it is known that there may be no more: the quota was lowered again. */
static void forty_only(struct bed *b)
{
    static const struct quotas forty = { .set = { [QUOTA_RULES_BASIC] = 40 } };
    b->in.quotas = &forty;
}

static void test_beyond_the_quota_what_hurts_nobody_goes_first(void **state)
{
    struct bed *b = *state;
    start(b, 39);
    bed_have_rule(b, answer(b, "s.com", "-"), 1, "rule-1");
    bed_have_rule(b, answer(b, "s.com", "/x"), 2, "rule-2");
    want(b, "new.com", 1);
    forty_only(b);
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 2);
    assert_string_equal(step_value(bed_next(b), "RuleIds.1"), "rule-2"); /* from below */
    assert_non_null(b->plan.steps.items[1].waits);
    assert_int_equal(b->plan.steps.items[0].after.len, 0);
    assert_int_equal(b->plan.steps.items[1].after.len, 1); /* for the room alone */
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(finish(b), 2);
}

static void test_beyond_the_quota_the_rest_goes_first_too_and_the_plan_says_so(void **state)
{
    struct bed *b = *state;
    start_full(b, "new");
    bed_have_rule(b, answer(b, "s.com", "-"), 600, "rule-600");
    forty_only(b);
    bed_plan(b);
    assert_plan(b, "DeleteRules", "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 3);
    assert_true(bed_next(b)->disrupts);
    assert_false(b->plan.steps.items[1].disrupts);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.steps.items[0].after.len, 0);
    assert_int_equal(b->plan.steps.items[1].after.len, 1);
    assert_int_equal(b->plan.steps.items[1].after.items[0], 0);
}

static void test_beyond_the_quota_labels_that_are_moved_do_not_help(void **state)
{
    struct bed *b = *state;
    start(b, 35);
    crowd(b);
    bed_have_rule(b, answer(b, "s.com", "-"), 1, "rule-1");
    bed_have_rule(b, answer(b, "s.com", "/x"), 2, "rule-2");
    forty_only(b);
    bed_plan(b);
    assert_string_equal(step_value(bed_next(b), "Rules.1.RuleId"), "rule-9999");
    assert_false(b->plan.lbs.items[0].hitless);
}

/* There is room for the one that does not wait: it need not wait for what goes by itself. */
static void test_what_has_room_is_made_whatever_waits_beside_it(void **state)
{
    struct bed *b = *state;
    start(b, 36);
    for (int i = 1; i <= 3; i++)
        bed_have_rule(b, answer(b, arena_fmt(&b->a, "s%d.com", i), "-"), i,
                      arena_fmt(&b->a, "rule-%d", i));
    want(b, "n.com", 1);
    bed_want_rule(b, bed_rule(b, "v.com", "-", "@shop/none:80"), 2);
    bed_want_rule(b, bed_rule(b, "w.com", "-", "@shop/none:80"), 3);
    bed_plan(b);
    assert_string_equal(bed_next(b)->action, "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 1);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* What hurts nobody does not go either as long as one of the new rules waits: the first, or
 * another.
 */
static void test_beyond_the_quota_nothing_goes_first_while_a_new_rule_waits(void **state)
{
    struct bed *b = *state;
    for (int waiting = 0; waiting < 2; waiting++) {
        bed_done(b);
        bed_init(b);
        start(b, 38);
        forty_only(b);
        for (int i = 1; i <= 3; i++)
            bed_have_rule(b, answer(b, arena_fmt(&b->a, "s%d.com", i), "-"), i,
                          arena_fmt(&b->a, "rule-%d", i));
        for (int i = 0; i < 2; i++)
            bed_want_rule(b,
                          bed_rule(b, arena_fmt(&b->a, "n%d.com", i), "-",
                                   i == waiting ? "@shop/web-api:80" : "g"),
                          1 + i);
        bed_plan(b);
        assert_null(bed_next(b));
        assert_string_equal(bed_step(b, "DeleteRules", 0)->waits,
                            "ServerGroup shop/web-api:80 to exist");
        assert_true(b->plan.lbs.items[0].hitless);
    }
}

/* As many deletes come first as there is room lacking, and no more. */
static void test_beyond_the_quota_no_more_goes_first_than_must(void **state)
{
    struct bed *b = *state;
    start(b, 38);
    bed_have_rule(b, answer(b, "r.com", "-"), 1, "rule-1");
    bed_have_rule(b, answer(b, "s.com", "-"), 2, "rule-2");
    bed_have_rule(b, answer(b, "t.com", "-"), 3, "rule-3");
    want(b, "new.com", 1);
    forty_only(b);
    bed_plan(b);
    assert_int_equal(bed_count(b, "DeleteRules"), 2);
    assert_int_equal(bed_step(b, "DeleteRules", 0)->items.len, 2);
    assert_int_equal(bed_step(b, "DeleteRules", 1)->items.len, 1);
    assert_non_null(bed_step(b, "CreateRules", 0)->waits);
    assert_true(b->plan.lbs.items[0].hitless);
    (void)finish(b);
}

/* Labels that are moved in one listener are no concern of another. */
static void test_moved_labels_hold_up_their_own_listener_only(void **state)
{
    struct bed *b = *state;
    start(b, 1);
    crowd(b);
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 81, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "81/HTTP"), l, "lsn-2");
    struct resource *r = bed_row(b, RESOURCE_RULE, "81/HTTP#1");
    r->parent = "81/HTTP";
    r->desired = bed_rule(b, "c.com", "/p/q/r/*", "g");
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute", "CreateRules", "CreateRules");
    const struct step *other = bed_step(b, "CreateRules", 0), *own = bed_step(b, "CreateRules", 1);
    assert_string_equal(own->waits, "labels to be moved, to make room");
    assert_int_equal(own->after.len, 1);
    assert_string_equal(step_value(other, "ListenerId"), "lsn-2");
    assert_null(other->waits);
    assert_int_equal(other->after.len, 0);
}

/* What the settings say of an account is more than what a new one has, ... */
static void test_the_quota_may_be_known_to_be_raised(void **state)
{
    struct bed *b = *state;
    struct quotas quotas = { .set = { [QUOTA_RULES_BASIC] = 42 } };
    start(b, 40);
    want(b, "b.com", 500);
    want(b, "c.com", 501);
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 1);
    assert_non_null(
        strstr(b->plan.refusals.items[0].message, "(quota.loadbalancer_rules_num_basic_edition)"));
    b->in.quotas = &quotas;
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 0);
    assert_plan(b, "CreateRules");
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 42);
    /* ... and what a refusal says is true for now. */
    quotas.told[QUOTA_RULES_BASIC] = 41;
    quotas.told_at[QUOTA_RULES_BASIC] = NOW;
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 1);
    assert_true(b->plan.refusals.items[0].quota);
}

/* More than a new account may have was made by somebody who may. */
static void test_where_there_is_more_the_quota_was_raised(void **state)
{
    struct bed *b = *state;
    start(b, 41);
    want(b, "b.com", 500);
    bed_plan(b);
    assert_int_equal(b->plan.refusals.len, 0);
    assert_plan(b, "CreateRules");
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_rules_of_the_listeners_that_stay_count),
        BED_TEST(test_all_that_is_too_much_goes_in_the_first_call),
        BED_TEST(test_the_quota_may_be_known_to_be_raised),
        BED_TEST(test_where_there_is_more_the_quota_was_raised),
        BED_TEST(test_what_fits_is_created_first),
        BED_TEST(test_too_many_rules_are_refused),
        BED_TEST(test_rules_of_others_use_the_quota_too),
        BED_TEST(test_a_full_list_turns_what_is_doomed_into_what_is_new),
        BED_TEST(test_a_full_list_deletes_first_and_says_that_it_hurts),
        BED_TEST(test_a_full_list_with_more_to_go_than_to_come_has_room),
        BED_TEST(test_a_delete_that_nothing_overlaps_hurts_nobody),
        BED_TEST(test_nothing_is_deleted_early_before_the_creates_could_follow),
        BED_TEST(test_a_standard_load_balancer_has_a_hundred),
        BED_TEST(test_the_quota_is_that_of_the_edition),
        BED_TEST(test_in_a_full_list_a_rule_does_not_change_its_direction),
        BED_TEST(test_room_for_labels_comes_before_room_in_the_quota),
        BED_TEST(test_what_the_quota_will_cost_is_said_before_labels_are_moved),
        BED_TEST(test_what_the_quota_does_not_allow_without_harm_is_said_before_that),
        BED_TEST(test_beyond_the_quota_what_hurts_nobody_goes_first),
        BED_TEST(test_beyond_the_quota_the_rest_goes_first_too_and_the_plan_says_so),
        BED_TEST(test_beyond_the_quota_labels_that_are_moved_do_not_help),
        BED_TEST(test_what_has_room_is_made_whatever_waits_beside_it),
        BED_TEST(test_beyond_the_quota_nothing_goes_first_while_a_new_rule_waits),
        BED_TEST(test_beyond_the_quota_no_more_goes_first_than_must),
        BED_TEST(test_moved_labels_hold_up_their_own_listener_only),
    };
    return cmocka_run_group_tests_name("plan/quota", tests, NULL, NULL);
}
