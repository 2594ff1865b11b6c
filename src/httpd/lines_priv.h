/* lines_priv.h - the open connections of a server, in order of their acceptance. */
#pragma once

#include <microhttpd.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/clock.h"

struct line {
    struct line *next;
    struct MHD_Connection *connection;
    int64_t since_ms; /* it was accepted, or its last request was answered */
    bool shut;        /* by us; libmicrohttpd closes it when it sees that  */
};

struct lines {
    struct arena arena;
    struct line *first, *idle;
    size_t open;        /* that are not shut                                         */
    size_t most;        /* when one more comes the oldest is shut; 0: no such limit  */
    int64_t request_ms; /* how long a request may take, from the first byte that could have come
                           to the last of its reply; 0: for ever                     */
    int64_t now_ms;     /* as lines_run() was told                                   */
};

/* Libmicrohttpd's MHD_OPTION_NOTIFY_CONNECTION, 'lines' being a struct lines. */
void lines_note(void *lines, struct MHD_Connection *connection, void **context,
                enum MHD_ConnectionNotificationCode code);
/* The connection has answered a request. */
void lines_note_answer(struct lines *lines, struct MHD_Connection *connection);
/* Shuts those whose time is over. */
void lines_run(struct lines *lines, int64_t now_ms);
void lines_done(struct lines *lines);
/* Until the first one's time is over, or -1. */
int64_t lines_wait_ms(const struct lines *lines, int64_t now_ms);
