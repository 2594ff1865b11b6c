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

static void test_a_refusal_says_what_is_taken(void **state)
{
    (void)state;
    static const struct {
        const char *(*check)(const char *);
        const char *value, *wanted;
    } cases[] = {
        { value_check_id, "@a", "give the id that the cloud gave it" },
        { value_check_host, "a", "give 3 to 128 characters" },
        { value_check_host, "*", "leave the host out for all hosts" },
        { value_check_host, "A.b",
          "give lower-case letters, digits and -.*?_, or a regular "
          "expression after ~" },
        { value_check_host, "a.b1",
          "give a name with a dot, not at its begin or end, and no digit "
          "or \"-\" behind the last one" },
        { value_check_path, "a", "give one that begins with \"/\"" },
        { value_check_path, "~a,b",
          "a regular expression is made of letters, digits and . - _ / = "
          "? ~ ^ * $ : ( ) [ ] + |" },
        { value_check_path, "/a(b)",
          "give letters, digits and - _ . + / & ~ @ : ' * ?; the characters ( ) [ ] { } | ^ $ \\ "
          "and others are refused by ALB outside a regular expression" },
        { value_check_header_key, "", "give 1 to 40 letters, digits, _ and -" },
        { value_check_header_key, "Host", "use a condition of type Cookie or Host for that" },
        { value_check_header_value, "", "give 1 to 128 characters" },
        { value_check_header_value, " a",
          "give printable ASCII without \", no space at its begin "
          "or end, no \\ at its end" },
        { value_check_query, "a b",
          "give at most 128 printable ASCII characters, no space and "
          "none of # [ ] { } \\ | < > & \"" },
        { value_check_cookie, "a;b",
          "give at most 100 printable ASCII characters, no space and "
          "none of ; # [ ] { } \\ | < > & \"" },
        { value_check_method, "get", "give GET, POST, PUT, DELETE, HEAD, OPTIONS or PATCH" },
        { value_check_source_ip, "a", "give an address or a range as 192.168.0.0/16" },
        { value_check_status, "2xx", "give a number as 503 in quotes" },
        { value_check_target_path, "", "give 1 to 128 characters" },
        { value_check_target_path, "x", "give one that begins with \"/\"" },
        { value_check_target_path, "/a b",
          "give letters, digits and $ - _ . + / & ~ @ : ' * ?, "
          "and variables as ${path}" },
        { value_check_target_query, "a b",
          "give 1 to 128 printable ASCII characters, no space "
          "and none of # [ ] \\ | < > \"" },
        { value_check_reference, "a b",
          "give the name of a request header: letters, digits, _ "
          "and -" },
        { value_check_origin, "a.com",
          "give * or http(s)://<domain>, as "
          "https://*.example.com:8443" },
        { value_check_cors_header, "-x",
          "give * or 1 to 32 letters, digits, _ and -, none of "
          "these two first or last" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *is = cases[i].check(cases[i].value);
        assert_non_null(is);
        assert_string_equal(is, cases[i].wanted);
    }
}

static void test_a_refusal_of_a_length_or_a_header_says_what_is_taken(void **state)
{
    (void)state;
    assert_string_equal(value_check_path(text_of(129, "/")), "give at most 128 characters");
    assert_string_equal(value_check_query_key(text_of(101, "")), "give at most 100 characters");
    assert_string_equal(value_check_set_header("host", false),
                        "ALB keeps this header to itself; give another");
    assert_string_equal(value_check_set_header("", false), "give 1 to 40 letters, digits, _ and -");
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
        cmocka_unit_test(test_a_refusal_says_what_is_taken),
        cmocka_unit_test(test_a_refusal_of_a_length_or_a_header_says_what_is_taken),
        cmocka_unit_test(test_headers_of_alb_are_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
