/* Scripts of listeners: made, changed, moved, deleted; those of others stay. */
#include "support.h"

#define KEY(name) "80/HTTP/" name

static struct alb_script *script(struct bed *b, const char *name)
{
    struct alb_script *s = arena_alloc(&b->a, sizeof *s);
    s->name = name;
    s->content = "if true\n";
    s->enabled = (struct opt_bool){ true, true };
    s->position = "RequestHead";
    s->extended = (struct opt_bool){ false, true };
    return s;
}

static struct resource *row(struct bed *b, const char *name)
{
    struct resource *r = bed_row(b, RESOURCE_SCRIPT, arena_fmt(&b->a, KEY("%s"), name));
    r->parent = "80/HTTP";
    return r;
}

/* A script that is wanted and there. */
static struct alb_script *sync_script(struct bed *b, const char *name)
{
    struct alb_script *s = script(b, name);
    bed_sync(b, row(b, name), s, arena_fmt(&b->a, "as-%s", name));
    return s;
}

static struct alb_script *have(struct bed *b, const char *name)
{
    return bed_actual(b, row(b, name));
}

static void setup(struct bed *b)
{
    bed_lb(b);
    bed_listener(b);
}

static void test_a_script_is_made_with_all_that_is_wanted_of_it(void **state)
{
    struct bed *b = *state;
    setup(b);
    struct alb_script *want = sync_script(b, "canary");
    want->position = "RequestFoot";
    want->extended.val = true;
    *LIST_PUSH(&b->a, &want->attributes) = (struct alb_script_attribute){ "EsDebug", "on" };
    bed_gone(row(b, "canary"));
    bed_plan(b);
    assert_plan(b, "CreateAScripts");
    const struct step *s = bed_next(b);
    assert_int_equal(s->family, LANE_LOAD_BALANCER);
    assert_int_equal(s->op, STEP_CREATE);
    assert_string_equal(step_value(s, "ListenerId"), "lsn-1");
    assert_string_equal(step_value(s, "AScripts.1.AScriptName"), "canary");
    assert_string_equal(step_value(s, "AScripts.1.ScriptContent"), "if true\n");
    assert_string_equal(step_value(s, "AScripts.1.Enabled"), "true");
    assert_string_equal(step_value(s, "AScripts.1.Position"), "RequestFoot");
    assert_string_equal(step_value(s, "AScripts.1.ExtAttributeEnabled"), "true");
    assert_string_equal(step_value(s, "AScripts.1.ExtAttributes.1.AttributeKey"), "EsDebug");
    assert_string_equal(step_value(s, "AScripts.1.ExtAttributes.1.AttributeValue"), "on");
    assert_string_equal(s->items.items[0].parent, "80/HTTP");
    assert_true(s->items.items[0].last);
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_scripts_are_made_one_a_call_after_their_listener(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "one");
    sync_script(b, "two");
    bed_gone(row(b, "one"));
    bed_gone(row(b, "two"));
    bed_gone(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_plan(b, "CreateListener", "CreateAScripts", "CreateAScripts");
    const struct step *s = bed_step(b, "CreateAScripts", 0);
    assert_string_equal(s->waits, "Listener 80/HTTP to exist");
    assert_string_equal(step_value(s, "ListenerId"), "@ListenerId(80/HTTP)");
    assert_null(step_value(s, "AScripts.2.AScriptName"));
    bed_apply(b, bed_next(b));
    bed_plan(b); /* a listener that was just made has none: nothing is to be read */
    assert_null(bed_step(b, "CreateAScripts", 1)->waits);
}

static void test_nothing_is_made_before_it_is_known_what_is_there(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    bed_gone(row(b, "canary"));
    struct resource *l = bed_row(b, RESOURCE_LISTENER, "80/HTTP");
    ((struct alb_listener *)bed_actual(b, l))->scripts_known.val = false;
    bed_plan(b);
    assert_plan(b, "CreateAScripts");
    assert_string_equal(b->plan.steps.items[0].waits, STEP_WAITS_READ);
}

static void test_a_listener_that_changes_takes_no_script(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    bed_gone(row(b, "canary"));
    bed_row(b, RESOURCE_LISTENER, "80/HTTP")->status = "Configuring";
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits, "Listener 80/HTTP is Configuring");
    bed_row(b, RESOURCE_LOAD_BALANCER, LB)->status = "Configuring";
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits, "LoadBalancer " LB " is Configuring");
}

