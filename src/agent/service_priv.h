/* service_priv.h - parts of the process around the agent. */
#pragma once

#include "alb-agent/agent.h"
#include "alb-agent/config.h"
#include "alb-agent/metrics.h"

/* settings.c: what the settings mean for the agent ('a': its texts), and for what the state file
 * keeps.  What an agent tells and to whom is the caller's to add. */
struct agent_config service_agent_config(struct arena *a, const struct agent_settings *s);
struct store_limits service_store_limits(const struct agent_settings *s);

/* Certificates, as they were when they were last looked at. */
struct status_past {
    struct arena certificates_arena;
    LIST_OF(struct store_certificate) certificates; /* about to expire, as of ... */
    LIST_OF(struct store_certificate) first; /* of each load balancer, the one that ends first */
    int64_t certificates_at;
    uint64_t certificates_writes; /* that had been made then */
};

/* What the process counts of what it does. */
struct service_counts {
    struct {
        uint64_t done, failed, again; /* what became of requests of steps     */
        struct histogram took;        /* from the request to that             */
        struct histogram waited;      /* from an edit to the first request    */
    } families[LANE_FAMILIES];
    struct histogram turns; /* of the loop, without its waits       */
    uint64_t readings, failed_readings;
};
void counts_note(struct service_counts *c, const struct agent_event *e);

/* From what the process tells of itself. */
struct service_view {
    struct agent *g;
    const struct agent_settings *settings;
    struct status_past past;
    struct service_counts counts;
    int64_t started_at;
    bool stopping;
    char problem[sizeof((struct error *)0)->msg]; /* why the last reading failed; "": it did not */
};

/* status.c: what the agent says of itself, in 'a', for the state file and for others. */
const char *family_name(enum lane_family family);
void service_status(struct service_view *v, const char *phase, int64_t now_ms, struct arena *a,
                    struct store_status *out);
void status_past_done(struct status_past *past);

/* pages.c, numbers.c: the same over HTTP. */
/* Can it do its work?  A line for each condition, as Kubernetes' own components answer. */
bool page_ready(struct service_view *v, struct buf *b);
/* What 'alb-agent status -o json' prints. */
bool page_status(struct service_view *v, int64_t now_ms, struct buf *b, struct error *err) MUST_USE;
void page_metrics(struct service_view *v, int64_t now_ms, struct buf *b);

/* server.c: an HTTP server that shows them. */
enum page { PAGE_HEALTH, PAGE_READY, PAGE_STATUS, PAGE_METRICS, PAGES };
/* Writes a page into 'b', empty before; returns its HTTP status. */
typedef int page_fn(void *arg, enum page page, struct buf *b);
struct server {
    struct httpd *h; /* NULL: there is none */
    page_fn *page;
    void *arg;
    char address[128];
    int64_t now_ms; /* monotonic; of the running server_run() */
    struct {
        struct buf text;
        int status;
        int64_t made_ms;
    } made[PAGES]; /* pages are made once a second, however many ask */
};
/* Listens on 'address' (NULL: nowhere) instead of where it did before; when that cannot be, it goes
 * on where it was. */
bool server_move(struct server *s, const char *address, bool *moved, struct error *err) MUST_USE;
void server_close(struct server *s);
/* To be polled; -1: nothing. */
int server_fd(const struct server *s);
/* Answers who is there; returns how long it can do without being called, or -1. */
int64_t server_run(struct server *s, int64_t now_ms);
