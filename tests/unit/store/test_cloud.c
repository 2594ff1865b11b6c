/* test_cloud.c - what the cloud was seen to be is said once a reading has ended, and whose doing
 * it was. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "tests/unit/store/fixture.h"

static const char lb[] = "kube-system/web";

static store_events said(struct fixture *f, int64_t now_ms)
{
    store_events before, all;
    assert_true(store_events_read(f->st, 0, 1000, &f->a, &before, &f->err));
    assert_true(store_cloud_say(f->st, lb, now_ms, &f->err));
    assert_true(store_events_read(f->st, (int64_t)before.len + 1, 1000, &f->a, &all, &f->err));
    return all;
}

static cJSON *body_of(const struct store_event *e)
{
    cJSON *json = NULL;
    struct error err;
    assert_non_null(e->body);
    assert_true(json_parse(e->body, strlen(e->body), &json, &err));
    return json;
}

static void put_by_reading(struct fixture *f, struct resource *rows, size_t n)
{
    const struct model m = { .rows = { .items = rows, .len = n } };
    assert_true(store_lb_put(f->st, lb, &m, &f->err));
}

static void test_what_a_reading_shows_is_said_as_others_doing(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/tea", "Wrr");
    put_by_reading(f, &r, 1);
    store_events list = said(f, NOW + 5);
    assert_int_equal(list.len, 1);
    assert_string_equal(list.items[0].kind, "SEEN");
    assert_string_equal(list.items[0].key, "cloud kube-system/web ServerGroup shop/tea");
    assert_int_equal(list.items[0].at, NOW + 5);
    cJSON *body CLEANUP(json_done) = body_of(&list.items[0]);
    assert_true(cJSON_IsFalse(json_get(body, "own")));
    assert_true(cJSON_IsTrue(json_get(body, "ours")));
    assert_string_equal(json_str(body, "id"), r.cloud_id);
    assert_string_equal(json_str(json_get(body, "actual"), "Scheduler"), "Wrr");
}

static void test_what_was_said_is_not_said_again(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/tea", "Wrr");
    put_by_reading(f, &r, 1);
    assert_int_equal(said(f, NOW).len, 1);
    r.observed_at += 600000; /* read again, and nothing else */
    r.desired_from = "Ingress shop/other";
    put_by_reading(f, &r, 1);
    assert_int_equal(said(f, NOW).len, 0);
}

static void test_steps_of_ours_are_said_together_and_as_ours(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/tea", "Wrr");
    put_by_reading(f, &r, 1);
    (void)said(f, NOW);
    r = fixture_group(f, "shop/tea", "Wlc");
    assert_true(store_resource_put(f->st, &r, &f->err));
    r = fixture_group(f, "shop/tea", "Sch");
    assert_true(store_resource_put(f->st, &r, &f->err));
    put_by_reading(f, &r, 1); /* and a reading shows just that */
    store_events list = said(f, NOW);
    assert_int_equal(list.len, 1);
    cJSON *body CLEANUP(json_done) = body_of(&list.items[0]);
    assert_true(cJSON_IsTrue(json_get(body, "own")));
    assert_string_equal(json_str(json_get(body, "actual"), "Scheduler"), "Sch");
}

static void test_what_a_reading_changed_beside_our_step_is_others_doing(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/tea", "Wrr");
    assert_true(store_resource_put(f->st, &r, &f->err));
    r = fixture_group(f, "shop/tea", "Wlc");
    put_by_reading(f, &r, 1);
    store_events list = said(f, NOW);
    cJSON *body CLEANUP(json_done) = body_of(&list.items[0]);
    assert_true(cJSON_IsFalse(json_get(body, "own")));
}

static void test_rows_that_went_are_said_to_be_gone(void **state)
{
    struct fixture *f = *state;
    struct resource two[] = { fixture_group(f, "shop/a", "Wrr"),
                              fixture_group(f, "shop/b", "Wrr") };
    put_by_reading(f, two, 2);
    (void)said(f, NOW);
    assert_true(store_resource_delete(f->st, lb, RESOURCE_SERVER_GROUP, "shop/a", &f->err));
    put_by_reading(f, NULL, 0);
    store_events list = said(f, NOW);
    assert_int_equal(list.len, 2);
    assert_string_equal(list.items[0].kind, "DELETED");
    assert_string_equal(list.items[0].key, "cloud kube-system/web ServerGroup shop/a");
    cJSON *a CLEANUP(json_done) = body_of(&list.items[0]),
             *b CLEANUP(json_done) = body_of(&list.items[1]);
    assert_true(cJSON_IsTrue(json_get(a, "own")));
    assert_true(cJSON_IsFalse(json_get(b, "own")));
    assert_string_equal(json_str(b, "id"), two[1].cloud_id);
    assert_int_equal(said(f, NOW).len, 0);
}

/* The row stays, as it is wanted still. */
static void test_row_that_is_not_there_any_more_is_gone(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/a", "Wrr");
    put_by_reading(f, &r, 1);
    (void)said(f, NOW);
    r.actual = NULL;
    put_by_reading(f, &r, 1);
    store_events list = said(f, NOW);
    assert_int_equal(list.len, 1);
    assert_string_equal(list.items[0].kind, "DELETED");
    assert_non_null(strstr(list.items[0].body, "\"id\":\"sgp-1\""));
    assert_non_null(strstr(list.items[0].body, "\"own\":false"));
    assert_true(store_resource_delete(f->st, lb, RESOURCE_SERVER_GROUP, "shop/a", &f->err));
    assert_int_equal(said(f, NOW).len, 0);
}

static void test_other_load_balancers_wait_for_their_reading(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/a", "Wrr");
    put_by_reading(f, &r, 1);
    assert_true(store_cloud_say(f->st, "kube-system/other", NOW, &f->err));
    assert_int_equal(said(f, NOW).len, 1);
}

static void test_what_was_there_before_events_were_kept_is_said(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/a", "Wrr");
    put_by_reading(f, &r, 1);
    assert_true(sql_run(
        f->st->db,
        "DROP TABLE quarantine; DROP TABLE manifest; DROP INDEX object_origin; DROP TRIGGER "
        "resource_went; DROP TABLE gone; "
        "DROP INDEX resource_unsaid;"
        "ALTER TABLE resource DROP COLUMN unsaid; PRAGMA user_version = 2",
        &f->err));
    assert_true(store_migrate(f->st->db, 2, &f->err));
    assert_int_equal(said(f, NOW).len, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_what_a_reading_shows_is_said_as_others_doing),
        TEST(test_what_was_said_is_not_said_again),
        TEST(test_steps_of_ours_are_said_together_and_as_ours),
        TEST(test_what_a_reading_changed_beside_our_step_is_others_doing),
        TEST(test_rows_that_went_are_said_to_be_gone),
        TEST(test_row_that_is_not_there_any_more_is_gone),
        TEST(test_other_load_balancers_wait_for_their_reading),
        TEST(test_what_was_there_before_events_were_kept_is_said),
    };
    return cmocka_run_group_tests_name("store/cloud", tests, NULL, NULL);
}
