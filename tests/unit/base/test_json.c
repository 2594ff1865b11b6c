/* test_json.c - strict reading and exact writing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"

static cJSON *parsed(const char *text)
{
    cJSON *json = NULL;
    struct error err = { 0 };
    if (!json_parse(text, strlen(text), &json, &err))
        fail_msg("%s", err.msg);
    return json;
}

static void expect_refused(const char *text, size_t len, const char *why)
{
    cJSON *json = NULL;
    struct error err = { 0 };
    assert_false(json_parse(text, len, &json, &err));
    assert_null(json);
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_non_null(strstr(err.msg, why));
}

static void refused(const char *text, const char *why)
{
    expect_refused(text, strlen(text), why);
}

static void expect_canonical(const char *text, const char *expected)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *json CLEANUP(json_done) = parsed(text);
    assert_string_equal(json_canonical(&a, json), expected);
}

static void test_values_of_every_kind_are_read_and_written(void **state)
{
    (void)state;
    expect_canonical("null", "null");
    expect_canonical(" true\n", "true");
    expect_canonical("false", "false");
    expect_canonical("\"a\\u00e9\\n\"", "\"a\xc3\xa9\\n\"");
    expect_canonical("[ ]", "[]");
    expect_canonical("{ }", "{}");
    expect_canonical("[1, [2], {\"a\": null}]", "[1,[2],{\"a\":null}]");
    expect_canonical("-0.5", "-0.5");
}

static void test_canonical_text_sorts_names_by_bytes_at_every_level(void **state)
{
    (void)state;
    expect_canonical("{\"b\":{\"z\":1,\"Z\":2},\"a\":0,\"B\":[{\"y\":1,\"x\":2}]}",
                     "{\"B\":[{\"x\":2,\"y\":1}],\"a\":0,\"b\":{\"Z\":2,\"z\":1}}");
}

static void test_unsorted_text_keeps_the_order_of_the_source(void **state)
{
    (void)state;
    cJSON *json CLEANUP(json_done) = parsed("{\"b\":1,\"a\":[true,\"q\\\"\"]}");
    struct buf b CLEANUP(buf_done) = { 0 };
    json_write(&b, json, false);
    assert_string_equal(buf_str(&b), "{\"b\":1,\"a\":[true,\"q\\\"\"]}");
}

static void test_integers_of_15_digits_are_exact(void **state)
{
    (void)state;
    expect_canonical("999999999999999", "999999999999999");
    expect_canonical("-999999999999999", "-999999999999999");
    expect_canonical("1e3", "1000");
    expect_canonical("2.0", "2");
    refused("1000000000000000", "15 digits");
    refused("[{\"a\":-1000000000000000}]", "15 digits");
    refused("1e400", "15 digits");
}

static void test_trailing_text_is_refused(void **state)
{
    (void)state;
    refused("{} x", "offset 3");
    refused("1 2", "more text");
    expect_canonical("{} \t\r\n", "{}");
}

static void test_broken_text_is_refused(void **state)
{
    (void)state;
    refused("", "syntax");
    refused("   ", "syntax");
    refused("{\"a\":}", "syntax");
    refused("[1,]", "syntax");
    refused("{\"a\"", "syntax");
    refused("\"abc", "syntax");
    refused("]", "syntax");
}

static void test_nul_is_refused_in_both_spellings(void **state)
{
    (void)state;
    expect_refused("\"a\0b\"", 5, "NUL");
    refused("\"a\\u0000b\"", "u0000");
    refused("{\"a\\u0000\":1}", "u0000");
    expect_canonical("\"\\\\u0000\"", "\"\\\\u0000\""); /* a backslash, then text */
}

static void test_length_counts_not_the_terminator(void **state)
{
    (void)state;
    cJSON *json = NULL;
    struct error err = { 0 };
    static const char text[] = { '[', '1', ']', '9' };
    assert_true(json_parse(text, 3, &json, &err));
    json_done(&json);
    assert_null(json);
    expect_refused(text, 4, "more text");
    expect_refused(text, 2, "syntax");
}

static void test_nesting_has_a_limit(void **state)
{
    (void)state;
    char text[2 * (JSON_DEPTH + 1)];
    memset(text, '[', JSON_DEPTH + 1);
    memset(text + JSON_DEPTH + 1, ']', JSON_DEPTH + 1);
    expect_refused(text, sizeof text, "nested");
    cJSON *json = NULL;
    struct error err = { 0 };
    assert_true(json_parse(text + 1, sizeof text - 2, &json, &err));
    json_done(&json);
    /* Brackets in strings do not count. */
    char quoted[2 * JSON_DEPTH + 2];
    memset(quoted, '[', sizeof quoted);
    quoted[0] = quoted[sizeof quoted - 1] = '"';
    assert_true(json_parse(quoted, sizeof quoted, &json, &err));
    json_done(&json);
}

