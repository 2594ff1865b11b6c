/* http.c - the transport's life cycle: requests go into one curl multi handle, and come
 * out sorted by their numbers.  Transfers and their easy handles are kept and used again;
 * nothing here waits but wait(). */
#include "http_priv.h"

#include <stddef.h>
#include <stdio.h>

#include "alb-agent/clock.h"

enum {
    CONNECT_TIMEOUT_MS = 5000,
    TIMEOUT_MS = 30000,
    MAX_REPLY = 16 << 20,
    MAX_CONNECTIONS = 16,
    IDLE_MAX = 32,
    WAIT_MAX_MS = 3600 * 1000
};

static struct http *http_of(struct transport *t)
{
    return (struct http *)(void *)t;
}

static struct transfer *transfer_pop(struct transfer **list)
{
    struct transfer *t = *list;
    if (t)
        *list = t->next_free;
    if (t)
        t->next_free = NULL;
    return t;
}

/* A transfer out of the idle ones, or a new one; its handle is NULL when libcurl gives none. */
static struct transfer *transfer_take(struct http *h)
{
    struct transfer *t = transfer_pop(&h->idle);
    if (t) {
        h->n_idle--;
        return t;
    }
    t = transfer_pop(&h->bare);
    if (!t) {
        t = arena_alloc(&h->mem, sizeof *t);
        t->next_all = h->all;
        h->all = t;
    }
    t->easy = curl_easy_init();
    return t;
}

/* A handle is 12 KB: those that a rush of requests took do not all stay. */
static void transfer_put(struct http *h, struct transfer *t)
{
    const bool keep = t->easy && h->n_idle < IDLE_MAX;
    struct transfer **list = keep ? &h->idle : &h->bare;
    h->n_idle += keep;
    if (!keep) {
        curl_easy_cleanup(t->easy);
        t->easy = NULL;
    }
    t->next_free = *list;
    *list = t;
}

static void transfer_clear(struct transfer *t)
{
    if (t->easy)
        curl_easy_reset(t->easy);
    curl_slist_free_all(t->headers);
    t->headers = NULL;
    arena_done(&t->mem);
    buf_done(&t->body);
    t->errbuf[0] = '\0';
    t->head_size = 0;
    t->asked_ms = 0;
    t->retry_ms = false;
    t->retry_at_ms = t->date_ms = 0;
    t->reply = (struct http_reply){ 0 };
}

static void put_done(struct http *h, struct transfer *t)
{
    struct transfer **at = &h->done;
    while (*at && (*at)->reply.id < t->reply.id)
        at = &(*at)->next_done;
    t->next_done = *at;
    *at = t;
}

static uint64_t http_send(struct transport *base, const struct http_request *request)
{
    struct http *h = http_of(base);
    struct transfer *t = transfer_take(h);
    t->reply.id = ++h->last_id;
    t->reply.retry_after_ms = -1;
    if (!t->easy) {
        error_set(&t->reply.err, ERROR_TRANSIENT, "libcurl gives no handle");
        put_done(h, t);
    } else if (!transfer_setup(h, t, request)) {
        put_done(h, t);
    } else {
        CURLMcode code = curl_multi_add_handle(h->multi, t->easy);
        t->in_multi = code == CURLM_OK;
        if (!t->in_multi) {
            error_set(&t->reply.err, ERROR_TRANSIENT, "%s: %s", t->host, curl_multi_strerror(code));
            put_done(h, t);
        }
    }
    return t->reply.id;
}

static int64_t monotonic_ms(void)
{
    return clock_mono_us() / 1000;
}

/* How long 't' may go on without the first byte of its reply; -1: no limit yet.  The time
 * counts from when it left the queue and has a connection. */
static int64_t silence_left_ms(const struct http *h, struct transfer *t, int64_t now_ms)
{
    curl_off_t before_us = 0;
    if (!t->in_multi || t->head_size || !h->config.first_byte_ms)
        return -1;
    curl_easy_getinfo(t->easy, CURLINFO_PRETRANSFER_TIME_T, &before_us);
    if (before_us <= 0)
        return -1;
    t->asked_ms = t->asked_ms ? t->asked_ms : now_ms;
    int64_t left = t->asked_ms + h->config.first_byte_ms - now_ms;
    return left > 0 ? left : 0;
}

/* libcurl has no such limit of its own. */
static void end_silent(struct http *h)
{
    int64_t now_ms = h->config.first_byte_ms ? monotonic_ms() : 0;
    for (struct transfer *t = h->all; t && now_ms; t = t->next_all) {
        if (silence_left_ms(h, t, now_ms) != 0)
            continue;
        reply_silent(h, t);
        curl_multi_remove_handle(h->multi, t->easy);
        t->in_multi = false;
        put_done(h, t);
    }
}

