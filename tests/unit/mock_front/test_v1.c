/* test_v1.c - every V1 vector of the official SDK and of the documentation verifies, and
 * none of them does once anything in it is changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/clock.h"
#include "mock-server/front/v1.h"
#include "vectors.h"

enum { V1_VECTORS = 33 }; /* byScheme of the file: 20 captures, 12 functions, 1 document */

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
    struct params query, form;
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

static bool in_body(const cJSON *v, const char *name)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, json_get(v, "bodyParams"))
        if (!strcmp(e->valuestring, name))
            return true;
    return false;
}

static struct param *param_of(struct sample *s, const char *name)
{
    for (size_t i = 0; i < s->query.len; i++)
        if (!strcmp(s->query.items[i].name, name))
            return &s->query.items[i];
    return NULL;
}

static void sample_init(struct sample *s, const struct world *w, const cJSON *v)
{
    const cJSON *e;
    *s = (struct sample){ .request = { .method = json_str(v, "method"), .target = "/" } };
    cJSON_ArrayForEach (e, json_get(v, "signedParams"))
        *LIST_PUSH(&s->arena, in_body(v, e->string) ? &s->form : &s->query) =
            (struct param){ e->string, e->valuestring };
    *LIST_PUSH(&s->arena, &s->query) = (struct param){ "Signature", json_str(v, "signature") };
    s->key = (struct access_key){
        .id = json_str(v, "accessKeyId"),
        .secret = json_str(v, "accessKeySecret"),
        .token = json_str(v, "securityToken"),
    };
    s->auth = (struct auth){ .spec = w->spec };
    assert_true(time_parse(param_of(s, "Timestamp")->value, &s->now_ms));
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
        .form = &s->form,
        .now_ms = s->now_ms,
    };
    if (v1_verify(&s->auth, &s->call, &err))
        return "ok";
    return arena_fmt(&s->arena, "%d %s", err.http_status, err.code);
}

static bool is_v1(const cJSON *v)
{
    return !strcmp(json_str(v, "scheme"), "RPC-V1-HMAC-SHA1");
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

static void test_every_vector_verifies(void **state)
{
    const struct world *w = *state;
    const cJSON *v;
    int n = 0;
    cJSON_ArrayForEach (v, json_get(w->vectors, "vectors")) {
        if (!is_v1(v))
            continue;
        struct sample s CLEANUP(sample_done);
        sample_init(&s, w, v);
        assert_true(v1_is_signed(&s.query));
        if (strcmp(verify(&s), "ok") != 0)
            fail_msg("%s: %s", json_str(v, "id"), verify(&s));
        assert_string_equal(s.call.string_to_sign, json_str(v, "stringToSign"));
        assert_string_equal(s.call.key.id, json_str(v, "accessKeyId"));
        n++;
    }
    assert_int_equal(n, V1_VECTORS);
}

static void test_a_changed_request_is_refused(void **state)
{
    const struct world *w = *state;
    const cJSON *v;
    cJSON_ArrayForEach (v, json_get(w->vectors, "vectors")) {
        if (!is_v1(v))
            continue;
        for (int change = 0; change < 4; change++) {
            struct sample s CLEANUP(sample_done);
            sample_init(&s, w, v);
            if (change == 0)
                s.request.method = strcmp(s.request.method, "GET") != 0 ? "GET" : "POST";
            if (change == 1)
                *LIST_PUSH(&s.arena, &s.query) = (struct param){ "SignatureType", "" };
            if (change == 2)
                *LIST_PUSH(&s.arena, &s.form) = (struct param){ "Zz", "z" };
            if (change == 3)
                s.key.secret = "anothersecret";
            assert_string_equal(verify(&s), "400 SignatureDoesNotMatch");
        }
    }
}

static void test_what_a_signature_needs_is_asked_for_by_name(void **state)
{
    const struct world *w = *state;
    static const char *const names[] = { "AccessKeyId",      "Timestamp",      "SignatureMethod",
                                         "SignatureVersion", "SignatureNonce", "Signature" };
    for (size_t i = 0; i < COUNT(names); i++) {
        struct sample s CLEANUP(sample_done);
        sample_init(&s, w, vector(w, "v1/describe-regions"));
        param_of(&s, names[i])->value = "";
        assert_string_equal(verify(&s), arena_fmt(&s.arena, "400 Missing%s", names[i]));
    }
}

static void test_other_methods_and_versions_are_refused(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v1/describe-regions"));
    param_of(&s, "SignatureMethod")->value = "HMAC-SHA256";
    assert_string_equal(verify(&s), "400 InvalidSignatureMethod");
    param_of(&s, "SignatureMethod")->value = "HMAC-SHA1";
    param_of(&s, "SignatureVersion")->value = "2.0";
    assert_string_equal(verify(&s), "400 InvalidSignatureVersion");
}

static void test_the_security_token_is_a_parameter(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v1-sts/describe-regions"));
    s.key.token = "another";
    assert_string_equal(verify(&s), "400 InvalidSecurityToken.MismatchWithAccessKey");
    struct sample t CLEANUP(sample_done);
    sample_init(&t, w, vector(w, "v1/describe-regions"));
    t.key.token = "needed";
    assert_string_equal(verify(&t), "400 MissingSecurityToken");
}

static void test_key_time_and_nonce_are_judged_as_in_v3(void **state)
{
    const struct world *w = *state;
    struct sample s CLEANUP(sample_done);
    sample_init(&s, w, vector(w, "v1/describe-regions"));
    s.now_ms += 900001;
    assert_string_equal(verify(&s), "400 InvalidTimeStamp.Expired");
    s.now_ms -= 900001;
    assert_string_equal(verify(&s), "ok");
    assert_string_equal(verify(&s), "400 SignatureNonceUsed");
    s.key.id = "nobody";
    assert_string_equal(verify(&s), "404 InvalidAccessKeyId.NotFound");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_vector_verifies),
        cmocka_unit_test(test_a_changed_request_is_refused),
        cmocka_unit_test(test_what_a_signature_needs_is_asked_for_by_name),
        cmocka_unit_test(test_other_methods_and_versions_are_refused),
        cmocka_unit_test(test_the_security_token_is_a_parameter),
        cmocka_unit_test(test_key_time_and_nonce_are_judged_as_in_v3),
    };
    return cmocka_run_group_tests_name("mock_front/v1", tests, setup, teardown);
}
