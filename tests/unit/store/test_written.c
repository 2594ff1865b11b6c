/* test_written.c - what is remembered of rows, and forgotten. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/store/fixture.h"

static struct written_row *find(struct written *w, struct arena *a, int i)
{
    return written_find(w, "a/x", "Rule", arena_fmt(a, "%d", i));
}

static void test_a_row_is_found_by_its_address(void **state)
{
    (void)state;
    struct written w = { 0 };
    written_find(&w, "a/x", "Rule", "r")->wanted = 1;
    assert_int_equal(written_find(&w, "a/x", "Rule", "r")->wanted, 1);
    assert_int_equal(written_find(&w, "a/y", "Rule", "r")->wanted, 0);
    assert_int_equal(written_find(&w, "a/x", "Listener", "r")->wanted, 0);
    assert_int_equal(written_find(&w, "a/xR", "ule", "r")->wanted, 0);
    written_done(&w);
    assert_int_equal(written_find(&w, "a/x", "Rule", "r")->wanted, 0);
    written_done(&w);
}

static void test_ten_thousand_rows_are_remembered(void **state)
{
    struct fixture *f = *state;
    struct written w = { 0 };
    for (int i = 0; i < 10000; i++)
        find(&w, &f->a, i)->wanted = (uint64_t)i + 1;
    for (int i = 0; i < 10000; i++)
        assert_int_equal(find(&w, &f->a, i)->wanted, i + 1);
    assert_true(w.cap * sizeof *w.rows < 1000000);
    written_done(&w);
}

/* An agent of years sees many rows come and go. */
static void test_removed_rows_take_no_room_for_ever(void **state)
{
    struct fixture *f = *state;
    struct written w = { 0 };
    find(&w, &f->a, -1)->wanted = 7;
    for (int i = 0; i < 10000; i++) {
        find(&w, &f->a, i)->wanted = 1;
        find(&w, &f->a, i)->wanted = 0;
    }
    assert_true(w.cap <= 128);
    assert_int_equal(find(&w, &f->a, -1)->wanted, 7);
    written_done(&w);
}

static void test_each_column_is_in_a_digest(void **state)
{
    struct fixture *f = *state;
    const struct resource r = fixture_group(f, "a", "Wrr");
    struct resource other[] = { r, r, r, r, r, r, r, r, r, r };
    other[0].parent = "p";
    other[1].desired_from = "Ingress a/b";
    other[2].cloud_id = "sgp-9";
    other[3].position++;
    other[4].status = "Configuring";
    other[5].held = !r.held;
    other[6].ours = !r.ours;
    other[7].observed_at++;
    other[8].unused_since++;
    other[9].empty_since++;
    const struct written_row was = written_digest(&r);
    for (size_t i = 0; i < COUNT(other); i++) {
        const struct written_row now = written_digest(&other[i]);
        if (now.rest == was.rest)
            fail_msg("difference %zu is not seen", i);
        assert_int_equal(now.wanted, was.wanted);
        assert_int_equal(now.actual, was.actual);
    }
}

/* So that those are written that changed, and no others. */
static void test_each_document_is_in_the_digest_of_its_side(void **state)
{
    struct fixture *f = *state;
    const struct resource r = fixture_group(f, "a", "Wrr");
    struct resource unwanted = r, undone = r, gone = r;
    unwanted.desired = NULL;
    undone.applied = NULL;
    gone.actual = NULL;
    const struct written_row was = written_digest(&r);
    assert_int_not_equal(written_digest(&unwanted).wanted, was.wanted);
    assert_int_not_equal(written_digest(&undone).wanted, was.wanted);
    assert_int_not_equal(written_digest(&undone).wanted, written_digest(&unwanted).wanted);
    assert_int_equal(written_digest(&gone).wanted, was.wanted);
    assert_int_not_equal(written_digest(&gone).actual, was.actual);
    assert_int_equal(written_digest(&unwanted).actual, was.actual);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_row_is_found_by_its_address),
        TEST(test_ten_thousand_rows_are_remembered),
        TEST(test_removed_rows_take_no_room_for_ever),
        TEST(test_each_column_is_in_a_digest),
        TEST(test_each_document_is_in_the_digest_of_its_side),
    };
    return cmocka_run_group_tests_name("store/written", tests, NULL, NULL);
}