static void test_scripts_without_their_listener_wait_for_it(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    sync_script(b, "canary");
    bed_gone(row(b, "canary"));
    bed_plan(b);
    assert_plan(b, "CreateAScripts");
    assert_string_equal(b->plan.steps.items[0].waits, "Listener 80/HTTP to exist");
}

static void test_a_changed_script_is_updated_in_what_differs(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    have(b, "canary")->content = "pass\n";
    bed_plan(b);
    assert_plan(b, "UpdateAScripts");
    const struct step *s = bed_next(b);
    assert_string_equal(step_value(s, "AScripts.1.AScriptId"), "as-canary");
    assert_string_equal(step_value(s, "AScripts.1.ScriptContent"), "if true\n");
    assert_null(step_value(s, "AScripts.1.Enabled"));
    assert_null(step_value(s, "AScripts.1.Position"));
    assert_null(step_value(s, "ListenerId"));
    assert_string_equal(s->changes.items[0].path, "ScriptContent");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, s);
    bed_plan(b);
    assert_no_steps(b);
}

static void test_changes_of_one_listener_share_calls_of_four(void **state)
{
    struct bed *b = *state;
    setup(b);
    for (int i = 0; i < 6; i++) {
        const char *name = arena_fmt(&b->a, "s%d", i);
        sync_script(b, name);
        have(b, name)->enabled.val = false;
    }
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 81, true };
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "81/HTTP"), l, "lsn-81");
    struct resource *other = bed_row(b, RESOURCE_SCRIPT, "81/HTTP/s0");
    other->parent = "81/HTTP";
    bed_sync(b, other, script(b, "s0"), "as-81");
    ((struct alb_script *)bed_actual(b, other))->content = "pass";
    bed_plan(b);
    assert_plan(b, "UpdateAScripts", "UpdateAScripts", "UpdateAScripts");
    const struct step *s = b->plan.steps.items;
    assert_string_equal(step_value(&s[0], "AScripts.4.AScriptId"), "as-s3");
    assert_null(step_value(&s[0], "AScripts.5.AScriptId"));
    assert_string_equal(s[0].changes.items[0].path, KEY("s0: Enabled"));
    assert_string_equal(step_value(&s[1], "AScripts.1.AScriptId"), "as-s4");
    assert_string_equal(step_value(&s[1], "AScripts.2.AScriptId"), "as-s5");
    assert_null(step_value(&s[1], "AScripts.3.AScriptId"));
    assert_string_equal(s[1].changes.items[0].path, KEY("s4: Enabled"));
    assert_string_equal(step_value(&s[2], "AScripts.1.AScriptId"), "as-81");
}

static void test_a_script_that_is_busy_holds_up_no_other(void **state)
{
    struct bed *b = *state;
    setup(b);
    static const char *const names[] = { "a", "b", "c", "d" };
    for (size_t i = 0; i < COUNT(names); i++) {
        sync_script(b, names[i]);
        have(b, names[i])->content = "pass";
    }
    row(b, "a")->status = "Configuring";
    row(b, "c")->status = "Configuring";
    bed_plan(b);
    assert_plan(b, "UpdateAScripts", "UpdateAScripts", "UpdateAScripts", "UpdateAScripts");
    assert_string_equal(b->plan.steps.items[0].waits, "AScript " KEY("a") " is Configuring");
    assert_null(b->plan.steps.items[1].waits);
    assert_string_equal(b->plan.steps.items[2].waits, "AScript " KEY("c") " is Configuring");
    assert_null(b->plan.steps.items[3].waits);
}

