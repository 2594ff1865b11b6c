/* recorder.h - writes a recording: a JSON line for each call with its reply, without
 * secrets, in the order in which the calls came (README.md has the form). */
#pragma once

#include "../front/spec.h"
#include "alb-agent/httpd.h"

struct recorder;

/* Goes on with the file at 'path', or begins it; a line that a killed program left half
 * written is ended first.  'now_ms' is the time of the start.  '*out' is the caller's. */
bool recorder_open(struct recorder **out, const char *path, int64_t now_ms,
                   struct error *err) MUST_USE;
void recorder_close(struct recorder *r);

/* Writes down a call that came at 'at_ms' and was answered at 'done_ms'; its line is on its
 * way to the file when this returns.  Does nothing when 'r' is NULL. */
void recorder_note(struct recorder *r, const struct httpd_request *request,
                   const struct httpd_reply *reply, int64_t at_ms, int64_t done_ms);
