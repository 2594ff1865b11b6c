/* edits.h - random changes to a small world in which everything is shared: Ingresses that move
 * between classes and AlbConfigs, Services, Secrets, pods and nodes of several of them, objects
 * that are wrong or on their way out.  Each change is one object that comes, is another, or
 * goes, or a fact that is learned, forgotten or another. */
#pragma once

#include "world.h"

#include "alb-agent/hash.h"
#include "alb-agent/rng.h"
#include "tests/support/pem.h"

enum { EDIT_NOW = 1767225600, EDIT_DAY = 86400, EDIT_CERTS = 4 };

struct edits {
    struct rng rng;
    struct arena pems;
    struct pem certs[EDIT_CERTS]; /* one long valid, one for 20 days, one for 2, one ended */
};

static UNUSED void edits_begin(struct edits *e, uint64_t seed)
{
    static const int64_t until[EDIT_CERTS] = { 400, 20, 2, -1 };
    static const char *const names[EDIT_CERTS] = { "DNS:a.com", "DNS:*.b.com,DNS:b.com",
                                                   "DNS:a.com,DNS:b.com", "DNS:c.com" };
    *e = (struct edits){ .rng = { seed } };
    for (size_t i = 0; i < EDIT_CERTS; i++)
        e->certs[i] = pem_make(&e->pems, "x", names[i], EDIT_NOW - 9 * EDIT_DAY,
                               EDIT_NOW + until[i] * EDIT_DAY);
}

static UNUSED size_t below(struct edits *e, size_t n)
{
    return (size_t)rng_below(&e->rng, n);
}

static UNUSED bool one_in(struct edits *e, size_t n)
{
    return !below(e, n);
}

#define PICK(e, ...)        \
    ((const char *const[]){ \
        __VA_ARGS__ }[below((e), COUNT(((const char *const[]){ __VA_ARGS__ })))])

static UNUSED const char *pick_ns(struct edits *e)
{
    return PICK(e, "d", "e");
}

static UNUSED const char *pick_service(struct edits *e)
{
    return PICK(e, "tea", "milk", "cup");
}

static UNUSED const char *pick_config(struct edits *e)
{
    return PICK(e, "web", "far", "mid");
}

/* In one of twenty the object is going away. */
static UNUSED const char *going(struct edits *e)
{
    return one_in(e, 20) ? ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"" : "";
}

/* ---- objects as JSON ------------------------------------------------------------------------- */

static UNUSED const char *edit_config(struct edits *e, struct arena *a, const char *name)
{
    const char *zones = PICK(e, "{\"vSwitchId\":\"vsw-1\"},{\"vSwitchId\":\"vsw-2\"}",
                             "{\"vSwitchId\":\"vsw-1\",\"zoneId\":\"z-1\"}",
                             "{\"vSwitchId\":\"vsw-3\"}", "{\"vSwitchId\":\"vsw-2\"}");
    const char *more =
        PICK(e, "", "", "", "", "", "", ",\"id\":\"alb-1\"", ",\"addressType\":\"Public\"",
             ",\"tags\":[{\"key\":\"k\",\"value\":\"v\"}]");
    const char *tls = PICK(
        e, "", ",{\"port\":443,\"protocol\":\"HTTPS\"}", ",{\"port\":443,\"protocol\":\"HTTPS\"}",
        ",{\"port\":443,\"protocol\":\"HTTPS\",\"certificates\":[{\"CertificateId\":\"c-1\"}]}",
        ",{\"port\":443,\"protocol\":\"HTTPS\",\"defaultCertificate\":{\"kind\":\"Secret\","
        "\"secret\":{\"name\":\"s-1\",\"namespace\":\"d\"}}}",
        ",{\"port\":81,\"aclConfig\":{\"aclType\":\"White\",\"aclEntries\":[\"10.0.0.0/8\"]}}",
        ",{\"port\":80,\"protocol\":\"HTTPS\"}", ",{\"port\":443,\"protocol\":\"what\"}",
        ",{\"port\":443,\"protocol\":\"HTTPS\"},{\"port\":443,\"protocol\":\"QUIC\"}");
    const char *scripts =
        PICK(e, "", "",
             ",\"aScriptConfig\":[{\"aScriptName\":\"one\",\"configMapName\":\"m-1\","
             "\"configMapNamespace\":\"d\"},{\"aScriptName\":\"two\",\"configMapName\":\"m-2\","
             "\"configMapNamespace\":\"e\"},{\"aScriptName\":\"3\",\"scriptContent\":\"x\"}]");
    const char *order = PICK(e, "", "", "", "", "\"alb-agent/rule-order\":\"specification\"",
                             "\"alb-agent/rule-order\":\"guess\"");
    return arena_fmt(
        a,
        "{\"apiVersion\":\"alibabacloud.com/v1\",\"kind\":\"AlbConfig\",\"metadata\":{"
        "\"name\":\"%s\",\"annotations\":{%s}%s},\"spec\":{\"config\":{"
        "\"zoneMappings\":[%s]%s},\"listeners\":[{\"port\":80,\"protocol\":\"HTTP\"%s}%s]}}",
        name, order, going(e), zones, more, scripts, tls);
}

