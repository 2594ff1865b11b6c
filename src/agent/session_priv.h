/* session_priv.h - shared by the files of a session. */
#pragma once

#include "alb-agent/hash.h"
#include "alb-agent/observe.h"
#include "alb-agent/session.h"

/* By which it waits, and says what came before what; and the system's clock. */
int64_t session_now(const struct session *s);
int64_t session_wall(const struct session *s);
/* Has the system's clock been set?  By how much, 0: no.  The store follows, and verdicts keep their
 * dates. */
bool session_follow_clock(struct session *s, int64_t *by_ms, struct error *err) MUST_USE;
/* Verdicts keep their dates when the system's clock is set by so much. */
void findings_set_clock(finding_list *list, int64_t by_ms);
/* The first complete reading of a state file that is new: does it tell of an earlier one? */
bool session_note_seen(struct session *s, const struct model *found, struct error *err) MUST_USE;
/* How long lists may lag behind a change. */
int64_t session_list_lag(const struct session *s);
/* Rows that were written before the clock was set back are of now, not of a time to come: else
 * they would count as young, and as newer than any reading, until that time. */
void session_bound_times(const struct session *s, struct model *rows);

/* Takes results until there are none: hands each to 'take'.  One turn of the loop: waits at
 * most 'wait_ms' (< 0: as long as the client wants), moves data, hands out. */
typedef bool session_take_fn(void *arg, const struct alb_result *r, struct error *err);
bool session_turn(struct session *s, int64_t wait_ms, session_take_fn *take, void *arg,
                  struct error *err) MUST_USE;

/* Turns until then; what comes is dropped. */
bool session_sleep_until(struct session *s, int64_t until_ms, struct error *err) MUST_USE;

/* Reads facts from the cloud and remembers them. */
bool session_read_facts(struct session *s, const fact_needs *needs, struct error *err) MUST_USE;
/* Puts facts among those that are known, and into the store. */
bool session_put_facts(struct session *s, const struct fact_set *found, struct error *err) MUST_USE;
/* Marks rows that are there as wanted as applied, and since when servers are wanted none. */
void session_note_state(struct session *s);
/* Records what is wanted of each load balancer that is asked for, where it is new.  'shape', where
 * there is one load balancer, is 0 at first: then a state that differs from
 * the one before in servers alone is no revision, as pods come and go. */
bool session_put_revisions(struct session *s, uint64_t *shape, struct error *err) MUST_USE;

/* Reads the list of certificates when one is wanted; then adds the rows of those wanted ones
 * that are in the list and not in 'actual' yet (certificate.c). */
bool session_read_certificates(struct session *s, struct error *err) MUST_USE;
void session_add_certificates(struct session *s, struct model *actual);
/* Adds those of 'before' that are wanted and were uploaded, which no reading of load balancers
 * shows, unless a list that was read since lacks them. */
void session_keep_uploads(struct session *s, const struct model *before, struct model *actual);
/* Is one wanted of which 'there' does not know that it was uploaded? */
bool session_lacks_upload(const struct session *s, const struct model *there);

/* For replay (events.c): how this session was started, once and before it writes anything else;
 * and that a reading of 'parts' was taken in, 'only' of one load balancer. */
struct read_times {
    int64_t began_ms;
    int64_t ended_ms; /* when the last reply was there; 0: a moment ago */
};
bool session_note_start(struct session *s, struct error *err) MUST_USE;
bool session_note_source(struct session *s, struct error *err) MUST_USE;
bool session_note_read(struct session *s, const char *only, unsigned parts,
                       const struct read_times *times, struct error *err) MUST_USE;

/* Which load balancers a reading is about, in the session's arena. */
void session_wanted_lbs(struct session *s, struct observe_in *in);
/* Puts a reading ('actual', sorted; completed here) beside what is wanted and known. */
void session_join(struct session *s, struct model *actual);

/* Rows that must stay as they are because the object they came from cannot be read or
 * translated now: adds them to what is wanted, held (join.c). */
void session_keep_last_good(struct session *s);
/* Certificates of rows that are held stay where they were: on the listeners that are wanted, and
 * those of listeners that are held. */
void session_keep_certificates(struct session *s);
/* What a reading shows under another key than it had in 'before', and nothing wants there, is known
 * by its id to be ours. */
void session_remember_moved(struct session *s, const struct model *before);
/* Rows that nothing wants and nobody remembers are not deleted while an object is in doubt. */
void session_hold_unknown(struct session *s);
/* A load balancer that was to be taken over and is not there is never made instead. */
void session_hold_absent(struct session *s);
/* What was rolled back wants what it wanted then (pin.c); 'only': of that load balancer. */
bool session_apply_pins(struct session *s, const char *only, struct error *err) MUST_USE;
/* Which load balancers are confirmed as they are now; and how to confirm what was refused. */
void session_note_confirmed(struct session *s);
void session_offer_confirmation(struct session *s, struct arena *a, struct plan *plan);
/* The code that confirms 'lb' as it is wanted and there now; NULL: there is none (sides.c). */
const char *session_confirmation(struct session *s, struct arena *a, const char *lb);
/* Objects that are left out (quarantine.c).  What of the source could not be read at all: */
void session_source_problems(const struct session *s, struct arena *a, translate_problems *out);
/* To the store, unless 'digest', which this sets, says that it is what was put last; at first "".
 */
bool session_put_quarantine(struct session *s, const translate_problems *problems,
                            char digest[static SHA256_HEX], struct error *err) MUST_USE;
/* Findings (findings.c): from the store; by a reading, before which 'before' was the world; to the
 * store.  session_leave_findings() marks in 'world', anew after each join, what is left. */
bool session_load_findings(struct session *s, struct store *st, struct error *err) MUST_USE;
void session_note_findings(struct session *s, const struct model *before);
void session_leave_findings(struct session *s);
bool session_put_findings(struct session *s, struct store *st, struct error *err) MUST_USE;
/* Only when the last complete reading ended. */
bool session_put_verified(struct session *s, struct store *st, struct error *err) MUST_USE;
/* Says in a plan what it leaves as it is, and why. */
void session_warn_left(struct session *s, struct arena *a, struct plan *plan);
/* Borrowed groups (join.c).  What is wanted, and, of a group whose Service is gone, that none of
 * its servers stay, until that is done (alb-ingress.md §D.8). */
void session_release_borrowed(struct session *s, const struct model *before,
                              const struct model *actual, struct model *desired);
/* A group that no Service names any more is none of our business, and stays as it is. */
void session_drop_borrowed(struct session *s);
/* Rules under a listener that is not ours are not ours, whatever they are called. */
void session_disown_rules(struct session *s);

/* From what all its load balancers are planned: a scope for apply.h ('arg' is the session). */
struct plan_in session_plan_input(const struct session *s);
bool session_scope(void *arg, const char *lb, struct apply_scope *out);
void session_touch_all(const struct session *s, struct apply *ap);
