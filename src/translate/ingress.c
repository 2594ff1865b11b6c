/* ingress.c - an Ingress, read into routes: what each of its paths asks for, as far as that
 * does not depend on the listener.  All its mistakes are named; with any it is left out. */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "secret_priv.h"

struct path_spec {
    const char *path, *type;
    struct backend_spec backend;
};
struct http_spec {
    LIST_OF(struct path_spec) paths;
};
struct rule_spec {
    const char *host;
    struct http_spec http;
};
struct tls_spec {
    LIST_OF(const char *) hosts;
    const char *secret;
};
struct ingress_spec {
    LIST_OF(struct rule_spec) rules;
    LIST_OF(struct tls_spec) tls;
    struct backend_spec default_backend;
    struct opt_bool has_default;
};

/* clang-format off */
#define SELF struct path_spec
static const struct field path_spec_fields[] = {
    STR(path,    "path"),
    STR(type,    "pathType"),
    OBJ(backend, backend_spec, "backend", .flags = F_REQUIRED),
};
static SCHEMA(path_spec, "path");
#undef SELF

#define SELF struct http_spec
static const struct field http_spec_fields[] = {
    LIST(paths, path_spec, "paths"),
};
static SCHEMA(http_spec, "http");
#undef SELF

#define SELF struct rule_spec
static const struct field rule_spec_fields[] = {
    STR(host, "host"),
    OBJ(http, http_spec, "http"),
};
static SCHEMA(rule_spec, "rule");
#undef SELF

#define SELF struct tls_spec
static const struct field tls_spec_fields[] = {
    STRS(hosts,  "hosts"),
    STR (secret, "secretName"),
};
static SCHEMA(tls_spec, "tls");
#undef SELF

#define SELF struct ingress_spec
static const struct field ingress_spec_fields[] = {
    LIST(rules,           rule_spec, "rules"),
    LIST(tls,             tls_spec, "tls"),
    OBJ (default_backend, backend_spec, "defaultBackend"),
    BOOL(has_default,     "defaultBackend", .flags = READ_PRESENT),
};
static SCHEMA(ingress_spec, "spec");
#undef SELF
/* clang-format on */

enum { ORDER_MIN = 1, ORDER_MAX = 1000, ORDER_DEFAULT = 10 };

static int64_t read_order(struct subject *s)
{
    const char *older = annotation(s->obj, "albconfig.order");
    const char *text = older ? older : annotation(s->obj, "order");
    int64_t order = ORDER_DEFAULT;
    if (!text || (text_to_int(text, &order) && order >= ORDER_MIN && order <= ORDER_MAX))
        return order;
    struct place at = annotation_place(s->t->a, older ? "albconfig.order" : "order");
    problem(s, &at, "\"%s\" is no order; give %d to %d", text, ORDER_MIN, ORDER_MAX);
    return ORDER_DEFAULT;
}

static void read_tls(struct placement *p, const struct ingress_spec *spec)
{
    p->has_tls = spec->tls.len > 0;
    for (size_t i = 0; i < spec->tls.len; i++)
        for (size_t j = 0; j < spec->tls.items[i].hosts.len; j++)
            if (*spec->tls.items[i].hosts.items[j])
                map_put(&p->tls_hosts, spec->tls.items[i].hosts.items[j], spec);
}

static bool is_host_of_a_rule(const struct ingress_spec *spec, const char *host)
{
    for (size_t i = 0; i < spec->rules.len; i++)
        if (!spec->rules.items[i].host || !strcmp(spec->rules.items[i].host, host))
            return true;
    return false;
}

/* Hosts are compared as text to find the rules of HTTPS listeners (alb-ingress.md §C.4), and a host
 * that is of no rule leaves these without any: the complaint that users have most. */
