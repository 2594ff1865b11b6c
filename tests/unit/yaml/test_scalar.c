/* Expected values: YAML 1.2.2 §10.3.2 (core schema), and json.h for what JSON can hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/yaml.h"
#include "src/yaml/yaml_priv.h"

struct kind_row {
    const char *text;
    enum yaml_scalar kind;
};

static const struct kind_row kinds[] = {
    { "", YAML_NULL },
    { "~", YAML_NULL },
    { "null", YAML_NULL },
    { "Null", YAML_NULL },
    { "NULL", YAML_NULL },
    { "nULL", YAML_TEXT },
    { "true", YAML_BOOL },
    { "True", YAML_BOOL },
    { "TRUE", YAML_BOOL },
    { "false", YAML_BOOL },
    { "False", YAML_BOOL },
    { "FALSE", YAML_BOOL },
    { "tRUE", YAML_TEXT },
    { "yes", YAML_TEXT },
    { "no", YAML_TEXT },
    { "on", YAML_TEXT },
    { "off", YAML_TEXT },
    { "y", YAML_TEXT },
    { "0", YAML_INT },
    { "-0", YAML_INT },
    { "+12", YAML_INT },
    { "-12345", YAML_INT },
    { "0777", YAML_INT },
    { "0o14", YAML_INT },
    { "0xC", YAML_INT },
    { "0xfF", YAML_INT },
    { "-0x1", YAML_TEXT },
    { "0o8", YAML_TEXT },
    { "0x", YAML_TEXT },
    { "0o", YAML_TEXT },
    { "1_000", YAML_TEXT },
    { "0b101", YAML_TEXT },
    { "190:20:30", YAML_TEXT },
    { "+", YAML_TEXT },
    { "-", YAML_TEXT },
    { "1e3", YAML_FLOAT },
    { "1.", YAML_FLOAT },
    { ".5", YAML_FLOAT },
    { "-.5", YAML_FLOAT },
    { "+12.50", YAML_FLOAT },
    { "12e-2", YAML_FLOAT },
    { "1.5E+3", YAML_FLOAT },
    { ".", YAML_TEXT },
    { "1e", YAML_TEXT },
    { "e3", YAML_TEXT },
    { "1.2.3", YAML_TEXT },
    { ".e3", YAML_TEXT },
    { "10.0.0.1", YAML_TEXT },
    { ".inf", YAML_NOT_FINITE },
    { "-.Inf", YAML_NOT_FINITE },
    { "+.INF", YAML_NOT_FINITE },
    { ".nan", YAML_NOT_FINITE },
    { ".NaN", YAML_NOT_FINITE },
    { "-.nan", YAML_TEXT },
    { "inf", YAML_TEXT },
    { "nan", YAML_TEXT },
    { "2001-12-14", YAML_TEXT },
    { "2001-12-14T21:59:43Z", YAML_TEXT },
    { "50%", YAML_TEXT },
    { "vsw-1", YAML_TEXT },
};

static void test_plain_scalars_follow_the_core_schema(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (yaml_scalar_kind(kinds[i].text) != kinds[i].kind)
            fail_msg("'%s' is not of kind %d", kinds[i].text, (int)kinds[i].kind);
}

struct number_row {
    const char *text;
    double value;
};

static const struct number_row numbers[] = {
    { "0", 0 },
    { "+12", 12 },
    { "-12345", -12345 },
    { "010", 10 },
    { "0o14", 12 },
    { "0xC", 12 },
    { "0xfF", 255 },
    { "1e3", 1000 },
    { "1.", 1 },
    { ".5", 0.5 },
    { "-.5", -0.5 },
    { "12e-2", 0.12 },
    { "0.1", 0.1 },
    { "999999999999999", 999999999999999 },
    { "-999999999999999", -999999999999999 },
};

static void test_numbers_have_the_value_they_say(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(numbers); i++) {
        cJSON *v CLEANUP(json_done) = NULL;
        struct error err = { 0 };
        if (!yaml_scalar_value(numbers[i].text, yaml_scalar_kind(numbers[i].text), &v, &err))
            fail_msg("%s: %s", numbers[i].text, err.msg);
        assert_true(cJSON_IsNumber(v));
        if (v->valuedouble < numbers[i].value || v->valuedouble > numbers[i].value)
            fail_msg("%s is not %g", numbers[i].text, v->valuedouble);
    }
}

static void test_numbers_json_cannot_hold_are_refused(void **state)
{
    static const char *const texts[] = {
        "1000000000000000",
        "-9223372036854775808",
        "99999999999999999999999999",
        "1e15",
        "1e400",
        "0xfffffffffffffffff",
        ".inf",
        ".nan",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        cJSON *v = NULL;
        struct error err = { 0 };
        assert_false(yaml_scalar_value(texts[i], yaml_scalar_kind(texts[i]), &v, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
        assert_null(v);
    }
}

static void test_booleans_with_capitals_keep_their_sense(void **state)
{
    (void)state;
    struct error err = { 0 };
    cJSON *yes CLEANUP(json_done) = NULL, *no CLEANUP(json_done) = NULL;
    assert_true(yaml_scalar_value("TRUE", YAML_BOOL, &yes, &err));
    assert_true(yaml_scalar_value("False", YAML_BOOL, &no, &err));
    assert_true(cJSON_IsTrue(yes));
    assert_true(cJSON_IsFalse(no));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_plain_scalars_follow_the_core_schema),
        cmocka_unit_test(test_numbers_have_the_value_they_say),
        cmocka_unit_test(test_numbers_json_cannot_hold_are_refused),
        cmocka_unit_test(test_booleans_with_capitals_keep_their_sense),
    };
    return cmocka_run_group_tests_name("yaml/scalar", tests, NULL, NULL);
}
