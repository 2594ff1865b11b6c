/* action.c - what a rule does: the annotation actions.<service> and the forward to the
 * Service itself (alb-ingress.md §A.6, §C.7; knative.md §1.2). */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "action_priv.h"
#include "alb-agent/json.h"

struct target_spec {
    const char *group_id, *service;
    struct opt_int port, weight;
};
struct sticky_spec {
    struct opt_bool enabled;
    struct opt_int timeout;
};
typedef LIST_OF(struct target_spec) target_list;
struct forward_spec {
    target_list server_groups, target_groups;
    struct sticky_spec sticky;
};
struct action_spec {
    const char *type;
    struct forward_spec forward;
    struct alb_fixed fixed;
    struct alb_redirect redirect;
    struct modify_spec modify;
};

/* clang-format off */
#define SELF struct target_spec
static const struct field target_spec_fields[] = {
    STR(group_id, "serverGroupID"),
    STR(service,  "serviceName"),
    INT(port,     "servicePort", .min = 1, .max = 65535),
    INT(weight,   "weight",      .min = 0, .max = 100),
};
static SCHEMA(target_spec, "serverGroup");
#undef SELF

#define SELF struct sticky_spec
static const struct field sticky_spec_fields[] = {
    BOOL(enabled, "enabled"),
    INT (timeout, "timeout", .min = 1, .max = 86400),
};
static SCHEMA(sticky_spec, "serverGroupStickySession");
#undef SELF

#define SELF struct forward_spec
static const struct field forward_spec_fields[] = {
    LIST(server_groups, target_spec, "serverGroups"),
    LIST(target_groups, target_spec, "targetGroups"),
    OBJ (sticky,        sticky_spec, "serverGroupStickySession"),
};
static SCHEMA(forward_spec, "forwardConfig");
#undef SELF

#define SELF struct alb_fixed
static const struct field alb_fixed_fields[] = {
    STR(content_type, "contentType"),
    STR(content,      "content"),
    STR(http_code,    "httpCode"),
};
static SCHEMA(alb_fixed, "FixedResponseConfig");
#undef SELF

#define SELF struct alb_redirect
static const struct field alb_redirect_fields[] = {
    STR(host,      "host"),
    STR(path,      "path"),
    STR(port,      "port"),
    STR(protocol,  "protocol"),
    STR(query,     "query"),
    STR(http_code, "httpCode"),
};
static SCHEMA(alb_redirect, "RedirectConfig");
#undef SELF

#define SELF struct action_spec
static const struct field action_spec_fields[] = {
    STR(type,     "type", .flags = F_REQUIRED),
    OBJ(forward,  forward_spec, "forwardConfig"),
    OBJ(fixed,    alb_fixed,    "FixedResponseConfig"),
    OBJ(redirect, alb_redirect, "RedirectConfig"),
    OBJ(modify.rewrite, rewrite_spec, "RewriteConfig"),
    OBJ(modify.insert,  insert_spec,  "InsertHeaderConfig"),
    OBJ(modify.remove,  remove_spec,  "RemoveHeaderConfig"),
    OBJ(modify.limit,   limit_spec,   "TrafficLimitConfig"),
    OBJ(modify.mirror,  mirror_spec,  "TrafficMirrorConfig"),
    OBJ(modify.cors,    cors_spec,    "CorsConfig"),
};
static SCHEMA(action_spec, "action");
#undef SELF

static const struct action_name {
    const char *name;
    enum alb_action_type type;
    const char *config;
} types[] = {
    { "ForwardGroup",  ALB_ACTION_FORWARD,       "forwardConfig"       },
    { "forward",       ALB_ACTION_FORWARD,       "forwardConfig"       },
    { "Redirect",      ALB_ACTION_REDIRECT,      "RedirectConfig"      },
    { "FixedResponse", ALB_ACTION_FIXED,         "FixedResponseConfig" },
    { "Rewrite",       ALB_ACTION_REWRITE,       "RewriteConfig"       },
    { "InsertHeader",  ALB_ACTION_INSERT_HEADER, "InsertHeaderConfig"  },
    { "RemoveHeader",  ALB_ACTION_REMOVE_HEADER, "RemoveHeaderConfig"  },
    { "TrafficLimit",  ALB_ACTION_LIMIT,         "TrafficLimitConfig"  },
    { "TrafficMirror", ALB_ACTION_MIRROR,        "TrafficMirrorConfig" },
    { "Cors",          ALB_ACTION_CORS,          "CorsConfig"          },
};
/* clang-format on */

