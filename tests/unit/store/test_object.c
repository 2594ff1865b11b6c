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
    if (!store_objects_put(f->st, set, NOW, &f->err))
        fail_msg("%s", f->err.msg);
    return sqlite3_total_changes(f->st->db) - before;
}

static void test_objects_are_kept_with_their_origin(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(f, &set, "Ingress", "shop", "web");
    assert_int_equal(put(f, &set), 2); /* with its event */
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
    assert_int_equal(put(f, &set), 4);
    assert_int_equal(put(f, &set), 0);
}

static void test_one_object_is_put_and_deleted_alone(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(f, &set, "Ingress", "shop", "web");
    add(f, &set, "Service", "shop", "api");
    assert_int_equal(put(f, &set), 4);
    assert_true(store_object_delete(f->st, OBJECT_INGRESS, "shop", "web", NOW, &f->err));
    assert_string_equal(names(f), "Service shop/api");
    assert_true(store_object_delete(f->st, OBJECT_INGRESS, "shop", "web", NOW, &f->err));
    assert_true(store_object_put(f->st, set.objects.items[0], NOW, &f->err));
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

/* ---- events --------------------------------------------------------------------------------- */

/* "ADDED Ingress shop/web, DELETED ..." */
static const char *events(struct fixture *f)
{
    return fixture_text(f, f->st,
                        "SELECT group_concat(kind || ' ' || key, ', ') FROM "
                        "(SELECT * FROM event ORDER BY seq)");
}

static void add_text(struct fixture *f, struct object_set *set, const char *text,
                     const char *origin)
{
    cJSON *body = NULL;
    assert_true(json_parse(text, strlen(text), &body, &f->err));
    object_set_add(set, body, origin);
}

static void test_what_happens_to_objects_is_told_by_events(void **state)
{
    struct fixture *f = *state;
    struct object_set one CLEANUP(object_set_done) = { 0 }, two CLEANUP(object_set_done) = { 0 };
    const struct object_set none = { 0 };
    add_text(f, &one, "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"}}",
             "n.yaml:1");
    add_text(f, &two,
             "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"},"
             "\"spec\":{\"providerID\":\"x\"}}",
             "n.yaml:1");
    (void)put(f, &one);
    (void)put(f, &two);
    (void)put(f, &none);
    assert_string_equal(events(f), "ADDED Node n, MODIFIED Node n, DELETED Node n");
    assert_string_equal(fixture_text(f, f->st, "SELECT body FROM event WHERE kind = 'MODIFIED'"),
                        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"},"
                        "\"spec\":{\"providerID\":\"x\"}}");
    assert_int_equal(fixture_int(f->st, "SELECT min(at) FROM event"), NOW);
    assert_int_equal(store_events_added(f->st), 3);
}

static void test_single_objects_are_events_as_well(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(f, &set, "Ingress", "shop", "web");
    assert_true(store_object_put(f->st, set.objects.items[0], NOW, &f->err));
    assert_true(store_object_put(f->st, set.objects.items[0], NOW, &f->err));
    assert_true(store_object_delete(f->st, OBJECT_INGRESS, "shop", "web", NOW, &f->err));
    assert_true(store_object_delete(f->st, OBJECT_INGRESS, "shop", "web", NOW, &f->err));
    assert_string_equal(events(f), "ADDED Ingress shop/web, DELETED Ingress shop/web");
}

static void test_a_line_that_moves_in_its_file_is_no_event(void **state)
{
    struct fixture *f = *state;
    static const char node[] =
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\"}}";
    struct object_set one CLEANUP(object_set_done) = { 0 }, two CLEANUP(object_set_done) = { 0 };
    add_text(f, &one, node, "n.yaml:1");
    add_text(f, &two, node, "n.yaml:9");
    (void)put(f, &one);
    (void)put(f, &two);
    assert_string_equal(events(f), "ADDED Node n");
    assert_string_equal(fixture_text(f, f->st, "SELECT origin FROM object"), "n.yaml:9");
}

static void test_events_hold_no_secret(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add_text(f, &set,
             "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"},"
             "\"stringData\":{\"tls.key\":\"never-to-be-seen\"}}",
             "s.yaml:1");
    add_text(f, &set,
             "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"n\","
             "\"annotations\":{\"x\":\"-----BEGIN PRIVATE KEY-----never-to-be-seen\"}}}",
             "n.yaml:1");
    (void)put(f, &set);
    assert_string_equal(events(f), "ADDED Node n, ADDED Secret default/s");
    assert_int_equal(
        fixture_int(f->st, "SELECT count(*) FROM event WHERE body LIKE '%never-to-be-seen%'"), 0);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM event WHERE body IS NULL"), 1);
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
        TEST(test_what_happens_to_objects_is_told_by_events),
        TEST(test_single_objects_are_events_as_well),
        TEST(test_a_line_that_moves_in_its_file_is_no_event),
        TEST(test_events_hold_no_secret),
    };
    return cmocka_run_group_tests_name("store/object", tests, NULL, NULL);
}
