/* Expected values: YAML 1.2.2, the merge key's type page (yaml.org/type/merge), and what
 * Kubernetes makes of keys (sigs.k8s.io/yaml). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/yaml.h"

struct good {
    const char *yaml;
    const char *json;
};

struct bad {
    const char *yaml;
    int line;
    const char *msg; /* a part of the message */
};

static void expect_json(const char *yaml, size_t len, const char *json)
{
    cJSON *got CLEANUP(json_done) = NULL;
    struct buf b CLEANUP(buf_done) = { 0 };
    struct error err = { 0 };
    int line = 0;
    if (!yaml_parse(yaml, len, &got, &line, &err))
        fail_msg("%s\nis refused: line %d: %s", yaml, line, err.msg);
    json_write(&b, got, false);
    assert_string_equal(buf_str(&b), json);
}

static void expect_all(const struct good *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect_json(cases[i].yaml, strlen(cases[i].yaml), cases[i].json);
}

static void expect_error(const char *yaml, size_t len, int line, const char *msg)
{
    cJSON *got CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    int at = 0;
    if (yaml_parse(yaml, len, &got, &at, &err))
        fail_msg("%.200s\nis accepted", yaml);
    assert_null(got);
    assert_int_equal(err.kind, ERROR_INVALID);
    if (!strstr(err.msg, msg))
        fail_msg("'%s' is not in: %s", msg, err.msg);
    assert_int_equal(at, line);
}

static void expect_errors(const struct bad *cases, size_t n)
{
    for (size_t i = 0; i < n; i++)
        expect_error(cases[i].yaml, strlen(cases[i].yaml), cases[i].line, cases[i].msg);
}

static void test_scalars_get_their_type(void **state)
{
    static const struct good cases[] = {
        { "a: true", "{\"a\":true}" },
        { "a: \"true\"", "{\"a\":\"true\"}" },
        { "a: 'true'", "{\"a\":\"true\"}" },
        { "a: on\nb: yes", "{\"a\":\"on\",\"b\":\"yes\"}" },
        { "a: 12\nb: '12'\nc: \"12\"", "{\"a\":12,\"b\":\"12\",\"c\":\"12\"}" },
        { "a: |\n  12\n", "{\"a\":\"12\\n\"}" },
        { "a:\nb: ~\nc: ''", "{\"a\":null,\"b\":null,\"c\":\"\"}" },
        { "a: 2026-01-02", "{\"a\":\"2026-01-02\"}" },
        { "a: 1.10", "{\"a\":1.1000000000000001}" },
        { "a: 1e3", "{\"a\":1000}" },
        { "a: {demo: test}", "{\"a\":{\"demo\":\"test\"}}" },
        { "- 1\n- [a, 'b', 0x10]", "[1,[\"a\",\"b\",16]]" },
        { "\"\\u4f60\\n\\\"\"", "\"\xe4\xbd\xa0\\n\\\"\"" },
        { "'it''s'", "\"it's\"" },
        { "\xe4\xbd\xa0: \xf0\x9f\x98\x80", "{\"\xe4\xbd\xa0\":\"\xf0\x9f\x98\x80\"}" },
    };
    (void)state;
    expect_all(cases, COUNT(cases));
}

static void test_block_scalars_fold_and_chomp(void **state)
{
    static const struct good cases[] = {
        { "a: |\n  x\n  y\n\nb: 1", "{\"a\":\"x\\ny\\n\",\"b\":1}" },
        { "a: |-\n  x\n  y\n\n", "{\"a\":\"x\\ny\"}" },
        { "a: |+\n  x\n\nb: 1", "{\"a\":\"x\\n\\n\",\"b\":1}" },
        { "a: >\n  x\n  y\n\n  z\n", "{\"a\":\"x y\\nz\\n\"}" },
        { "a: >-\n  x\n  y\n", "{\"a\":\"x y\"}" },
        { "a: |2\n    x\n", "{\"a\":\"  x\\n\"}" },
        { "a: |\n  # no comment\n  --- no marker\n",
          "{\"a\":\"# no comment\\n--- no marker\\n\"}" },
        { "a: |\r\n  x\r\n", "{\"a\":\"x\\n\"}" },
    };
    (void)state;
    expect_all(cases, COUNT(cases));
}

