/* service.c - the process around the agent: it owns the log, the signals and the one wait. */
#include "alb-agent/service.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "alb-agent/agent.h"
#include "alb-agent/httpd.h"
#include "alb-agent/observe.h"
#include "alb-agent/transport.h"
#include "manifests.h"
#include "service_priv.h"

enum {
    STATUS_MS = 1000,           /* between two words about how it goes      */
    HOUSEKEEPING_MS = 60 * 1000 /* between two looks at what only grows     */
};

struct service {
    const struct service_config *config;
    struct arena arena; /* of the settings in force */
    struct agent_settings settings;
    struct agent *g;
    struct log log;
    struct manifests manifests;
    struct service_view view;
    struct server server;
    int signals;
    bool failed; /* the store, while a page was made */
    struct error why;
    int64_t status_at, housekeeping_at; /* monotonic */
};

/* ---- settings -----------------------------------------------------------------------------------
 */

static bool check_settings(const struct agent_settings *s, struct error *err)
{
    if (!s->region)
        return error_set(err, ERROR_INVALID,
                         "no region: give --region, ALIBABA_CLOUD_REGION_ID or 'region' in the "
                         "configuration");
    if (!s->manifests.len)
        return error_set(err, ERROR_INVALID,
                         "no manifests: give -f PATH, or 'manifests' in the configuration");
    return true;
}

static void log_server(struct service *v)
{
    if (v->server.h)
        log_info(&v->log, "loop", "status over HTTP", KV("address", v->server.address),
                 KV_INT("port", httpd_port(v->server.h)));
}

/* Where the settings say now. */
static void move_server(struct service *v)
{
    struct error err;
    bool moved;
    if (!server_move(&v->server, v->settings.status.listen, &moved, &err))
        log_error(&v->log, "loop", "the status server stays where it was", KV("error", err.msg));
    else if (moved)
        log_server(v);
}

/* New settings where that is safe; a mistake in the file changes nothing. */
static void reload(struct service *v)
{
    struct arena a = { 0 };
    struct agent_settings loaded;
    struct error err;
    setting_changes changes = { 0 };
    if (!config_load(&a, v->config->settings, &loaded, &err)
        || !log_set_levels(&v->log, loaded.log.level, &err)) {
        log_error(&v->log, "loop", "the configuration stays as it was", KV("error", err.msg));
        arena_done(&a);
        return;
    }
    /* What a restart would change stays, and lives in the old arena. */
    settings_reload(&v->arena, &v->settings, &loaded, &v->settings, &changes);
    for (size_t i = 0; i < changes.len; i++)
        log_info(&v->log, "loop", changes.items[i].restart ? "needs a restart" : "changed",
                 KV("setting", changes.items[i].path), KV("before", changes.items[i].before),
                 KV("after", changes.items[i].after));
    const struct agent_config config = service_agent_config(&v->arena, &v->settings);
    agent_set_config(v->g, &config);
    move_server(v);
    arena_done(&a);
}

/* ---- log ----------------------------------------------------------------------------------------
 */

static void log_problem(struct log *log, enum log_level level, const struct translate_problem *p)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *object = arena_fmt(&a, "%s %s%s%s", p->kind, p->ns, *p->ns ? "/" : "", p->name);
    LOG_AT(log, level, "source", level == LOG_LEVEL_ERROR ? "left out" : "to be known",
           KV("object", object), KV("origin", p->origin), KV("why", p->message));
}

static void log_step(struct log *log, const struct apply_event *e)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct step *s = e->step;
    const char *what = s->items.len
                           ? arena_fmt(&a, "%s %s%s", resource_kind_name(s->items.items[0].kind),
                                       s->items.items[0].key, s->items.len > 1 ? " ..." : "")
                           : "";
    const struct kv n = KV_INT("resources", (int64_t)s->items.len);
    switch (e->kind) {
    case APPLY_SENT:
        log_debug(log, "lane", "sending", KV("lb", s->lb), KV("call", s->action),
                  KV("resource", what), n);
        return;
    case APPLY_DONE:
        log_info(log, "lane", "changed", KV("lb", s->lb), KV("call", s->action),
                 KV("resource", what), n, KV("cause", s->cause));
        return;
    case APPLY_RETRY:
        log_warn(log, "lane", "will be tried again", KV("lb", s->lb), KV("call", s->action),
                 KV("resource", what), KV_INT("wait_ms", e->wait_ms), KV("error", e->err->msg));
        return;
    case APPLY_FAILED:
        log_error(log, "lane", "failed", KV("lb", s->lb), KV("call", s->action),
                  KV("resource", what), n, KV("cause", s->cause), KV("error", e->err->msg));
        return;
    }
}

