/* objects.c - the objects of a world as JSON, as a watch would bring them. */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "alb-agent/buf.h"
#include "alb-agent/json.h"
#include "sim.h"

static cJSON *parsed(struct buf *b)
{
    cJSON *json = cJSON_Parse(buf_str(b));
    buf_done(b);
    if (!json)
        abort();
    return json;
}

cJSON *object_balancer(const struct world *w, size_t i)
{
    struct buf b = { 0 };
    buf_addf(&b,
             "{\"apiVersion\":\"alibabacloud.com/v1\",\"kind\":\"AlbConfig\",\"metadata\":{"
             "\"name\":\"lb%zu\",\"resourceVersion\":\"%u\"%s%s},\"spec\":{\"config\":{"
             "\"name\":\"lb%zu\",\"addressType\":\"Internet\","
             "\"zoneMappings\":[{\"vSwitchId\":\"vsw-1\"},{\"vSwitchId\":\"vsw-2\"}]},"
             "\"listeners\":[{\"port\":80,\"protocol\":\"HTTP\",\"idleTimeout\":%u}%s%s]}}",
             i, w->version,
             i == 1 ? ",\"annotations\":{\"alb-agent/rule-order\":\"specification\"}" : "",
             w->lives[i] == LIFE_GOING ? ",\"deletionTimestamp\":\"2026-01-01T00:00:00Z\"" : "", i,
             w->idle_timeout[i], w->second[i] ? ",{\"port\":8080,\"protocol\":\"HTTP\"}" : "",
             w->https[i] ? ",{\"port\":443,\"protocol\":\"HTTPS\"}" : "");
    return parsed(&b);
}

cJSON *object_class(size_t i)
{
    struct buf b = { 0 };
    buf_addf(&b,
             "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"IngressClass\",\"metadata\":{"
             "\"name\":\"lb%zu\"},\"spec\":{\"controller\":\"ingress.k8s.alibabacloud/alb\","
             "\"parameters\":{\"apiGroup\":\"alibabacloud.com\",\"kind\":\"AlbConfig\","
             "\"name\":\"lb%zu\"}}}",
             i, i);
    return parsed(&b);
}

static void add_route(struct buf *b, const struct sim_route *r, bool hostile, bool first)
{
    buf_addf(b,
             "%s{\"path\":\"%s\",\"pathType\":\"%s\",\"backend\":{\"service\":{\"name\":"
             "\"s%uv%u\",\"port\":{\"number\":80}}}}",
             first ? "" : ",", sim_path(r->path),
             hostile    ? "Nonsense"
             : r->exact ? "Exact"
                        : "Prefix",
             r->service, r->gen);
}

static void add_head(struct buf *b, const struct world *w, const char *name, size_t i)
{
    buf_addf(b,
             "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"Ingress\",\"metadata\":{"
             "\"name\":\"%s%zu\",\"namespace\":\"shop\",\"resourceVersion\":\"%u\"",
             name, i, w->version);
}

static void add_spec(struct buf *b, size_t lb, size_t host)
{
    buf_addf(b,
             "},\"spec\":{\"ingressClassName\":\"lb%zu\",\"rules\":[{\"host\":\"%s\",\"http\":{"
             "\"paths\":[",
             lb, sim_host(host));
}

cJSON *object_ingress(const struct world *w, size_t i)
{
    const struct sim_ingress *g = &w->ingresses[i];
    struct buf b = { 0 };
    bool first = true;
    add_head(&b, w, "i", i);
    add_spec(&b, g->lb, g->host);
    for (size_t k = 0; k < ROUTES; k++) {
        if (!g->routes[k].on)
            continue;
        add_route(&b, &g->routes[k], g->hostile, first);
        first = false;
    }
    buf_adds(&b, "]}}]}}");
    return parsed(&b);
}

cJSON *object_canary(const struct world *w, size_t i)
{
    const struct sim_canary *c = &w->canaries[i];
    struct buf b = { 0 };
    add_head(&b, w, "c", i);
    buf_addf(&b,
             ",\"annotations\":{\"alb.ingress.kubernetes.io/canary\":\"true\","
             "\"alb.ingress.kubernetes.io/canary-weight\":\"%u\"}",
             c->weight);
    add_spec(&b, c->lb, c->host);
    add_route(&b, &c->route, false, true);
    buf_adds(&b, "]}}]}}");
    return parsed(&b);
}

cJSON *object_service(const struct world *w, size_t i)
{
    struct buf b = { 0 };
    buf_addf(&b,
             "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"s%zuv%u\","
             "\"namespace\":\"shop\"},\"spec\":{\"type\":\"ClusterIP\",\"ports\":[{\"name\":"
             "\"http\",\"port\":80,\"targetPort\":8080}]}}",
             i, w->services[i].gen);
    return parsed(&b);
}

cJSON *object_slice(const struct world *w, size_t i)
{
    const struct sim_service *s = &w->services[i];
    struct buf b = { 0 };
    bool first = true;
    buf_addf(&b,
             "{\"apiVersion\":\"discovery.k8s.io/v1\",\"kind\":\"EndpointSlice\",\"metadata\":{"
             "\"name\":\"s%zuv%u-1\",\"namespace\":\"shop\",\"resourceVersion\":\"%u\",\"labels\":{"
             "\"kubernetes.io/service-name\":\"s%zuv%u\"}},\"addressType\":\"IPv4\",\"ports\":[{"
             "\"name\":\"http\",\"port\":8080,\"protocol\":\"TCP\"}],\"endpoints\":[",
             i, s->gen, w->version, i, s->gen);
    for (size_t k = 0; k < PODS; k++) {
        if (!(s->pods >> k & 1))
            continue;
        buf_addf(&b, "%s{\"addresses\":[\"10.0.%zu.%zu\"],\"conditions\":{\"ready\":true}}",
                 first ? "" : ",", i, k + 1);
        first = false;
    }
    buf_adds(&b, "]}");
    return parsed(&b);
}

void objects_all(const struct world *w, struct object_set *out)
{
    for (size_t i = 0; i < BALANCERS; i++) {
        if (w->lives[i] == LIFE_THERE || w->lives[i] == LIFE_GOING)
            object_set_add(out, object_balancer(w, i), "sim");
        object_set_add(out, object_class(i), "sim");
    }
    for (size_t i = 0; i < SERVICES; i++) {
        if (!w->services[i].on)
            continue;
        object_set_add(out, object_service(w, i), "sim");
        object_set_add(out, object_slice(w, i), "sim");
    }
    for (size_t i = 0; i < INGRESSES; i++)
        if (w->ingresses[i].there)
            object_set_add(out, object_ingress(w, i), "sim");
    for (size_t i = 0; i < CANARIES; i++)
        if (w->canaries[i].on)
            object_set_add(out, object_canary(w, i), "sim");
    tls_objects(w, out);
}
