/* test_drift.c - how what is there stands to what was applied. */
#include "tests/unit/report/bed.h"

static struct report_counts report(struct bed *b)
{
    struct report_counts counts;
    buf_reset(&b->out);
    report_drift(&b->out, &b->in, &counts);
    return counts;
}

static void test_all_in_sync_is_two_lines(void **state)
{
    struct bed *b = *state;
    struct report_counts counts = report(b);
    assert_string_equal(bed_text(b), "In sync: 4 resources.\n"
                                     "Drift: 0 missing, 0 changed, 0 pending, 0 orphans, 4 in "
                                     "sync \u00b7 0 unmanaged\n");
    assert_int_equal(counts.managed, 4);
    assert_int_equal(counts.by_class[CLASS_IN_SYNC], 4);
}

static void lose_rule(struct bed *b)
{
    struct resource *rule = bed_row(b, RESOURCE_RULE);
    rule->last = rule->actual;
    rule->last_id = rule->cloud_id;
    rule->actual = NULL;
    rule->cloud_id = NULL;
    rule->status = "";
}

static void test_missing_rule_is_named_by_its_id_and_its_origin(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    struct report_counts counts = report(b);
    assert_string_equal(
        bed_text(b),
        "Drift: 1 of 4 resources differs.\n"
        "kube-system/web\n"
        "  missing   Rule 80/HTTP (rule-80-100) [rule-1]: host a.example path /tea -> "
        "@shop/tea-tea:80\n"
        "            desired by Ingress shop/tea (tea.yaml:3)\n"
        "Drift: 1 missing, 0 changed, 0 pending, 0 orphans, 3 in sync \u00b7 0 unmanaged\n");
    assert_int_equal(counts.by_class[CLASS_MISSING], 1);
}

static void test_changed_member_is_shown_from_wanted_to_actual_state(void **state)
{
    struct bed *b = *state;
    struct alb_load_balancer changed = b->lb;
    changed.name = "somebody's";
    bed_row(b, RESOURCE_LOAD_BALANCER)->actual = &changed;
    struct report_counts counts = report(b);
    assert_int_equal(counts.by_class[CLASS_DRIFT], 1);
    assert_non_null(strstr(bed_text(b), "  drift     LoadBalancer kube-system/web [alb-1]\n"));
    assert_non_null(strstr(bed_text(b), "LoadBalancerName: \"somebody's\" -> \"web\"\n"));
}

static void test_what_was_left_out_is_not_called_in_sync(void **state)
{
    struct bed *b = *state;
    struct report_note note = { "Ingress shop/web", "no", false };
    b->in.notes.items = &note;
    b->in.notes.len = 1;
    (void)report(b);
    assert_string_equal(bed_first(b), "In sync but for 1 object with errors: 4 resources.");
}

static void test_what_is_not_ours_is_shown_and_not_counted(void **state)
{
    struct bed *b = *state;
    struct resource *rule = bed_row(b, RESOURCE_RULE);
    rule->ours = false;
    rule->desired = rule->applied = NULL;
    rule->desired_from = NULL;
    struct report_counts counts = report(b);
    assert_string_equal(bed_first(b), "In sync: 3 resources.");
    assert_non_null(strstr(bed_text(b), "  unmanaged Rule 80/HTTP (rule-80-100) [rule-1]"));
    assert_int_equal(counts.managed, 3);
    assert_int_equal(counts.by_class[CLASS_UNMANAGED], 1);
}

static void make_orphan(struct bed *b)
{
    struct resource *group = bed_row(b, RESOURCE_SERVER_GROUP);
    group->desired = NULL;
    group->desired_from = NULL;
}

static void test_orphan_differs_unless_its_object_is_in_doubt(void **state)
{
    struct bed *b = *state;
    make_orphan(b);
    assert_int_equal(report(b).by_class[CLASS_ORPHAN], 1);
    bed_row(b, RESOURCE_SERVER_GROUP)->held = true;
    assert_int_equal(report(b).by_class[CLASS_ORPHAN], 0);
    bed_row(b, RESOURCE_SERVER_GROUP)->held = false;
    b->in.incomplete = true;
    assert_int_equal(report(b).by_class[CLASS_ORPHAN], 0);
    assert_string_equal(bed_first(b), "Source incomplete: what it does not hold is not judged. In "
                                      "sync: 4 resources.");
}

static void test_never_applied_is_pending(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    bed_row(b, RESOURCE_RULE)->applied = NULL;
    struct report_counts counts = report(b);
    assert_int_equal(counts.by_class[CLASS_PENDING], 1);
    assert_int_equal(counts.by_class[CLASS_MISSING], 0);
}

static void test_json_has_what_the_text_has(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    b->in.format = REPORT_JSON;
    (void)report(b);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    assert_string_equal(json_str(json, "verdict"), "drift");
    const cJSON *rows = json_get(json, "resources");
    assert_int_equal(cJSON_GetArraySize(rows), 1);
    const cJSON *row = cJSON_GetArrayItem(rows, 0);
    assert_string_equal(json_str(row, "class"), "missing");
    assert_string_equal(json_str(row, "id"), "rule-1");
    assert_string_equal(json_str(row, "name"), "rule-80-100");
    assert_string_equal(json_str(row, "desiredBy"), "Ingress shop/tea (tea.yaml:3)");
    assert_int_equal(json_int(json_get(json, "summary"), "missing", -1), 1);
    assert_int_equal(json_int(json_get(json, "summary"), "in sync", -1), 3);
}

