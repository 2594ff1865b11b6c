/* life.c - agents come and go: they start, take their turns, stop, and die at any moment. */
#include <stdio.h>
#include <string.h>

#include "alb-agent/source.h"
#include "sim.h"

enum { SETTLED_WITHIN_MS = 4 * 3600 * 1000, TURNS_MAX = 50000, STARTS_MAX = 20, DROP_EVERY = 4 };

static void note(void *arg, const struct agent_event *e)
{
    struct sim *s = arg;
    const struct error *err = e->err ? e->err : e->step ? e->step->err : NULL;
    s->in_sync += e->kind == AGENT_IN_SYNC;
    if (e->step && e->step->kind == APPLY_DONE && e->step->step->family == LANE_LOAD_BALANCER)
        s->done_ms = e->at_ms;
    if (s->options.verbose && (err || e->problem || e->refusal))
        printf("    agent: %s\n", e->problem   ? e->problem->message
                                  : e->refusal ? e->refusal->message
                                               : err->msg);
    bool told = (err && tls_tells_key(err->msg))
                || (e->problem && tls_tells_key(e->problem->message))
                || (e->refusal && tls_tells_key(e->refusal->message));
    for (size_t i = 0; e->step && i < e->step->step->params.len; i++)
        told = told || tls_tells_key(e->step->step->params.items[i].value);
    if (told)
        sim_complain(s, "secret: a private key is told");
}

static void set_objects(struct sim *s)
{
    struct object_set set = { 0 };
    objects_all(&s->world, &set);
    if (set.incomplete)
        sim_complain(s, "simulator: an object of the simulator cannot be read: %s",
                     set.problems.items[0].msg);
    agent_set_objects(s->agent, &set);
}

bool life_start(struct sim *s)
{
    struct error err;
    s->config.session.seed = ++s->agent_seed;
    s->config.event = note;
    s->config.event_arg = s;
    if (!agent_new(&s->agent, &s->config, &err)) {
        s->agent = NULL;
        if (!disk_is_dead(s->disk) && !disk_has_failed(s->disk))
            sim_complain(s, "life: the agent does not start: %s", err.msg);
        return false;
    }
    set_objects(s);
    check_restart(s);
    s->counts.restarts++;
    return true;
}

void life_stop(struct sim *s)
{
    agent_free(s->agent);
    s->agent = NULL;
    s->net.refused = 0;
    net_drop(s);
}

/* Whatever it was that ended it: the next one starts on what is on the disk. */
void life_crash(struct sim *s, bool power)
{
    disk_kill(s->disk);
    life_stop(s);
    disk_revive(s->disk, power, &s->rng);
    s->dead = false;
    s->net.die_before = s->net.die_after = 0;
    sim_disturb(s); /* what it had begun goes on without it */
    s->counts.crashes++;
    if (s->options.verbose)
        printf("    the agent died\n");
}

static bool ensure(struct sim *s)
{
    for (int i = 0; !s->agent && i < STARTS_MAX && !sim_failed(s); i++)
        if (!life_start(s)) {
            disk_revive(s->disk, false, &s->rng);
            s->dead = false;
        }
    return s->agent && !sim_failed(s);
}

/* The state file could not be read or written: the agent ends by itself. */
static void fail(struct sim *s, const struct error *err)
{
    if (!disk_has_failed(s->disk))
        sim_complain(s, "life: the agent ends: %s", err->msg);
    if (s->options.verbose)
        printf("    the agent ends: %s\n", err->msg);
    life_stop(s);
    disk_fail(s->disk, DISK_OK, 0);
    sim_disturb(s);
}

/* One turn; false when there is no agent any more. */
static bool turn(struct sim *s, int64_t *wait)
{
    struct error err;
    s->counts.turns++;
    if (s->read_due_ms && s->read_due_ms <= s->net.now_ms) {
        s->read_due_ms = 0;
        agent_resync(s->agent);
    }
    if (s->clock_due_ms && s->clock_due_ms <= s->net.now_ms) {
        s->clock_due_ms = 0;
        check_clock(s, s->clock_by_ms);
    }
    bool ok = agent_run(s->agent, wait, &err);
    if (s->dead || disk_is_dead(s->disk)) {
        life_crash(s, rng_below(&s->rng, 2));
        return false;
    }
    if (ok)
        return true;
    fail(s, &err);
    return false;
}

void life_settle(struct sim *s)
{
    const int64_t end = s->net.now_ms + SETTLED_WITHIN_MS;
    int64_t wait;
    for (int i = 0; ensure(s); i++) {
        if (!turn(s, &wait))
            continue;
        if (agent_is_quiet(s->agent))
            return;
        if (s->net.now_ms > end || i > TURNS_MAX) {
            sim_complain(s, "rest: the agent does not come to rest");
            return;
        }
        if (wait != 0)
            net_wait(s, wait);
    }
}

/* The limits are narrow, so that there is something to drop. */
static bool keep_house(struct sim *s, struct error *err)
{
    const struct store_limits limits = { .calls = 20,
                                         .revisions = 12,
                                         .revision_bytes = 100000,
                                         .event_age_ms = 600000,
                                         .event_bytes = 20000 };
    struct store *st = agent_store(s->agent);
    return store_prune(st, &limits, agent_now(s->agent), err) && store_checkpoint(st, err);
}

void life_keep_house(struct sim *s)
{
    struct error err;
    if (!s->agent)
        return;
    const bool ok = keep_house(s, &err);
    if (disk_is_dead(s->disk))
        life_crash(s, rng_below(&s->rng, 2));
    else if (!ok)
        fail(s, &err);
    disk_fail(s->disk, DISK_OK, 0);
}

void life_rest(struct sim *s)
{
    struct error err;
    const bool drop = (s->step + 1) % ((size_t)DROP_EVERY * TEMPO_STEPS) == 0;
    if (s->agent && !(drop ? keep_house(s, &err) : store_checkpoint(agent_store(s->agent), &err)))
        fail(s, &err);
}

void life_pass(struct sim *s, int64_t ms)
{
    const int64_t end = s->net.now_ms + ms;
    int64_t wait;
    int turns = 0;
    while (s->net.now_ms < end && ensure(s)) {
        if (!turn(s, &wait))
            continue;
        if (++turns > TURNS_MAX) {
            sim_complain(s, "rest: the agent spins");
            return;
        }
        if (wait < 0 || wait > end - s->net.now_ms)
            wait = end - s->net.now_ms;
        if (wait)
            net_wait(s, wait);
    }
}
