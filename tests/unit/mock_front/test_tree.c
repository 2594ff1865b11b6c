/* test_tree.c - flat names to a tree and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "mock-server/front/tree.h"

/* The flat form of the tree of a query and a form, as "A=1 B=2". */
static const char *round_trip(struct arena *a, const char *query, const char *form)
{
    struct params x = { 0 }, y = { 0 };
    struct error err = { 0 };
    struct buf b CLEANUP(buf_done) = { 0 };
    assert_true(params_parse(a, &x, query, strlen(query), &err));
    assert_true(params_parse(a, &y, form, strlen(form), &err));
    struct tree t = tree_build(a, &x, &y);
    struct params flat = tree_flatten(a, &t);
    for (size_t i = 0; i < flat.len; i++)
        buf_addf(&b, "%s%s=%s", i ? " " : "", flat.items[i].name, flat.items[i].value);
    return buf_keep(&b, a);
}

static void test_indices_sort_as_numbers_and_names_by_bytes(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(round_trip(&a, "L.10=j&L.9=i&L.b=y&L.B=x&L.2=b&Z=1&A=2", ""),
                        "A=2 L.2=b L.9=i L.10=j L.B=x L.b=y Z=1");
}

static void test_query_and_form_are_one_and_the_first_value_counts(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(round_trip(&a, "S.1.Port=80&Id=q", "S.2.Port=81&S.1.Ip=x&Id=f&S.01.Port=9"),
                        "Id=q S.1.Ip=x S.1.Port=80 S.2.Port=81");
}

static void test_empty_values_are_absent(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(round_trip(&a, "A=&B=1&C", "A=2"), "A=2 B=1");
}

static void test_a_value_and_children_can_share_a_name(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct params x = { 0 }, none = { 0 };
    struct error err = { 0 };
    assert_true(params_parse(&a, &x, "A.1.B=2&A=1", 11, &err));
    struct tree t = tree_build(&a, &x, &none);
    const struct tree *node = tree_get(&t, "A");
    assert_non_null(node);
    assert_string_equal(node->value, "1");
    assert_int_equal(node->index, -1);
    assert_int_equal(node->children.len, 1);
    assert_int_equal(node->children.items[0].index, 1);
    assert_string_equal(tree_get(&node->children.items[0], "B")->value, "2");
    assert_null(tree_get(&t, "B"));
}

static void test_numbers_too_long_for_an_index_are_names(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(round_trip(&a, "L.1000000000=x&L.999999999=y&L.007=z", ""),
                        "L.7=z L.999999999=y L.1000000000=x");
}

static void test_names_that_are_too_deep_are_left_out(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    char deep[2 * TREE_DEPTH + 8] = { 0 };
    for (int i = 0; i < TREE_DEPTH; i++)
        memcpy(deep + (size_t)i * 2, i ? ".a" : "aa", 2);
    memcpy(deep + strlen(deep), "=1", 3);
    assert_string_equal(round_trip(&a, deep, ""), deep);
    deep[strlen(deep) - 2] = '.';
    memcpy(deep + strlen(deep) - 1, "a=1", 4);
    assert_string_equal(round_trip(&a, deep, "B=2"), "B=2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_indices_sort_as_numbers_and_names_by_bytes),
        cmocka_unit_test(test_query_and_form_are_one_and_the_first_value_counts),
        cmocka_unit_test(test_empty_values_are_absent),
        cmocka_unit_test(test_a_value_and_children_can_share_a_name),
        cmocka_unit_test(test_numbers_too_long_for_an_index_are_names),
        cmocka_unit_test(test_names_that_are_too_deep_are_left_out),
    };
    return cmocka_run_group_tests_name("mock_front/tree", tests, NULL, NULL);
}
