/* follow.h - a world that a translator follows: manifests come, change and go. */
#pragma once

#include "world.h"

#include "alb-agent/yaml.h"
#include "src/translate/cell_priv.h"

#define SPEC_OF(config)                                                                         \
    "apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: " config "}\n"          \
    "spec: {config: {zoneMappings: [{vSwitchId: vsw-1, zoneId: z-1}]}, listeners: [{port: 80, " \
    "protocol: HTTP}]}\n"
#define CLASS_TO(name, config)                                                     \
    "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: " name \
    "}\nspec: {controller: ingress.k8s.alibabacloud/alb, parameters: {name: " config "}}\n"
#define INGRESS_TO(ns, name, class, host, service)                                                \
    "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: " name ", namespace: " ns  \
    "}\nspec: {ingressClassName: " class ", rules: [{host: " host                                 \
                                         ", http: {paths: [{path: /, pathType: Prefix, backend: " \
                                         "{service: {name: " service                              \
                                         ", port: {number: 80}}}}]}}]}\n"
#define SERVICE_OF(ns, name)                                                         \
    "apiVersion: v1\nkind: Service\nmetadata: {name: " name ", namespace: " ns "}\n" \
    "spec: {ports: [{port: 80}]}\n"
#define SLICE_OF(ns, name, service, ip)                                            \
    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: " name \
    ", namespace: " ns ", labels: {kubernetes.io/service-name: " service           \
    "}}\naddressType: IPv4\nports: [{port: 8080}]\nendpoints: [{addresses: [" ip "]}]\n"

struct followed {
    struct world w;
    struct translator *tr;
    struct translate_changes changes;
};

static UNUSED void followed_begin(struct followed *f)
{
    static const struct translate_in settings = { .cluster_id = "c-1", .vpc_id = "vpc-1" };
    *f = (struct followed){ .tr = translator_new(&settings) };
    world_fact(&f->w, FACT_ENI, "vpc-1/10.0.0.1", "eni-1", "");
    world_fact(&f->w, FACT_ENI, "vpc-1/10.0.0.2", "eni-2", "");
}

static UNUSED void followed_done(struct followed *f)
{
    translator_free(f->tr);
    world_done(&f->w);
}

static UNUSED void tell(struct followed *f, enum object_kind kind, const char *ns, const char *name)
{
    *LIST_PUSH(&f->w.a, &f->changes.objects) = (struct translate_object){ kind, ns, name };
}

/* An object comes, or is another. */
static UNUSED void put(struct followed *f, const char *manifest)
{
    struct error err;
    int line;
    cJSON *json = NULL;
    assert_true(yaml_parse(manifest, strlen(manifest), &json, &line, &err));
    const cJSON *meta = cJSON_GetObjectItem(json, "metadata");
    const cJSON *ns = cJSON_GetObjectItem(meta, "namespace");
    tell(f, object_kind_parse(cJSON_GetObjectItem(json, "kind")->valuestring),
         ns ? arena_strdup(&f->w.a, ns->valuestring) : "",
         arena_strdup(&f->w.a, cJSON_GetObjectItem(meta, "name")->valuestring));
    object_set_replace(&f->w.set, json, "t.yaml:1");
    assert_int_equal(f->w.set.problems.len, 0);
}

static UNUSED void take(struct followed *f, enum object_kind kind, const char *ns, const char *name)
{
    assert_true(object_set_remove(&f->w.set, kind, ns, name));
    tell(f, kind, ns, name);
}

static UNUSED void update(struct followed *f)
{
    translator_update(f->tr, &f->w.set, &f->w.facts, 0, &f->changes);
    f->changes = (struct translate_changes){ 0 };
}

/* The load balancers that changed: "kube-system/a kube-system/b". */
static UNUSED const char *changed(struct followed *f)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const translate_names *names = translator_changed(f->tr);
    for (size_t i = 0; i < names->len; i++)
        buf_addf(&b, "%s%s", i ? " " : "", names->items[i]);
    return buf_keep(&b, &f->w.a);
}

static UNUSED const struct resource *rule_of(const struct translate_out *out, int64_t position)
{
    for (size_t i = 0; i < out->desired.rows.len; i++)
        if (out->desired.rows.items[i].position == position)
            return &out->desired.rows.items[i];
    return NULL;
}

static UNUSED void add_group(struct buf *b, const struct resource *r)
{
    const struct alb_server_group *g = r->desired;
    if (r->kind != RESOURCE_SERVER_GROUP || strstr(r->key, "fake-svc"))
        return;
    buf_addf(b, "%s%s=", b->len ? " " : "", r->key);
    for (size_t k = 0; k < g->servers.len; k++)
        buf_addf(b, "%s%s", k ? "," : "", g->servers.items[k].id);
    if (!g->servers.items)
        buf_adds(b, "?");
}

/* Who owns the rules of the only listener, in order, and where the groups lead: "d/web
 * d/web-tea:80=eni-1"; "nothing" when there is no such load balancer. */
static UNUSED const char *made(struct followed *f, const char *lb)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    const struct translate_out *out = translator_lb(f->tr, lb);
    const struct resource *r;
    if (!out)
        return "nothing";
    for (int64_t p = 1; (r = rule_of(out, p)); p++) {
        const char *from = r->desired_from + strlen("Ingress ");
        buf_addf(&b, "%s%.*s", b.len ? " " : "", (int)strcspn(from, " "), from);
    }
    for (size_t i = 0; i < out->desired.rows.len; i++)
        add_group(&b, &out->desired.rows.items[i]);
    return buf_keep(&b, &f->w.a);
}
