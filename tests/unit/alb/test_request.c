/* test_request.c - calls as requests.  The signatures were computed by a program of its
 * own, written from signature.md and checked with the official SDK's vectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <strings.h>

#include "src/alb/alb_priv.h"

#define DATE "2026-01-15T08:09:10Z"

static struct secret key;

static int setup(void **state)
{
    (void)state;
    secret_set(&key, "planted-secret");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    secret_done(&key);
    return 0;
}

static const char *header(const struct http_request *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (!strcasecmp(r->headers[i].name, name))
            return r->headers[i].value;
    return NULL;
}

static void test_form_actions_split_query_and_body(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair params[] = { { "Rules.1.RuleName", "a b" },
                                  { "ListenerId", "lsn-1" },
                                  { "Rules.1.Priority", "10" },
                                  { "RulesX", "1" },
                                  { "ClientToken", "tok/1" } };
    struct request_in in = { .action = alb_action_find("CreateRules"),
                             .params = { .items = params, .len = COUNT(params) },
                             .endpoint = "https://alb.cn-hangzhou.aliyuncs.com",
                             .access_key_id = "AKID",
                             .access_key_secret = &key,
                             .date = DATE,
                             .nonce = "n-1" };
    struct http_request r = request_build(&a, &in);
    assert_string_equal(r.method, "POST");
    assert_string_equal(r.url, "https://alb.cn-hangzhou.aliyuncs.com/"
                               "?ClientToken=tok%2F1&ListenerId=lsn-1&RulesX=1");
    assert_string_equal(r.body, "Rules.1.Priority=10&Rules.1.RuleName=a%20b");
    assert_int_equal(r.body_len, strlen(r.body));
    assert_string_equal(header(&r, "content-type"), "application/x-www-form-urlencoded");
    assert_string_equal(header(&r, "accept"), "application/json");
    assert_string_equal(
        header(&r, "authorization"),
        "ACS3-HMAC-SHA256 Credential=AKID,SignedHeaders=content-type;host;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,Signature="
        "8878b0ff9bb6c1b155d965d64a4e517623f156ae5f063aa814840d3235b2029e");
}

static void test_token_and_port_enter_the_signature(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair params[] = { { "VSwitchId", "vsw-1" } };
    struct request_in in = { .action = alb_action_find("DescribeVSwitches"),
                             .params = { .items = params, .len = COUNT(params) },
                             .endpoint = "http://127.0.0.1:8080",
                             .access_key_id = "STS.AK",
                             .access_key_secret = &key,
                             .security_token = "token+1",
                             .date = DATE,
                             .nonce = "n-2" };
    struct http_request r = request_build(&a, &in);
    assert_string_equal(r.url, "http://127.0.0.1:8080/?VSwitchId=vsw-1");
    assert_string_equal(r.body, "");
    assert_null(header(&r, "content-type"));
    assert_string_equal(header(&r, "host"), "127.0.0.1:8080");
    assert_string_equal(header(&r, "x-acs-version"), "2016-04-28");
    assert_string_equal(header(&r, "x-acs-security-token"), "token+1");
    assert_string_equal(
        header(&r, "authorization"),
        "ACS3-HMAC-SHA256 Credential=STS.AK,SignedHeaders=host;x-acs-accesskey-id;x-acs-action;"
        "x-acs-content-sha256;x-acs-date;x-acs-security-token;x-acs-signature-nonce;"
        "x-acs-version,Signature="
        "827c9a11695aea37ca6fa7e11c3dc969bf5ad3820e18927c731e8a9537d5d87d");
}

static void test_no_parameters_mean_no_query(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct request_in in = { .action = alb_action_find("DescribeRegions"),
                             .endpoint = "https://h",
                             .access_key_id = "AKID",
                             .access_key_secret = &key,
                             .date = DATE,
                             .nonce = "n" };
    struct http_request r = request_build(&a, &in);
    assert_string_equal(r.url, "https://h/");
    assert_string_equal(header(&r, "x-acs-content-sha256"),
                        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

/* RemovedServers of the same call stays in the query (signature.md §1). */
static void test_only_the_form_parameter_goes_into_the_body(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair params[] = { { "AddedServers.1.Port", "80" },
                                  { "RemovedServers.1.Port", "81" } };
    struct request_in in = { .action = alb_action_find("ReplaceServersInServerGroup"),
                             .params = { .items = params, .len = COUNT(params) },
                             .endpoint = "https://h",
                             .access_key_id = "AKID",
                             .access_key_secret = &key,
                             .date = DATE,
                             .nonce = "n" };
    struct http_request r = request_build(&a, &in);
    assert_string_equal(r.url, "https://h/?RemovedServers.1.Port=81");
    assert_string_equal(r.body, "AddedServers.1.Port=80");
}

static void test_uploads_keep_the_key_out_of_the_url(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair params[] = { { "Name", "n" }, { "Key", "-----BEGIN\nk" } };
    struct request_in in = { .action = alb_action_find("UploadUserCertificate"),
                             .params = { .items = params, .len = COUNT(params) },
                             .endpoint = "https://cas.aliyuncs.com",
                             .access_key_id = "AKID",
                             .access_key_secret = &key,
                             .date = DATE,
                             .nonce = "n-1" };
    struct http_request r = request_build(&a, &in);
    assert_string_equal(r.url, "https://cas.aliyuncs.com/");
    assert_string_equal(r.body, "Key=-----BEGIN%0Ak&Name=n");
    assert_string_equal(header(&r, "x-acs-version"), "2020-04-07");
}

static void test_anonymous_call_carries_no_key(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair params[] = { { "OIDCToken", "t" } };
    struct request_in in = { .action = alb_action_find("AssumeRoleWithOIDC"),
                             .params = { .items = params, .len = COUNT(params) },
                             .endpoint = "https://sts.aliyuncs.com",
                             .access_key_id = "AKID",
                             .access_key_secret = &key,
                             .security_token = "tok",
                             .date = DATE,
                             .nonce = "n-1" };
    struct http_request r = request_build(&a, &in);
    assert_null(header(&r, "authorization"));
    assert_null(header(&r, "x-acs-accesskey-id"));
    assert_null(header(&r, "x-acs-security-token"));
    assert_string_equal(r.body, "OIDCToken=t");
}

static void test_secret_is_in_no_part_of_a_request(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct request_in in = { .action = alb_action_find("DescribeRegions"),
                             .endpoint = "https://h",
                             .access_key_id = "AKID",
                             .access_key_secret = &key,
                             .date = DATE,
                             .nonce = "n" };
    struct http_request r = request_build(&a, &in);
    assert_null(strstr(r.url, key.data));
    for (size_t i = 0; i < r.n_headers; i++)
        assert_null(strstr(r.headers[i].value, key.data));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_form_actions_split_query_and_body),
        cmocka_unit_test(test_token_and_port_enter_the_signature),
        cmocka_unit_test(test_no_parameters_mean_no_query),
        cmocka_unit_test(test_only_the_form_parameter_goes_into_the_body),
        cmocka_unit_test(test_uploads_keep_the_key_out_of_the_url),
        cmocka_unit_test(test_anonymous_call_carries_no_key),
        cmocka_unit_test(test_secret_is_in_no_part_of_a_request),
    };
    return cmocka_run_group_tests_name("alb/request", tests, setup, teardown);
}
