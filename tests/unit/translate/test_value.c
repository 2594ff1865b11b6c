/* What ALB takes as a value: alb-openapi.json, CreateRules. */
#include "world.h"

#include "src/translate/translate_priv.h"

struct taken {
    const char *(*check)(const char *);
    const char *good[6], *bad[8];
};

static char long_text[200];

static void test_values_are_taken_as_the_description_says(void **state)
{
    (void)state;
    static const struct taken cases[] = {
        { value_check_host,
          { "a.com", "*.a.com", "~^[a-z]+\\.com$", "a-1.b.c", "w?w.x" },
          { "a", "com", "A.com", ".a.com", "a.com.", "a.c0m", "a b.com", "a.c-m" } },
        { value_check_path,
          { "/", "/a-_.+/&~@:'*?Z9", "~*/a(b|c)[0-9]$", "/*" },
          { "a", "/a b", "/a$", "/a(b)", "/a;b", "/a%20", "~*/a{2}", "~*/a,b" } },
        { value_check_header_key, { "x", "X-a_9" }, { "", "a b", "Cookie", "host", "a:b" } },
        { value_check_header_value,
          { "v", "a b", "*", "a\\b" },
          { "", " a", "a ", "a\\", "a\"b", "a\tb", "\303\274" } },
        { value_check_query,
          { "a", "", "A;b", "*?" },
          { "a b", "a#b", "a&b", "{", "a\"", "a\177" } },
        { value_check_query_key, { "a", "*?" }, { "a b", "a#b" } },
        { value_check_cookie, { "a", "A*" }, { "a;b", "a b", "[", "\\" } },
        { value_check_method,
          { "GET", "POST", "PUT", "DELETE", "HEAD", "PATCH" },
          { "get", "TRACE", "", "GE" } },
        { value_check_source_ip,
          { "10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "2001:db8::/32", "::1", "1.2.3.4/32" },
          { "", "10.0.0", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "::/129", "a", "1.2.3.4/-1" } },
        { value_check_id, { "sgp-1", "756-cn-hangzhou" }, { "", "@shop/tea:80" } },
        { value_check_status, { "200", "503" }, { "", "20", "2000", "2xx" } },
        { value_check_target_host, { "${host}", "a.com" }, { "${path}", "a", "A.b" } },
        { value_check_target_path,
          { "/", "/${1}/x", "${path}", "${path}/x", "/${host}" },
          { "", "x", "${1}", "/a b", "/a#b" } },
        { value_check_target_query, { "${query}", "a=b", "A" }, { "", "a b", "a#b", "[" } },
        { value_check_reference, { "x-a", "A_1" }, { "", "a b", "a:b" } },
        { value_check_origin,
          { "*", "http://a.com", "https://*.a.com:8443", "http://local1", "https://a_b.c" },
          { "", "a.com", "ftp://a", "https://", "https://a.*", "https://*a", "http://a:99999",
            "http://!b" } },
        { value_check_cors_header, { "*", "x", "X-a_b" }, { "", "-x", "x-", "_x", "a b" } },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        for (size_t k = 0; k < COUNT(cases[i].good) && cases[i].good[k]; k++)
            if (cases[i].check(cases[i].good[k]))
                fail_msg("case %zu: '%s' is refused", i, cases[i].good[k]);
        for (size_t k = 0; k < COUNT(cases[i].bad) && cases[i].bad[k]; k++)
            if (!cases[i].check(cases[i].bad[k]))
                fail_msg("case %zu: '%s' is taken", i, cases[i].bad[k]);
    }
}

/* A text of 'n' characters that begins with 'start'. */
static const char *text_of(size_t n, const char *start)
{
    memset(long_text, 'a', sizeof long_text);
    memcpy(long_text, start, strlen(start));
    long_text[n] = '\0';
    return long_text;
}

static void test_lengths_have_an_end(void **state)
{
    (void)state;
    static const struct {
        const char *(*check)(const char *);
        const char *start;
        size_t max;
    } cases[] = {
        { value_check_host, "a.", 128 },       { value_check_path, "/", 128 },
        { value_check_header_key, "", 40 },    { value_check_header_value, "", 128 },
        { value_check_query, "", 128 },        { value_check_query_key, "", 100 },
        { value_check_cookie, "", 100 },       { value_check_target_path, "/", 128 },
        { value_check_target_query, "", 128 }, { value_check_reference, "", 128 },
        { value_check_cors_header, "", 32 },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_null(cases[i].check(text_of(cases[i].max, cases[i].start)));
        assert_non_null(cases[i].check(text_of(cases[i].max + 1, cases[i].start)));
    }
    assert_non_null(value_check_source_ip(text_of(70, "")));
}

static void test_headers_of_alb_are_its_own(void **state)
{
    (void)state;
    static const char *const requests[] = { "Host", "cookie", "X-Forwarded-For", "slb-id", "TE" };
    static const char *const both[] = { "Connection", "upgrade", "Content-Length",
                                        "transfer-encoding" };
    for (size_t i = 0; i < COUNT(requests); i++) {
        assert_non_null(value_check_set_header(requests[i], false));
        assert_null(value_check_set_header(requests[i], true));
    }
    for (size_t i = 0; i < COUNT(both); i++) {
        assert_non_null(value_check_set_header(both[i], false));
        assert_non_null(value_check_set_header(both[i], true));
    }
    assert_null(value_check_set_header("x-mine", false));
    assert_non_null(value_check_set_header("a b", true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_are_taken_as_the_description_says),
        cmocka_unit_test(test_lengths_have_an_end),
        cmocka_unit_test(test_headers_of_alb_are_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
