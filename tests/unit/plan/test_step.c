/* Causes, and the reasons to wait. */
#include "support.h"

#include "plan_priv.h"

static struct planner planner(struct bed *b)
{
    return (struct planner){ .a = &b->a, .in = &b->in, .out = &b->plan, .lb = LB };
}

static void test_the_first_reason_to_wait_stays(void **state)
{
    (void)state;
    struct step s = { 0 };
    step_wait(&s, NULL);
    assert_null(s.waits);
    step_wait(&s, "one");
    step_wait(&s, "two");
    assert_string_equal(s.waits, "one");
}

static void test_a_cause_names_the_object_the_drift_or_the_absence(void **state)
{
    struct bed *b = *state;
    struct planner p = planner(b);
    bed_lb(b);
    struct resource *r = bed_row(b, RESOURCE_LOAD_BALANCER, LB);
    struct alb_load_balancer *have = bed_actual(b, r);
    have->name = "old";
    have->vpc_id = "vpc-9";
    assert_string_equal(row_cause(&p, r, STEP_UPDATE), "drift: LoadBalancerName, VpcId");
    r->applied = NULL;
    assert_string_equal(row_cause(&p, r, STEP_UPDATE), "desired by Ingress shop/web (web.yaml:3)");
    r->applied = r->desired;
    r->actual = NULL;
    assert_string_equal(row_cause(&p, r, STEP_CREATE), "missing");
    assert_string_equal(row_cause(&p, r, STEP_DELETE), "not desired any more");
}

static void test_what_is_neither_there_nor_stable_is_waited_for(void **state)
{
    struct bed *b = *state;
    struct planner p = planner(b);
    bed_listener(b);
    struct resource *r = bed_row(b, RESOURCE_LISTENER, "80/HTTP");
    assert_null(row_waits(&p, r));
    r->status = "Stopped";
    assert_string_equal(row_waits(&p, r), "Listener 80/HTTP is Stopped");
    r->status = "";
    assert_string_equal(row_waits(&p, r), "Listener 80/HTTP is in an unknown state");
    bed_gone(r);
    assert_string_equal(row_waits(&p, r), "Listener 80/HTTP to exist");
}

static void test_a_read_is_fresh_for_a_minute_unless_told_otherwise(void **state)
{
    struct bed *b = *state;
    struct planner p = planner(b);
    struct resource r = { .observed_at = NOW - 60000 };
    assert_null(row_stale(&p, &r));
    r.observed_at--;
    assert_string_equal(row_stale(&p, &r), "a fresh read");
    b->in.max_age_ms = 60001;
    assert_null(row_stale(&p, &r));
}

static void test_only_what_is_ours_there_and_unwanted_is_doomed(void **state)
{
    struct bed *b = *state;
    struct planner p = planner(b);
    struct resource r = { .ours = true, .actual = "x" };
    assert_true(row_doomed(&p, &r));
    r.held = true;
    assert_false(row_doomed(&p, &r));
    r = (struct resource){ .ours = false, .actual = "x" };
    assert_false(row_doomed(&p, &r));
    r = (struct resource){ .ours = true };
    assert_false(row_doomed(&p, &r));
    r = (struct resource){ .ours = true, .actual = "x", .desired = "x" };
    assert_false(row_doomed(&p, &r));
    r.desired = NULL;
    b->in.keep_all = true;
    assert_false(row_doomed(&p, &r));
}

static void test_a_lacking_fact_is_a_reason_to_wait(void **state)
{
    struct bed *b = *state;
    struct planner p = planner(b);
    struct step s = { 0 };
    step_param(&p, &s, "ZoneMappings.1.ZoneId", "?zone(vsw-1)");
    step_push(&p, &s);
    assert_string_equal(b->plan.steps.items[0].waits, "?zone(vsw-1) to be known");
    struct step plain = { 0 };
    step_param(&p, &plain, "Query", "?x=1");
    step_push(&p, &plain);
    assert_null(b->plan.steps.items[1].waits);
}

static void test_a_state_without_a_name_is_said_to_be_unknown(void **state)
{
    struct bed *b = *state;
    bed_lb(b);
    bed_listener(b);
    bed_want_rule(b, bed_rule(b, "a.com", "-", "g"), 1);
    bed_row(b, RESOURCE_LISTENER, "80/HTTP")->status = "";
    bed_plan(b);
    assert_string_equal(bed_step(b, "CreateRules", 0)->waits,
                        "Listener 80/HTTP is in an unknown state");
    bed_row(b, RESOURCE_LISTENER, "80/HTTP")->status = "Configuring";
    bed_plan(b);
    assert_string_equal(bed_step(b, "CreateRules", 0)->waits, "Listener 80/HTTP is Configuring");
}

static void test_a_row_without_a_parent_has_an_empty_one(void **state)
{
    struct bed *b = *state;
    struct planner p = planner(b);
    struct step s = { .op = STEP_DELETE };
    struct resource r = { .kind = RESOURCE_SERVER_GROUP, .key = "k" };
    step_item(&p, &s, &r, NULL);
    assert_string_equal(s.items.items[0].parent, "");
}

static void test_a_certificate_among_others_is_waited_for(void **state)
{
    struct bed *b = *state;
    struct planner p = planner(b);
    struct step s = { 0 };
    step_param(&p, &s, "Certificates.1.CertificateId", "@certificate/x");
    step_param(&p, &s, "Certificates.2.CertificateId", "c-1");
    step_push(&p, &s);
    assert_string_equal(b->plan.steps.items[0].waits, "Certificate x to be uploaded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_reason_to_wait_stays),
        BED_TEST(test_a_cause_names_the_object_the_drift_or_the_absence),
        BED_TEST(test_what_is_neither_there_nor_stable_is_waited_for),
        BED_TEST(test_a_read_is_fresh_for_a_minute_unless_told_otherwise),
        BED_TEST(test_only_what_is_ours_there_and_unwanted_is_doomed),
        BED_TEST(test_a_lacking_fact_is_a_reason_to_wait),
        BED_TEST(test_a_state_without_a_name_is_said_to_be_unknown),
        BED_TEST(test_a_row_without_a_parent_has_an_empty_one),
        BED_TEST(test_a_certificate_among_others_is_waited_for),
    };
    return cmocka_run_group_tests_name("plan/step", tests, NULL, NULL);
}
