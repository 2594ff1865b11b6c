/* Objects as JSON. */
#include <stdlib.h>

#include "sample.h"

static void assert_json(const struct sample *s, unsigned how, const char *expected)
{
    cJSON *json CLEANUP(json_done) = schema_to_json(&sample_schema, s, how);
    char *text = cJSON_PrintUnformatted(json);
    assert_string_equal(text, expected);
    cJSON_free(text);
}

static void test_what_is_set_is_written_in_the_order_of_the_table(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char text[] =
        "{\"Id\":\"s-1\",\"Name\":\"n\",\"Color\":\"Green\",\"On\":false,\"Size\":7,"
        "\"Nest\":{\"Owner\":\"o\"},\"Words\":[\"b\",\"a\"],"
        "\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}],"
        "\"Figures\":[{\"Shape\":\"Box\",\"BoxConfig\":{\"Label\":\"l\"}}],\"Late\":[]}";
    assert_json(sample_from(&a, text), SCHEMA_JSON_PLAIN, text);
}

static void test_secrets_are_hidden_on_request(void **state)
{
    (void)state;
    struct sample s = { .name = "n", .secret = "hunter2" };
    assert_json(&s, SCHEMA_JSON_REDACT, "{\"Name\":\"n\",\"Secret\":\"<redacted>\"}");
    assert_json(&s, SCHEMA_JSON_PLAIN, "{\"Name\":\"n\",\"Secret\":\"hunter2\"}");
}

static void test_sets_are_sorted_and_lists_are_not(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct sample *s =
        sample_from(&a, "{\"Words\":[\"b\",\"a\"],\"Path\":[\"b\",\"a\"],"
                        "\"Tags\":[{\"Key\":\"z\"},{\"Key\":\"a\",\"Value\":\"1\"}]}");
    assert_json(s, SCHEMA_JSON_SORTED,
                "{\"Words\":[\"a\",\"b\"],\"Path\":[\"b\",\"a\"],"
                "\"Tags\":[{\"Key\":\"a\",\"Value\":\"1\"},{\"Key\":\"z\"}]}");
}

static void test_objects_that_mean_the_same_have_one_canonical_text(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *one = schema_canonical(
        &a, &sample_schema,
        sample_from(&a, "{\"Words\":[\"b\",\"a\"],\"Name\":\"n\",\"Nest\":{\"Warm\":true,"
                        "\"Owner\":\"o\"}}"));
    const char *other =
        schema_canonical(&a, &sample_schema,
                         sample_from(&a, "{\"Nest\":{\"Owner\":\"o\",\"Warm\":true},\"Name\":\"n\","
                                         "\"Words\":[\"a\",\"b\"]}"));
    assert_string_equal(one, "{\"Name\":\"n\",\"Nest\":{\"Owner\":\"o\",\"Warm\":true},"
                             "\"Words\":[\"a\",\"b\"]}");
    assert_string_equal(one, other);
}

static void test_integers_are_exact(void **state)
{
    (void)state;
    assert_json(&(struct sample){ .size = { INT64_MAX, true } }, SCHEMA_JSON_PLAIN,
                "{\"Size\":9223372036854775807}");
}

static void test_observed_members_are_left_out_on_request(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct envelope e = { .id = "e", .nest = { .owner = "o" }, .seen = "s" };
    cJSON *json CLEANUP(json_done) = schema_to_json(&envelope_schema, &e, SCHEMA_JSON_OURS);
    assert_string_equal(json_canonical(&a, json), "{\"Id\":\"e\",\"Owner\":\"o\"}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_set_is_written_in_the_order_of_the_table),
        cmocka_unit_test(test_secrets_are_hidden_on_request),
        cmocka_unit_test(test_sets_are_sorted_and_lists_are_not),
        cmocka_unit_test(test_objects_that_mean_the_same_have_one_canonical_text),
        cmocka_unit_test(test_integers_are_exact),
        cmocka_unit_test(test_observed_members_are_left_out_on_request),
    };
    return cmocka_run_group_tests_name("schema/encode", tests, NULL, NULL);
}