static void check_tls_hosts(struct subject *s, const struct placement *p,
                            const struct ingress_spec *spec)
{
    struct place list = { .name = "spec.tls" };
    if (p->explicit_ports || p->ssl_redirect)
        return;
    for (size_t i = 0; i < spec->tls.len; i++) {
        struct place entry = { .up = &list, .index = i };
        struct place hosts = { .up = &entry, .name = "hosts" };
        for (size_t j = 0; j < spec->tls.items[i].hosts.len; j++) {
            const char *host = spec->tls.items[i].hosts.items[j];
            if (*host && !is_host_of_a_rule(spec, host))
                warn(
                    s, &(struct place){ .up = &hosts, .index = j },
                    "no rule has just \"%s\" as host (\"*\" stands for nothing here), so it brings "
                    "none to HTTPS; name the hosts of rules, or give the annotation listen-ports",
                    host);
        }
    }
}

/* Rules without paths are for the default backend. */
static void check_rules(struct subject *s, const struct ingress_spec *spec)
{
    struct place at = { .name = "spec" }, rules = { .up = &at, .name = "rules" };
    if (spec->has_default.val)
        return;
    if (!spec->rules.len)
        warn(s, &at, "it has neither rules nor a defaultBackend, so nothing comes of it");
    for (size_t i = 0; i < spec->rules.len; i++)
        if (!spec->rules.items[i].http.paths.len)
            warn(s, &(struct place){ .up = &rules, .index = i },
                 "it has no paths, so nothing comes of it; add some to http.paths");
}

static void read_secrets(struct subject *s, struct ingress *ing, const struct ingress_spec *spec)
{
    for (size_t i = 0; i < spec->tls.len; i++) {
        const struct tls_spec *tls = &spec->tls.items[i];
        if (tls->secret)
            secret_add(s, i, ing, tls->secret, (const char *const *)tls->hosts.items,
                       tls->hosts.len);
    }
}

static enum alb_direction read_direction(struct subject *s, const char *service)
{
    const char *name = arena_fmt(s->t->a, "rule-direction.%s", service);
    const char *text = annotation_text(s, name);
    struct place at = annotation_place(s->t->a, name);
    if (text && !strcasecmp(text, "Response"))
        return ALB_DIRECTION_RESPONSE;
    if (text && strcasecmp(text, "Request") != 0)
        problem(s, &at, "\"%s\" is not known; give Request or Response", text);
    return ALB_DIRECTION_REQUEST;
}

/* ---- routes ----------------------------------------------------------------------------------
 */

/* What all kinds of routes have in common: the backend, and what annotations say of it. */
static void fill_route(struct subject *s, const struct place *at, const char *member,
                       const struct ingress *ing, const struct path_spec *spec, struct route *r)
{
    struct place backend_at = { .up = at, .name = member };
    struct backend backend = { 0 };
    struct alb_values paths = { 0 };
    struct path_given given = { .path = spec->path,
                                .type = spec->type,
                                .use_regex = ing->use_regex,
                                .rewrite_target = ing->rewrite_target };
    r->where = place_text(s->t->a, r->is_default ? &backend_at : at);
    r->path = spec->path ? spec->path : "/";
    r->redirects = ing->placement.ssl_redirect;
    r->kind = path_values(s, at, &given, &paths);
    r->service = spec->backend.service.name ? spec->backend.service.name : "";
    r->direction = read_direction(s, r->service);
    conditions_find(s, &paths, r);
    canary_conditions(s, ing, r);
    conditions_check(s, at, r);
    if (backend_find(s, &backend_at, &spec->backend, &backend)) {
        actions_find(s, &backend_at, ing, &backend, r);
        canary_check_route(s, &backend_at, ing, r);
    }
}

static void add_routes(struct subject *s, struct ingress *ing, const struct rule_spec *spec,
                       size_t i)
{
    struct place rules = { .name = "spec.rules" };
    struct place rule = { .up = &rules, .index = i };
    struct place http = { .up = &rule, .name = "http" };
    struct place paths = { .up = &http, .name = "paths" };
    value_check_at(s, &rule, "host", spec->host, value_check_host);
    for (size_t j = 0; j < spec->http.paths.len; j++) {
        struct route *r = LIST_PUSH(s->t->a, &ing->routes);
        r->host = spec->host;
        r->from = arena_fmt(s->t->a, "%s rules[%zu].paths[%zu]", ing->from, i, j);
        fill_route(s, &(struct place){ .up = &paths, .index = j }, "backend", ing,
                   &spec->http.paths.items[j], r);
    }
}