static const char *parts_name(unsigned parts)
{
    if (parts == OBSERVE_ALL)
        return "all";
    return parts == OBSERVE_GROUPS ? "server groups" : "load balancers";
}

static void on_event(void *arg, const struct agent_event *e)
{
    struct service *v = arg;
    counts_note(&v->view.counts, e);
    switch (e->kind) {
    case AGENT_STEP: log_step(&v->log, e->step); return;
    case AGENT_READ:
        v->view.problem[0] = '\0';
        log_debug(&v->log, "observe", "read", KV("lb", e->lb ? e->lb : "all"),
                  KV("what", parts_name(e->parts)), KV_INT("resources", (int64_t)e->n));
        return;
    case AGENT_READ_FAILED:
        (void)snprintf(v->view.problem, sizeof v->view.problem, "%s", e->err->msg);
        log_warn(&v->log, "observe", "could not be read", KV("error", e->err->msg));
        return;
    case AGENT_PROBLEM: log_problem(&v->log, LOG_LEVEL_ERROR, e->problem); return;
    case AGENT_WARNING: log_problem(&v->log, LOG_LEVEL_WARN, e->problem); return;
    case AGENT_REFUSED:
        log_warn(&v->log, "plan", "refused", KV("lb", e->lb), KV("why", e->refusal->message));
        return;
    case AGENT_UNSURE:
        log_warn(&v->log, "observe",
                 "the state file is new, though there was one before: what no list shows is made "
                 "only when it is sure that it is not there",
                 KV_INT("wait_ms", e->by_ms));
        return;
    case AGENT_CLOCK:
        v->view.started_at += e->by_ms;
        v->view.past.certificates_at = 0;
        log_warn(&v->log, "loop", "the system's clock was set", KV_INT("by_ms", e->by_ms));
        return;
    case AGENT_IN_SYNC: log_info(&v->log, "lane", "in sync", KV("lb", e->lb)); return;
    }
}

/* ---- signals
 * --------------------------------------------------------------------------------------- */

static bool open_signals(struct service *v, struct error *err)
{
    sigset_t set;
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGHUP);
    if (sigprocmask(SIG_BLOCK, &set, NULL)) // NOLINT(concurrency-mt-unsafe): one thread
        return error_set(err, ERROR_BUG, "signals cannot be blocked");
    v->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return v->signals >= 0 || error_set(err, ERROR_TRANSIENT, "no descriptor for signals");
}

/* False when it has to end at once. */
static bool take_signals(struct service *v)
{
    struct signalfd_siginfo s;
    while (read(v->signals, &s, sizeof s) == (ssize_t)sizeof s) {
        if (s.ssi_signo == SIGHUP) {
            log_info(&v->log, "loop", "reading the configuration again", KV_NONE);
            reload(v);
            agent_resync(v->g);
            continue;
        }
        if (v->view.stopping)
            return false;
        v->view.stopping = true;
        log_info(&v->log, "loop", "stopping: what is in flight is brought to its end", KV_NONE);
        agent_stop(v->g);
    }
    return true;
}

/* ---- the loop
 * ---------------------------------------------------------------------------------------- */

static void watch_fds(struct service *v)
{
    struct transport *t = agent_transport(v->g);
    t->watched[0] = v->signals;
    t->watched[1] = manifests_fd(&v->manifests);
    t->watched[2] = server_fd(&v->server);
    t->n_watched = 3;
}

static int64_t mono_ms(void)
{
    return clock_mono_us() / 1000;
}

static bool put_status(struct service *v, const char *phase, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct store_status status;
    v->status_at = mono_ms();
    service_status(&v->view, phase, clock_now_ms(clock_system()), &a, &status);
    return store_status_put(agent_store(v->g), &status, err);
}

static bool say_status(struct service *v, struct error *err)
{
    return mono_ms() - v->status_at < STATUS_MS
           || put_status(v, v->view.stopping ? "stopping" : "running", err);
}

