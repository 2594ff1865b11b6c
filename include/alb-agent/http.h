/* http.h - the transport on libcurl: many requests in flight in one thread, connections
 * kept and reused, HTTP/1.1, TLS 1.2 or later verified against the system's CA bundle,
 * proxies as the environment says (https_proxy, no_proxy ...), redirects not followed.
 *
 * The only part of the agent that opens sockets.  Requests leave, and replies arrive,
 * inside next(); wait() only sleeps.  The program has to ignore SIGPIPE: libcurl is told to
 * leave signals alone, and OpenSSL writes to connections that the peer may have closed. */
#pragma once

#include "alb-agent/error.h"
#include "alb-agent/transport.h"

struct http_config {
    const char *user_agent;     /* NULL: "alb-agent"                                     */
    const char *ca_file;        /* certificates to be trusted, in PEM form, also of proxies
                                   that are asked by TLS; NULL: the system's             */
    int64_t connect_timeout_ms; /* 0: 5 s                                                */
    int64_t first_byte_ms;      /* from the request's last step before it is sent to the first
                                   byte of its reply; 0: as long as the whole may take   */
    int64_t timeout_ms;         /* of a whole request when it names none; 0: 30 s        */
    size_t max_reply;           /* bytes after decompression, 0: 16 MiB; a larger reply is
                                   ERROR_INVALID                                         */
    int max_connections;        /* at once to one host, 0: 16; further requests queue    */
};

/* All-zero '*config' is valid; it is copied.  ERROR_DENIED when 'ca_file' cannot be read.  '*out'
 * is the caller's, for http_free(). */
bool http_new(struct transport **out, const struct http_config *config, struct error *err) MUST_USE;
/* Ends what is in flight, without waiting for it. */
void http_free(struct transport *t);
