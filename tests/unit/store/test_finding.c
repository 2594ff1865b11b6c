/* test_finding.c - findings are kept, closed and decided on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "tests/unit/store/fixture.h"

static struct finding rule(const char *key, int64_t first_seen)
{
    return (struct finding){ .lb = "a/x",
                             .kind = RESOURCE_RULE,
                             .key = key,
                             .class = CLASS_DRIFT,
                             .first_seen = first_seen,
                             .last_good = 7,
                             .desired = "d1",
                             .edit = "e1" };
}

static void put(struct fixture *f, const struct finding *items, size_t n)
{
    finding_list list = { 0 };
    for (size_t i = 0; i < n; i++)
        *LIST_PUSH(&f->a, &list) = items[i];
    assert_true(store_findings_put(f->st, NULL, &list, &f->err));
}

static finding_list load(struct fixture *f)
{
    finding_list list;
    assert_true(store_findings_load(f->st, &f->a, &list, &f->err));
    return list;
}

static void test_finding_comes_back_as_it_was_put(void **state)
{
    struct fixture *f = *state;
    struct finding r = rule("80/HTTP#1", 9);
    r.verdict = FINDING_ACCEPTED;
    r.decided_at = 11;
    r.until = 12;
    put(f, &r, 1);
    finding_list list = load(f);
    assert_int_equal(list.len, 1);
    const struct finding *is = &list.items[0];
    assert_string_equal(is->lb, "a/x");
    assert_int_equal(is->kind, RESOURCE_RULE);
    assert_string_equal(is->key, "80/HTTP#1");
    assert_int_equal(is->class, CLASS_DRIFT);
    assert_int_equal(is->first_seen, 9);
    assert_int_equal(is->last_good, 7);
    assert_int_equal(is->verdict, FINDING_ACCEPTED);
    assert_int_equal(is->decided_at, 11);
    assert_int_equal(is->until, 12);
    assert_string_equal(is->desired, "d1");
    assert_string_equal(is->edit, "e1");
}

/* In the database what there is not is NULL, as people who query it expect. */
static void test_what_is_not_known_is_null(void **state)
{
    struct fixture *f = *state;
    struct finding r = rule("k", 9);
    r.last_good = 0;
    put(f, &r, 1);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM finding WHERE last_good IS NULL AND "
                                        "verdict IS NULL AND until IS NULL AND decided_at IS NULL"),
                     1);
    assert_int_equal(load(f).items[0].last_good, 0);
    assert_int_equal(load(f).items[0].verdict, FINDING_OPEN);
}

static void test_finding_that_is_not_in_the_list_is_closed(void **state)
{
    struct fixture *f = *state;
    const struct finding two[] = { rule("a", 1), rule("b", 2) };
    put(f, two, 2);
    put(f, &two[1], 1);
    assert_int_equal(load(f).len, 1);
    assert_string_equal(load(f).items[0].key, "b");
    put(f, NULL, 0);
    assert_int_equal(load(f).len, 0);
}

static void test_findings_that_did_not_change_are_not_written(void **state)
{
    struct fixture *f = *state;
    const struct finding two[] = { rule("a", 1), rule("b", 2) };
    put(f, two, 2);
    int before = sqlite3_total_changes(f->st->db);
    put(f, two, 2);
    assert_int_equal(sqlite3_total_changes(f->st->db), before);
}

/* Listener goes before Rule in the model and after it in the alphabet. */
static void test_findings_are_in_the_order_of_the_model(void **state)
{
    struct fixture *f = *state;
    struct finding group = rule("g", 1);
    group.kind = RESOURCE_SERVER_GROUP;
    struct finding lb = rule("a/x", 1);
    lb.kind = RESOURCE_LOAD_BALANCER;
    const struct finding all[] = { group, rule("k", 1), lb };
    put(f, all, 3);
    finding_list list = load(f);
    assert_int_equal(list.items[0].kind, RESOURCE_LOAD_BALANCER);
    assert_int_equal(list.items[1].kind, RESOURCE_RULE);
    assert_int_equal(list.items[2].kind, RESOURCE_SERVER_GROUP);
}

static void test_verdict_is_given_and_taken_back(void **state)
{
    struct fixture *f = *state;
    struct finding r = rule("k", 9);
    put(f, &r, 1);
    struct finding verdict = { .lb = "a/x",
                               .kind = RESOURCE_RULE,
                               .key = "k",
                               .verdict = FINDING_IGNORED,
                               .decided_at = 20,
                               .until = 30 };
    assert_true(store_finding_decide(f->st, &verdict, NOW, &f->err));
    const struct finding *is = &load(f).items[0];
    assert_int_equal(is->verdict, FINDING_IGNORED);
    assert_int_equal(is->until, 30);
    assert_int_equal(is->first_seen, 9);
    assert_string_equal(is->edit, "e1");
    verdict.verdict = FINDING_OPEN;
    verdict.until = verdict.decided_at = 0;
    assert_true(store_finding_decide(f->st, &verdict, NOW, &f->err));
    assert_int_equal(load(f).items[0].verdict, FINDING_OPEN);
    assert_int_equal(load(f).items[0].until, 0);
}

static void test_verdicts_are_events_with_what_they_are_about(void **state)
{
    struct fixture *f = *state;
    struct finding r = rule("k", 9);
    store_events events;
    put(f, &r, 1);
    r.verdict = FINDING_ACCEPTED;
    r.decided_at = 20;
    assert_true(store_finding_decide(f->st, &r, 21, &f->err));
    r.verdict = FINDING_OPEN;
    assert_true(store_finding_decide(f->st, &r, 22, &f->err));
    r.key = "other";
    assert_false(store_finding_decide(f->st, &r, 23, &f->err)); /* nothing is said of it */
    assert_true(store_events_read(f->st, 0, 10, &f->a, &events, &f->err));
    assert_int_equal(events.len, 2);
    assert_string_equal(events.items[0].kind, "VERDICT");
    assert_string_equal(events.items[0].key, "verdict a/x Rule k");
    assert_int_equal(events.items[0].at, 21);
    assert_non_null(strstr(events.items[0].body, "\"verdict\":\"accepted\""));
    assert_non_null(strstr(events.items[0].body, "\"edit\":\"e1\""));
    assert_non_null(strstr(events.items[0].body, "\"firstSeen\":9"));
    assert_string_equal(events.items[1].kind, "DELETED");
    assert_string_equal(events.items[1].key, "verdict a/x Rule k");
}

static void test_verdict_on_what_was_not_found_is_refused(void **state)
{
    struct fixture *f = *state;
    struct finding r = rule("k", 9);
    assert_false(store_finding_decide(f->st, &r, NOW, &f->err));
    assert_int_equal(f->err.kind, ERROR_NOT_FOUND);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_finding_comes_back_as_it_was_put),
        TEST(test_what_is_not_known_is_null),
        TEST(test_finding_that_is_not_in_the_list_is_closed),
        TEST(test_findings_that_did_not_change_are_not_written),
        TEST(test_findings_are_in_the_order_of_the_model),
        TEST(test_verdict_is_given_and_taken_back),
        TEST(test_verdicts_are_events_with_what_they_are_about),
        TEST(test_verdict_on_what_was_not_found_is_refused),
    };
    return cmocka_run_group_tests_name("store/finding", tests, NULL, NULL);
}
