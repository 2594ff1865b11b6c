/* test_fact.c - facts are kept, replaced and sorted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

static void test_facts_come_back_sorted_for_look_up(void **state)
{
    struct fixture *f = *state;
    const struct fact eni = { FACT_ENI, "vpc-1/10.0.0.9", "eni-9", NULL, 5 };
    const struct fact zone = { FACT_VSWITCH, "vsw-1", "cn-b", "vpc-1", 6 };
    struct fact_set set;
    assert_true(store_fact_put(f->st, &eni, &f->err));
    assert_true(store_fact_put(f->st, &zone, &f->err));
    assert_true(store_facts_load(f->st, &f->a, &set, &f->err));
    assert_int_equal(set.items.len, 1);
    const struct fact *got = fact_find(&set, FACT_VSWITCH, "vsw-1");
    assert_non_null(got);
    assert_string_equal(got->value, "cn-b");
    assert_string_equal(got->value2, "vpc-1");
    assert_int_equal(got->read_at, 6);
    assert_string_equal(fact_value(&set, FACT_ENI, "vpc-1/10.0.0.9"), "eni-9");
}

static void test_fact_put_replaces(void **state)
{
    struct fixture *f = *state;
    const struct fact before = { FACT_VSWITCH, "vsw-1", "cn-b", "", 5 };
    const struct fact after = { FACT_VSWITCH, "vsw-1", "", "", 7 };
    struct fact_set set;
    assert_true(store_fact_put(f->st, &before, &f->err));
    assert_true(store_fact_put(f->st, &after, &f->err));
    assert_true(store_facts_load(f->st, &f->a, &set, &f->err));
    assert_int_equal(set.items.len, 1);
    assert_string_equal(set.items.items[0].value, "");
    assert_int_equal(set.items.items[0].read_at, 7);
}

/* Asked again, it is the same; a year later another. */
static void test_what_is_learned_is_an_event(void **state)
{
    struct fixture *f = *state;
    const struct fact first = { FACT_VSWITCH, "vsw-1", "cn-b", "vpc-1", 6 };
    struct fact other = first;
    store_events list;
    assert_true(store_fact_put(f->st, &first, &f->err));
    other.read_at = 7;
    assert_true(store_fact_put(f->st, &other, &f->err));
    other.value = "cn-c";
    assert_true(store_fact_put(f->st, &other, &f->err));
    assert_true(store_events_read(f->st, 0, 100, &f->a, &list, &f->err));
    assert_int_equal(list.len, 2);
    assert_string_equal(list.items[0].kind, "FACT");
    assert_string_equal(list.items[0].key, "fact vswitch vsw-1");
    assert_int_equal(list.items[0].at, 6);
    assert_string_equal(
        list.items[1].body,
        "{\"key\":\"vsw-1\",\"kind\":\"vswitch\",\"value\":\"cn-c\",\"value2\":\"vpc-1\"}");
}

static void test_fact_of_unknown_kind_is_left_alone(void **state)
{
    struct fixture *f = *state;
    struct fact_set set;
    assert_true(sql_run(f->st->db,
                        "INSERT INTO fact(kind, key, value, read_at) VALUES('moon', 'k', 'v', 1)",
                        &f->err));
    assert_true(store_facts_load(f->st, &f->a, &set, &f->err));
    assert_int_equal(set.items.len, 0);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM fact"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_facts_come_back_sorted_for_look_up),
        TEST(test_fact_put_replaces),
        TEST(test_what_is_learned_is_an_event),
        TEST(test_fact_of_unknown_kind_is_left_alone),
    };
    return cmocka_run_group_tests_name("store/fact", tests, NULL, NULL);
}
