/* test_plan.c - plans for people and for programs. */
#include "tests/unit/report/bed.h"

/* One call that makes the rule anew, and one that waits for it. */
struct made {
    struct step steps[2];
    struct step_item item[2];
    struct plan_lb lb;
    struct plan plan;
    struct change change;
    struct alb_param param;
    size_t first; /* the step that the second comes after: 0 */
};

static struct made *make(struct bed *b)
{
    struct made *m = arena_alloc(&b->arena, sizeof *m);
    struct resource *rule = bed_row(b, RESOURCE_RULE);
    rule->actual = NULL;
    rule->cloud_id = NULL;
    m->item[0] = (struct step_item){
        .kind = RESOURCE_RULE, .key = rule->key, .parent = "80/HTTP", .after = &b->have
    };
    m->item[1] = (struct step_item){
        .kind = RESOURCE_SERVER_GROUP, .key = "shop/tea-tea:80", .parent = "", .after = &b->group
    };
    m->change = (struct change){ "Scheduler", "\"Wrr\"", "\"Wlc\"", 0 };
    m->param = (struct alb_param){ "ListenerId", "lsn-1" };
    m->steps[0] = (struct step){ .lb = "kube-system/web",
                                 .op = STEP_CREATE,
                                 .action = "CreateRules",
                                 .params = { &m->param, 1 },
                                 .items = { &m->item[0], 1 },
                                 .cause = "missing" };
    m->steps[1] = (struct step){ .lb = "kube-system/web",
                                 .family = LANE_SERVER_GROUP,
                                 .op = STEP_UPDATE,
                                 .action = "UpdateServerGroupAttribute",
                                 .items = { &m->item[1], 1 },
                                 .changes = { &m->change, 1 },
                                 .cause = "drift: Scheduler",
                                 .waits = "something else",
                                 .after = { &m->first, 1 } };
    m->lb = (struct plan_lb){ .lb = "kube-system/web",
                              .add = 1,
                              .change = 1,
                              .rules = 31,
                              .rules_limit = 100,
                              .hitless = true };
    m->lb.least_calls = 2;
    m->plan = (struct plan){ .add = 1, .change = 1 };
    m->plan.steps.items = m->steps;
    m->plan.steps.len = 2;
    m->plan.lbs.items = &m->lb;
    m->plan.lbs.len = 1;
    return m;
}

static void test_plan_begins_with_the_verdict_and_ends_with_the_summary(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    report_plan(&b->out, &b->in, &m->plan);
    assert_string_equal(
        bed_text(b),
        "Not in sync: 2 calls would change 2 resources.\n"
        "kube-system/web\n"
        "  1. + CreateRules  (missing)\n"
        "      Rule 80/HTTP: host a.example path /tea -> @shop/tea-tea:80\n"
        "  2. ~ UpdateServerGroupAttribute  (drift: Scheduler)\n"
        "      ServerGroup shop/tea-tea:80 [sgp-1]: shop-tea-80, servers unknown and left alone\n"
        "        Scheduler: \"Wrr\" -> \"Wlc\"\n"
        "        after: 1 (something else)\n"
        "Plan: 1 to add, 1 to change, 0 to destroy \u00b7 2 calls (at least 2) \u00b7 hitless "
        "\u00b7 "
        "rules 31/100\n");
}

static void test_plan_of_nothing_is_in_sync(void **state)
{
    struct bed *b = *state;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_string_equal(bed_first(b), "In sync: nothing to do.");
    assert_string_equal(bed_last(b), "Plan: 0 to add, 0 to change, 0 to destroy \u00b7 0 calls "
                                     "\u00b7 hitless");
}

/* What could not be read is not in sync with anything. */
static void test_what_was_left_out_is_not_called_in_sync(void **state)
{
    struct bed *b = *state;
    struct report_note notes[] = { { "AlbConfig a", "careful", true },
                                   { "AlbConfig a", "no", false } };
    b->in.notes.items = notes;
    b->in.notes.len = 1;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_string_equal(bed_first(b), "In sync: nothing to do.");
    b->in.notes.len = 2;
    b->out.len = 0;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_string_equal(bed_first(b), "In sync but for 1 object with errors: nothing to do.");
}

static void test_objects_with_errors_are_counted_once(void **state)
{
    struct bed *b = *state;
    struct report_note notes[] = { { "AlbConfig a", "no", false },
                                   { "AlbConfig a", "no again", false },
                                   { "Ingress d/b", "no", false } };
    b->in.notes.items = notes;
    b->in.notes.len = COUNT(notes);
    bed_row(b, RESOURCE_RULE)->refused = true;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_string_equal(bed_first(b), "In sync but for 2 objects with errors and 1 resource that "
                                      "was refused: nothing to do.");
    bed_row(b, RESOURCE_SERVER_GROUP)->refused = true;
    b->in.notes.len = 0;
    b->out.len = 0;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_string_equal(bed_first(b),
                        "In sync but for 2 resources that were refused: nothing to do.");
}

