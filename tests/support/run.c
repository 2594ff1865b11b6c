/* run.c - turns of an agent, time passing as it asks. */
#include "tests/support/run.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "alb-agent/source.h"

enum { SETTLED_WITHIN_MS = 600000 };

static void note(void *arg, const struct agent_event *e)
{
    struct runner *r = arg;
    r->events[e->kind]++;
    if (e->step && e->step->kind == APPLY_FAILED)
        r->failed++;
    const char *text = e->problem                ? e->problem->message
                       : e->refusal              ? e->refusal->message
                       : e->err                  ? e->err->msg
                       : e->step && e->step->err ? e->step->err->msg
                                                 : NULL;
    if (text)
        r->last = arena_strdup(&r->arena, text);
}

void runner_start(struct runner *r, struct world *w)
{
    struct error err;
    r->w = w;
    r->config.session = w->config;
    r->config.session.seed = ++w->config.seed;
    r->config.event = note;
    r->config.event_arg = r;
    if (!agent_new(&r->g, &r->config, &err))
        fail_msg("%s", err.msg);
    runner_read(r);
}

void runner_stop(struct runner *r)
{
    agent_free(r->g);
    r->g = NULL;
    arena_done(&r->arena);
}

void runner_read(struct runner *r)
{
    struct object_set set = { 0 };
    const struct source_options options = { 0 };
    source_read(&r->w->files, 1, &options, &set);
    agent_set_objects(r->g, &set);
}

/* One turn, and the sleep after it: at most 'most_ms'. */
static void turn(struct runner *r, int64_t most_ms)
{
    struct error err;
    struct mock_transport *m = &r->w->mock;
    int64_t wait;
    if (!agent_run(r->g, &wait, &err))
        fail_msg("%s", err.msg);
    if (wait < 0 || wait > most_ms)
        wait = most_ms;
    if (wait && !agent_is_quiet(r->g))
        m->transport.wait(&m->transport, wait);
    else
        m->now_ms += wait;
}

void runner_settle(struct runner *r)
{
    const int64_t end = r->w->mock.now_ms + SETTLED_WITHIN_MS;
    struct error err;
    int64_t wait;
    for (;;) {
        if (!agent_run(r->g, &wait, &err))
            fail_msg("%s", err.msg);
        if (agent_is_quiet(r->g))
            return;
        if (r->w->mock.now_ms > end)
            fail_msg("the agent does not come to rest");
        if (wait != 0)
            r->w->mock.transport.wait(&r->w->mock.transport, wait);
    }
}

void runner_pass(struct runner *r, int64_t ms)
{
    const int64_t end = r->w->mock.now_ms + ms;
    while (r->w->mock.now_ms < end)
        turn(r, end - r->w->mock.now_ms);
}
