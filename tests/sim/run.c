/* run.c - one scenario from its first step to the last check. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock-server/console/console.h"
#include "mock-server/fault/fault.h"
#include "mock-server/mock.h"
#include "sim.h"

enum { RESYNC_MS = 600000 };

static uint64_t mixed(uint64_t seed, uint64_t n)
{
    struct rng r = { seed * 0x9e3779b97f4a7c15U + n * 0xd1b54a32d192ed03U + 1 };
    (void)rng_next(&r);
    return rng_next(&r);
}

static void configure(struct sim *s)
{
    struct rng r = { mixed(s->options.seed, UINT64_MAX) };
    s->agent_seed = rng_next(&r) >> 1;
    world_init(&s->world, &r);
    s->config = (struct agent_config){
        .session = { .state = s->state,
                     .cluster_id = "c1",
                     .region = "cn-hangzhou",
                     .endpoint = "http://mock.test",
                     .clock = &s->net.clock,
                     .mono = &s->net.mono,
                     .transport = &s->net.transport },
        .resync_ms = RESYNC_MS,
        /* Every third seed reads server groups at a pace of their own. */
        .group_resync_ms = s->options.seed % 3 ? 0 : RESYNC_MS / 2,
        .awake = s->options.seed % 8 ? 0 : -1, /* now and then all that is quiet leaves memory */
    };
    s->config.session.allow_destroy = true;
    for (int f = 0; f < LANE_FAMILIES; f++) {
        struct apply_pace *pace = &s->config.pace[f];
        pace->concurrent = rng_below(&r, 3) ? 0 : 1 + (size_t)rng_below(&r, 4);
        pace->starts_per_second = rng_below(&r, 3) ? 0 : 1 + (size_t)rng_below(&r, 8);
        pace->delay_ms = rng_below(&r, 3) ? 0 : (int64_t)rng_below(&r, 1000);
    }
    if (!rng_below(&r, 4))
        s->config.session.batch_rules = 1 + (size_t)rng_below(&r, 5);
}

static bool open_mock(struct sim *s)
{
    static const struct access_key key = { .id = "testak", .secret = "testsecret" };
    struct error err;
    const struct mock_config config = {
        .pending_ms = 300,
        .seed = mixed(s->options.seed, UINT64_MAX - 1),
        .keys = &key,
        .n_keys = 1,
        .clock = &s->net.mono,
        .dates = &s->net.clock,
    };
    if (mock_open(&s->mock, &config, &err))
        return true;
    sim_complain(s, "simulator: %s", err.msg);
    return false;
}

/* The first agent of some scenarios loses what it knows while it makes the load balancers, which no
 * list shows yet: all that tells the second one is that there was one. */
static void lose_first(struct sim *s)
{
    struct rng r = { mixed(s->options.seed, UINT64_MAX - 2) };
    if (rng_below(&r, 4))
        return;
    s->net.lag_ms = 1000 + (int64_t)rng_below(&r, 50000);
    s->net.lag_since_ms = s->net.now_ms;
    life_pass(s, (int64_t)rng_below(&r, 3000));
    life_stop(s);
    disk_lose(s->disk);
}

static void begin(struct sim *s)
{
    net_init(s);
    s->disk = disk_new(s->dir);
    configure(s);
    check_begin(s);
    if (!open_mock(s))
        return;
    s->view.stale = VIEW_ALL;
    view_refresh(s);
    step_make_foreign(s);
    check_disturbance(s); /* nothing is there, and then no rules */
    check_allow(s, OUTCOME_DEFAULT);
    check_goal(s);
    lose_first(s);
    life_settle(s);
    s->net.lag_ms = 0;
    check_quiet(s);
    const struct apply_pace *pace = &s->config.pace[LANE_SERVER_GROUP];
    if (!pace->concurrent && !pace->starts_per_second && s->most_lanes < 3)
        sim_complain(s, "parallel: groups are made one after the other");
}

/* Nothing is asked for that cannot be, nothing goes wrong any more. */
static void calm(struct sim *s)
{
    step_clear_faults(s);
    step_heal(s);
    if (s->agent)
        life_stop(s);
    life_settle(s);
    agent_resync(s->agent);
    life_pass(s, 2 * RESYNC_MS);
    if (!sim_failed(s))
        life_settle(s);
}

static void end(struct sim *s)
{
    calm(s);
    if (sim_failed(s))
        return;
    check_end(s);
    const int64_t writes = s->net.writes;
    life_pass(s, 2 * RESYNC_MS + 60000);
    if (!sim_failed(s) && s->net.writes != writes)
        sim_complain(s, "writes: %d writes although all is as asked for",
                     (int)(s->net.writes - writes));
    if (disk_holds(s->disk, "PRIVATE KEY"))
        sim_complain(s, "secret: a private key is in the state file");
}

static void finish(struct sim *s)
{
    agent_free(s->agent);
    net_done(s);
    mock_close(s->mock);
    check_done(s);
    disk_free(s->disk);
    map_done(&s->births);
    map_done(&s->foreign);
    view_done(&s->view);
    arena_done(&s->arena);
}

static enum sim_tempo tempo_at(uint64_t seed, size_t step)
{
    static const enum sim_tempo tempos[] = { TEMPO_ALONE, TEMPO_CLOSE, TEMPO_CALM, TEMPO_CALM };
    return tempos[mixed(~seed, step / TEMPO_STEPS) % COUNT(tempos)];
}

void sim_run(const struct sim_options *options, const char *dir, struct sim_result *out)
{
    struct sim *s = calloc(1, sizeof *s);
    if (!s)
        abort();
    *out = (struct sim_result){ .ok = true };
    s->options = *options;
    s->result = out;
    s->dir = dir;
    s->state = arena_fmt(&s->arena, "%s/state.db", dir);
    (void)remove(arena_fmt(&s->arena, "%s.lock", s->state)); /* of the scenario before */
    begin(s);
    const int64_t began = s->net.now_ms;
    for (s->step = 0; s->step < options->steps && !sim_failed(s); s->step++) {
        s->rng.state = mixed(options->seed, s->step);
        s->tempo = tempo_at(options->seed, s->step);
        if (!options->skip || !options->skip[s->step])
            step_do(s, !options->faultless || !options->faultless[s->step]);
    }
    if (!sim_failed(s))
        end(s);
    s->counts.calls = s->net.calls;
    s->counts.writes = s->net.writes;
    s->counts.virtual_ms = s->net.now_ms - began;
    out->counts = s->counts;
    out->trace = s->net.trace;
    finish(s);
    free(s);
}
