/* report_priv.h - shared by the reports. */
#pragma once

#include "alb-agent/report.h"
#include "alb-agent/route.h"

/* Colours come with words or signs, never alone. */
enum tone { TONE_GOOD, TONE_CHANGE, TONE_BAD, TONE_DIM };
void tone_begin(struct buf *b, const struct report_in *in, enum tone tone);
void tone_end(struct buf *b, const struct report_in *in);

/* The resource as its reader knows it: kind, and name or id where it has them. */
void add_title(struct buf *b, const struct resource *r);

/* "host a.com,b.com"; "redirect 301 to https://...". */
void describe_condition(struct buf *b, const struct alb_condition *c);
void describe_action(struct buf *b, const struct alb_rule_action *action);

/* ---- access.c ------------------------------------------------------------------------------ */

/* Whether a listener lets a client in, by its access lists. */
struct access {
    enum route_answer answer;
    const char *type; /* of the lists; NULL: there are none, and everybody is let in */
    const char *why;  /* NULL when there are none                                    */
};
/* By what is wanted of 'listener'; 'source' is the client's address, or NULL. */
struct access access_of(struct arena *a, const struct model *m, const struct resource *listener,
                        const char *source);

/* ---- drift.c, drift_ci.c ---------------------------------------------------------------- */

/* How one row stands; 'changes' is what differs. */
struct drift_row {
    const struct resource *row;
    enum resource_class class;
    change_list changes;
    const struct finding *found; /* when and since when, and the verdict; NULL: not known */
    bool settled;                /* it is accepted or ignored: shown, and not counted      */
};
typedef LIST_OF(struct drift_row) drift_rows;
/* "first seen 2026-11-22T05:10:45Z, last in sync ..."; NULL when nobody knows. */
const char *drift_times(struct arena *a, const struct drift_row *f);
/* "accepted until 2026-12-31T00:00:00Z", "to be corrected"; NULL when nobody decided. */
const char *drift_verdict(struct arena *a, const struct drift_row *f);
/* How many managed rows are not in sync, but for those that are accepted or ignored. */
size_t drift_differing(const struct report_counts *c);
void drift_markdown(struct buf *b, const struct report_in *in, const drift_rows *all,
                    const struct report_counts *counts);
void drift_junit(struct buf *b, const struct report_in *in, const drift_rows *all,
                 const struct report_counts *counts);
cJSON *drift_sarif(const struct report_in *in, const drift_rows *all);

cJSON *notes_json(const struct report_in *in);
cJSON *changes_json(const change_list *changes);
void add_text_changes(struct buf *b, const struct report_in *in, const change_list *changes,
                      const char *indent);
/* Prints and deletes 'doc'. */
void add_document(struct buf *b, const struct report_in *in, cJSON *doc);
/* A string member that is left out when there is none. */
void add_string(cJSON *obj, const char *name, const char *text);

/* ---- status.c ------------------------------------------------------------------------------ */

/* What an agent said of itself, as an object, which is the caller's. */
struct store_status;
cJSON *agent_json(const struct store_status *s, int64_t now_ms);
/* The objects that are left out; 's' may be NULL in JSON. */
void add_quarantined(struct buf *b, const struct report_in *in, const struct store_status *s);
void add_quarantine_json(cJSON *o, const struct store_status *s);
