/* observe.h - reading what is there: a sweep over everything tagged ours and everything
 * under our load balancers, and the facts that translation lacks.
 *
 * Both are state machines that never wait: they begin calls, are handed results until they
 * are no longer busy, and then say what they found.  A sweep is all or nothing: when one
 * read fails for good there is no result, because what is missing from half a reading
 * must not be taken for gone. */
#pragma once

#include "alb-agent/alb.h"
#include "alb-agent/fact.h"
#include "alb-agent/model.h"

/* A load balancer that an AlbConfig asks for. */
struct observe_lb {
    const char *name;     /* "kube-system/web"                                    */
    const char *reuse_id; /* spec.config.id: a load balancer to be taken over, or NULL */
    bool all_listeners;   /* its listeners and their rules are ours, whoever made them */
};

/* Which rows a sweep finds: load balancers, listeners, rules, access lists and scripts; server
 * groups. */
enum observe_part { OBSERVE_LBS = 1, OBSERVE_GROUPS = 2, OBSERVE_ALL = 3 };
/* The part that finds rows of the kind; certificates go with their listeners. */
enum observe_part observe_part_of(enum resource_kind kind);

struct observe_in {
    struct alb *alb;
    const char *cluster_id;
    const struct observe_lb *lbs; /* borrowed until observe_free()                */
    size_t n_lbs;
    unsigned parts;             /* of enum observe_part; 0: all                   */
    const char *only;           /* read this load balancer of ours, or what this Service borrows,
                                   alone; NULL: all                                             */
    bool background;            /* everything else goes first (alb.h)                 */
    const struct model *known;  /* what the store knows: tells ours from others' (borrowed) */
    const struct model *wanted; /* which access lists and scripts are taken over, of whose
                                   listeners they are read, which listeners go as they are not
                                   there, and which groups are borrowed, besides the known ones
                                   (model.h); borrowed; NULL: none                          */
};

struct observe;

/* Begins a sweep.  '*out' is the caller's, for observe_free(). */
bool observe_new(struct observe **out, const struct observe_in *in, struct error *err) MUST_USE;
void observe_free(struct observe *o);

/* Is this result of a call of the sweep?  Then it was used (the caller still frees it). */
bool observe_take(struct observe *o, const struct alb_result *result);
bool observe_busy(const struct observe *o);

/* What the sweep found, sorted rows with 'actual', in 'a'.  Fails when a read failed, when
 * a load balancer tagged for our AlbConfig carries another cluster's tag, or when two carry
 * ours; the error names the load balancer and the remedy.  Call once, when not busy. */
bool observe_result(struct observe *o, struct arena *a, int64_t now_ms, struct model *out,
                    struct error *err) MUST_USE;

/* ---- facts --------------------------------------------------------------------------- */

struct fact_reader;

/* Begins to read 'needs' (borrowed until free), batched as far as the APIs allow. */
bool fact_reader_new(struct fact_reader **out, struct alb *alb, const fact_needs *needs,
                     struct error *err) MUST_USE;
void fact_reader_free(struct fact_reader *r);
bool fact_reader_take(struct fact_reader *r, const struct alb_result *result);
bool fact_reader_busy(const struct fact_reader *r);
/* One fact a need, in 'a': also for what does not exist (value ""). */
bool fact_reader_result(struct fact_reader *r, struct arena *a, int64_t now_ms,
                        struct fact_set *out, struct error *err) MUST_USE;