static void test_get_finds_members_with_case_and_treats_null_as_absent(void **state)
{
    (void)state;
    cJSON *json CLEANUP(json_done) = parsed("{\"a\":1,\"n\":null,\"s\":\"t\",\"o\":{}}");
    assert_non_null(json_get(json, "a"));
    assert_null(json_get(json, "A"));
    assert_null(json_get(json, "n"));
    assert_null(json_get(json, "missing"));
    assert_null(json_get(NULL, "a"));
    assert_null(json_get(json_get(json, "a"), "a"));
}

static void test_get_nocase_prefers_the_exact_name(void **state)
{
    (void)state;
    cJSON *json CLEANUP(json_done) =
        parsed("{\"SERVERS\":1,\"servers\":2,\"Only\":3,\"Nil\":null}");
    assert_int_equal(json_get_nocase(json, "servers")->valueint, 2);
    assert_int_equal(json_get_nocase(json, "Servers")->valueint, 1);
    assert_int_equal(json_get_nocase(json, "oNLY")->valueint, 3);
    assert_null(json_get_nocase(json, "nil"));
    assert_null(json_get_nocase(json, "none"));
    assert_null(json_get_nocase(NULL, "none"));
}

static void test_at_follows_a_path(void **state)
{
    (void)state;
    cJSON *json CLEANUP(json_done) =
        parsed("{\"spec\":{\"rules\":[1],\"rule\":2,\"n\":null},\"specs\":{}}");
    assert_true(cJSON_IsArray(json_at(json, "spec.rules")));
    assert_int_equal(json_at(json, "spec.rule")->valueint, 2);
    assert_null(json_at(json, "spec.rul"));
    assert_null(json_at(json, "spec.n"));
    assert_null(json_at(json, "spec.rules.x"));
    assert_null(json_at(json, "nope.rules"));
    assert_ptr_equal(json_at(json, ""), json);
    assert_null(json_at(NULL, "a"));
}

static void test_typed_members_fall_back_when_the_type_is_wrong(void **state)
{
    (void)state;
    cJSON *json CLEANUP(json_done) =
        parsed("{\"s\":\"text\",\"i\":12,\"f\":1.5,\"q\":\"12\",\"neg\":-3}");
    assert_string_equal(json_str(json, "s"), "text");
    assert_null(json_str(json, "i"));
    assert_int_equal(json_int(json, "i", -1), 12);
    assert_int_equal(json_int(json, "neg", -1), -3);
    assert_int_equal(json_int(json, "f", -1), -1);
    assert_int_equal(json_int(json, "q", -1), -1);
    assert_int_equal(json_int(json, "none", -1), -1);
    assert_true(json_is_int(json_get(json, "i")));
    assert_false(json_is_int(json_get(json, "f")));
    assert_false(json_is_int(NULL));
}

static void expect_int(int64_t n, const char *expected)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *json CLEANUP(json_done) = json_new_int(n);
    assert_string_equal(json_canonical(&a, json), expected);
}

static void test_any_64_bit_integer_is_written_in_full(void **state)
{
    (void)state;
    expect_int(0, "0");
    expect_int(-5, "-5");
    expect_int(999999999999999, "999999999999999");
    expect_int(1234567890123456789, "1234567890123456789");
    expect_int(INT64_MAX, "9223372036854775807");
    expect_int(INT64_MIN, "-9223372036854775808");
}

static void test_fractions_read_back_as_the_same_number(void **state)
{
    (void)state;
    static const char *const texts[] = { "0.1", "1e-7", "123456.789", "3.141592653589793" };
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        cJSON *once CLEANUP(json_done) = parsed(texts[i]);
        cJSON *twice CLEANUP(json_done) = parsed(json_canonical(&a, once));
        assert_true(once->valuedouble >= twice->valuedouble);
        assert_true(once->valuedouble <= twice->valuedouble);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_kind_are_read_and_written),
        cmocka_unit_test(test_canonical_text_sorts_names_by_bytes_at_every_level),
        cmocka_unit_test(test_unsorted_text_keeps_the_order_of_the_source),
        cmocka_unit_test(test_integers_of_15_digits_are_exact),
        cmocka_unit_test(test_trailing_text_is_refused),
        cmocka_unit_test(test_broken_text_is_refused),
        cmocka_unit_test(test_nul_is_refused_in_both_spellings),
        cmocka_unit_test(test_length_counts_not_the_terminator),
        cmocka_unit_test(test_nesting_has_a_limit),
        cmocka_unit_test(test_get_finds_members_with_case_and_treats_null_as_absent),
        cmocka_unit_test(test_get_nocase_prefers_the_exact_name),
        cmocka_unit_test(test_at_follows_a_path),
        cmocka_unit_test(test_typed_members_fall_back_when_the_type_is_wrong),
        cmocka_unit_test(test_any_64_bit_integer_is_written_in_full),
        cmocka_unit_test(test_fractions_read_back_as_the_same_number),
    };
    return cmocka_run_group_tests_name("base/json", tests, NULL, NULL);
}
