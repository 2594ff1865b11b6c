/* decode.c - what a reply means.  Three questions: was it answered, did it work, and if
 * not, may the change have been made all the same? */
#include "alb_priv.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"

void text_hide(char *text, const char *word)
{
    size_t len = word ? strlen(word) : 0;
    for (char *at = text; len && (at = strstr(at, word)); at += len)
        memset(at, '*', len);
}

void text_hide_keys(char *text)
{
    static const char KEY[] = "PRIVATE KEY-----";
    for (char *at = text; (at = strstr(at, "-----BEGIN"));) {
        at += strlen("-----BEGIN");
        char *from = strstr(at, KEY);
        if (!from || from - at > 40) /* "RSA ", "EC ", "ENCRYPTED " stand between */
            continue;
        from += strlen(KEY);
        char *end = strstr(from, "-----END");
        size_t len = end ? (size_t)(end - from) : strlen(from);
        memset(from, '*', len);
        at = from + len;
    }
}

void text_plain(char *to, size_t size, const char *from)
{
    (void)snprintf(to, size, "%s", from ? from : "");
    for (char *c = to; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7f)
            *c = ' ';
}

static const char *either(const cJSON *reply, const char *name, const char *other)
{
    const char *s = json_str(reply, name);
    return s ? s : json_str(reply, other);
}

/* A refusal that is none of the cloud's: a proxy, a login page, a gateway in trouble.
 * There is no code, so status 404 does not mean that a resource is gone. */
static enum error_kind kind_without_code(int status)
{
    if (status == 400 || status == 413 || status == 414 || status == 431)
        return ERROR_INVALID; /* the request is too large on its way */
    return status == 404 || (status >= 200 && status < 400) ? ERROR_TRANSIENT
                                                            : alb_error_kind("", status);
}

static void not_readable(const struct alb_action *action, const struct http_reply *http,
                         const char *why, struct alb_result *out)
{
    char type[sizeof http->content_type];
    text_plain(type, sizeof type, *http->content_type ? http->content_type : "no content type");
    error_set(&out->err, kind_without_code(http->status),
              "%s: HTTP %d: the reply is not from the API: %s (%s, %zu bytes)", action->name,
              http->status, why, type, http->body_len);
    out->err.http_status = http->status;
    out->unknown = http->status < 400 || http->status >= 500 || http->status == 408;
}

static void refused(const struct alb_action *action, const struct http_reply *http,
                    struct alb_result *out)
{
    char code[sizeof out->err.code], message[400];
    text_plain(code, sizeof code, either(out->reply, "Code", "code"));
    text_plain(message, sizeof message, either(out->reply, "Message", "message"));
    enum error_kind kind = alb_error_kind(code, http->status);
    if (kind == ERROR_NONE) {
        out->ok = true;
        return;
    }
    error_set(&out->err, kind, "%s: %s: %s%s%s%s", action->name, code,
              *message ? message : "no message", *out->request_id ? " (request id " : "",
              out->request_id, *out->request_id ? ")" : "");
    memcpy(out->err.code, code, sizeof code);
    memcpy(out->err.request_id, out->request_id, sizeof out->err.request_id);
    out->err.http_status = http->status;
    out->unknown = http->status >= 500 || !strcasecmp(code, "IdempotenceProcessing")
                   || !strcasecmp(code, "SignatureNonceUsed");
}

static void answered(const struct alb_action *action, const struct http_reply *http,
                     struct alb_result *out)
{
    struct error err;
    if (!json_parse(http->body, http->body_len, &out->reply, &err)) {
        not_readable(action, http, err.msg, out);
        return;
    }
    if (!cJSON_IsObject(out->reply)) {
        json_done(&out->reply);
        not_readable(action, http, "JSON, but no object", out);
        return;
    }
    text_plain(out->request_id, sizeof out->request_id,
               either(out->reply, "RequestId", "requestId"));
    const char *code = either(out->reply, "Code", "code");
    if (http->status >= 200 && http->status < 300)
        out->ok = true;
    else if (code && *code)
        refused(action, http, out);
    else
        not_readable(action, http, "an error without a code", out);
}

void reply_decode(const struct alb_action *action, const struct http_reply *reply,
                  struct alb_result *out)
{
    out->ok = out->unknown = false;
    out->err = (struct error){ 0 };
    out->reply = NULL;
    out->request_id[0] = '\0';
    out->retry_after_ms = reply->retry_after_ms;
    if (reply->status) {
        answered(action, reply, out);
    } else {
        out->err = reply->err;
        error_wrap(&out->err, "%s", action->name);
        out->unknown = reply->sent;
    }
    out->unknown = out->unknown && action->write && !out->ok;
}
