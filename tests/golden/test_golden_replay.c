/* test_golden_replay.c - recordings of runs that were, once more: the same calls each time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "alb-agent/file.h"
#include "alb-agent/replay.h"

enum { MOST = 1 << 26 };

struct fixture {
    struct arena a;
    char dir[64];
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    *state = f;
    (void)snprintf(f->dir, sizeof f->dir, "%s/alb-agent-golden-XXXXXX",
                   access("/dev/shm", W_OK) ? "/tmp" : "/dev/shm");
    return mkdtemp(f->dir) ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    DIR *d = opendir(f->dir);
    for (struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        (void)unlink(arena_fmt(&f->a, "%s/%s", f->dir, e->d_name));
    if (d)
        (void)closedir(d);
    (void)rmdir(f->dir);
    arena_done(&f->a);
    free(f);
    return 0;
}

/* A recording without the lines that begin so; NULL: all of it. */
static void play(struct fixture *f, const char *name, const char *without, struct tape *t,
                 struct replay_result *result)
{
    struct error err;
    const struct replay_options options = { .dir = f->dir };
    const char *text;
    const char *path = arena_fmt(&f->a, "%s/tests/golden/replay/%s.jsonl", TEST_SOURCE_DIR, name);
    if (!file_text(&f->a, path, MOST, &text, &err))
        fail_msg("%s: %s", name, err.msg);
    struct buf kept CLEANUP(buf_done) = { .max = MOST };
    for (const char *line = text, *end; *line; line = end) {
        end = strchr(line, '\n') ? strchr(line, '\n') + 1 : line + strlen(line);
        if (!without || strncmp(line, without, strlen(without)) != 0)
            buf_add(&kept, line, (size_t)(end - line));
    }
    if (!tape_read(&f->a, buf_str(&kept), kept.len, t, &err)
        || !replay_run(&f->a, t, &options, result, &err))
        fail_msg("%s: %s", name, err.msg);
}

/* How many calls are in it, as counted by hand, and that they are made again. */
static void check(struct fixture *f, const char *name, size_t calls)
{
    struct tape t;
    struct replay_result result;
    play(f, name, NULL, &t, &result);
    if (result.differs)
        fail_msg("%s: after %zu calls: %s", name, result.calls,
                 result.first.what ? result.first.what : "one more or less");
    assert_int_equal(result.calls, calls);
    assert_int_equal(t.n_calls, calls);
}

static void test_applies_with_a_deed_between_them(void **state)
{
    check(*state, "applies", 10);
}

static void test_certificates_without_their_keys(void **state)
{
    check(*state, "tls", 28);
}

static void test_calls_that_failed(void **state)
{
    check(*state, "failed-calls", 13);
}

static void test_a_canary_and_deeds_at_the_console(void **state)
{
    check(*state, "canary", 15);
}

static void test_an_agent_that_was_killed(void **state)
{
    check(*state, "killed", 17);
}

/* On a busy machine, so that readings took long and came one after the other. */
static void test_an_agent_that_was_stopped_in_the_middle_of_a_change(void **state)
{
    check(*state, "stopped", 24);
}

static void test_what_people_decided(void **state)
{
    check(*state, "decided", 18);
}

/* What was accepted is corrected then: a call too many, though the clock of the replay, which was
 * late, is past the end of the recording at that moment. */
static void test_without_a_verdict_there_is_a_call_too_many(void **state)
{
    struct tape t;
    struct replay_result result;
    play(*state, "decided", "{\"event\":\"VERDICT\"", &t, &result);
    assert_true(result.differs);
    assert_null(result.first.recorded);
    assert_string_equal(result.first.made->call.action, "UpdateServerGroupAttribute");
    assert_string_equal(result.first.made->call.cause, "drift: ServerGroupName");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_applies_with_a_deed_between_them),
        TEST(test_certificates_without_their_keys),
        TEST(test_calls_that_failed),
        TEST(test_a_canary_and_deeds_at_the_console),
        TEST(test_an_agent_that_was_killed),
        TEST(test_an_agent_that_was_stopped_in_the_middle_of_a_change),
        TEST(test_what_people_decided),
        TEST(test_without_a_verdict_there_is_a_call_too_many),
    };
    return cmocka_run_group_tests_name("golden/replay", tests, NULL, NULL);
}
