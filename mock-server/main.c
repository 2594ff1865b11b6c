/* main.c - alb-mock: one loop around the HTTP servers, the mock and two signals. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "admin/admin.h"
#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "coverage.h"
#include "front/options.h"
#include "mock.h"
#include "record/replay.h"
#include "state.h"

/* All that serves; closed in reverse order. */
struct program {
    struct arena arena;
    struct httpd_config api;
    struct mock *mock;
    struct httpd *httpd, *admin;
    int signals;
    const char *report; /* of a replay, NULL: none */
    bool told;          /* the first divergence is in it */
};

static void program_done(struct program *p)
{
    httpd_close(p->admin);
    httpd_close(p->httpd);
    mock_close(p->mock);
    if (p->signals >= 0)
        (void)close(p->signals);
    arena_done(&p->arena);
}

/* From here on SIGTERM and SIGINT are only seen on the descriptor. */
static bool signals_open(int *fd, struct error *err)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    const struct sigaction ignore = { .sa_handler = SIG_IGN };
    (void)sigaction(SIGPIPE, &ignore, NULL);
    *fd = pthread_sigmask(SIG_BLOCK, &set, NULL) ? -1
                                                 : signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
    return *fd >= 0 || error_set(err, ERROR_BUG, "signals cannot be watched");
}

/* The text of a file, in 'a'. */
static bool read_file(struct arena *a, const char *path, const char **text, struct error *err)
{
    struct buf b CLEANUP(buf_done) = { .max = 16U << 20 };
    char piece[4096];
    size_t n;
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set(err, ERROR_INVALID, "%s cannot be read", path);
    while ((n = fread(piece, 1, sizeof piece, file)))
        buf_add(&b, piece, n);
    (void)fclose(file);
    *text = buf_keep(&b, a);
    return !b.failed || error_set(err, ERROR_INVALID, "%s is too large", path);
}

static bool mock_start(struct program *p, struct options *o, struct error *err)
{
    const struct clock *clock = clock_system();
    const char *scenario = NULL, *console = NULL;
    enum replay_match match = REPLAY_KEY;
    if (o->match && !replay_match_named(o->match, &match))
        return error_set(err, ERROR_INVALID, "--match: '%s' is none of strict, key, fuzzy",
                         o->match);
    if (o->fault_file) {
        if (!read_file(&p->arena, o->fault_file, &scenario, err))
            return false;
        *LIST_PUSH(&p->arena, &o->faults) = scenario;
    }
    if (o->console && !read_file(&p->arena, o->console, &console, err))
        return false;
    const struct mock_config config = {
        .state = o->state,
        .neighbours = o->neighbours,
        .call_log = o->call_log,
        .pending_ms = o->pending_ms,
        .seed = o->seed,
        .quotas = o->quotas.items,
        .n_quotas = o->quotas.len,
        .keys = o->keys.items,
        .n_keys = o->keys.len,
        .policies = o->policies.items,
        .n_policies = o->policies.len,
        .latencies = o->latencies.items,
        .n_latencies = o->latencies.len,
        .flow = o->flow.items,
        .n_flow = o->flow.len,
        .faults = o->faults.items,
        .n_faults = o->faults.len,
        .console = console,
        .console_seed = o->console_seed,
        .console_every_ms = o->console_every_ms,
        .record = o->record,
        .replay = o->verb == OPTIONS_REPLAY ? o->files[0] : NULL,
        .replay_match = match,
        .clock = o->virtual_clock ? NULL : clock,
        .start_ms = o->start_ms ? o->start_ms : clock_now_ms(clock),
        .dates = clock, /* clients have no virtual clock */
    };
    cJSON *state CLEANUP(json_done) = NULL;
    return mock_open(&p->mock, &config, err)
           && (!o->import
               || (state_file_read(o->import, &state, err) && mock_import(p->mock, state, err)));
}

/* The address that was served so far, also where a free port was asked for. */
static const char *same_listen(struct program *p)
{
    size_t host = (size_t)(strrchr(p->api.listen, ':') - p->api.listen);
    return arena_fmt(&p->arena, "%.*s:%u", (int)host, p->api.listen,
                     (unsigned)httpd_port(p->httpd));
}