static UNUSED const char *edit_class(struct edits *e, struct arena *a, const char *name)
{
    const char *controller = PICK(
        e, "\"ingress.k8s.alibabacloud/alb\"", "\"ingress.k8s.alibabacloud/alb\"",
        "\"ingress.k8s.alibabacloud/alb\"", "\"ingress.k8s.alibabacloud/alb\"",
        "\"ingress.k8s.alibabacloud/alb\"", "\"ingress.k8s.alibabacloud/alb\"", "\"nginx\"", "7");
    const char *nginx = one_in(e, 4) ? "\"alb-agent/nginx\":\"true\"" : "";
    const char *to = one_in(e, 8) ? "" : arena_fmt(a, "\"name\":\"%s\"", pick_config(e));
    return arena_fmt(
        a,
        "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"IngressClass\",\"metadata\":{"
        "\"name\":\"%s\",\"annotations\":{%s}},\"spec\":{\"controller\":%s,\"parameters\":{"
        "%s}}}",
        name, nginx, controller, to);
}

static UNUSED const char *edit_annotations(struct edits *e, struct arena *a)
{
    static const char *const all[] = {
        ALB "order\":\"5",
        ALB "order\":\"none",
        ALB "listen-ports\":\"[{\\\"HTTP\\\":80},{\\\"HTTPS\\\":443}]",
        ALB "listen-ports\":\"[{\\\"HTTP\\\":81}]",
        ALB "ssl-redirect\":\"true",
        ALB "canary\":\"true\",\"" ALB "canary-weight\":\"30",
        ALB "canary\":\"true\",\"" ALB "canary-weight\":\"80",
        ALB "canary\":\"true\",\"" ALB "canary-by-header\":\"h\",\"" ALB
            "canary-by-header-value\":\"v",
        ALB "albconfig.name\":\"mid",
        ALB "albconfig.name\":\"none",
        ALB "server-group-type\":\"Ip",
        ALB "backend-protocol\":\"grpc",
        ALB "healthcheck-enabled\":\"true",
        ALB "use-regex\":\"true",
        ALB "enable-cors\":\"true",
        ALB "actions.tea\":\"[{",
        "nginx.ingress.kubernetes.io/ssl-redirect\":\"true",
        "nginx.ingress.kubernetes.io/auth-url\":\"x",
        "kubernetes.io/ingress.class\":\"alb",
    };
    struct buf b CLEANUP(buf_done) = { 0 };
    for (size_t i = one_in(e, 2) ? below(e, 3) : 0; i > 0; i--)
        buf_addf(&b, "%s\"%s\"", b.len ? "," : "", all[below(e, COUNT(all))]);
    return buf_keep(&b, a);
}

static UNUSED const char *edit_path(struct edits *e, struct arena *a)
{
    const char *port = one_in(e, 2) ? "\"number\":80"
                                    : PICK(e, "\"number\":80", "\"number\":80", "\"number\":81",
                                           "\"name\":\"http\"", "\"name\":\"http\"",
                                           "\"name\":\"none\"", "\"number\":\"x\"");
    const char *path = PICK(e, "/", "/x", "/y"), *service = pick_service(e);
    const char *type = PICK(e, "Prefix", "Exact");
    return arena_fmt(
        a,
        "{\"path\":\"%s\",\"pathType\":\"%s\",\"backend\":{\"service\":{\"name\":\"%s\","
        "\"port\":{%s}}}}",
        path, type, service, port);
}

