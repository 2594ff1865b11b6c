/* front.h - from an HTTP request to a call of the cloud and back: parameters, signature,
 * validation, the reply's form, the call log.  It is told the time by a clock and keeps
 * no state of the cloud. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../cloud.h"
#include "alb-agent/clock.h"
#include "alb-agent/error.h"
#include "alb-agent/httpd.h"
#include "auth.h"
#include "params.h"

struct front;
struct flow;
struct fault_set;
struct policy;

/* How long the replies to an action are held back. */
struct front_latency {
    const char *action; /* NULL: of all that have no row of their own */
    int64_t ms;
};

/* A call that is not for the cloud. */
struct front_ask {
    const struct cloud_call *call;
    const char *host;             /* that the client asked, NULL: none said  */
    const struct access_key *key; /* that signed, NULL: nobody did           */
};

/* The side door: who plays the products that the cloud does not.  All are called with
 * 'self' first. */
struct front_side {
    void *self;
    bool (*has)(void *self, const char *product, const char *action);
    bool (*needs_key)(void *self, const char *product, const char *action);
    void (*execute)(void *self, struct arena *a, int64_t now_ms, const struct front_ask *ask,
                    struct cloud_reply *reply);
    /* The key with this id, if it was given out here; lives until the next call. */
    bool (*key)(void *self, const char *id, struct access_key *key);
    /* Answers what is no call at all; false when 'request' is not for it. */
    bool (*page)(void *self, int64_t now_ms, const struct httpd_request *request,
                 struct httpd_reply *reply);
};

/* Borrowed as long as the front lives. */
struct front_config {
    struct cloud *cloud;
    const struct clock *clock;
    const struct clock *dates; /* for the dates of requests; NULL: 'clock' */
    const struct access_key *keys;
    size_t n_keys;
    const struct policy *policies;
    size_t n_policies;
    const char *call_log; /* file, NULL: none                          */
    const struct front_latency *latencies;
    size_t n_latencies;
    struct flow *flow;             /* NULL: no flow control          */
    struct fault_set *faults;      /* NULL: nothing goes wrong       */
    const struct front_side *side; /* NULL: nobody                   */
    uint64_t seed;                 /* of request ids                                   */
};

/* '*out' is the caller's, for front_close(). */
bool front_open(struct front **out, const struct front_config *config, struct error *err) MUST_USE;
void front_close(struct front *f);

/* Lets what is due in the cloud happen; returns as cloud_run() does. */
int64_t front_run(struct front *f, int64_t now_ms);

/* What somebody does in the web console, behind the clients' back. */
struct front_deed {
    const char *product; /* NULL: "alb"                                   */
    const char *region;  /* NULL: "cn-hangzhou"                           */
    const char *action;
    struct params params; /* flat, as a client would send them             */
    int64_t at_ms;        /* when; not after now: at once                  */
};

/* Does it, without signature, flow control and faults, but with validation.  What it comes
 * to is in '*reply' (its body is the caller's), with status 202 when it is still to come;
 * it is in the call log then as well. */
void front_do(struct front *f, struct arena *a, const struct front_deed *deed,
              struct cloud_reply *reply);

/* A restart that a fault asks for. */
struct front_restart {
    int64_t down_ms; /* 0: not said */
    bool forget;
};
/* True once after each call that asks for one. */
bool front_takes_restart(struct front *f, struct front_restart *out);
/* Goes on with another cloud and side door; forgets what was in flight. */
void front_restart(struct front *f, struct cloud *cloud, const struct front_side *side);

/* Goes by the front's clock alone from now on, also for the dates of requests.  'back': it was set
 * back; what was in flight, and which nonces came, is forgotten. */
void front_follow(struct front *f, bool back);

/* How many calls have come so far. */
uint64_t front_calls(const struct front *f);

/* An httpd_handler_fn; 'arg' is the front.  The effect of a call is there when it returns,
 * its reply leaves after the action's latency. */
void front_handle(void *arg, const struct httpd_request *request, struct httpd_reply *reply);
