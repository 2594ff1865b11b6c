/* world.h - a cloud of our own to try plans on: a universe of conditions, all requests that
 * tell them apart, lists of rules, and what a call does to them, read from its parameters.
 * Shares no code with src/plan. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/plan.h"

enum { CONDS_MAX = 160, WORDS = 4, RULES_MAX = 220, DEFAULT_DEST = -1 };

/* What a rule asks of a request: a host, "*.b.com" or "-" for any; a path, a prefix with a star
 * after it, or "-"; a header. */
struct cond {
    const char *host, *path;
    bool header;
};
struct universe {
    struct cond conds[CONDS_MAX];
    size_t n;
    const char *hosts[24], *paths[24]; /* of the requests that are tried               */
    size_t n_hosts, n_paths;
    size_t n_requests;                  /* that differ in the conditions they meet     */
    uint64_t meets[CONDS_MAX][WORDS];   /* the requests that meet a condition          */
    bool overlap[CONDS_MAX][CONDS_MAX]; /* is there a request that meets both?         */
};
void universe_init(struct universe *u);

struct rule {
    uint16_t cond;
    int16_t dest; /* where it sends: any number from 0                         */
    int32_t label;
    uint32_t id;
};
struct list {
    struct rule items[RULES_MAX];
    size_t len;
};

/* Where each request goes. */
struct routes {
    int16_t dest[WORDS * 64];
};
void list_routes(const struct universe *u, const struct list *l, struct routes *out);
/* Does each request in 'now' go where it goes in 'old' or in 'new'? */
bool routes_between(const struct universe *u, const struct routes *now, const struct routes *old,
                    const struct routes *new);
/* Are these the wanted rules, and those that overlap in the wanted order? */
bool list_done(const struct universe *u, const struct list *now, const struct list *want);
void list_number(struct list *l, int32_t first, int32_t step);

/* What the planner sees: kept between plans, because most of it stays. */
struct desk {
    const struct universe *u;
    struct arena fixed; /* rules and keys, by condition */
    struct arena a;     /* of one plan                  */
    struct model model;
    struct plan_in in;
    struct plan plan;
    const struct alb_rule *shape[CONDS_MAX];
    const char *keys[CONDS_MAX];
    uint32_t next_id;
};
void desk_init(struct desk *d, const struct universe *u);
void desk_done(struct desk *d);
/* Plans from 'now' to 'want'; the plan is valid until the next. */
void desk_plan(struct desk *d, const struct list *now, const struct list *want);

/* Does what a step says, rule by rule; 'routes' tells how requests go before it.  Every
 * rule is a state that 'seen' is told of.  False, and why: the cloud would refuse it, or
 * 'seen' said no. */
typedef bool seen_fn(void *arg, const struct list *now);
bool world_do(struct desk *d, struct list *now, const struct step *s, seen_fn *seen, void *arg,
              const char **why);
