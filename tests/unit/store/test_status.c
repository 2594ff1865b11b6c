/* test_status.c - what a running agent says of itself is read beside it, and known to be old when
 * the agent is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <unistd.h>

#include "tests/unit/store/fixture.h"

static struct store_status sample(struct fixture *f)
{
    struct store_status s = { .at = NOW,
                              .started_at = NOW - 5,
                              .version = "1.2.3",
                              .phase = "running",
                              .source = "manifests in deploy/",
                              .source_complete = true,
                              .problem = "",
                              .verified_at = 11,
                              .next_read_at = 12,
                              .queued = 13,
                              .events = 14,
                              .writes = 15,
                              .reads = 16 };
    *LIST_PUSH(&f->a, &s.families) = (struct store_family){ "load balancer", 1, 2, 3, 4, 5, 6 };
    *LIST_PUSH(&f->a, &s.lanes) = (struct store_lane){ "server group",
                                                       "a/x shop/tea:80",
                                                       "backoff",
                                                       "AddServersToServerGroup",
                                                       "Throttling \"User\"",
                                                       21,
                                                       22,
                                                       3 };
    *LIST_PUSH(&f->a, &s.budgets) = (struct store_budget){ "CreateRules", 41, 200, 60, 44 };
    *LIST_PUSH(&f->a, &s.certificates) =
        (struct store_certificate){ "a/x", "443/HTTPS", "12-cn-hangzhou", "shop-tls", 51 };
    *LIST_PUSH(&f->a, &s.certificates) = (struct store_certificate){ .id = "13-cn-hangzhou" };
    return s;
}

static struct store_status read_back(struct fixture *f, struct store *st)
{
    struct store_status s;
    bool found = false;
    assert_true(store_status_read(st, &f->a, &s, &found, &f->err));
    assert_true(found);
    return s;
}

static void test_status_comes_back_as_it_was_said(void **state)
{
    struct fixture *f = *state;
    struct store_status said = sample(f);
    assert_true(store_status_put(f->st, &said, &f->err));
    struct store_status s = read_back(f, f->st);
    assert_int_equal(s.at, NOW);
    assert_int_equal(s.started_at, NOW - 5);
    assert_string_equal(s.version, "1.2.3");
    assert_string_equal(s.phase, "running");
    assert_string_equal(s.source, "manifests in deploy/");
    assert_true(s.source_complete);
    assert_string_equal(s.problem, "");
    assert_int_equal(s.verified_at, 11);
    assert_int_equal(s.next_read_at, 12);
    assert_int_equal(s.queued, 13);
    assert_int_equal(s.events, 14);
    assert_int_equal(s.writes, 15);
    assert_int_equal(s.reads, 16);
    assert_int_equal(s.pid, getpid());
}

static void test_lists_come_back_as_they_were_said(void **state)
{
    struct fixture *f = *state;
    struct store_status said = sample(f);
    assert_true(store_status_put(f->st, &said, &f->err));
    struct store_status s = read_back(f, f->st);
    assert_int_equal(s.families.len, 1);
    assert_string_equal(s.families.items[0].name, "load balancer");
    assert_int_equal(s.families.items[0].lanes, 1);
    assert_int_equal(s.families.items[0].running, 2);
    assert_int_equal(s.families.items[0].ready, 3);
    assert_int_equal(s.families.items[0].waiting, 4);
    assert_int_equal(s.families.items[0].backoff, 5);
    assert_int_equal(s.families.items[0].most_running, 6);
    assert_int_equal(s.lanes.len, 1);
    assert_string_equal(s.lanes.items[0].family, "server group");
    assert_string_equal(s.lanes.items[0].key, "a/x shop/tea:80");
    assert_string_equal(s.lanes.items[0].state, "backoff");
    assert_string_equal(s.lanes.items[0].what, "AddServersToServerGroup");
    assert_string_equal(s.lanes.items[0].why, "Throttling \"User\"");
    assert_int_equal(s.lanes.items[0].since, 21);
    assert_int_equal(s.lanes.items[0].due, 22);
    assert_int_equal(s.lanes.items[0].tries, 3);
}

static void test_budgets_and_certificates_come_back_too(void **state)
{
    struct fixture *f = *state;
    struct store_status said = sample(f);
    assert_true(store_status_put(f->st, &said, &f->err));
    struct store_status s = read_back(f, f->st);
    assert_int_equal(s.budgets.len, 1);
    assert_string_equal(s.budgets.items[0].name, "CreateRules");
    assert_int_equal(s.budgets.items[0].used, 41);
    assert_int_equal(s.budgets.items[0].limit, 200);
    assert_int_equal(s.budgets.items[0].window_s, 60);
    assert_int_equal(s.budgets.items[0].throttled, 44);
    assert_int_equal(s.certificates.len, 2);
    assert_string_equal(s.certificates.items[0].lb, "a/x");
    assert_string_equal(s.certificates.items[0].listener, "443/HTTPS");
    assert_string_equal(s.certificates.items[0].id, "12-cn-hangzhou");
    assert_string_equal(s.certificates.items[0].name, "shop-tls");
    assert_int_equal(s.certificates.items[0].end, 51);
    assert_string_equal(s.certificates.items[1].name, "");
}

static void test_later_status_takes_the_place_of_the_earlier(void **state)
{
    struct fixture *f = *state;
    struct store_status said = sample(f);
    assert_true(store_status_put(f->st, &said, &f->err));
    said = (struct store_status){ .at = NOW + 1 };
    assert_true(store_status_put(f->st, &said, &f->err));
    assert_int_equal(read_back(f, f->st).at, NOW + 1);
    assert_int_equal(read_back(f, f->st).lanes.len, 0);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM status"), 1);
}

static void test_nothing_was_said_yet(void **state)
{
    struct fixture *f = *state;
    struct store_status s;
    bool found = true;
    assert_true(store_status_read(f->st, &f->a, &s, &found, &f->err));
    assert_false(found);
}

/* The journal is still written with every fsync there is. */
static void test_durability_is_as_before(void **state)
{
    struct fixture *f = *state;
    struct store *st = fixture_open(f);
    struct store_status said = sample(f);
    assert_true(store_status_put(st, &said, &f->err));
    assert_int_equal(fixture_int(st, "PRAGMA synchronous"), 2);
    store_close(st);
}