static bool program_open(struct program *p, struct options *o, struct error *err)
{
    if (!mock_start(p, o, err))
        return false;
    p->api = (struct httpd_config){
        .listen = o->listen,
        .handler = mock_call,
        .arg = p->mock,
    };
    const struct httpd_config admin = {
        .listen = o->admin,
        .handler = admin_handle,
        .arg = p->mock,
        .max_body = 64U << 20, /* a whole state */
    };
    if (o->tls_cert
        && (!read_file(&p->arena, o->tls_cert, &p->api.tls_cert, err)
            || !read_file(&p->arena, o->tls_key, &p->api.tls_key, err)))
        return false;
    if (!httpd_open(&p->httpd, &p->api, err) || (o->admin && !httpd_open(&p->admin, &admin, err)))
        return false;
    mock_set_address(
        p->mock, arena_fmt(&p->arena, "%s://%s", o->tls_cert ? "https" : "http", same_listen(p)));
    return signals_open(&p->signals, err);
}

/* The sooner of two waits, of which -1 is never. */
static int64_t sooner(int64_t x, int64_t y)
{
    return x < 0 || (y >= 0 && y < x) ? y : x;
}

/* How long to sleep: what waits for a virtual clock is woken by whoever moves it. */
static int wait_for(struct program *p, int64_t due, int64_t now)
{
    int64_t wait = p->httpd ? httpd_timeout_ms(p->httpd, now) : -1;
    if (mock_is_virtual(p->mock))
        wait = wait == 0 ? 0 : -1;
    else
        wait = sooner(wait, due);
    if (p->admin)
        wait = sooner(wait, httpd_timeout_ms(p->admin, now));
    return wait < 0 ? -1 : wait > 3600000 ? 3600000 : (int)wait;
}

/* A mock that restarts has no listener for a while; who was connected is cut off. */
static bool follow_restart(struct program *p, struct error *err)
{
    if (mock_failure(p->mock))
        return error_set(err, ERROR_BUG, "restart: %s", mock_failure(p->mock));
    if (p->httpd && mock_is_down(p->mock)) {
        p->api.listen = same_listen(p);
        httpd_close(p->httpd);
        p->httpd = NULL;
    }
    return p->httpd || mock_is_down(p->mock) || httpd_open(&p->httpd, &p->api, err);
}

static bool write_file(const char *path, const struct buf *text)
{
    FILE *file = fopen(path, "we");
    if (!file)
        return false;
    bool ok = fwrite(buf_str(text), 1, text->len, file) == text->len;
    return !fclose(file) && ok;
}

/* Writes the report of a replay when it has diverged, and when it is over. */
static bool tell_replay(struct program *p, bool over, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { .max = 64U << 20 };
    struct replay *replay = mock_replay(p->mock);
    if (!replay || !p->report || (!over && (p->told || !replay_has_diverged(replay))))
        return true;
    p->told = true;
    replay_report(replay, &text);
    buf_addc(&text, '\n');
    return write_file(p->report, &text)
           || error_set(err, ERROR_INVALID, "%s: cannot be written", p->report);
}

/* The exit status of a server that was ended: 3 when its replay has diverged. */
static int finish(struct program *p, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { .max = 64U << 20 };
    struct replay *replay = mock_replay(p->mock);
    if (!replay)
        return 0;
    replay_end(replay);
    replay_explain(replay, &text);
    (void)fputs(buf_str(&text), stderr);
    if (!tell_replay(p, true, err)) {
        (void)fprintf(stderr, "alb-mock: %s\n", err->msg);
        return 1;
    }
    return replay_has_diverged(replay) ? 3 : 0;
}

/* Serves until a signal comes. */
static bool serve(struct program *p, struct error *err)
{
    struct pollfd fds[] = {
        { .fd = p->signals, .events = POLLIN },
        { .fd = -1, .events = POLLIN },
        { .fd = p->admin ? httpd_fd(p->admin) : -1, .events = POLLIN },
    };
    while (!fds[0].revents) {
        if (p->admin)
            httpd_run(p->admin, mock_now_ms(p->mock));
        int64_t now = mock_now_ms(p->mock);
        if (p->httpd)
            httpd_run(p->httpd, now);
        int64_t due = mock_run(p->mock);
        if (!follow_restart(p, err) || !tell_replay(p, false, err))
            return false;
        fds[1].fd = p->httpd ? httpd_fd(p->httpd) : -1;
        if (poll(fds, COUNT(fds), wait_for(p, due, now)) < 0 && errno != EINTR)
            return error_set(err, ERROR_BUG, "poll failed");
    }
    return true;
}