static void test_documents_without_content_are_null(void **state)
{
    static const struct good cases[] = {
        { "", "null" },         { "# comment\n", "null" }, { "---\n", "null" },
        { "---\n...", "null" }, { "~", "null" },           { "\xef\xbb\xbf", "null" },
    };
    (void)state;
    expect_all(cases, COUNT(cases));
}

static void test_tags_decide_the_type(void **state)
{
    static const struct good cases[] = {
        { "a: !!str 12", "{\"a\":\"12\"}" }, { "a: !!str true", "{\"a\":\"true\"}" },
        { "a: !!str", "{\"a\":\"\"}" },      { "a: !!int '12'", "{\"a\":12}" },
        { "a: !!float 1", "{\"a\":1}" },     { "a: !!bool \"true\"", "{\"a\":true}" },
        { "a: !!null ''", "{\"a\":null}" },  { "a: !!map {b: !!seq [1]}", "{\"a\":{\"b\":[1]}}" },
    };
    static const struct bad errors[] = {
        { "x: 1\na: !!int twelve", 2, "a: 'twelve' is not of its type" },
        { "a: !!binary aGk=", 1, "tag:yaml.org,2002:binary is not read" },
        { "a: !mine {}", 1, "!mine is not read" },
        { "a: !!set {b}", 1, "2002:set is not read" },
        { "a: !mine [1]", 1, "!mine is not read" },
        { "a: !e!x 1", 1, "YAML" },
    };
    (void)state;
    expect_all(cases, COUNT(cases));
    expect_errors(errors, COUNT(errors));
}

static void test_keys_become_text(void **state)
{
    static const struct good cases[] = {
        { "1: a", "{\"1\":\"a\"}" },       { "0x10: a", "{\"16\":\"a\"}" },
        { "true: a", "{\"true\":\"a\"}" }, { "TRUE: a", "{\"true\":\"a\"}" },
        { "1.50: a", "{\"1.5\":\"a\"}" },  { "'1': a", "{\"1\":\"a\"}" },
        { "on: a", "{\"on\":\"a\"}" },     { "\"\": a", "{\"\":\"a\"}" },
        { "? a\n: 1", "{\"a\":1}" },       { "{a, b: 1}", "{\"a\":null,\"b\":1}" },
        { "a.b/c: 1", "{\"a.b/c\":1}" },   { "0.1: a", "{\"0.1\":\"a\"}" },
    };
    static const struct bad errors[] = {
        { "a: 1\n~: 2", 2, "a key that is null" },
        { "? [a]\n: 1", 1, "a key that is a mapping or a sequence" },
        { "a:\n  ? {b: 1}\n  : 1", 2, "a: a key that is a mapping or a sequence" },
        { "? &k {a: 1}\n: 1", 1, "a key that is a mapping or a sequence" },
    };
    (void)state;
    expect_all(cases, COUNT(cases));
    expect_errors(errors, COUNT(errors));
}

static void test_duplicate_keys_are_refused_with_their_line(void **state)
{
    static const struct bad errors[] = {
        { "a: 1\nb: 2\na: 3\n", 3, "a: found twice" },
        { "spec:\n  rules:\n  - host: x\n    host: y\n", 4, "spec.rules[0].host: found twice" },
        { "1: a\n'1': b\n", 2, "1: found twice" },
        { "{a: 1, a: 2}", 1, "a: found twice" },
        { "<<: {a: 1}\n<<: {b: 1}\n", 2, "<<: found twice" },
    };
    (void)state;
    expect_errors(errors, COUNT(errors));
}

