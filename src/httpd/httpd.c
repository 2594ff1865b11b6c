/* httpd.c - libmicrohttpd's epoll daemon, run by hand.  A request is collected in a
 * 'struct call' made when its target is seen and freed when libmicrohttpd is done with
 * it.  A reply is queued only in the last callback of a request: earlier, libmicrohttpd
 * would close the connection or refuse (feasibility.md §2.1). */
#include "alb-agent/httpd.h"

#include <microhttpd.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alb-agent/buf.h"
#include "httpd_priv.h"
#include "lines_priv.h"

enum {
    MEMORY_PER_CONNECTION = 256 * 1024, /* 3,650 query parameters; ALB needs 1,500     */
    MAX_BODY = 4 * 1024 * 1024,
    DRAIN_FACTOR = 4, /* how many times the ceiling is read before the line is cut     */
    MAX_CONNECTIONS = 200,
    IDLE_SECONDS = 120,
    SPARE_CONNECTIONS = 16, /* accepted beyond those, until the ones that were shut are gone */
};

/* One request on its way through. */
struct call {
    struct call *next; /* in httpd.waiting                                            */
    struct MHD_Connection *connection;
    struct arena arena;
    const char *target, *authority;
    struct buf body;
    size_t received; /* bytes of body, also those beyond the ceiling                  */
    bool begun;      /* the first callback, with the headers, has been                */
    bool answered;   /* the handler has been called                                   */
    struct httpd_reply reply;
    struct httpd *httpd;
    int64_t next_ms; /* when the next piece of a slow body leaves                     */
};

struct httpd {
    struct MHD_Daemon *daemon;
    struct httpd_config config;
    uint16_t port;
    int fd;
    int64_t now_ms;       /* of the running httpd_run()                               */
    struct call *waiting; /* suspended until their reply is due, in order of arrival  */
    struct lines lines;
    bool closing;
    struct arena arena;
    char *tls_cert, *tls_key; /* copies, as libmicrohttpd reads them from here            */
};

static void *call_new(void *cls, const char *uri, struct MHD_Connection *connection)
{
    const struct httpd *h = cls;
    struct call *call = calloc(1, sizeof *call);
    if (!call)
        return NULL;
    bool slash;
    const char *rest = target_strip(uri, &slash), *host;
    size_t host_len = target_authority(uri, &host);
    call->connection = connection;
    call->httpd = cls;
    call->target = slash ? arena_fmt(&call->arena, "/%s", rest) : arena_strdup(&call->arena, rest);
    call->authority = host_len ? arena_strndup(&call->arena, host, host_len) : NULL;
    call->body.max = h->config.max_body;
    return call;
}

static void waiting_remove(struct httpd *h, const struct call *call)
{
    struct call **at = &h->waiting;
    while (*at && *at != call)
        at = &(*at)->next;
    if (*at)
        *at = call->next;
}

static void call_done(void *cls, struct MHD_Connection *connection, void **con_cls,
                      enum MHD_RequestTerminationCode why)
{
    (void)why;
    struct httpd *h = cls;
    struct call *call = *con_cls;
    lines_note_answer(&h->lines, connection);
    if (!call)
        return;
    waiting_remove(h, call);
    buf_done(&call->body);
    arena_done(&call->arena);
    free(call);
    *con_cls = NULL;
}

/* What two headers of a request say about the length of its body. */
struct framing {
    const char *length;
    bool contradicts;
    bool chunked;
};

static enum MHD_Result framing_look(void *cls, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    (void)kind;
    struct framing *f = cls;
    if (!strcasecmp(name, "Content-Length")) {
        if (f->length && value && strcmp(f->length, value) != 0)
            f->contradicts = true;
        f->length = value;
    } else if (!strcasecmp(name, "Transfer-Encoding")) {
        f->chunked = true;
    }
    return MHD_YES;
}

/* Would another reader of this request agree on where its body ends? */
static bool framing_is_clear(struct MHD_Connection *connection)
{
    struct framing f = { 0 };
    (void)MHD_get_connection_values(connection, MHD_HEADER_KIND, framing_look, &f);
    return !f.contradicts && !(f.chunked && f.length);
}

static void call_suspend(struct httpd *h, struct call *call)
{
    struct call **end = &h->waiting;
    while (*end)
        end = &(*end)->next;
    call->next = NULL;
    *end = call;
    MHD_suspend_connection(call->connection);
}

/* Gives libmicrohttpd the next piece of a slow body, or of one that is cut off. */
static ssize_t body_read(void *cls, uint64_t at, char *buf, size_t max)
{
    struct call *call = cls;
    const struct httpd_reply *reply = &call->reply;
    size_t end =
        reply->cut_after && reply->cut_after < reply->body_len ? reply->cut_after : reply->body_len;
    if (at >= end || call->httpd->closing)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    if (call->next_ms > call->httpd->now_ms) {
        call->reply.due_ms = call->next_ms;
        call_suspend(call->httpd, call);
        return 0;
    }
    size_t n = end - (size_t)at < max ? end - (size_t)at : max;
    if (reply->pause_ms) {
        n = reply->piece && reply->piece < n ? reply->piece : n;
        call->next_ms = call->httpd->now_ms + reply->pause_ms;
    }
    memcpy(buf, reply->body + at, n);
    return (ssize_t)n;
}

