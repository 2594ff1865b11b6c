/* test_resource.c - rows go in and come back whole, and only what differs is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/unit/store/fixture.h"

static void push(struct fixture *f, struct model *m, struct resource r)
{
    *LIST_PUSH(&f->a, &m->rows) = r;
    model_sort(m);
}

static int64_t writes(struct fixture *f, const struct model *m)
{
    int before = sqlite3_total_changes(f->st->db);
    assert_true(store_model_put(f->st, m, &f->err));
    return sqlite3_total_changes(f->st->db) - before;
}

static struct model load(struct fixture *f)
{
    struct model m;
    if (!store_model_load(f->st, &f->a, &m, &f->err))
        fail_msg("%s", f->err.msg);
    return m;
}

static void same_document(struct fixture *f, const void *x, const void *y)
{
    assert_string_equal(schema_canonical(&f->a, &alb_server_group_schema, x),
                        schema_canonical(&f->a, &alb_server_group_schema, y));
}

static void test_row_comes_back_whole(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/web-api:80", "Wlc");
    r.parent = "p";
    r.position = 3;
    r.held = true;
    r.unused_since = 11;
    r.empty_since = 12;
    assert_true(store_resource_put(f->st, &r, &f->err));
    struct model m = load(f);
    assert_int_equal(m.rows.len, 1);
    const struct resource *got = &m.rows.items[0];
    assert_string_equal(got->lb, r.lb);
    assert_int_equal(got->kind, r.kind);
    assert_string_equal(got->key, r.key);
    assert_string_equal(got->parent, "p");
    assert_string_equal(got->desired_from, r.desired_from);
    assert_int_equal(got->position, 3);
    assert_true(got->held && got->ours);
    assert_string_equal(got->cloud_id, "sgp-1");
    assert_string_equal(got->status, "Available");
    assert_int_equal(got->observed_at, NOW);
    assert_int_equal(got->unused_since, 11);
    assert_int_equal(got->empty_since, 12);
    same_document(f, got->desired, r.desired);
    same_document(f, got->applied, r.applied);
    same_document(f, got->actual, r.actual);
    assert_string_equal(((const struct alb_server_group *)got->actual)->status, "Available");
}

static void test_bare_row_comes_back_bare(void **state)
{
    struct fixture *f = *state;
    const struct resource r = { .lb = "a/x", .kind = RESOURCE_RULE, .key = "80/HTTP#1" };
    assert_true(store_resource_put(f->st, &r, &f->err));
    struct model m = load(f);
    const struct resource *got = model_find(&m, "a/x", RESOURCE_RULE, "80/HTTP#1");
    assert_non_null(got);
    assert_null(got->desired);
    assert_null(got->applied);
    assert_null(got->actual);
    assert_null(got->cloud_id);
    assert_string_equal(got->parent, "");
    assert_string_equal(got->status, "");
    assert_false(got->held || got->ours);
}

static void test_put_replaces_what_was_set(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/web-api:80", "Wlc");
    assert_true(store_resource_put(f->st, &r, &f->err));
    r.actual = NULL;
    r.cloud_id = NULL;
    assert_true(store_resource_put(f->st, &r, &f->err));
    struct model m = load(f);
    assert_int_equal(m.rows.len, 1);
    assert_null(m.rows.items[0].actual);
    assert_null(m.rows.items[0].cloud_id);
    assert_non_null(m.rows.items[0].applied);
}

/* By kind as the enum has it, not as the names sort. */
static void test_model_is_loaded_in_its_own_order(void **state)
{
    struct fixture *f = *state;
    const struct resource rule = { .lb = "a/x", .kind = RESOURCE_RULE, .key = "r" };
    const struct resource lb = { .lb = "a/x", .kind = RESOURCE_LOAD_BALANCER, .key = "a/x" };
    const struct resource listener = { .lb = "a/x", .kind = RESOURCE_LISTENER, .key = "l" };
    assert_true(store_resource_put(f->st, &rule, &f->err));
    assert_true(store_resource_put(f->st, &listener, &f->err));
    assert_true(store_resource_put(f->st, &lb, &f->err));
    struct model m = load(f);
    assert_int_equal(m.rows.items[0].kind, RESOURCE_LOAD_BALANCER);
    assert_int_equal(m.rows.items[1].kind, RESOURCE_LISTENER);
    assert_int_equal(m.rows.items[2].kind, RESOURCE_RULE);
}

