/* reply.c - reading a reply: its headers, its body up to the ceiling, and, when it did not
 * come, the reason in words that name the host and nothing else of the request. */
#include "http_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/clock.h"

enum { HEAD_MAX = 64 << 10 };

/* A decimal number that is all of 'text'; -1 otherwise. */
static int64_t whole_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (!digits || text[digits])
        return -1;
    int64_t n = 0;
    for (size_t i = 0; i < digits; i++)
        n = n > RETRY_AFTER_MAX_MS ? n : n * 10 + (text[i] - '0');
    return n;
}

static int64_t capped(int64_t ms)
{
    return ms > RETRY_AFTER_MAX_MS ? RETRY_AFTER_MAX_MS : ms;
}

static void read_header(struct transfer *t, const char *name, const char *value)
{
    struct http_reply *r = &t->reply;
    int64_t n = whole_number(value);
    if (!strcasecmp(name, "content-type")) {
        (void)snprintf(r->content_type, sizeof r->content_type, "%.*s",
                       (int)sizeof r->content_type - 1, value);
    } else if (!strcasecmp(name, "x-acs-retry-after") && n >= 0) {
        r->retry_after_ms = capped(n);
        t->retry_ms = true;
    } else if (!strcasecmp(name, "retry-after") && n >= 0 && !t->retry_ms) {
        r->retry_after_ms = capped(n * 1000);
    } else if (!strcasecmp(name, "retry-after")) {
        (void)time_parse_http(value, &t->retry_at_ms);
    } else if (!strcasecmp(name, "date")) {
        (void)time_parse_http(value, &t->date_ms);
    }
}

/* A Retry-After that names a moment, by the server's own clock where it tells (RFC 9110
 * §10.2.3); one that has passed means now. */
static void settle_retry_at(struct transfer *t)
{
    if (!t->retry_at_ms || t->reply.retry_after_ms >= 0)
        return;
    int64_t ms = t->retry_at_ms - (t->date_ms ? t->date_ms : clock_now_ms(clock_system()));
    t->reply.retry_after_ms = ms > 0 ? capped(ms) : 0;
}

/* A status line begins the headers anew: an interim reply may have come before. */
static void begin_head(struct transfer *t)
{
    t->reply.content_type[0] = '\0';
    t->reply.retry_after_ms = -1;
    t->retry_ms = false;
    t->retry_at_ms = t->date_ms = 0;
}

size_t reply_on_header(char *data, size_t size, size_t n, void *userdata)
{
    struct transfer *t = userdata;
    size_t len = size * n;
    t->head_size += len;
    if (t->head_size > HEAD_MAX)
        return 0;
    if (len >= 5 && !memcmp(data, "HTTP/", 5)) {
        begin_head(t);
        return len;
    }
    char *line = arena_strndup(&t->mem, data, len);
    line[strcspn(line, "\r\n")] = '\0';
    char *value = strchr(line, ':');
    if (!value)
        return len;
    *value++ = '\0';
    value += strspn(value, " \t");
    for (size_t end = strlen(value); end && strchr(" \t", value[end - 1]); end--)
        value[end - 1] = '\0';
    read_header(t, line, value);
    return len;
}

size_t reply_on_body(char *data, size_t size, size_t n, void *userdata)
{
    struct transfer *t = userdata;
    buf_add(&t->body, data, size * n);
    return t->body.failed ? 0 : size * n;
}

/* Words for what people meet; the rest is in libcurl's words. */
static const char *reason(CURLcode code, const struct transfer *t)
{
    switch ((int)code) { /* of some hundred codes, these */
    case CURLE_COULDNT_RESOLVE_HOST: return "the host name is not known";
    case CURLE_COULDNT_RESOLVE_PROXY: return "the proxy's host name is not known";
    case CURLE_COULDNT_CONNECT: return "could not connect";
    case CURLE_PARTIAL_FILE: return "the connection was closed in the middle of the reply";
    case CURLE_GOT_NOTHING: return "the connection was closed without a reply";
    case CURLE_RECV_ERROR: return "the connection was lost while waiting for the reply";
    case CURLE_SEND_ERROR: return "the connection was lost while sending";
    case CURLE_BAD_CONTENT_ENCODING: return "the reply cannot be decompressed";
    case CURLE_URL_MALFORMAT: return "this is not an URL that can be used";
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY: return "the reply is not HTTP";
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CONNECT_ERROR: return *t->errbuf ? t->errbuf : curl_easy_strerror(code);
    default: return curl_easy_strerror(code);
    }
}

/* Whom we do not trust, or cannot for want of a CA file: the same the next time. */
static bool is_distrust(CURLcode code)
{
    return code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE
           || code == CURLE_SSL_ISSUER_ERROR;
}

static void explain(const struct http *h, struct transfer *t, CURLcode code)
{
    struct http_reply *r = &t->reply;
    if (code == CURLE_WRITE_ERROR && t->body.failed)
        error_set(&r->err, ERROR_INVALID, "%s: the reply is larger than %zu bytes", t->host,
                  h->config.max_reply);
    else if (t->head_size > HEAD_MAX)
        error_set(&r->err, ERROR_INVALID, "%s: the reply's headers are larger than %d bytes",
                  t->host, HEAD_MAX);
    else if (code == CURLE_OPERATION_TIMEDOUT && r->sent)
        error_set(&r->err, ERROR_TRANSIENT, "%s: no complete reply within %" PRId64 " ms", t->host,
                  t->timeout_ms);
    else if (code == CURLE_OPERATION_TIMEDOUT)
        error_set(&r->err, ERROR_TRANSIENT, "%s: no connection in time", t->host);
    else if (is_distrust(code))
        error_set(&r->err, ERROR_DENIED, "%s: %s; trusted are the CAs of %s", t->host,
                  reason(code, t), h->config.ca_file ? h->config.ca_file : "nobody");
    else
        error_set(&r->err, code == CURLE_URL_MALFORMAT ? ERROR_INVALID : ERROR_TRANSIENT, "%s: %s",
                  t->host, reason(code, t));
}

void reply_finish(const struct http *h, struct transfer *t, CURLcode code)
{
    long status = 0, request_size = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &request_size);
    t->reply.sent = request_size > 0;
    if (code == CURLE_OK && status > 0) {
        t->reply.status = (int)status;
        settle_retry_at(t);
        return;
    }
    explain(h, t, code == CURLE_OK ? CURLE_WEIRD_SERVER_REPLY : code);
    buf_reset(&t->body);
}

void reply_silent(const struct http *h, struct transfer *t)
{
    t->reply.sent = true;
    error_set(&t->reply.err, ERROR_TRANSIENT, "%s: no reply began within %" PRId64 " ms", t->host,
              h->config.first_byte_ms);
    buf_reset(&t->body);
}