/* One turn: moves data, and collects what has ended. */
static void http_turn(struct http *h)
{
    int n;
    curl_multi_perform(h->multi, &n);
    for (const CURLMsg *m; (m = curl_multi_info_read(h->multi, &n));) {
        if (m->msg != CURLMSG_DONE)
            continue;
        CURLcode code = m->data.result; /* 'm' dies with the removal */
        CURL *easy = m->easy_handle;
        char *self = NULL;
        curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
        struct transfer *t = (struct transfer *)(void *)self;
        reply_finish(h, t, code);
        curl_multi_remove_handle(h->multi, easy);
        t->in_multi = false;
        put_done(h, t);
    }
    end_silent(h);
}

static bool http_next(struct transport *base, struct http_reply *reply)
{
    struct http *h = http_of(base);
    if (!h->done)
        http_turn(h);
    struct transfer *t = h->done;
    if (!t)
        return false;
    h->done = t->next_done;
    t->next_done = NULL;
    buf_add(&t->body, "", 0); /* so that there is a NUL even without a byte */
    *reply = t->reply;
    reply->body = t->body.data;
    reply->body_len = t->body.len;
    t->body = (struct buf){ 0 };
    transfer_clear(t);
    transfer_put(h, t);
    return true;
}

static void http_wait(struct transport *base, int64_t timeout_ms)
{
    struct http *h = http_of(base);
    if (h->done)
        return;
    if (timeout_ms < 0 || timeout_ms > WAIT_MAX_MS)
        timeout_ms = WAIT_MAX_MS;
    int64_t now_ms = h->config.first_byte_ms ? monotonic_ms() : 0;
    for (struct transfer *t = h->all; t && now_ms; t = t->next_all) {
        int64_t left = silence_left_ms(h, t, now_ms);
        timeout_ms = left >= 0 && left < timeout_ms ? left : timeout_ms;
    }
    struct curl_waitfd fds[WATCHED_MAX] = { { 0 } };
    for (size_t i = 0; i < base->n_watched; i++)
        fds[i] = (struct curl_waitfd){ .fd = base->watched[i], .events = CURL_WAIT_POLLIN };
    curl_multi_poll(h->multi, fds, (unsigned)base->n_watched, (int)timeout_ms, NULL);
}

/* Said at the start, where libcurl would say it at each request. */
static bool check_ca_file(const char *path, struct error *err)
{
    FILE *f = path ? fopen(path, "re") : NULL;
    bool ok = !path || (f && fgetc(f) != EOF);
    if (f)
        (void)fclose(f);
    return ok || error_set(err, ERROR_DENIED, "CA file %s: cannot be read, or is empty", path);
}

static void apply_config(struct http *h, const struct http_config *config)
{
    struct http_config *c = &h->config;
    *c = *config;
    c->user_agent = arena_strdup(&h->mem, c->user_agent ? c->user_agent : "alb-agent");
    c->ca_file = c->ca_file ? arena_strdup(&h->mem, c->ca_file) : NULL;
    if (!c->ca_file && curl_version_info(CURLVERSION_NOW)->cainfo)
        c->ca_file = arena_strdup(&h->mem, curl_version_info(CURLVERSION_NOW)->cainfo);
    c->connect_timeout_ms = c->connect_timeout_ms > 0 ? c->connect_timeout_ms : CONNECT_TIMEOUT_MS;
    c->timeout_ms = c->timeout_ms > 0 ? c->timeout_ms : TIMEOUT_MS;
    c->max_reply = c->max_reply ? c->max_reply : MAX_REPLY;
    c->max_connections = c->max_connections > 0 ? c->max_connections : MAX_CONNECTIONS;
    curl_multi_setopt(h->multi, CURLMOPT_MAX_HOST_CONNECTIONS, (long)c->max_connections);
    curl_multi_setopt(h->multi, CURLMOPT_MAXCONNECTS, (long)c->max_connections);
}

bool http_new(struct transport **out, const struct http_config *config, struct error *err)
{
    *out = NULL;
    if (!check_ca_file(config->ca_file, err))
        return false;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return error_set(err, ERROR_BUG, "libcurl cannot be started");
    struct arena mem = { 0 };
    struct http *h = arena_alloc(&mem, sizeof *h);
    h->mem = mem;
    h->base = (struct transport){ .send = http_send, .next = http_next, .wait = http_wait };
    *out = &h->base;
    h->multi = curl_multi_init();
    if (!h->multi) {
        http_free(*out);
        *out = NULL;
        return error_set(err, ERROR_BUG, "libcurl gives no multi handle");
    }
    apply_config(h, config);
    return true;
}

void http_free(struct transport *t)
{
    if (!t)
        return;
    struct http *h = http_of(t);
    for (struct transfer *each = h->all; each; each = each->next_all) {
        if (each->in_multi)
            curl_multi_remove_handle(h->multi, each->easy);
        transfer_clear(each);
        curl_easy_cleanup(each->easy);
    }
    curl_multi_cleanup(h->multi);
    curl_global_cleanup();
    struct arena mem = h->mem;
    arena_done(&mem);
}
