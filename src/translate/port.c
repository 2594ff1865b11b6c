/* port.c - which listeners an Ingress asks for, and which of its rules go on which
 * (alb-ingress.md §C.2, §C.4). */
#include <string.h>
#include <strings.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

enum { TLS_PORT = 443 }; /* where ssl-redirect leads */

static void add_port(struct subject *s, struct placement *p, int64_t port,
                     enum alb_protocol protocol, const char *why)
{
    if (!port_wanted(p, port, protocol))
        *LIST_PUSH(s->t->a, &p->ports) =
            (struct listen_port){ .port = port, .protocol = protocol, .why = why };
}

bool port_wanted(const struct placement *p, int64_t port, enum alb_protocol protocol)
{
    for (size_t i = 0; i < p->ports.len; i++)
        if (p->ports.items[i].port == port && p->ports.items[i].protocol == protocol)
            return true;
    return false;
}

static enum alb_protocol find_protocol(const char *name)
{
    static const enum alb_protocol listeners[] = { ALB_PROTOCOL_HTTP, ALB_PROTOCOL_HTTPS,
                                                   ALB_PROTOCOL_QUIC };
    for (size_t i = 0; i < COUNT(listeners); i++)
        if (!strcasecmp(name, alb_protocol_name(listeners[i])))
            return listeners[i];
    return ALB_PROTOCOL_UNSET;
}

/* One entry of the list: {"HTTP":80}, or several protocols in one. */
static void add_entry(struct subject *s, const struct place *at, struct placement *p,
                      const cJSON *entry)
{
    if (!cJSON_IsObject(entry)) {
        problem(s, at, "this is %s; give a map as {\"HTTPS\":443}", json_kind(entry));
        return;
    }
    const cJSON *v;
    cJSON_ArrayForEach (v, entry) {
        struct place here = { .up = at, .name = v->string };
        enum alb_protocol protocol = find_protocol(v->string);
        bool number = json_is_int(v) && v->valuedouble >= 1 && v->valuedouble <= 65535;
        if (protocol == ALB_PROTOCOL_UNSET)
            problem(s, &here, "this protocol is not known; give HTTP, HTTPS or QUIC");
        else if (!number)
            problem(s, &here, "this is no port; give a number from 1 to 65535, without quotes");
        else
            add_port(s, p, (int64_t)v->valuedouble, protocol, place_text(s->t->a, at->up));
    }
}

static void add_listed(struct subject *s, struct placement *p, const char *text)
{
    struct place at = annotation_place(s->t->a, "listen-ports");
    struct error err;
    cJSON *json CLEANUP(json_done) = NULL;
    if (!json_parse(text, strlen(text), &json, &err)) {
        problem(s, &at, "%s; give a list as [{\"HTTP\":80},{\"HTTPS\":443}]", err.msg);
        return;
    }
    if (!cJSON_IsArray(json) || !json->child) {
        problem(s, &at,
                "this is no list with entries; give one as [{\"HTTP\":80},{\"HTTPS\":443}]");
        return;
    }
    size_t before = p->ports.len, i = 0;
    const cJSON *entry;
    cJSON_ArrayForEach (entry, json)
        add_entry(s, &(struct place){ .up = &at, .index = i++ }, p, entry);
    if (p->ports.len == before && !p->ssl_redirect && !s->n_problems)
        problem(s, &at, "the entries name no port; give a list as [{\"HTTP\":80}]");
}

static void add_inferred(struct subject *s, struct placement *p, const char *const *hosts, size_t n)
{
    bool tls = map_count(&p->tls_hosts) > 0, plain = false;
    for (size_t i = 0; i < n; i++)
        plain = plain || (hosts[i] && !map_get(&p->tls_hosts, hosts[i]));
    if (plain || !tls)
        add_port(s, p, 80, ALB_PROTOCOL_HTTP, "spec.rules");
    if (tls)
        add_port(s, p, 443, ALB_PROTOCOL_HTTPS, "spec.tls");
}

/* Nobody may answer where the requests are sent; but another Ingress may. */
static void check_redirect(struct subject *s, const struct placement *p)
{
    struct place at = annotation_place(s->t->a, "ssl-redirect");
    if (p->ssl_redirect && !port_wanted(p, TLS_PORT, ALB_PROTOCOL_HTTPS))
        warn(s, &at,
             "it sends requests to HTTPS on port 443, where this Ingress has no rules; give "
             "spec.tls with hosts, or {\"HTTPS\":443} in listen-ports, unless another Ingress has "
             "rules there for its hosts");
}

void ports_find(struct subject *s, struct placement *p, const char *const *hosts, size_t n)
{
    const char *listed = annotation(s->obj, "listen-ports");
    p->explicit_ports = listed && listed[strspn(listed, " \t\r\n")];
    p->ssl_redirect = annotation_is_true(s, "ssl-redirect", true);
    if (p->ssl_redirect)
        add_port(s, p, 80, ALB_PROTOCOL_HTTP, annotation_place(s->t->a, "ssl-redirect").name);
    if (p->explicit_ports)
        add_listed(s, p, listed);
    else
        add_inferred(s, p, hosts, n);
    check_redirect(s, p);
}

bool port_takes_host(const struct placement *p, enum alb_protocol protocol, const char *host)
{
    if (!host || p->ssl_redirect || p->explicit_ports)
        return true;
    bool tls = map_get(&p->tls_hosts, host);
    if (protocol == ALB_PROTOCOL_HTTPS)
        return tls || !p->has_tls;
    return protocol == ALB_PROTOCOL_HTTP ? !tls : true;
}
