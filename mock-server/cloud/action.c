/* action.c - what each type of rule action demands of its config, and the documented
 * defaults that a reply shows (alb-semantics.md §6, §13). */
#include <string.h>
#include <strings.h>

#include "rule_priv.h"

typedef bool config_fn(const struct rule_at *at, cJSON *config, struct error *err);

static void dflt_str(cJSON *config, const char *name, const char *value)
{
    if (!json_str(config, name))
        json_set_str(config, name, value);
}

static bool forward_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    (void)at;
    cJSON *tuples = cJSON_GetObjectItemCaseSensitive(config, "ServerGroupTuples");
    int n = cJSON_GetArraySize(tuples);
    if (n < 1 || n > 5)
        return refuse(err, 400, "IllegalParamSize.ServerGroupTuples",
                      "The param size of ServerGroupTuples is illegal.");
    cJSON *t = NULL;
    cJSON_ArrayForEach (t, tuples) {
        const char *id = json_str(t, "ServerGroupId");
        if (!id)
            return refuse_absent(err, "ServerGroupId");
        if (!json_get(t, "Weight") && n > 1)
            return refuse_absent(err, "Weight");
        if (!json_get(t, "Weight"))
            json_set_int(t, "Weight", 100);
        for (const cJSON *u = t->next; u; u = u->next)
            if (text_is(id, json_str(u, "ServerGroupId")))
                return refuse(err, 400, "DuplicatedParam.ServerGroupId",
                              "The param of ServerGroupId is duplicated.");
    }
    cJSON *sticky = cJSON_GetObjectItemCaseSensitive(config, "ServerGroupStickySession");
    if (json_true(sticky, "Enabled") && !json_get(sticky, "Timeout"))
        json_set_int(sticky, "Timeout", 1000);
    return true;
}

static bool path_target_ok(const char *s)
{
    size_t len = strlen(s);
    return len >= 1 && len <= 128 && (s[0] == '/' || strncmp(s, "${path}", 7) == 0)
           && check_chars(s, "$-_.+/&~@:'*?{}");
}

static bool query_target_ok(const char *s)
{
    size_t len = strlen(s);
    if (strcmp(s, "${query}") == 0)
        return true;
    for (const char *c = s; *c; c++)
        if (*c <= 0x20 || *c > 0x7e || strchr("#[]\\|<>\"", *c))
            return false;
    return len >= 1 && len <= 128;
}

static bool port_target_ok(const char *s)
{
    if (strcmp(s, "${port}") == 0)
        return true;
    int64_t n = 0;
    for (const char *c = s; *c; c++) {
        if (*c < '0' || *c > '9' || n > 65535)
            return false;
        n = n * 10 + (*c - '0');
    }
    return n >= 1 && n <= 65535;
}

/* Host, Path and Query, which Redirect and Rewrite share. */
static bool target_ok(cJSON *config, struct error *err)
{
    dflt_str(config, "Host", "${host}");
    dflt_str(config, "Path", "${path}");
    dflt_str(config, "Query", "${query}");
    const char *host = json_str(config, "Host");
    if (strcmp(host, "${host}") != 0 && !host_ok(host))
        return refuse_illegal(err, "Host");
    if (!path_target_ok(json_str(config, "Path")))
        return refuse_illegal(err, "Path");
    return query_target_ok(json_str(config, "Query")) || refuse_illegal(err, "Query");
}

static bool redirect_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    if (!json_str(config, "HttpCode"))
        return refuse_absent(err, "HttpCode");
    dflt_str(config, "Port", "${port}");
    dflt_str(config, "Protocol", "${protocol}");
    if (!target_ok(config, err))
        return false;
    if (!port_target_ok(json_str(config, "Port")))
        return refuse_illegal(err, "Port");
    if (text_is(at->listener.variant, "HTTPS") && text_is(json_str(config, "Protocol"), "HTTP"))
        return refuse_illegal(err, "Protocol");
    bool moves = !text_is(json_str(config, "Host"), "${host}")
                 || !text_is(json_str(config, "Path"), "${path}")
                 || !text_is(json_str(config, "Query"), "${query}")
                 || !text_is(json_str(config, "Port"), "${port}")
                 || !text_is(json_str(config, "Protocol"), "${protocol}");
    return moves || refuse_illegal(err, "RedirectConfig");
}

