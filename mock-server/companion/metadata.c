/* metadata.c - the instance metadata service, for clients that take their keys from there
 * (companion-apis.md §6).  A session token is asked for and given, but reading without
 * one is allowed, as on an instance that has not been hardened. */
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/clock.h"
#include "companion_priv.h"

static const char ROLE[] = "alb-mock-role";
static const char ROLE_ARN[] = "acs:ram::" ACCOUNT_ID ":role/alb-mock-role";

static const char *credentials(struct ask *ask)
{
    char now[TIME_TEXT];
    struct buf text CLEANUP(buf_done) = { 0 };
    cJSON *json CLEANUP(json_done) = cJSON_CreateObject();
    const int64_t six_hours = 6LL * 3600 * 1000;
    sts_credentials(json, sts_session(ask, ROLE_ARN, "i-alb-mock", six_hours));
    cJSON_AddStringToObject(json, "LastUpdated", time_format(ask->now_ms, now));
    cJSON_AddStringToObject(json, "Code", "Success");
    json_write(&text, json, false);
    return buf_keep(&text, ask->a);
}

static const char *token(struct ask *ask)
{
    char text[41];
    rng_text(ask->rng, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", text,
             sizeof text - 1);
    return arena_fmt(ask->a, "AEC%s", text);
}

static const char *item(const char *name)
{
    static const struct {
        const char *name, *value;
    } items[] = {
        { "ram/security-credentials/", ROLE },
        { "region-id", "cn-hangzhou" },
        { "zone-id", "cn-hangzhou-h" },
        { "instance-id", "i-alb-mock" },
        { "owner-account-id", ACCOUNT_ID },
        { "vpc-id", "vpc-1" },
        { "vswitch-id", "vsw-1" },
    };
    for (size_t i = 0; i < COUNT(items); i++)
        if (!strcmp(items[i].name, name))
            return items[i].value;
    return NULL;
}

void metadata_answer(struct ask *ask, const struct httpd_request *request,
                     struct httpd_reply *reply)
{
    static const char data[] = "/latest/meta-data/", keys[] = "ram/security-credentials/";
    bool get = !strcmp(request->method, "GET"), put = !strcmp(request->method, "PUT");
    const char *path = request->target;
    const char *name = strncmp(path, data, sizeof data - 1) != 0 ? "" : path + sizeof data - 1;
    const char *text = NULL;
    if (put && !strcmp(path, "/latest/api/token"))
        text = token(ask);
    else if (get && !strncmp(name, keys, sizeof keys - 1) && !strcmp(name + sizeof keys - 1, ROLE))
        text = credentials(ask);
    else if (get)
        text = item(name);
    reply->status = text ? 200 : 404;
    reply->content_type = "text/plain";
    reply->body = text ? text : "";
    reply->body_len = strlen(reply->body);
}
