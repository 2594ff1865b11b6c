/* test_front.c - whole requests through the front to a cloud that is a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "alb-agent/hash.h"
#include "alb-agent/json.h"
#include "fake_cloud.h"
#include "mock-server/front/front.h"

static const int64_t NOON = 1735732800000; /* 2025-01-01T12:00:00Z */

struct world {
    struct cloud cloud;
    struct clock clock;
    int64_t now_ms;
    struct front *front;
    char log[32];
    struct arena arena; /* of the last request */
    struct httpd_reply reply;
    cJSON *body; /* of the last reply */
    int nonce;
};

static int64_t now_ms(void *self)
{
    return ((struct world *)self)->now_ms;
}

static int setup(void **state)
{
    static const struct access_key key = { .id = "testak", .secret = "testsecret" };
    static const struct front_latency latencies[] = { { "CreateRules", 700 }, { NULL, 50 } };
    struct world *w = calloc(1, sizeof *w);
    struct error err = { 0 };
    *state = w;
    w->now_ms = NOON;
    w->clock = (struct clock){ now_ms, w };
    w->cloud.reply.status = 200;
    memcpy(w->log, "/tmp/alb-mock-front-XXXXXX", 27);
    int fd = mkstemp(w->log);
    if (fd < 0)
        return -1;
    (void)close(fd);
    const struct front_config config = {
        .cloud = &w->cloud,
        .clock = &w->clock,
        .keys = &key,
        .n_keys = 1,
        .call_log = w->log,
        .latencies = latencies,
        .n_latencies = 2,
        .seed = 1,
    };
    return front_open(&w->front, &config, &err) ? 0 : -1;
}

static int teardown(void **state)
{
    struct world *w = *state;
    front_close(w->front);
    (void)unlink(w->log);
    json_done(&w->body);
    json_done(&w->cloud.params);
    json_done(&w->cloud.reply.body);
    arena_done(&w->arena);
    free(w);
    return 0;
}

/* What a client sends beside its headers for the signature. */
struct sent {
    const char *method, *action, *version, *query, *form, *host;
};

/* The canonical form of a query that needs no encoding and is sorted already. */
static const char *sign(struct arena *a, const struct sent *s, const char *nonce, const char *hash)
{
    char hex[SHA256_HEX];
    unsigned char mac[SHA256_SIZE];
    const char *names = "host;x-acs-action;x-acs-content-sha256;x-acs-date;"
                        "x-acs-signature-nonce;x-acs-version";
    const char *request = arena_fmt(
        a,
        "%s\n/\n%s\nhost:%s\nx-acs-action:%s\nx-acs-content-sha256:%s\n"
        "x-acs-date:2025-01-01T12:00:00Z\nx-acs-signature-nonce:%s\nx-acs-version:%s\n\n%s\n%s",
        s->method, s->query, s->host, s->action, hash, nonce, s->version, names, hash);
    const char *text =
        arena_fmt(a, "ACS3-HMAC-SHA256\n%s", hash_sha256_hex(request, strlen(request), hex));
    hash_hmac_sha256("testsecret", 10, text, strlen(text), mac);
    hash_hex(mac, sizeof mac, hex);
    return arena_fmt(a, "ACS3-HMAC-SHA256 Credential=testak,SignedHeaders=%s,Signature=%s", names,
                     hex);
}

static void deliver(struct world *w, const struct httpd_request *request)
{
    w->reply = (struct httpd_reply){ .status = 200 };
    front_handle(w->front, request, &w->reply);
    struct error err = { 0 };
    json_done(&w->body);
    assert_true(json_parse(w->reply.body, w->reply.body_len, &w->body, &err));
}

/* Signs and delivers a call; what 'sent' leaves out is a plain ALB POST. */
static void call(struct world *w, struct sent s)
{
    arena_done(&w->arena);
    s.method = s.method ? s.method : "POST";
    s.version = s.version ? s.version : "2020-06-16";
    s.query = s.query ? s.query : "";
    s.form = s.form ? s.form : "";
    s.host = s.host ? s.host : "127.0.0.1:8080";
    char hash[SHA256_HEX];
    const char *nonce = arena_fmt(&w->arena, "n%d", w->nonce++);
    hash_sha256_hex(s.form, strlen(s.form), hash);
    const struct httpd_header headers[] = {
        { "Host", s.host },
        { "x-acs-action", s.action },
        { "x-acs-version", s.version },
        { "x-acs-date", "2025-01-01T12:00:00Z" },
        { "x-acs-signature-nonce", nonce },
        { "x-acs-content-sha256", hash },
        { "Content-Type", "application/x-www-form-urlencoded" },
        { "Authorization", sign(&w->arena, &s, nonce, hash) },
    };
    deliver(w, &(struct httpd_request){
                   .method = s.method,
                   .target = arena_fmt(&w->arena, "/?%s", s.query),
                   .headers = headers,
                   .n_headers = COUNT(headers),
                   .body = s.form,
                   .body_len = strlen(s.form),
                   .arena = &w->arena,
               });
}