static UNUSED const char *edit_ingress(struct edits *e, struct arena *a, const char *ns,
                                       const char *name)
{
    const char *class = PICK(e, "\"ingressClassName\":\"alb\",", "\"ingressClassName\":\"alb\",",
                             "\"ingressClassName\":\"alb\",", "\"ingressClassName\":\"beta\",",
                             "\"ingressClassName\":\"beta\",", "\"ingressClassName\":\"gone\",",
                             "\"ingressClassName\":7,", "");
    const char *annotations = edit_annotations(e, a), *gone = going(e);
    const char *first = edit_path(e, a), *second = edit_path(e, a);
    const char *host = PICK(e, "a.com", "b.com", "x.b.com", "*.b.com", "");
    const char *tls = PICK(e, "", "\"tls\":[{\"hosts\":[\"a.com\"],\"secretName\":\"s-1\"}],",
                           "\"tls\":[{\"hosts\":[\"b.com\",\"x.b.com\"],\"secretName\":\"s-2\"}],",
                           "\"tls\":[{\"hosts\":[\"a.com\"]}],");
    return arena_fmt(a,
                     "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{"
                     "\"name\":\"%s\",\"namespace\":\"%s\",\"annotations\":{%s}%s},\"spec\":{%s%s"
                     "\"rules\":[{\"host\":\"%s\",\"http\":{\"paths\":[%s,%s]}}]}}",
                     name, ns, annotations, gone, class, tls, host, first, second);
}

static UNUSED const char *edit_service(struct edits *e, struct arena *a, const char *ns,
                                       const char *name)
{
    const char *annotation =
        PICK(e, "", "", "\"service.beta.kubernetes.io/backend-type\":\"ecs\"",
             "\"" ALB "server-group-id\":\"sgp-1\"", "\"" ALB "server-group-id\":\"sgp-2\"");
    const char *gone = going(e);
    const char *type = PICK(e, "ClusterIP", "NodePort", "NodePort", "ExternalName");
    const char *policy = PICK(e, "", ",\"externalTrafficPolicy\":\"Local\"");
    const char *ports = PICK(e, "{\"name\":\"http\",\"port\":80,\"nodePort\":30080}",
                             "{\"name\":\"http\",\"port\":80,\"nodePort\":30080}", "{\"port\":80}",
                             "{\"name\":\"http\",\"port\":81}", "{\"port\":\"x\"}",
                             "{\"name\":\"http\",\"port\":80},{\"name\":\"b\",\"port\":81}");
    return arena_fmt(
        a,
        "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"%s\","
        "\"namespace\":\"%s\",\"annotations\":{%s}%s},\"spec\":{\"type\":\"%s\"%s,\"ports\":["
        "%s]}}",
        name, ns, annotation, gone, type, policy, ports);
}

static UNUSED const char *edit_address(struct edits *e)
{
    return PICK(e, "10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.4", "10.0.0.900");
}

static UNUSED const char *edit_slice(struct edits *e, struct arena *a, const char *ns,
                                     const char *name)
{
    const char *ready = PICK(e, "true", "true", "false"), *ip = edit_address(e);
    const char *service = pick_service(e), *type = one_in(e, 10) ? "IPv6" : "IPv4";
    size_t node = below(e, 3), pod = below(e, 3);
    const char *more = one_in(e, 2) ? ",{\"addresses\":[\"10.0.0.1\"],\"nodeName\":\"n-0\"}" : "";
    const char *endpoint =
        arena_fmt(a,
                  "{\"addresses\":[\"%s\"],\"conditions\":{\"ready\":%s},\"nodeName\":\"n-%zu\","
                  "\"targetRef\":{\"kind\":\"Pod\",\"name\":\"p-%zu\"}}",
                  ip, ready, node, pod);
    return arena_fmt(
        a,
        "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{"
        "\"name\":\"%s\",\"namespace\":\"%s\",\"labels\":{\"kubernetes.io/service-name\":"
        "\"%s\"}},\"addressType\":\"%s\",\"ports\":[{\"name\":\"http\",\"port\":8080},{"
        "\"port\":8081}],\"endpoints\":[%s%s]}",
        name, ns, service, type, endpoint, more);
}

static UNUSED const char *edit_endpoints(struct edits *e, struct arena *a, const char *ns,
                                         const char *name)
{
    const char *list = PICK(e, "addresses", "addresses", "notReadyAddresses");
    return arena_fmt(
        a,
        "{\"apiVersion\":\"v1\",\"kind\":\"Endpoints\",\"metadata\":{\"name\":\"%s\","
        "\"namespace\":\"%s\"},\"subsets\":[{\"%s\":[{\"ip\":\"%s\",\"targetRef\":{\"kind\":"
        "\"Pod\",\"name\":\"p-1\"}}],\"ports\":[{\"name\":\"http\",\"port\":8080}]}]}",
        name, ns, list, edit_address(e));
}

