/* test_service.c - the process around the agent: signals, settings read again, log, status.
 *
 * It runs in a process of its own, whose log is a pipe.  No cloud answers it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "alb-agent/service.h"
#include "alb-agent/store.h"

enum { PATIENCE_MS = 60000 };

struct service_process {
    struct arena a;
    char dir[64];
    const char *settings, *state, *manifest;
    pid_t pid;
    int log;
    struct buf said;
};

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "we");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

/* The settings every test has, and 'more'. */
static void configure(struct service_process *p, const char *more)
{
    put(p->settings, arena_fmt(&p->a,
                               "region: cn-hangzhou\nendpoint: 'http://127.0.0.1:1'\nstate: %s\n"
                               "manifests: [%s]\n%s",
                               p->state, p->manifest, more));
}

static int setup(void **state)
{
    struct service_process *p = calloc(1, sizeof *p);
    if (!p)
        return -1;
    *state = p;
    p->log = -1;
    (void)snprintf(p->dir, sizeof p->dir, "/tmp/alb-agent-service-XXXXXX");
    if (!mkdtemp(p->dir))
        return -1;
    p->settings = arena_fmt(&p->a, "%s/agent.yaml", p->dir);
    p->state = arena_fmt(&p->a, "%s/state.db", p->dir);
    p->manifest = arena_fmt(&p->a, "%s/web.yaml", p->dir);
    put(p->manifest, "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"
                     "spec: {config: {zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}}\n");
    return setenv("ALIBABA_CLOUD_ACCESS_KEY_ID", "testak", 1)
           || setenv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "never-to-be-seen", 1);
}

static int teardown(void **state)
{
    struct service_process *p = *state;
    static const char *const names[] = { "agent.yaml",   "web.yaml",     "state.db",
                                         "state.db-wal", "state.db-shm", "state.db.lock" };
    if (p->pid) {
        (void)kill(p->pid, SIGKILL);
        (void)waitpid(p->pid, NULL, 0);
    }
    if (p->log >= 0)
        (void)close(p->log);
    for (size_t i = 0; i < COUNT(names); i++)
        (void)unlink(arena_fmt(&p->a, "%s/%s", p->dir, names[i]));
    (void)rmdir(p->dir);
    buf_done(&p->said);
    arena_done(&p->a);
    free(p);
    return 0;
}

static void begin(struct service_process *p)
{
    int fds[2];
    struct error err;
    const struct config_in in = { .path = p->settings };
    assert_int_equal(pipe(fds), 0);
    p->pid = fork();
    assert_true(p->pid >= 0);
    if (!p->pid) {
        const struct service_config config = { .settings = &in, .log_fd = fds[1] };
        _exit(service_run(&config, &err) ? 0 : 1);
    }
    (void)close(fds[1]);
    p->log = fds[0];
}

/* False at its end. */
static bool listen_on(struct service_process *p)
{
    struct pollfd fd = { .fd = p->log, .events = POLLIN };
    char part[512];
    if (poll(&fd, 1, PATIENCE_MS) != 1)
        fail_msg("it says nothing more: %s", buf_str(&p->said));
    const ssize_t n = read(p->log, part, sizeof part);
    if (n > 0)
        buf_add(&p->said, part, (size_t)n);
    return n > 0;
}

/* Listens until it says that. */
static void wait_for(struct service_process *p, const char *text)
{
    const int64_t end = clock_now_ms(clock_system()) + PATIENCE_MS;
    while (!strstr(buf_str(&p->said), text))
        if (!listen_on(p) || clock_now_ms(clock_system()) > end)
            fail_msg("it never said '%s': %s", text, buf_str(&p->said));
}