static void assert_refused(const struct world *w, int status, const char *code)
{
    const char *got = json_str(w->body, "Code");
    assert_non_null(got);
    assert_string_equal(got, code);
    assert_int_equal(w->reply.status, status);
    assert_int_equal(w->cloud.calls, 0);
}

static char *log_text(struct world *w)
{
    char text[16384] = { 0 };
    FILE *file = fopen(w->log, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    (void)fclose(file);
    return arena_strdup(&w->arena, text);
}

static void test_query_and_form_reach_the_cloud_as_one_typed_tree(void **state)
{
    struct world *w = *state;
    w->cloud.reply.body = cJSON_CreateObject();
    cJSON_AddStringToObject(w->cloud.reply.body, "JobId", "job-9");
    w->cloud.reply.job_id = "job-9";
    call(w, (struct sent){ .action = "AddServersToServerGroup",
                           .query = "ServerGroupId=sgp-1",
                           .form = "Servers.1.Port=80&Servers.1.ServerType=Ip" });
    assert_int_equal(w->reply.status, 200);
    assert_int_equal(w->cloud.calls, 1);
    assert_int_equal(w->cloud.called_at_ms, NOON);
    assert_string_equal(w->cloud.product, "alb");
    assert_string_equal(w->cloud.action, "AddServersToServerGroup");
    assert_string_equal(w->cloud.region, "cn-hangzhou");
    assert_string_equal(
        json_canonical(&w->arena, w->cloud.params),
        "{\"ServerGroupId\":\"sgp-1\",\"Servers\":[{\"Port\":80,\"ServerType\":\"Ip\"}]}");
    assert_string_equal(json_str(w->body, "JobId"), "job-9");

    /* The request id: the body's, the header's and the cloud's; upper case. */
    const char *id = json_str(w->body, "RequestId");
    assert_int_equal(strlen(id), 36);
    assert_int_equal(strspn(id, "0123456789ABCDEF-"), 36);
    assert_string_equal(w->cloud.request_id, id);
    assert_string_equal(w->reply.headers.items[0].name, "x-acs-request-id");
    assert_string_equal(w->reply.headers.items[0].value, id);
    assert_string_equal(w->reply.content_type, "application/json;charset=utf-8");
}

static void test_request_ids_follow_from_the_seed(void **state)
{
    struct world *w = *state;
    struct error err = { 0 };
    call(w, (struct sent){ .action = "DescribeRegions" });
    const char *id = json_str(w->body, "RequestId");
    char first[37];
    memcpy(first, id, sizeof first);
    call(w, (struct sent){ .action = "DescribeRegions" });
    assert_string_not_equal(json_str(w->body, "RequestId"), first);

    struct front *saved = w->front;
    const struct access_key key = { .id = "testak", .secret = "testsecret" };
    const struct front_config config = {
        .cloud = &w->cloud,
        .clock = &w->clock,
        .keys = &key,
        .n_keys = 1,
        .seed = 1,
    };
    assert_true(front_open(&w->front, &config, &err));
    call(w, (struct sent){ .action = "DescribeRegions" });
    assert_string_equal(json_str(w->body, "RequestId"), first);
    front_close(w->front);
    w->front = saved;
}

static void test_a_refusal_of_the_cloud_has_the_documented_body(void **state)
{
    struct world *w = *state;
    w->cloud.reply = (struct cloud_reply){
        .status = 400,
        .code = "IncorrectStatus.LoadBalancer",
        .message = "The status of loadbalancer [alb-1] is incorrect.",
    };
    call(w, (struct sent){ .action = "DeleteLoadBalancer", .query = "LoadBalancerId=alb-1" });
    assert_int_equal(w->reply.status, 400);
    const char *id = json_str(w->body, "RequestId");
    assert_string_equal(
        w->reply.body,
        arena_fmt(&w->arena,
                  "{\"Code\":\"IncorrectStatus.LoadBalancer\",\"HostId\":\"127.0.0.1:8080\","
                  "\"Message\":\"The status of loadbalancer [alb-1] is incorrect.\","
                  "\"Recommend\":\"https://api.aliyun.com/troubleshoot?q="
                  "IncorrectStatus.LoadBalancer&product=Alb&requestId=%s\",\"RequestId\":\"%s\"}",
                  id, id));
}

static void test_what_is_asked_for_must_exist(void **state)
{
    struct world *w = *state;
    call(w, (struct sent){ .action = "MakeCoffee" });
    assert_refused(w, 404, "InvalidAction.NotFound");
    call(w, (struct sent){ .action = "DescribeVSwitches" });
    assert_refused(w, 404, "InvalidAction.NotFound");
    call(w, (struct sent){ .action = "ListRules", .version = "1999-01-01" });
    assert_refused(w, 400, "InvalidVersion");
    call(w, (struct sent){ .action = "ListRules", .method = "DELETE" });
    assert_refused(w, 400, "UnsupportedHTTPMethod");
    call(w, (struct sent){ .action = "CreateAcl", .query = "AclName=acl-1" });
    assert_refused(w, 400, "UnsupportedFeature.Mock");
    call(w, (struct sent){ .action = "ListRules", .query = "MaxResults=101" });
    assert_refused(w, 400, "IllegalParam.MaxResults");
    call(w, (struct sent){ .action = "ListRules", .query = "A=%00" });
    assert_refused(w, 400, "InvalidParameter.Format");
}

static void plain(struct world *w, const char *target, const char *header, const char *value)
{
    const struct httpd_header headers[] = { { "Host", "h" }, { header, value } };
    arena_done(&w->arena);
    deliver(w, &(struct httpd_request){ .method = "GET",
                                        .target = target,
                                        .headers = headers,
                                        .n_headers = 2,
                                        .body = "",
                                        .arena = &w->arena });
}

static void test_who_does_not_sign_is_told_what_is_missing(void **state)
{
    struct world *w = *state;
    plain(w, "/", "Accept", "application/json");
    assert_refused(w, 400, "MissingAction");
    plain(w, "/?Format=JSON&Action=ListRules", "X", "x");
    assert_refused(w, 400, "MissingVersion");
    plain(w, "/?Format=JSON&Action=ListRules&Version=2020-06-16", "X", "x");
    assert_refused(w, 400, "MissingAccessKeyId");
    plain(w, "/?Format=JSON&Action=ListRules&Version=2020-06-16", "Authorization", "Bearer x");
    assert_refused(w, 400, "InvalidSignatureMethod");
    plain(w, "/?Format=json&Action=ListRules&Version=2020-06-16&AccessKeyId=testak&Signature=x",
          "X", "x");
    assert_refused(w, 400, "MissingTimestamp");
    plain(w, "/metrics?Format=JSON&Action=ListRules&Version=2020-06-16", "X", "x");
    assert_refused(w, 404, "InvalidApi.NotFound");
}

static const char *v1_query(struct arena *a, const char *query, const char *nonce)
{
    const char *canonical =
        arena_fmt(a,
                  "AccessKeyId=testak&%s&SignatureMethod=HMAC-SHA1&SignatureNonce=%s&"
                  "SignatureVersion=1.0&Timestamp=2025-01-01T12%%3A00%%3A00Z&Version=2020-06-16",
                  query, nonce);
    struct buf b CLEANUP(buf_done) = { 0 };
    char mac_text[32];
    unsigned char mac[SHA1_SIZE];
    buf_adds(&b, "GET&%2F&");
    for (const char *c = canonical; *c; c++) {
        if (strchr("%&=", *c))
            buf_addf(&b, "%%%02X", (unsigned)*c);
        else
            buf_addc(&b, *c);
    }
    hash_hmac_sha1("testsecret&", 11, b.data, b.len, mac);
    hash_base64(mac, sizeof mac, mac_text);
    for (char *c = mac_text; *c; c++)
        if (*c == '+') /* would be read as a space */
            return v1_query(a, query, arena_fmt(a, "%sx", nonce));
    return arena_fmt(a, "/?%s&Signature=%s", canonical, mac_text);
}

static void test_a_v1_call_by_get_is_answered_in_the_format_it_asks_for(void **state)
{
    struct world *w = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    plain(w, v1_query(&a, "Action=ListRules&Format=JSON", "one"), "X", "x");
    assert_int_equal(w->reply.status, 200);
    assert_int_equal(w->cloud.calls, 1);

    const struct httpd_header host = { "Host", "alb.cn-beijing.aliyuncs.com" };
    const struct httpd_request xml = { .method = "GET",
                                       .target = v1_query(&a, "Action=ListRules", "two"),
                                       .headers = &host,
                                       .n_headers = 1,
                                       .body = "",
                                       .arena = &a };
    struct httpd_reply reply = { .status = 200 };
    front_handle(w->front, &xml, &reply);
    assert_int_equal(reply.status, 200);
    assert_string_equal(reply.content_type, "text/xml;charset=utf-8");
    assert_non_null(strstr(reply.body, "<ListRulesResponse><RequestId>"));
    reply = (struct httpd_reply){ .status = 200 };
    front_handle(w->front, &xml, &reply);
    assert_int_equal(reply.status, 400);
    assert_non_null(strstr(reply.body, "<Error><Code>SignatureNonceUsed</Code><HostId>alb.cn-"));
}

static void test_a_mismatch_tells_the_whole_string_that_was_signed_here(void **state)
{
    struct world *w = *state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *query = v1_query(&a, "Action=ListRules&Format=JSON", "one");
    plain(w, arena_fmt(&a, "%s&Zz=%0900d", query, 0), "X", "x");
    assert_refused(w, 400, "SignatureDoesNotMatch");
    const char *told = strstr(json_str(w->body, "Message"), "server string to sign is:GET&%2F&Acc");
    assert_non_null(told);
    assert_true(strlen(told) > 900);
}

static void test_a_host_of_another_product_is_not_asked_for_alb(void **state)
{
    struct world *w = *state;
    call(w, (struct sent){ .action = "ListRules", .host = "vpc.cn-beijing.aliyuncs.com" });
    assert_refused(w, 400, "InvalidVersion");
    call(w, (struct sent){ .action = "ListRules", .host = "oss.cn-beijing.aliyuncs.com" });
    assert_refused(w, 404, "InvalidProduct.NotFound");
}

static void test_a_signature_is_demanded_before_parameters_are_judged(void **state)
{
    struct world *w = *state;
    plain(w, "/?Format=JSON&Action=CreateListener&Version=2020-06-16&ListenerPort=x",
          "Authorization", "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host,Signature=0");
    assert_refused(w, 400, "MissingAction"); /* as the signed header it must be */
    call(w, (struct sent){ .action = "CreateListener" });
    assert_refused(w, 400, "MissingDefaultActions");
}

static void test_the_region_is_of_the_host_or_the_parameter(void **state)
{
    struct world *w = *state;
    call(w, (struct sent){ .action = "ListRules", .host = "alb.cn-beijing.aliyuncs.com" });
    assert_string_equal(w->cloud.region, "cn-beijing");
    call(w, (struct sent){ .action = "ListRules", .query = "RegionId=eu-west-1" });
    assert_string_equal(w->cloud.region, "eu-west-1");
}

static void test_replies_are_dated_by_the_latency_of_their_action(void **state)
{
    struct world *w = *state;
    call(w, (struct sent){ .action = "ListRules" });
    assert_int_equal(w->reply.due_ms, NOON + 50);
    call(w, (struct sent){ .action = "CreateRules" });
    assert_int_equal(w->reply.due_ms, NOON + 700);
    assert_non_null(strstr(log_text(w), "\"ms\":700"));
}

static void test_jobs_end_in_the_log_before_the_call_that_comes_after(void **state)
{
    struct world *w = *state;
    w->cloud.job_at_ms = NOON - 5;
    w->cloud.job_code = NULL;
    call(w, (struct sent){ .action = "ListRules", .query = "Direction=Request" });
    assert_string_equal(
        log_text(w),
        arena_fmt(&w->arena,
                  "{\"event\":\"done\",\"time\":\"2025-01-01T11:59:59.995Z\",\"job\":\"job-1\","
                  "\"code\":null}\n"
                  "{\"seq\":1,\"time\":\"2025-01-01T12:00:00.000Z\",\"action\":\"ListRules\","
                  "\"params\":{\"Direction\":\"Request\"},\"status\":200,\"code\":null,"
                  "\"request_id\":\"%s\",\"ms\":50,\"job\":null}\n",
                  json_str(w->body, "RequestId")));
}

static void test_what_is_due_later_is_waited_for(void **state)
{
    struct world *w = *state;
    assert_int_equal(front_run(w->front, NOON), -1);
    w->cloud.job_at_ms = NOON + 200;
    assert_int_equal(front_run(w->front, NOON), 200);
    assert_int_equal(front_run(w->front, NOON + 200), -1);
    assert_non_null(strstr(log_text(w), "\"time\":\"2025-01-01T12:00:00.200Z\",\"job\":\"job-1\""));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_query_and_form_reach_the_cloud_as_one_typed_tree),
        TEST(test_request_ids_follow_from_the_seed),
        TEST(test_a_refusal_of_the_cloud_has_the_documented_body),
        TEST(test_what_is_asked_for_must_exist),
        TEST(test_who_does_not_sign_is_told_what_is_missing),
        TEST(test_a_v1_call_by_get_is_answered_in_the_format_it_asks_for),
        TEST(test_a_mismatch_tells_the_whole_string_that_was_signed_here),
        TEST(test_a_host_of_another_product_is_not_asked_for_alb),
        TEST(test_a_signature_is_demanded_before_parameters_are_judged),
        TEST(test_the_region_is_of_the_host_or_the_parameter),
        TEST(test_replies_are_dated_by_the_latency_of_their_action),
        TEST(test_jobs_end_in_the_log_before_the_call_that_comes_after),
        TEST(test_what_is_due_later_is_waited_for),
    };
    return cmocka_run_group_tests_name("mock_front/front", tests, NULL, NULL);
}
