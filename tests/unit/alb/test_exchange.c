/* test_exchange.c - requests for keys against what the official SDK puts on the wire
 * (tests/vectors/sts, one folder a capture), and the reading of answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "src/alb/provider_priv.h"

#define DATE  "2026-01-02T03:04:05Z"
#define NONCE "0123456789abcdef0123456789abcdef"

static cJSON *capture(const char *name, const char *file)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text;
    cJSON *json = NULL;
    const char *path = arena_fmt(&a, "%s/tests/vectors/sts/%s/%s", TEST_SOURCE_DIR, name, file);
    if (!file_text(&a, path, 1 << 20, &text, &err) || !json_parse(text, strlen(text), &json, &err))
        fail_msg("%s", err.msg);
    return json;
}

static int by_text(const void *x, const void *y)
{
    return strcmp(*(char *const *)x, *(char *const *)y);
}

/* "b=2&a=1" as "a=1&b=2"; Node leaves '*' as it is, which is the same value. */
static const char *sorted(struct arena *a, const char *query)
{
    LIST_OF(char *) parts = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    char *copy = arena_strdup(a, query);
    for (char *part = copy; part;) {
        char *end = strchr(part, '&');
        if (end)
            *end++ = '\0';
        *LIST_PUSH(a, &parts) = part;
        part = end;
    }
    qsort(parts.items, parts.len, sizeof *parts.items, by_text);
    for (size_t i = 0; i < parts.len; i++) {
        buf_adds(&b, i ? "&" : "");
        for (const char *c = parts.items[i]; *c; c++)
            if (*c == '*')
                buf_adds(&b, "%2A");
            else
                buf_addc(&b, *c);
    }
    return buf_keep(&b, a);
}

/* Method, URL, form and, where the capture has them, headers. */
static void expect_capture(const char *name, const struct http_request *r)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *want CLEANUP(json_done) = capture(name, "request.json");
    const char *url = json_str(want, "url");
    size_t plain = strcspn(url, "?");
    assert_string_equal(r->method, json_str(want, "method"));
    assert_int_equal(strcspn(r->url, "?"), plain);
    assert_memory_equal(r->url, url, plain);
    assert_string_equal(sorted(&a, r->url[plain] ? r->url + plain + 1 : ""),
                        sorted(&a, url[plain] ? url + plain + 1 : ""));
    assert_string_equal(sorted(&a, r->body), sorted(&a, json_str(want, "body")));
    const cJSON *h;
    cJSON_ArrayForEach (h, json_get(want, "headers")) {
        if (!strcmp(h->string, "x-acs-credentials-provider"))
            continue; /* informational; a client may omit it (signature.md §1) */
        assert_int_equal(r->n_headers, 1);
        assert_int_equal(strcasecmp(r->headers[0].name, h->string), 0);
        assert_string_equal(r->headers[0].value, h->valuestring);
    }
}

static void set_keys(struct alb_credentials *k, bool token)
{
    secret_set(&k->access_key_id, token ? "STS.TestKey" : "LTAI5tTestKey");
    secret_set(&k->access_key_secret, token ? "TestSecret2" : "TestSecret1");
    secret_set(&k->security_token, token ? "tok+/= ~*" : NULL);
}

static void expect_assume(const char *name, struct role role, bool token)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_credentials keys CLEANUP(alb_credentials_done) = { 0 };
    set_keys(&keys, token);
    role.arn = "acs:ram::100000000000000000:role/alb-role";
    role.session_name = "sess-1";
    struct http_request r = exchange_assume(&a, &role, &keys, DATE, NONCE);
    expect_capture(name, &r);
    assert_null(strstr(r.url, keys.access_key_secret.data));
    assert_null(strstr(r.body, keys.access_key_secret.data));
}

static void test_assume_role_is_the_sdks(void **state)
{
    (void)state;
    expect_assume("assume-role/plain",
                  (struct role){ .duration_s = 3600, .sts = "https://sts.aliyuncs.com" }, false);
    expect_assume("assume-role/policy-externalid-vpc",
                  (struct role){ .duration_s = 900,
                                 .policy = "{\"Version\":\"1\",\"Statement\":[]}",
                                 .external_id = "ext id",
                                 .sts = "https://sts-vpc.cn-hangzhou.aliyuncs.com" },
                  false);
    expect_assume(
        "assume-role/chained-sts-key",
        (struct role){ .duration_s = 3600, .sts = "https://sts.cn-shanghai.aliyuncs.com" }, true);
}

static void expect_oidc(const char *name, const char *sts)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct source s = {
        .oidc = { .arn = "acs:ram::100000000000000000:role/alb-role",
                  .session_name = "sess-1",
                  .duration_s = 3600,
                  .sts = sts },
        .oidc_provider = "acs:ram::100000000000000000:oidc-provider/ack-rrsa-c0123",
    };
    struct http_request r = exchange_oidc(&a, &s, "eyJhbGciOi.J9.sig_-\n", DATE);
    expect_capture(name, &r);
    assert_null(strstr(r.url, "eyJ"));
    assert_false(r.direct);
}

static void test_assume_role_with_oidc_is_the_sdks(void **state)
{
    (void)state;
    expect_oidc("assume-role-oidc/global", "https://sts.aliyuncs.com");
    expect_oidc("assume-role-oidc/vpc", "https://sts-vpc.cn-hangzhou.aliyuncs.com");
}

