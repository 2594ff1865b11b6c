/* test_common.c - exit codes, notes, sources. */
#include "tests/unit/cli/stage.h"

#include <stdlib.h>
#include <unistd.h>

static void test_exit_codes_go_before_each_other_as_designed(void **state)
{
    (void)state;
    /* design.md §7: 1, 5, 6, 7, 3, 4, 2, 0 in this order. */
    static const enum exit_code order[] = { 1, 5, 6, 7, 3, 4, 2, 0 };
    for (size_t i = 0; i < COUNT(order); i++)
        for (size_t j = 0; j < COUNT(order); j++) {
            enum exit_code worse = i < j ? order[i] : order[j];
            assert_int_equal(exit_worse(order[i], order[j]), worse);
        }
}

static void test_refusals_are_quota_before_destruction(void **state)
{
    (void)state;
    struct plan_refusal refusals[] = { { .lb = "a", .message = "" },
                                       { .lb = "b", .quota = true, .message = "" } };
    struct plan plan = { 0 };
    assert_int_equal(refusal_exit(&plan), EXIT_DONE);
    plan.refusals.items = refusals;
    plan.refusals.len = 1;
    assert_int_equal(refusal_exit(&plan), EXIT_REFUSED);
    plan.refusals.len = 2;
    assert_int_equal(refusal_exit(&plan), EXIT_QUOTA);
}

static void test_left_out_objects_make_exit_code_four(void **state)
{
    (void)state;
    struct session s = { 0 };
    assert_int_equal(notes_exit(&s), EXIT_DONE);
    s.objects.incomplete = true;
    assert_int_equal(notes_exit(&s), EXIT_INVALID);
    s.objects.incomplete = false;
    s.wanted.warnings.len = 1; /* which nobody has to act upon */
    assert_int_equal(notes_exit(&s), EXIT_DONE);
    s.wanted.problems.len = 1;
    assert_int_equal(notes_exit(&s), EXIT_INVALID);
}

static void test_notes_name_the_object_and_its_place(void **state)
{
    (void)state;
    struct session s CLEANUP(session_close) = { 0 };
    struct options o = { .output = "text" };
    struct report_in in;
    object_set_problem(&s.objects, "bad.yaml:7", "unreadable");
    *LIST_PUSH(&s.arena, &s.wanted.problems) =
        (struct translate_problem){ "Ingress", "shop", "tea", "tea.yaml:3", "spec: wrong" };
    *LIST_PUSH(&s.arena, &s.wanted.warnings) =
        (struct translate_problem){ "AlbConfig", "", "web", "web.yaml:1", "odd" };
    fill_report(&s, &o, &in);
    assert_int_equal(in.notes.len, 3);
    assert_string_equal(in.notes.items[0].subject, "bad.yaml:7");
    assert_string_equal(in.notes.items[0].message, "unreadable");
    assert_string_equal(in.notes.items[1].subject, "Ingress shop/tea (tea.yaml:3)");
    assert_false(in.notes.items[1].warning);
    assert_string_equal(in.notes.items[2].subject, "AlbConfig web (web.yaml:1)");
    assert_true(in.notes.items[2].warning);
    assert_true(in.incomplete);
}

static void test_error_of_the_state_file_says_that_it_is_one(void **state)
{
    struct stage *s = *state;
    const char *file = stage_file(s, "broken.db", "SQLite format 3");
    struct store *st;
    struct error err;
    assert_false(store_open(&st, file, STORE_SNAPSHOT, 0, NULL, &err));
    assert_true(store_is_error(&err));
    assert_int_equal(stage_run(s, &cmd_status, "--state", file, NULL), EXIT_ERROR);
    assert_non_null(strstr(s->err, "alb-agent: state file "));
}

static void test_colour_is_for_terminals(void **state)
{
    (void)state;
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    assert_false(wants_colour(fds[1]));
    (void)close(fds[0]);
    (void)close(fds[1]);
}

static void test_source_without_albconfig_is_exit_code_four(void **state)
{
    struct stage *stage = *state;
    struct session s CLEANUP(session_close) = { 0 };
    struct options o CLEANUP(options_done) = { .state = stage->state, .output = "text" };
    struct error err;
    enum exit_code code;
    *LIST_PUSH(&o.arena, &o.files) =
        stage_file(stage, "service.yaml", "apiVersion: v1\nkind: Service\nmetadata: {name: tea}\n");
    assert_true(open_session(&s, &o, STORE_SNAPSHOT, false, &err));
    assert_false(read_all(&s, &code, &err));
    assert_int_equal(code, EXIT_INVALID);
    assert_non_null(strstr(err.msg, "no AlbConfig"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_error_of_the_state_file_says_that_it_is_one),
        TEST(test_exit_codes_go_before_each_other_as_designed),
        TEST(test_refusals_are_quota_before_destruction),
        TEST(test_left_out_objects_make_exit_code_four),
        TEST(test_notes_name_the_object_and_its_place),
        TEST(test_colour_is_for_terminals),
        TEST(test_source_without_albconfig_is_exit_code_four),
    };
    return cmocka_run_group_tests_name("cli/common", tests, NULL, NULL);
}