/* Last good at 1970-01-01T00:00:01Z, first seen a second later; a verdict is over at :09Z. */
static void find_rule(struct bed *b, enum finding_verdict verdict)
{
    static struct finding found;
    static finding_list list;
    found = (struct finding){ .lb = "kube-system/web",
                              .kind = RESOURCE_RULE,
                              .key = bed_row(b, RESOURCE_RULE)->key,
                              .class = CLASS_MISSING,
                              .first_seen = 2000,
                              .last_good = 1000,
                              .verdict = verdict,
                              .decided_at = verdict ? 3000 : 0,
                              .until = verdict ? 9000 : 0 };
    list.items = &found;
    list.len = 1;
    b->in.findings = &list;
    b->in.now_ms = 8999;
}

static void test_finding_is_dated(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    find_rule(b, FINDING_OPEN);
    assert_int_equal(report(b).settled, 0);
    assert_non_null(strstr(bed_text(b), "            first seen 1970-01-01T00:00:02Z, last in sync "
                                        "1970-01-01T00:00:01Z\n"));
    assert_null(strstr(bed_text(b), "not corrected"));
}

static void test_accepted_is_shown_and_not_counted(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    find_rule(b, FINDING_ACCEPTED);
    struct report_counts counts = report(b);
    assert_int_equal(counts.settled, 1);
    assert_int_equal(counts.by_class[CLASS_MISSING], 1);
    assert_string_equal(bed_first(b), "In sync: 4 resources, but for 1 accepted or ignored.");
    assert_non_null(strstr(bed_text(b), "  missing   Rule 80/HTTP"));
    assert_non_null(
        strstr(bed_text(b), "            accepted until 1970-01-01T00:00:09Z: not corrected\n"));
    assert_string_equal(bed_last(b), "Drift: 1 missing, 0 changed, 0 pending, 0 orphans, 3 in sync "
                                     "\u00b7 0 unmanaged \u00b7 1 accepted or ignored");
}

static void test_verdict_that_is_over_counts_for_nothing(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    find_rule(b, FINDING_IGNORED);
    b->in.now_ms = 9000;
    assert_int_equal(report(b).settled, 0);
    assert_string_equal(bed_first(b), "Drift: 1 of 4 resources differs.");
}

static void test_what_is_to_be_corrected_counts(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    find_rule(b, FINDING_CORRECT);
    assert_int_equal(report(b).settled, 0);
    assert_non_null(strstr(bed_text(b), "            to be corrected until"));
}

/* A pending change is no drift, whatever was found before. */
static void test_finding_of_another_class_says_nothing(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    bed_row(b, RESOURCE_RULE)->applied = NULL;
    find_rule(b, FINDING_ACCEPTED);
    assert_int_equal(report(b).settled, 0);
    assert_null(strstr(bed_text(b), "first seen"));
}

static void test_json_dates_and_decides_as_the_text_does(void **state)
{
    struct bed *b = *state;
    lose_rule(b);
    find_rule(b, FINDING_ACCEPTED);
    b->in.format = REPORT_JSON;
    (void)report(b);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    assert_string_equal(json_str(json, "verdict"), "in sync");
    assert_int_equal(json_int(json_get(json, "summary"), "settled", -1), 1);
    const cJSON *row = cJSON_GetArrayItem(json_get(json, "resources"), 0);
    assert_string_equal(json_str(row, "firstSeen"), "1970-01-01T00:00:02Z");
    assert_string_equal(json_str(row, "lastGood"), "1970-01-01T00:00:01Z");
    assert_string_equal(json_str(row, "verdict"), "accepted");
    assert_string_equal(json_str(row, "decidedAt"), "1970-01-01T00:00:03Z");
    assert_string_equal(json_str(row, "until"), "1970-01-01T00:00:09Z");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_in_sync_is_two_lines),
        TEST(test_missing_rule_is_named_by_its_id_and_its_origin),
        TEST(test_changed_member_is_shown_from_wanted_to_actual_state),
        TEST(test_what_was_left_out_is_not_called_in_sync),
        TEST(test_what_is_not_ours_is_shown_and_not_counted),
        TEST(test_orphan_differs_unless_its_object_is_in_doubt),
        TEST(test_never_applied_is_pending),
        TEST(test_json_has_what_the_text_has),
        TEST(test_finding_is_dated),
        TEST(test_accepted_is_shown_and_not_counted),
        TEST(test_verdict_that_is_over_counts_for_nothing),
        TEST(test_what_is_to_be_corrected_counts),
        TEST(test_finding_of_another_class_says_nothing),
        TEST(test_json_dates_and_decides_as_the_text_does),
    };
    return cmocka_run_group_tests_name("report/drift", tests, NULL, NULL);
}
