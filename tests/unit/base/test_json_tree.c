/* test_json_tree.c - trees in an arena: the same as json_parse() makes of the same text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"

static bool reads(struct arena *a, const char *text, const cJSON **out)
{
    struct error err = { 0 };
    const bool ok = json_read(a, text, strlen(text), out, &err);
    assert_true(ok ? *out != NULL : !*out && err.kind == ERROR_INVALID);
    return ok;
}

/* Order of members, names and every value. */
static void expect_same(const cJSON *x, const cJSON *y)
{
    assert_int_equal(x->type & 0xff, y->type & 0xff);
    assert_true(x->valuedouble == y->valuedouble);
    if (cJSON_IsNumber(y))
        assert_int_equal(x->valueint, y->valueint);
    if (cJSON_IsString(y))
        assert_string_equal(x->valuestring, y->valuestring);
    assert_int_equal(cJSON_GetArraySize(x), cJSON_GetArraySize(y));
    for (x = x->child, y = y->child; y; x = x->next, y = y->next) {
        assert_true(!x->string == !y->string);
        if (y->string)
            assert_string_equal(x->string, y->string);
        assert_true(!x->next == !y->next);
        expect_same(x, y);
    }
}

static void expect_as_parsed(const char *text)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *parsed CLEANUP(json_done) = NULL;
    const cJSON *tree;
    struct error err = { 0 };
    if (!reads(&a, text, &tree) || !json_parse(text, strlen(text), &parsed, &err))
        fail_msg("%s", text);
    expect_same(tree, parsed);
}

static void test_values_of_every_kind_are_read(void **state)
{
    static const char *const texts[] = {
        "null",
        " true ",
        "false",
        "0",
        "-1",
        "-0",
        "999999999999999",
        "-999999999999999",
        "2147483648",
        "-2147483649",
        "0.5",
        "1e3",
        "1.25E-2",
        "-12.5e+1",
        "\"\"",
        "\"text\"",
        "[]",
        "{}",
        "[ ]",
        "{ }",
        "[1,[2,[3]],{\"a\":null}]",
        "{\"b\":1,\"a\":[{}, \"x\" , true],\"b\":2,\"\":{\"c\":\"d\"}}",
        "\r\n\t{ \"a\" : [ 1 , 2 ] }\n",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++)
        expect_as_parsed(texts[i]);
}

static void test_escapes_are_what_they_stand_for(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const cJSON *tree;
    (void)state;
    assert_true(reads(&a,
                      "[\"a\\\"\\\\\\/\\b\\f\\n\\r\\tz\",\"\\u0041\\u00e9\\u20AC\\ud83d\\ude00!\","
                      "{\"\\u006b\\n\":\"v\"}]",
                      &tree));
    assert_string_equal(tree->child->valuestring, "a\"\\/\b\f\n\r\tz");
    assert_string_equal(tree->child->next->valuestring, "A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80!");
    assert_string_equal(tree->child->next->next->child->string, "k\n");
    expect_as_parsed("\"\\u0001\\u007f\\u0080\\u07ff\\u0800\\uffff\\ud800\\udc00\\udbff\\udfff\"");
}

/* And what is then parsed is again a tree of its own, to be deleted. */
static void test_what_is_no_json_is_refused(void **state)
{
    static const char *const texts[] = { "", "nul", "[1,]", "{\"a\":[\"b\",", "1e300", "[1] x" };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        const cJSON *tree;
        if (reads(&a, texts[i], &tree))
            fail_msg("%s", texts[i]);
        expect_as_parsed("{\"a\":[\"b\"]}");
    }
}

static void test_a_tree_made_by_hand_is_one_that_was_read(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *parsed CLEANUP(json_done) = NULL;
    struct error err;
    static const char text[] = "{\"a\":[1,\"x\"],\"b\":null}";
    (void)state;
    cJSON *tree = json_node(&a, cJSON_Object), *list = json_node(&a, cJSON_Array);
    json_link(list, NULL, json_node_number(&a, 1));
    json_link(list, NULL, json_node_text(&a, cJSON_String, "x"));
    json_link(tree, "a", list);
    json_link(tree, "b", json_node(&a, cJSON_NULL));
    assert_true(json_parse(text, strlen(text), &parsed, &err));
    expect_same(tree, parsed);
    assert_string_equal(json_canonical(&a, tree), text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_of_every_kind_are_read),
        cmocka_unit_test(test_escapes_are_what_they_stand_for),
        cmocka_unit_test(test_what_is_no_json_is_refused),
        cmocka_unit_test(test_a_tree_made_by_hand_is_one_that_was_read),
    };
    return cmocka_run_group_tests_name("base/json_tree", tests, NULL, NULL);
}