enum { MAX_TARGETS = 5, MAX_CONTENT = 1024, DEFAULT_WEIGHT = 100 };

/* ---- forward -------------------------------------------------------------------------------- */

static void add_target(struct subject *s, struct route *r, struct alb_forward *forward,
                       const struct group_ref *ref, int64_t weight)
{
    struct arena *a = s->t->a;
    const char *key = group_key(a, s->obj->ns, s->obj->name, ref->service, ref->port);
    struct alb_target *target = LIST_PUSH(a, &forward->targets);
    target->group_id = arena_fmt(a, "@%s", key);
    target->weight = (struct opt_int){ .val = weight, .set = true };
    *LIST_PUSH(a, &r->groups) = *ref;
}

static void add_spec_target(struct subject *s, const struct place *at, struct route *r,
                            const struct target_spec *spec, struct alb_forward *forward)
{
    int64_t weight = spec->weight.set ? spec->weight.val : DEFAULT_WEIGHT;
    if (spec->group_id) {
        struct alb_target *target = LIST_PUSH(s->t->a, &forward->targets);
        value_check_at(s, at, "serverGroupID", spec->group_id, value_check_id);
        target->group_id = spec->group_id;
        target->weight = (struct opt_int){ .val = weight, .set = true };
    } else if (spec->service && !tag_fits(s->t, spec->service)) {
        problem(s, &(struct place){ .up = at, .name = "serviceName" },
                "it is longer than the 128 characters of a tag of its group");
    } else if (spec->service && spec->port.set) {
        struct group_ref ref = { .service = spec->service, .port = spec->port.val };
        add_target(s, r, forward, &ref, weight);
    } else {
        problem(s, at, "it names no group; give serviceName and servicePort, or serverGroupID");
    }
}

static void set_forward(struct subject *s, const struct place *at, struct route *r,
                        const struct forward_spec *spec, struct alb_forward *out)
{
    bool other = spec->target_groups.items;
    const target_list *list = other ? &spec->target_groups : &spec->server_groups;
    struct place config = { .up = at, .name = "forwardConfig" };
    struct place groups = { .up = &config, .name = other ? "targetGroups" : "serverGroups" };
    if (other && spec->server_groups.items)
        problem(s, &config, "it has both serverGroups and targetGroups; give one of them");
    else if (!list->items || !list->len || list->len > MAX_TARGETS)
        problem(s, &groups, "it names %zu groups; give 1 to %d", list->len, MAX_TARGETS);
    else
        for (size_t i = 0; i < list->len; i++)
            add_spec_target(s, &(struct place){ .up = &groups, .index = i }, r, &list->items[i],
                            out);
    out->stickiness.enabled = spec->sticky.enabled;
    out->stickiness.timeout = spec->sticky.timeout;
}

/* ---- fixed response, redirect ---------------------------------------------------------------- */

static bool is_status(const char *code)
{
    return strlen(code) == 3 && strchr("245", code[0]) && strspn(code, "0123456789") == 3;
}

static void check_content(struct subject *s, const struct place *at, const char *content)
{
    bool ascii = true;
    for (const char *c = content; c && *c; c++)
        ascii = ascii && !((unsigned char)*c & 0x80);
    if (!content)
        problem(s, at, "missing; add it");
    else if (strlen(content) > MAX_CONTENT)
        problem(s, at, "it is longer than the %d bytes that ALB takes", MAX_CONTENT);
    else if (!ascii)
        problem(s, at, "it has characters that are not ASCII, which ALB refuses");
}

