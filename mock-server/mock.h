/* mock.h - the whole mock in one process with its caller: no sockets, no threads, and time
 * that the caller moves.  The program alb-mock is this and an HTTP server.
 *
 *     struct mock *m;
 *     mock_open(&m, &(struct mock_config){ .keys = &key, .n_keys = 1, .seed = 1 }, err);
 *     mock_call(m, &request, &reply);      a signed HTTP request, as a client wrote it
 *     mock_advance(m, 200);                what was pending is there
 *
 * On a virtual clock the same configuration and the same calls give the same bytes. */
#pragma once

#include "front/front.h"
#include "record/match.h"

struct companion;
struct console;
struct mock;
struct replay;

/* Texts and lists are borrowed as long as the mock lives. */
struct mock_config {
    const char *state;      /* database file; NULL: in memory                           */
    const char *neighbours; /* YAML file, NULL: what is named exists                     */
    const char *call_log;   /* file, NULL: none                                          */
    int64_t pending_ms;     /* how long resources stay in a pending state                */
    uint64_t seed;          /* of ids and tokens                                         */
    const struct cloud_quota *quotas;
    size_t n_quotas;
    const struct access_key *keys;
    size_t n_keys;
    const struct policy *policies;
    size_t n_policies;
    const struct front_latency *latencies;
    size_t n_latencies;
    const char *const *flow; /* limits as for flow_set()                                 */
    size_t n_flow;
    const char *const *faults; /* scenarios as for fault_add()                           */
    size_t n_faults;
    const char *console; /* script as for console_read(), NULL: none                     */
    uint64_t console_seed;
    int64_t console_every_ms; /* edits at random so often, 0: none                       */
    const char *record;       /* file to record all calls in, NULL: none                       */
    const char *replay;       /* recording to answer from instead of the cloud, NULL: none     */
    enum replay_match replay_match;
    const struct clock *clock; /* NULL: a virtual one of the mock's own                  */
    int64_t start_ms;          /* of the virtual one, 0: 2025-01-01T00:00:00Z            */
    const struct clock *dates; /* what the dates of requests are compared with; NULL: the
                                  mock's clock                                           */
};

/* '*out' is the caller's, for mock_close(). */
bool mock_open(struct mock **out, const struct mock_config *config, struct error *err) MUST_USE;
void mock_close(struct mock *m);

/* An httpd_handler_fn; 'arg' is the mock.  'request' must have an arena; the reply lives in
 * it.  'reply->due_ms' says when it would arrive, 'reply->reset' that it never does. */
void mock_call(void *arg, const struct httpd_request *request, struct httpd_reply *reply);

/* Lets what is due happen; returns how long until the next thing is, or -1. */
int64_t mock_run(struct mock *m);

/* Plays a restart of the server: what was in flight is lost, for 'down_ms' every call ends
 * in 'reset', unseen.  A state file is closed and opened again; without one the state
 * stays, client tokens and all, as that of the real cloud would, unless 'forget'.  On
 * failure the mock has a state file it cannot open, and is down for good. */
bool mock_restart(struct mock *m, int64_t down_ms, bool forget, struct error *err) MUST_USE;
bool mock_is_down(const struct mock *m);
/* Why a restart that a fault asked for failed, or NULL. */
const char *mock_failure(const struct mock *m);

int64_t mock_now_ms(const struct mock *m);
bool mock_is_virtual(const struct mock *m);
/* Moves the virtual clock on; everything due on the way happens at its time, in order.
 * Nothing happens when the clock is not virtual, or 'ms' not above 0. */
void mock_advance(struct mock *m, int64_t ms);

/* For who plays what was recorded.  Before each call the virtual clock is set, also back, and what
 * is due by then happens; the dates of requests are compared with it from the first time on. */
struct mock_moment {
    int64_t now_ms;
    int64_t pending_ms;     /* how long what is changed from now on stays pending          */
    const char *const *ids; /* of what is created from now on, as cloud_give_ids(); copied */
    size_t n_ids;
};
/* Fails when the clock is not virtual. */
bool mock_play(struct mock *m, const struct mock_moment *moment, struct error *err) MUST_USE;

/* Where clients reach it, as "http://127.0.0.1:8080", borrowed; NULL until it was said. */
void mock_set_address(struct mock *m, const char *address);
const char *mock_address(const struct mock *m);

/* The parts, to look at and to change; the mock's. */
struct cloud *mock_cloud(struct mock *m);
struct companion *mock_companion(struct mock *m);
struct front *mock_front(struct mock *m);
struct flow *mock_flow(struct mock *m);
struct fault_set *mock_faults(struct mock *m);
struct console *mock_console(struct mock *m);
struct replay *mock_replay(struct mock *m); /* NULL: it does not replay */
