/* test_plan_file.c - what cannot be applied as a saved plan; the rest is in
 * tests/integration/saved_plan.sh. */
#include "tests/unit/cli/stage.h"

#define HEAD "{\"format\":\"alb-agent plan\",\"version\":1,\"madeAt\":\"2026-01-01T00:00:00Z\","

/* Loads a plan file of this text, with a region as --region gave it (or NULL). */
static bool load(struct stage *s, const char *text, const char *region, struct options *o,
                 struct plan_file *out, struct error *err)
{
    *o = (struct options){ .plan_file = stage_file(s, "x.plan", text), .region = region };
    return plan_file_load(o, out, err);
}

static void test_plan_brings_its_manifests_and_flags(void **state)
{
    struct options o CLEANUP(options_done) = { 0 };
    struct plan_file f;
    struct error err;
    assert_true(load(*state,
                     HEAD "\"files\":[\"/a\",\"/b\"],\"cluster\":\"c1\",\"region\":\"cn-x\","
                          "\"vpc\":null,\"destroy\":null,\"allowDestroy\":true,\"sides\":["
                          "{\"loadBalancer\":\"k/w\",\"desired\":\"d\",\"actual\":\"a\"}]}",
                     NULL, &o, &f, &err));
    assert_int_equal(o.files.len, 2);
    assert_string_equal(o.files.items[1], "/b");
    assert_string_equal(o.cluster_id, "c1");
    assert_string_equal(o.region, "cn-x");
    assert_null(o.vpc_id);
    assert_true(o.allow_destroy);
    assert_string_equal(f.made_at, "2026-01-01T00:00:00Z");
    assert_int_equal(f.sides.len, 1);
    assert_string_equal(f.sides.items[0].actual, "a");
}

static void check_refused(struct stage *s, const char *text, const char *region, const char *says)
{
    struct options o CLEANUP(options_done) = { 0 };
    struct plan_file f;
    struct error err;
    assert_false(load(s, text, region, &o, &f, &err));
    assert_non_null(strstr(err.msg, says));
}

static void test_contradicting_flag_is_refused(void **state)
{
    check_refused(*state, HEAD "\"region\":\"cn-x\"}", "cn-y", "cn-x, not cn-y");
    check_refused(*state, HEAD "\"region\":null}", "cn-y", "unset, not cn-y");
}

static void test_destruction_is_not_allowed_after_the_fact(void **state)
{
    struct options o CLEANUP(options_done) = { 0 };
    struct plan_file f;
    struct error err;
    o = (struct options){ .allow_destroy = true,
                          .plan_file =
                              stage_file(*state, "x.plan", HEAD "\"allowDestroy\":false}") };
    assert_false(plan_file_load(&o, &f, &err));
    assert_non_null(strstr(err.msg, "--allow-destroy"));
}

static void test_other_files_are_no_plans(void **state)
{
    check_refused(*state, "apiVersion: v1\n", NULL, "not a plan");
    check_refused(*state, "{\"format\":\"tfplan\"}", NULL, "not a plan");
    check_refused(*state, "[1]", NULL, "not a plan");
    check_refused(*state, "{\"format\":\"alb-agent plan\",\"version\":2}", NULL, "another version");
    check_refused(*state, HEAD "\"sides\":[{\"loadBalancer\":\"k/w\"}]}", NULL, "damaged");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plan_brings_its_manifests_and_flags),
        TEST(test_contradicting_flag_is_refused),
        TEST(test_destruction_is_not_allowed_after_the_fact),
        TEST(test_other_files_are_no_plans),
    };
    return cmocka_run_group_tests_name("cli/plan_file", tests, NULL, NULL);
}