/* The server's pages. */
static int on_page(void *arg, enum page page, struct buf *b)
{
    struct service *v = arg;
    const int64_t now = clock_now_ms(clock_system());
    switch (page) {
    case PAGE_HEALTH: buf_adds(b, "ok\n"); break; /* the loop turns, or nobody would answer */
    case PAGE_READY: return page_ready(&v->view, b) ? 200 : 503;
    case PAGE_STATUS:
        v->failed = v->failed || !page_status(&v->view, now, b, &v->why);
        return v->failed ? 500 : 200;
    case PAGE_METRICS: page_metrics(&v->view, now, b); break;
    case PAGES: break;
    }
    return 200;
}

static bool serve(struct service *v, int64_t *wait, struct error *err)
{
    *wait = server_run(&v->server, mono_ms());
    if (v->failed)
        *err = v->why;
    return !v->failed;
}

static bool keep_house(struct service *v, struct error *err)
{
    const struct store_limits limits = service_store_limits(&v->settings);
    const int64_t now = mono_ms();
    if (now - v->housekeeping_at < HOUSEKEEPING_MS || !agent_is_quiet(v->g))
        return true;
    v->housekeeping_at = now;
    if (!store_prune(agent_store(v->g), &limits, agent_now(v->g), err)
        || !store_checkpoint(agent_store(v->g), err))
        return false;
    agent_tidy(v->g);
    return true;
}

/* All that can be done now; '*wait': until there is more, or -1. */
static bool turn(struct service *v, bool *done, int64_t *wait, struct error *err)
{
    int64_t served;
    *done = !take_signals(v);
    if (*done)
        return true;
    if (!serve(v, &served, err) || !manifests_take(&v->manifests, v->g, err)
        || !agent_run(v->g, wait, err) || !say_status(v, err) || !keep_house(v, err))
        return false;
    *wait = wait_sooner(*wait, served);
    *done = v->view.stopping && agent_is_quiet(v->g);
    return true;
}

static bool loop(struct service *v, struct error *err)
{
    for (;;) {
        bool done;
        int64_t wait;
        const int64_t began_us = clock_mono_us();
        if (!turn(v, &done, &wait, err))
            return false;
        if (done)
            return true;
        histogram_note(&v->view.counts.turns, clock_mono_us() - began_us);
        if (!wait)
            continue;
        watch_fds(v);
        struct transport *t = agent_transport(v->g);
        t->wait(t, wait < 0 || wait > HOUSEKEEPING_MS ? HOUSEKEEPING_MS : wait);
    }
}

static bool run(struct service *v, struct error *err)
{
    struct agent_config config = service_agent_config(&v->arena, &v->settings);
    config.event = on_event;
    config.event_arg = v;
    bool moved;
    if (!open_signals(v, err) || !server_move(&v->server, v->settings.status.listen, &moved, err)
        || !agent_new(&v->g, &config, err)
        || !manifests_open(&v->manifests, v->g, v->settings.manifests.items,
                           v->settings.manifests.len, err))
        return false;
    v->view.g = v->g;
    log_info(&v->log, "loop", "started", KV("version", ALB_AGENT_VERSION),
             KV("region", v->settings.region));
    log_server(v);
    if (!loop(v, err) || !put_status(v, "stopped", err))
        return false;
    log_info(&v->log, "loop", "stopped", KV_INT("done", (int64_t)agent_counts(v->g).done));
    return true;
}

bool service_run(const struct service_config *config, struct error *err)
{
    struct service v = { .config = config,
                         .log = { .fd = config->log_fd, .colour = config->colour },
                         .signals = -1,
                         .view = { .started_at = clock_now_ms(clock_system()) } };
    v.view.settings = &v.settings;
    v.server.page = on_page;
    v.server.arg = &v;
    bool ok = config_load(&v.arena, config->settings, &v.settings, err)
              && check_settings(&v.settings, err);
    if (ok) {
        v.log.format = v.settings.log.format;
        log_init(&v.log);
        ok = log_set_levels(&v.log, v.settings.log.level, err) && run(&v, err);
    }
    server_close(&v.server);
    status_past_done(&v.view.past);
    manifests_close(&v.manifests);
    agent_free(v.g);
    if (v.signals >= 0)
        (void)close(v.signals);
    arena_done(&v.arena);
    return ok;
}
