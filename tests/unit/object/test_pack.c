#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/arena.h"
#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/rng.h"
#include "src/object/pack_priv.h"

static cJSON *parse(const char *text)
{
    cJSON *json = NULL;
    struct error err = { 0 };
    if (!json_parse(text, strlen(text), &json, &err))
        fail_msg("%s: %s", err.msg, text);
    return json;
}

/* In the order of the tree, so that an order that is lost shows. */
static const char *print(struct arena *a, const cJSON *json)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    json_write(&b, json, false);
    return buf_keep(&b, a);
}

static void expect_kept(const cJSON *json)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf block CLEANUP(buf_done) = { 0 };
    pack_write(&block, json);
    cJSON *own CLEANUP(json_done) = pack_read(block.data);
    const cJSON *shared = pack_tree(&a, block.data);
    assert_string_equal(print(&a, shared), print(&a, json));
    memset(block.data, 0xff, block.len); /* it needs the block no more */
    assert_string_equal(print(&a, own), print(&a, json));
}

static void test_what_is_packed_is_read_again(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "\"\"",
        "null",
        "true",
        "false",
        "0",
        "127",
        "128",
        "999999999999999",
        "-1",
        "0.5",
        "-2.25e-7",
        "\"metadata\"",
        "\"not a word of ours\"",
        "[[],{},[[null]]]",
        "{\"b\":1,\"a\":2,\"metadata\":{\"z\":[true,false,null]}}",
        "{\"name\":\"\xc3\xbc\xe2\x82\xac\",\"\":\"empty name\",\"x\":\"\\n\\u0001\\\"\"}",
        "[\"again\",\"again\",{\"again\":\"again\"},\"agai\",\"gain\"]",
    };
    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        cJSON *json CLEANUP(json_done) = parse(texts[i]);
        expect_kept(json);
    }
}

static void test_members_of_one_name_stay_in_order(void **state)
{
    (void)state;
    cJSON *json CLEANUP(json_done) = parse("{\"a\":1,\"b\":2,\"a\":3}");
    expect_kept(json);
}

static void test_a_number_as_text_of_any_length_is_kept(void **state)
{
    (void)state;
    cJSON *json CLEANUP(json_done) = cJSON_CreateArray();
    cJSON_AddItemToArray(json, json_new_int(INT64_MAX));
    cJSON_AddItemToArray(json, json_new_int(INT64_MIN));
    cJSON_AddItemToArray(json, cJSON_CreateNumber(-0.0));
    expect_kept(json);
}

static cJSON *random_value(struct rng *rng, int depth)
{
    char text[24];
    const uint64_t kind = rng_below(rng, depth ? 7 : 5);
    (void)snprintf(text, sizeof text, "t%d", (int)rng_below(rng, 400));
    if (kind == 0)
        return cJSON_CreateNumber((double)rng_below(rng, 100000) / 8);
    if (kind == 1)
        return cJSON_CreateBool(rng_below(rng, 2) == 0);
    if (kind < 5)
        return kind == 2 ? cJSON_CreateNull() : cJSON_CreateString(text);
    cJSON *out = kind == 5 ? cJSON_CreateArray() : cJSON_CreateObject();
    for (uint64_t n = rng_below(rng, 12); n; n--) {
        (void)snprintf(text, sizeof text, "m%d", (int)rng_below(rng, 400));
        if (kind == 5)
            cJSON_AddItemToArray(out, random_value(rng, depth - 1));
        else
            cJSON_AddItemToObject(out, text, random_value(rng, depth - 1));
    }
    return out;
}

/* More texts than places for them, so that places are taken over. */
static void test_any_tree_is_read_again(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct rng rng = { seed };
        cJSON *json CLEANUP(json_done) = random_value(&rng, 5);
        expect_kept(json);
    }
}

static void test_a_text_that_is_there_twice_costs_three_bytes_more(void **state)
{
    (void)state;
    struct buf once CLEANUP(buf_done) = { 0 };
    struct buf twice CLEANUP(buf_done) = { 0 };
    cJSON *one CLEANUP(json_done) = parse("[\"some-rather-long-name-of-a-pod\"]");
    cJSON *two CLEANUP(json_done) =
        parse("[\"some-rather-long-name-of-a-pod\",\"some-rather-long-name-of-a-pod\"]");
    pack_write(&once, one);
    pack_write(&twice, two);
    assert_true(twice.len <= once.len + 3);
}

