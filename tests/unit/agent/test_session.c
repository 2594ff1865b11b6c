/* test_session.c - opening: state file, cluster id, client. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/world.h"

static void test_state_file_keeps_its_cluster_id(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    w->config.mode = STORE_WRITE;
    w->config.cluster_id = "c-one";
    assert_true(session_open(&s, &w->config, &err));
    session_close(&s);
    w->config.cluster_id = "c-two";
    assert_false(session_open(&s, &w->config, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_non_null(strstr(err.msg, "c-one"));
    assert_non_null(strstr(err.msg, "--cluster-id"));
    session_close(&s);
    w->config.cluster_id = NULL;
    assert_true(session_open(&s, &w->config, &err));
    assert_string_equal(s.cluster_id, "c-one");
}

static void test_cluster_id_is_default_when_nobody_says(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    w->config.cluster_id = NULL;
    w->config.mode = STORE_WRITE;
    assert_true(session_open(&s, &w->config, &err));
    assert_string_equal(s.cluster_id, "default");
}

static void test_cluster_id_must_fit_a_tag_and_a_file_name(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = {
        "",
        "a/b",
        ".hidden",
        "0123456789012345678901234567890123456789012345678901234567890123456",
    };
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct session s CLEANUP(session_close) = { 0 };
        struct error err;
        w->config.cluster_id = bad[i];
        assert_false(session_open(&s, &w->config, &err));
        assert_int_equal(err.kind, ERROR_INVALID);
    }
}

static void test_second_writer_is_refused_and_a_reader_is_not(void **state)
{
    struct world *w = *state;
    struct session first CLEANUP(session_close) = { 0 };
    struct session second CLEANUP(session_close) = { 0 };
    struct error err;
    w->config.mode = STORE_WRITE;
    assert_true(session_open(&first, &w->config, &err));
    assert_false(session_open(&second, &w->config, &err));
    assert_int_equal(err.kind, ERROR_CONFLICT);
    session_close(&second);
    w->config.mode = STORE_SNAPSHOT;
    assert_true(session_open(&second, &w->config, &err));
}

static void test_error_says_once_that_it_is_about_the_state_file(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    w->config.mode = STORE_WRITE;
    w->config.state = w->dir; /* a directory is no database */
    assert_false(session_open(&s, &w->config, &err));
    const char *first = strstr(err.msg, "state file");
    assert_non_null(first);
    assert_null(strstr(first + 1, "state file"));
}

static void test_connecting_needs_a_region_and_keys(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    assert_true(session_open(&s, &w->config, &err));
    s.config.region = NULL;
    assert_false(session_connect(&s, &err));
    assert_non_null(strstr(err.msg, "ALIBABA_CLOUD_REGION_ID"));
    s.config.region = "cn-hangzhou";
    assert_int_equal(unsetenv("ALIBABA_CLOUD_ACCESS_KEY_ID"), 0);
    assert_false(session_connect(&s, &err));
    assert_int_equal(err.kind, ERROR_DENIED);
}

static void test_a_client_needs_no_state_file(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { .config = w->config };
    struct error err;
    assert_true(session_connect(&s, &err));
    assert_int_equal(clock_now_ms(&s.steady->clock), w->mock.now_ms);
}

static void test_default_state_follows_the_xdg_directories(void **state)
{
    struct world *w = *state;
    assert_int_equal(setenv("XDG_STATE_HOME", "/var/x", 1), 0);
    assert_string_equal(session_default_state(&w->arena, "c1"), "/var/x/alb-agent/c1.db");
    assert_int_equal(unsetenv("XDG_STATE_HOME"), 0);
    assert_int_equal(setenv("HOME", "/home/x", 1), 0);
    assert_string_equal(session_default_state(&w->arena, "c1"),
                        "/home/x/.local/state/alb-agent/c1.db");
    assert_int_equal(unsetenv("HOME"), 0);
    assert_null(session_default_state(&w->arena, "c1"));
}

static void test_load_balancer_names_have_a_namespace(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    w->config.destroy = "web";
    assert_true(session_open(&s, &w->config, &err));
    assert_string_equal(s.config.destroy, "kube-system/web");
    assert_string_equal(session_lb_name(&s, "other/web"), "other/web");
}

static void test_source_counts_albconfigs_and_keeps_objects(void **state)
{
    struct world *w = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct error err;
    world_write_albconfig(w, "web");
    world_write_services(w);
    assert_true(session_open(&s, &w->config, &err));
    assert_true(session_read_source(&s, &err));
    assert_true(s.has_roots);
    assert_int_equal(s.objects.objects.len, 6); /* two kinds of three files each */
    assert_false(s.objects.incomplete);
}

/* A thousand stay. */
static void test_old_revisions_go_at_the_end_of_a_run(void **state)
{
    struct world *w = *state;
    struct error err;
    struct store *st = NULL;
    struct store_txn txn CLEANUP(store_txn_done) = { 0 };
    assert_true(store_open(&st, w->state, STORE_WRITE, 1, NULL, &err));
    assert_true(store_begin(&txn, st, &err));
    for (int v = 1; v <= 1003; v++)
        assert_true(store_revision_put(st, "kube-system/web", arena_fmt(&w->arena, "{\"v\":%d}", v),
                                       NULL, 1, &err));
    assert_true(store_commit(&txn, &err));
    store_close(st);
    struct session s = { 0 };
    world_open(w, &s, STORE_WRITE);
    session_close(&s);
    store_entries left;
    assert_true(store_open(&st, w->state, STORE_SNAPSHOT, 1, NULL, &err));
    assert_true(store_history(st, NULL, 2000, &w->arena, &left, &err));
    store_close(st);
    assert_int_equal(left.len, 1000);
    assert_int_equal(left.items[0].number, 4);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_state_file_keeps_its_cluster_id),
        TEST(test_cluster_id_is_default_when_nobody_says),
        TEST(test_cluster_id_must_fit_a_tag_and_a_file_name),
        TEST(test_second_writer_is_refused_and_a_reader_is_not),
        TEST(test_error_says_once_that_it_is_about_the_state_file),
        TEST(test_connecting_needs_a_region_and_keys),
        TEST(test_a_client_needs_no_state_file),
        TEST(test_default_state_follows_the_xdg_directories),
        TEST(test_load_balancer_names_have_a_namespace),
        TEST(test_source_counts_albconfigs_and_keeps_objects),
        TEST(test_old_revisions_go_at_the_end_of_a_run),
    };
    return cmocka_run_group_tests_name("agent/session", tests, NULL, NULL);
}
