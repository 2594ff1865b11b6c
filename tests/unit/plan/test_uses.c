/* Quotas of what listeners and rules use (alb-semantics.md §11). */
#include "support.h"

#define GROUP "shop/web-api:80"

enum { ATTACHED = 50, GROUP_SERVERS = 1000, LB_SERVERS = 1000, ADDRESS_RULES = 200 };

static void start(struct bed *b)
{
    bed_rules(b);
    bed_group(b, GROUP, "sgp-1");
    bed_group(b, "shop/other:80", "sgp-2");
}

/* Rules that are there and wanted, each for a host of its own. */
static void fill(struct bed *b, const char *group, int first, int n)
{
    for (int i = first; i < first + n; i++) {
        const char *host = arena_fmt(&b->a, "h%d.com", i);
        bed_have(b, host, "-", group, i);
        bed_want(b, host, "-", group, i);
    }
}

static const struct alb_server *make_servers(struct bed *b, int n)
{
    struct alb_server *s = arena_array(&b->a, (size_t)n, sizeof *s);
    for (int i = 0; i < n; i++)
        s[i] = bed_server(arena_fmt(&b->a, "10.0.%d.%d", i / 250, i % 250), "Available");
    return s;
}

/* Servers [0, there) are in the group, and [wanted, end) are to be. */
static struct resource *serve(struct bed *b, const char *key, size_t there, size_t wanted,
                              size_t end)
{
    struct resource *r = bed_row(b, RESOURCE_SERVER_GROUP, key);
    const struct alb_server *s = make_servers(b, (int)(there > end ? there : end));
    struct alb_server_group *g = bed_actual(b, r), *want = bed_actual(b, r);
    bed_servers(b, want, end - wanted, s + wanted);
    bed_servers(b, g, there, s);
    r->desired = want;
    r->actual = g;
    return r;
}

static size_t created(const struct bed *b, bool waiting)
{
    size_t n = 0;
    for (size_t i = 0; i < bed_count(b, "CreateRules"); i++) {
        const struct step *s = bed_step(b, "CreateRules", i);
        n += !s->waits == !waiting ? s->items.len : 0;
    }
    return n;
}

static const char *waits_of(const struct bed *b, const char *action)
{
    for (size_t i = 0; i < bed_count(b, action); i++)
        if (bed_step(b, action, i)->waits)
            return bed_step(b, action, i)->waits;
    return "";
}

/* ---- rules of a group ------------------------------------------------------------------------ */

static void test_no_more_rules_lead_to_a_group_than_may(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 2);
    for (int i = 101; i <= 104; i++)
        bed_want(b, arena_fmt(&b->a, "h%d.com", i), "-", "@" GROUP, i);
    bed_plan(b);
    assert_int_equal(created(b, false), 2);
    assert_int_equal(created(b, true), 2);
    assert_non_null(
        strstr(waits_of(b, "CreateRules"), "50 rules that may lead to ServerGroup " GROUP));
    assert_int_equal(b->plan.warnings.len, 2); /* for ever */
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_null(bed_next(b));
}

static void test_a_listener_counts_among_them(void **state)
{
    struct bed *b = *state;
    start(b);
    struct resource *r = bed_row(b, RESOURCE_LISTENER, "80/HTTP");
    struct alb_listener *l = bed_actual(b, r);
    const struct alb_rule *rule = bed_rule(b, "-", "-", "sgp-1");
    l->default_actions.items = rule->actions.items;
    l->default_actions.len = 1;
    r->desired = l;
    fill(b, "sgp-1", 1, ATTACHED - 2);
    bed_want(b, "a.com", "-", "sgp-1", 101);
    bed_want(b, "b.com", "-", "sgp-1", 102);
    bed_plan(b);
    assert_int_equal(created(b, false), 1);
    assert_int_equal(created(b, true), 1);
}

static void test_a_mirror_counts_among_them(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED);
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "sgp-2");
    struct alb_rule_action *act = LIST_PUSH(&b->a, &rule->actions);
    act->type = ALB_ACTION_MIRROR;
    act->order = (struct opt_int){ 2, true };
    act->mirror.target_type = "ForwardGroupMirror";
    *LIST_PUSH(&b->a, &act->mirror.groups.targets) = (struct alb_target){ .group_id = "sgp-1" };
    bed_want_rule(b, rule, 101);
    bed_plan(b);
    assert_int_equal(created(b, true), 1);
}

