/* test_config_map.c - of ConfigMaps those with the text of a script, and nothing else of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/object.h"

#define MAP(data) \
    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"rule\"}" data "}"

static cJSON *parse(const char *text)
{
    cJSON *body = cJSON_Parse(text);
    assert_non_null(body);
    return body;
}

static const struct object *find(const struct object_set *set)
{
    return object_set_find(set, OBJECT_CONFIG_MAP, "default", "rule");
}

static void test_one_with_a_script_is_kept_without_the_rest(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    object_set_add(&set,
                   parse(MAP(",\"data\":{\"a\":\"1\",\"scriptContent\":\"if true\",\"z\":\"2\"},"
                             "\"binaryData\":{\"b\":\"AA==\"}")),
                   "a.yaml:1");
    const struct object *obj = find(&set);
    assert_non_null(obj);
    assert_string_equal(object_script(obj), "if true");
    assert_int_equal(cJSON_GetArraySize(json_get(object_body(obj), "data")), 1);
    assert_null(json_get(object_body(obj), "binaryData"));
    cJSON *tree CLEANUP(json_done) = object_tree(obj);
    assert_string_equal(object_script(&(struct object){ .body = tree }), "if true"); /* in no set */
    assert_false(set.incomplete);
    assert_int_equal(set.ignored, 0);
}

static void test_one_without_is_ignored_whatever_it_is(void **state)
{
    (void)state;
    static const char *const maps[] = {
        MAP(""),
        MAP(",\"data\":{}"),
        MAP(",\"data\":{\"ScriptContent\":\"x\"}"),
        MAP(",\"data\":[\"scriptContent\"]"),
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":7}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}",
    };
    struct object_set set CLEANUP(object_set_done) = { 0 };
    for (size_t i = 0; i < COUNT(maps); i++) {
        object_set_add(&set, parse(maps[i]), "a.yaml:1");
        object_set_replace(&set, parse(maps[i]), "a.yaml:1");
    }
    assert_int_equal(set.ignored, 2 * COUNT(maps));
    assert_int_equal(set.objects.len, 0);
    assert_false(set.incomplete);
}

static void test_a_script_that_is_no_text_is_kept_to_be_refused(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    object_set_add(&set, parse(MAP(",\"data\":{\"scriptContent\":7}")), "a.yaml:1");
    assert_non_null(find(&set));
    assert_null(object_script(find(&set)));
}

static void test_one_that_loses_its_script_goes(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    object_set_replace(&set, parse(MAP(",\"data\":{\"scriptContent\":\"x\"}")), "a.yaml:1");
    object_set_add(&set, parse(MAP("")), "b.yaml:1"); /* another document says nothing of it */
    assert_non_null(find(&set));
    object_set_replace(&set, parse(MAP("")), "a.yaml:1");
    assert_null(find(&set));
    object_set_replace(&set, parse(MAP(",\"data\":{\"scriptContent\":\"x\"}")), "a.yaml:1");
    object_set_replace(&set,
                       parse("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{"
                             "\"name\":\"rule\",\"namespace\":\"shop\"}}"),
                       "a.yaml:1");
    assert_non_null(find(&set));
    object_set_replace(&set,
                       parse("{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{"
                             "\"name\":\"rule\",\"namespace\":\"\"}}"),
                       "a.yaml:1");
    assert_null(find(&set));
}

static void test_two_with_one_name_are_a_problem(void **state)
{
    (void)state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    object_set_add(&set, parse(MAP(",\"data\":{\"scriptContent\":\"x\"}")), "a.yaml:1");
    object_set_add(&set, parse(MAP(",\"data\":{\"scriptContent\":\"y\"}")), "b.yaml:1");
    assert_true(set.incomplete);
    assert_string_equal(object_script(find(&set)), "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_with_a_script_is_kept_without_the_rest),
        cmocka_unit_test(test_one_without_is_ignored_whatever_it_is),
        cmocka_unit_test(test_a_script_that_is_no_text_is_kept_to_be_refused),
        cmocka_unit_test(test_one_that_loses_its_script_goes),
        cmocka_unit_test(test_two_with_one_name_are_a_problem),
    };
    return cmocka_run_group_tests_name("object/config_map", tests, NULL, NULL);
}