static void test_status_is_part_of_an_open_transaction(void **state)
{
    struct fixture *f = *state;
    struct store_status said = sample(f);
    struct store_txn txn;
    assert_true(store_begin(&txn, f->st, &f->err));
    assert_true(store_status_put(f->st, &said, &f->err));
    store_txn_done(&txn);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM status"), 0);
}

static struct store_status read_beside(struct fixture *f)
{
    struct store *st = NULL;
    assert_true(store_open(&st, f->path, STORE_SNAPSHOT, NOW, NULL, &f->err));
    struct store_status s = read_back(f, st);
    store_close(st);
    return s;
}

static void test_reader_beside_the_agent_knows_that_it_lives(void **state)
{
    struct fixture *f = *state;
    struct store_status said = sample(f);
    struct store *st = fixture_open(f);
    assert_true(store_status_put(st, &said, &f->err));
    assert_true(read_beside(f).alive);
    store_close(st);
    assert_false(read_beside(f).alive);
}

/* A later 'apply' has the file, and is not who said it. */
static void test_another_holder_does_not_make_the_agent_live(void **state)
{
    struct fixture *f = *state;
    struct store_status said = sample(f);
    struct store *st = fixture_open(f);
    assert_true(store_status_put(st, &said, &f->err));
    assert_true(sql_run(st->db, "UPDATE status SET pid = pid + 1", &f->err));
    assert_false(read_beside(f).alive);
    store_close(st);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_status_comes_back_as_it_was_said),
        TEST(test_lists_come_back_as_they_were_said),
        TEST(test_budgets_and_certificates_come_back_too),
        TEST(test_later_status_takes_the_place_of_the_earlier),
        TEST(test_nothing_was_said_yet),
        TEST(test_durability_is_as_before),
        TEST(test_status_is_part_of_an_open_transaction),
        TEST(test_reader_beside_the_agent_knows_that_it_lives),
        TEST(test_another_holder_does_not_make_the_agent_live),
    };
    return cmocka_run_group_tests_name("store/status", tests, NULL, NULL);
}