static void test_more_than_the_default_means_it_was_raised(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED + 1);
    bed_want(b, "a.com", "-", "sgp-1", 101);
    bed_plan(b);
    assert_int_equal(created(b, false), 1);
    assert_int_equal(created(b, true), 0);
}

/* What changes place or weight, or takes the place of another, needs no more room. */
static void test_what_led_there_before_needs_no_room(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 1);
    bed_have(b, "old.com", "-", "sgp-1", 90);
    bed_want(b, "new.com", "-", "sgp-1", 90);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_null(b->plan.steps.items[0].waits);
}

/* One rule leaves the full group on the same call's way that another needs. */
static void test_what_leaves_makes_room_for_the_next_plan(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 1);
    bed_have(b, "a.com", "-", "sgp-1", 80);
    bed_want(b, "a.com", "-", "sgp-2", 80);
    bed_want(b, "b.com", "-", "sgp-1", 90);
    bed_plan(b);
    assert_int_equal(created(b, true), 1);
    assert_non_null(bed_next(b));
    assert_string_equal(bed_next(b)->action, "UpdateRulesAttribute");
    assert_int_equal(b->plan.warnings.len, 0);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_null(b->plan.steps.items[0].waits);
    assert_true(b->plan.lbs.items[0].hitless);
}

/* Does what the plan says until nothing is left to do. */
static void converge(struct bed *b)
{
    for (size_t i = 0; i < 9 && b->plan.steps.len; i++) {
        assert_non_null(bed_next(b));
        bed_apply(b, bed_next(b));
        bed_plan(b);
    }
    assert_no_steps(b);
}

/* The host must be there before the rule for / changes, and that for /x must stay until it has. */
static void test_what_goes_from_a_full_group_goes_first_where_nothing_else_can_be_done(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 1);
    bed_have(b, "-", "/x/*", "sgp-1", 100);
    bed_have(b, "-", "/*", "8", 200);
    bed_want(b, "a.com", "-", "sgp-1", 100);
    bed_want(b, "-", "/*", "9", 200);
    bed_plan(b);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_string_equal(bed_next(b)->action, "DeleteRules");
    assert_true(bed_next(b)->disrupts);
    assert_int_equal(b->plan.warnings.len, 0);
    converge(b);
}

/* A rule that is to lead elsewhere makes room as well. */
static void test_what_leaves_a_full_group_leaves_first_where_nothing_else_can_be_done(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 1);
    bed_have(b, "-", "/*", "sgp-1", 200);
    bed_want(b, "a.com", "-", "sgp-1", 100);
    bed_want(b, "-", "/*", "9", 200);
    bed_plan(b);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_string_equal(bed_next(b)->action, "UpdateRulesAttribute");
    assert_true(bed_next(b)->disrupts);
    converge(b);
}

/* One of the two hosts would find no room in the end either, so nothing is harmed for it. */
static void test_nothing_leaves_a_full_group_in_vain(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 1);
    bed_have(b, "-", "/*", "sgp-1", 200);
    bed_want(b, "a.com", "-", "sgp-1", 100);
    bed_want(b, "b.com", "-", "sgp-1", 101);
    bed_want(b, "-", "/*", "9", 200);
    bed_plan(b);
    assert_null(bed_next(b));
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.warnings.len, 2);
}

/* As copies it would be two calls, but there is no room for those in the group. */
static void test_copies_need_room_in_their_groups(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 2);
    bed_have(b, "-", "/x/*", "9", 100);
    bed_have(b, "-", "/*", "sgp-1", 200);
    bed_want(b, "a.com", "-", "sgp-1", 100);
    bed_want(b, "*.b.com", "-", "8", 101);
    bed_want(b, "-", "/*", "9", 200);
    bed_plan(b);
    const size_t calls = b->plan.steps.len;
    assert_true(b->plan.lbs.items[0].hitless);
    bed_finish(b, calls);
}