static int end(struct service_process *p)
{
    int status;
    while (listen_on(p))
        ;
    assert_int_equal(waitpid(p->pid, &status, 0), p->pid);
    p->pid = 0;
    assert_null(strstr(buf_str(&p->said), "never-to-be-seen"));
    return status;
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void check_clean_end(struct service_process *p, int signal)
{
    struct error err;
    struct store *st;
    struct store_status status;
    bool found = false;
    configure(p, "");
    begin(p);
    wait_for(p, "started");
    assert_int_equal(kill(p->pid, signal), 0);
    assert_int_equal(end(p), 0);
    assert_true(store_open(&st, p->state, STORE_SNAPSHOT, 1, NULL, &err));
    assert_true(store_status_read(st, &p->a, &status, &found, &err));
    store_close(st);
    assert_true(found);
    assert_string_equal(status.phase, "stopped");
    assert_string_equal(status.source, arena_fmt(&p->a, "manifests in %s", p->manifest));
    assert_true(status.started_at > 0 && status.at >= status.started_at);
    assert_false(status.alive);
}

static void test_sigterm_ends_it_and_the_state_file_says_so(void **state)
{
    check_clean_end(*state, SIGTERM);
}

static void test_sigint_ends_it_as_well(void **state)
{
    check_clean_end(*state, SIGINT);
}

static void check_refused(struct service_process *p, const char *settings, const char *says)
{
    struct error err;
    const struct config_in in = { .text = settings };
    const struct service_config config = { .settings = &in, .log_fd = STDERR_FILENO };
    (void)p;
    assert_false(service_run(&config, &err));
    assert_int_equal(err.kind, ERROR_INVALID);
    assert_non_null(strstr(err.msg, says));
}

static void test_what_it_cannot_do_without_is_asked_for(void **state)
{
    check_refused(*state, "manifests: [web.yaml]\n", "--region");
    check_refused(*state, "region: cn-hangzhou\n", "-f PATH");
    check_refused(*state, "nonsense: 1\n", "nonsense");
}

/* ---- settings, read again ---------------------------------------------------------------------
 */

static void test_sighup_takes_new_settings(void **state)
{
    struct service_process *p = *state;
    configure(p, "");
    begin(p);
    wait_for(p, "started");
    configure(p, "batch: {rules: 7}\n");
    assert_int_equal(kill(p->pid, SIGHUP), 0);
    wait_for(p, "batch.rules");
    wait_for(p, "\"after\":\"7\"");
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
}

static void test_what_needs_a_restart_is_named_and_stays(void **state)
{
    struct service_process *p = *state;
    configure(p, "");
    begin(p);
    wait_for(p, "started");
    configure(p, "vpc-id: vpc-2\n");
    assert_int_equal(kill(p->pid, SIGHUP), 0);
    wait_for(p, "needs a restart");
    wait_for(p, "vpc-id");
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
}

static void test_a_mistake_in_new_settings_is_named_and_changes_nothing(void **state)
{
    struct service_process *p = *state;
    configure(p, "");
    begin(p);
    wait_for(p, "started");
    configure(p, "log: {level: error}\nnonsense: 1\n");
    assert_int_equal(kill(p->pid, SIGHUP), 0);
    wait_for(p, "stays as it was");
    wait_for(p, "nonsense");
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
    assert_non_null(strstr(buf_str(&p->said), "stopped")); /* which is no error */
}

static void test_log_levels_change_while_it_runs(void **state)
{
    struct service_process *p = *state;
    configure(p, "log: {level: warn}\n");
    begin(p);
    wait_for(p, "could not be read");
    configure(p, "log: {level: debug}\n");
    assert_int_equal(kill(p->pid, SIGHUP), 0);
    wait_for(p, "log.level");
    assert_null(strstr(buf_str(&p->said), "started"));
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
    assert_non_null(strstr(buf_str(&p->said), "stopped"));
}

static void test_levels_of_single_modules_change_while_it_runs(void **state)
{
    struct service_process *p = *state;
    configure(p, "log: {level: 'error,loop=info'}\n");
    begin(p);
    wait_for(p, "started");
    configure(p, "log: {level: 'error,observe=warn'}\n");
    assert_int_equal(kill(p->pid, SIGHUP), 0);
    assert_null(strstr(buf_str(&p->said), "could not be read"));
    wait_for(p, "could not be read"); /* which 'observe' says as a warning */
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
    assert_null(strstr(buf_str(&p->said), "stopped")); /* 'loop' says no more than errors now */
}

/* ---- the log ----------------------------------------------------------------------------------
 */

static void test_log_is_json_when_it_is_to_be(void **state)
{
    struct service_process *p = *state;
    configure(p, "log: {format: json}\n");
    begin(p);
    wait_for(p, "started");
    assert_int_equal(buf_str(&p->said)[0], '{');
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
}

static void test_log_is_text_when_it_is_to_be(void **state)
{
    struct service_process *p = *state;
    configure(p, "log: {format: text}\n");
    begin(p);
    wait_for(p, "started");
    assert_int_not_equal(buf_str(&p->said)[0], '{');
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
}

static void test_a_cloud_that_cannot_be_read_is_told_and_waited_for(void **state)
{
    struct service_process *p = *state;
    configure(p, "");
    begin(p);
    wait_for(p, "could not be read");
    assert_int_equal(kill(p->pid, SIGTERM), 0);
    assert_int_equal(end(p), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sigterm_ends_it_and_the_state_file_says_so),
        TEST(test_sigint_ends_it_as_well),
        TEST(test_what_it_cannot_do_without_is_asked_for),
        TEST(test_sighup_takes_new_settings),
        TEST(test_what_needs_a_restart_is_named_and_stays),
        TEST(test_a_mistake_in_new_settings_is_named_and_changes_nothing),
        TEST(test_log_levels_change_while_it_runs),
        TEST(test_levels_of_single_modules_change_while_it_runs),
        TEST(test_log_is_json_when_it_is_to_be),
        TEST(test_log_is_text_when_it_is_to_be),
        TEST(test_a_cloud_that_cannot_be_read_is_told_and_waited_for),
    };
    return cmocka_run_group_tests_name("agent/service", tests, NULL, NULL);
}
