/* reply.c - what goes back: the body of a success or of a refusal, in JSON or XML. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "turn.h"
#include "v3.h"
#include "xml.h"

/* The members of an error body, in the order of alb-semantics.md §2. */
static cJSON *error_body(const struct turn *t)
{
    const char *message = t->reply.message ? t->reply.message : "";
    if (!strcmp(t->reply.code, "SignatureDoesNotMatch") && t->caller.string_to_sign)
        message = arena_fmt(t->arena, "%s%s", message, t->caller.string_to_sign);
    cJSON *body = cJSON_CreateObject();
    cJSON_AddStringToObject(body, "Code", t->reply.code);
    cJSON_AddStringToObject(body, "HostId", t->host ? t->host : "");
    cJSON_AddStringToObject(body, "Message", message);
    cJSON_AddStringToObject(
        body, "Recommend",
        arena_fmt(t->arena, "https://api.aliyun.com/troubleshoot?q=%s&product=%s&requestId=%s",
                  t->reply.code, t->product ? t->product->title : "Alb", t->request_id));
    if (t->denial) {
        cJSON *detail = cJSON_AddObjectToObject(body, "AccessDeniedDetail");
        cJSON_AddStringToObject(detail, "AuthAction",
                                arena_fmt(t->arena, "%s:%s", t->product->name, t->action->name));
        cJSON_AddStringToObject(detail, "NoPermissionType", t->denial);
    }
    return body;
}

bool reply_is_xml(const struct turn *t)
{
    const char *format = params_get(&t->flat, "Format");
    const char *accept = httpd_request_header(t->request, "Accept");
    if (format)
        return strcasecmp(format, "JSON") != 0;
    return !v3_is_signed(t->request) && (!accept || !strstr(accept, "json"));
}

void reply_write(struct turn *t, struct httpd_reply *reply)
{
    struct buf b CLEANUP(buf_done) = { .max = 64U << 20 };
    if (t->reply.code)
        json_done(&t->reply.body);
    cJSON *body CLEANUP(json_done) = t->reply.code   ? error_body(t)
                                     : t->reply.body ? t->reply.body
                                                     : cJSON_CreateObject();
    t->reply.body = NULL;
    cJSON_DeleteItemFromObjectCaseSensitive(body, "RequestId");
    cJSON_AddStringToObject(body, "RequestId", t->request_id);
    bool xml = reply_is_xml(t);
    if (xml)
        xml_write(&b, t->reply.code ? "Error" : arena_fmt(t->arena, "%sResponse", t->action->name),
                  body);
    else
        json_write(&b, body, false);
    reply->status = t->reply.status;
    reply->content_type = xml ? "text/xml;charset=utf-8" : "application/json;charset=utf-8";
    *LIST_PUSH(t->arena, &reply->headers) =
        (struct httpd_header){ "x-acs-request-id", arena_strdup(t->arena, t->request_id) };
    if (t->retry_ms)
        *LIST_PUSH(t->arena, &reply->headers) =
            (struct httpd_header){ "x-acs-retry-after",
                                   arena_fmt(t->arena, "%" PRId64, t->retry_ms) };
    reply->body = buf_keep(&b, t->arena);
    reply->body_len = b.len;
}
