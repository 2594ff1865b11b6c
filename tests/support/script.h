/* script.h - a cloud that is a function: every request is answered by 'answer', at once. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/clock.h"
#include "alb-agent/transport.h"

/* One request as the script sees it. */
struct script_call {
    const char *action;
    alb_params params;
};

struct script {
    struct transport transport;
    struct clock clock;
    int64_t now_ms;
    struct alb *alb;
    /* Returns the reply's JSON, in 'a'; '*status' is 200. */
    const char *(*answer)(void *arg, struct arena *a, const struct script_call *call, int *status);
    void *arg;
    LIST_OF(struct script_call) calls;
    struct arena arena;
    struct script_reply *replies;
    uint64_t last_id;
};

/* Makes the client; a failure fails the test. */
void script_open(struct script *s);
void script_close(struct script *s);

/* How many requests of an action there were. */
size_t script_count(const struct script *s, const char *action);
const struct script_call *script_call(const struct script *s, const char *action, size_t nth);
const char *script_param(const struct script_call *call, const char *name);

/* Takes finished calls and gives each to 'take' until none is pending. */
void script_run(struct script *s, bool (*take)(void *arg, const struct alb_result *r), void *arg);
