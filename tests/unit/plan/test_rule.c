/* Rules: what is sent, and what it waits for. */
#include "support.h"

#define GROUP "shop/web-api:80"

static void start(struct bed *b)
{
    bed_lb(b);
    bed_listener(b);
    bed_group(b, GROUP, "sgp-1");
}

static struct resource *row(struct bed *b, const struct alb_rule *rule)
{
    return bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1));
}

/* A rule as it is wanted, and there; applied, so that changes are drift. */
static struct alb_rule *add(struct bed *b, const char *host, int64_t position, int64_t priority)
{
    struct alb_rule *rule = bed_rule(b, host, "-", "sgp-1");
    bed_want_rule(b, rule, position);
    struct alb_rule *have =
        bed_have_rule(b, rule, priority, arena_fmt(&b->a, "rule-%d", (int)position));
    row(b, rule)->applied = rule;
    return have;
}

static void test_new_rules_are_created_in_one_call_with_room_above_the_first(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want_rule(b, bed_rule(b, "a.com", "/x", "@" GROUP), 1);
    bed_want_rule(b, bed_rule(b, "b.com", "-", "@" GROUP), 2);
    bed_plan(b);
    assert_plan(b, "CreateRules");
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "ListenerId"), "lsn-1");
    assert_string_equal(step_value(s, "Rules.1.Priority"), "100");
    assert_string_equal(step_value(s, "Rules.1.RuleName"), "rule-80-100");
    assert_string_equal(step_value(s, "Rules.1.Direction"), "Request");
    assert_string_equal(step_value(s, "Rules.1.RuleConditions.1.Type"), "Host");
    assert_string_equal(step_value(s, "Rules.1.RuleConditions.1.HostConfig.Values.1"), "a.com");
    assert_string_equal(step_value(s, "Rules.1.RuleConditions.2.PathConfig.Values.1"), "/x");
    assert_string_equal(step_value(s, "Rules.1.RuleActions.1.Type"), "ForwardGroup");
    assert_string_equal(step_value(s, "Rules.1.RuleActions.1.Order"), "1");
    assert_string_equal(
        step_value(s, "Rules.1.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId"),
        "sgp-1");
    assert_string_equal(step_value(s, "Rules.2.Priority"), "200");
    assert_string_equal(s->changes.items[0].before, "");
    assert_string_equal(s->changes.items[0].after, "100");
    assert_null(step_value(s, "Rules.1.RuleId"));
    assert_int_equal(s->items.len, 2);
    assert_string_equal(s->cause, "desired by Ingress shop/web (web.yaml:3) and 1 more");
    const struct alb_rule *after = s->items.items[0].after;
    assert_int_equal(after->priority.val, 100);
    assert_string_equal(after->name, "rule-80-100");
    assert_string_equal(after->listener_id, "lsn-1");
    assert_string_equal(s->items.items[0].parent, "80/HTTP");
    assert_true(s->items.items[0].last);
    assert_int_equal(b->plan.add, 2);
    assert_int_equal(b->plan.lbs.items[0].rules, 2);
    assert_int_equal(b->plan.lbs.items[0].rules_limit, 100);
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_inserting_one_rule_is_one_call_that_touches_no_other(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 1, 100);
    add(b, "b.com", 3, 200);
    bed_want_rule(b, bed_rule(b, "-", "/x", "sgp-1"), 2);
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 1);
    assert_string_equal(step_value(bed_next(b), "Rules.1.Priority"), "150");
}

static void test_deleting_one_rule_is_one_call(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 1, 1);
    add(b, "b.com", 2, 2);
    bed_undesired(row(b, bed_rule(b, "a.com", "-", "sgp-1")));
    bed_plan(b);
    assert_plan(b, "DeleteRules");
    assert_int_equal(bed_next(b)->params.len, 1);
    assert_string_equal(step_value(bed_next(b), "RuleIds.1"), "rule-1");
    assert_int_equal(b->plan.lbs.items[0].rules, 1);
}

