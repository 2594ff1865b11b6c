/* support.h - small models to plan, and a cloud that does what a plan's calls say. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/plan.h"
#include "src/plan/rule_priv.h"

#define LB  "kube-system/web"
#define NOW ((int64_t)1700000000000)

/* A model under construction, and the plan of it. */
struct bed {
    struct arena a;
    struct model model;
    struct plan_in in;
    struct plan plan;
};

void bed_init(struct bed *b);
void bed_done(struct bed *b);
/* Sorts the model and plans LB. */
void bed_plan(struct bed *b);
/* A row of LB; there is one of this kind and key afterwards. */
struct resource *bed_row(struct bed *b, enum resource_kind kind, const char *key);

/* Rows as they are when nothing is to be done. */
struct alb_load_balancer *bed_lb(struct bed *b);  /* Active, Standard        */
struct alb_listener *bed_listener(struct bed *b); /* "80/HTTP", Running      */
struct alb_server_group *bed_group(struct bed *b, const char *key, const char *id);
/* Both sides of a row: the desired struct, which the actual one is a copy of.  Of a listener it is
 * known which scripts it has. */
void bed_sync(struct bed *b, struct resource *r, const void *desired, const char *id);

/* Makes the row's actual struct a fresh copy, which the caller may change; of nothing: NULL. */
void *bed_actual(struct bed *b, struct resource *r);
/* The row is not there. */
void bed_gone(struct resource *r);
/* Nothing desires the row any more. */
void bed_undesired(struct resource *r);

struct alb_server bed_server(const char *ip, const char *status);
void bed_servers(struct bed *b, struct alb_server_group *g, size_t n, const struct alb_server *s);

/* One rule: host and path (either may be "-") to group 'key' with a weight. */
struct alb_rule *bed_rule(struct bed *b, const char *host, const char *path, const char *group);
void bed_want_rule(struct bed *b, struct alb_rule *rule, int64_t position);
/* As bed_want_rule(), and there with this priority; the actual struct is returned. */
struct alb_rule *bed_have_rule(struct bed *b, struct alb_rule *rule, int64_t priority,
                               const char *id);

/* A load balancer, its listener, and no limit to what may go; then rules that are wanted in this
 * place, or there with this priority, as "rule-<priority>". */
void bed_rules(struct bed *b);
void bed_want(struct bed *b, const char *host, const char *path, const char *group, int64_t at);
void bed_have(struct bed *b, const char *host, const char *path, const char *group,
              int64_t priority);
/* Plans, and does what the plans say: hitless, in as many calls, each plan going on with the one
 * before it. */
void bed_finish(struct bed *b, size_t calls);

/* The step with 'action', the nth from 0, or NULL; and how many there are. */
const struct step *bed_step(const struct bed *b, const char *action, size_t nth);
size_t bed_count(const struct bed *b, const char *action);
/* A parameter of a step, or NULL. */
const char *step_value(const struct step *s, const char *name);
/* The first step that may be sent, or NULL. */
const struct step *bed_next(const struct bed *b);
/* Does what the items of a step say, as the agent would once the cloud has done it. */
void bed_apply(struct bed *b, const struct step *s);

/* Fails unless the plan is exactly these actions, in this order. */
#define assert_plan(b, ...)                                            \
    assert_actions((b), COUNT(((const char *const[]){ __VA_ARGS__ })), \
                   (const char *const[]){ __VA_ARGS__ }, __FILE__, __LINE__)
void assert_actions(const struct bed *b, size_t n, const char *const *actions, const char *file,
                    int line);
#define assert_no_steps(b) assert_actions((b), 0, NULL, __FILE__, __LINE__)

/* Each test has a fresh bed. */
int bed_setup(void **state);
int bed_teardown(void **state);
#define BED_TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

/* ---- problems of a few rules: changes of a list, solved by a part of the planner alone ----------
 */

/* A rule that is there ('at', 'was': the group it leads to), is wanted ('want'), or both. */
struct given {
    const char *host, *path; /* "a.com", "w.com", "-"; "/x/...", "/y", "-" */
    int64_t at;
    const char *was, *want;
};

/* Wanted ones in wanted order, then those that go, and one without a host; it can be done with so
 * many updates. */
struct problem {
    size_t updates;
    struct given rules[10];
};
void problem_read(struct bed *b, const struct problem *x, struct rule_list *l);
/* Rules for a few hosts and paths, up to 'most' there and as many wanted, in few labels. */
struct rng;
void problem_draw(struct bed *b, struct rng *rng, size_t most, struct problem *x);

/* Where each rule stands as it was and as it will be, 0: not there. */
struct places {
    int64_t old[10], new[10];
};
struct places problem_places(const struct problem *x);
bool is_label_taken(const struct places *at, int64_t label);
/* Does every request go where it went 'before' or where it is meant to go; 'all': the latter? */
bool is_sent_well(const struct problem *x, const struct places *before, const struct places *now,
                  bool all);
/* Applies the changes one after the other: none is harmful, and all is as it is wanted then. */
void assert_solved(const struct problem *x, const struct rule_list *l, const rule_ops *ops);
