#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/json.h"
#include "alb-agent/macros.h"
#include "alb-agent/object.h"

static const char *const service =
    "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"tea\",\"namespace\":"
    "\"shop\",\"uid\":\"u-1\",\"resourceVersion\":\"7\",\"generation\":4,\"annotations\":{\"a.b/"
    "c\":\"1\"},"
    "\"labels\":{\"app\":\"web\"}},\"spec\":{\"ports\":[{\"port\":80}]}}";

static void add(struct object_set *set, const char *text)
{
    cJSON *body = NULL;
    struct error err = { 0 };
    assert_true(json_parse(text, strlen(text), &body, &err));
    object_set_replace(set, body, "a.yaml:1");
}

static const struct object *find(const struct object_set *set, const char *name)
{
    const struct object *obj = object_set_find(set, OBJECT_SERVICE, "shop", name);
    assert_non_null(obj);
    return obj;
}

static int64_t port_of(const struct object *obj)
{
    return json_int(cJSON_GetArrayItem(json_at(object_body(obj), "spec.ports"), 0), "port", 0);
}

static void test_a_document_is_a_tree_only_while_it_is_looked_at(void **state)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    (void)state;
    object_set_fold(&set);
    add(&set, service);
    assert_int_equal(object_set_unfolded(&set), 0);
    assert_int_equal(port_of(find(&set, "tea")), 80);
    assert_ptr_equal(object_body(find(&set, "tea")), object_body(find(&set, "tea")));
    assert_int_equal(object_set_unfolded(&set), 1);
    object_set_fold(&set);
    assert_int_equal(object_set_unfolded(&set), 0);
    assert_int_equal(port_of(find(&set, "tea")), 80);
}

static void test_what_is_asked_often_makes_no_tree(void **state)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    (void)state;
    add(&set, service);
    const struct object *obj = find(&set, "tea");
    assert_string_equal(object_api_version(obj), "v1");
    assert_string_equal(object_uid(obj), "u-1");
    assert_string_equal(object_resource_version(obj), "7");
    assert_int_equal(object_generation(obj), 4);
    assert_string_equal(object_annotation(obj, "a.b/c"), "1");
    assert_string_equal(object_label(obj, "app"), "web");
    assert_null(object_label(obj, "a.b/c"));
    assert_false(object_is_going(obj));
    assert_int_equal(object_set_unfolded(&set), 0);
}

static void test_an_object_that_is_being_deleted_is_going(void **state)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    (void)state;
    add(&set, "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"tea\","
              "\"namespace\":\"shop\",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"}}");
    add(&set, "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"milk\","
              "\"namespace\":\"shop\",\"deletionTimestamp\":null}}");
    assert_true(object_is_going(find(&set, "tea")));
    assert_false(object_is_going(find(&set, "milk")));
    const struct object outside = { .body = object_body(find(&set, "tea")) };
    assert_true(object_is_going(&outside));
}

static void test_texts_outlive_the_tree(void **state)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    (void)state;
    add(&set, service);
    const char *name = json_str(json_at(object_body(find(&set, "tea")), "metadata"), "namespace");
    object_set_fold(&set);
    assert_string_equal(name, "shop");
}

static void test_an_object_may_go_while_it_has_a_tree(void **state)
{
    struct object_set set CLEANUP(object_set_done) = { 0 };
    (void)state;
    add(&set, service);
    add(&set, "{\"kind\":\"Service\",\"apiVersion\":\"v1\",\"metadata\":{\"name\":\"milk\","
              "\"namespace\":\"shop\"}}");
    (void)object_body(find(&set, "tea"));
    (void)object_body(find(&set, "milk"));
    assert_true(object_set_remove(&set, OBJECT_SERVICE, "shop", "tea"));
    assert_int_equal(object_set_unfolded(&set), 1);
    add(&set, service);
    assert_int_equal(port_of(find(&set, "tea")), 80);
    object_set_fold(&set);
    assert_int_equal(object_set_unfolded(&set), 0);
}