static void test_a_changed_weight_is_one_call_with_the_actions_alone(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "b.com", 1, 1);
    struct alb_rule *have = add(b, "a.com", 2, 2);
    have->actions.items[0].forward.targets.items[0].weight.val = 50;
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "Rules.1.RuleId"), "rule-2");
    assert_string_equal(
        step_value(s, "Rules.1.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.Weight"),
        "100");
    assert_null(step_value(s, "Rules.1.Priority"));
    assert_null(step_value(s, "Rules.1.RuleName"));
    assert_null(step_value(s, "Rules.1.RuleConditions.1.Type"));
    assert_string_equal(s->cause, "drift: RuleActions");
    const struct alb_rule *after = s->items.items[0].after;
    assert_int_equal(after->priority.val, 2);
    assert_int_equal(b->plan.change, 1);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_list_numbered_from_one_makes_room_at_the_top_in_two_calls(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 1; i <= 99; i++)
        add(b, arena_fmt(&b->a, "h%d.com", i), i + 1, i);
    bed_want_rule(b, bed_rule(b, "-", "-", "sgp-1"), 1); /* overlaps all */
    bed_plan(b);
    assert_plan(b, "CreateRules", "UpdateRulesAttribute");
    assert_int_equal(b->plan.lbs.items[0].least_calls, 1); /* of labels it knows nothing */
    assert_int_equal(bed_next(b)->items.len, 1);           /* below all of them: nobody notices */
    const struct step *move = &b->plan.steps.items[1];
    assert_int_equal(move->items.len, 99);
    assert_string_equal(step_value(move, "Rules.1.RuleId"), "rule-100"); /* the lowest first */
    assert_null(step_value(move, "Rules.1.RuleActions.1.Type"));
    assert_null(step_value(move, "Rules.1.RuleName"));
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_inserting_at_the_top_of_99_rules_is_one_call_with_one_rule(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 1; i <= 99; i++)
        add(b, arena_fmt(&b->a, "h%d.com", i), i + 1, i * 100);
    bed_want_rule(b, bed_rule(b, "-", "-", "sgp-1"), 1); /* overlaps all */
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_int_equal(bed_next(b)->items.len, 1);
}

static void test_one_update_turns_a_doomed_rule_into_a_new_one(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 1, 100);
    bed_undesired(row(b, bed_rule(b, "a.com", "-", "sgp-1")));
    bed_want_rule(b, bed_rule(b, "b.com", "/x", "sgp-1"), 1);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_int_equal(b->plan.lbs.items[0].least_calls, 1);
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "Rules.1.RuleId"), "rule-1");
    assert_string_equal(step_value(s, "Rules.1.RuleConditions.1.HostConfig.Values.1"), "b.com");
    assert_string_equal(step_value(s, "Rules.1.RuleConditions.2.PathConfig.Values.1"), "/x");
    const struct alb_rule *after = s->items.items[0].after;
    assert_int_equal(after->conditions.len, 2);
    assert_string_equal(s->items.items[0].key, row(b, bed_rule(b, "b.com", "/x", "-"))->key);
    assert_string_equal(s->items.items[0].id, "rule-1");
    assert_true(s->items.items[0].last);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_rules_for_requests_and_for_responses_do_not_become_each_other(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 1, 100);
    bed_undesired(row(b, bed_rule(b, "a.com", "-", "sgp-1")));
    struct alb_rule *answer = bed_rule(b, "a.com", "-", "sgp-1");
    answer->direction = ALB_DIRECTION_RESPONSE;
    bed_want_rule(b, answer, 1);
    bed_plan(b);
    assert_plan(b, "CreateRules", "DeleteRules");
}

/* Two that swap what they do and their order cannot do so in place: 1 of a.com/x goes to "new"
 * only when it is first.  The copy is beside what was there until that goes. */