static void test_a_duplicate_is_found_among_many_keys(void **state)
{
    (void)state;
    for (int n = 1; n <= 100; n++) {
        struct buf b CLEANUP(buf_done) = { 0 };
        for (int i = 0; i < n; i++)
            buf_addf(&b, "k%d: 1\n", i);
        buf_addf(&b, "k%d: 2\n", n / 2);
        expect_error(buf_str(&b), b.len, n + 1, "found twice");
    }
}

static void test_aliases_are_expanded(void **state)
{
    static const struct good cases[] = {
        { "a: &x 1\nb: *x", "{\"a\":1,\"b\":1}" },
        { "a: &x {p: [1, {q: r}]}\nb: *x",
          "{\"a\":{\"p\":[1,{\"q\":\"r\"}]},\"b\":{\"p\":[1,{\"q\":\"r\"}]}}" },
        { "- &x a\n- *x\n- &x b\n- *x", "[\"a\",\"a\",\"b\",\"b\"]" },
        { "a: &x k\n*x : v", "{\"a\":\"k\",\"k\":\"v\"}" },
        { "&x k: 1\nv: *x", "{\"k\":1,\"v\":\"k\"}" },
        { "a: &x\nb: *x", "{\"a\":null,\"b\":null}" },
    };
    static const struct bad errors[] = {
        { "a: 1\nb: *x", 2, "b: the alias *x has no anchor" },
        { "a: &x [1, *x]", 1, "inside its own anchor" },
        { "&x a: *y", 1, "*y has no anchor" },
        { "a: &x {b: {c: *x}}", 1, "a.b.c: the alias *x stands inside its own anchor" },
        { "a: &x {b: 1}\n? *x\n: 1", 2, "a key that is a mapping" },
    };
    (void)state;
    expect_all(cases, COUNT(cases));
    expect_errors(errors, COUNT(errors));
}

static void test_merge_keys_are_expanded(void **state)
{
    static const struct good cases[] = {
        { "base: &b {x: 1, y: 2}\na:\n  <<: *b\n  y: 3",
          "{\"base\":{\"x\":1,\"y\":2},\"a\":{\"y\":3,\"x\":1}}" },
        { "a:\n  y: 3\n  <<: {x: 1, y: 2}", "{\"a\":{\"y\":3,\"x\":1}}" },
        { "l: &l {r: 1}\nm: &m {r: 10, x: 5}\na: {<<: [*m, *l], y: 2}",
          "{\"l\":{\"r\":1},\"m\":{\"r\":10,\"x\":5},\"a\":{\"y\":2,\"r\":10,\"x\":5}}" },
        { "a: {<<: [{r: 1}, {r: 2, s: 3}]}", "{\"a\":{\"r\":1,\"s\":3}}" },
        { "a: {\"<<\": 1}", "{\"a\":{\"<<\":1}}" },
        { "a: {<<: &b {x: 1}}\nc: *b", "{\"a\":{\"x\":1},\"c\":{\"x\":1}}" },
        { "a: &a {x: 1}\nb: &b {<<: *a, y: 2}\nc: {<<: *b}",
          "{\"a\":{\"x\":1},\"b\":{\"y\":2,\"x\":1},\"c\":{\"y\":2,\"x\":1}}" },
        { "l: &l [{a: 1}, {b: 2}]\nm: {<<: *l}",
          "{\"l\":[{\"a\":1},{\"b\":2}],\"m\":{\"a\":1,\"b\":2}}" },
    };
    static const struct bad errors[] = {
        { "a:\n  <<: 1\n  b: 2\n", 2, "the value of << is not a mapping" },
        { "a:\n  <<: [{x: 1}, 2]\n  b: 2\n", 2, "the value of << is not a mapping" },
        { "a: &a\n  <<: *a\n", 2, "inside its own anchor" },
    };
    (void)state;
    expect_all(cases, COUNT(cases));
    expect_errors(errors, COUNT(errors));
}

