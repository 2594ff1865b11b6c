/* test_v3.c - every V3 vector of the official SDK and of the documentation verifies, and
 * none of them does once anything in it is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "mock-server/front/v3.h"
#include "vectors.h"

enum { V3_VECTORS = 38 }; /* byScheme of the file: 20 captures, 17 functions, 1 document */

struct world {
    struct spec *spec;
    cJSON *vectors;
};

static int setup(void **state)
{
    static struct world world;
    struct error err = { 0 };
    *state = &world;
    return spec_open(&world.spec, &err) && vectors_load("signature-vectors.json", &world.vectors)
               ? 0
               : -1;
}

static int teardown(void **state)
{
    struct world *w = *state;
    spec_close(w->spec);
    json_done(&w->vectors);
    return 0;
}

/* A vector as a request that arrived, with the key that signed it. */
struct sample {
    struct arena arena;
    struct httpd_request request;
    LIST_OF(struct httpd_header) headers;
    struct params query;
    struct access_key key;
    struct auth auth;
    struct auth_call call;
    int64_t now_ms;
};

static void sample_done(struct sample *s)
{
    auth_done(&s->auth);
    arena_done(&s->arena);
}

static struct httpd_header *header_of(struct sample *s, const char *name)
{
    for (size_t i = 0; i < s->headers.len; i++)
        if (!strcmp(s->headers.items[i].name, name))
            return &s->headers.items[i];
    return NULL;
}

/* As the server front hands headers over: without blanks around the value. */
static const char *trimmed(struct arena *a, const char *s)
{
    s += strspn(s, " ");
    size_t len = strlen(s);
    while (len && s[len - 1] == ' ')
        len--;
    return arena_strndup(a, s, len);
}

static void sample_init(struct sample *s, const struct world *w, const cJSON *v)
{
    const cJSON *e;
    *s = (struct sample){ .request = { .method = json_str(v, "method"), .target = "/" } };
    s->request.body = json_str(v, "body");
    s->request.body_len = strlen(s->request.body);
    cJSON_ArrayForEach (e, json_get(v, "headers"))
        *LIST_PUSH(&s->arena, &s->headers) = (struct httpd_header){
            cJSON_GetArrayItem(e, 0)->valuestring,
            trimmed(&s->arena, cJSON_GetArrayItem(e, 1)->valuestring),
        };
    *LIST_PUSH(&s->arena, &s->headers) =
        (struct httpd_header){ "Authorization", json_str(v, "authorization") };
    *LIST_PUSH(&s->arena, &s->headers) = (struct httpd_header){ "User-Agent", "not signed" };
    cJSON_ArrayForEach (e, json_get(v, "query"))
        *LIST_PUSH(&s->arena, &s->query) = (struct param){ e->string, e->valuestring };
    s->request.headers = s->headers.items;
    s->request.n_headers = s->headers.len;
    s->key = (struct access_key){
        .id = json_str(v, "accessKeyId"),
        .secret = json_str(v, "accessKeySecret"),
        .token = json_str(v, "securityToken"),
    };
    s->auth = (struct auth){ .spec = w->spec };
    assert_true(time_parse(header_of(s, "x-acs-date")->value, &s->now_ms));
}

/* The code of the refusal, or "ok". */
static const char *verify(struct sample *s)
{
    struct error err = { 0 };
    s->request.arena = &s->arena;
    s->auth.keys = &s->key;
    s->auth.n_keys = 1;
    s->call = (struct auth_call){
        .request = &s->request,
        .query = &s->query,
        .now_ms = s->now_ms,
    };
    if (v3_verify(&s->auth, &s->call, &err))
        return "ok";
    return arena_fmt(&s->arena, "%d %s", err.http_status, err.code);
}

static const cJSON *vector(const struct world *w, const char *id)
{
    const cJSON *v;
    cJSON_ArrayForEach (v, json_get(w->vectors, "vectors"))
        if (!strcmp(json_str(v, "id"), id))
            return v;
    fail_msg("no vector %s", id);
    return NULL;
}

static bool is_v3(const cJSON *v)
{
    return !strcmp(json_str(v, "scheme"), "ACS3-HMAC-SHA256");
}

static void test_every_vector_verifies(void **state)
{
    const struct world *w = *state;
    const cJSON *v;
    int n = 0;
    cJSON_ArrayForEach (v, json_get(w->vectors, "vectors")) {
        if (!is_v3(v))
            continue;
        struct sample s CLEANUP(sample_done);
        sample_init(&s, w, v);
        assert_true(v3_is_signed(&s.request));
        if (strcmp(verify(&s), "ok") != 0)
            fail_msg("%s does not verify", json_str(v, "id"));
        n++;
    }
    assert_int_equal(n, V3_VECTORS);
}