static void test_a_copy_is_kept_apart_from_what_was_there(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *first = add(b, "a.com", 2, 100), *second = add(b, "-", 3, 200);
    bed_want_rule(b, bed_rule(b, "-", "/x", "sgp-1"), 1);
    first->actions.items[0].forward.targets.items[0].weight.val = 1;
    second->actions.items[0].forward.targets.items[0].weight.val = 2;
    bed_have_rule(b, bed_rule(b, "a.com", "/y", "sgp-1"), 50, "rule-old");
    bed_have_rule(b, bed_rule(b, "b.com", "/x", "sgp-2"), 150, "rule-old-2");
    bed_plan(b);
    for (size_t n = b->plan.steps.len; n; n--) { /* each step leaves one fewer */
        assert_int_equal(b->plan.steps.len, n);
        assert_in_range(n, 1, 2);
        bed_apply(b, bed_next(b));
        bed_plan(b);
    }
    assert_no_steps(b);
}

static void test_a_rule_for_a_host_of_its_own_needs_no_room(void **state)
{
    struct bed *b = *state;
    start(b);
    for (int i = 1; i <= 5; i++)
        add(b, arena_fmt(&b->a, "h%d.com", i), i + 1, i);
    bed_want_rule(b, bed_rule(b, "new.com", "-", "sgp-1"), 1);
    bed_plan(b);
    assert_plan(b, "CreateRules");
}

static void test_two_rules_that_overlap_change_places_by_one_update(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 2, 100);
    add(b, "*.com", 1, 200);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    const struct step *s = bed_next(b);
    assert_int_equal(s->items.len, 1);
    assert_string_equal(s->changes.items[0].path,
                        arena_fmt(&b->a, "%s: Priority", s->items.items[0].key));
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_rules_that_cannot_meet_stay_in_any_order(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 2, 100);
    add(b, "b.com", 1, 200);
    bed_plan(b);
    assert_no_steps(b);
}

/* ---- waiting ------------------------------------------------------------------------------- */

static const char *first_wait(struct bed *b)
{
    bed_plan(b);
    assert_int_equal(bed_count(b, "CreateRules"), 1);
    const char *waits = bed_step(b, "CreateRules", 0)->waits;
    return waits ? waits : "nothing";
}

static void test_a_rule_waits_for_what_it_stands_on(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "@" GROUP), 1);
    struct resource *l = bed_row(b, RESOURCE_LISTENER, "80/HTTP");
    l->status = "Configuring";
    assert_string_equal(first_wait(b), "Listener 80/HTTP is Configuring");
    bed_row(b, RESOURCE_LISTENER, "80/HTTP")->status = "Running";
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->status = "Configuring";
    assert_string_equal(first_wait(b), "LoadBalancer kube-system/web is Configuring");
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->status = "Active";
    assert_string_equal(first_wait(b), "nothing");
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    assert_string_equal(first_wait(b), "Listener 80/HTTP to exist");
    assert_string_equal(step_value(bed_step(b, "CreateRules", 0), "ListenerId"),
                        "@ListenerId(80/HTTP)");
}

static void test_a_rule_waits_for_its_group_and_an_available_server(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "@" GROUP), 1);
    struct resource *g = bed_row(b, RESOURCE_SERVER_GROUP, GROUP);
    assert_string_equal(first_wait(b), "nothing"); /* servers unknown */
    struct alb_server_group *want = bed_group(b, GROUP, "sgp-1");
    want->servers.items = arena_array(&b->a, 1, sizeof *want->servers.items);
    assert_string_equal(first_wait(b), "nothing"); /* wanted empty */
    bed_servers(b, want, 1, (struct alb_server[]){ bed_server("10.0.0.1", NULL) });
    assert_string_equal(first_wait(b), "a server of ServerGroup " GROUP " to be available");
    g = bed_row(b, RESOURCE_SERVER_GROUP, GROUP);
    struct alb_server_group *have = bed_actual(b, g);
    bed_servers(b, have, 1, (struct alb_server[]){ bed_server("10.0.0.1", "Available") });
    assert_string_equal(first_wait(b), "nothing");
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    assert_string_equal(first_wait(b), "ServerGroup " GROUP " to exist");
}

