/* test_metadata.c - the walk of a client from the session token to keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

static struct httpd_reply get(struct world *w, const char *method, const char *path)
{
    const struct front_side *side = companion_side(w->companion);
    const struct httpd_request request = {
        .method = method,
        .target = path,
        .body = "",
        .arena = &w->arena,
    };
    struct httpd_reply reply = { .status = 200 };
    assert_true(side->page(side->self, w->now_ms, &request, &reply));
    return reply;
}

static void test_keys_are_found_by_their_role(void **state)
{
    struct world *w = *state;
    struct error err = { 0 };
    struct access_key key;
    cJSON *json CLEANUP(json_done) = NULL;
    assert_int_equal(get(w, "PUT", "/latest/api/token").status, 200);
    struct httpd_reply role = get(w, "GET", "/latest/meta-data/ram/security-credentials/");
    assert_int_equal(role.status, 200);
    struct httpd_reply keys = get(
        w, "GET", arena_fmt(&w->arena, "/latest/meta-data/ram/security-credentials/%s", role.body));
    assert_true(json_parse(keys.body, keys.body_len, &json, &err));
    assert_string_equal(json_str(json, "Code"), "Success");
    assert_string_equal(json_str(json, "Expiration"), "2025-01-01T18:00:00Z");
    const struct front_side *side = companion_side(w->companion);
    assert_true(side->key(side->self, json_str(json, "AccessKeyId"), &key));
    assert_string_equal(key.secret, json_str(json, "AccessKeySecret"));
}

static void test_other_paths_are_not_there_or_not_its_own(void **state)
{
    struct world *w = *state;
    assert_string_equal(get(w, "GET", "/latest/meta-data/region-id").body, "cn-hangzhou");
    assert_int_equal(get(w, "GET", "/latest/meta-data/ram/security-credentials/nobody").status,
                     404);
    assert_int_equal(get(w, "GET", "/latest/api/token").status, 404);
    const struct front_side *side = companion_side(w->companion);
    const struct httpd_request call = { .method = "GET", .target = "/?A=1", .arena = &w->arena };
    struct httpd_reply reply = { 0 };
    assert_false(side->page(side->self, w->now_ms, &call, &reply));
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_keys_are_found_by_their_role),
        TEST(test_other_paths_are_not_there_or_not_its_own),
    };
    return cmocka_run_group_tests_name("mock_companion/metadata", tests, NULL, NULL);
}