/* A header that a script sets is there before a rule asks for it. */
static void test_scripts_come_before_rules_and_go_after_them(void **state)
{
    struct bed *b = *state;
    bed_rules(b);
    bed_group(b, "shop/tea-tea:80", "sgp-1");
    sync_script(b, "new");
    bed_gone(row(b, "new"));
    sync_script(b, "old");
    bed_undesired(row(b, "old"));
    bed_want(b, "a.com", "/new", "sgp-1", 1);
    bed_have(b, "b.com", "/old", "sgp-1", 7);
    bed_plan(b);
    assert_plan(b, "CreateAScripts", "UpdateRulesAttribute", "DeleteAScripts");
    assert_string_equal(step_value(bed_step(b, "DeleteAScripts", 0), "AScriptIds.1"), "as-old");
}

static void test_another_position_is_another_script(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    have(b, "canary")->position = "ResponseHead";
    bed_plan(b);
    assert_plan(b, "DeleteAScripts", "CreateAScripts");
    const struct step *s = b->plan.steps.items;
    assert_true(s[0].disrupts);
    assert_false(b->plan.lbs.items[0].hitless);
    assert_string_equal(s[0].changes.items[0].path, "Position");
    assert_string_equal(s[0].cause, "drift: Position");
    assert_string_equal(s[1].waits, "AScript " KEY("canary") " to be gone");
    assert_int_equal(b->plan.add, 1); /* it counts once */
    assert_int_equal(b->plan.destroy, 0);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_plan(b, "CreateAScripts");
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_a_deletion_needs_a_fresh_read(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    have(b, "canary")->position = "ResponseHead";
    row(b, "canary")->observed_at = NOW - 61000;
    bed_plan(b);
    assert_string_equal(b->plan.steps.items[0].waits, STEP_WAITS_READ);
    bed_undesired(row(b, "canary"));
    bed_plan(b);
    assert_plan(b, "DeleteAScripts");
    assert_string_equal(b->plan.steps.items[0].waits, STEP_WAITS_READ);
}

static void test_what_nobody_wants_goes_four_a_call(void **state)
{
    struct bed *b = *state;
    setup(b);
    for (int i = 0; i < 5; i++) {
        sync_script(b, arena_fmt(&b->a, "s%d", i));
        bed_undesired(row(b, arena_fmt(&b->a, "s%d", i)));
    }
    bed_plan(b);
    assert_plan(b, "DeleteAScripts", "DeleteAScripts");
    const struct step *s = b->plan.steps.items;
    assert_string_equal(step_value(&s[0], "AScriptIds.4"), "as-s3");
    assert_null(step_value(&s[0], "AScriptIds.5"));
    assert_string_equal(step_value(&s[1], "AScriptIds.1"), "as-s4");
    assert_true(b->plan.lbs.items[0].hitless);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    bed_apply(b, bed_next(b));
    bed_plan(b);
    assert_no_steps(b);
}

static void test_scripts_of_others_and_those_in_doubt_stay(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "theirs");
    bed_undesired(row(b, "theirs"));
    row(b, "theirs")->ours = false;
    sync_script(b, "doubtful");
    bed_undesired(row(b, "doubtful"));
    row(b, "doubtful")->held = true;
    sync_script(b, "held");
    have(b, "held")->content = "pass";
    row(b, "held")->held = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_nothing_goes_while_the_source_is_incomplete(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "gone");
    bed_undesired(row(b, "gone"));
    sync_script(b, "moved");
    have(b, "moved")->position = "RequestFoot";
    b->in.keep_all = true;
    bed_plan(b);
    assert_no_steps(b);
}

