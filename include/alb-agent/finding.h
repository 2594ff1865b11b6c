/* finding.h - drift as it is seen over time, and what people decided about it.
 *
 * A finding is a resource of ours that is missing, drifted or an orphan.  It begins when a
 * reading first shows it and ends when one shows the resource in sync; a verdict may say that
 * it is to be left as it is, or that it may be corrected.  Pure: 'store' keeps the list,
 * 'agent' makes it from each reading. */
#pragma once

#include "alb-agent/drift.h"
#include "alb-agent/model.h"

/* What a person decided. */
enum finding_verdict {
    FINDING_OPEN,     /* nothing yet                                                       */
    FINDING_ACCEPTED, /* this edit is taken as it is: until the date, or until what is wanted
                         of the resource, or the edit itself, changes                      */
    FINDING_IGNORED,  /* whatever becomes of the resource, until the date                  */
    FINDING_CORRECT,  /* this edit is to be corrected, though the policy is not to         */
};
/* "", "accepted", "ignored", "correct"; and back: FINDING_OPEN if unknown. */
const char *finding_verdict_name(enum finding_verdict v);
enum finding_verdict finding_verdict_find(const char *name);

struct finding {
    const char *lb;
    enum resource_kind kind;
    const char *key;
    enum resource_class class; /* CLASS_MISSING, _DRIFT or _ORPHAN; CLASS_IN_SYNC: nothing now, a
                                  verdict that outlives it is kept                           */
    int64_t first_seen;        /* ms, when a reading first showed it                         */
    int64_t last_good;         /* ms, when the last reading before showed it in sync; 0: none */
    enum finding_verdict verdict;
    int64_t decided_at;         /* ms; 0: nobody decided                                      */
    int64_t until;              /* ms, the first instant at which the verdict is over; 0: no end */
    const char *desired, *edit; /* SHA-256 in hex of what was wanted and of what differed, ""
                                   for nothing: what a verdict is about                      */
};
/* Sorted like the rows of a model. */
typedef LIST_OF(struct finding) finding_list;

void finding_sort(finding_list *list);
/* In a sorted list; NULL when there is none. */
struct finding *finding_find(const finding_list *list, const char *lb, enum resource_kind kind,
                             const char *key);
/* Those of 'lb' (NULL: all), with texts of their own in 'a'. */
void findings_copy(struct arena *a, const finding_list *from, const char *lb, finding_list *out);
/* Is the verdict in force: there is one, and its time is not over? */
bool finding_holds(const struct finding *f, int64_t now_ms);
/* In force, and to leave the resource as it is? */
bool finding_settled(const struct finding *f, int64_t now_ms);

/* What is known when a reading is complete. */
struct finding_in {
    const struct model *world;  /* as it was read now                                  */
    const char *only;           /* the load balancer that was read; NULL: all.  Findings of
                                   others stay as they were                            */
    const struct model *known;  /* as it was before                                    */
    const finding_list *before; /* sorted                                              */
    bool incomplete;            /* of the source: what it does not hold is not judged  */
    int64_t checked_at;         /* ms, of the last complete reading before; 0: none    */
    int64_t now_ms;
};
/* The findings as of now, sorted, in 'a'.  What was seen before keeps its times; a verdict stays
 * while it is in force and is about what is seen now.  Texts are borrowed from 'in'. */
void findings_update(struct arena *a, const struct finding_in *in, finding_list *out);

/* "correct", "report", "ask"; and back: false if unknown. */
const char *drift_policy_name(enum drift_policy p);
bool drift_policy_find(const char *name, enum drift_policy *out);

/* Sets 'leave' in the rows of 'world' that are not to be corrected: those whose finding is
 * accepted or ignored, or whose class in 'policy' (by enum resource_class) says so; 'confirmed'
 * has as keys the load balancers for which a person confirmed everything, or is NULL.  No policy
 * keeps what we made when its object is gone: that is a wish, not drift.  What was wanted of a
 * resource since it was found goes through all the same; so do the servers of a group whose
 * settings are left.  With a load balancer or listener that is missing and left, all
 * that was in it is. */
void findings_leave(struct model *world, const finding_list *list, const enum drift_policy *policy,
                    const struct map *confirmed, int64_t now_ms);