static void set_fixed(struct subject *s, const struct place *at, const struct alb_fixed *spec,
                      struct alb_fixed *out)
{
    static const char *const media[] = { "text/plain", "text/css", "text/html",
                                         "application/javascript", "application/json" };
    struct place config = { .up = at, .name = "FixedResponseConfig" };
    *out = *spec;
    if (!spec->http_code || !is_status(spec->http_code))
        problem(s, &(struct place){ .up = &config, .name = "httpCode" },
                "\"%s\" is no code that ALB sends; give a 2xx, 4xx or 5xx code in quotes",
                spec->http_code ? spec->http_code : "");
    if (spec->content_type && !text_is_one_of(spec->content_type, media, COUNT(media)))
        problem(s, &(struct place){ .up = &config, .name = "contentType" },
                "\"%s\" is not known; give text/plain, text/css, text/html, "
                "application/javascript or application/json",
                spec->content_type);
    check_content(s, &(struct place){ .up = &config, .name = "content" }, spec->content);
}

static const char *text_or(const char *text, const char *dflt)
{
    return text ? text : dflt;
}

static void check_redirect(struct subject *s, const struct place *config,
                           const struct alb_redirect *r)
{
    static const char *const codes[] = { "301", "302", "303", "307", "308" };
    static const char *const protocols[] = { "HTTP", "HTTPS", "${protocol}" };
    int64_t port = 0;
    bool port_good =
        !strcmp(r->port, "${port}") || (text_to_int(r->port, &port) && port >= 1 && port <= 65535);
    value_check_at(s, config, "host", r->host, value_check_target_host);
    value_check_at(s, config, "path", r->path, value_check_target_path);
    value_check_at(s, config, "query", r->query, value_check_target_query);
    if (!text_is_one_of(r->http_code, codes, COUNT(codes)))
        problem(s, &(struct place){ .up = config, .name = "httpCode" },
                "\"%s\" is no code of a redirect; give 301, 302, 303, 307 or 308", r->http_code);
    if (!text_is_one_of(r->protocol, protocols, COUNT(protocols)))
        problem(s, &(struct place){ .up = config, .name = "protocol" },
                "\"%s\" is not known; give HTTP, HTTPS or ${protocol}", r->protocol);
    if (!port_good)
        problem(s, &(struct place){ .up = config, .name = "port" },
                "\"%s\" is no port; give 1 to 65535 or ${port}", r->port);
    if (!strcmp(r->host, "${host}") && !strcmp(r->path, "${path}") && !strcmp(r->port, "${port}")
        && !strcmp(r->protocol, "${protocol}") && !strcmp(r->query, "${query}"))
        problem(s, config,
                "it leads to where the request was; give another host, path, port, "
                "protocol or query");
}

/* All members are written, so that removing one from the manifest has an effect. */
static void set_redirect(struct subject *s, const struct place *at, const struct alb_redirect *spec,
                         struct alb_redirect *out)
{
    const char *protocol = text_or(spec->protocol, "${protocol}");
    if (!strcasecmp(protocol, "http"))
        protocol = "HTTP";
    else if (!strcasecmp(protocol, "https"))
        protocol = "HTTPS";
    *out = (struct alb_redirect){ .host = text_or(spec->host, "${host}"),
                                  .path = text_or(spec->path, "${path}"),
                                  .port = text_or(spec->port, "${port}"),
                                  .protocol = protocol,
                                  .query = text_or(spec->query, "${query}"),
                                  .http_code = text_or(spec->http_code, "301") };
    check_redirect(s, &(struct place){ .up = at, .name = "RedirectConfig" }, out);
}

/* ---- the annotation -----------------------------------------------------------------------------
 */

static const struct action_name *find_type(const char *name)
{
    for (size_t i = 0; i < COUNT(types); i++)
        if (name && !strcasecmp(types[i].name, name))
            return &types[i];
    return NULL;
}