static void test_model_put_writes_only_rows_that_differ(void **state)
{
    struct fixture *f = *state;
    struct model m = { 0 };
    push(f, &m, fixture_group(f, "a", "Wrr"));
    push(f, &m, fixture_group(f, "b", "Wrr"));
    push(f, &m, fixture_group(f, "c", "Wrr"));
    assert_int_equal(writes(f, &m), 3);
    assert_int_equal(writes(f, &m), 0);
    model_find(&m, "kube-system/web", RESOURCE_SERVER_GROUP, "b")->status = "Configuring";
    assert_int_equal(writes(f, &m), 1);
    model_find(&m, "kube-system/web", RESOURCE_SERVER_GROUP, "b")->applied = NULL;
    assert_int_equal(writes(f, &m), 1);
}

static void test_model_put_removes_rows_that_are_gone(void **state)
{
    struct fixture *f = *state;
    struct model m = { 0 }, less = { 0 };
    push(f, &m, fixture_group(f, "a", "Wrr"));
    push(f, &m, fixture_group(f, "b", "Wrr"));
    push(f, &less, fixture_group(f, "b", "Wrr"));
    (void)writes(f, &m);
    assert_int_equal(writes(f, &less), 2); /* the row, and that it went */
    m = load(f);
    assert_int_equal(m.rows.len, 1);
    assert_string_equal(m.rows.items[0].key, "b");
}

static void test_row_of_unknown_kind_is_left_alone(void **state)
{
    struct fixture *f = *state;
    const struct model none = { 0 };
    assert_true(sql_run(f->st->db, "INSERT INTO resource(lb, kind, key) VALUES('a', 'Moon', 'm')",
                        &f->err));
    assert_int_equal(load(f).rows.len, 0);
    assert_int_equal(writes(f, &none), 0);
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM resource"), 1);
}

static void test_delete_removes_one_row(void **state)
{
    struct fixture *f = *state;
    struct model m = { 0 };
    push(f, &m, fixture_group(f, "a", "Wrr"));
    push(f, &m, fixture_group(f, "b", "Wrr"));
    (void)writes(f, &m);
    assert_true(
        store_resource_delete(f->st, "kube-system/web", RESOURCE_SERVER_GROUP, "a", &f->err));
    m = load(f);
    assert_int_equal(m.rows.len, 1);
    assert_string_equal(m.rows.items[0].key, "b");
}

/* A failure in the middle undoes what went before it. */
static void test_model_put_is_all_or_nothing(void **state)
{
    struct fixture *f = *state;
    struct model m = { 0 };
    push(f, &m, fixture_group(f, "a", "Wrr"));
    push(f, &m, fixture_group(f, "bad", "Wrr"));
    assert_true(sql_run(f->st->db,
                        "CREATE TEMP TRIGGER t BEFORE INSERT ON resource WHEN new.key = 'bad' "
                        "BEGIN SELECT raise(ABORT, 'no'); END",
                        &f->err));
    assert_false(store_model_put(f->st, &m, &f->err));
    assert_non_null(strstr(f->err.msg, "ServerGroup bad"));
    assert_int_equal(fixture_int(f->st, "SELECT count(*) FROM resource"), 0);
}

/* What the cloud says may hold what this program does not know. */
static void test_unknown_members_of_a_document_are_passed_over(void **state)
{
    struct fixture *f = *state;
    assert_true(sql_run(f->st->db,
                        "INSERT INTO resource(lb, kind, key, actual) VALUES('a', 'ServerGroup', "
                        "'k', '{\"Scheduler\":\"Later\",\"New\":{},\"VpcId\":\"vpc-1\"}')",
                        &f->err));
    struct model m = load(f);
    const struct alb_server_group *g = m.rows.items[0].actual;
    assert_int_equal(g->scheduler, ALB_SCHEDULER_UNSET);
    assert_string_equal(g->vpc_id, "vpc-1");
}

