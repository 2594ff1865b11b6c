/* test_pin.c - which load balancers are to stay at an earlier revision. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

static store_pins pins(struct fixture *f)
{
    store_pins list;
    assert_true(store_pins_load(f->st, &f->a, &list, &f->err));
    return list;
}

static void test_pin_is_moved_and_released(void **state)
{
    struct fixture *f = *state;
    bool was_there = true;
    assert_int_equal(pins(f).len, 0);
    for (int v = 1; v <= 2; v++)
        assert_true(
            store_revision_put(f->st, "a/x", arena_fmt(&f->a, "{\"v\":%d}", v), "x", NOW, &f->err));
    assert_true(store_pin_put(f->st, "a/x", 1, NOW, &f->err));
    assert_true(store_pin_put(f->st, "a/x", 2, NOW, &f->err));
    assert_int_equal(pins(f).len, 1);
    assert_string_equal(pins(f).items[0].lb, "a/x");
    assert_int_equal(pins(f).items[0].revision, 2);
    assert_true(store_pin_delete(f->st, "a/x", NOW, &was_there, &f->err));
    assert_true(was_there);
    assert_true(store_pin_delete(f->st, "a/x", NOW, &was_there, &f->err));
    assert_false(was_there);
    assert_int_equal(pins(f).len, 0);
}

static void test_pins_are_events(void **state)
{
    struct fixture *f = *state;
    store_events events;
    bool was_there;
    assert_true(store_revision_put(f->st, "a/x", "{\"v\":1}", "x", NOW, &f->err));
    assert_true(store_pin_put(f->st, "a/x", 1, NOW + 5, &f->err));
    assert_true(store_pin_delete(f->st, "a/x", NOW + 6, &was_there, &f->err));
    assert_true(store_pin_delete(f->st, "a/x", NOW + 7, &was_there, &f->err)); /* nothing new */
    assert_false(store_pin_put(f->st, "a/x", 9, NOW + 8, &f->err));
    assert_true(store_events_read(f->st, 0, 10, &f->a, &events, &f->err));
    assert_int_equal(events.len, 2);
    assert_string_equal(events.items[0].kind, "PIN");
    assert_string_equal(events.items[0].key, "pin a/x");
    assert_string_equal(events.items[0].body,
                        "{\"document\":{\"v\":1},\"lb\":\"a/x\",\"revision\":1}");
    assert_int_equal(events.items[0].at, NOW + 5);
    assert_string_equal(events.items[1].kind, "DELETED");
    assert_string_equal(events.items[1].key, "pin a/x");
    assert_null(events.items[1].body);
}

static void test_revision_that_there_is_not_cannot_be_pinned(void **state)
{
    struct fixture *f = *state;
    assert_false(store_pin_put(f->st, "a/x", 1, NOW, &f->err));
    assert_int_equal(f->err.kind, ERROR_NOT_FOUND);
    assert_int_equal(pins(f).len, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_pin_is_moved_and_released),
        TEST(test_pins_are_events),
        TEST(test_revision_that_there_is_not_cannot_be_pinned),
    };
    return cmocka_run_group_tests_name("store/pin", tests, NULL, NULL);
}