/* The existing controller passes it over; here it is a rule for all that is left. */
static void add_default(struct subject *s, struct ingress *ing, const struct backend_spec *backend)
{
    struct place at = { .name = "spec.defaultBackend" };
    struct place spec_at = { .name = "spec" };
    if (ing->canary.on) {
        warn(s, &at,
             "a canary has no default backend, so it has no effect; put it into the main "
             "Ingress");
        return;
    }
    struct route *r = LIST_PUSH(s->t->a, &ing->routes);
    struct path_spec spec = { .backend = *backend };
    r->is_default = true;
    r->from = arena_fmt(s->t->a, "%s defaultBackend", ing->from);
    fill_route(s, &spec_at, "defaultBackend", ing, &spec, r);
}

static void check_annotations(struct subject *s, const struct ingress_spec *spec)
{
    struct map services CLEANUP(map_done) = { 0 };
    for (size_t i = 0; i < spec->rules.len; i++)
        for (size_t j = 0; j < spec->rules.items[i].http.paths.len; j++) {
            const char *name = spec->rules.items[i].http.paths.items[j].backend.service.name;
            if (name)
                map_put(&services, name, spec);
        }
    if (spec->default_backend.service.name)
        map_put(&services, spec->default_backend.service.name, spec);
    annotations_check(s, &services);
}

static void find_ports(struct subject *s, struct placement *p, const struct ingress_spec *spec)
{
    const char **hosts = arena_array(s->t->a, spec->rules.len, sizeof *hosts);
    for (size_t i = 0; i < spec->rules.len; i++)
        hosts[i] = spec->rules.items[i].host;
    ports_find(s, p, hosts, spec->rules.len);
}

/* It stands in a tag of its groups, which tells them apart (alb-ingress.md §D.1). */
static void check_name(struct subject *s)
{
    if (!tag_fits(s->t, s->obj->name))
        problem(s, NULL, "its name is longer than the 128 characters of a tag of its groups");
}

/* Here, so that an Ingress that did not change is not looked at so closely again. */
static void set_digests(struct subject *s, struct ingress *ing)
{
    for (size_t i = 0; i < ing->routes.len; i++) {
        struct route *r = &ing->routes.items[i];
        struct alb_rule rule = { .direction = r->direction };
        rule.conditions.items = r->conditions.items;
        rule.conditions.len = r->conditions.len;
        r->digest = rule_digest(s->t->a, &rule);
    }
}

void ingress_done(struct ingress *ing)
{
    map_done(&ing->placement.tls_hosts);
}

struct ingress *ingress_read(struct subject *s)
{
    struct arena *a = s->t->a;
    struct ingress *ing = arena_alloc(a, sizeof *ing);
    struct ingress_spec spec = { 0 };
    struct place at = { .name = "spec" };
    ing->obj = s->obj;
    ing->from = subject_from(a, s->obj);
    ing->sort_key = arena_fmt(a, "%s/%s", s->obj->ns, s->obj->name);
    read_object(s, &at, &ingress_spec_schema, &spec, json_get(object_body(s->obj), "spec"),
                READ_EXACT);
    check_name(s);
    ing->order = read_order(s);
    settings_read(s, &ing->settings);
    rewrite_read(s, ing);
    limit_read(s, ing);
    cors_read(s, ing);
    canary_read(s, ing);
    protocol_read(s, ing);
    check_annotations(s, &spec);
    read_tls(&ing->placement, &spec);
    find_ports(s, &ing->placement, &spec);
    check_tls_hosts(s, &ing->placement, &spec);
    check_rules(s, &spec);
    read_secrets(s, ing, &spec);
    for (size_t i = 0; i < spec.rules.len; i++)
        add_routes(s, ing, &spec.rules.items[i], i);
    if (spec.has_default.val)
        add_default(s, ing, &spec.default_backend);
    protocol_check(s, ing);
    ing->left_out = s->n_problems;
    if (!ing->left_out)
        set_digests(s, ing);
    return ing;
}
