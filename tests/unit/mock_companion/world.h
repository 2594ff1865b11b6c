/* world.h - the companion without its front: a call in, a reply out. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/companion/companion.h"

static const int64_t NOON = 1735732800000; /* 2025-01-01T12:00:00Z */

struct world {
    struct companion *companion;
    struct arena arena;
    int64_t now_ms;
    const char *host;
    const struct access_key *key;
    struct cloud_reply reply; /* of the last call */
};

static inline int world_setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct error err = { 0 };
    *state = w;
    w->now_ms = NOON;
    w->host = "127.0.0.1:8080";
    const struct companion_config config = { .seed = 1 };
    return companion_open(&w->companion, &config, &err) ? 0 : -1;
}

static inline int world_teardown(void **state)
{
    struct world *w = *state;
    json_done(&w->reply.body);
    companion_close(w->companion);
    arena_done(&w->arena);
    free(w);
    return 0;
}

/* Makes a call whose parameters are written as JSON; returns the code, or "ok". */
static inline const char *ask(struct world *w, const char *product, const char *action,
                              const char *params)
{
    const struct front_side *side = companion_side(w->companion);
    struct error err = { 0 };
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(params, strlen(params), &json, &err))
        return arena_strdup(&w->arena, err.msg);
    const struct cloud_call call = { .product = product,
                                     .action = action,
                                     .region = "cn-hangzhou",
                                     .request_id = "A-1",
                                     .params = json };
    const struct front_ask from = { &call, w->host, w->key };
    json_done(&w->reply.body);
    side->execute(side->self, &w->arena, w->now_ms, &from, &w->reply);
    if (w->reply.code)
        return arena_fmt(&w->arena, "%d %s", w->reply.status, w->reply.code);
    return "ok";
}