/* Redirect and the like say themselves what they lack. */
static bool has_config(struct subject *s, const struct place *at, const struct action_name *t,
                       const cJSON *json)
{
    bool own = t->type == ALB_ACTION_FORWARD || t->type == ALB_ACTION_REDIRECT
               || t->type == ALB_ACTION_FIXED;
    if (own || json_get_nocase(json, t->config))
        return true;
    problem(s, &(struct place){ .up = at, .name = t->config }, "missing; add it");
    return false;
}

static void set_action(struct subject *s, const struct place *at, struct route *r,
                       const struct action_spec *spec, struct alb_rule_action *action)
{
    if (action->type == ALB_ACTION_FORWARD)
        set_forward(s, at, r, &spec->forward, &action->forward);
    else if (action->type == ALB_ACTION_FIXED)
        set_fixed(s, at, &spec->fixed, &action->fixed);
    else if (action->type == ALB_ACTION_REDIRECT)
        set_redirect(s, at, &spec->redirect, &action->redirect);
    else
        modify_set(s, at, &spec->modify, r, action);
}

static void add_action(struct subject *s, const struct place *at, struct route *r,
                       const cJSON *json, action_list *out)
{
    struct arena *a = s->t->a;
    struct action_spec spec = { 0 };
    const cJSON *name = json_get_nocase(json, "type");
    const struct action_name *t = find_type(cJSON_IsString(name) ? name->valuestring : NULL);
    const struct schema *schema = schema_arm(a, &action_spec_schema, t ? t->config : NULL, NULL);
    read_object(s, at, schema, &spec, json, READ_NOCASE);
    if (spec.type && !t)
        problem(s, &(struct place){ .up = at, .name = "type" },
                "\"%s\" is not known; give ForwardGroup, Redirect, FixedResponse, Rewrite, "
                "InsertHeader, RemoveHeader, TrafficLimit, TrafficMirror or Cors",
                spec.type);
    if (!t || !has_config(s, at, t, json))
        return;
    struct alb_rule_action *action = LIST_PUSH(a, out);
    action->type = t->type;
    set_action(s, at, r, &spec, action);
}

static void add_annotated(struct subject *s, struct route *r, action_list *out)
{
    const char *name = arena_fmt(s->t->a, "actions.%s", r->service);
    struct place at = annotation_place(s->t->a, name);
    cJSON *json CLEANUP(json_done) = annotation_json(s, name, "a list of actions");
    if (json && !cJSON_IsArray(json)) {
        add_action(s, &at, r, json, out);
        return;
    }
    size_t i = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, json)
        add_action(s, &(struct place){ .up = &at, .index = i++ }, r, e, out);
}

/* ---- together
 * --------------------------------------------------------------------------------------- */

static void add_common(struct subject *s, const struct alb_rule_action *action, action_list *out)
{
    if (action->type)
        *LIST_PUSH(s->t->a, out) = *action;
}

/* What annotations give all rules of the Ingress is about requests. */
void actions_find(struct subject *s, const struct place *at, const struct ingress *ing,
                  const struct backend *b, struct route *r)
{
    bool request = r->direction == ALB_DIRECTION_REQUEST;
    size_t before = s->n_problems;
    action_list raw = { 0 };
    if (request) {
        add_common(s, &ing->common.limit, &raw);
        add_common(s, &ing->common.cors, &raw);
    }
    add_annotated(s, r, &raw);
    if (request)
        add_common(s, &ing->common.rewrite, &raw);
    r->own_forward = !b->use_annotation;
    if (r->own_forward) {
        struct alb_rule_action *action = LIST_PUSH(s->t->a, &raw);
        action->type = ALB_ACTION_FORWARD;
        r->own = (struct group_ref){ .service = b->service, .port = b->port };
        add_target(s, r, &action->forward, &r->own, DEFAULT_WEIGHT);
    }
    if (s->n_problems == before)
        actions_assemble(s, at, &raw, r);
}
