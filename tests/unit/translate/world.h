/* world.h - a small world for tests of translate: manifests as text, and what comes of them. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alb-agent/buf.h"
#include "alb-agent/source.h"
#include "alb-agent/translate.h"

/* Not inlined, so that gcc does not take the NULL of a search for the answer. */
#define UNUSED __attribute__((unused, noinline))

struct world {
    struct arena a;
    struct object_set set;
    struct fact_set facts;
    const char *vpc;
    const size_t *quotas;
    const struct translate_names *names;
    struct translate_out out;
};

/* AlbConfig "web" with the listeners 80/HTTP, 443/HTTPS and 443/QUIC, and its class "alb". */
#define WEB_SPEC                                                                             \
    "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\n"              \
    "spec:\n"                                                                                \
    "  config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}, {vSwitchId: vsw-2, zoneId: " \
    "z-2}]}\n"
#define CLASS                                                                            \
    "---\napiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: alb}\n" \
    "spec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: web}}\n"
#define WEB                                                                    \
    WEB_SPEC                                                                   \
    "  listeners:\n"                                                           \
    "  - {port: 80, protocol: HTTP}\n"                                         \
    "  - {port: 443, protocol: HTTPS, certificates: [{CertificateId: c-1}]}\n" \
    "  - {port: 443, protocol: QUIC, certificates: [{CertificateId: c-1}]}\n" CLASS
/* Service "tea" of a namespace, port 80 with one pod behind it. */
#define TEA(ns)                                                                               \
    "---\napiVersion: v1\nkind: Service\nmetadata: {name: tea, namespace: " ns "}\n"          \
    "spec: {ports: [{name: http, port: 80, targetPort: 8080}]}\n"                             \
    "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"                             \
    "metadata: {name: tea-1, namespace: " ns ", labels: {kubernetes.io/service-name: tea}}\n" \
    "addressType: IPv4\nports: [{name: http, port: 8080}]\n"                                  \
    "endpoints: [{addresses: [10.0.0.1]}]\n"
#define INGRESS(ns, name, annotations)                                                     \
    "---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"                               \
    "metadata:\n  name: " name "\n  namespace: " ns "\n  annotations: {" annotations "}\n" \
    "spec:\n  ingressClassName: alb\n"
#define PATH(host, path)                                                                       \
    "  - {host: \"" host "\", http: {paths: [{path: \"" path "\", pathType: Prefix, backend: " \
    "{service: {name: tea, port: {number: 80}}}}]}}\n"
#define ALB "alb.ingress.kubernetes.io/"

static UNUSED void world_read(struct world *w, const char *text)
{
    struct source_options options = { 0 };
    source_read_text("t.yaml", text, strlen(text), &options, &w->set);
}

static UNUSED void world_fact(struct world *w, enum fact_kind kind, const char *key,
                              const char *value, const char *value2)
{
    *LIST_PUSH(&w->a, &w->facts.items) =
        (struct fact){ .kind = kind, .key = key, .value = value, .value2 = value2 };
    fact_sort(&w->facts);
}

static UNUSED void world_translate(struct world *w)
{
    struct translate_in in = {
        .objects = &w->set,
        .facts = &w->facts,
        .cluster_id = "c-1",
        .vpc_id = w->vpc,
        .names = w->names,
        .quotas = w->quotas,
        .now_ms = 1767225600000, /* 2026-01-01T00:00:00Z */
    };
    translate(&w->a, &in, &w->out);
}

/* A world of these manifests in VPC vpc-1, where the pod of "tea" has the interface eni-1. */
static UNUSED struct world world_of(const char *text)
{
    struct world w = { .vpc = "vpc-1" };
    world_read(&w, text);
    if (w.set.problems.len)
        print_error("%s\n", w.set.problems.items[0].msg);
    assert_int_equal(w.set.problems.len, 0);
    world_fact(&w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    world_translate(&w);
    return w;
}

static UNUSED void world_done(struct world *w)
{
    arena_done(&w->a);
    object_set_done(&w->set);
}

/* ---- what came out ---------------------------------------------------------------------- */

static UNUSED const char *notes_text(struct world *w, const translate_problems *list)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = 0; i < list->len; i++)
        buf_addf(&b, "%s %s: %s\n", list->items[i].kind, list->items[i].name,
                 list->items[i].message);
    return buf_keep(&b, &w->a);
}

static UNUSED const char *problems(struct world *w)
{
    return notes_text(w, &w->out.problems);
}

static UNUSED const char *warnings(struct world *w)
{
    return notes_text(w, &w->out.warnings);
}

