#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "src/source/source_priv.h"

/* Every value as "<line>[text]". */
static const char *pieces(struct buf *b, const char *text)
{
    struct json_piece rest = { text, strlen(text), 1 }, piece;
    buf_reset(b);
    while (json_piece_next(&rest, &piece)) {
        buf_addf(b, "%d[", piece.line);
        buf_add(b, piece.text, piece.len);
        buf_adds(b, "]");
    }
    return buf_str(b);
}

static const struct {
    const char *text;
    const char *pieces;
} cuts[] = {
    { "", "" },
    { " \n\t ", "" },
    { "{}", "1[{}]" },
    { "{}{}", "1[{}]1[{}]" },
    { "{\n\"a\": [1]\n}\n[]\n\n7 x", "1[{\n\"a\": [1]\n}]4[[]]6[7]6[x]" },
    { "{\"a\":\"}{\\\"}\"}{}", "1[{\"a\":\"}{\\\"}\"}]1[{}]" },
    { "{}}\n{}", "1[{}]1[}]2[{}]" },
    { "{\n{}", "1[{\n{}]" },
    { "\"a b\" 1", "1[\"a b\"]1[1]" },
};

static void test_values_follow_one_another(void **state)
{
    (void)state;
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < COUNT(cuts); i++)
        assert_string_equal(pieces(&b, cuts[i].text), cuts[i].pieces);
}

static const struct {
    const char *text;
    int line;
    const char *msg;
} bad[] = {
    { "{\n  \"a\": 1,\n  \"b\": x\n}", 12, "JSON: syntax error" },
    { "{\n  \"a\": 1,\n}", 12, "JSON: syntax error" },
    { "{\"a\":\n\n\"\\u0000\"}", 12, "\\u0000" },
    { "{\"a\": 1,\n \"a\": 2}", 10, "a: found twice in one object" },
    { "{\"spec\": {\"rules\": [{}, {\"host\": 1, \"host\": 2}]}}", 10,
      "spec: rules: [1]: host: found twice in one object" },
    { "[1234567890123456]", 10, "more than 15 digits" },
};

static void test_errors_name_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(bad); i++) {
        const struct json_piece piece = { bad[i].text, strlen(bad[i].text), 10 };
        cJSON *json = NULL;
        struct error err = { 0 };
        int line = 0;
        assert_false(json_piece_parse(&piece, &json, &line, &err));
        assert_null(json);
        if (!strstr(err.msg, bad[i].msg))
            fail_msg("'%s' is not in: %s", bad[i].msg, err.msg);
        assert_int_equal(line, bad[i].line);
    }
}

static void test_surrogate_pairs_are_read(void **state)
{
    static const char text[] = "{\"a\": \"\\ud83d\\ude00\"}";
    (void)state;
    const struct json_piece piece = { text, strlen(text), 1 };
    cJSON *json CLEANUP(json_done) = NULL;
    struct error err = { 0 };
    int line = 0;
    assert_true(json_piece_parse(&piece, &json, &line, &err));
    assert_string_equal(json_str(json, "a"), "\xf0\x9f\x98\x80");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_follow_one_another),
        cmocka_unit_test(test_errors_name_the_line),
        cmocka_unit_test(test_surrogate_pairs_are_read),
    };
    return cmocka_run_group_tests_name("source/json", tests, NULL, NULL);
}