/* The query as it stood on the wire decodes to the parameters that were signed. */
static void test_wire_queries_verify_too(void **state)
{
    const struct world *w = *state;
    const cJSON *v;
    int n = 0;
    cJSON_ArrayForEach (v, json_get(w->vectors, "vectors")) {
        if (!is_v3(v) || !json_get(v, "wire"))
            continue;
        struct sample s CLEANUP(sample_done);
        struct error err = { 0 };
        sample_init(&s, w, v);
        const char *line = json_str(json_get(v, "wire"), "requestLine");
        const char *query = strchr(line, '?');
        s.query = (struct params){ 0 };
        if (query)
            assert_true(params_parse(&s.arena, &s.query, query + 1, strcspn(query + 1, " "), &err));
        assert_string_equal(verify(&s), "ok");
        n++;
    }
    assert_int_equal(n, 20);
}

static void test_a_changed_request_is_refused(void **state)
{
    const struct world *w = *state;
    const cJSON *v;
    cJSON_ArrayForEach (v, json_get(w->vectors, "vectors")) {
        if (!is_v3(v))
            continue;
        for (int change = 0; change < 6; change++) {
            struct sample s CLEANUP(sample_done);
            sample_init(&s, w, v);
            if (change == 0)
                s.request.method = "PUT";
            if (change == 1)
                *LIST_PUSH(&s.arena, &s.query) = (struct param){ "Zz", "" };
            if (change == 2)
                s.request.body = arena_fmt(&s.arena, "%s ", s.request.body);
            s.request.body_len = strlen(s.request.body);
            if (change == 3)
                header_of(&s, "x-acs-action")->value = "DeleteLoadBalancer";
            if (change == 4)
                header_of(&s, "host")->value = "alb.cn-beijing.aliyuncs.com";
            if (change == 5)
                s.key.secret = "anothersecret";
            assert_string_equal(verify(&s), "400 SignatureDoesNotMatch");
        }
    }
}

static void test_a_mismatch_tells_the_string_that_was_signed_here(void **state)
{
    const struct world *w = *state;
    const cJSON *v = vector(w, "v3/create-rules-body");
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, v);
    s.key.secret = "wrong";
    assert_string_equal(verify(&s), "400 SignatureDoesNotMatch");
    assert_string_equal(s.call.string_to_sign, json_str(v, "stringToSign"));
}

static void test_a_body_that_is_not_the_announced_one_is_refused(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v3/add-servers-body"));
    header_of(&s, "x-acs-content-sha256")->value =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_string_equal(verify(&s), "400 SignatureDoesNotMatch");
}

