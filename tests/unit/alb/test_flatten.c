/* test_flatten.c - trees as parameters: the official SDK's own, tree against wire
 * (signature-vectors.json, members 'nested' and 'signedParams'). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/alb_param.h"
#include "alb-agent/json.h"
#include "src/alb/provider_priv.h"

static bool is_system(const char *name)
{
    static const char *const NAMES[] = { "Action",           "Format",         "Version",
                                         "Timestamp",        "SignatureNonce", "SignatureMethod",
                                         "SignatureVersion", "AccessKeyId",    "SecurityToken" };
    for (size_t i = 0; i < COUNT(NAMES); i++)
        if (!strcmp(name, NAMES[i]))
            return true;
    return false;
}

/* All parameters of a V1 vector but the protocol's own, against the flattened tree. */
static void check_vector(const cJSON *v)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    alb_params params = { 0 };
    assert_true(alb_param_flatten(&a, json_get(v, "nested"), &params, &err));
    size_t n = 0;
    const cJSON *p;
    cJSON_ArrayForEach (p, json_get(v, "signedParams")) {
        if (is_system(p->string))
            continue;
        const char *have = alb_param_get(&params, p->string);
        if (!have || strcmp(have, p->valuestring) != 0)
            fail_msg("%s: %s is '%s'", json_str(v, "id"), p->string, have ? have : "not there");
        n++;
    }
    assert_int_equal(params.len, n);
}

static void test_trees_of_the_sdk_flatten_as_it_sends_them(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    const char *text;
    cJSON *all CLEANUP(json_done) = NULL;
    assert_true(file_text(&a, TEST_SOURCE_DIR "/tests/vectors/signature-vectors.json", 4 << 20,
                          &text, &err));
    assert_true(json_parse(text, strlen(text), &all, &err));
    int n = 0;
    const cJSON *v;
    cJSON_ArrayForEach (v, json_get(all, "vectors")) {
        if (!json_get(v, "nested") || !json_get(v, "signedParams"))
            continue;
        check_vector(v);
        n++;
    }
    assert_int_equal(n, 20);
}

static void expect_flat(const char *json, const char *name, const char *value, size_t n)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    alb_params params = { 0 };
    cJSON *tree CLEANUP(json_done) = NULL;
    assert_true(json_parse(json, strlen(json), &tree, &err));
    assert_true(alb_param_flatten(&a, tree, &params, &err));
    assert_int_equal(params.len, n);
    if (n)
        assert_string_equal(alb_param_get(&params, name), value);
}

static void test_holes_count_and_empty_things_vanish(void **state)
{
    (void)state;
    expect_flat("{\"A\":[null,\"x\"]}", "A.2", "x", 1);
    expect_flat("{\"A\":[],\"B\":{},\"C\":null}", "", "", 0);
    expect_flat("{\"A\":\"\"}", "A", "", 1);
    expect_flat("{\"A\":{\"B\":[{\"C\":true}]}}", "A.B.1.C", "true", 1);
    expect_flat("{\"BeginTime\":1735689600000}", "BeginTime", "1735689600000", 1);
    expect_flat("{\"N\":-5}", "N", "-5", 1);
}

static void test_only_an_object_has_parameters(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err;
    alb_params params = { 0 };
    cJSON *list CLEANUP(json_done) = cJSON_CreateArray();
    assert_false(alb_param_flatten(&a, list, &params, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_trees_of_the_sdk_flatten_as_it_sends_them),
        cmocka_unit_test(test_holes_count_and_empty_things_vanish),
        cmocka_unit_test(test_only_an_object_has_parameters),
    };
    return cmocka_run_group_tests_name("alb/flatten", tests, NULL, NULL);
}
