/* step.c - a step: something changes, and something may go wrong meanwhile; then all has to come to
 * rest. */
#include <stdio.h>

#include "sim.h"

enum {
    HOUSE_EVERY = 3
}; /* eights of steps, between two times that the state file is put in order */

size_t draw(struct sim *s, size_t n)
{
    return (size_t)rng_below(&s->rng, n);
}

bool one_in(struct sim *s, size_t n)
{
    return !draw(s, n);
}

/* ---- other changes --------------------------------------------------------------------------- */

static bool restart(struct sim *s)
{
    life_stop(s);
    return true;
}

/* All that was known is lost, at any moment, and lists may lack what was made just before; the next
 * agent runs here, or where none was before.  What nobody remembers stays as it is, so that no
 * object may be in doubt then. */
static bool lose_database(struct sim *s)
{
    step_heal(s);
    if (one_in(s, 2)) {
        s->net.lag_ms = 1000 + (int64_t)draw(s, 50000);
        s->net.lag_since_ms = s->net.now_ms;
        (void)change_ingress(s);
        check_goal(s);
        life_pass(s, (int64_t)draw(s, 5000));
    }
    if (s->agent)
        life_stop(s);
    sim_disturb(s); /* what it had begun goes on without it */
    disk_lose(s->disk);
    check_lost(s);
    if (one_in(s, 2))
        (void)remove(arena_fmt(&s->arena, "%s.lock", s->state));
    return true;
}

/* The file is put in order, and the process or the disk may fail at any point of that. */
static bool keep_house(struct sim *s)
{
    static const enum disk_fault faults[] = { DISK_OK,        DISK_DIE_BEFORE, DISK_DIE_AFTER,
                                              DISK_DIE_AFTER, DISK_ERROR,      DISK_FULL };
    disk_fail(s->disk, faults[draw(s, COUNT(faults))], 1 + (int64_t)draw(s, 80));
    life_keep_house(s);
    return false;
}

static bool wait_long(struct sim *s)
{
    life_pass(s, 60000 + (int64_t)draw(s, 600000));
    return false;
}

/* Every object again, as after a connection that broke. */
static bool relist(struct sim *s)
{
    struct object_set set = { 0 };
    objects_all(&s->world, &set);
    if (s->agent)
        agent_set_objects(s->agent, &set);
    object_set_done(&set);
    return false;
}

/* A watch that was broken: what changed meanwhile is told as a whole, at once or to the next agent,
 * and what went is not told of. */
static bool change_unheard(struct sim *s)
{
    static bool (*const makes[])(struct sim *) = { change_ingress, change_backend, remove_ingress,
                                                   change_pods,    change_canary,  change_settings,
                                                   change_balancer };
    bool any = false;
    s->deaf = true;
    for (size_t n = 1 + draw(s, 4); n; n--)
        any = makes[draw(s, COUNT(makes))](s) || any;
    s->deaf = false;
    if (one_in(s, 3))
        life_stop(s);
    else
        (void)relist(s);
    return any;
}

/* Less is no setting of a clock. */
static int64_t draw_setting(struct sim *s)
{
    const int64_t ms = 1000 + (int64_t)draw(s, 6 * 3600 * 1000);
    return one_in(s, 2) ? ms : -ms;
}

/* The clock is set, while an agent runs or while none does. */
static bool set_clock(struct sim *s)
{
    const int64_t ms = draw_setting(s);
    if (one_in(s, 2))
        life_stop(s);
    check_clock(s, ms);
    return false;
}

/* ---- a step ---------------------------------------------------------------------------------- */

static const struct kind {
    const char *name;
    bool (*make)(struct sim *);
    size_t weight;
    bool routes;  /* it changes a rule or a server set        */
    bool objects; /* it changes objects alone, and is all told */
} changes[] = {
    { "ingress", change_ingress, 22, true, true },
    { "backend", change_backend, 12, true, true },
    { "no ingress", remove_ingress, 8, true, true },
    { "pods", change_pods, 24, true, true },
    { "canary", change_canary, 7, true, true },
    { "rename", rename_service, 3, true, true },
    { "settings", change_settings, 4, false, true },
    { "balancer", change_balancer, 4, true, false },
    { "tls", change_tls, 7, false, false },
    { "hostile", make_hostile, 4, false, false },
    { "console", change_by_console, 9, false, false },
    { "restart", restart, 2, false, false },
    { "lost", lose_database, 2, true, false },
    { "relist", relist, 2, false, true },
    { "unheard", change_unheard, 4, true, false },
    { "clock", set_clock, 1, false, false },
    { "wait", wait_long, 2, false, false },
    { "house", keep_house, 3, false, false },
};