static void test_a_billion_laughs_stop_at_the_ceiling(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]\n");
    for (int i = 1; i < 10; i++) {
        buf_addf(&b, "a%d: &a%d [", i, i);
        for (int j = 0; j < 9; j++)
            buf_addf(&b, "%s*a%d", j ? ", " : "", i - 1);
        buf_adds(&b, "]\n");
    }
    /* 9^n texts and the sequences around them: line 5 adds 66,429 nodes to the 8,190
     * before it, line 6 passes 100,000. */
    expect_error(buf_str(&b), b.len, 6, "expand to more than 100000 nodes");
}

static void test_merges_count_against_the_ceiling(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "big: &big {");
    for (int i = 0; i < 1000; i++)
        buf_addf(&b, "k%d: 1, ", i);
    buf_adds(&b, "}\nuses:\n");
    for (int i = 0; i < 101; i++)
        buf_adds(&b, "- {<<: *big}\n");
    expect_error(buf_str(&b), b.len, 103, "expand to more than 100000 nodes");
}

static void test_long_text_behind_aliases_stops_at_the_ceiling(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "- &x ");
    for (int i = 0; i < 1 << 20; i++)
        buf_addc(&b, 'x');
    buf_addc(&b, '\n');
    for (int i = 0; i < 17; i++)
        buf_adds(&b, "- *x\n");
    expect_error(buf_str(&b), b.len, 18, "expand to more than 16777216 bytes");
}

static void nest(struct buf *b, const char *open, const char *close, int depth)
{
    for (int i = 0; i < depth; i++)
        buf_adds(b, open);
    for (int i = 0; i < depth; i++)
        buf_adds(b, close);
}

static void test_depth_is_limited_to_a_hundred(void **state)
{
    (void)state;
    struct buf ok CLEANUP(buf_done) = { 0 }, deep CLEANUP(buf_done) = { 0 };
    cJSON *json CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    int line = 0;
    nest(&ok, "[", "]", 100);
    assert_true(yaml_parse(buf_str(&ok), ok.len, &json, &line, &err));
    nest(&deep, "[", "]", 101);
    expect_error(buf_str(&deep), deep.len, 1, "nested deeper than 100 levels");
}

static void test_aliases_cannot_pass_the_depth_limit(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_adds(&b, "- &x ");
    nest(&b, "[", "]", 60);
    buf_adds(&b, "\n- ");
    for (int i = 0; i < 39; i++)
        buf_adds(&b, "[");
    buf_adds(&b, "*x");
    for (int i = 0; i < 39; i++)
        buf_adds(&b, "]");
    cJSON *json CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    int line = 0;
    assert_true(yaml_parse(buf_str(&b), b.len, &json, &line, &err)); /* 1 + 39 + 60 */
    struct buf deep CLEANUP(buf_done) = { 0 };
    buf_adds(&deep, buf_str(&b));
    buf_adds(&deep, "\n- {<<: {a: {");
    for (int i = 0; i < 39; i++)
        buf_adds(&deep, "b: {");
    buf_adds(&deep, "c: *x");
    for (int i = 0; i < 41; i++)
        buf_adds(&deep, "}");
    buf_adds(&deep, "}");
    expect_error(buf_str(&deep), deep.len, 3, "nested deeper than 100 levels");
}

static void test_deep_flow_text_is_refused_quickly(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    for (int i = 0; i < 1000000; i++)
        buf_addc(&b, '['); /* libyaml alone takes half an hour for it */
    expect_error(buf_str(&b), b.len, 1, "nested deeper");
}

