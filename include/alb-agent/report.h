/* report.h - what was found and what would be done, for people and for programs.
 *
 * Texts begin with the verdict and end with a summary (design.md §7); JSON is one
 * document.  Everything is written into a buffer; nothing here decides anything. */
#pragma once

#include "alb-agent/buf.h"
#include "alb-agent/finding.h"
#include "alb-agent/model.h"
#include "alb-agent/plan.h"
#include "alb-agent/route.h"

/* Of MARKDOWN, JUNIT and SARIF there are reports of drift only. */
enum report_format {
    REPORT_TEXT,
    REPORT_JSON,
    REPORT_YAML,
    REPORT_MARKDOWN,
    REPORT_JUNIT,
    REPORT_SARIF
};

/* Something a person should know about an object: "Ingress shop/web (web.yaml:3)" and
 * "spec.rules[0].host: ...". */
struct report_note {
    const char *subject, *message;
    bool warning; /* false: an error, the object was left out wholly or in part */
};
typedef LIST_OF(struct report_note) report_notes;

struct report_in {
    enum report_format format;
    bool colour; /* of texts                                            */
    const char *cluster_id;
    bool incomplete; /* of the source: nothing is deleted                   */
    const struct model *model;
    report_notes notes;
    const finding_list *findings;        /* of drift, sorted; NULL: none are known          */
    int64_t now_ms;                      /* verdicts are in force until their time          */
    const struct step_verdict *verdicts; /* of a plan's steps, or NULL: nobody asked */
};

/* "In sync", where nothing is to be done, and what has no part in that: objects with errors, and
 * what the cloud refused. */
void report_in_sync(struct buf *b, const struct report_in *in);

void report_plan(struct buf *b, const struct report_in *in, const struct plan *plan);

/* How the rows stand, counted by class. */
struct report_counts {
    size_t by_class[CLASS_IN_SYNC + 1];
    size_t managed; /* all but the unmanaged                              */
    size_t settled; /* of those that are not in sync, accepted or ignored */
};
/* Every row that is not in sync.  '*counts' is what the exit code is made of: what is settled does
 * not count. */
void report_drift(struct buf *b, const struct report_in *in, struct report_counts *counts);

/* A certificate that a listener serves. */
struct report_served {
    const char *lb, *listener, *id;
    const char *name; /* NULL: not known, as its end */
    const char *end;  /* "2027-01-31"                */
};
typedef LIST_OF(struct report_served) report_served_list;
/* The last second of that day; false when it is no date. */
bool report_served_end(const char *end, int64_t *ms);

/* How one load balancer stands. */
struct report_lb {
    const char *name;
    const char *id, *dns_name; /* "": none yet                                               */
    int64_t resources;         /* that are ours                                              */
    int64_t in_sync;           /* of those; -1: not counted yet                              */
    int64_t observed_at;       /* ms, of what was read longest ago; 0: nothing was           */
    int64_t revision;          /* the newest; 0: none                                        */
    int64_t found, settled; /* what a reading found amiss, and what of it is accepted or ignored */
    report_served_list certificates;
};
typedef LIST_OF(struct report_lb) report_lbs;

/* Counts what of 'findings' is of it. */
void report_lb_count(struct report_lb *lb, const finding_list *findings, int64_t now_ms);

/* What an agent that runs, or ran last, said of itself (store_status_read(); NULL or pid 0: none
 * did), whether it is old or from the dead, what was left out, and how each load balancer stands;
 * the form of its JSON is status.v1.schema.json.  Uses 'format' (text or JSON), 'colour',
 * 'cluster_id' and 'now_ms'. */
struct store_status;
void report_status(struct buf *b, const struct report_in *in, const struct store_status *agent,
                   const report_lbs *lbs);
/* The first part of it alone. */
void report_agent(struct buf *b, const struct report_in *in, const struct store_status *s);

/* The wanted rows; 'needs' are facts that are lacking, as "?eni(10.1.0.9)". */
void report_desired(struct buf *b, const struct report_in *in, const char *const *needs,
                    size_t n_needs);

/* What each listener ("80/HTTP"; NULL: all of them) does with a request by its wanted rules:
 * the one that matches, what those before it say, the actions that follow; where 'request'
 * says what was answered, also what is done with the response.  Returns how many listeners
 * there are. */
size_t report_explain(struct buf *b, const struct report_in *in,
                      const struct route_request *request, const char *listener);

/* One resource in a few words: "host a.com path /tea -> @shop/web-tea:80". */
void report_describe(struct buf *b, enum resource_kind kind, const void *obj);

/* Problems and warnings, a line each. */
void report_notes_text(struct buf *b, const struct report_in *in);
