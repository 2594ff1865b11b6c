/* test_param.c - the table of parameters against the public API description, row by row, and
 * calls against the table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb_param.h"
#include "alb-agent/json.h"
#include "tests/unit/alb/spec/spec.h"

static enum alb_type type_named(const char *name)
{
    static const char *const NAMES[] = { "string", "integer", "boolean", "array", "object" };
    size_t i = 0;
    while (i < COUNT(NAMES) && strcmp(NAMES[i], name) != 0)
        i++;
    return (enum alb_type)i;
}

static void check_side(const char *path, bool has, int64_t have, const cJSON *want)
{
    if (has != (want != NULL) || (want && (int64_t)want->valuedouble != have))
        fail_msg("%s: range", path);
}

static void check_range(const char *path, const struct alb_range *r, const cJSON *spec,
                        const char *min, const char *max)
{
    check_side(path, r->has_min, r->min, json_get(spec, min));
    check_side(path, r->has_max, r->max, json_get(spec, max));
}

static void check_values(const char *path, const struct alb_param_row *row, const cJSON *spec)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *values = "";
    const cJSON *v;
    if (type_named(json_str(spec, "type")) != ALB_TYPE_BOOL)
        cJSON_ArrayForEach (v, json_get(spec, "enum"))
            values = arena_fmt(&a, "%s%s%s", values, *values ? "|" : "",
                               cJSON_IsString(v) ? v->valuestring
                                                 : arena_fmt(&a, "%d", (int)v->valuedouble));
    if (strcmp(values, row->values ? row->values : "") != 0)
        fail_msg("%s: values '%s'", path, values);
}

static int rows_checked;

static void check_rows(const char *above, const alb_param_rows *rows, const cJSON *spec);

static void check_row(const char *path, const struct alb_param_row *row, const cJSON *spec)
{
    bool list = row->type == ALB_TYPE_LIST;
    const cJSON *leaf = list ? json_get(spec, "items") : spec;
    rows_checked++;
    if (row->type != type_named(json_str(spec, "type"))
        || (list && row->item != type_named(json_str(leaf, "type"))))
        fail_msg("%s: type", path);
    if (row->required != cJSON_IsTrue(json_get(spec, "required")))
        fail_msg("%s: required", path);
    if (list)
        check_range(path, &row->range, spec, "minItems", "maxItems");
    else if (row->type == ALB_TYPE_INT)
        check_range(path, &row->range, spec, "minimum", "maximum");
    if (type_named(json_str(leaf, "type")) == ALB_TYPE_STRING)
        check_range(path, &row->chars, leaf, "minLength", "maxLength");
    check_values(path, row, leaf);
    check_rows(path, &row->rows, json_get(leaf, "properties"));
}

static void check_rows(const char *above, const alb_param_rows *rows, const cJSON *spec)
{
    size_t n = 0;
    const cJSON *p;
    cJSON_ArrayForEach (p, spec) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const char *path = arena_fmt(&a, "%s.%s", above, p->string);
        if (n >= rows->len || strcmp(rows->items[n].name, p->string) != 0)
            fail_msg("no row for %s", path);
        check_row(path, &rows->items[n++], p);
    }
    if (n != rows->len)
        fail_msg("%s: a row too many: %s", above, rows->items[n].name);
}

static void check_product(const char *product, int n_actions)
{
    int actions = 0;
    const cJSON *action;
    cJSON_ArrayForEach (action, spec_actions(product)) {
        struct arena a CLEANUP(arena_done) = { 0 };
        alb_param_rows rows;
        if (!alb_param_table(&a, action->string, &rows))
            fail_msg("no table for %s", action->string);
        check_rows(action->string, &rows, json_get(action, "parameters"));
        actions++;
    }
    assert_int_equal(actions, n_actions);
}

static void test_every_row_is_the_descriptions(void **state)
{
    (void)state;
    rows_checked = 0;
    check_product("Alb", 85);
    assert_int_equal(rows_checked, 938);
}

static void test_every_row_of_a_neighbour_is_its_descriptions(void **state)
{
    (void)state;
    rows_checked = 0;
    check_product("cas", 4);
    check_product("Ecs", 1);
    check_product("Vpc", 2);
    check_product("Sts", 3);
    assert_int_equal(rows_checked, 72);
}

static void test_every_action_has_a_table(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    alb_param_rows rows;
    size_t n;
    const struct alb_action *actions = alb_actions(&n);
    for (size_t i = 0; i < n; i++)
        if (!alb_param_table(&a, actions[i].name, &rows))
            fail_msg("no table for %s", actions[i].name);
    assert_false(alb_param_table(&a, "CreateRul", &rows));
    assert_false(alb_param_table(&a, "", &rows));
}

/* Checks one parameter of 'action', beside 'other', which is required. */
static bool check_one(const char *action, const char *other, const char *name, const char *value,
                      struct error *err)
{
    struct alb_param items[] = { { other, "x" }, { name, value } };
    return alb_param_check(action, &(alb_params){ items, COUNT(items) }, err);
}

