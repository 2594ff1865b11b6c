/* test_main.c - the program itself: verbs, help, version. */
#include "tests/unit/cli/stage.h"

#include <stdio.h>
#include <sys/wait.h>

/* Runs the program and returns its exit code; 'out' is both of its streams. */
static int run(struct stage *s, const char *args)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    FILE *p = popen(arena_fmt(&s->arena, "%s %s 2>&1", AGENT, args), "r");
    assert_non_null(p);
    char line[512];
    while (fgets(line, sizeof line, p))
        buf_adds(&b, line);
    int status = pclose(p);
    s->out = buf_keep(&b, &s->arena);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_help_names_every_verb(void **state)
{
    struct stage *s = *state;
    static const char *const verbs[] = { "plan",      "apply", "drift",  "status",
                                         "translate", "api",   "version" };
    assert_int_equal(run(s, "--help"), 0);
    for (size_t i = 0; i < COUNT(verbs); i++) {
        assert_non_null(strstr(s->out, arena_fmt(&s->arena, "\n  %-10s ", verbs[i])));
    }
    for (size_t i = 0; i < COUNT(verbs); i++) {
        assert_int_equal(run(s, arena_fmt(&s->arena, "%s --help", verbs[i])), 0);
        assert_non_null(strstr(s->out, arena_fmt(&s->arena, "usage: alb-agent %s", verbs[i])));
    }
}

static void test_help_of_verbs_says_their_exit_codes(void **state)
{
    struct stage *s = *state;
    static const char *const verbs[] = { "plan", "apply", "drift", "status", "translate", "api" };
    for (size_t i = 0; i < COUNT(verbs); i++) {
        (void)run(s, arena_fmt(&s->arena, "%s --help", verbs[i]));
        assert_non_null(strstr(s->out, "Exit codes: 0"));
    }
}

static void test_version_is_a_verb_and_a_flag(void **state)
{
    struct stage *s = *state;
    assert_int_equal(run(s, "--version"), 0);
    const char *flag = s->out;
    assert_int_equal(run(s, "version"), 0);
    assert_string_equal(s->out, flag);
}

static void test_no_verb_or_an_unknown_one_is_an_error(void **state)
{
    struct stage *s = *state;
    assert_int_equal(run(s, ""), EXIT_ERROR);
    assert_non_null(strstr(s->out, "usage: alb-agent VERB"));
    assert_int_equal(run(s, "brew"), EXIT_ERROR);
    assert_non_null(strstr(s->out, "no such verb 'brew'"));
    assert_int_equal(run(s, "plan --nosuch"), EXIT_ERROR);
    assert_non_null(strstr(s->out, "no such flag"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_help_names_every_verb),
        TEST(test_help_of_verbs_says_their_exit_codes),
        TEST(test_version_is_a_verb_and_a_flag),
        TEST(test_no_verb_or_an_unknown_one_is_an_error),
    };
    return cmocka_run_group_tests_name("cli/main", tests, NULL, NULL);
}
