/* mock.c - puts the parts together, and is the virtual clock. */
#include "mock.h"

#include <stdlib.h>
#include <string.h>

#include "companion/companion.h"
#include "console/console.h"
#include "fault/fault.h"
#include "flow/flow.h"
#include "record/recorder.h"
#include "record/replay.h"

enum { DOWN_MS = 100 }; /* of a restart that does not say */

static const int64_t START_MS = 1735689600000; /* 2025-01-01T00:00:00Z */

struct mock {
    struct mock_config config;
    struct clock clock; /* the caller's, or our own            */
    int64_t now_ms;     /* of our own                          */
    bool is_virtual;
    struct cloud *cloud;
    struct companion *companion;
    struct flow *flow;
    struct fault_set faults;
    struct front *front;
    struct console *console;
    struct recorder *recorder; /* NULL: nothing is recorded */
    struct replay *replay;     /* NULL: the cloud answers   */
    int64_t down_until_ms;
    struct arena played; /* ids that were given */
    const char *address;
    struct error failure; /* of a restart */
};

static int64_t virtual_now(void *self)
{
    return ((const struct mock *)self)->now_ms;
}

/* A cloud that outlives the program must not see a request id twice: the time of the
 * start takes part. */
static uint64_t front_seed(const struct mock *m, const struct mock_config *config)
{
    return config->state ? config->seed ^ ((uint64_t)mock_now_ms(m) << 20) : config->seed;
}

static bool clouds_open(struct mock *m, const struct mock_config *config, struct error *err)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    const struct cloud_config cloud = {
        .state = config->state,
        .neighbours = config->neighbours,
        .pending_ms = config->pending_ms,
        .seed = config->seed,
        .quotas = config->quotas,
        .n_quotas = config->n_quotas,
    };
    const struct companion_config companion = {
        .file = config->state ? arena_fmt(&a, "%s.companion", config->state) : NULL,
        .seed = config->seed,
    };
    if (!cloud_open(&m->cloud, &cloud, err) || !companion_open(&m->companion, &companion, err))
        return false;
    cloud_set_certificates(m->cloud, companion_has_certificate, m->companion);
    return true;
}

static bool rules_open(struct mock *m, const struct mock_config *config, struct error *err)
{
    m->faults.rng.state = config->seed ^ 0x6661756c74; /* other numbers than its neighbours' */
    if (!flow_open(&m->flow, err))
        return false;
    for (size_t i = 0; i < config->n_flow; i++)
        if (!flow_set(m->flow, config->flow[i], err))
            return error_wrap(err, "flow control");
    for (size_t i = 0; i < config->n_faults; i++)
        if (!fault_add(&m->faults, config->faults[i], strlen(config->faults[i]), mock_now_ms(m),
                       err))
            return error_wrap(err, "faults");
    return true;
}

static bool front_start(struct mock *m, const struct mock_config *config, struct error *err)
{
    const struct front_config front = {
        .cloud = m->cloud,
        .clock = &m->clock,
        .dates = config->dates,
        .keys = config->keys,
        .n_keys = config->n_keys,
        .policies = config->policies,
        .n_policies = config->n_policies,
        .call_log = config->call_log,
        .latencies = config->latencies,
        .n_latencies = config->n_latencies,
        .flow = m->flow,
        .faults = &m->faults,
        .side = companion_side(m->companion),
        .seed = front_seed(m, config),
    };
    return front_open(&m->front, &front, err);
}

static bool record_start(struct mock *m, const struct mock_config *config, struct error *err)
{
    return (!config->record || recorder_open(&m->recorder, config->record, mock_now_ms(m), err))
           && (!config->replay
               || replay_open(&m->replay, config->replay, config->replay_match, err));
}

static bool console_start(struct mock *m, const struct mock_config *config, struct error *err)
{
    const char *text = config->console;
    int64_t now = mock_now_ms(m);
    if (!console_open(&m->console, m->front, config->console_seed, err))
        return false;
    if (text && !console_read(m->console, text, strlen(text), now, err))
        return error_wrap(err, "console");
    if (config->console_every_ms)
        console_edit_every(m->console, config->console_every_ms, now);
    return true;
}

bool mock_open(struct mock **out, const struct mock_config *config, struct error *err)
{
    *out = NULL;
    struct mock *m = calloc(1, sizeof *m);
    if (!m)
        return error_set(err, ERROR_BUG, "out of memory");
    m->config = *config;
    m->is_virtual = !config->clock;
    m->now_ms = config->start_ms ? config->start_ms : START_MS;
    m->clock = config->clock ? *config->clock : (struct clock){ virtual_now, m };
    if (!clouds_open(m, config, err) || !rules_open(m, config, err) || !front_start(m, config, err)
        || !record_start(m, config, err) || !console_start(m, config, err)) {
        mock_close(m);
        return false;
    }
    *out = m;
    return true;
}

void mock_close(struct mock *m)
{
    if (!m)
        return;
    console_close(m->console);
    replay_close(m->replay);
    recorder_close(m->recorder);
    front_close(m->front);
    fault_clear(&m->faults);
    flow_close(m->flow);
    companion_close(m->companion);
    cloud_close(m->cloud);
    arena_done(&m->played);
    free(m);
}