/* Two groups of "web", one of another load balancer. */
static struct model two_lbs(struct fixture *f)
{
    struct model m = { 0 };
    struct resource other = fixture_group(f, "other", "Wrr");
    other.lb = "kube-system/other";
    push(f, &m, fixture_group(f, "b", "Wlc"));
    push(f, &m, fixture_group(f, "a", "Wlc"));
    push(f, &m, other);
    assert_true(store_model_put(f->st, &m, &f->err));
    return m;
}

static void test_one_load_balancer_is_loaded_alone(void **state)
{
    struct fixture *f = *state;
    struct model m;
    two_lbs(f);
    assert_true(store_lb_load(f->st, &f->a, "kube-system/web", &m, &f->err));
    assert_int_equal(m.rows.len, 2);
    assert_string_equal(m.rows.items[0].key, "a");
    assert_ptr_equal(m.rows.items[0].desired, m.rows.items[0].applied);
    same_document(f, m.rows.items[0].actual, fixture_group(f, "a", "Wlc").actual);
}

static void test_outline_has_names_and_no_documents_of_groups(void **state)
{
    struct fixture *f = *state;
    struct model m;
    two_lbs(f);
    assert_true(store_lb_outline(f->st, &f->a, "kube-system/web", &m, &f->err));
    assert_int_equal(m.rows.len, 2);
    assert_string_equal(m.rows.items[1].key, "b");
    assert_string_equal(m.rows.items[1].cloud_id, "sgp-1");
    assert_null(m.rows.items[1].desired);
    assert_null(m.rows.items[1].actual);
}

static void test_frame_is_all_but_rules_and_groups(void **state)
{
    struct fixture *f = *state;
    const struct alb_listener listener = { .description = "front" };
    struct resource row = fixture_group(f, "80/HTTP", "Wlc");
    struct model m;
    two_lbs(f);
    row.kind = RESOURCE_LISTENER;
    row.desired = row.applied = row.actual = &listener;
    assert_true(store_resource_put(f->st, &row, &f->err));
    assert_true(store_lb_frame(f->st, &f->a, "kube-system/web", &m, &f->err));
    assert_int_equal(m.rows.len, 1);
    assert_string_equal(m.rows.items[0].key, "80/HTTP");
    const struct alb_listener *is = m.rows.items[0].actual;
    assert_string_equal(is->description, "front");
}

static void test_load_balancers_are_named_once_each(void **state)
{
    struct fixture *f = *state;
    store_names names;
    two_lbs(f);
    assert_true(store_lbs(f->st, &f->a, &names, &f->err));
    assert_int_equal(names.len, 2);
    assert_string_equal(names.items[0], "kube-system/other");
    assert_string_equal(names.items[1], "kube-system/web");
}

static bool is_settled(struct fixture *f, const struct model *wanted)
{
    bool settled;
    assert_true(store_lb_is_settled(f->st, "kube-system/web", wanted, &settled, &f->err));
    return settled;
}

static void test_settled_is_what_is_wanted_as_before_and_done(void **state)
{
    struct fixture *f = *state;
    struct model wanted = { 0 };
    two_lbs(f);
    push(f, &wanted, fixture_group(f, "a", "Wlc"));
    assert_false(is_settled(f, &wanted)); /* "b" is not wanted any more */
    push(f, &wanted, fixture_group(f, "b", "Wlc"));
    assert_true(is_settled(f, &wanted));
    wanted.rows.items[1].desired_from = "Ingress shop/tea";
    assert_false(is_settled(f, &wanted));
    wanted.rows.items[1] = fixture_group(f, "b", "Wrr");
    assert_false(is_settled(f, &wanted));
    wanted.rows.items[1] = fixture_group(f, "b", "Wlc");
    wanted.rows.items[1].position = 2;
    assert_false(is_settled(f, &wanted));
    wanted.rows.items[1] = fixture_group(f, "b", "Wlc");
    wanted.rows.items[1].held = true;
    assert_false(is_settled(f, &wanted));
    wanted.rows.items[1].held = false;
    push(f, &wanted, fixture_group(f, "c", "Wlc"));
    assert_false(is_settled(f, &wanted)); /* "c" is new */
}