static void add_target(struct bed *b, struct alb_rule *rule, const char *group)
{
    *LIST_PUSH(&b->a, &rule->actions.items[0].forward.targets) =
        (struct alb_target){ .group_id = group, .weight = { 100, true } };
}

static void test_a_rule_leads_to_a_group_once_however_often_it_names_it(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 2);
    for (int i = 101; i <= 103; i++) {
        struct alb_rule *rule = bed_rule(b, arena_fmt(&b->a, "h%d.com", i), "-", "sgp-1");
        add_target(b, rule, "sgp-2");
        add_target(b, rule, "sgp-1");
        bed_want_rule(b, rule, i);
    }
    bed_plan(b);
    assert_int_equal(created(b, false), 2);
    assert_int_equal(created(b, true), 1);
}

/* It leads to a full group already, and is to lead to another one, too, which is full: it stays as
 * it is, and there is no more room than before. */
static void test_what_finds_no_room_gives_none_back_that_it_has_not_taken(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED);
    fill(b, "sgp-2", 51, ATTACHED - 1);
    bed_have(b, "a.com", "-", "sgp-2", 101);
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "sgp-2");
    add_target(b, rule, "sgp-1");
    bed_want_rule(b, rule, 101);
    bed_want(b, "h1.com", "-", "sgp-2", 1); /* in the place of one that leads to the first */
    bed_plan(b);
    assert_null(bed_next(b));
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.warnings.len, 2);
}

/* Two rules that are to change places in two full groups: neither is sent where there is no room.
 */
static void test_full_groups_do_not_change_rules(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED);
    fill(b, "sgp-2", 51, ATTACHED);
    bed_want(b, "h1.com", "-", "sgp-2", 1);
    bed_want(b, "h51.com", "-", "sgp-1", 51);
    bed_plan(b);
    assert_null(bed_next(b));
    assert_true(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.warnings.len, 2);
    bed_want(b, "h2.com", "-", "@shop/none:80", 2); /* once that is there, there is room */
    bed_plan(b);
    assert_null(bed_next(b));
    assert_int_equal(b->plan.warnings.len, 0);
}

/* Of the two that lead to the full group, one will lead to another one as well, and has to wait;
 * one waits for something else; the one that leaves is the one that makes room. */
static void test_only_what_leaves_a_full_group_makes_room_in_it(void **state)
{
    struct bed *b = *state;
    start(b);
    fill(b, "sgp-1", 1, ATTACHED - 3);
    bed_have(b, "-", "/x/*", "sgp-1", 100);
    bed_have(b, "-", "/y/*", "sgp-1", 150);
    bed_have(b, "-", "/*", "sgp-1", 200);
    bed_want(b, "a.com", "-", "sgp-1", 90);
    struct alb_rule *rule = bed_rule(b, "-", "/x/*", "sgp-1");
    add_target(b, rule, "8");
    bed_want_rule(b, rule, 100);
    bed_want(b, "-", "/y/*", "@shop/none:80", 150);
    bed_want(b, "-", "/*", "9", 200);
    bed_plan(b);
    const struct step *s = bed_next(b);
    assert_non_null(s);
    assert_string_equal(s->action, "UpdateRulesAttribute");
    assert_string_equal(step_value(s, "Rules.1.RuleId"), "rule-200");
    assert_null(step_value(s, "Rules.2.RuleId"));
    assert_true(s->disrupts);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_int_equal(b->plan.warnings.len, 0);
}

/* ---- servers ----------------------------------------------------------------------------------
 */

static void test_a_group_has_no_more_servers_than_it_may(void **state)
{
    struct bed *b = *state;
    start(b);
    const struct resource *r = serve(b, GROUP, GROUP_SERVERS - 1, 0, GROUP_SERVERS + 1);
    const char *key = r->key;
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup", "AddServersToServerGroup");
    assert_null(b->plan.steps.items[0].waits);
    assert_int_equal(b->plan.steps.items[0].changes.len, 1);
    assert_non_null(strstr(b->plan.steps.items[1].waits, "1000 servers of a group"));
    assert_int_equal(b->plan.warnings.len, 1);
    assert_string_equal(b->plan.warnings.items[0].key, key);
}