static void test_a_group_of_somebody_else_is_not_waited_for(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "sgp-theirs"), 1);
    assert_string_equal(first_wait(b), "nothing");
}

static void test_what_overlaps_a_rule_that_waits_waits_too_and_nothing_else(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    bed_want_rule(b, bed_rule(b, "a.com", "/x", "@" GROUP), 1);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "sgp-9"), 2);
    bed_want_rule(b, bed_rule(b, "b.com", "-", "sgp-9"), 3);
    bed_plan(b);
    assert_plan(b, "CreateServerGroup", "CreateRules", "CreateRules");
    const struct step *now = bed_step(b, "CreateRules", 0), *later = bed_step(b, "CreateRules", 1);
    assert_null(now->waits);
    assert_int_equal(now->items.len, 1);
    assert_string_equal(step_value(now, "Rules.1.RuleConditions.1.HostConfig.Values.1"), "b.com");
    assert_non_null(later->waits);
    assert_int_equal(later->items.len, 2);
}

static void test_a_doomed_rule_stays_until_its_successor_is_there(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 1, 100);
    bed_undesired(row(b, bed_rule(b, "a.com", "-", "sgp-1")));
    bed_gone(bed_row(b, RESOURCE_SERVER_GROUP, GROUP));
    bed_want_rule(b, bed_rule(b, "a.com", "/*", "@" GROUP), 1);
    bed_plan(b);
    assert_null(bed_step(b, "CreateRules", 0));
    assert_null(bed_step(b, "DeleteRules", 0));
    assert_non_null(bed_step(b, "UpdateRulesAttribute", 0)->waits);
}

static void test_a_rule_that_is_configuring_takes_no_change(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *have = add(b, "a.com", 1, 1);
    have->actions.items[0].forward.targets.items[0].weight.val = 50;
    struct resource *r = row(b, have);
    r->status = "Configuring";
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits,
                        arena_fmt(&b->a, "Rule %s is Configuring", row(b, have)->key));
}

static void test_deleting_a_rule_needs_a_fresh_read(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *have = add(b, "a.com", 1, 1);
    bed_undesired(row(b, have));
    row(b, have)->observed_at = NOW - 60001;
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits, "a fresh read");
}

static void test_changing_a_rule_needs_none(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *have = add(b, "a.com", 1, 1);
    have->actions.items[0].forward.targets.items[0].weight.val = 7;
    row(b, have)->observed_at = NOW - 60001;
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_null(b->plan.steps.items[0].waits);
}

/* Two lists become shorter by one rule each; what else there is to do takes a call more. */
static void test_the_least_calls_for_a_shorter_list(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_undesired(row(b, add(b, "a.com", 1, 1)));
    bed_undesired(row(b, add(b, "b.com", 2, 2)));
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 1);
    struct alb_rule *have = add(b, "c.com", 3, 3);
    have->actions.items[0].forward.targets.items[0].weight.val = 7;
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 2);
    have->actions.items[0].forward.targets.items[0].weight.val = 100;
    bed_want_rule(b, bed_rule(b, "d.com", "-", "sgp-1"), 4);
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 2);
}

