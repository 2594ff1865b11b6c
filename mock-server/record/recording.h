/* recording.h - a recording read back (README.md has the form). */
#pragma once

#include <cjson/cJSON.h>

#include "call.h"

enum {
    RECORDING_VERSION = 1,
    RECORDING_LINE = 64 << 20, /* bytes of a line                                        */
    RECORDING_CALLS = 1000000, /* of a recording                                         */
};

/* Names of members that writer and reader share. */
#define RECORDING_HEAD "alb-mock-recording"

struct recorded {
    int64_t seq; /* from 1, counted by the reader                                        */
    struct record_call call;
    int status;
    const char *type; /* Content-Type, or NULL                                           */
    LIST_OF(struct httpd_header) headers;
    const char *body; /* as it went out                                                  */
    size_t body_len;
    const cJSON *json; /* the body where it is JSON, else NULL; the recording's          */
    int64_t ms;        /* from arrival until the reply left                              */
    bool reset;        /* no reply: the connection was reset; and so on as in httpd.h    */
    size_t cut_after, piece;
    int64_t pause_ms;
};

/* All-zero is empty. */
struct recording {
    struct arena arena;
    LIST_OF(struct recorded) calls;
    LIST_OF(cJSON *) trees;
    bool cut; /* its last line is only a part of one: who wrote it was killed            */
};

/* Reads a whole text.  A line that is no call is an error with its number, unless it is the
 * last one, or the next one begins a recording anew. */
bool recording_read(struct recording *r, const char *text, size_t len, struct error *err) MUST_USE;
bool recording_open(struct recording *r, const char *path, struct error *err) MUST_USE;
void recording_done(struct recording *r);
