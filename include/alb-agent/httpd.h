/* httpd.h - an HTTP/1.1 server that lives in the caller's loop, on libmicrohttpd.
 *
 * One thread, no hidden ones.  The caller polls httpd_fd() for reading, at most
 * httpd_timeout_ms() long, and then calls httpd_run(), also after a time-out:
 *
 *     struct pollfd p = { .fd = httpd_fd(h), .events = POLLIN };
 *     poll(&p, 1, (int)httpd_timeout_ms(h, now));
 *     httpd_run(h, clock_now_ms(clock));
 *
 * A request reaches the handler once, whole, with its body; what libmicrohttpd would
 * hide (the raw target, repeated headers) is there, what would let two readers see two
 * requests (contradicting lengths) is refused before.  feasibility.md §2 has the facts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "alb-agent/arena.h"
#include "alb-agent/error.h"

struct httpd;

struct httpd_header {
    const char *name;  /* as sent                          */
    const char *value; /* without blanks around it         */
};

/* One request; all of it dies when its reply has left. */
struct httpd_request {
    const char *method;
    const char *target;    /* as sent, scheme and host of an absolute form removed: "/?A=1" */
    const char *authority; /* "host:port" of an absolute form, else NULL                  */
    const struct httpd_header *headers; /* in the order they came, repeated ones too     */
    size_t n_headers;
    const char *body; /* any bytes, and a NUL after them; never NULL                     */
    size_t body_len;
    struct arena *arena; /* for what the handler allocates, its reply's text above all   */
};

/* The value of the first header 'name' (case does not matter), or NULL. */
const char *httpd_request_header(const struct httpd_request *request, const char *name);

/* What the handler answers.  Texts live in the request's arena or are static. */
struct httpd_reply {
    int status;               /* 200 when the handler is called                      */
    const char *content_type; /* NULL: no such header                                */
    LIST_OF(struct httpd_header) headers;
    const char *body; /* NULL: empty                                                 */
    size_t body_len;
    int64_t due_ms; /* not to leave before this time of the caller's clock; 0: at once */

    /* For servers that play a bad one; all zero: an honest reply. */
    bool reset;       /* instead of an answer the connection is reset                  */
    size_t cut_after; /* bytes of body, then the connection ends; 0: the body is whole */
    size_t piece;     /* bytes of body that leave at a time ...                        */
    int64_t pause_ms; /* ... with this between them; 0: all at once                    */
};

typedef void httpd_handler_fn(void *arg, const struct httpd_request *request,
                              struct httpd_reply *reply);

struct httpd_config {
    const char *listen;        /* "HOST:PORT", "[::1]:PORT", ":PORT" for all addresses; port
                                  0 picks a free one                                  */
    httpd_handler_fn *handler; /* called from httpd_run()                             */
    void *arg;                 /* its first argument                                  */
    size_t max_body;           /* bytes; a larger body is answered 413.  0: 4 MiB     */
    const char *tls_cert;      /* PEM text of the chain; NULL: plain HTTP             */
    const char *tls_key;       /* PEM text of its key, not encrypted                  */
    size_t max_head;           /* bytes of target and headers.  0: 256 KB             */
    unsigned max_connections;  /* further ones wait.  0: 200 ('max_head' of memory each) */

    /* For a server that strangers may reach: how long a request may take, all of it, and how
     * long a connection may be idle.  Then further connections do not wait, but the one that has
     * been at its request for longest is shut.  0: none of that. */
    int64_t request_ms;
};

/* Begins to listen; '*out' is the caller's, for httpd_close(). */
bool httpd_open(struct httpd **out, const struct httpd_config *config, struct error *err) MUST_USE;
/* Drops what is in flight.  NULL is fine. */
void httpd_close(struct httpd *h);

/* The port that was picked, or given. */
uint16_t httpd_port(const struct httpd *h);
/* The descriptor to poll for reading. */
int httpd_fd(const struct httpd *h);
/* Takes in, handles and answers what can be at 'now_ms'.  Never blocks. */
void httpd_run(struct httpd *h, int64_t now_ms);
/* How long httpd_run() need not be called while the descriptor is quiet; -1: for ever. */
int64_t httpd_timeout_ms(const struct httpd *h, int64_t now_ms);
