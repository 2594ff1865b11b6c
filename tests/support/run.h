/* run.h - an agent that keeps running against the mock in this process, on a virtual clock. */
#pragma once

#include "alb-agent/agent.h"
#include "tests/support/world.h"

struct runner {
    struct world *w;
    struct agent *g;
    struct arena arena;
    struct agent_config config;
    size_t events[AGENT_IN_SYNC + 1]; /* by kind */
    size_t failed;                    /* steps   */
    const char *last;                 /* problem, refusal or error that was told last */
};

/* Starts an agent on the world's state file, with the objects of its manifests. */
void runner_start(struct runner *r, struct world *w);
void runner_stop(struct runner *r);
/* The manifests as they are now. */
void runner_read(struct runner *r);
/* Turns until the agent is quiet; it has to become that within ten minutes of its time. */
void runner_settle(struct runner *r);
/* Turns for so long, of the virtual clock. */
void runner_pass(struct runner *r, int64_t ms);