/* The whole body at once.  The call dies before its response in some ways a connection
 * can end: so the response has a copy. */
static struct MHD_Response *response_whole(const struct httpd_reply *reply)
{
    char *body = NULL;
    if (reply->body_len && !(body = malloc(reply->body_len)))
        return NULL;
    if (body)
        memcpy(body, reply->body, reply->body_len);
    struct MHD_Response *r =
        MHD_create_response_from_buffer(reply->body_len, body, MHD_RESPMEM_MUST_FREE);
    if (!r)
        free(body);
    return r;
}

/* Makes the connection end with a reset, not with a polite end. */
static enum MHD_Result call_reset(const struct call *call)
{
    const struct linger now = { .l_onoff = 1 };
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(call->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    if (info)
        (void)setsockopt(info->connect_fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    return MHD_NO;
}

static enum MHD_Result reply_queue(struct call *call)
{
    const struct httpd_reply *reply = &call->reply;
    bool whole = !reply->cut_after && !reply->pause_ms;
    if (reply->reset)
        return call_reset(call);
    struct MHD_Response *r =
        whole ? response_whole(reply)
              : MHD_create_response_from_callback(reply->body_len, 4096, body_read, call, NULL);
    if (!r)
        return MHD_NO;
    if (reply->content_type)
        (void)MHD_add_response_header(r, "Content-Type", reply->content_type);
    for (size_t i = 0; i < reply->headers.len; i++)
        (void)MHD_add_response_header(r, reply->headers.items[i].name,
                                      reply->headers.items[i].value);
    enum MHD_Result done = MHD_queue_response(call->connection, (unsigned)reply->status, r);
    MHD_destroy_response(r);
    return done;
}

static void reply_plain(struct httpd_reply *reply, int status, const char *text)
{
    *reply = (struct httpd_reply){
        .status = status,
        .content_type = "text/plain; charset=utf-8",
        .body = text,
        .body_len = strlen(text),
    };
}

struct headers {
    struct arena *arena;
    LIST_OF(struct httpd_header) list;
};

static enum MHD_Result header_take(void *cls, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    (void)kind;
    struct headers *h = cls;
    const char *v = value ? value : "";
    size_t len = strlen(v);
    while (len && (v[len - 1] == ' ' || v[len - 1] == '\t'))
        len--;
    struct httpd_header *header = LIST_PUSH(h->arena, &h->list);
    header->name = arena_strdup(h->arena, name);
    header->value = arena_strndup(h->arena, v, len);
    return MHD_YES;
}

static void call_answer(struct httpd *h, struct call *call, const char *method)
{
    if (call->received > h->config.max_body) {
        reply_plain(&call->reply, MHD_HTTP_CONTENT_TOO_LARGE, "the body is too large\n");
        return;
    }
    struct headers headers = { .arena = &call->arena };
    (void)MHD_get_connection_values(call->connection, MHD_HEADER_KIND, header_take, &headers);
    const struct httpd_request request = {
        .method = method,
        .target = call->target,
        .authority = call->authority,
        .headers = headers.list.items,
        .n_headers = headers.list.len,
        .body = buf_str(&call->body),
        .body_len = call->body.len,
        .arena = &call->arena,
    };
    call->reply.status = MHD_HTTP_OK;
    h->config.handler(h->config.arg, &request, &call->reply);
}

/* Libmicrohttpd's access handler: called with the headers, with each piece of the body,
 * at the end, and once more when a suspended connection goes on.
 * NOLINTNEXTLINE(readability-function-size): the parameters are not ours to choose. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *size, void **con_cls)
{
    (void)url;
    (void)version;
    struct httpd *h = cls;
    struct call *call = *con_cls;
    if (!call)
        return MHD_NO;
    if (!call->begun) {
        call->begun = true;
        if (framing_is_clear(connection))
            return MHD_YES;
        reply_plain(&call->reply, MHD_HTTP_BAD_REQUEST, "the length of the body is ambiguous\n");
        return reply_queue(call);
    }
    if (*size) {
        call->received += *size;
        buf_add(&call->body, data, *size);
        *size = 0;
        return call->received / DRAIN_FACTOR > h->config.max_body ? MHD_NO : MHD_YES;
    }
    if (!call->answered) {
        call->answered = true;
        call_answer(h, call, method);
        if (call->reply.due_ms > h->now_ms) {
            call_suspend(h, call);
            return MHD_YES;
        }
    }
    return reply_queue(call);
}

/* Libmicrohttpd's options keep PEM text as a pointer that is not const; it only reads it. */
static struct MHD_Daemon *daemon_start(struct httpd *h, int fd)
{
    const unsigned most = h->config.max_connections;
    const size_t memory = h->config.max_head ? h->config.max_head : MEMORY_PER_CONNECTION;
    struct MHD_OptionItem options[] = {
        { MHD_OPTION_CONNECTION_MEMORY_LIMIT, (intptr_t)memory, NULL },
        { MHD_OPTION_CONNECTION_LIMIT,
          (intptr_t)(h->config.request_ms ? most + SPARE_CONNECTIONS : most), NULL },
        { MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS, NULL },
        { MHD_OPTION_LISTEN_SOCKET, fd, NULL },
        { MHD_OPTION_END, 0, NULL },
        { MHD_OPTION_END, 0, NULL },
        { MHD_OPTION_END, 0, NULL },
    };
    unsigned flags = MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME;
    if (h->config.tls_cert) {
        flags |= MHD_USE_TLS;
        options[4] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, h->tls_cert };
        options[5] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, h->tls_key };
    }
    return MHD_start_daemon(flags, 0, NULL, NULL, on_request, h, MHD_OPTION_ARRAY, options,
                            MHD_OPTION_URI_LOG_CALLBACK, call_new, h, MHD_OPTION_NOTIFY_COMPLETED,
                            call_done, h, MHD_OPTION_NOTIFY_CONNECTION, lines_note, &h->lines,
                            MHD_OPTION_END);
}