static void test_a_full_group_loses_servers_before_it_gets_others(void **state)
{
    struct bed *b = *state;
    start(b);
    serve(b, GROUP, GROUP_SERVERS, 300, GROUP_SERVERS + 300); /* more than one Replace takes */
    bed_plan(b);
    assert_int_equal(b->plan.warnings.len, 0);
    assert_true(b->plan.lbs.items[0].hitless);
    assert_string_equal(bed_next(b)->action, "RemoveServersFromServerGroup");
    converge(b);
}

/* Of fifty servers that change places all but one that answers go before the others come; where
 * one is all there is, it goes, and the plan says so. */
static void test_the_last_server_that_answers_goes_last_if_it_can(void **state)
{
    struct bed *b = *state;
    start(b);
    serve(b, GROUP, 50, 50, 100);
    serve(b, "shop/other:80", 1, 1, 2);
    fill(b, "sgp-1", 1, 19);
    fill(b, "sgp-2", 51, 50); /* 19 * 50 + 50 * 1 is what there may be */
    bed_plan(b);
    const struct step *only = bed_step(b, "RemoveServersFromServerGroup", 0); /* of the other */
    assert_int_equal(only->changes.len, 1);
    assert_true(only->disrupts);
    assert_null(only->waits);
    assert_false(b->plan.lbs.items[0].hitless);
    const struct step *most = bed_step(b, "RemoveServersFromServerGroup", 1);
    assert_int_equal(most->changes.len, 49);
    assert_null(most->waits);
    assert_false(most->disrupts);
    assert_non_null(bed_step(b, "RemoveServersFromServerGroup", 2)->waits);
    converge(b);
}

/* Each server counts for every rule that leads to it. */
static void test_a_load_balancer_has_no_more_servers_than_it_may(void **state)
{
    struct bed *b = *state;
    start(b);
    serve(b, GROUP, 100, 0, 100);
    serve(b, "shop/other:80", 50, 0, 50);
    fill(b, "sgp-1", 1, 9);
    fill(b, "sgp-2", 51, 1);
    bed_want(b, "a.com", "-", "sgp-2", 60); /* 900 + 50 + 50 */
    bed_plan(b);
    assert_int_equal(created(b, false), 1);
    bed_want(b, "b.com", "-", "sgp-2", 61);
    bed_plan(b);
    assert_int_equal(created(b, false), 1);
    assert_int_equal(created(b, true), 1);
    assert_non_null(strstr(waits_of(b, "CreateRules"), "1000 servers of a load balancer"));
    assert_int_equal(b->plan.warnings.len, 1);
}

static void test_a_small_edition_has_fewer(void **state)
{
    struct bed *b = *state;
    start(b);
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    struct alb_load_balancer *lb = bed_actual(b, r);
    lb->edition = ALB_EDITION_BASIC;
    r->desired = lb;
    serve(b, GROUP, 100, 0, 101);
    fill(b, "sgp-1", 1, 2);
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup");
    assert_non_null(strstr(b->plan.steps.items[0].waits, "200 servers of a load balancer"));
}