static UNUSED void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("'%s' is not in:\n%s", part, text);
}

static UNUSED const void *desired(const struct world *w, enum resource_kind kind, const char *key)
{
    const struct resource *r = model_find(&w->out.desired, "kube-system/web", kind, key);
    return r ? r->desired : NULL;
}

static UNUSED const struct alb_load_balancer *lb_of(const struct world *w)
{
    return desired(w, RESOURCE_LOAD_BALANCER, "kube-system/web");
}

static UNUSED const struct alb_listener *listener_of(const struct world *w, const char *key)
{
    return desired(w, RESOURCE_LISTENER, key);
}

static UNUSED const struct alb_server_group *group_of(const struct world *w, const char *key)
{
    return desired(w, RESOURCE_SERVER_GROUP, key);
}

static UNUSED const struct resource *rule_row(const struct world *w, const char *listener,
                                              int64_t position)
{
    for (size_t i = 0; i < w->out.desired.rows.len; i++) {
        const struct resource *r = &w->out.desired.rows.items[i];
        if (r->kind == RESOURCE_RULE && !strcmp(r->parent, listener) && r->position == position)
            return r;
    }
    return NULL;
}

static UNUSED void add_values(struct buf *b, const struct alb_values *v)
{
    for (size_t i = 0; i < v->values.len; i++)
        buf_addf(b, "%s%s", i ? "," : "", v->values.items[i]);
}

static UNUSED void add_condition(struct buf *b, const struct alb_condition *c)
{
    switch (c->type) {
    case ALB_COND_HEADER:
    case ALB_COND_RESPONSE_HEADER:
        buf_addf(b, "%s:%s=", alb_cond_name(c->type), c->header.key);
        for (size_t i = 0; i < c->header.values.len; i++)
            buf_addf(b, "%s%s", i ? "," : "", c->header.values.items[i]);
        return;
    case ALB_COND_QUERY:
    case ALB_COND_COOKIE:
        buf_addf(b, "%s:", alb_cond_name(c->type));
        for (size_t i = 0; i < c->pairs.pairs.len; i++)
            buf_addf(b, "%s%s=%s", i ? "," : "", c->pairs.pairs.items[i].key,
                     c->pairs.pairs.items[i].value);
        return;
    case ALB_COND_UNSET:
    case ALB_COND_METHOD:
    case ALB_COND_SOURCE_IP:
    case ALB_COND_RESPONSE_STATUS: buf_addf(b, "%s:", alb_cond_name(c->type)); break;
    case ALB_COND_HOST:
    case ALB_COND_PATH: break;
    }
    add_values(b, &c->values);
}

static UNUSED void add_texts(struct buf *b, const char *const *items, size_t n)
{
    for (size_t i = 0; i < n; i++)
        buf_addf(b, "%s%s", i ? "," : " ", items[i]);
}

static UNUSED void add_cors(struct buf *b, const struct alb_cors *c)
{
    add_texts(b, c->allow_origin.items, c->allow_origin.len);
    add_texts(b, c->allow_methods.items, c->allow_methods.len);
    add_texts(b, c->allow_headers.items, c->allow_headers.len);
    add_texts(b, c->expose_headers.items, c->expose_headers.len);
    buf_addf(b, " %s %" PRId64, c->allow_credentials ? c->allow_credentials : "-", c->max_age.val);
}

static UNUSED void add_action(struct buf *b, const struct alb_rule_action *x)
{
    buf_addf(b, " %" PRId64 ":%s", x->order.val, alb_action_type_name(x->type));
    switch (x->type) {
    case ALB_ACTION_FORWARD:
        for (size_t i = 0; i < x->forward.targets.len; i++)
            buf_addf(b, " %s*%" PRId64, x->forward.targets.items[i].group_id,
                     x->forward.targets.items[i].weight.val);
        break;
    case ALB_ACTION_REDIRECT:
        buf_addf(b, " %s %s://%s:%s%s?%s", x->redirect.http_code, x->redirect.protocol,
                 x->redirect.host, x->redirect.port, x->redirect.path, x->redirect.query);
        break;
    case ALB_ACTION_FIXED:
        buf_addf(b, " %s %s %s", x->fixed.http_code, x->fixed.content_type, x->fixed.content);
        break;
    case ALB_ACTION_REWRITE:
        buf_addf(b, " %s %s ?%s", x->rewrite.host, x->rewrite.path, x->rewrite.query);
        break;
    case ALB_ACTION_INSERT_HEADER:
        buf_addf(b, " %s=%s %s", x->insert_header.key, x->insert_header.value,
                 x->insert_header.value_type);
        break;
    case ALB_ACTION_REMOVE_HEADER: buf_addf(b, " %s", x->remove_header.key); break;
    case ALB_ACTION_LIMIT:
        buf_addf(b, " %" PRId64 "/%" PRId64, x->limit.qps.val, x->limit.per_ip_qps.val);
        break;
    case ALB_ACTION_MIRROR:
        buf_addf(b, " %s %s", x->mirror.target_type, x->mirror.groups.targets.items[0].group_id);
        break;
    case ALB_ACTION_CORS: add_cors(b, &x->cors); break;
    case ALB_ACTION_UNSET: break;
    }
}

