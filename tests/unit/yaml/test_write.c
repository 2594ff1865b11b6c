#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/rng.h"
#include "alb-agent/yaml.h"

static void expect_yaml(const char *json, const char *yaml)
{
    cJSON *tree CLEANUP(json_done) = NULL;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err = { 0 };
    assert_true(json_parse(json, strlen(json), &tree, &err));
    yaml_write(&b, tree);
    assert_string_equal(buf_str(&b), yaml);
}

static void test_trees_are_written_in_block_style(void **state)
{
    (void)state;
    expect_yaml(
        "{\"kind\":\"Rule\",\"spec\":{\"hosts\":[\"a.com\",\"*.b.com\"],\"port\":5},\"e\":{},"
        "\"l\":[]}",
        "kind: Rule\n"
        "spec:\n"
        "  hosts:\n"
        "  - a.com\n"
        "  - \"*.b.com\"\n"
        "  port: 5\n"
        "e: {}\n"
        "l: []\n");
    expect_yaml("[{\"a\":1,\"b\":[[1,2],[]]},null,true]", "- a: 1\n"
                                                          "  b:\n"
                                                          "  - - 1\n"
                                                          "    - 2\n"
                                                          "  - []\n"
                                                          "- null\n"
                                                          "- true\n");
    expect_yaml("\"text\"", "text\n");
    expect_yaml("{}", "{}\n");
}

static void test_text_that_would_read_as_something_else_is_quoted(void **state)
{
    static const char *const texts[] = {
        "",      "true", "False", "null",    "~",        "12",     "0x1", "1e3",  ".5",  ".inf",
        "yes",   "No",   "on",    "OFF",     "y",        "-",      "- a", "a: b", "a:",  "a #b",
        " a",    "a ",   "#a",    "&a",      "*a",       "!a",     "|",   ">",    "'a'", "\\\"a",
        "@a",    "%a",   "`a",    "{a",      "[a",       "a, b",   "<<",  "---",  "...", "=",
        "12:30", "0777", "1_000", "2026-01", "10.0.0.1", "{a: 1}", "?",   "? a",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct buf json CLEANUP(buf_done) = { 0 }, yaml CLEANUP(buf_done) = { 0 };
        buf_addf(&json, "\"%s\"", texts[i]);
        buf_addf(&yaml, "\"%s\"\n", texts[i]);
        expect_yaml(buf_str(&json), buf_str(&yaml));
    }
}

static void test_control_and_special_characters_are_escaped(void **state)
{
    (void)state;
    expect_yaml("\"a\\nb\\t\\u0001\\u007f\\u0085\\u2028\\ufeff\\uffff\\ud83f\\udfff\"",
                "\"a\\nb\\t\\x01\\x7f\\x85\\u2028\\ufeff\\uffff\\U0001ffff\"\n");
    expect_yaml("\"\\u4f60 \\ud83d\\ude00\"", "\"\xe4\xbd\xa0 \xf0\x9f\x98\x80\"\n");
}

static void test_bytes_that_are_not_utf8_become_the_replacement_character(void **state)
{
    static const char *const texts[] = { "\xff", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80" };
    static const size_t bytes[] = { 1, 2, 3, 4 };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        cJSON *tree CLEANUP(json_done) = cJSON_CreateString(texts[i]);
        struct buf got CLEANUP(buf_done) = { 0 }, want CLEANUP(buf_done) = { 0 };
        yaml_write(&got, tree);
        buf_addc(&want, '"');
        for (size_t j = 0; j < bytes[i]; j++)
            buf_adds(&want, "\xef\xbf\xbd");
        buf_adds(&want, "\"\n");
        assert_string_equal(buf_str(&got), buf_str(&want));
    }
}

/* --- round trips --------------------------------------------------------------------- */

static const char *const pieces[] = {
    "a",
    "B",
    "0",
    "-",
    ":",
    " ",
    "#",
    "\n",
    "\t",
    "\"",
    "'",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    "&",
    "*",
    "!",
    "|",
    ">",
    "%",
    "@",
    "`",
    "?",
    "~",
    ".",
    "true",
    "null",
    "yes",
    "<<",
    "---",
    "=",
    "1e3",
    "0x1",
    "\x01",
    "\x7f",
    "\xc2\x85",
    "\xe2\x80\xa8",
    "\xef\xbb\xbf",
    "\xe4\xbd\xa0",
    "\xf0\x9f\x98\x80",
    "\r",
};

static void random_text(struct rng *r, struct buf *b)
{
    uint64_t n = rng_below(r, 40) == 0 ? 300 : rng_below(r, 5);
    buf_reset(b);
    for (uint64_t i = 0; i < n; i++)
        buf_adds(b, pieces[rng_below(r, COUNT(pieces))]);
}

static cJSON *random_leaf(struct rng *r)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    switch (rng_below(r, 6)) {
    case 0: return cJSON_CreateNull();
    case 1: return cJSON_CreateBool(rng_below(r, 2) == 0);
    case 2: return json_new_int((int64_t)rng_below(r, 1999999999999999) - 999999999999999);
    case 3: return cJSON_CreateNumber((double)rng_below(r, 1000000) / 1024.0 - 300.0);
    default: random_text(r, &b); return cJSON_CreateString(buf_str(&b));
    }
}

static cJSON *random_tree(struct rng *r, int depth)
{
    uint64_t what = rng_below(r, 4), n = rng_below(r, 5);
    if (depth == 0 || what > 1)
        return random_leaf(r);
    cJSON *tree = what ? cJSON_CreateArray() : cJSON_CreateObject();
    for (uint64_t i = 0; i < n; i++) {
        struct buf key CLEANUP(buf_done) = { 0 };
        random_text(r, &key);
        cJSON *child = random_tree(r, depth - 1);
        if (what)
            cJSON_AddItemToArray(tree, child);
        else if (!cJSON_GetObjectItemCaseSensitive(tree, buf_str(&key)))
            cJSON_AddItemToObject(tree, buf_str(&key), child);
        else
            cJSON_Delete(child);
    }
    return tree;
}

static void test_what_is_written_reads_back_equal(void **state)
{
    (void)state;
    struct rng r = { 42 };
    for (int i = 0; i < 3000; i++) {
        cJSON *tree CLEANUP(json_done) = random_tree(&r, 5), *back CLEANUP(json_done) = NULL;
        struct buf yaml CLEANUP(buf_done) = { 0 }, was CLEANUP(buf_done) = { 0 },
                        is CLEANUP(buf_done) = { 0 };
        struct error err = { 0 };
        int line = 0;
        yaml_write(&yaml, tree);
        if (!yaml_parse(buf_str(&yaml), yaml.len, &back, &line, &err))
            fail_msg("tree %d, line %d: %s\n%s", i, line, err.msg, buf_str(&yaml));
        json_write(&was, tree, false);
        json_write(&is, back, false);
        assert_string_equal(buf_str(&is), buf_str(&was));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees_are_written_in_block_style),
        cmocka_unit_test(test_text_that_would_read_as_something_else_is_quoted),
        cmocka_unit_test(test_control_and_special_characters_are_escaped),
        cmocka_unit_test(test_bytes_that_are_not_utf8_become_the_replacement_character),
        cmocka_unit_test(test_what_is_written_reads_back_equal),
    };
    return cmocka_run_group_tests_name("yaml/write", tests, NULL, NULL);
}