static UNUSED const char *edit_pod(struct edits *e, struct arena *a, const char *ns,
                                   const char *name)
{
    const char *gone = going(e), *ready = PICK(e, "True", "False");
    const char *gate = PICK(e, "", "{\"conditionType\":\"target-health.alb.k8s.alibabacloud\"}");
    return arena_fmt(
        a,
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"%s\",\"namespace\":"
        "\"%s\"%s},\"spec\":{\"readinessGates\":[%s]},\"status\":{\"conditions\":[{\"type\":"
        "\"ContainersReady\",\"status\":\"%s\"}]}}",
        name, ns, gone, gate, ready);
}

static UNUSED const char *edit_node(struct edits *e, struct arena *a, const char *name)
{
    const char *label = PICK(e, "", "", "\"type\":\"virtual-kubelet\"");
    const char *id = PICK(e, "\"cn-hangzhou.i-1\"", "\"cn-hangzhou.i-2\"", "\"else\"");
    return arena_fmt(
        a,
        "{\"apiVersion\":\"v1\",\"kind\":\"Node\",\"metadata\":{\"name\":\"%s\",\"labels\":{%s}"
        "},\"spec\":{\"providerID\":%s},\"status\":{\"conditions\":[{\"type\":\"Ready\","
        "\"status\":\"%s\"}]}}",
        name, label, id, PICK(e, "True", "True", "False"));
}

static UNUSED const char *edit_secret(struct edits *e, struct arena *a, const char *ns,
                                      const char *name)
{
    const struct pem *crt = &e->certs[one_in(e, 2) ? 0 : below(e, EDIT_CERTS)];
    const struct pem *key = one_in(e, 9) ? &e->certs[0] : crt;
    struct buf b CLEANUP(buf_done) = { 0 };
    buf_addf(
        &b,
        "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"%s\",\"namespace\":"
        "\"%s\"},\"stringData\":{\"tls.crt\":",
        name, ns);
    buf_add_json(&b, crt->crt);
    buf_adds(&b, ",\"tls.key\":");
    buf_add_json(&b, key->key);
    buf_adds(&b, "}}");
    return buf_keep(&b, a);
}

static UNUSED const char *edit_config_map(struct edits *e, struct arena *a, const char *ns,
                                          const char *name)
{
    return arena_fmt(a,
                     "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"%s\","
                     "\"namespace\":\"%s\"},\"data\":{%s}}",
                     name, ns,
                     PICK(e, "\"scriptContent\":\"pass\"", "\"scriptContent\":\"if true\\nend\"",
                          "\"scriptContent\":7", ""));
}

/* ---- changes --------------------------------------------------------------------------------- */

/* What may be there: kinds as often as they are to change. */
static UNUSED struct translate_object edit_pick(struct edits *e, struct arena *a)
{
    static const enum object_kind kinds[] = {
        OBJECT_ALB_CONFIG,     OBJECT_INGRESS_CLASS,  OBJECT_INGRESS,    OBJECT_INGRESS,
        OBJECT_INGRESS,        OBJECT_INGRESS,        OBJECT_SERVICE,    OBJECT_SERVICE,
        OBJECT_ENDPOINT_SLICE, OBJECT_ENDPOINT_SLICE, OBJECT_ENDPOINTS,  OBJECT_POD,
        OBJECT_NODE,           OBJECT_SECRET,         OBJECT_CONFIG_MAP,
    };
    struct translate_object o = { .kind = kinds[below(e, COUNT(kinds))] };
    o.ns = pick_ns(e);
    switch (o.kind) {
    case OBJECT_ALB_CONFIG: o.name = pick_config(e); break;
    case OBJECT_INGRESS_CLASS: o.name = PICK(e, "alb", "beta"); break;
    case OBJECT_INGRESS: o.name = PICK(e, "w-1", "w-2", "w-3", "w-4"); break;
    case OBJECT_SERVICE:
    case OBJECT_ENDPOINTS: o.name = pick_service(e); break;
    case OBJECT_ENDPOINT_SLICE: o.name = PICK(e, "t-1", "t-2", "t-3", "t-4"); break;
    case OBJECT_SECRET: o.name = PICK(e, "s-1", "s-2"); break;
    case OBJECT_CONFIG_MAP: o.name = PICK(e, "m-1", "m-2"); break;
    case OBJECT_NODE: o.name = arena_fmt(a, "n-%zu", below(e, 3)); break;
    case OBJECT_POD: o.name = arena_fmt(a, "p-%zu", below(e, 3)); break;
    case OBJECT_UNSET: break;
    }
    if (o.kind == OBJECT_ALB_CONFIG || o.kind == OBJECT_INGRESS_CLASS || o.kind == OBJECT_NODE)
        o.ns = "";
    return o;
}