static bool fixed_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    (void)at;
    const char *content = json_str(config, "Content");
    const char *code = json_str(config, "HttpCode");
    if (!content)
        return refuse_absent(err, "Content");
    for (const char *s = content; *s; s++)
        if ((*s & 0x80) != 0)
            return refuse_illegal(err, "Content");
    if (!code)
        return refuse_absent(err, "HttpCode");
    if (strncmp(code, "HTTP_", 5) == 0) /* as older pages and all examples have it */
        code += 5;
    if (strlen(code) != 3 || !strchr("245", code[0]) || strspn(code, "0123456789") != 3)
        return refuse_illegal(err, "HttpCode");
    dflt_str(config, "ContentType", "text/plain");
    return true;
}

static bool rewrite_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    (void)at;
    return target_ok(config, err);
}

static bool header_free(const char *key)
{
    static const char *const reserved[] = { "slb-id",
                                            "slb-ip",
                                            "x-forwarded-for",
                                            "x-forwarded-proto",
                                            "x-forwarded-eip",
                                            "x-forwarded-port",
                                            "x-forwarded-client-srcport",
                                            "connection",
                                            "upgrade",
                                            "content-length",
                                            "transfer-encoding",
                                            "keep-alive",
                                            "te",
                                            "host",
                                            "cookie",
                                            "remoteip",
                                            "authority",
                                            "x-forwarded-host" };
    for (size_t i = 0; i < COUNT(reserved); i++)
        if (strcasecmp(key, reserved[i]) == 0)
            return false;
    return true;
}

static bool system_value_ok(const char *value)
{
    static const char *const names[] = { "ClientSrcPort", "ClientSrcIp", "Protocol", "SLBId",
                                         "SLBPort" };
    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(value, names[i]) == 0)
            return true;
    return false;
}

static bool remove_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    (void)at;
    const char *key = json_str(config, "Key");
    return (header_key_ok(key) && header_free(key)) || refuse_illegal(err, "Key");
}

static bool insert_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    const char *value = json_str(config, "Value");
    if (!remove_ok(at, config, err))
        return false;
    if (!value)
        return refuse_absent(err, "Value");
    dflt_str(config, "ValueType", "UserDefined");
    const char *type = json_str(config, "ValueType");
    bool ok = header_value_ok(value);
    if (text_is(type, "SystemDefined"))
        ok = system_value_ok(value);
    if (text_is(type, "ReferenceHeader"))
        ok = header_key_ok(value);
    return ok || refuse_illegal(err, "Value");
}

static bool limit_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    (void)at;
    int64_t qps = json_int(config, "QPS", 0);
    int64_t per_ip = json_int(config, "PerIpQps", 0);
    if (!qps && !per_ip)
        return refuse_absent(err, "QPS");
    return !qps || !per_ip || per_ip < qps || refuse_illegal(err, "PerIpQps");
}

static bool mirror_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    (void)at;
    const cJSON *tuples = json_at(config, "MirrorGroupConfig.ServerGroupTuples");
    if (cJSON_GetArraySize(tuples) != 1)
        return refuse(err, 400, "IllegalParamSize.ServerGroupTuples",
                      "The param size of ServerGroupTuples is illegal.");
    if (!json_str(tuples->child, "ServerGroupId"))
        return refuse_absent(err, "ServerGroupId");
    dflt_str(config, "TargetType", "ForwardGroupMirror");
    return true;
}

static bool cors_ok(const struct rule_at *at, cJSON *config, struct error *err)
{
    (void)at;
    return cJSON_GetArraySize(json_get(config, "AllowOrigin")) > 0
           || refuse_absent(err, "AllowOrigin");
}

static const struct {
    const char *type;
    const char *config;
    config_fn *ok;
} action_types[] = {
    { "ForwardGroup", "ForwardGroupConfig", forward_ok },
    { "Redirect", "RedirectConfig", redirect_ok },
    { "FixedResponse", "FixedResponseConfig", fixed_ok },
    { "Rewrite", "RewriteConfig", rewrite_ok },
    { "InsertHeader", "InsertHeaderConfig", insert_ok },
    { "RemoveHeader", "RemoveHeaderConfig", remove_ok },
    { "TrafficLimit", "TrafficLimitConfig", limit_ok },
    { "TrafficMirror", "TrafficMirrorConfig", mirror_ok },
    { "Cors", "CorsConfig", cors_ok },
};

bool action_check(const struct rule_at *at, const char *type, cJSON *config, struct error *err)
{
    for (size_t i = 0; i < COUNT(action_types); i++) {
        if (!text_is(type, action_types[i].type))
            continue;
        if (!config)
            return refuse_absent(err, action_types[i].config);
        return action_types[i].ok(at, config, err);
    }
    return refuse_illegal(err, "RuleActions");
}