static void expect_complaint(const char *name, const char *value, const char *says)
{
    struct error err = { 0 };
    assert_false(check_one("UpdateRuleAttribute", "RuleId", name, value, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    if (!strstr(err.msg, says))
        fail_msg("%s", err.msg);
}

static void test_what_the_table_does_not_know_is_refused_with_a_hint(void **state)
{
    (void)state;
    expect_complaint("Prioritty", "1", "there is no parameter 'Prioritty': did you mean Priority?");
    expect_complaint("RuleActions.1.ForwardGroupConfg.X", "1", "did you mean ForwardGroupConfig");
    expect_complaint("RuleActions.Type", "x", "RuleActions is a list: write RuleActions.1");
    expect_complaint("RuleActions.1", "x", "is an object");
    expect_complaint("Priority.1", "x", "Priority has no members");
    expect_complaint("Priority", "0", "a number of 1 to 10000");
    expect_complaint("Priority", "1x", "a whole number");
    expect_complaint("DryRun", "yes", "true or false");
    expect_complaint("RuleActions.1.Type", "Forward", "one of ");
    expect_complaint("RuleActions.101.Type", "Rewrite", "at most 100 elements");
    expect_complaint("RuleName", "a", "characters: 2 to 128");
}

static void test_good_calls_pass_and_missing_ones_are_named(void **state)
{
    (void)state;
    struct error err = { 0 };
    const alb_params none = { 0 };
    assert_true(check_one("UpdateRuleAttribute", "RuleId", "Priority", "10000", &err));
    assert_true(check_one("UpdateRuleAttribute", "RuleId", "RuleActions.1.Type", "Rewrite", &err));
    assert_true(check_one("DeleteRules", "RuleIds.1", "RuleIds.2", "rule-1", &err));
    assert_true(alb_param_check("ListRules", &none, &err));
    assert_true(alb_param_check("DescribeNetworkInterfaces", &none, &err)); /* RegionId is added */
    assert_false(alb_param_check("DeleteRules", &none, &err));
    assert_string_equal(err.msg, "DeleteRules: RuleIds is required");
    assert_false(alb_param_check("Nothing", &none, &err));
}

static void test_paths_show_where_lists_count(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    alb_param_rows rows;
    alb_names paths = { 0 };
    assert_true(alb_param_table(&a, "DeleteRules", &rows));
    alb_param_paths(&a, &rows, &paths);
    assert_int_equal(paths.len, 3);
    assert_string_equal(paths.items[0], "ClientToken");
    assert_string_equal(paths.items[2], "RuleIds.N");
    bool deep = false;
    paths = (alb_names){ 0 };
    assert_true(alb_param_table(&a, "CreateRules", &rows));
    alb_param_paths(&a, &rows, &paths);
    for (size_t i = 0; i < paths.len; i++)
        deep |= !strcmp(paths.items[i],
                        "Rules.N.RuleActions.N.ForwardGroupConfig.ServerGroupTuples.N.Weight");
    assert_true(deep);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_the_descriptions),
        cmocka_unit_test(test_every_row_of_a_neighbour_is_its_descriptions),
        cmocka_unit_test(test_every_action_has_a_table),
        cmocka_unit_test(test_what_the_table_does_not_know_is_refused_with_a_hint),
        cmocka_unit_test(test_good_calls_pass_and_missing_ones_are_named),
        cmocka_unit_test(test_paths_show_where_lists_count),
    };
    return cmocka_run_group_tests_name("alb/param", tests, spec_open, spec_close);
}