/* Held rows are those of objects in doubt. */
static void test_where_all_was_left_out_nothing_is_in_sync(void **state)
{
    struct bed *b = *state;
    struct report_note note = { "AlbConfig a", "no", false };
    b->in.notes.items = &note;
    b->in.notes.len = 1;
    for (size_t i = 0; i < b->model.rows.len; i++)
        b->model.rows.items[i].held = true;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_string_equal(bed_first(b), "All was left out, for 1 object with errors: nothing to do.");
}

static void test_one_of_a_thing_is_not_many(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    m->plan.steps.len = 1;
    m->plan.change = 0;
    m->lb.hitless = false;
    report_plan(&b->out, &b->in, &m->plan);
    assert_string_equal(bed_first(b), "Not in sync: 1 call would change 1 resource.");
    assert_string_equal(bed_last(b), "Plan: 1 to add, 0 to change, 0 to destroy \u00b7 1 call (at "
                                     "least 2) \u00b7 not hitless \u00b7 rules 31/100");
}

static void test_calls_stand_beside_their_lower_bound(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    m->lb.least_calls = 1;
    report_plan(&b->out, &b->in, &m->plan);
    assert_string_equal(bed_last(b), "Plan: 1 to add, 1 to change, 0 to destroy \u00b7 2 calls (at "
                                     "least 1) \u00b7 hitless \u00b7 rules 31/100");
}

/* The numbers say in which order they are sent. */
static void test_what_destroys_or_disrupts_stands_first_in_its_load_balancer(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    m->steps[1].op = STEP_DELETE;
    m->steps[1].action = "DeleteServerGroup";
    report_plan(&b->out, &b->in, &m->plan);
    const char *text = bed_text(b), *gone = strstr(text, "  2. - DeleteServerGroup"),
               *made = strstr(text, "  1. + CreateRules");
    assert_non_null(gone);
    assert_true(made > gone);
    assert_null(strstr(text, "not hitless: "));
    buf_reset(&b->out);
    m->steps[1].op = STEP_UPDATE;
    m->steps[1].disrupts = true;
    report_plan(&b->out, &b->in, &m->plan);
    text = bed_text(b);
    gone = strstr(text, "  2. ~ DeleteServerGroup");
    assert_non_null(gone);
    assert_true(strstr(text, "  1. + CreateRules") > gone);
    assert_true(strstr(text, "not hitless: until the plan is done") > gone);
    buf_reset(&b->out);
    m->steps[0].lb = "kube-system/api"; /* not before the steps of another load balancer */
    report_plan(&b->out, &b->in, &m->plan);
    text = bed_text(b);
    assert_true(strstr(text, "  1. + CreateRules") < strstr(text, "  2. ~ DeleteServerGroup"));
}

static void test_every_field_of_what_is_made_is_shown(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    struct change made = { "Priority", "", "100", 0 };
    m->steps[0].changes.items = &made;
    m->steps[0].changes.len = 1;
    report_plan(&b->out, &b->in, &m->plan);
    assert_non_null(strstr(bed_text(b), "        Priority: 100\n"));
}

static void test_refusal_is_the_verdict_and_says_the_remedy(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    struct plan_refusal refusal = { .lb = "kube-system/web",
                                    .message = "too much; give --allow-destroy" };
    m->plan.refusals.items = &refusal;
    m->plan.refusals.len = 1;
    report_plan(&b->out, &b->in, &m->plan);
    assert_string_equal(bed_first(b), "Refused: see below.");
    assert_non_null(
        strstr(bed_text(b), "refused: kube-system/web: too much; give --allow-destroy\n"));
    buf_reset(&b->out);
    refusal.quota = true;
    report_plan(&b->out, &b->in, &m->plan);
    assert_string_equal(bed_first(b), "Refused: a quota would be exceeded.");
}

static void test_incomplete_source_is_said_first(void **state)
{
    struct bed *b = *state;
    b->in.incomplete = true;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_string_equal(bed_first(b),
                        "Source incomplete: nothing will be deleted. In sync: nothing to do.");
}

static void test_orphan_is_named_with_the_way_to_remove_it(void **state)
{
    struct bed *b = *state;
    bed_row(b, RESOURCE_LOAD_BALANCER)->desired = NULL;
    report_plan(&b->out, &b->in, &(struct plan){ 0 });
    assert_non_null(strstr(bed_text(b), "orphan: load balancer kube-system/web [alb-1]"));
    assert_non_null(strstr(bed_text(b), "alb-agent apply --destroy kube-system/web\n"));
}

