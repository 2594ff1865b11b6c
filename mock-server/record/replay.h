/* replay.h - answers calls as a recording says, and tells where they first differ from it.
 *
 *     replay_open(&r, "calls.jsonl", REPLAY_KEY, err);
 *     replay_call(r, now_ms, &request, &reply);      as often as calls come
 *     replay_end(r);                                 were there more in the recording?
 *     replay_report(r, &json);
 *
 * Nothing is verified: signatures are not in a recording. */
#pragma once

#include "match.h"

struct replay;

/* '*out' is the caller's, for replay_close(). */
bool replay_open(struct replay **out, const char *path, enum replay_match match,
                 struct error *err) MUST_USE;
void replay_close(struct replay *r);

/* Answers one call; the reply leaves as long after 'now_ms' as the recorded one did. */
void replay_call(struct replay *r, int64_t now_ms, const struct httpd_request *request,
                 struct httpd_reply *reply);

/* No more calls come: recorded ones that never came are a divergence, reads among them only
 * when the match is strict. */
void replay_end(struct replay *r);
bool replay_has_diverged(const struct replay *r);

/* Appends what has happened as a JSON object (README.md has the form). */
void replay_report(const struct replay *r, struct buf *out);
/* Appends the first divergence for people, both calls side by side; nothing without one. */
void replay_explain(const struct replay *r, struct buf *out);
