/* test_history.c - what was wanted and what was done, read back in order of time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "tests/unit/store/fixture.h"

static int64_t make_call(struct fixture *f, const char *lb, const char *action, int64_t at)
{
    struct store_call call = { .lane = lb,
                               .lb = lb,
                               .resource = "Rule 80/HTTP#1",
                               .action = action,
                               .client_token = "token-1",
                               .params = "{\"A\":\"1\"}",
                               .cause = "because",
                               .sent_at = at };
    assert_true(store_call_intent(f->st, &call, &f->err));
    return call.id;
}

static void revise(struct fixture *f, const char *lb, const char *document, int64_t at)
{
    assert_true(store_revision_put(f->st, lb, document, "Ingress shop/web", at, &f->err));
}

/* "a/x@1 CreateRules ..." */
static const char *history(struct fixture *f, const char *lb, int64_t max)
{
    store_entries list;
    const char *text = "";
    assert_true(store_history(f->st, lb, max, &f->a, &list, &f->err));
    for (size_t i = 0; i < list.len; i++) {
        const struct store_entry *e = &list.items[i];
        const char *what = e->is_revision ? arena_fmt(&f->a, "%s@%d", e->lb, (int)e->number)
                                          : arena_fmt(&f->a, "%s:%s", e->action, e->state);
        text = arena_fmt(&f->a, "%s%s%s", text, i ? " " : "", what);
    }
    return text;
}

static void test_history_is_in_order_of_time_a_wish_before_its_calls(void **state)
{
    struct fixture *f = *state;
    assert_string_equal(history(f, NULL, 10), "");
    (void)make_call(f, "a/x", "CreateRules", NOW + 5);
    revise(f, "a/x", "{\"v\":1}", NOW + 5);
    revise(f, "a/y", "{\"v\":1}", NOW + 1);
    (void)make_call(f, "a/y", "DeleteRules", NOW + 9);
    assert_string_equal(history(f, NULL, 10), "a/y@1 a/x@1 CreateRules:sent DeleteRules:sent");
    assert_string_equal(history(f, "a/x", 10), "a/x@1 CreateRules:sent");
    assert_string_equal(history(f, "a/z", 10), "");
}

static void test_history_is_cut_at_its_old_end(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < 5; i++)
        (void)make_call(f, "a/x", i < 4 ? "CreateRules" : "DeleteRules", NOW + i);
    assert_string_equal(history(f, NULL, 2), "CreateRules:sent DeleteRules:sent");
}

static void test_call_is_read_with_what_came_of_it(void **state)
{
    struct fixture *f = *state;
    struct store_call call;
    struct store_outcome outcome;
    int64_t id = make_call(f, "a/x", "CreateRules", NOW);
    const struct store_outcome failed = { .state = "failed",
                                          .done_at = NOW + 3,
                                          .http_status = 400,
                                          .code = "Conflict.Priority",
                                          .request_id = "R-1",
                                          .reply = "{}" };
    assert_true(store_call_done(f->st, id, &failed, &f->err));
    assert_true(store_call_read(f->st, id, &f->a, &call, &outcome, &f->err));
    assert_string_equal(call.action, "CreateRules");
    assert_string_equal(call.params, "{\"A\":\"1\"}");
    assert_string_equal(outcome.state, "failed");
    assert_string_equal(outcome.code, "Conflict.Priority");
    assert_int_equal(outcome.http_status, 400);
    assert_int_equal(outcome.done_at, NOW + 3);
    assert_false(store_call_read(f->st, id + 1, &f->a, &call, &outcome, &f->err));
    assert_int_equal(f->err.kind, ERROR_NOT_FOUND);
}

static void test_revision_is_read_by_its_number(void **state)
{
    struct fixture *f = *state;
    struct store_revision r;
    revise(f, "a/x", "{\"v\":1}", NOW);
    revise(f, "a/x", "{\"v\":2}", NOW + 1);
    assert_true(store_revision_read(f->st, "a/x", 1, &f->a, &r, &f->err));
    assert_string_equal(r.document, "{\"v\":1}");
    assert_string_equal(r.cause, "Ingress shop/web");
    assert_int_equal(r.made_at, NOW);
    assert_false(store_revision_read(f->st, "a/x", 3, &f->a, &r, &f->err));
    assert_int_equal(f->err.kind, ERROR_NOT_FOUND);
    assert_non_null(strstr(f->err.msg, "alb-agent history a/x"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

static void test_calls_are_read_since_a_time_but_for_those_that_did_nothing(void **state)
{
    struct fixture *f = *state;
    static const char *const states[] = { "done", "done", "failed", "unknown" };
    store_journal found;
    for (int i = 0; i < 5; i++) {
        const int64_t id = make_call(f, "a/x", "DeleteRules", NOW + i);
        const struct store_outcome o = { .state = i < 4 ? states[i] : "", .done_at = NOW + i };
        assert_true(i == 4 || store_call_done(f->st, id, &o, &f->err));
    }
    assert_true(store_calls_since(f->st, NOW + 1, &f->a, &found, &f->err));
    assert_int_equal(found.len, 3);
    assert_string_equal(found.items[0].outcome.state, "sent");
    assert_string_equal(found.items[1].outcome.state, "unknown");
    assert_string_equal(found.items[2].outcome.state, "done");
    assert_int_equal(found.items[2].call.sent_at, NOW + 1);
    assert_int_equal(found.items[2].outcome.done_at, NOW + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_history_is_in_order_of_time_a_wish_before_its_calls),
        TEST(test_history_is_cut_at_its_old_end),
        TEST(test_call_is_read_with_what_came_of_it),
        TEST(test_revision_is_read_by_its_number),
        TEST(test_calls_are_read_since_a_time_but_for_those_that_did_nothing),
    };
    return cmocka_run_group_tests_name("store/history", tests, NULL, NULL);
}
