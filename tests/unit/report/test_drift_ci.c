/* test_drift_ci.c - drift as CI reads it; tests/integration/drift_formats.sh has whole reports
 * read by other programs. */
#include "tests/unit/report/bed.h"

static const char *report(struct bed *b, enum report_format format)
{
    struct report_counts counts;
    b->in.format = format;
    buf_reset(&b->out);
    report_drift(&b->out, &b->in, &counts);
    return bed_text(b);
}

/* A rule that was applied from "tea.yaml" is gone. */
static void lose_rule(struct bed *b)
{
    struct resource *rule = bed_row(b, RESOURCE_RULE);
    rule->last = rule->actual;
    rule->last_id = rule->cloud_id;
    rule->actual = NULL;
    rule->cloud_id = NULL;
}

static void test_markdown_escapes_what_would_end_a_cell(void **state)
{
    struct bed *b = *state;
    assert_string_equal(report(b, REPORT_MARKDOWN), "### In sync: 4 resources\n");
    b->in.notes.items = &(struct report_note){ "Ingress d/b", "no", false };
    b->in.notes.len = 1;
    assert_non_null(strstr(report(b, REPORT_MARKDOWN),
                           "### In sync but for 1 object with errors: 4 resources\n"));
    b->in.notes.len = 0;
    struct alb_load_balancer changed = b->lb;
    changed.name = "a|b_c";
    bed_row(b, RESOURCE_LOAD_BALANCER)->actual = &changed;
    const char *text = report(b, REPORT_MARKDOWN);
    assert_non_null(strstr(text, "### Drift: 1 of 4 resources differ\n"));
    assert_non_null(strstr(text, "| **drift** | kube-system/web |"));
    assert_non_null(strstr(text, "LoadBalancerName: \"a\\|b\\_c\" -\\> \"web\" |\n"));
}

static void test_junit_counts_passed_failed_and_skipped(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    struct resource *group = bed_row(b, RESOURCE_SERVER_GROUP);
    group->ours = false;
    group->desired = group->applied = NULL;
    const char *text = report(b, REPORT_JUNIT);
    assert_non_null(strstr(text, "tests=\"4\" failures=\"1\" errors=\"0\" skipped=\"1\""));
    assert_non_null(strstr(text, "<failure type=\"missing\" message=\"was applied and is gone\">"
                                 "desired by Ingress shop/tea (tea.yaml:3)\n"));
    assert_non_null(strstr(text, "-&gt; @shop/tea-tea:80"));
    assert_non_null(strstr(text, "<skipped message=\"not ours\"/>"));
}

static void test_junit_has_what_was_left_out_as_an_error(void **state)
{
    struct bed *b = *state;
    struct report_note notes[] = { { "Ingress shop/x (x.yaml:1)", "a \"bad\" \x01 host", false },
                                   { "Ingress shop/y (y.yaml:1)", "only odd", true } };
    b->in.notes.items = notes;
    b->in.notes.len = 2;
    const char *text = report(b, REPORT_JUNIT);
    assert_non_null(strstr(text, "tests=\"5\" failures=\"0\" errors=\"1\""));
    assert_non_null(strstr(text, "<error message=\"a &quot;bad&quot; \xef\xbf\xbd host\"/>"));
    assert_null(strstr(text, "only odd"));
}

static void test_sarif_points_into_the_manifest(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    (void)report(b, REPORT_SARIF);
    cJSON *doc CLEANUP(json_done) = bed_json(b);
    const cJSON *run = cJSON_GetArrayItem(json_get(doc, "runs"), 0);
    const cJSON *result = cJSON_GetArrayItem(json_get(run, "results"), 0);
    assert_string_equal(json_str(result, "ruleId"), "missing");
    assert_string_equal(json_str(result, "level"), "error");
    const cJSON *at =
        json_get(cJSON_GetArrayItem(json_get(result, "locations"), 0), "physicalLocation");
    assert_string_equal(json_str(json_get(at, "artifactLocation"), "uri"), "tea.yaml");
    assert_int_equal(json_int(json_get(at, "region"), "startLine", 0), 3);
    assert_non_null(json_str(json_get(result, "partialFingerprints"), "resource/v1"));
}

