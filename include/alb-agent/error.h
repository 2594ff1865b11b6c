/* error.h - what went wrong, and what the caller should do about it.
 *
 * A function that can fail returns bool and takes a 'struct error *' last: never NULL,
 * written only on failure.  'kind' is for code, 'msg' for people.  error_set() and
 * error_wrap() return false, so that the failing line is also the returning line:
 *
 *     if (!file_read(a, path, &text, err))
 *         return error_wrap(err, "manifest %s", path);
 */
#pragma once

#include <stdbool.h>

#include "alb-agent/macros.h"

enum error_kind {
    ERROR_NONE,
    ERROR_INVALID,   /* the input is wrong; retrying cannot help              */
    ERROR_NOT_FOUND, /* what was named does not exist                         */
    ERROR_CONFLICT,  /* someone else changed it; observe again                */
    ERROR_THROTTLED, /* the cloud said slow down                              */
    ERROR_TRANSIENT, /* network, 5xx, busy database; retry with backoff       */
    ERROR_BUSY,      /* the cloud is still configuring; wait for it           */
    ERROR_QUOTA,     /* a limit is reached; making room may help              */
    ERROR_DENIED,    /* credentials or permissions                            */
    ERROR_BUG,       /* this program's fault                                  */
};

struct error {
    enum error_kind kind;
    int http_status;     /* of the reply, 0 when there was none               */
    char code[80];       /* the cloud's own word, as "Throttling.User"        */
    char request_id[64]; /* to quote to the cloud's support                   */
    char action[64];     /* the call that failed, as "DeleteRules"; "": none  */
    char resource[96];   /* what it was about, as "rule-a and 2 more"; "": not named */
    char msg[768];       /* outermost context first: "rule r1: create: ..."   */
};

/* Sets all of '*err' and returns false.  A message that does not fit ends in "...". */
bool error_set(struct error *err, enum error_kind kind, const char *fmt, ...) PRINTF(3, 4);

/* Puts what the caller was doing in front of the message and returns false; kind and
 * code stay as they are. */
bool error_wrap(struct error *err, const char *fmt, ...) PRINTF(2, 3);

/* The kind in one lower-case word, as "throttled".  Static. */
const char *error_kind_name(enum error_kind kind);