static bool is_drawn(const struct kind *c, enum sim_tempo tempo)
{
    return tempo != TEMPO_CALM || c->objects;
}

static const struct kind *draw_change(struct sim *s)
{
    size_t all = 0, at;
    for (size_t i = 0; i < COUNT(changes); i++)
        all += is_drawn(&changes[i], s->tempo) ? changes[i].weight : 0;
    at = draw(s, all);
    for (size_t i = 0; i < COUNT(changes); i++) {
        if (!is_drawn(&changes[i], s->tempo))
            continue;
        if (at < changes[i].weight)
            return &changes[i];
        at -= changes[i].weight;
    }
    return &changes[0];
}

/* How often something happens beside a change: once in so many steps. */
static const struct beside {
    size_t fault, reading, clock; /* 0: never */
    int64_t rest_ms;
} besides[] = {
    [TEMPO_ALONE] = { 4, 5, 25, 3000 },
    [TEMPO_CLOSE] = { 8, 20, 100, 400 },
    [TEMPO_CALM] = { 0, 20, 0, 400 },
};

static bool happens(struct sim *s, size_t once_in)
{
    return once_in && one_in(s, once_in);
}

/* Does all come to rest before the next step? */
static bool is_last(struct sim *s)
{
    if (s->tempo == TEMPO_ALONE)
        return !one_in(s, 10);
    return (s->step + 1) % TEMPO_STEPS == 0 || s->step + 1 == s->options.steps;
}

static void end_window(struct sim *s)
{
    s->net.step_calls = 0;
    life_settle(s);
    step_clear_faults(s);
    if (s->restart_due) {
        s->restart_due = false;
        life_stop(s);
        life_settle(s);
    }
    if (!sim_failed(s))
        check_quiet(s);
    if (!sim_failed(s) && s->step / TEMPO_STEPS % HOUSE_EVERY == 0)
        life_keep_house(
            s); /* as an agent does that rests; step keep_house() is what can go wrong */
}

/* A reading beside the changes, which may take longer than they do. */
static void read_beside(struct sim *s)
{
    s->net.read_ms = (int64_t)draw(s, 4000);
    s->read_due_ms = s->net.now_ms + (int64_t)draw(s, 1500);
}

/* The clock is set while something else is under way. */
static void set_clock_beside(struct sim *s)
{
    s->clock_by_ms = draw_setting(s);
    s->clock_due_ms = s->net.now_ms + (int64_t)draw(s, 3000);
}

void step_do(struct sim *s, bool with_fault)
{
    const struct beside *b = &besides[s->tempo];
    const struct kind *c = draw_change(s);
    const bool faulty = happens(s, b->fault), last = is_last(s), reads = happens(s, b->reading);
    const bool sets_clock = happens(s, b->clock);
    const int64_t rest = (int64_t)draw(s, (size_t)b->rest_ms);
    s->world.version++;
    s->net.refused = 0; /* who changes what was refused, and back, asks for it again */
    if (s->options.verbose)
        printf("step %zu: %s\n", s->step, c->name);
    struct rng kept = s->rng;
    if (faulty && with_fault) {
        s->faulty = true;
        fault_arm(s);
        if (one_in(s, 3))
            fault_arm(s);
    }
    if (reads)
        read_beside(s);
    if (sets_clock)
        set_clock_beside(s);
    s->rng.state = kept.state + 1; /* what follows is the same without the fault */
    s->net.step_calls = 0;
    s->counts.events++;
    if (c->make(s)) {
        s->counts.reconciles++;
        s->counts.rule_reconciles += c->routes;
    }
    check_goal(s);
    if (last)
        end_window(s);
    life_pass(s, rest);
}