static void test_what_was_not_applied_is_not_settled(void **state)
{
    struct fixture *f = *state;
    struct model wanted = { 0 };
    struct resource r = fixture_group(f, "a", "Wlc");
    push(f, &wanted, r);
    r.applied = fixture_group(f, "a", "Wrr").applied;
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_false(is_settled(f, &wanted));
    r.applied = NULL;
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_false(is_settled(f, &wanted));
    r.applied = r.desired;
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_true(is_settled(f, &wanted));
}

static void test_ten_thousand_rows_survive(void **state)
{
    struct fixture *f = *state;
    struct model m = { 0 };
    for (int i = 0; i < 10000; i++) {
        struct resource r = i ? m.rows.items[0] : fixture_group(f, "", "Wlc");
        r.key = arena_fmt(&f->a, "key-%05d", i);
        *LIST_PUSH(&f->a, &m.rows) = r;
    }
    assert_int_equal(writes(f, &m), 10000);
    assert_int_equal(load(f).rows.len, 10000);
    assert_int_equal(writes(f, &m), 0);
}

/* The second time only columns beside the documents differ. */
static void test_row_of_which_little_changes_comes_back_whole(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "a", "Wlc");
    assert_true(store_resource_put(f->st, &r, &f->err));
    r.parent = "p";
    r.desired_from = "Ingress a/b";
    r.position = 3;
    r.held = true;
    r.ours = false;
    r.cloud_id = NULL;
    r.status = "Configuring";
    r.observed_at = NOW + 1;
    r.unused_since = 11;
    r.empty_since = 12;
    assert_true(store_resource_put(f->st, &r, &f->err));
    struct model m = load(f);
    const struct resource *got = &m.rows.items[0];
    assert_string_equal(got->parent, "p");
    assert_string_equal(got->desired_from, "Ingress a/b");
    assert_int_equal(got->position, 3);
    assert_true(got->held && !got->ours);
    assert_null(got->cloud_id);
    assert_string_equal(got->status, "Configuring");
    assert_int_equal(got->observed_at, NOW + 1);
    assert_int_equal(got->unused_since, 11);
    assert_int_equal(got->empty_since, 12);
    same_document(f, got->desired, r.desired);
    same_document(f, got->applied, r.applied);
    same_document(f, got->actual, r.actual);
}

enum { DESIRED = 1, APPLIED = 2, ACTUAL = 4, DOCUMENTS = 8 };

static struct resource with(struct resource r, const struct resource *from, unsigned which)
{
    r.desired = which & DESIRED ? from->desired : r.desired;
    r.applied = which & APPLIED ? from->applied : r.applied;
    r.actual = which & ACTUAL ? from->actual : r.actual;
    return r;
}

static void put_and_expect(struct fixture *f, const struct resource *r)
{
    assert_true(store_resource_put(f->st, r, &f->err));
    struct model m = load(f);
    assert_int_equal(m.rows.len, 1);
    same_document(f, m.rows.items[0].desired, r->desired);
    same_document(f, m.rows.items[0].applied, r->applied);
    same_document(f, m.rows.items[0].actual, r->actual);
}

/* Any of its documents may be the one that changes, and those beside it stay. */
static void test_documents_that_change_are_written_and_no_others(void **state)
{
    struct fixture *f = *state;
    const struct resource x = fixture_group(f, "a", "Wlc"), y = fixture_group(f, "a", "Wrr");
    for (unsigned which = 1; which < DOCUMENTS; which++) {
        const struct resource r = with(x, &y, which);
        put_and_expect(f, &x);
        put_and_expect(f, &r);
    }
}

