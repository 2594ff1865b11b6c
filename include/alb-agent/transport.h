/* transport.h - how a request reaches the other side: the seam between signing and the
 * network.  http.h puts libcurl behind it; tests put a script or the mock behind it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/error.h"

struct http_header {
    const char *name;
    const char *value;
};

struct http_request {
    const char *method;                /* "POST"                                             */
    const char *url;                   /* absolute, query encoded as it was signed           */
    const struct http_header *headers; /* without line ends; these are sent, and no
                                          Content-Type that is not among them         */
    size_t n_headers;
    const char *body; /* may hold any bytes                                   */
    size_t body_len;
    int64_t timeout_ms; /* from send() to the last byte; 0: the transport's own */
    bool direct;        /* not through a proxy, whatever the environment says   */
};

/* What came back for a request.  'status' is 0 when there was no complete reply; then
 * 'err' says why (ERROR_TRANSIENT, ERROR_DENIED for a server whose certificate is not trusted, or
 * ERROR_INVALID for an URL that cannot be or a reply larger than the ceiling).  The message names
 * the host, never the query, the headers or the body, which may hold secrets. */
struct http_reply {
    uint64_t id;
    int status;
    char *body; /* NUL-terminated; the taker's, for http_reply_done()         */
    size_t body_len;
    char content_type[80];
    int64_t retry_after_ms; /* x-acs-retry-after (ms), or Retry-After (seconds, or a date by
                               the server's clock), at most RETRY_AFTER_MAX_MS; -1 when
                               absent or not readable                         */
    bool sent;              /* a byte of the request may have left            */
    struct error err;
};

/* The official SDK's ceiling for what a server may ask for (alb-semantics.md §2). */
enum { RETRY_AFTER_MAX_MS = 120000 };

void http_reply_done(struct http_reply *r);

enum { WATCHED_MAX = 4 };

struct transport {
    /* Queues a request, copying all of it; returns its number, never 0.  Numbers rise. */
    uint64_t (*send)(struct transport *t, const struct http_request *request);
    /* Takes the next reply, false when there is none yet; those that arrived in one turn
     * come in order of their numbers.  Never blocks. */
    bool (*next)(struct transport *t, struct http_reply *reply);
    /* Sleeps until something can be taken, 'timeout_ms' (< 0: an hour) has passed, or one of
     * the descriptors below has something to be read. */
    void (*wait)(struct transport *t, int64_t timeout_ms);
    int watched[WATCHED_MAX]; /* whoever owns the loop adds them */
    size_t n_watched;
};
