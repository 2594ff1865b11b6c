/* world.h - a server and a client on a loopback socket.  Both share this one thread: exchange()
 * lets both make progress in turn. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "alb-agent/httpd.h"

struct world {
    struct httpd *h;
    int64_t now_ms;         /* what the server is told         */
    int64_t due_ms;         /* what the handler dates its reply */
    struct httpd_reply bad; /* how the handler's replies are bad */
    int calls;
    int client;
};

/* Answers with what it was given: a test looks for its request in the reply. */
static inline void echo(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct world *w = arg;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(&b, "%s|%s|", request->method, request->target);
    for (size_t i = 0; i < request->n_headers; i++)
        if (!strcmp(request->headers[i].name, "X-Test"))
            buf_addf(&b, "[%s]", request->headers[i].value);
    const char *first = httpd_request_header(request, "x-test");
    buf_addf(&b, "|%s|%zu:", first ? first : "-", request->body_len);
    if (request->body_len < 100)
        buf_add(&b, request->body, request->body_len);
    buf_addc(&b, ';');
    reply->content_type = "text/plain";
    *LIST_PUSH(request->arena, &reply->headers) = (struct httpd_header){ "X-Reply", "yes" };
    reply->body = buf_keep(&b, request->arena);
    reply->body_len = b.len;
    reply->due_ms = w->due_ms;
    reply->reset = w->bad.reset;
    reply->cut_after = w->bad.cut_after;
    reply->piece = w->bad.piece;
    reply->pause_ms = w->bad.pause_ms;
    w->calls++;
}

static inline int client_open(const struct httpd *h)
{
    struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(httpd_port(h)) };
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* Opens it with 'more' beside the address and the handler. */
static inline int world_open(void **state, const struct httpd_config *more)
{
    struct world *w = calloc(1, sizeof *w);
    struct error err = { 0 };
    struct httpd_config config = *more;
    config.listen = "127.0.0.1:0";
    config.handler = echo;
    config.arg = w;
    w->now_ms = 1000;
    *state = w;
    if (!httpd_open(&w->h, &config, &err))
        return -1;
    w->client = client_open(w->h);
    return 0;
}

static inline int teardown(void **state)
{
    struct world *w = *state;
    (void)close(w->client);
    httpd_close(w->h);
    free(w);
    return 0;
}

static inline size_t occurrences(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; *what && (at = strstr(at, what)); at += strlen(what))
        n++;
    return n;
}

/* Reads what there is; false at the end of the stream. */
static inline bool take(int fd, struct buf *got)
{
    char piece[65536];
    ssize_t n = recv(fd, piece, sizeof piece, MSG_DONTWAIT);
    if (n > 0)
        buf_add(got, piece, (size_t)n);
    return n > 0 || (n < 0 && errno == EAGAIN);
}

/* Sends 'len' bytes, 'step' at a time, and reads until 'until' was seen 'times' times
 * (empty: until all is sent) or the server closes.  Returns false after five seconds without that.
 */
static inline bool exchange(struct world *w, const char *data, size_t len, size_t step,
                            const char *until, size_t times, struct buf *got)
{
    int64_t end = clock_now_ms(clock_system()) + 5000;
    size_t sent = 0;
    while (clock_now_ms(clock_system()) < end) {
        if (sent < len) {
            size_t piece = len - sent < step ? len - sent : step;
            ssize_t n = send(w->client, data + sent, piece, MSG_DONTWAIT | MSG_NOSIGNAL);
            sent += n > 0 ? (size_t)n : 0;
        }
        httpd_run(w->h, w->now_ms);
        bool open = take(w->client, got);
        if (!open || (sent == len && occurrences(buf_str(got), until) >= times))
            return true;
        struct pollfd p[] = {
            { .fd = httpd_fd(w->h), .events = POLLIN },
            { .fd = w->client, .events = (short)(sent < len ? POLLIN | POLLOUT : POLLIN) },
        };
        int64_t wait = httpd_timeout_ms(w->h, w->now_ms);
        (void)poll(p, 2, wait >= 0 && wait < 20 ? (int)wait : 20);
    }
    return false;
}

static inline bool ask(struct world *w, const char *text, const char *until, size_t times,
                       struct buf *got)
{
    return exchange(w, text, strlen(text), SIZE_MAX, until, times, got);
}
