/* protocol.c - what backends speak: the annotations backend-protocol and
 * backend-svcs-protocols, and which listeners that goes with (alb-ingress.md §A.2). */
#include <inttypes.h>
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

enum { TLS_PORT = 443 };

static enum alb_protocol find_protocol(const char *name)
{
    static const enum alb_protocol backends[] = { ALB_PROTOCOL_HTTP, ALB_PROTOCOL_HTTPS,
                                                  ALB_PROTOCOL_GRPC };
    for (size_t i = 0; i < COUNT(backends); i++)
        if (!strcasecmp(name, alb_protocol_name(backends[i])))
            return backends[i];
    return ALB_PROTOCOL_UNSET;
}

static void read_services(struct subject *s, struct ingress *ing)
{
    static const char name[] = "backend-svcs-protocols";
    cJSON *json CLEANUP(json_done) = annotation_json(s, name, "a map as {\"tea\":\"grpc\"}");
    struct place at = annotation_place(s->t->a, name);
    if (json && !cJSON_IsObject(json)) {
        problem(s, &at, "this is %s; give a map as {\"tea\":\"grpc\"}", json_kind(json));
        return;
    }
    const cJSON *v;
    cJSON_ArrayForEach (v, json) {
        struct place here = { .up = &at, .name = v->string };
        enum alb_protocol p = cJSON_IsString(v) ? find_protocol(v->valuestring) : 0;
        if (p == ALB_PROTOCOL_UNSET)
            problem(s, &here, "this is no protocol of a backend; give http, https or grpc");
        *LIST_PUSH(s->t->a, &ing->protocols) =
            (struct service_protocol){ .service = arena_strdup(s->t->a, v->string), .protocol = p };
    }
}

void protocol_read(struct subject *s, struct ingress *ing)
{
    const char *text = annotation_text(s, "backend-protocol");
    struct place at = annotation_place(s->t->a, "backend-protocol");
    ing->protocol = text ? find_protocol(text) : ALB_PROTOCOL_HTTP;
    if (ing->protocol == ALB_PROTOCOL_UNSET)
        problem(s, &at, "\"%s\" is not known; give http, https or grpc", text);
    read_services(s, ing);
}

enum alb_protocol protocol_of(const struct ingress *ing, const char *service)
{
    for (size_t i = 0; i < ing->protocols.len; i++)
        if (!strcmp(ing->protocols.items[i].service, service))
            return ing->protocols.items[i].protocol;
    return ing->protocol;
}

/* ---- listeners ------------------------------------------------------------------------------- */

static bool uses(const struct ingress *ing, enum alb_protocol protocol)
{
    for (size_t i = 0; i < ing->routes.len; i++)
        for (size_t k = 0; k < ing->routes.items[i].groups.len; k++)
            if (protocol_of(ing, ing->routes.items[i].groups.items[k].service) == protocol)
                return true;
    return false;
}

static void check_port(struct subject *s, const struct ingress *ing, const struct listen_port *p,
                       const struct place *at)
{
    bool redirected = ing->placement.ssl_redirect && p->port != TLS_PORT;
    const char *listener = alb_protocol_name(p->protocol);
    if (redirected || p->protocol == ALB_PROTOCOL_HTTPS)
        return;
    if (uses(ing, ALB_PROTOCOL_GRPC))
        problem(s, at,
                "'grpc' backend protocol must be use TLS listener only or redirect to, but the "
                "rules go on %" PRId64 "/%s too; name only HTTPS ports in listen-ports",
                p->port, listener);
    else if (uses(ing, ALB_PROTOCOL_HTTPS) && p->protocol == ALB_PROTOCOL_QUIC)
        problem(s, at,
                "a QUIC listener reaches HTTP backends only; name only HTTP and HTTPS ports in "
                "listen-ports");
    else if (uses(ing, ALB_PROTOCOL_HTTPS))
        warn(s, at,
             "an HTTP listener may refuse HTTPS backends (the documents disagree); name an HTTPS "
             "port in listen-ports if it does");
}

/* The groups of a rule must have one: alb-semantics.md §6. */
static void check_route(struct subject *s, const struct ingress *ing, const struct route *r,
                        const struct place *at)
{
    for (size_t i = 1; i < r->groups.len; i++) {
        const char *first = r->groups.items[0].service, *service = r->groups.items[i].service;
        if (protocol_of(ing, service) == protocol_of(ing, first))
            continue;
        problem(s, at,
                "%s leads to %s by %s and to %s by %s, and ALB takes one protocol in a rule; give "
                "both the same",
                r->where, first, alb_protocol_name(protocol_of(ing, first)), service,
                alb_protocol_name(protocol_of(ing, service)));
        return;
    }
}

void protocol_check(struct subject *s, const struct ingress *ing)
{
    struct place at = annotation_place(s->t->a, ing->protocols.len ? "backend-svcs-protocols"
                                                                   : "backend-protocol");
    for (size_t i = 0; ing->protocols.len && i < ing->routes.len; i++)
        check_route(s, ing, &ing->routes.items[i], &at);
    for (size_t i = 0; i < ing->placement.ports.len; i++)
        check_port(s, ing, &ing->placement.ports.items[i], &at);
}