static void test_the_least_calls_for_a_longer_list_and_for_another_order(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *have = add(b, "a.com", 1, 100);
    bed_want_rule(b, bed_rule(b, "b.com", "-", "sgp-1"), 2);
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 1);
    have->actions.items[0].forward.targets.items[0].weight.val = 7;
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 2);
    bed_done(b);
    bed_init(b);
    start(b);
    bed_undesired(row(b, add(b, "a.com", 1, 100))); /* one goes, and two come */
    bed_want_rule(b, bed_rule(b, "b.com", "-", "sgp-1"), 2);
    bed_want_rule(b, bed_rule(b, "c.com", "-", "sgp-1"), 3);
    bed_plan(b);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 2);
    bed_done(b);
    bed_init(b);
    start(b);
    (void)add(b, "a.com", 2, 100);
    (void)add(b, "*.com", 1, 200);
    bed_plan(b);
    assert_plan(b, "UpdateRulesAttribute");
    assert_int_equal(b->plan.lbs.items[0].least_calls, 1);
}

/* ---- what is left alone ---------------------------------------------------------------------- */

static void test_held_rules_and_those_of_others_are_left_alone(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *held = add(b, "a.com", 1, 1), *theirs = add(b, "b.com", 2, 2);
    held->actions.items[0].forward.targets.items[0].weight.val = 50;
    row(b, held)->held = true;
    bed_undesired(row(b, theirs));
    row(b, theirs)->ours = false;
    struct alb_rule *gone = add(b, "c.com", 3, 3);
    bed_undesired(row(b, gone));
    row(b, gone)->held = true;
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.lbs.items[0].rules, 3); /* all count */
}

static void test_drift_of_rules_that_is_left_is_not_corrected(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *edited = add(b, "a.com", 1, 1), *extra = add(b, "b.com", 2, 2);
    struct alb_rule *deleted = add(b, "c.com", 3, 3);
    edited->actions.items[0].forward.targets.items[0].weight.val = 50;
    bed_undesired(row(b, extra));
    bed_gone(row(b, deleted));
    bed_plan(b);
    assert_true(b->plan.steps.len > 0);
    row(b, edited)->leave = LEAVE_ALL;
    row(b, extra)->leave = LEAVE_ALL;
    row(b, deleted)->leave = LEAVE_ALL;
    bed_plan(b);
    assert_no_steps(b);
}

/* It takes its place around what is left as around what others made. */
static void test_a_new_rule_goes_its_way_beside_one_that_is_left(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *edited = add(b, "a.com", 1, 1);
    edited->actions.items[0].forward.targets.items[0].weight.val = 50;
    row(b, edited)->leave = LEAVE_ALL;
    bed_want_rule(b, bed_rule(b, "b.com", "-", "@" GROUP), 2);
    bed_plan(b);
    assert_plan(b, "CreateRules");
}

static void test_a_held_rule_that_is_not_there_is_not_made(void **state)
{
    struct bed *b = *state;
    start(b);
    struct alb_rule *rule = bed_rule(b, "a.com", "-", "@" GROUP);
    bed_want_rule(b, rule, 1);
    row(b, rule)->held = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_what_a_refused_rule_was_to_replace_stays_and_the_rest_goes_on(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 1, 100);
    bed_undesired(row(b, bed_rule(b, "a.com", "-", "sgp-1")));
    add(b, "b.com", 2, 200);
    bed_undesired(row(b, bed_rule(b, "b.com", "-", "sgp-1")));
    struct alb_rule *refused = bed_rule(b, "a.com", "/*", "@" GROUP);
    bed_want_rule(b, refused, 1);
    row(b, refused)->held = row(b, refused)->refused = true;
    bed_plan(b);
    const struct step *s = bed_next(b);
    assert_non_null(s);
    assert_string_equal(s->action, "DeleteRules");
    assert_string_equal(step_value(s, "RuleIds.1"), "rule-2");
    assert_null(step_value(s, "RuleIds.2"));
    bed_apply(b, s);
    bed_plan(b);
    assert_null(bed_next(b));
    assert_true(b->plan.steps.len > 0);
    assert_non_null(strstr(b->plan.steps.items[0].waits, "refused"));
}