/* Takes the clouds up anew.  When their file cannot be opened an empty cloud takes their
 * place, which nobody gets to see. */
static bool clouds_restart(struct mock *m, struct error *err)
{
    struct error ignored = { 0 };
    companion_close(m->companion);
    cloud_close(m->cloud);
    m->companion = NULL;
    m->cloud = NULL;
    if (clouds_open(m, &m->config, err))
        return true;
    companion_close(m->companion);
    cloud_close(m->cloud);
    m->companion = NULL;
    m->cloud = NULL;
    (void)!clouds_open(m, &(struct mock_config){ .seed = m->config.seed }, &ignored);
    return false;
}

bool mock_restart(struct mock *m, int64_t down_ms, bool forget, struct error *err)
{
    bool ok = true;
    if (m->config.state || forget)
        ok = clouds_restart(m, err);
    front_restart(m->front, m->cloud, companion_side(m->companion));
    m->down_until_ms = ok ? mock_now_ms(m) + down_ms : INT64_MAX;
    if (!ok)
        m->failure = *err;
    return ok;
}

bool mock_is_down(const struct mock *m)
{
    return mock_now_ms(m) < m->down_until_ms;
}

const char *mock_failure(const struct mock *m)
{
    return m->failure.kind ? m->failure.msg : NULL;
}

void mock_call(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct mock *m = arg;
    struct front_restart restart;
    struct error err = { 0 };
    if (mock_is_down(m)) {
        reply->reset = true;
        return;
    }
    int64_t now = mock_now_ms(m);
    if (m->replay) {
        replay_call(m->replay, now, request, reply);
        return;
    }
    (void)console_run(m->console, m->cloud, now);
    front_handle(m->front, request, reply);
    recorder_note(m->recorder, request, reply, now, mock_now_ms(m));
    if (front_takes_restart(m->front, &restart))
        (void)!mock_restart(m, restart.down_ms ? restart.down_ms : DOWN_MS, restart.forget, &err);
    console_called(m->console, m->cloud, now);
}

int64_t mock_now_ms(const struct mock *m)
{
    return clock_now_ms(&m->clock);
}

bool mock_is_virtual(const struct mock *m)
{
    return m->is_virtual;
}

/* The sooner of two waits, of which -1 is never. */
static int64_t sooner(int64_t x, int64_t y)
{
    return x < 0 || (y >= 0 && y < x) ? y : x;
}

int64_t mock_run(struct mock *m)
{
    int64_t now = mock_now_ms(m);
    int64_t deed = console_run(m->console, m->cloud, now);
    int64_t due = sooner(front_run(m->front, now), deed);
    int64_t up =
        now < m->down_until_ms && m->down_until_ms < INT64_MAX ? m->down_until_ms - now : -1;
    return sooner(due, up);
}

void mock_advance(struct mock *m, int64_t ms)
{
    if (!m->is_virtual || ms <= 0)
        return;
    int64_t end = m->now_ms + ms;
    for (int64_t due = mock_run(m); due >= 0 && due <= end - m->now_ms; due = mock_run(m))
        m->now_ms += due > 0 ? due : 1;
    m->now_ms = end;
    (void)mock_run(m);
}

static void give_ids(struct mock *m, const struct mock_moment *moment)
{
    cloud_give_ids(m->cloud, NULL, 0);
    arena_done(&m->played);
    const char **ids = arena_array(&m->played, moment->n_ids + 1, sizeof *ids);
    for (size_t i = 0; i < moment->n_ids; i++)
        ids[i] = arena_strdup(&m->played, moment->ids[i]);
    cloud_give_ids(m->cloud, ids, moment->n_ids);
}

bool mock_play(struct mock *m, const struct mock_moment *moment, struct error *err)
{
    if (!m->is_virtual)
        return error_set(err, ERROR_CONFLICT, "the clock is real; start with --clock virtual");
    const bool back = moment->now_ms < m->now_ms;
    front_follow(m->front, back);
    if (back)
        m->now_ms = moment->now_ms;
    mock_advance(m, moment->now_ms - m->now_ms);
    cloud_set_pending(m->cloud, moment->pending_ms, moment->pending_ms);
    give_ids(m, moment);
    return true;
}

void mock_set_address(struct mock *m, const char *address)
{
    m->address = address;
}

const char *mock_address(const struct mock *m)
{
    return m->address;
}

struct cloud *mock_cloud(struct mock *m)
{
    return m->cloud;
}

struct companion *mock_companion(struct mock *m)
{
    return m->companion;
}

struct front *mock_front(struct mock *m)
{
    return m->front;
}

struct flow *mock_flow(struct mock *m)
{
    return m->flow;
}

struct fault_set *mock_faults(struct mock *m)
{
    return &m->faults;
}

struct replay *mock_replay(struct mock *m)
{
    return m->replay;
}

struct console *mock_console(struct mock *m)
{
    return m->console;
}
