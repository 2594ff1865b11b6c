/* test_quarantine.c - objects that are left out are written down by whoever translates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "src/agent/session_priv.h"
#include "tests/support/world.h"

/* What a status of the state file has. */
static store_quarantine left_out(struct world *w)
{
    struct session s CLEANUP(session_close) = { 0 };
    store_quarantine list;
    int64_t total;
    struct error err;
    world_open(w, &s, STORE_SNAPSHOT);
    assert_true(store_quarantine_read(s.store, &w->arena, 100, &list, &total, &err));
    assert_int_equal(list.len, total);
    return list;
}

static void test_an_apply_leaves_word_of_what_it_left_out(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    (void)world_apply(w);
    const store_quarantine list = left_out(w);
    assert_int_equal(list.len, 1);
    assert_memory_equal(list.items[0].object, "Ingress shop/bad (", 18);
    assert_non_null(strstr(list.items[0].object, "ingress-bad.yaml:1)"));
    assert_non_null(strstr(list.items[0].why, "not a host"));
    world_remove(w, "ingress-bad.yaml");
    (void)world_apply(w);
    assert_int_equal(left_out(w).len, 0);
}

static void test_a_manifest_that_cannot_be_read_is_named(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write(w, "broken.yaml", "kind: [\n");
    (void)world_apply(w);
    const store_quarantine list = left_out(w);
    assert_int_equal(list.len, 1);
    assert_memory_equal(list.items[0].object, "manifest ", 9);
    assert_non_null(strstr(list.items[0].object, "broken.yaml"));
    assert_null(strchr(list.items[0].object, '(')); /* its name is where it stands */
}

static void test_who_has_no_manifests_changes_nothing(void **state)
{
    struct world *w = *state;
    world_write_shop(w);
    world_write_ingress(w, "bad", "web", "not a host", "tea");
    (void)world_apply(w);
    const size_t n = w->config.n_files;
    w->config.n_files = 0;
    (void)world_apply(w);
    assert_int_equal(left_out(w).len, 1);
    w->config.n_files = n;
}

static void test_the_same_is_not_written_again(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct translate_problem bad = { "Ingress", "shop", "bad", "bad.yaml:1", "why" };
    const translate_problems list = { &bad, 1 };
    const store_quarantine none = { 0 };
    char digest[SHA256_HEX] = "";
    struct error err;
    world_write_shop(w);
    world_open(w, &s, STORE_WRITE);
    assert_true(session_put_quarantine(&s, &list, digest, &err));
    assert_true(store_quarantine_put(s.store, &none, 1, &err)); /* so that a write would show */
    assert_true(session_put_quarantine(&s, &list, digest, &err));
    assert_int_equal(left_out(w).len, 0);
    bad.message = "another";
    assert_true(session_put_quarantine(&s, &list, digest, &err));
    assert_string_equal(left_out(w).items[0].why, "another");
    assert_string_equal(left_out(w).items[0].object, "Ingress shop/bad (bad.yaml:1)");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_an_apply_leaves_word_of_what_it_left_out),
        TEST(test_a_manifest_that_cannot_be_read_is_named),
        TEST(test_who_has_no_manifests_changes_nothing),
        TEST(test_the_same_is_not_written_again),
    };
    return cmocka_run_group_tests_name("agent/quarantine", tests, NULL, NULL);
}
