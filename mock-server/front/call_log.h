/* call_log.h - one JSON line for each call and for each job that ended, for tests and for
 * people.  Every line is on its way to the file when the function returns. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "alb-agent/buf.h"
#include "alb-agent/error.h"
#include "params.h"

struct call_log;

/* What a line says.  Texts may be NULL. */
struct call_record {
    uint64_t seq;
    int64_t time_ms; /* of arrival                                               */
    const char *action;
    const struct params *params; /* flat; system parameters and secrets are left out */
    int status;
    const char *code; /* NULL on success                                         */
    const char *request_id;
    int64_t ms;        /* until the reply leaves                                   */
    const char *job;   /* that it started                                          */
    bool by_console;   /* not by a client; false: not in the line                  */
    const char *fault; /* what went wrong on purpose; NULL: not in the line        */
};

/* Appends to 'path'; '*out' is the caller's, for call_log_close(). */
bool call_log_open(struct call_log **out, const char *path, struct error *err) MUST_USE;
void call_log_close(struct call_log *log);

/* Both do nothing when 'log' is NULL. */
void call_log_call(struct call_log *log, const struct call_record *record);
/* 'code': NULL, or what the job failed with. */
void call_log_done(struct call_log *log, int64_t at_ms, const char *job, const char *code);

/* The line of a record, without its end. */
void call_log_format(struct buf *b, const struct call_record *record);
