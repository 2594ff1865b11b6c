/* test_v1.c - every V1 vector of the official SDK and the documentation, at every stage, and
 * what the SDK asks STS: tests/vectors/sign/GROUP/CASE/, tests/vectors/sts/CASE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/sign.h"
#include "vectors.h"

#define VECTORS TEST_SOURCE_DIR "/tests/vectors/sign"

/* The vectors there were when this test was written; fewer means a folder went missing. */
enum { VECTORS_MIN = 33, STS_MIN = 3 };

static void read_pairs(struct arena *a, const cJSON *json, sign_pairs *params)
{
    const cJSON *v;
    cJSON_ArrayForEach (v, json) {
        struct sign_pair *p = LIST_PUSH(a, params);
        p->name = v->string;
        p->value = v->valuestring;
    }
}

/* Each stage is fed with the expected text of the stage before it; then all together. */
static void check_case(const char *folder)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *json CLEANUP(json_done) = vector_json(folder, "request.json");
    sign_pairs params = { 0 };
    read_pairs(&a, json_get(json, "params"), &params);
    const char *method = json_str(json, "method");
    struct secret key CLEANUP(secret_done) = { 0 };
    secret_set(&key, json_str(json, "accessKeySecret"));

    const char *canonical = vector_text(&a, folder, "canonical-query.txt");
    const char *to_sign = vector_text(&a, folder, "string-to-sign.txt");
    const char *signature = vector_text(&a, folder, "signature.txt");
    assert_string_equal(sign_query(&a, &params), canonical);
    assert_string_equal(sign_v1_string_to_sign(&a, method, canonical), to_sign);
    assert_string_equal(sign_v1_signature(&a, to_sign, &key), signature);
    assert_string_equal(sign_v1(&a, method, &params, &key), signature);
}

static void test_every_vector_matches_at_every_stage(void **state)
{
    (void)state;
    int cases = vector_folders("sign/v1", check_case) + vector_folders("sign/v1-sts", check_case)
                + vector_folders("sign/v1-edge", check_case);
    check_case(VECTORS "/doc/v1-describeregions");
    assert_true(cases + 1 >= VECTORS_MIN);
}

/* The documentation's own figure, written here as well. */
static void test_documented_example_has_the_documented_signature(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(vector_text(&a, VECTORS "/doc/v1-describeregions", "signature.txt"),
                        "OLeaidS1JvxuMvnyHOwuJ+uX5qY=");
}

static int signed_calls;

/* The keys are those of the captures' own preface (sts-captures.json, "fixed"). */
static void check_sts(const char *folder)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *json CLEANUP(json_done) = vector_json(folder, "request.json");
    sign_pairs params = { 0 };
    cJSON *query = cJSON_GetObjectItemCaseSensitive(json, "queries");
    cJSON *given CLEANUP(json_done) = cJSON_DetachItemFromObjectCaseSensitive(query, "Signature");
    if (!given)
        return; /* AssumeRoleWithOIDC and the metadata server take no signature */
    read_pairs(&a, query, &params);
    read_pairs(&a, json_get(json, "form"), &params);
    struct secret key CLEANUP(secret_done) = { 0 };
    secret_set(&key, json_get(query, "SecurityToken") ? "TestSecret2" : "TestSecret1");
    assert_string_equal(sign_v1(&a, json_str(json, "method"), &params, &key), given->valuestring);
    signed_calls++;
}

static void test_what_the_sdk_asks_sts_is_signed_alike(void **state)
{
    (void)state;
    signed_calls = 0;
    (void)vector_folders("sts/assume-role", check_sts);
    assert_int_equal(signed_calls, STS_MIN);
}

static void test_method_is_part_of_what_is_signed(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(sign_v1_string_to_sign(&a, "GET", "A=b%20c"), "GET&%2F&A%3Db%2520c");
    assert_string_equal(sign_v1_string_to_sign(&a, "POST", ""), "POST&%2F&");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_vector_matches_at_every_stage),
        cmocka_unit_test(test_documented_example_has_the_documented_signature),
        cmocka_unit_test(test_what_the_sdk_asks_sts_is_signed_alike),
        cmocka_unit_test(test_method_is_part_of_what_is_signed),
    };
    return cmocka_run_group_tests_name("sign/v1", tests, NULL, NULL);
}