static void test_syntax_errors_name_line_and_column(void **state)
{
    static const struct bad errors[] = {
        { "a: 1\nb: [1, 2\nc: 3\n", 3, "b[2]: YAML: while parsing a flow sequence: " },
        { "a: b: c\n", 1, "mapping values are not allowed in this context (column 5)" },
        { "a:\n\t- 1\n", 2, "cannot start any token" },
        { "a: 'x\n", 2, "found unexpected end of stream" },
        { "a: {revision:x,headers:{demo:test}}", 1, "found unexpected ':' (column 23)" },
        { "a: 1\nb: \"\\q\"\n", 2, "unknown escape character" },
        { "a: \"\\ud83d\\ude00\"", 1, "invalid Unicode character escape code" },
        { "a: 1\n---\nb: 2\n", 2, "a second document begins here" },
    };
    (void)state;
    expect_errors(errors, COUNT(errors));
}

static void test_bytes_that_are_no_text_are_refused_with_their_line(void **state)
{
    static const char nul[] = "a: 1\nb: x\0y\n", utf16[] = "\xff\xfe"
                                                           "a\0:\0";
    static const struct bad errors[] = {
        { "a: 1\nb: 2\nc: \xc3(\n", 3, "invalid" },
        { "a: 1\nb: \x01\n", 2, "control characters" },
        { "a: 1\nb: \"\\0\"\n", 2, "b: a NUL character" },
        { "\xed\xa0\x80", 1, "invalid Unicode character" },
    };
    (void)state;
    expect_errors(errors, COUNT(errors));
    expect_error(nul, sizeof nul - 1, 2, "control characters");
    expect_error(utf16, sizeof utf16 - 1, 1, "invalid");
}

static void test_numbers_too_large_name_field_and_line(void **state)
{
    static const struct bad errors[] = {
        { "metadata:\n  generation: 1234567890123456\n", 2,
          "metadata.generation: the number has more than 15 digits" },
        { "a: [1, .inf]", 1, "a[1]: .inf is a number that JSON does not have" },
    };
    (void)state;
    expect_errors(errors, COUNT(errors));
}

static void test_a_document_above_the_ceiling_is_refused(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { .max = YAML_MAX_TEXT + 100 };
    while (b.len <= YAML_MAX_TEXT)
        buf_adds(&b, "# a comment of some length, to fill the document\n");
    expect_error(buf_str(&b), b.len, 1, "larger than 16 MiB");
}

static void test_the_reader_has_a_name_with_its_versions(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *reader = yaml_reader(&a);
    assert_non_null(strstr(reader, "libyaml 0."));
    assert_non_null(strstr(reader, cJSON_Version()));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars_get_their_type),
        cmocka_unit_test(test_block_scalars_fold_and_chomp),
        cmocka_unit_test(test_documents_without_content_are_null),
        cmocka_unit_test(test_tags_decide_the_type),
        cmocka_unit_test(test_keys_become_text),
        cmocka_unit_test(test_duplicate_keys_are_refused_with_their_line),
        cmocka_unit_test(test_a_duplicate_is_found_among_many_keys),
        cmocka_unit_test(test_aliases_are_expanded),
        cmocka_unit_test(test_merge_keys_are_expanded),
        cmocka_unit_test(test_a_billion_laughs_stop_at_the_ceiling),
        cmocka_unit_test(test_merges_count_against_the_ceiling),
        cmocka_unit_test(test_long_text_behind_aliases_stops_at_the_ceiling),
        cmocka_unit_test(test_depth_is_limited_to_a_hundred),
        cmocka_unit_test(test_aliases_cannot_pass_the_depth_limit),
        cmocka_unit_test(test_deep_flow_text_is_refused_quickly),
        cmocka_unit_test(test_syntax_errors_name_line_and_column),
        cmocka_unit_test(test_bytes_that_are_no_text_are_refused_with_their_line),
        cmocka_unit_test(test_numbers_too_large_name_field_and_line),
        cmocka_unit_test(test_a_document_above_the_ceiling_is_refused),
        cmocka_unit_test(test_the_reader_has_a_name_with_its_versions),
    };
    return cmocka_run_group_tests_name("yaml/parse", tests, NULL, NULL);
}
