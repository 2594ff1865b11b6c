/* test_v3.c - every V3 vector of the official SDK and the public documentation, at every
 * stage: tests/vectors/sign/GROUP/CASE/. */
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
enum { VECTORS_MIN = 38 };

static void read_pairs(struct arena *a, const cJSON *json, sign_pairs *query, sign_pairs *headers)
{
    const cJSON *v;
    cJSON_ArrayForEach (v, json_get(json, "query")) {
        struct sign_pair *p = LIST_PUSH(a, query);
        p->name = v->string;
        p->value = v->valuestring;
    }
    cJSON_ArrayForEach (v, json_get(json, "headers")) {
        struct sign_pair *p = LIST_PUSH(a, headers);
        p->name = cJSON_GetArrayItem(v, 0)->valuestring;
        p->value = cJSON_GetArrayItem(v, 1)->valuestring;
    }
}

/* One case: each stage is fed with the expected text of the stage before it, so that one
 * wrong stage fails alone; then all stages together. */
static void check_case(const char *folder)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    cJSON *json CLEANUP(json_done) = vector_json(folder, "request.json");

    struct sign_request r = { .method = json_str(json, "method"),
                              .path = json_str(json, "path"),
                              .body = json_str(json, "body") };
    r.body_len = strlen(r.body);
    read_pairs(&a, json, &r.query, &r.headers);
    struct secret key CLEANUP(secret_done) = { 0 };
    secret_set(&key, json_str(json, "accessKeySecret"));
    const char *id = json_str(json, "accessKeyId");

    const char *canonical = vector_text(&a, folder, "canonical-request.txt");
    const char *to_sign = vector_text(&a, folder, "string-to-sign.txt");
    const char *authorization = vector_text(&a, folder, "authorization.txt");
    assert_string_equal(sign_v3_canonical_request(&a, &r), canonical);
    assert_string_equal(sign_v3_string_to_sign(&a, canonical), to_sign);
    assert_string_equal(sign_v3_authorization(&a, id, sign_v3_signed_headers(&a, &r.headers),
                                              sign_v3_signature(&a, to_sign, &key)),
                        authorization);
    assert_string_equal(sign_v3(&a, &r, id, &key), authorization);
    assert_null(strstr(sign_v3(&a, &r, id, &key), key.data));
}

static void test_every_vector_matches_at_every_stage(void **state)
{
    (void)state;
    int cases = vector_folders("sign/v3", check_case) + vector_folders("sign/v3-sts", check_case)
                + vector_folders("sign/v3-edge", check_case);
    check_case(VECTORS "/doc/v3-runinstances");
    assert_true(cases + 1 >= VECTORS_MIN);
}

/* The documentation's own figure, written here as well, so that a wrong set of files
 * cannot pass. */
static void test_documented_example_has_the_documented_signature(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_non_null(strstr(vector_text(&a, VECTORS "/doc/v3-runinstances", "authorization.txt"),
                           "06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"));
}

static void test_signed_are_host_content_type_and_x_acs(void **state)
{
    (void)state;
    assert_true(sign_v3_is_signed("Host"));
    assert_true(sign_v3_is_signed("content-type"));
    assert_true(sign_v3_is_signed("X-Acs-Anything"));
    assert_false(sign_v3_is_signed("Authorization"));
    assert_false(sign_v3_is_signed("user-agent"));
    assert_false(sign_v3_is_signed("accept"));
    assert_false(sign_v3_is_signed("x-acs"));
}

static void test_repeated_header_is_named_once_with_sorted_values(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct sign_pair items[] = { { "x-acs-a", "2" }, { "X-Acs-A", "1" }, { "host", "h" } };
    struct sign_request r = { .method = "POST",
                              .path = "/",
                              .headers = { .items = items, .len = COUNT(items) } };
    assert_string_equal(sign_v3_signed_headers(&a, &r.headers), "host;x-acs-a");
    assert_non_null(strstr(sign_v3_canonical_request(&a, &r), "\nhost:h\nx-acs-a:1,2\n\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_vector_matches_at_every_stage),
        cmocka_unit_test(test_documented_example_has_the_documented_signature),
        cmocka_unit_test(test_signed_are_host_content_type_and_x_acs),
        cmocka_unit_test(test_repeated_header_is_named_once_with_sorted_values),
    };
    return cmocka_run_group_tests_name("sign/v3", tests, NULL, NULL);
}