static UNUSED const char *edit_text(struct edits *e, struct arena *a,
                                    const struct translate_object *o)
{
    switch (o->kind) {
    case OBJECT_ALB_CONFIG: return edit_config(e, a, o->name);
    case OBJECT_INGRESS_CLASS: return edit_class(e, a, o->name);
    case OBJECT_INGRESS: return edit_ingress(e, a, o->ns, o->name);
    case OBJECT_SERVICE: return edit_service(e, a, o->ns, o->name);
    case OBJECT_ENDPOINTS: return edit_endpoints(e, a, o->ns, o->name);
    case OBJECT_ENDPOINT_SLICE: return edit_slice(e, a, o->ns, o->name);
    case OBJECT_SECRET: return edit_secret(e, a, o->ns, o->name);
    case OBJECT_CONFIG_MAP: return edit_config_map(e, a, o->ns, o->name);
    case OBJECT_NODE: return edit_node(e, a, o->name);
    case OBJECT_POD: return edit_pod(e, a, o->ns, o->name);
    case OBJECT_UNSET: break;
    }
    return "";
}

/* One object comes, changes or goes. */
static UNUSED struct translate_object edit_object(struct edits *e, struct arena *a,
                                                  struct object_set *set)
{
    struct translate_object o = edit_pick(e, a);
    if (one_in(e, 7)) {
        (void)object_set_remove(set, o.kind, o.ns, o.name);
        return o;
    }
    cJSON *json = cJSON_Parse(edit_text(e, a, &o));
    assert_non_null(json);
    object_set_replace(set, json, arena_fmt(a, "e.yaml:%zu", below(e, 3)));
    return o;
}

/* One fact is learned, forgotten or another. */
static UNUSED struct fact_need edit_fact(struct edits *e, struct arena *a, struct fact_set *set)
{
    static const char certificates[] = "[{\"id\":1,\"name\":\"x\",\"names\":[\"*.b.com\"],\"end\":"
                                       "\"2026-01-05\",\"fingerprint\":\"A\"},"
                                       "{\"id\":2,\"name\":\"y\",\"names\":[\"a.com\"],\"end\":"
                                       "\"2026-12-31\",\"fingerprint\":\"B\"}]";
    struct fact f = { .kind = FACT_ENI, .value = "", .value2 = "" };
    if (one_in(e, 3)) {
        f.kind = FACT_VSWITCH;
        f.key = arena_fmt(a, "vsw-%zu", 1 + below(e, 3));
        f.value = PICK(e, "z-1", "z-1", "z-1", "z-2", "z-2", "");
        f.value2 = PICK(e, "vpc-1", "vpc-1", "vpc-1", "vpc-1", "vpc-2");
    } else if (one_in(e, 3)) {
        f.kind = FACT_CERTIFICATES;
        f.key = FACT_ALL;
        f.value = PICK(e, certificates, certificates, "[]");
    } else if (one_in(e, 3)) {
        f.kind = FACT_SERVER_GROUP;
        f.key = PICK(e, "sgp-1", "sgp-2");
        f.value = PICK(e, "{\"type\":\"Instance\",\"vpc\":\"vpc-1\"}", "{\"type\":\"Ip\"}",
                       "{\"cluster\":\"other\"}", "");
    } else {
        f.key = arena_fmt(a, "vpc-1/10.0.0.%zu", 1 + below(e, 4));
        f.value = PICK(e, "eni-1", "eni-2", "");
    }
    size_t kept = 0;
    for (size_t i = 0; i < set->items.len; i++)
        if (set->items.items[i].kind != f.kind || strcmp(set->items.items[i].key, f.key) != 0)
            set->items.items[kept++] = set->items.items[i];
    set->items.len = kept;
    if (!one_in(e, 4))
        *LIST_PUSH(a, &set->items) = f;
    fact_sort(set);
    return (struct fact_need){ f.kind, f.key };
}
