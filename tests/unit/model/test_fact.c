/* Sets of facts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/fact.h"

static void test_a_fact_is_found_by_kind_and_key(void **state)
{
    (void)state;
    struct fact items[] = {
        { .kind = FACT_ENI, .key = "vpc-1/10.0.0.2", .value = "eni-2" },
        { .kind = FACT_VSWITCH, .key = "vsw-2", .value = "zone-b" },
        { .kind = FACT_ENI, .key = "vpc-1/10.0.0.1", .value = "eni-1" },
        { .kind = FACT_VSWITCH, .key = "vsw-1", .value = "zone-a" },
    };
    struct fact_set set = { .items = { items, 4 } };
    fact_sort(&set);
    for (size_t i = 1; i < 4; i++)
        assert_true(items[i - 1].kind <= items[i].kind);
    assert_string_equal(fact_find(&set, FACT_VSWITCH, "vsw-1")->value, "zone-a");
    assert_string_equal(fact_find(&set, FACT_VSWITCH, "vsw-2")->value, "zone-b");
    assert_string_equal(fact_find(&set, FACT_ENI, "vpc-1/10.0.0.1")->value, "eni-1");
    assert_string_equal(fact_find(&set, FACT_ENI, "vpc-1/10.0.0.2")->value, "eni-2");
    assert_null(fact_find(&set, FACT_ENI, "vsw-1"));
    assert_null(fact_find(&set, FACT_VSWITCH, "vsw-3"));
}

static void test_an_empty_set_knows_nothing(void **state)
{
    (void)state;
    struct fact_set set = { 0 };
    fact_sort(&set);
    assert_null(fact_find(&set, FACT_ENI, "x"));
}

static void test_kinds_have_names(void **state)
{
    (void)state;
    assert_string_equal(fact_kind_name(FACT_VSWITCH), "vswitch");
    assert_string_equal(fact_kind_name(FACT_ENI), "eni");
    assert_string_equal(fact_kind_name(FACT_CERTIFICATES), "certificates");
    assert_string_equal(fact_kind_name(FACT_VSWITCHES), "vswitches");
    assert_string_equal(fact_kind_name(FACT_KINDS), "?");
}

static void fill(struct arena *a, struct fact_set *set, int from, int to, const char *value)
{
    for (int i = from; i < to; i++)
        *LIST_PUSH(a, &set->items) =
            (struct fact){ .kind = FACT_ENI,
                           .key = arena_fmt(a, "vpc/10.0.%d.%d", i / 256, i % 256),
                           .value = value };
}

/* Few are inserted, many are sorted in: both ways end in one sorted set. */
static void check_put(int n)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct fact_set set = { 0 }, more = { 0 };
    fill(&a, &set, 0, 300, "old");
    fact_sort(&set);
    fill(&a, &more, 300 - n / 2, 300 + n - n / 2, "new");
    fact_put_all(&a, &set, &more);
    assert_int_equal(set.items.len, 300 + n - n / 2);
    for (int i = 0; i < 300 + n - n / 2; i++) {
        const struct fact *f =
            fact_find(&set, FACT_ENI, arena_fmt(&a, "vpc/10.0.%d.%d", i / 256, i % 256));
        assert_non_null(f);
        assert_string_equal(f->value, i < 300 - n / 2 ? "old" : "new");
    }
}

static void test_packed_facts_outlive_those_they_came_of(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 }, b = { 0 };
    struct fact_set set = { 0 }, packed;
    fill(&b, &set, 0, 3, arena_strdup(&b, "eni-1"));
    *LIST_PUSH(&b, &set.items) =
        (struct fact){ FACT_VSWITCH, arena_strdup(&b, "vsw-1"), arena_strdup(&b, "zone-a"),
                       arena_strdup(&b, "vpc-1"), 7 };
    fact_sort(&set);
    fact_set_pack(&a, &set, &packed);
    arena_done(&b);
    assert_int_equal(packed.items.len, 1);
    assert_string_equal(packed.items.items[0].value2, "vpc-1");
    assert_int_equal(packed.items.items[0].read_at, 7);
    assert_string_equal(fact_value(&packed, FACT_VSWITCH, "vsw-1"), "zone-a");
    assert_string_equal(fact_value(&packed, FACT_ENI, "vpc/10.0.0.1"), "eni-1");
    assert_null(fact_value(&packed, FACT_ENI, "vpc/10.0.0.3"));
    assert_null(fact_value(&packed, FACT_VSWITCHES, "vpc/10.0.0.1"));
}

/* What was learned since goes before what is packed, and what was forgotten stays so. */
static void test_packed_facts_are_packed_again(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct fact_set set = { 0 }, once, twice, more = { 0 };
    fill(&a, &set, 0, 100, "old");
    fact_sort(&set);
    fact_set_pack(&a, &set, &once);
    assert_true(fact_forget(&once, FACT_ENI, "vpc/10.0.0.7"));
    assert_false(fact_forget(&once, FACT_ENI, "vpc/10.0.0.7"));
    assert_null(fact_value(&once, FACT_ENI, "vpc/10.0.0.7"));
    fill(&a, &more, 90, 110, "new");
    fact_put_all(&a, &once, &more);
    assert_string_equal(fact_value(&once, FACT_ENI, "vpc/10.0.0.95"), "new");
    assert_true(fact_forget(&once, FACT_ENI, "vpc/10.0.0.96"));
    assert_null(fact_value(&once, FACT_ENI, "vpc/10.0.0.96"));
    fact_set_pack(&a, &once, &twice);
    assert_int_equal(twice.items.len, 0);
    for (int i = 0; i < 110; i++) {
        const char *value =
            fact_value(&twice, FACT_ENI, arena_fmt(&a, "vpc/10.0.%d.%d", i / 256, i % 256));
        if (i == 7 || i == 96)
            assert_null(value);
        else
            assert_string_equal(value, i < 90 ? "old" : "new");
    }
}

static void test_a_fact_that_is_forgotten_is_not_known(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct fact_set set = { 0 };
    fill(&a, &set, 0, 3, "eni-1");
    assert_true(fact_forget(&set, FACT_ENI, "vpc/10.0.0.1"));
    assert_false(fact_forget(&set, FACT_ENI, "vpc/10.0.0.1"));
    assert_null(fact_find(&set, FACT_ENI, "vpc/10.0.0.1"));
    assert_non_null(fact_find(&set, FACT_ENI, "vpc/10.0.0.2"));
    assert_int_equal(set.items.len, 2);
}

static void test_facts_are_put_in_their_places(void **state)
{
    (void)state;
    check_put(1);
    check_put(10);
    check_put(200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_packed_facts_outlive_those_they_came_of),
        cmocka_unit_test(test_packed_facts_are_packed_again),
        cmocka_unit_test(test_a_fact_that_is_forgotten_is_not_known),
        cmocka_unit_test(test_facts_are_put_in_their_places),
        cmocka_unit_test(test_a_fact_is_found_by_kind_and_key),
        cmocka_unit_test(test_an_empty_set_knows_nothing),
        cmocka_unit_test(test_kinds_have_names),
    };
    return cmocka_run_group_tests_name("model/fact", tests, NULL, NULL);
}
