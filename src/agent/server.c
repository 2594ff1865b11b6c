/* server.c - pages over HTTP, in the loop of whoever owns it.
 *
 * Strangers may ask, so that nothing they do costs more than a little: everything about a request
 * has a ceiling, pages are made once a second at most, and there is nothing to be changed here. */
#include <stdio.h>
#include <string.h>

#include "alb-agent/httpd.h"
#include "service_priv.h"

enum {
    REQUEST_MS = 10 * 1000, /* all of a request, and how long a connection may be idle           */
    MOST_CONNECTIONS = 64,
    MOST_HEAD = 16 * 1024, /* of target and headers; a browser's cookies for the host fit        */
    MOST_BODY = 1024,      /* nobody has a reason to send one                                    */
    FRESH_MS = 1000,
};

static const struct {
    const char *path, *type;
} pages[PAGES] = {
    [PAGE_HEALTH] = { "/healthz", "text/plain; charset=utf-8" },
    [PAGE_READY] = { "/readyz", "text/plain; charset=utf-8" },
    [PAGE_STATUS] = { "/status", "application/json" },
    [PAGE_METRICS] = { "/metrics", METRICS_CONTENT_TYPE },
};

/* Made anew when it is too old; those that cost nothing always are. */
static void refresh(struct server *s, enum page page)
{
    struct buf *text = &s->made[page].text;
    const bool dear = page == PAGE_STATUS || page == PAGE_METRICS;
    if (dear && text->len && s->now_ms - s->made[page].made_ms < FRESH_MS)
        return;
    buf_reset(text);
    s->made[page].status = s->page(s->arg, page, text);
    s->made[page].made_ms = s->now_ms;
}

static void say(struct httpd_reply *reply, int status, const char *text)
{
    reply->status = status;
    reply->content_type = "text/plain; charset=utf-8";
    reply->body = text;
    reply->body_len = strlen(text);
}

static void answer(void *arg, const struct httpd_request *request, struct httpd_reply *reply)
{
    struct server *s = arg;
    size_t len = strcspn(request->target, "?#"), page = 0;
    *LIST_PUSH(request->arena, &reply->headers) =
        (struct httpd_header){ "Cache-Control", "no-store" };
    *LIST_PUSH(request->arena, &reply->headers) =
        (struct httpd_header){ "X-Content-Type-Options", "nosniff" };
    while (page < PAGES
           && (strlen(pages[page].path) != len
               || strncmp(pages[page].path, request->target, len) != 0))
        page++;
    if (page == PAGES) {
        say(reply, 404, "there are /healthz, /readyz, /status and /metrics\n");
    } else if (strcmp(request->method, "GET") != 0 && strcmp(request->method, "HEAD") != 0) {
        *LIST_PUSH(request->arena, &reply->headers) = (struct httpd_header){ "Allow", "GET, HEAD" };
        say(reply, 405, "only GET and HEAD\n");
    } else {
        refresh(s, (enum page)page);
        reply->status = s->made[page].status;
        reply->content_type = pages[page].type;
        reply->body = buf_str(&s->made[page].text);
        reply->body_len = s->made[page].text.len;
    }
}

static bool open_at(struct server *s, const char *address, struct error *err)
{
    const struct httpd_config config = {
        .listen = address,
        .handler = answer,
        .arg = s,
        .max_body = MOST_BODY,
        .max_head = MOST_HEAD,
        .max_connections = MOST_CONNECTIONS,
        .request_ms = REQUEST_MS,
    };
    return !*address || httpd_open(&s->h, &config, err);
}

bool server_move(struct server *s, const char *address, bool *moved, struct error *err)
{
    char before[sizeof s->address];
    address = address ? address : "";
    *moved = strcmp(address, s->address) != 0;
    if (!*moved)
        return true;
    memcpy(before, s->address, sizeof before);
    httpd_close(s->h); /* first, as one address may be part of the other */
    s->h = NULL;
    (void)snprintf(s->address, sizeof s->address, "%s", address);
    if (open_at(s, address, err))
        return true;
    struct error again;
    const bool back = open_at(s, before, &again);
    memcpy(s->address, back ? before : "", back ? sizeof before : 1);
    return false;
}

void server_close(struct server *s)
{
    httpd_close(s->h);
    s->h = NULL;
    s->address[0] = '\0';
    for (int i = 0; i < PAGES; i++)
        buf_done(&s->made[i].text);
}

int server_fd(const struct server *s)
{
    return s->h ? httpd_fd(s->h) : -1;
}

int64_t server_run(struct server *s, int64_t now_ms)
{
    s->now_ms = now_ms;
    if (!s->h)
        return -1;
    httpd_run(s->h, now_ms);
    return httpd_timeout_ms(s->h, now_ms);
}
