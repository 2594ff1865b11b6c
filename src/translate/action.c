/* action.c - what a rule does: the annotation actions.<service> and the forward to the
 * Service itself (alb-ingress.md §A.6, §C.7; knative.md §1.2). */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "translate_priv.h"

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
    /* Of types that are refused; in others they mean nothing. */
    { .name = "RewriteConfig",       .flags = READ_IGNORED },
    { .name = "InsertHeaderConfig",  .flags = READ_IGNORED },
    { .name = "RemoveHeaderConfig",  .flags = READ_IGNORED },
    { .name = "TrafficLimitConfig",  .flags = READ_IGNORED },
    { .name = "TrafficMirrorConfig", .flags = READ_IGNORED },
    { .name = "CorsConfig",          .flags = READ_IGNORED },
};
static SCHEMA(action_spec, "action");
#undef SELF

static const struct {
    const char *name;
    enum alb_action_type type;
    bool supported;
} types[] = {
    { "ForwardGroup",  ALB_ACTION_FORWARD,       true  },
    { "forward",       ALB_ACTION_FORWARD,       true  },
    { "Redirect",      ALB_ACTION_REDIRECT,      true  },
    { "FixedResponse", ALB_ACTION_FIXED,         true  },
    { "Rewrite",       ALB_ACTION_REWRITE,       false },
    { "InsertHeader",  ALB_ACTION_INSERT_HEADER, false },
    { "RemoveHeader",  ALB_ACTION_REMOVE_HEADER, false },
    { "TrafficLimit",  ALB_ACTION_LIMIT,         false },
    { "TrafficMirror", ALB_ACTION_MIRROR,        false },
    { "Cors",          ALB_ACTION_CORS,          false },
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
        target->group_id = spec->group_id;
        target->weight = (struct opt_int){ .val = weight, .set = true };
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

static bool is_one_of(const char *text, const char *const *allowed, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!strcmp(text, allowed[i]))
            return true;
    return false;
}

static bool is_status(const char *code)
{
    return strlen(code) == 3 && strchr("245", code[0]) && strspn(code, "0123456789") == 3;
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
    if (spec->content_type && !is_one_of(spec->content_type, media, COUNT(media)))
        problem(s, &(struct place){ .up = &config, .name = "contentType" },
                "\"%s\" is not known; give text/plain, text/css, text/html, "
                "application/javascript or application/json",
                spec->content_type);
    if (spec->content && strlen(spec->content) > MAX_CONTENT)
        problem(s, &(struct place){ .up = &config, .name = "content" },
                "it is longer than the %d bytes that ALB takes", MAX_CONTENT);
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
    if (!is_one_of(r->http_code, codes, COUNT(codes)))
        problem(s, &(struct place){ .up = config, .name = "httpCode" },
                "\"%s\" is no code of a redirect; give 301, 302, 303, 307 or 308", r->http_code);
    if (!is_one_of(r->protocol, protocols, COUNT(protocols)))
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

struct alb_rule_action ssl_redirect_action(void)
{
    return (struct alb_rule_action){ .type = ALB_ACTION_REDIRECT,
                                     .order = { .val = 1, .set = true },
                                     .redirect = { .host = "${host}",
                                                   .path = "${path}",
                                                   .port = "443",
                                                   .protocol = "HTTPS",
                                                   .query = "${query}",
                                                   .http_code = "308" } };
}

/* ---- the annotation -----------------------------------------------------------------------------
 */

static enum alb_action_type find_type(struct subject *s, const struct place *at, const char *name)
{
    struct place here = { .up = at, .name = "type" };
    for (size_t i = 0; i < COUNT(types); i++) {
        if (strcasecmp(types[i].name, name) != 0)
            continue;
        if (!types[i].supported)
            problem(s, &here, "%s is not supported yet; remove the action", types[i].name);
        return types[i].type;
    }
    problem(s, &here, "\"%s\" is not known; give ForwardGroup, Redirect or FixedResponse", name);
    return ALB_ACTION_UNSET;
}

static void add_action(struct subject *s, const struct place *at, struct route *r,
                       const cJSON *json)
{
    struct action_spec spec = { 0 };
    read_object(s, at, &action_spec_schema, &spec, json, READ_NOCASE);
    if (!spec.type)
        return;
    struct alb_rule_action *action = LIST_PUSH(s->t->a, &r->actions);
    action->type = find_type(s, at, spec.type);
    action->order = (struct opt_int){ .val = (int64_t)r->actions.len, .set = true };
    if (action->type == ALB_ACTION_FORWARD)
        set_forward(s, at, r, &spec.forward, &action->forward);
    else if (action->type == ALB_ACTION_FIXED)
        set_fixed(s, at, &spec.fixed, &action->fixed);
    else if (action->type == ALB_ACTION_REDIRECT)
        set_redirect(s, at, &spec.redirect, &action->redirect);
}

static void add_annotated(struct subject *s, const char *service, struct route *r)
{
    const char *name = arena_fmt(s->t->a, "actions.%s", service);
    const char *text =
        object_annotation(s->obj, arena_fmt(s->t->a, "%s%s", ANNOTATION_PREFIX, name));
    if (!text)
        return;
    struct place at = annotation_place(s->t->a, name);
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(text, strlen(text), &json, &err)) {
        problem(s, &at, "%s; give a list of actions", err.msg);
        return;
    }
    if (!cJSON_IsArray(json)) {
        add_action(s, &at, r, json);
        return;
    }
    size_t i = 0;
    const cJSON *e;
    cJSON_ArrayForEach (e, json)
        add_action(s, &(struct place){ .up = &at, .index = i++ }, r, e);
}

/* ---- together
 * --------------------------------------------------------------------------------------- */

static const char *action_names(struct arena *a, const struct route *r)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < r->actions.len; i++) {
        const char *name = alb_action_type_name(r->actions.items[i].type);
        buf_addf(&b, "%s%s", i ? " " : "", name ? name : "?");
    }
    return buf_keep(&b, a);
}

void actions_find(struct subject *s, const struct place *at, const struct backend *b,
                  struct route *r)
{
    struct place here = { .up = at, .name = "backend" };
    size_t before = s->n_problems;
    add_annotated(s, b->service, r);
    if (!b->use_annotation) {
        struct alb_rule_action *action = LIST_PUSH(s->t->a, &r->actions);
        action->type = ALB_ACTION_FORWARD;
        action->order = (struct opt_int){ .val = (int64_t)r->actions.len, .set = true };
        struct group_ref ref = { .service = b->service, .port = b->port };
        add_target(s, r, &action->forward, &ref, DEFAULT_WEIGHT);
    }
    if (s->n_problems > before)
        return;
    if (!r->actions.len)
        problem(s, &here,
                "the port is use-annotation, but there is no annotation %sactions.%s "
                "with an action; add it",
                ANNOTATION_PREFIX, b->service);
    /* All types that are supported so far end the rule. */
    if (r->actions.len > 1)
        problem(s, &here, "multi finalType action find: [%s]; keep one%s", action_names(s->t->a, r),
                b->use_annotation ? "" : ", or give the port the name use-annotation");
}