static void test_all_that_must_be_signed_is_insisted_on(void **state)
{
    const struct world *w = *state;
    static const struct {
        const char *name, *gone, *unsigned_;
    } cases[] = {
        { "host", "400 MissingHost", "400 IncompleteSignature" },
        { "x-acs-action", "400 MissingAction", "400 IncompleteSignature" },
        { "x-acs-version", "400 MissingVersion", "400 IncompleteSignature" },
        { "x-acs-date", "400 MissingTimestamp", "400 IncompleteSignature" },
        { "x-acs-signature-nonce", "400 MissingSignatureNonce", "400 IncompleteSignature" },
        { "x-acs-content-sha256", "400 MissingContentSha256", "400 IncompleteSignature" },
        { "x-acs-credentials-provider", NULL, "400 IncompleteSignature" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sample s CLEANUP(sample_done);
        sample_init(&s, w, vector(w, "v3/describe-regions"));
        /* Spoil the name in the list of signed headers. */
        struct httpd_header *auth = header_of(&s, "Authorization");
        char *text = arena_strdup(&s.arena, auth->value);
        char *at = strstr(strstr(text, "SignedHeaders="), cases[i].name);
        *at = '_';
        auth->value = text;
        assert_string_equal(verify(&s), cases[i].unsigned_);
        if (cases[i].gone) {
            header_of(&s, cases[i].name)->value = "";
            assert_string_equal(verify(&s), cases[i].gone);
        }
    }
}

static void test_an_added_header_must_be_signed(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v3/describe-regions"));
    header_of(&s, "User-Agent")->name = "X-Acs-Extra";
    assert_string_equal(verify(&s), "400 IncompleteSignature");
}

static void test_an_authorization_without_its_parts_is_incomplete(void **state)
{
    const struct world *w = *state;
    static const char *const bad[] = {
        "ACS3-HMAC-SHA256 ",
        "ACS3-HMAC-SHA256 Credential=a,SignedHeaders=host",
        "ACS3-HMAC-SHA256 Credential=a,Signature=00",
        "ACS3-HMAC-SHA256 Credential=,SignedHeaders=,Signature=",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct sample s CLEANUP(sample_done);
        sample_init(&s, w, vector(w, "v3/describe-regions"));
        header_of(&s, "Authorization")->value = bad[i];
        assert_string_equal(verify(&s), "400 IncompleteSignature");
    }
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v3/describe-regions"));
    header_of(&s, "Authorization")->value = "ACS3-RSA-SHA256 Credential=a";
    assert_false(v3_is_signed(&s.request));
}

static void test_an_unknown_key_is_not_found(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v3/describe-regions"));
    s.key.id = "LTAI5tTESTaccessKeyId0";
    assert_string_equal(verify(&s), "404 InvalidAccessKeyId.NotFound");
}

static void test_a_date_is_good_for_a_quarter_of_an_hour_either_way(void **state)
{
    const struct world *w = *state;
    static const struct {
        int64_t shift_ms;
        const char *result;
    } cases[] = {
        { 900000, "ok" },
        { 900001, "400 InvalidTimeStamp.Expired" },
        { -900000, "ok" },
        { -900001, "400 InvalidTimeStamp.Expired" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sample s CLEANUP(sample_done);
        sample_init(&s, w, vector(w, "v3/describe-regions"));
        s.now_ms += cases[i].shift_ms;
        assert_string_equal(verify(&s), cases[i].result);
    }
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v3/describe-regions"));
    header_of(&s, "x-acs-date")->value = "Thu, 15 Jan 2026 08:09:10 GMT";
    assert_string_equal(verify(&s), "400 InvalidTimeStamp.Format");
}

static void test_a_nonce_is_good_once_per_key(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v3/describe-regions"));
    s.now_ms -= 900000; /* the request is dated 15 minutes ahead ... */
    assert_string_equal(verify(&s), "ok");
    assert_string_equal(verify(&s), "400 SignatureNonceUsed");
    s.now_ms += 1800000; /* ... and so could be replayed for half an hour */
    assert_string_equal(verify(&s), "400 SignatureNonceUsed");
}

static void test_a_refused_request_does_not_use_up_its_nonce(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v3/describe-regions"));
    const char *secret = s.key.secret;
    s.key.secret = "wrong";
    assert_string_equal(verify(&s), "400 SignatureDoesNotMatch");
    s.key.secret = secret;
    assert_string_equal(verify(&s), "ok");
}

static void test_a_security_token_belongs_to_its_key(void **state)
{
    const struct world *w = *state;
    static const struct {
        const char *id, *token, *result;
    } cases[] = {
        { "v3-sts/describe-regions", NULL, "400 InvalidSecurityToken.MismatchWithAccessKey" },
        { "v3-sts/describe-regions", "other", "400 InvalidSecurityToken.MismatchWithAccessKey" },
        { "v3/describe-regions", "some", "400 MissingSecurityToken" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct sample s CLEANUP(sample_done);
        sample_init(&s, w, vector(w, cases[i].id));
        s.key.token = cases[i].token;
        assert_string_equal(verify(&s), cases[i].result);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_vector_verifies),
        cmocka_unit_test(test_wire_queries_verify_too),
        cmocka_unit_test(test_a_changed_request_is_refused),
        cmocka_unit_test(test_a_mismatch_tells_the_string_that_was_signed_here),
        cmocka_unit_test(test_a_body_that_is_not_the_announced_one_is_refused),
        cmocka_unit_test(test_all_that_must_be_signed_is_insisted_on),
        cmocka_unit_test(test_an_added_header_must_be_signed),
        cmocka_unit_test(test_an_authorization_without_its_parts_is_incomplete),
        cmocka_unit_test(test_an_unknown_key_is_not_found),
        cmocka_unit_test(test_a_date_is_good_for_a_quarter_of_an_hour_either_way),
        cmocka_unit_test(test_a_nonce_is_good_once_per_key),
        cmocka_unit_test(test_a_refused_request_does_not_use_up_its_nonce),
        cmocka_unit_test(test_a_security_token_belongs_to_its_key),
    };
    return cmocka_run_group_tests_name("mock_front/v3", tests, setup, teardown);
}