/* The rules of a listener in order, a line each: "a.com /tea 1:ForwardGroup @k*100". */
static UNUSED const char *rules(struct world *w, const char *listener)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct resource *r;
    for (int64_t p = 1; (r = rule_row(w, listener, p)); p++) {
        const struct alb_rule *rule = r->desired;
        if (rule->direction == ALB_DIRECTION_RESPONSE)
            buf_adds(&b, "Response ");
        for (size_t i = 0; i < rule->conditions.len; i++) {
            buf_adds(&b, i ? " " : "");
            add_condition(&b, &rule->conditions.items[i]);
        }
        for (size_t i = 0; i < rule->actions.len; i++)
            add_action(&b, &rule->actions.items[i]);
        buf_addc(&b, '\n');
    }
    return b.data ? buf_keep(&b, &w->a) : "";
}

/* The servers of a group: "eni-1/10.0.0.1:8080*100 ...", "?" when they are not known. */
static UNUSED const char *servers(struct world *w, const char *key)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct alb_server_group *g = group_of(w, key);
    if (!g)
        return "no group";
    if (!g->servers.items)
        return "?";
    for (size_t i = 0; i < g->servers.len; i++)
        buf_addf(&b, "%s%s/%s:%" PRId64 "*%" PRId64, i ? " " : "", g->servers.items[i].id,
                 g->servers.items[i].ip, g->servers.items[i].port.val,
                 g->servers.items[i].weight.val);
    return b.data ? buf_keep(&b, &w->a) : "";
}

/* 'part' n times. */
static UNUSED const char *repeated(struct arena *a, const char *part, size_t n)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    while (n--)
        buf_adds(&b, part);
    return buf_keep(&b, a);
}

/* ---- one Ingress, by its annotations ------------------------------------------------------ */

/* A line of annotations; 'value' may be JSON. */
#define SAYS(name, value) "    " ALB name ": '" value "'\n"
#define TO_TEA            "  rules:\n" PATH("a.com", "/")
#define TO_ANNOTATION                                                                        \
    "  rules: [{host: a.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: " \
    "{name: tea, port: {name: use-annotation}}}}]}}]\n"
/* What a forward to "tea" of Ingress d/web looks like behind 'n' - 1 other actions. */
#define FORWARD(n) " " #n ":ForwardGroup @d/web-tea:80*100\n"

/* A world with the Ingress d/web. */
static UNUSED struct world world_asked(const char *annotations, const char *spec)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    return world_of(arena_fmt(&a,
                              "%s---\napiVersion: networking.k8s.io/v1\nkind: Ingress\n"
                              "metadata:\n  name: web\n  namespace: d\n  annotations:\n%s"
                              "spec:\n  ingressClassName: alb\n%s",
                              WEB TEA("d"), annotations, spec));
}

static UNUSED void assert_rules(const char *annotations, const char *spec, const char *wanted)
{
    struct world w = world_asked(annotations, spec);
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), wanted);
    world_done(&w);
}

static UNUSED void assert_problem(const char *annotations, const char *spec, const char *problem)
{
    struct world w = world_asked(annotations, spec);
    assert_has(problems(&w), problem);
    assert_string_equal(rules(&w, "80/HTTP"), "");
    assert_null(group_of(&w, "d/web-tea:80"));
    world_done(&w);
}

static UNUSED void assert_warning(const char *annotations, const char *spec, const char *warning)
{
    struct world w = world_asked(annotations, spec);
    assert_string_equal(problems(&w), "");
    assert_has(warnings(&w), warning);
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    world_done(&w);
}

/* What is asked for and what comes of it: rules, or part of a problem. */
struct asked {
    const char *annotations, *wanted;
};
#define assert_each(cases, spec, check)                   \
    for (size_t each_ = 0; each_ < COUNT(cases); each_++) \
    check((cases)[each_].annotations, spec, (cases)[each_].wanted)