static void test_row_is_written_again_after_a_rollback(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "a", "Wlc");
    {
        struct store_txn txn CLEANUP(store_txn_done) = { 0 };
        assert_true(store_begin(&txn, f->st, &f->err));
        assert_true(store_resource_put(f->st, &r, &f->err));
    }
    assert_int_equal(load(f).rows.len, 0);
    assert_true(store_resource_put(f->st, &r, &f->err));
    {
        struct batch batch CLEANUP(batch_done) = { 0 };
        assert_true(batch_begin(&batch, f->st, &f->err));
        r.status = "Configuring";
        assert_true(store_resource_put(f->st, &r, &f->err));
    }
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_string_equal(load(f).rows.items[0].status, "Configuring");
}

static void test_row_that_was_removed_is_written_again(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "a", "Wlc");
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_true(store_resource_delete(f->st, r.lb, r.kind, r.key, &f->err));
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_int_equal(load(f).rows.len, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static void test_times_in_the_file_are_of_the_clock_that_was_set(void **state)
{
    struct fixture *f = *state;
    struct resource r = fixture_group(f, "shop/web-api:80", "Wlc");
    r.unused_since = 11;
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_true(store_set_ahead(f->st, 5000, &f->err));
    struct model m = load(f);
    assert_int_equal(m.rows.items[0].observed_at, NOW);
    assert_int_equal(m.rows.items[0].unused_since, 11);
    assert_int_equal(m.rows.items[0].empty_since, 0);
    assert_int_equal(fixture_int(f->st, "SELECT observed_at FROM resource"), NOW + 5000);
    assert_int_equal(fixture_int(f->st, "SELECT unused_since FROM resource"), 5011);
    assert_int_equal(fixture_int(f->st, "SELECT empty_since FROM resource"), 0);
    r.empty_since = NOW + 1;
    assert_true(store_resource_put(f->st, &r, &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT empty_since FROM resource"), NOW + 5001);
    assert_true(store_set_ahead(f->st, -1, &f->err));
    assert_int_equal(load(f).rows.items[0].empty_since, NOW + 1);
    assert_int_equal(fixture_int(f->st, "SELECT empty_since FROM resource"), NOW);
}

static void test_the_journal_stays_as_it_was_written_when_the_clock_is_set(void **state)
{
    struct fixture *f = *state;
    struct store_call call = { .action = "CreateRules", .sent_at = NOW };
    const struct store_outcome done = { .state = "done", .done_at = NOW + 2 };
    assert_true(store_call_intent(f->st, &call, &f->err));
    assert_true(store_set_ahead(f->st, 5000, &f->err));
    assert_true(store_call_done(f->st, call.id, &done, &f->err));
    assert_int_equal(fixture_int(f->st, "SELECT sent_at FROM call"), NOW);
    assert_int_equal(fixture_int(f->st, "SELECT done_at FROM call"), NOW + 5002);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_row_comes_back_whole),
        TEST(test_bare_row_comes_back_bare),
        TEST(test_put_replaces_what_was_set),
        TEST(test_model_is_loaded_in_its_own_order),
        TEST(test_model_put_writes_only_rows_that_differ),
        TEST(test_model_put_removes_rows_that_are_gone),
        TEST(test_row_of_unknown_kind_is_left_alone),
        TEST(test_delete_removes_one_row),
        TEST(test_model_put_is_all_or_nothing),
        TEST(test_unknown_members_of_a_document_are_passed_over),
        TEST(test_one_load_balancer_is_loaded_alone),
        TEST(test_outline_has_names_and_no_documents_of_groups),
        TEST(test_frame_is_all_but_rules_and_groups),
        TEST(test_load_balancers_are_named_once_each),
        TEST(test_settled_is_what_is_wanted_as_before_and_done),
        TEST(test_what_was_not_applied_is_not_settled),
        TEST(test_ten_thousand_rows_survive),
        TEST(test_row_of_which_little_changes_comes_back_whole),
        TEST(test_documents_that_change_are_written_and_no_others),
        TEST(test_row_is_written_again_after_a_rollback),
        TEST(test_row_that_was_removed_is_written_again),
        TEST(test_times_in_the_file_are_of_the_clock_that_was_set),
        TEST(test_the_journal_stays_as_it_was_written_when_the_clock_is_set),
    };
    return cmocka_run_group_tests_name("store/resource", tests, NULL, NULL);
}