/* Is the TLS half of the configuration whole, and can this libmicrohttpd do it? */
static bool tls_prepare(struct httpd *h, struct error *err)
{
    const struct httpd_config *config = &h->config;
    if (!config->tls_cert && !config->tls_key)
        return true;
    if (!config->tls_cert || !config->tls_key)
        return error_set(err, ERROR_INVALID, "TLS needs a certificate and its key");
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return error_set(err, ERROR_INVALID, "libmicrohttpd was built without TLS");
    h->tls_cert = arena_strdup(&h->arena, config->tls_cert);
    h->tls_key = arena_strdup(&h->arena, config->tls_key);
    return true;
}

static void httpd_free(struct httpd *h)
{
    lines_done(&h->lines);
    arena_done(&h->arena);
    free(h);
}

bool httpd_open(struct httpd **out, const struct httpd_config *config, struct error *err)
{
    int fd;
    uint16_t port;
    *out = NULL;
    if (!listen_open(config->listen, &fd, &port, err))
        return false;
    struct httpd *h = calloc(1, sizeof *h);
    if (!h) {
        (void)close(fd);
        return error_set(err, ERROR_BUG, "out of memory");
    }
    h->config = *config;
    h->config.max_body = config->max_body ? config->max_body : MAX_BODY;
    h->config.max_connections = config->max_connections ? config->max_connections : MAX_CONNECTIONS;
    h->port = port;
    h->lines.request_ms = config->request_ms;
    h->lines.most = config->request_ms ? h->config.max_connections : 0;
    if (!tls_prepare(h, err)) {
        (void)close(fd);
        httpd_free(h);
        return false;
    }
    h->daemon = daemon_start(h, fd);
    const union MHD_DaemonInfo *info =
        h->daemon ? MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!info) {
        if (h->daemon)
            MHD_stop_daemon(h->daemon);
        else
            (void)close(fd);
        httpd_free(h);
        return error_set(err, config->tls_cert ? ERROR_INVALID : ERROR_BUG,
                         "listen on %s: libmicrohttpd does not start%s", config->listen,
                         config->tls_cert ? "; is the certificate the key's, and both PEM?" : "");
    }
    h->fd = info->epoll_fd;
    *out = h;
    return true;
}

/* Lets go on what is due by 'now_ms'. */
static void waiting_resume(struct httpd *h, int64_t now_ms)
{
    struct call **at = &h->waiting;
    while (*at) {
        struct call *call = *at;
        if (call->reply.due_ms > now_ms) {
            at = &call->next;
            continue;
        }
        *at = call->next;
        MHD_resume_connection(call->connection);
    }
}

void httpd_close(struct httpd *h)
{
    if (!h)
        return;
    h->closing = true;
    waiting_resume(h, INT64_MAX);
    (void)MHD_run(h->daemon);
    MHD_stop_daemon(h->daemon);
    httpd_free(h);
}

uint16_t httpd_port(const struct httpd *h)
{
    return h->port;
}

int httpd_fd(const struct httpd *h)
{
    return h->fd;
}

void httpd_run(struct httpd *h, int64_t now_ms)
{
    h->now_ms = now_ms;
    lines_run(&h->lines, now_ms);
    waiting_resume(h, now_ms);
    (void)MHD_run(h->daemon);
}

int64_t httpd_timeout_ms(const struct httpd *h, int64_t now_ms)
{
    MHD_UNSIGNED_LONG_LONG ms;
    int64_t wait = lines_wait_ms(&h->lines, now_ms);
    if (MHD_get_timeout(h->daemon, &ms) == MHD_YES)
        wait = wait_sooner(wait, ms > INT32_MAX ? INT32_MAX : (int64_t)ms);
    for (const struct call *call = h->waiting; call; call = call->next) {
        wait = wait_sooner(wait, call->reply.due_ms > now_ms ? call->reply.due_ms - now_ms : 0);
    }
    return wait;
}

const char *httpd_request_header(const struct httpd_request *request, const char *name)
{
    for (size_t i = 0; i < request->n_headers; i++)
        if (!strcasecmp(request->headers[i].name, name))
            return request->headers[i].value;
    return NULL;
}