static void test_an_incomplete_source_creates_and_deletes_nothing(void **state)
{
    struct bed *b = *state;
    start(b);
    b->in.keep_all = true;
    bed_undesired(row(b, add(b, "a.com", 1, 1)));
    bed_want_rule(b, bed_rule(b, "b.com", "-", "sgp-1"), 1);
    bed_plan(b);
    assert_plan(b, "CreateRules");
}

/* It goes down where there is room, the one after it in the list goes above a.com. */
static void test_a_call_names_rules_from_the_highest_precedence_down(void **state)
{
    struct bed *b = *state;
    start(b);
    bed_want_rule(b, bed_rule(b, "new.com", "-", "sgp-1"), 1);
    bed_want_rule(b, bed_rule(b, "a.com", "/x", "sgp-1"), 2);
    add(b, "a.com", 3, 7);
    bed_plan(b);
    assert_plan(b, "CreateRules");
    assert_string_equal(step_value(bed_next(b), "Rules.1.RuleConditions.1.HostConfig.Values.1"),
                        "a.com");
    assert_string_equal(step_value(bed_next(b), "Rules.2.RuleConditions.1.HostConfig.Values.1"),
                        "new.com");
}

static void test_what_is_as_wanted_takes_no_call_at_least(void **state)
{
    struct bed *b = *state;
    start(b);
    add(b, "a.com", 1, 1);
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.lbs.items[0].least_calls, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_new_rules_are_created_in_one_call_with_room_above_the_first),
        BED_TEST(test_inserting_one_rule_is_one_call_that_touches_no_other),
        BED_TEST(test_deleting_one_rule_is_one_call),
        BED_TEST(test_a_changed_weight_is_one_call_with_the_actions_alone),
        BED_TEST(test_a_list_numbered_from_one_makes_room_at_the_top_in_two_calls),
        BED_TEST(test_inserting_at_the_top_of_99_rules_is_one_call_with_one_rule),
        BED_TEST(test_one_update_turns_a_doomed_rule_into_a_new_one),
        BED_TEST(test_rules_for_requests_and_for_responses_do_not_become_each_other),
        BED_TEST(test_a_copy_is_kept_apart_from_what_was_there),
        BED_TEST(test_a_rule_for_a_host_of_its_own_needs_no_room),
        BED_TEST(test_two_rules_that_overlap_change_places_by_one_update),
        BED_TEST(test_rules_that_cannot_meet_stay_in_any_order),
        BED_TEST(test_a_rule_waits_for_what_it_stands_on),
        BED_TEST(test_a_rule_waits_for_its_group_and_an_available_server),
        BED_TEST(test_a_group_of_somebody_else_is_not_waited_for),
        BED_TEST(test_what_overlaps_a_rule_that_waits_waits_too_and_nothing_else),
        BED_TEST(test_a_doomed_rule_stays_until_its_successor_is_there),
        BED_TEST(test_a_rule_that_is_configuring_takes_no_change),
        BED_TEST(test_deleting_a_rule_needs_a_fresh_read),
        BED_TEST(test_changing_a_rule_needs_none),
        BED_TEST(test_the_least_calls_for_a_shorter_list),
        BED_TEST(test_the_least_calls_for_a_longer_list_and_for_another_order),
        BED_TEST(test_held_rules_and_those_of_others_are_left_alone),
        BED_TEST(test_drift_of_rules_that_is_left_is_not_corrected),
        BED_TEST(test_a_new_rule_goes_its_way_beside_one_that_is_left),
        BED_TEST(test_a_held_rule_that_is_not_there_is_not_made),
        BED_TEST(test_what_a_refused_rule_was_to_replace_stays_and_the_rest_goes_on),
        BED_TEST(test_an_incomplete_source_creates_and_deletes_nothing),
        BED_TEST(test_a_call_names_rules_from_the_highest_precedence_down),
        BED_TEST(test_what_is_as_wanted_takes_no_call_at_least),
    };
    return cmocka_run_group_tests_name("plan/rule", tests, NULL, NULL);
}