static void announce(const char *what, const char *scheme, const char *listen,
                     const struct httpd *httpd)
{
    size_t host = (size_t)(strrchr(listen, ':') - listen);
    (void)printf("alb-mock %s on %s://%.*s:%u\n", what, scheme, (int)host, listen,
                 (unsigned)httpd_port(httpd));
    (void)fflush(stdout);
}

static int coverage_print(struct error *err)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    struct coverage total;
    if (!coverage_write(&b, NULL, &total, err)) {
        (void)fprintf(stderr, "alb-mock: %s\n", err->msg);
        return 1;
    }
    return fputs(buf_str(&b), stdout) < 0;
}

static bool export_state(const struct options *o, int *status, struct error *err)
{
    struct buf text CLEANUP(buf_done) = { .max = 1U << 30 };
    cJSON *state CLEANUP(json_done) = NULL;
    if (!state_file_read(o->state, &state, err))
        return false;
    json_write(&text, state, false);
    buf_addc(&text, '\n');
    *status = fputs(buf_str(&text), stdout) < 0;
    return true;
}

static bool import_state(const struct options *o, int *status, struct error *err)
{
    cJSON *state CLEANUP(json_done) = NULL;
    *status = 0;
    return state_file_read(o->files[0], &state, err) && state_file_write(o->state, state, err);
}

/* A line for each difference; 3 when there is any. */
static bool diff_states(const struct options *o, int *status, struct error *err)
{
    cJSON *from CLEANUP(json_done) = NULL, *to CLEANUP(json_done) = NULL;
    if (!state_file_read(o->files[0], &from, err) || !state_file_read(o->files[1], &to, err))
        return false;
    cJSON *diff CLEANUP(json_done) = mock_diff(from, to);
    const cJSON *one;
    cJSON_ArrayForEach (one, diff) {
        struct buf line CLEANUP(buf_done) = { .max = 64U << 20 };
        json_write(&line, one, false);
        (void)puts(buf_str(&line));
    }
    *status = diff->child ? 3 : 0;
    return true;
}

/* The commands on files of states; '*status' is the program's. */
static bool run_on_files(const struct options *o, int *status, struct error *err)
{
    if (o->verb == OPTIONS_EXPORT)
        return export_state(o, status, err);
    if (o->verb == OPTIONS_IMPORT)
        return import_state(o, status, err);
    return diff_states(o, status, err);
}

int main(int argc, char **argv)
{
    json_abort_without_memory();
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    if (!options_parse(&a, argc - 1, argv + 1, &o, &err)) {
        (void)fprintf(stderr, "alb-mock: %s\n", err.msg);
        return 2;
    }
    if (o.verb == OPTIONS_COVERAGE)
        return coverage_print(&err);
    if (o.verb == OPTIONS_HELP || o.verb == OPTIONS_VERSION) {
        (void)fputs(o.verb == OPTIONS_HELP ? options_help() : "alb-mock " ALB_MOCK_VERSION "\n",
                    stdout);
        return 0;
    }
    if (o.verb == OPTIONS_EXPORT || o.verb == OPTIONS_IMPORT || o.verb == OPTIONS_DIFF) {
        int status = 1;
        if (!run_on_files(&o, &status, &err))
            (void)fprintf(stderr, "alb-mock: %s\n", err.msg);
        return status;
    }
    struct program p CLEANUP(program_done) = { .signals = -1, .report = o.report };
    if (!program_open(&p, &o, &err)) {
        (void)fprintf(stderr, "alb-mock: %s\n", err.msg);
        return 1;
    }
    announce(o.verb == OPTIONS_REPLAY ? "replaying" : "listening", o.tls_cert ? "https" : "http",
             o.listen, p.httpd);
    if (p.admin)
        announce("admin", "http", o.admin, p.admin);
    if (serve(&p, &err))
        return finish(&p, &err);
    (void)fprintf(stderr, "alb-mock: %s\n", err.msg);
    return 1;
}