/* What an endpoint costs is its address, the name of its pod, and little more. */
static void test_an_endpoint_takes_less_than_a_third_of_its_text(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct buf block CLEANUP(buf_done) = { 0 };
    cJSON *json CLEANUP(json_done) = cJSON_CreateArray();
    (void)state;
    for (int i = 0; i < 100; i++)
        cJSON_AddItemToArray(
            json, parse(arena_fmt(&a,
                                  "{\"addresses\":[\"10.0.0.%d\"],\"conditions\":{\"ready\":true,"
                                  "\"serving\":true,\"terminating\":false},\"targetRef\":{\"kind\":"
                                  "\"Pod\",\"name\":\"tea-%03d\",\"namespace\":\"shop\"}}",
                                  i, i)));
    pack_write(&block, json);
    if (block.len * 3 > strlen(print(&a, json)))
        fail_msg("%zu bytes of %zu", block.len, strlen(print(&a, json)));
}

static const char *text_at(const struct buf *block, const char *x, const char *y, const char *z)
{
    return pack_text(block->data, (const char *[]){ x, y, z, NULL });
}

static void test_texts_are_found_without_a_tree(void **state)
{
    struct buf block CLEANUP(buf_done) = { 0 };
    cJSON *json CLEANUP(json_done) =
        parse("{\"list\":[1,{\"metadata\":{\"name\":\"no\"}}],\"n\":-1.5,\"k\":12345,\"r\":null,"
              "\"metadata\":{\"labels\":{\"app\":\"web\",\"other\":\"web\",\"nr\":7},"
              "\"name\":null,\"other\":\"x\"},\"metadata\":{\"name\":\"late\"}}");
    (void)state;
    pack_write(&block, json);
    assert_string_equal(text_at(&block, "metadata", "labels", "app"), "web");
    assert_string_equal(text_at(&block, "metadata", "labels", "other"), "web");
    assert_string_equal(text_at(&block, "metadata", "other", NULL), "x");
    assert_null(text_at(&block, "metadata", "labels", "nr"));
    assert_null(text_at(&block, "metadata", "labels", "none"));
    assert_null(text_at(&block, "metadata", "labels", NULL));
    assert_null(text_at(&block, "metadata", "name", NULL)); /* the first one counts */
    assert_null(text_at(&block, "n", "name", NULL));
    assert_true(pack_has(block.data, (const char *[]){ "metadata", "labels", NULL }));
    assert_true(pack_has(block.data, (const char *[]){ "k", NULL }));
    assert_false(pack_has(block.data, (const char *[]){ "r", NULL }));
    assert_false(pack_has(block.data, (const char *[]){ "metadata", "name", NULL }));
    assert_false(pack_has(block.data, (const char *[]){ "none", NULL }));
}

static int64_t int_at(const struct buf *block, const char *x, const char *y)
{
    return pack_int(block->data, (const char *[]){ x, y, NULL });
}

static void test_whole_numbers_are_found_without_a_tree(void **state)
{
    struct buf block CLEANUP(buf_done) = { 0 };
    cJSON *json CLEANUP(json_done) =
        parse("{\"m\":{\"a\":3,\"b\":-3,\"c\":1.5,\"d\":\"4\",\"e\":999999999999999,"
              "\"f\":0.5}}");
    (void)state;
    pack_write(&block, json);
    assert_int_equal(int_at(&block, "m", "a"), 3);
    assert_int_equal(int_at(&block, "m", "b"), -3);
    assert_int_equal(int_at(&block, "m", "c"), 0);
    assert_int_equal(int_at(&block, "m", "d"), 0);
    assert_int_equal(int_at(&block, "m", "e"), 999999999999999);
    assert_int_equal(int_at(&block, "m", "f"), 0);
    assert_int_equal(int_at(&block, "m", "none"), 0);
    assert_int_equal(int_at(&block, "m", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_packed_is_read_again),
        cmocka_unit_test(test_members_of_one_name_stay_in_order),
        cmocka_unit_test(test_a_number_as_text_of_any_length_is_kept),
        cmocka_unit_test(test_any_tree_is_read_again),
        cmocka_unit_test(test_a_text_that_is_there_twice_costs_three_bytes_more),
        cmocka_unit_test(test_an_endpoint_takes_less_than_a_third_of_its_text),
        cmocka_unit_test(test_texts_are_found_without_a_tree),
        cmocka_unit_test(test_whole_numbers_are_found_without_a_tree),
    };
    return cmocka_run_group_tests_name("object/pack", tests, NULL, NULL);
}
