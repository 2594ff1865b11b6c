/* main.c - alb-mock: one loop around the HTTP server, the cloud and two signals. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cloud.h"
#include "companion/companion.h"
#include "front/front.h"
#include "front/options.h"

/* All that serves; closed in reverse order. */
struct mock {
    struct cloud *cloud;
    struct companion *companion;
    struct front *front;
    struct httpd *httpd;
    int signals;
};

static void mock_done(struct mock *m)
{
    httpd_close(m->httpd);
    front_close(m->front);
    companion_close(m->companion);
    cloud_close(m->cloud);
    if (m->signals >= 0)
        (void)close(m->signals);
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

/* A cloud that outlives the program must not see a request id twice: the time of the
 * start takes part. */
static uint64_t front_seed(const struct options *o, int64_t now_ms)
{
    return o->state ? o->seed ^ ((uint64_t)now_ms << 20) : o->seed;
}

/* Beside the cloud's database lies a file of the products beside the cloud. */
static bool companion_start(struct mock *m, const struct options *o, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct companion_config companion = {
        .file = o->state ? arena_fmt(&a, "%s.companion", o->state) : NULL,
        .seed = o->seed,
    };
    return companion_open(&m->companion, &companion, err);
}

static bool mock_open(struct mock *m, const struct options *o, struct error *err)
{
    const struct clock *clock = clock_system();
    const struct cloud_config cloud = {
        .state = o->state,
        .neighbours = o->neighbours,
        .pending_ms = o->pending_ms,
        .seed = o->seed,
        .quotas = o->quotas.items,
        .n_quotas = o->quotas.len,
    };
    if (!cloud_open(&m->cloud, &cloud, err) || !companion_start(m, o, err))
        return false;
    const struct front_config front = {
        .cloud = m->cloud,
        .clock = clock,
        .keys = o->keys.items,
        .n_keys = o->keys.len,
        .call_log = o->call_log,
        .latencies = o->latencies.items,
        .n_latencies = o->latencies.len,
        .side = companion_side(m->companion),
        .seed = front_seed(o, clock_now_ms(clock)),
    };
    if (!front_open(&m->front, &front, err))
        return false;
    const struct httpd_config httpd = {
        .listen = o->listen,
        .handler = front_handle,
        .arg = m->front,
    };
    return httpd_open(&m->httpd, &httpd, err) && signals_open(&m->signals, err);
}

/* The sooner of two waits, of which -1 is never. */
static int sooner(int64_t x, int64_t y)
{
    int64_t wait = x < 0 || (y >= 0 && y < x) ? y : x;
    return wait < 0 ? -1 : wait > 3600000 ? 3600000 : (int)wait;
}

/* Serves until a signal comes. */
static bool serve(struct mock *m, struct error *err)
{
    const struct clock *clock = clock_system();
    struct pollfd fds[] = {
        { .fd = httpd_fd(m->httpd), .events = POLLIN },
        { .fd = m->signals, .events = POLLIN },
    };
    while (!fds[1].revents) {
        int64_t now = clock_now_ms(clock);
        httpd_run(m->httpd, now);
        int64_t due = front_run(m->front, now);
        if (poll(fds, COUNT(fds), sooner(httpd_timeout_ms(m->httpd, now), due)) < 0
            && errno != EINTR)
            return error_set(err, ERROR_BUG, "poll failed");
    }
    return true;
}

static void announce(const struct mock *m, const struct options *o)
{
    size_t host = (size_t)(strrchr(o->listen, ':') - o->listen);
    (void)printf("alb-mock listening on http://%.*s:%u\n", (int)host, o->listen,
                 (unsigned)httpd_port(m->httpd));
    (void)fflush(stdout);
}

int main(int argc, char **argv)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct error err = { 0 };
    struct options o;
    if (!options_parse(&a, argc - 1, argv + 1, &o, &err)) {
        (void)fprintf(stderr, "alb-mock: %s\n", err.msg);
        return 2;
    }
    if (o.verb != OPTIONS_SERVE) {
        (void)fputs(o.verb == OPTIONS_HELP ? options_help() : "alb-mock " ALB_MOCK_VERSION "\n",
                    stdout);
        return 0;
    }
    struct mock m CLEANUP(mock_done) = { .signals = -1 };
    if (!mock_open(&m, &o, &err)) {
        (void)fprintf(stderr, "alb-mock: %s\n", err.msg);
        return 1;
    }
    announce(&m, &o);
    if (serve(&m, &err))
        return 0;
    (void)fprintf(stderr, "alb-mock: %s\n", err.msg);
    return 1;
}
