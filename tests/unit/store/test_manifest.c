/* test_manifest.c - files that were read once give their objects again while neither they nor their
 * rows have changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "tests/unit/store/fixture.h"

static void add(struct object_set *set, const char *kind, const char *name, const char *port,
                const char *origin)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    object_set_add(set,
                   cJSON_Parse(arena_fmt(&a,
                                         "{\"kind\":\"%s\",\"apiVersion\":\"v1\",\"metadata\":{"
                                         "\"namespace\":\"shop\",\"name\":\"%s\"},\"spec\":{"
                                         "\"ports\":[{\"port\":%s}]}}",
                                         kind, name, port)),
                   origin);
}

/* Two objects of "web.yaml", one of "web.yaml.old", all in the store. */
static void make(struct fixture *f, struct object_set *set)
{
    add(set, "Service", "api", "80", "web.yaml:1");
    add(set, "Service", "tea", "81", "web.yaml:9");
    add(set, "Service", "old", "82", "web.yaml.old:1");
    assert_true(store_objects_put(f->st, set, NOW, &f->err));
}

static bool taken(struct fixture *f, const char *path, const char *file, struct object_set *out)
{
    bool is;
    if (!store_manifest_take(f->st, path, file, out, &is, &f->err))
        fail_msg("%s", f->err.msg);
    return is;
}

static bool is_taken(struct fixture *f, const char *path, const char *file)
{
    struct object_set out CLEANUP(object_set_done) = { 0 };
    const bool is = taken(f, path, file, &out);
    assert_int_equal(is, out.objects.len > 0);
    return is;
}

static void put(struct fixture *f, const char *path, const char *file, const struct object_set *set)
{
    if (!store_manifest_put(f->st, path, file, set, &f->err))
        fail_msg("%s", f->err.msg);
}

static void test_the_same_file_gives_the_same_objects(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct object_set out CLEANUP(object_set_done) = { 0 };
    make(f, &set);
    assert_false(is_taken(f, "web.yaml", "one"));
    put(f, "web.yaml", "one", &set);
    assert_true(taken(f, "web.yaml", "one", &out));
    assert_int_equal(out.objects.len, 2);
    for (size_t i = 0; i < 2; i++) {
        const struct object *is = out.objects.items[i];
        const struct object *was = object_set_find(&set, OBJECT_SERVICE, "shop", is->name);
        assert_true(object_is_same(is, was));
        assert_string_equal(is->origin, was->origin);
        assert_true(is->stored && !was->stored);
    }
}

static void test_another_file_or_reader_is_read(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    make(f, &set);
    put(f, "web.yaml", "one", &set);
    assert_false(is_taken(f, "web.yaml", "two"));
    assert_false(is_taken(f, "web.yaml.old", "one"));
    assert_false(is_taken(f, "web", "one"));
    put(f, "web.yaml", "two", &set);
    assert_true(is_taken(f, "web.yaml", "two"));
    assert_false(is_taken(f, "web.yaml", "one"));
}

static void test_a_file_whose_name_goes_on_is_another(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct object_set out CLEANUP(object_set_done) = { 0 };
    add(&set, "Service", "extra", "80", "web.yaml:2:1");
    add(&set, "Service", "item", "80", "web.yaml:30 item 2");
    make(f, &set);
    put(f, "web.yaml", "one", &set);
    assert_true(taken(f, "web.yaml", "one", &out));
    assert_int_equal(out.objects.len, 3);
    assert_non_null(object_set_find(&out, OBJECT_SERVICE, "shop", "item"));
    assert_null(object_set_find(&out, OBJECT_SERVICE, "shop", "extra"));
}

/* Whoever changed them, and however. */
static void test_rows_that_changed_since_are_not_taken(void **state)
{
    static const char *const changes[] = {
        "UPDATE object SET body = json_set(body, '$.spec.type', 'NodePort') WHERE name = 'tea'",
        "UPDATE object SET origin = 'web.yaml:8' WHERE name = 'tea'",
        "UPDATE object SET origin = 'b.yaml:9' WHERE name = 'tea'",
        "UPDATE object SET origin = 'web.yaml:99' WHERE name = 'old'",
        "DELETE FROM object WHERE name = 'tea'",
        "DELETE FROM object",
    };
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    make(f, &set);
    put(f, "web.yaml", "one", &set);
    for (size_t i = 0; i < COUNT(changes); i++) {
        assert_true(is_taken(f, "web.yaml", "one"));
        assert_true(sql_run(f->st->db, "SAVEPOINT s", &f->err));
        assert_true(sql_run(f->st->db, changes[i], &f->err));
        assert_false(is_taken(f, "web.yaml", "one"));
        assert_true(sql_run(f->st->db, "ROLLBACK TO s; RELEASE s", &f->err));
    }
}

static void test_a_file_whose_rows_say_something_else_is_not_noted(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct object_set other CLEANUP(object_set_done) = { 0 };
    make(f, &set);
    add(&other, "Service", "api", "80", "web.yaml:1");
    put(f, "web.yaml", "one", &other);
    add(&other, "Service", "tea", "82", "web.yaml:9");
    put(f, "web.yaml", "one", &other);
    put(f, "none.yaml", "one", &set);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM manifest"), 0);
}

/* The table has of a Secret only what may be seen. */
static void test_a_file_with_a_secret_is_not_noted(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    add(&set, "Secret", "key", "80", "web.yaml:20");
    make(f, &set);
    put(f, "web.yaml", "one", &set);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM manifest"), 0);
}

static void test_objects_that_were_taken_are_not_written_again(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    struct object_set out CLEANUP(object_set_done) = { 0 };
    make(f, &set);
    put(f, "web.yaml", "one", &set);
    assert_true(taken(f, "web.yaml", "one", &out));
    assert_true(sql_run(f->st->db, "UPDATE object SET generation = 7", &f->err));
    assert_true(store_objects_put(f->st, &out, NOW, &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT min(generation) FROM object"), 7);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM object"), 2); /* "old" is gone */
}

static void test_files_that_are_gone_are_forgotten(void **state)
{
    struct fixture *f = *state;
    struct object_set set CLEANUP(object_set_done) = { 0 };
    make(f, &set);
    put(f, "web.yaml", "one", &set);
    put(f, "web.yaml.old", "one", &set);
    assert_true(sql_run(f->st->db, "DELETE FROM object WHERE name = 'old'", &f->err));
    assert_true(store_manifests_trim(f->st, 2, &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM manifest"), 2);
    assert_true(store_manifests_trim(f->st, 1, &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM manifest"), 1);
    assert_true(is_taken(f, "web.yaml", "one"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_the_same_file_gives_the_same_objects),
        TEST(test_another_file_or_reader_is_read),
        TEST(test_a_file_whose_name_goes_on_is_another),
        TEST(test_rows_that_changed_since_are_not_taken),
        TEST(test_a_file_whose_rows_say_something_else_is_not_noted),
        TEST(test_a_file_with_a_secret_is_not_noted),
        TEST(test_objects_that_were_taken_are_not_written_again),
        TEST(test_files_that_are_gone_are_forgotten),
    };
    return cmocka_run_group_tests_name("store/manifest", tests, NULL, NULL);
}
