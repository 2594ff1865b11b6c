/* mock_transport.h - the mock cloud as a transport, in this process, on a virtual clock.
 *
 * Requests go through the mock's real front (signature, validation) into its real cloud.  A
 * reply is there 'latency_ms' after its request left; wait() sleeps by moving the clock to
 * the next reply or the end of the time-out, whichever is sooner.  To wait for ever for
 * nothing fails the test.  Requests can be made to fail, and are written down. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/clock.h"
#include "alb-agent/transport.h"

struct cloud;
struct front;

/* One request, as it was put on the wire. */
struct mock_call {
    uint64_t id;
    const char *action;
    alb_params params; /* of query and form, decoded                         */
    bool write;        /* not List*, Get*, Describe*                         */
    int64_t at_ms;     /* when it left                                       */
    int status;        /* of the reply, 0: none came                         */
    const char *code;  /* of a refusal, or NULL                              */
    const char *job;   /* JobId of the reply, or NULL                        */
};

enum mock_fault_kind {
    MOCK_LOSE_REPLY,   /* done, but no reply comes                             */
    MOCK_LOSE_REQUEST, /* not done, and no reply comes                         */
    MOCK_REFUSE,       /* not done: the reply has 'status' and 'code'          */
    MOCK_FAIL_AFTER,   /* done, but the reply has 'status' and 'code'          */
};
struct mock_fault {
    enum mock_fault_kind kind;
    const char *action; /* NULL: any write                                    */
    const char *holds;  /* only requests with a parameter of this value       */
    const char *list;   /* only requests with more than 'most' elements in this list */
    size_t most;
    int nth; /* of those requests, from 1; 0: every one            */
    int status;
    const char *code;
    int seen; /* of the transport */
};

struct mock_transport {
    struct transport transport;
    struct clock clock; /* of the cloud, which nobody sets ...              */
    struct clock wall;  /* ... and of those who call it, ahead by 'set_ms' */
    int64_t now_ms, set_ms;
    int64_t latency_ms;
    LIST_OF(struct mock_call) calls;

    /* Told of each request before the mock sees it; may be NULL. */
    void (*on_request)(void *arg, const struct mock_call *call);
    /* May change a reply's JSON before it is delivered; may be NULL. */
    void (*on_reply)(void *arg, const struct mock_call *call, cJSON *reply);
    void *arg;

    struct cloud *cloud;
    struct companion *companion; /* certificates, roles */
    struct front *front;
    struct arena arena;
    LIST_OF(struct mock_fault) faults;
    struct mock_reply *replies; /* on their way, by number */
    uint64_t last_id;
};

struct mock_options {
    const char *state;    /* the cloud's database file; NULL: in memory */
    const char *call_log; /* the front's, or NULL                       */
    int64_t now_ms;       /* 0: 2026-01-01T00:00:00Z                    */
    int64_t pending_ms;   /* 0: 500                                     */
    uint64_t seed;
};

/* The key pair is "testak", "testsecret".  'm' must not move until mock_transport_close(). */
void mock_transport_open(struct mock_transport *m, const struct mock_options *options);
void mock_transport_close(struct mock_transport *m);

void mock_transport_fail(struct mock_transport *m, struct mock_fault fault);

/* Writes so far, all or of one action. */
size_t mock_transport_writes(const struct mock_transport *m, const char *action);
/* The nth request of an action, from 1, or NULL. */
const struct mock_call *mock_transport_call(const struct mock_transport *m, const char *action,
                                            size_t nth);

/* A call made by somebody else, signed and sent at once; params as "A", "1", "B", "2", NULL.
 * The reply is the caller's; a refusal fails the test. */
cJSON *mock_transport_do(struct mock_transport *m, const char *action, ...);