/* The same server in five groups, to all of which each of forty rules leads. */
static void test_no_more_rules_lead_to_a_server_than_may(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 0; i < 5; i++) {
        const char *key = arena_fmt(&b->a, "shop/a%d:80", i);
        bed_group(b, key, arena_fmt(&b->a, "sgp-a%d", i));
        serve(b, key, 1, 0, 1);
    }
    struct resource *last = bed_row(b, RESOURCE_SERVER_GROUP, "shop/a4:80");
    struct alb_server_group *g = bed_actual(b, last);
    struct alb_server some[3] = { g->servers.items[0] };
    some[1] = (struct alb_server){ .id = "i-1", .port = { 1, true } }; /* known by its id alone */
    some[2] = (struct alb_server){ .port = { 1, true } };              /* ... by nothing        */
    bed_servers(b, g, 3, some);
    last->desired = g;
    for (int i = 1; i <= 42; i++) {
        const char *host = arena_fmt(&b->a, "h%d.com", i);
        struct alb_rule *rule = bed_rule(b, host, "-", "sgp-a0");
        for (int k = 1; k < 5; k++)
            *LIST_PUSH(&b->a, &rule->actions.items[0].forward.targets) =
                (struct alb_target){ .group_id = arena_fmt(&b->a, "sgp-a%d", k),
                                     .weight = { 100, true } };
        if (i < 40)
            bed_have_rule(b, rule, i, arena_fmt(&b->a, "rule-%d", i));
        bed_want_rule(b, rule, i);
    }
    bed_plan(b);
    assert_int_equal(created(b, false), 1);
    assert_int_equal(created(b, true), 2);
    assert_non_null(
        strstr(waits_of(b, "CreateRules"), "200 rules that may lead to server 10.0.0.0"));
    assert_int_equal(b->plan.warnings.len, 2);
    bed_want(b, "new.com", "-", "sgp-a4", 50); /* the first of its three servers is the full one */
    bed_plan(b);
    assert_int_equal(created(b, false), 1);
    assert_int_equal(created(b, true), 3);
    serve(b, "shop/a0:80", 1, 0, 2); /* another address has room */
    bed_plan(b);
    assert_null(bed_step(b, "AddServersToServerGroup", 0)->waits);
}

/* The same server in four groups, to all of which each of fifty rules leads, and in a fifth. */
static void test_a_server_that_many_rules_lead_to_joins_no_other_group(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 0; i < 4; i++) {
        const char *key = arena_fmt(&b->a, "shop/a%d:80", i);
        bed_group(b, key, arena_fmt(&b->a, "sgp-a%d", i));
        serve(b, key, 1, 0, 1);
    }
    for (int i = 1; i <= 50; i++) {
        struct alb_rule *rule = bed_rule(b, arena_fmt(&b->a, "h%d.com", i), "-", "sgp-a0");
        for (int k = 1; k < 4; k++)
            *LIST_PUSH(&b->a, &rule->actions.items[0].forward.targets) =
                (struct alb_target){ .group_id = arena_fmt(&b->a, "sgp-a%d", k),
                                     .weight = { 100, true } };
        bed_have_rule(b, rule, i, arena_fmt(&b->a, "rule-%d", i));
        bed_want_rule(b, rule, i);
    }
    serve(b, GROUP, 0, 0, 1);
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup");
    assert_null(b->plan.steps.items[0].waits); /* no rule leads to that group */
    fill(b, "sgp-1", 60, 1);
    bed_plan(b);
    assert_plan(b, "AddServersToServerGroup");
    assert_non_null(
        strstr(b->plan.steps.items[0].waits, "200 rules that may lead to server 10.0.0.0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_no_more_rules_lead_to_a_group_than_may),
        BED_TEST(test_a_server_that_many_rules_lead_to_joins_no_other_group),
        BED_TEST(test_a_listener_counts_among_them),
        BED_TEST(test_a_mirror_counts_among_them),
        BED_TEST(test_more_than_the_default_means_it_was_raised),
        BED_TEST(test_what_led_there_before_needs_no_room),
        BED_TEST(test_what_leaves_makes_room_for_the_next_plan),
        BED_TEST(test_what_goes_from_a_full_group_goes_first_where_nothing_else_can_be_done),
        BED_TEST(test_what_leaves_a_full_group_leaves_first_where_nothing_else_can_be_done),
        BED_TEST(test_nothing_leaves_a_full_group_in_vain),
        BED_TEST(test_copies_need_room_in_their_groups),
        BED_TEST(test_a_rule_leads_to_a_group_once_however_often_it_names_it),
        BED_TEST(test_what_finds_no_room_gives_none_back_that_it_has_not_taken),
        BED_TEST(test_full_groups_do_not_change_rules),
        BED_TEST(test_only_what_leaves_a_full_group_makes_room_in_it),
        BED_TEST(test_a_group_has_no_more_servers_than_it_may),
        BED_TEST(test_a_full_group_loses_servers_before_it_gets_others),
        BED_TEST(test_the_last_server_that_answers_goes_last_if_it_can),
        BED_TEST(test_a_load_balancer_has_no_more_servers_than_it_may),
        BED_TEST(test_a_small_edition_has_fewer),
        BED_TEST(test_no_more_rules_lead_to_a_server_than_may),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