static void test_what_the_planner_leaves_undone_is_said(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    struct plan_warning warning = { "kube-system/web", RESOURCE_LISTENER, "80/HTTP",
                                    "stays as it is; remove it by hand" };
    m->plan.warnings.items = &warning;
    m->plan.warnings.len = 1;
    report_plan(&b->out, &b->in, &m->plan);
    assert_non_null(strstr(bed_text(b), "Listener 80/HTTP: stays as it is; remove it by hand\n"));
    buf_reset(&b->out);
    b->in.format = REPORT_JSON;
    report_plan(&b->out, &b->in, &m->plan);
    assert_non_null(strstr(bed_text(b), "stays as it is; remove it by hand"));
}

static void test_colours_are_only_there_when_asked_for(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    report_plan(&b->out, &b->in, &m->plan);
    assert_null(strchr(bed_text(b), '\033'));
    buf_reset(&b->out);
    b->in.colour = true;
    report_plan(&b->out, &b->in, &m->plan);
    assert_non_null(strstr(bed_text(b), "\033[32m+ CreateRules\033[0m"));
    buf_reset(&b->out);
    b->in.format = REPORT_JSON; /* which is never coloured */
    report_plan(&b->out, &b->in, &m->plan);
    assert_null(strchr(bed_text(b), '\033'));
}

static void test_json_is_one_document_with_steps_and_summary(void **state)
{
    struct bed *b = *state;
    struct made *m = make(b);
    b->in.format = REPORT_JSON;
    report_plan(&b->out, &b->in, &m->plan);
    cJSON *json CLEANUP(json_done) = bed_json(b);
    assert_string_equal(json_str(json, "verdict"), "changes");
    assert_string_equal(json_str(json, "cluster"), "c1");
    assert_true(cJSON_IsTrue(json_get(json, "sourceComplete")));
    const cJSON *first = cJSON_GetArrayItem(json_get(json, "steps"), 0);
    assert_string_equal(json_str(first, "action"), "CreateRules");
    assert_string_equal(json_str(first, "op"), "create");
    assert_string_equal(json_str(json_get(first, "params"), "ListenerId"), "lsn-1");
    assert_null(json_get(first, "waits"));
    const cJSON *second = cJSON_GetArrayItem(json_get(json, "steps"), 1);
    assert_string_equal(json_str(second, "waits"), "something else");
    assert_int_equal(json_int(first, "order", -1), 1);
    assert_int_equal(json_int(second, "order", -1), 2);
    assert_int_equal(cJSON_GetArraySize(json_get(first, "dependencies")), 0);
    assert_int_equal(cJSON_GetArraySize(json_get(second, "dependencies")), 1);
    assert_int_equal(cJSON_GetArrayItem(json_get(second, "dependencies"), 0)->valueint, 1);
    const cJSON *change = cJSON_GetArrayItem(json_get(second, "changes"), 0);
    assert_string_equal(json_str(change, "after"), "Wlc"); /* JSON, not text of JSON */
    assert_int_equal(json_int(json_get(json, "summary"), "calls", -1), 2);
    const cJSON *lb = cJSON_GetArrayItem(json_get(json, "loadBalancers"), 0);
    assert_int_equal(json_int(lb, "rules", -1), 31);
    assert_int_equal(json_int(lb, "leastCalls", -1), 2);
    assert_int_equal(json_int(json_get(json, "summary"), "leastCalls", -1), 2);
    assert_true(cJSON_IsTrue(json_get(json_get(json, "summary"), "hitless")));
    assert_true(cJSON_IsTrue(json_get(lb, "hitless")));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_plan_begins_with_the_verdict_and_ends_with_the_summary),
        TEST(test_plan_of_nothing_is_in_sync),
        TEST(test_what_was_left_out_is_not_called_in_sync),
        TEST(test_objects_with_errors_are_counted_once),
        TEST(test_where_all_was_left_out_nothing_is_in_sync),
        TEST(test_one_of_a_thing_is_not_many),
        TEST(test_calls_stand_beside_their_lower_bound),
        TEST(test_what_destroys_or_disrupts_stands_first_in_its_load_balancer),
        TEST(test_every_field_of_what_is_made_is_shown),
        TEST(test_refusal_is_the_verdict_and_says_the_remedy),
        TEST(test_incomplete_source_is_said_first),
        TEST(test_orphan_is_named_with_the_way_to_remove_it),
        TEST(test_what_the_planner_leaves_undone_is_said),
        TEST(test_colours_are_only_there_when_asked_for),
        TEST(test_json_is_one_document_with_steps_and_summary),
    };
    return cmocka_run_group_tests_name("report/plan", tests, NULL, NULL);
}