static void test_metadata_requests_are_the_sdks_and_avoid_proxies(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const char HOST[] = "http://100.100.100.200", ROLE[] = "KubernetesWorkerRole-abc";
    struct http_request token = exchange_metadata_token(&a, HOST);
    struct http_request list = exchange_metadata(&a, HOST, "", "AEC_tok_v2");
    struct http_request keys = exchange_metadata(&a, HOST, ROLE, "AEC_tok_v2");
    struct http_request old = exchange_metadata(&a, HOST, ROLE, NULL);
    expect_capture("ecs/imdsv2-1", &token);
    expect_capture("ecs/imdsv2-2", &list);
    expect_capture("ecs/imdsv2-4", &keys);
    expect_capture("ecs/imdsv1-fallback-4", &old);
    assert_int_equal(old.n_headers, 0);
    assert_true(token.direct && list.direct && keys.direct && old.direct);
    struct http_request odd = exchange_metadata(&a, HOST, "../../x?", NULL);
    assert_null(strstr(odd.url, "/../"));
}

static struct http_reply reply_of(int status, char *body)
{
    return (struct http_reply){ .status = status, .body = body, .body_len = strlen(body) };
}

static void test_answers_of_the_captures_give_keys(void **state)
{
    (void)state;
    static const char *const names[] = { "assume-role/plain", "assume-role-oidc/global",
                                         "ecs/imdsv2-4" };
    for (size_t i = 0; i < COUNT(names); i++) {
        cJSON *json CLEANUP(json_done) = capture(names[i], "reply.json");
        struct http_reply r = reply_of((int)json_int(json, "status", 0),
                                       cJSON_GetObjectItem(json, "body")->valuestring);
        struct alb_credentials keys CLEANUP(alb_credentials_done) = { 0 };
        int64_t until_ms = 0, expected;
        struct error err;
        assert_true(exchange_keys(&r, &keys, &until_ms, &err));
        assert_string_equal(keys.access_key_id.data, "STS.NTexampleAK");
        assert_string_equal(keys.access_key_secret.data, "exampleSecret");
        assert_string_equal(keys.security_token.data, "CAISexample+/=token");
        assert_true(time_parse("2099-01-02T04:04:05Z", &expected));
        assert_int_equal(until_ms, expected);
    }
}

static void expect_no_keys(int status, const char *body, enum error_kind kind, const char *says)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct http_reply r = reply_of(status, arena_strdup(&a, body));
    struct alb_credentials keys = { 0 };
    int64_t until_ms;
    struct error err;
    assert_false(exchange_keys(&r, &keys, &until_ms, &err));
    assert_int_equal(err.kind, kind);
    assert_non_null(strstr(err.msg, says));
    assert_null(keys.access_key_secret.data);
    assert_null(strstr(err.msg, "planted"));
}

static void test_answers_without_keys_say_why(void **state)
{
    (void)state;
    expect_no_keys(404, "{\"Code\":\"EntityNotExist.Role\",\"Message\":\"The role not exists.\"}",
                   ERROR_DENIED, "EntityNotExist.Role: The role not exists.");
    expect_no_keys(400, "{\"Code\":\"Throttling.User\"}", ERROR_TRANSIENT, "Throttling.User");
    expect_no_keys(500, "oops", ERROR_TRANSIENT, "HTTP 500");
    expect_no_keys(403, "<html>", ERROR_DENIED, "HTTP 403");
    expect_no_keys(200, "<html>planted", ERROR_TRANSIENT, "not JSON");
    expect_no_keys(200, "{\"Code\":\"Failed\",\"AccessKeyId\":\"x\"}", ERROR_DENIED, "'Failed'");
    expect_no_keys(200, "{\"Credentials\":{\"AccessKeyId\":\"x\"}}", ERROR_TRANSIENT, "no keys");
    expect_no_keys(200,
                   "{\"AccessKeyId\":\"x\",\"AccessKeySecret\":\"planted\",\"SecurityToken\":\"t\","
                   "\"Expiration\":\"soon\"}",
                   ERROR_TRANSIENT, "until when");
}

static void test_metadata_texts_are_one_word(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text;
    char good[] = "Worker\n", page[] = "<html>", none[] = "", two[] = "a b";
    struct http_reply r = reply_of(200, good);
    assert_true(exchange_text(&a, &r, &text, &err));
    assert_string_equal(text, "Worker");
    char *const bad[] = { page, none, two };
    for (size_t i = 0; i < COUNT(bad); i++) {
        r = reply_of(200, bad[i]);
        assert_false(exchange_text(&a, &r, &text, &err));
    }
    r = (struct http_reply){ .err = { .kind = ERROR_TRANSIENT, .msg = "lost" } };
    assert_false(exchange_text(&a, &r, &text, &err));
    assert_string_equal(err.msg, "lost");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_assume_role_is_the_sdks),
        cmocka_unit_test(test_assume_role_with_oidc_is_the_sdks),
        cmocka_unit_test(test_metadata_requests_are_the_sdks_and_avoid_proxies),
        cmocka_unit_test(test_answers_of_the_captures_give_keys),
        cmocka_unit_test(test_answers_without_keys_say_why),
        cmocka_unit_test(test_metadata_texts_are_one_word),
    };
    return cmocka_run_group_tests_name("alb/exchange", tests, NULL, NULL);
}
