/* test_event.c - what the sources said is kept in order; what is dropped is summed up. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/unit/store/fixture.h"

static int64_t add(struct fixture *f, const char *kind, const char *key, const char *body)
{
    struct store_event e = { .at = NOW, .kind = kind, .key = key, .body = body };
    assert_true(store_event_add(f->st, &e, &f->err));
    return e.seq;
}

static store_events read_from(struct fixture *f, int64_t seq)
{
    store_events list;
    assert_true(store_events_read(f->st, seq, 100, &f->a, &list, &f->err));
    return list;
}

static store_events base(struct fixture *f)
{
    store_events list;
    assert_true(store_events_base(f->st, &f->a, &list, &f->err));
    return list;
}

static void prune(struct fixture *f, int64_t oldest_ms, int64_t bytes)
{
    assert_true(store_events_prune(f->st, oldest_ms, bytes, &f->err));
}

static void test_events_are_read_in_order_from_a_number_on(void **state)
{
    struct fixture *f = *state;
    int64_t first = add(f, "ADDED", "Ingress a/x", "{\"v\":1}");
    int64_t second = add(f, "DELETED", "Ingress a/x", NULL);
    assert_true(second > first);
    store_events all = read_from(f, 0);
    assert_int_equal(all.len, 2);
    assert_int_equal(all.items[0].seq, first);
    assert_int_equal(all.items[0].at, NOW);
    assert_string_equal(all.items[0].kind, "ADDED");
    assert_string_equal(all.items[0].key, "Ingress a/x");
    assert_string_equal(all.items[0].body, "{\"v\":1}");
    assert_null(all.items[1].body);
    assert_int_equal(read_from(f, second).len, 1);
    assert_int_equal(read_from(f, second + 1).len, 0);
    assert_true(store_events_read(f->st, 0, 1, &f->a, &all, &f->err));
    assert_int_equal(all.len, 1);
}

static void test_body_with_a_private_key_is_refused(void **state)
{
    struct fixture *f = *state;
    struct store_event e = { .kind = "ADDED",
                             .key = "Secret a/x",
                             .body = "{\"k\":\"-----BEGIN PRIVATE KEY-----topsecret\"}" };
    assert_false(store_event_add(f->st, &e, &f->err));
    assert_int_equal(f->err.kind, ERROR_BUG);
    assert_null(strstr(f->err.msg, "topsecret"));
    assert_int_equal(read_from(f, 0).len, 0);
}

/* x was changed and y deleted before what is left begins; z is in what is left only. */
static void test_dropped_events_leave_what_they_came_to(void **state)
{
    struct fixture *f = *state;
    add(f, "ADDED", "Ingress a/x", "{\"v\":1}");
    add(f, "ADDED", "Ingress a/y", "{\"v\":1}");
    add(f, "SYNCED", "cluster", NULL);
    int64_t changed = add(f, "MODIFIED", "Ingress a/x", "{\"v\":2}");
    add(f, "DELETED", "Ingress a/y", NULL);
    prune(f, NOW + 1, 1000000);
    int64_t z = add(f, "ADDED", "Ingress a/z", "{\"v\":3}");
    store_events b = base(f);
    assert_int_equal(b.len, 2);
    assert_string_equal(b.items[0].key, "cluster");
    assert_string_equal(b.items[0].kind, "SYNCED");
    assert_string_equal(b.items[1].key, "Ingress a/x");
    assert_string_equal(b.items[1].body, "{\"v\":2}");
    assert_int_equal(b.items[1].seq, changed);
    assert_int_equal(read_from(f, 0).len, 1);
    assert_true(z > changed + 1);
}

static void test_events_newer_than_the_limit_stay(void **state)
{
    struct fixture *f = *state;
    add(f, "ADDED", "Ingress a/x", "{}");
    struct store_event later = {
        .at = NOW + 50, .kind = "ADDED", .key = "Ingress a/y", .body = "{}"
    };
    assert_true(store_event_add(f->st, &later, &f->err));
    prune(f, NOW, 1000000);
    assert_int_equal(read_from(f, 0).len, 2);
    prune(f, NOW + 50, 1000000);
    assert_int_equal(read_from(f, 0).len, 1);
    assert_int_equal(base(f).len, 1);
}

/* Each event counts 32 + 3 + 15 = 50 bytes. */
static void test_oldest_events_go_until_the_rest_fits(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++)
        add(f, "MODIFIED", "k/x", arena_fmt(&f->a, "{\"v\":\"aaaaaa%d\"}", i));
    prune(f, 0, 250);
    assert_int_equal(read_from(f, 0).len, 5);
    prune(f, 0, 249);
    assert_int_equal(read_from(f, 0).len, 4);
    prune(f, 0, 101);
    assert_int_equal(read_from(f, 0).len, 2);
    assert_int_equal(base(f).len, 1);
    assert_string_equal(base(f).items[0].body, "{\"v\":\"aaaaaa2\"}");
    add(f, "MODIFIED", "k/x", "{\"v\":\"aaaaaa5\"}");
    prune(f, 0, 100);
    assert_int_equal(read_from(f, 0).len, 2);
}

/* Base and log together are the same before and after. */
static void test_deletion_takes_the_key_out_of_the_base(void **state)
{
    struct fixture *f = *state;
    add(f, "ADDED", "Ingress a/x", "{}");
    prune(f, NOW + 1, 1000000);
    assert_int_equal(base(f).len, 1);
    add(f, "DELETED", "Ingress a/x", NULL);
    prune(f, NOW + 1, 1000000);
    assert_int_equal(base(f).len, 0);
    assert_int_equal(read_from(f, 0).len, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_events_are_read_in_order_from_a_number_on),
        TEST(test_body_with_a_private_key_is_refused),
        TEST(test_dropped_events_leave_what_they_came_to),
        TEST(test_events_newer_than_the_limit_stay),
        TEST(test_oldest_events_go_until_the_rest_fits),
        TEST(test_deletion_takes_the_key_out_of_the_base),
    };
    return cmocka_run_group_tests_name("store/event", tests, NULL, NULL);
}