static void test_a_set_that_is_moved_keeps_its_documents(void **state)
{
    struct object_set set = { 0 };
    (void)state;
    add(&set, service);
    (void)object_body(find(&set, "tea"));
    struct object_set moved CLEANUP(object_set_done) = set;
    assert_int_equal(port_of(find(&moved, "tea")), 80);
    object_set_fold(&moved);
    assert_int_equal(port_of(find(&moved, "tea")), 80);
}

static void test_text_and_tree_of_its_own(void **state)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct object_set set = { 0 };
    (void)state;
    add(&set, service);
    assert_string_equal(
        object_text(&a, find(&set, "tea")),
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"annotations\":{\"a.b/c\":"
        "\"1\"},\"generation\":4,\"labels\":{\"app\":\"web\"},\"name\":\"tea\",\"namespace\":"
        "\"shop\","
        "\"resourceVersion\":\"7\",\"uid\":\"u-1\"},\"spec\":{\"ports\":[{\"port\":80}]}}");
    assert_int_equal(object_set_unfolded(&set), 0);
    cJSON *own CLEANUP(json_done) = object_tree(find(&set, "tea"));
    object_set_done(&set);
    assert_string_equal(json_str(json_get(own, "metadata"), "name"), "tea");
}

static void test_objects_are_compared_without_regard_to_order(void **state)
{
    struct object_set x CLEANUP(object_set_done) = { 0 };
    struct object_set y CLEANUP(object_set_done) = { 0 };
    (void)state;
    add(&x, service);
    add(&y, service);
    assert_true(object_is_same(find(&x, "tea"), find(&y, "tea")));
    add(&x, "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"tea\","
            "\"namespace\":\"shop\"},\"spec\":{\"a\":1,\"b\":[1,2]}}");
    add(&y, "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"spec\":{\"b\":[1,2],\"a\":1},"
            "\"metadata\":{\"namespace\":\"shop\",\"name\":\"tea\"}}");
    assert_true(object_is_same(find(&x, "tea"), find(&y, "tea")));
    add(&y, "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"spec\":{\"b\":[2,1],\"a\":1},"
            "\"metadata\":{\"namespace\":\"shop\",\"name\":\"tea\"}}");
    assert_false(object_is_same(find(&x, "tea"), find(&y, "tea")));
    assert_int_equal(object_set_unfolded(&x) + object_set_unfolded(&y), 0);
}

static void test_annotations_of_an_object_without_a_set(void **state)
{
    cJSON *body CLEANUP(json_done) = cJSON_Parse(service);
    const struct object obj = { .body = body }, bare = { 0 };
    (void)state;
    assert_string_equal(object_annotation(&obj, "a.b/c"), "1");
    assert_string_equal(object_label(&obj, "app"), "web");
    assert_null(object_annotation(&obj, "A.b/c"));
    assert_null(object_annotation(&obj, "app"));
    assert_null(object_label(&bare, "app"));
    assert_null(object_body(&bare));
    assert_ptr_equal(object_body(&obj), body);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_document_is_a_tree_only_while_it_is_looked_at),
        cmocka_unit_test(test_what_is_asked_often_makes_no_tree),
        cmocka_unit_test(test_an_object_that_is_being_deleted_is_going),
        cmocka_unit_test(test_texts_outlive_the_tree),
        cmocka_unit_test(test_an_object_may_go_while_it_has_a_tree),
        cmocka_unit_test(test_a_set_that_is_moved_keeps_its_documents),
        cmocka_unit_test(test_text_and_tree_of_its_own),
        cmocka_unit_test(test_objects_are_compared_without_regard_to_order),
        cmocka_unit_test(test_annotations_of_an_object_without_a_set),
    };
    return cmocka_run_group_tests_name("object/body", tests, NULL, NULL);
}
