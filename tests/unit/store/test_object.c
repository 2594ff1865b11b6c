/* test_object.c - the object table follows the set, and forgets only by a complete one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "tests/unit/store/fixture.h"

static void add(struct fixture *f, struct object_set *set, const char *kind, const char *ns,
                const char *name)
{
    const char *text =
        arena_fmt(&f->a,
                  "{\"apiVersion\":\"%s\",\"kind\":\"%s\",\"metadata\":"
                  "{\"name\":\"%s\",\"namespace\":\"%s\"},\"spec\":{}}",
                  strcmp(kind, "Ingress") ? "v1" : "networking.k8s.io/v1", kind, name, ns);
    cJSON *body = NULL;
    assert_true(json_parse(text, strlen(text), &body, &f->err));
    object_set_add(set, body, "web.yaml:1");
}

static const char *names(struct fixture *f)
{
    return fixture_text(f, f->st,
                        "SELECT group_concat(kind || ' ' || namespace || '/' || name, ', ') FROM "
                        "(SELECT * FROM object ORDER BY kind, namespace, name)");
}

static int put(struct fixture *f, const struct object_set *set)
{
    int before = sqlite3_total_changes(f->st->db);
    if (!store_objects_put(f->st, set, &f->err))
        fail_msg("%s", f->err.msg);
    return sqlite3_total_changes(f->st->db) - before;
}

static void test_objects_are_kept_with_their_origin(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(f, &set, "Ingress", "shop", "web");
    assert_int_equal(put(f, &set), 1);
    assert_string_equal(names(f), "Ingress shop/web");
    assert_string_equal(fixture_text(f, f->st, "SELECT origin FROM object"), "web.yaml:1");
    assert_string_equal(fixture_text(f, f->st,
                                     "SELECT json_extract(body, '$.metadata.name') "
                                     "FROM object"),
                        "web");
}

static void test_objects_that_did_not_change_are_not_written(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(f, &set, "Ingress", "shop", "web");
    add(f, &set, "Service", "shop", "api");
    assert_int_equal(put(f, &set), 2);
    assert_int_equal(put(f, &set), 0);
}

static void test_one_object_is_put_and_deleted_alone(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(f, &set, "Ingress", "shop", "web");
    add(f, &set, "Service", "shop", "api");
    assert_int_equal(put(f, &set), 2);
    assert_true(store_object_delete(f->st, OBJECT_INGRESS, "shop", "web", &f->err));
    assert_string_equal(names(f), "Service shop/api");
    assert_true(store_object_delete(f->st, OBJECT_INGRESS, "shop", "web", &f->err));
    assert_true(store_object_put(f->st, set.objects.items[0], &f->err));
    assert_string_equal(names(f), "Ingress shop/web, Service shop/api");
}

static void test_complete_set_removes_what_is_gone(void **state)
{
    struct fixture *f = *state;
    struct object_set before CLEANUP(object_set_done) = { 0 },
                             after CLEANUP(object_set_done) = { 0 };
    add(f, &before, "Ingress", "shop", "a");
    add(f, &before, "Ingress", "shop", "b");
    add(f, &before, "Service", "shop", "b");
    add(f, &before, "Service", "zoo", "a");
    add(f, &after, "Ingress", "shop", "b");
    add(f, &after, "Service", "shop", "c");
    (void)put(f, &before);
    (void)put(f, &after);
    assert_string_equal(names(f), "Ingress shop/b, Service shop/c");
}

static void test_incomplete_set_removes_nothing(void **state)
{
    struct fixture *f = *state;
    struct object_set before CLEANUP(object_set_done) = { 0 },
                             after CLEANUP(object_set_done) = { 0 };
    add(f, &before, "Ingress", "shop", "a");
    add(f, &after, "Ingress", "shop", "b");
    object_set_problem(&after, "web.yaml:9", "no map");
    assert_true(after.incomplete);
    (void)put(f, &before);
    (void)put(f, &after);
    assert_string_equal(names(f), "Ingress shop/a, Ingress shop/b");
}

static void test_empty_complete_set_removes_all(void **state)
{
    struct fixture *f = *state;
    struct object_set before CLEANUP(object_set_done) = { 0 };
    const struct object_set none = { 0 };
    add(f, &before, "Ingress", "shop", "a");
    (void)put(f, &before);
    (void)put(f, &none);
    assert_null(names(f));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_objects_are_kept_with_their_origin),
        TEST(test_objects_that_did_not_change_are_not_written),
        TEST(test_one_object_is_put_and_deleted_alone),
        TEST(test_complete_set_removes_what_is_gone),
        TEST(test_incomplete_set_removes_nothing),
        TEST(test_empty_complete_set_removes_all),
    };
    return cmocka_run_group_tests_name("store/object", tests, NULL, NULL);
}