static void test_the_smallest_edition_gets_none(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    bed_gone(row(b, "canary"));
    bed_lb(b)->edition = ALB_EDITION_BASIC;
    ((struct alb_load_balancer *)bed_actual(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB)))->edition =
        ALB_EDITION_BASIC;
    bed_plan(b);
    assert_no_steps(b);
    assert_int_equal(b->plan.warnings.len, 1);
    assert_int_equal(b->plan.warnings.items[0].kind, RESOURCE_SCRIPT);
    assert_non_null(strstr(b->plan.warnings.items[0].message, "Basic"));
}

/* ---- with their listener ------------------------------------------------------------------- */

static void test_a_listener_takes_its_scripts_with_it(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    bed_undesired(row(b, "canary"));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_plan(b, "DeleteListener");
    assert_int_equal(bed_next(b)->items.len, 2);
    assert_int_equal(bed_next(b)->items.items[1].kind, RESOURCE_SCRIPT);
}

static void test_a_listener_stays_for_scripts_of_others(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "ours");
    bed_undesired(row(b, "ours"));
    sync_script(b, "theirs");
    bed_undesired(row(b, "theirs"));
    row(b, "theirs")->ours = false;
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_plan(b);
    assert_plan(b, "DeleteAScripts");
    assert_string_equal(step_value(bed_next(b), "AScriptIds.1"), "as-ours");
    assert_int_equal(b->plan.warnings.len, 1);
    assert_non_null(strstr(b->plan.warnings.items[0].message, "kept for scripts"));
}

static void test_a_listener_goes_when_it_is_known_whose_scripts_it_has(void **state)
{
    struct bed *b = *state;
    setup(b);
    struct resource *l = bed_row(b, RESOURCE_LISTENER, "80/HTTP");
    ((struct alb_listener *)bed_actual(b, l))->scripts_known.val = false;
    bed_undesired(l);
    bed_plan(b);
    assert_plan(b, "DeleteListener");
    assert_string_equal(b->plan.steps.items[0].waits, STEP_WAITS_READ);
}

static void test_a_load_balancer_takes_all_with_it(void **state)
{
    struct bed *b = *state;
    setup(b);
    sync_script(b, "canary");
    bed_undesired(row(b, "canary"));
    bed_undesired(bed_row(b, RESOURCE_LISTENER, "80/HTTP"));
    bed_undesired(bed_row(b, RESOURCE_LOAD_BALANCER, LB));
    b->in.destroy = LB;
    bed_plan(b);
    assert_plan(b, "DeleteLoadBalancer");
    assert_int_equal(bed_next(b)->items.len, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_a_script_is_made_with_all_that_is_wanted_of_it),
        BED_TEST(test_scripts_are_made_one_a_call_after_their_listener),
        BED_TEST(test_nothing_is_made_before_it_is_known_what_is_there),
        BED_TEST(test_a_listener_that_changes_takes_no_script),
        BED_TEST(test_scripts_without_their_listener_wait_for_it),
        BED_TEST(test_a_changed_script_is_updated_in_what_differs),
        BED_TEST(test_changes_of_one_listener_share_calls_of_four),
        BED_TEST(test_a_script_that_is_busy_holds_up_no_other),
        BED_TEST(test_scripts_come_before_rules_and_go_after_them),
        BED_TEST(test_another_position_is_another_script),
        BED_TEST(test_a_deletion_needs_a_fresh_read),
        BED_TEST(test_what_nobody_wants_goes_four_a_call),
        BED_TEST(test_scripts_of_others_and_those_in_doubt_stay),
        BED_TEST(test_nothing_goes_while_the_source_is_incomplete),
        BED_TEST(test_the_smallest_edition_gets_none),
        BED_TEST(test_a_listener_takes_its_scripts_with_it),
        BED_TEST(test_a_listener_stays_for_scripts_of_others),
        BED_TEST(test_a_listener_goes_when_it_is_known_whose_scripts_it_has),
        BED_TEST(test_a_load_balancer_takes_all_with_it),
    };
    return cmocka_run_group_tests_name("plan/script", tests, NULL, NULL);
}