static void test_sarif_says_when_the_source_was_incomplete(void **state)
{
    struct bed *b = *state;
    b->in.incomplete = true;
    (void)report(b, REPORT_SARIF);
    cJSON *doc CLEANUP(json_done) = bed_json(b);
    const cJSON *run = cJSON_GetArrayItem(json_get(doc, "runs"), 0);
    const cJSON *call = cJSON_GetArrayItem(json_get(run, "invocations"), 0);
    assert_true(cJSON_IsFalse(json_get(call, "executionSuccessful")));
    assert_int_equal(cJSON_GetArraySize(json_get(run, "results")), 0);
}

/* The rule is gone, and ignored until 1970-01-01T00:00:09Z. */
static void ignore_rule(struct bed *b)
{
    static struct finding found;
    static finding_list list;
    lose_rule(b);
    found = (struct finding){ .lb = "kube-system/web",
                              .kind = RESOURCE_RULE,
                              .key = bed_row(b, RESOURCE_RULE)->key,
                              .class = CLASS_MISSING,
                              .first_seen = 2000,
                              .verdict = FINDING_IGNORED,
                              .until = 9000 };
    list.items = &found;
    list.len = 1;
    b->in.findings = &list;
    b->in.now_ms = 5000;
}

static void test_ignored_is_skipped_in_junit(void **state)
{
    struct bed *b = *state;
    ignore_rule(b);
    const char *text = report(b, REPORT_JUNIT);
    assert_non_null(strstr(text, "tests=\"4\" failures=\"0\" errors=\"0\" skipped=\"1\""));
    assert_non_null(
        strstr(text, "<skipped message=\"missing: ignored until 1970-01-01T00:00:09Z\"/>"));
    b->in.now_ms = 9000;
    text = report(b, REPORT_JUNIT);
    assert_non_null(strstr(text, "failures=\"1\""));
    assert_non_null(strstr(text, "first seen 1970-01-01T00:00:02Z\n"));
}

static void test_ignored_is_a_suppressed_result_in_sarif(void **state)
{
    struct bed *b = *state;
    ignore_rule(b);
    (void)report(b, REPORT_SARIF);
    cJSON *doc CLEANUP(json_done) = bed_json(b);
    const cJSON *run = cJSON_GetArrayItem(json_get(doc, "runs"), 0);
    const cJSON *result = cJSON_GetArrayItem(json_get(run, "results"), 0);
    const cJSON *why = cJSON_GetArrayItem(json_get(result, "suppressions"), 0);
    assert_string_equal(json_str(why, "kind"), "external");
    assert_string_equal(json_str(why, "status"), "accepted");
    assert_string_equal(json_str(why, "justification"), "ignored until 1970-01-01T00:00:09Z");
    assert_string_equal(json_str(json_get(result, "properties"), "found"),
                        "first seen 1970-01-01T00:00:02Z");
}

static void test_markdown_shows_what_is_ignored(void **state)
{
    struct bed *b = *state;
    ignore_rule(b);
    const char *text = report(b, REPORT_MARKDOWN);
    assert_non_null(strstr(text, "### In sync: 4 resources, but for 1 accepted or ignored\n"));
    assert_non_null(strstr(text, "was applied and is gone<br>*first seen 1970-01-01T00:00:02Z*"
                                 "<br>*ignored until 1970-01-01T00:00:09Z* |\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_markdown_escapes_what_would_end_a_cell),
        TEST(test_junit_counts_passed_failed_and_skipped),
        TEST(test_junit_has_what_was_left_out_as_an_error),
        TEST(test_sarif_points_into_the_manifest),
        TEST(test_sarif_says_when_the_source_was_incomplete),
        TEST(test_ignored_is_skipped_in_junit),
        TEST(test_ignored_is_a_suppressed_result_in_sarif),
        TEST(test_markdown_shows_what_is_ignored),
    };
    return cmocka_run_group_tests_name("report/drift_ci", tests, NULL, NULL);
}
