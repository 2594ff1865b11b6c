/* test_crash.c - the agent dies at its nth write, before or after the cloud did it; the next
 * run converges, and nothing is there twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/world.h"

struct bomb {
    int left; /* writes until it goes off */
    bool after_effect;
};

static void die_before(void *arg, const struct mock_call *c)
{
    struct bomb *b = arg;
    if (c->write && !b->after_effect && !--b->left)
        _exit(0);
}

static void die_after(void *arg, const struct mock_call *c, cJSON *reply)
{
    struct bomb *b = arg;
    (void)reply;
    if (c->write && b->after_effect && !--b->left)
        _exit(0);
}

/* The cloud lives in a file too: it must outlive the process that dies. */
static void use_cloud_file(struct world *w, int64_t now_ms)
{
    const char *file = arena_fmt(&w->arena, "%s/cloud.db", w->dir);
    if (w->mock.front)
        mock_transport_close(&w->mock);
    mock_transport_open(&w->mock, &(struct mock_options){ .state = file, .now_ms = now_ms });
}

enum { START_MS = 1767225600 };

/* Runs an apply in a process of its own; says whether it died of the bomb. */
static bool dies_at(struct world *w, struct bomb bomb)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (!pid) {
        use_cloud_file(w, (int64_t)START_MS * 1000);
        w->mock.arg = &bomb;
        w->mock.on_request = die_before;
        w->mock.on_reply = die_after;
        (void)world_apply(w);
        _exit(1);
    }
    int status;
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status) == 0;
}

/* What the listener has beside its rules. */
enum more { NOTHING, GUARD, SCRIPTS };
enum { SCRIPT_WRITES = 2 }; /* one each */

static bool crash_and_recover(struct bomb bomb, enum more more)
{
    void *state;
    assert_int_equal(world_setup(&state), 0);
    struct world *w = state;
    world_write_shop(w);
    if (more == GUARD)
        world_write_guard(w, "White", "10.0.0.0/8");
    if (more == SCRIPTS)
        world_write_scripts(w, "[{aScriptName: one, scriptContent: a}, {aScriptName: two, "
                               "position: ResponseHead, scriptContent: b}]");
    bool died = dies_at(w, bomb);
    use_cloud_file(w, (int64_t)START_MS * 1000 + 60000);
    w->config.seed = 1000;
    struct session_result r = world_apply(w);
    if (!r.in_sync || r.counts.failed)
        fail_msg("after a crash at write %d: %s", bomb.left, r.counts.first.msg);
    assert_int_equal(world_count(w, "LoadBalancers"), 1);
    assert_int_equal(world_count(w, "Listeners"), 1);
    assert_int_equal(world_count(w, "ServerGroups"), 3);
    assert_int_equal(world_count(w, "Rules"), 2);
    assert_int_equal(world_count(w, "Acls"), more == GUARD);
    assert_int_equal(world_count(w, "AScripts"), more == SCRIPTS ? SCRIPT_WRITES : 0);
    assert_int_equal(world_open_intents(w), 0);
    r = world_apply(w);
    assert_int_equal(r.writes, 0);
    assert_int_equal(world_teardown(&state), 0);
    return died;
}

static void crash_everywhere(bool after_effect, enum more more)
{
    int n = 1;
    static const int writes[] = { [GUARD] = GUARD_WRITES, [SCRIPTS] = SCRIPT_WRITES };
    while (crash_and_recover((struct bomb){ .left = n, .after_effect = after_effect }, more))
        n++;
    /* The last one lived. */
    assert_int_equal(n, SHOP_WRITES + writes[more] + 1);
}

static void test_crash_before_any_write_converges(void **state)
{
    (void)state;
    crash_everywhere(false, NOTHING);
}

static void test_crash_after_any_write_makes_nothing_twice(void **state)
{
    (void)state;
    crash_everywhere(true, NOTHING);
}

static void test_access_lists_are_made_once_wherever_a_crash_comes(void **state)
{
    (void)state;
    crash_everywhere(false, GUARD);
    crash_everywhere(true, GUARD);
}

/* They carry no tag: what a run that died has made is known by its name. */
static void test_scripts_are_made_once_wherever_a_crash_comes(void **state)
{
    (void)state;
    crash_everywhere(true, SCRIPTS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crash_before_any_write_converges),
        cmocka_unit_test(test_crash_after_any_write_makes_nothing_twice),
        cmocka_unit_test(test_access_lists_are_made_once_wherever_a_crash_comes),
        cmocka_unit_test(test_scripts_are_made_once_wherever_a_crash_comes),
    };
    return cmocka_run_group_tests_name("apply/crash", tests, NULL, NULL);
}
