/* http_priv.h - one request in flight, shared by its life cycle (http.c), its options
 * (options.c) and the reading of its reply (reply.c). */
#pragma once

#include <curl/curl.h>

#include "alb-agent/arena.h"
#include "alb-agent/buf.h"
#include "alb-agent/http.h"

struct transfer {
    struct transfer *next_all;  /* every transfer there is                     */
    struct transfer *next_free; /* not in use                                  */
    struct transfer *next_done; /* finished and not yet taken, by rising id    */
    CURL *easy;
    bool in_multi;
    struct arena mem; /* of this request                                        */
    struct curl_slist *headers;
    const char *host;    /* "https://alb.cn-hangzhou.aliyuncs.com", for messages   */
    struct buf body;     /* of the reply, up to the ceiling                        */
    size_t head_size;    /* bytes of reply headers so far                          */
    bool retry_ms;       /* retry_after_ms came from x-acs-retry-after             */
    int64_t retry_at_ms; /* the moment that Retry-After named, 0: none           */
    int64_t date_ms;     /* the reply's Date, 0: none                            */
    int64_t timeout_ms;
    int64_t asked_ms; /* when it was first seen on the wire, 0: not yet         */
    struct http_reply reply;
    char errbuf[CURL_ERROR_SIZE];
};

struct http {
    struct transport base; /* first: a 'struct transport *' of ours is a 'struct http *' */
    struct arena mem;
    struct http_config config; /* with defaults filled in */
    CURLM *multi;
    struct transfer *all, *done;
    struct transfer *idle; /* with a handle, 'n_idle' of them ... */
    struct transfer *bare; /* ... without one                     */
    size_t n_idle;
    uint64_t last_id;
};

/* Prepares 't' for 'request': everything is copied.  False, with the reply's error set,
 * for what cannot be sent at all. */
bool transfer_setup(const struct http *h, struct transfer *t, const struct http_request *request);

/* libcurl's callbacks; 'userdata' is the transfer. */
size_t reply_on_header(char *data, size_t size, size_t n, void *userdata);
size_t reply_on_body(char *data, size_t size, size_t n, void *userdata);
/* Fills in the outcome of a transfer whose reply did not begin in time. */
void reply_silent(const struct http *h, struct transfer *t);
/* Fills in the outcome of a transfer that has ended with 'code'. */
void reply_finish(const struct http *h, struct transfer *t, CURLcode code);
