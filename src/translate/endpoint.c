/* endpoint.c - the servers of a group: the pods behind a Service's port, as elastic network
 * interfaces or, on request, as plain addresses, or the nodes that lead to them
 * (alb-ingress.md §D.4, §D.5). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "translate_priv.h"

enum { SERVER_WEIGHT = 100, MAX_SERVERS = 1000 /* of a group, §D.6 */ };

static const char backend_type[] = "service.beta.kubernetes.io/backend-type";

static int compare_servers(const void *x, const void *y)
{
    const struct alb_server *a = x, *b = y;
    int c = strcmp(a->ip ? a->ip : "", b->ip ? b->ip : "");
    if (!c)
        c = strcmp(a->id, b->id);
    if (c)
        return c;
    return a->port.val < b->port.val ? -1 : a->port.val > b->port.val;
}

static void sort_once_each(server_list *list)
{
    size_t n = 0;
    if (list->len)
        qsort(list->items, list->len, sizeof *list->items, compare_servers);
    for (size_t i = 0; i < list->len; i++)
        if (!n || compare_servers(&list->items[n - 1], &list->items[i]) != 0)
            list->items[n++] = list->items[i];
    list->len = n;
}

/* One group of one Service's port. */
struct backend_of {
    struct tr *t;
    const struct server_place *place;
    const struct service *svc;
    const struct service_port *port;
};

/* The interface that has the address; NULL while that is not known, or when there is none. */
static const char *find_interface(const struct backend_of *b, const char *ip)
{
    struct tr *t = b->t;
    const char *vpc = b->place->vpc;
    if (!vpc)
        return NULL; /* asked for once the VPC is known */
    const char *key = arena_fmt(t->a, "%s/%s", vpc, ip);
    const char *id = look_fact_value(t, FACT_ENI, key);
    if (!id) {
        need(t, FACT_ENI, key);
        return NULL;
    }
    if (*id)
        return arena_strdup(t->a, id);
    struct subject s = { .t = t, .obj = b->svc->obj };
    warn(&s, NULL,
         "no network interface in VPC %s has the address %s, so it gets no requests; correct the "
         "address, or use %s",
         vpc, ip, b->place->or_use);
    return NULL;
}

static void add_server(const struct backend_of *b, const struct endpoint *e, int64_t weight,
                       server_list *out)
{
    bool plain = b->place->type == ALB_GROUP_TYPE_IP;
    const char *id = plain ? e->ip : find_interface(b, e->ip);
    if (id)
        *LIST_PUSH(b->t->a, out) =
            (struct alb_server){ .type = plain ? ALB_SERVER_TYPE_IP : ALB_SERVER_TYPE_ENI,
                                 .id = id,
                                 .ip = e->ip,
                                 .port = { .val = e->port, .set = true },
                                 .weight = { .val = weight, .set = true } };
}

static bool is_reachable(struct tr *t, const struct service *svc)
{
    struct subject s = { .t = t, .obj = svc->obj };
    if (!svc->bad && svc->external)
        problem(&s, &(struct place){ .name = "spec.type" },
                "ALB cannot reach what a Service of type ExternalName names; use another type, or "
                "a server group of your own by serverGroupID in actions.%s",
                svc->obj->name);
    return !svc->bad && !svc->external; /* when it is bad there is a problem that says so */
}

/* The port of the Service that the rules of an Ingress name, NULL when there is none. */
static const struct service_port *find_port(struct tr *t, const struct service *svc,
                                            const struct ingress *ing, const struct route *r,
                                            const struct group_ref *ref)
{
    struct subject s = { .t = t, .obj = ing->obj };
    struct place path = { .name = r->where };
    struct place at = { .up = &path, .name = "backend" };
    const struct service_port *port = service_port_by_number(svc, ref->port);
    if (!svc->obj)
        warn(&s, &at,
             "there is no Service %s/%s, so the servers of its group stay as they are; create it, "
             "or name another",
             ing->obj->ns, ref->service);
    else if (is_reachable(t, svc) && !port)
        warn(&s, &at,
             "backend not found: unable to find port %" PRId64 " on service %s/%s, so the servers "
             "of its group stay as they are",
             ref->port, ing->obj->ns, ref->service);
    return svc->obj ? port : NULL;
}

/* ---- which servers ------------------------------------------------------------------------- */

static const char *port_name(const struct backend_of *b)
{
    return b->port->name ? b->port->name : "";
}

/* Its pods; 'on_virtual': only those on virtual nodes. */
static void add_pods(const struct backend_of *b, bool on_virtual, int64_t weight, server_list *out)
{
    for (size_t i = 0; i < b->svc->endpoints.len; i++) {
        const struct endpoint *e = &b->svc->endpoints.items[i];
        if (!strcmp(e->port_name, port_name(b)) && (!on_virtual || node_is_virtual(b->t, e->node)))
            add_server(b, e, weight, out);
    }
}

static const char *annotated_type(const struct backend_of *b)
{
    const char *type = object_annotation(b->svc->obj, backend_type);
    return type && *type ? type : NULL;
}

/* By the annotation backend-type, else the setting, else pods (§D.4).  A group of type Ip has
 * addresses alone. */
static bool leads_to_nodes(const struct backend_of *b)
{
    const char *own = annotated_type(b), *type = own ? own : b->t->in->backend_type;
    return type && strcmp(type, "eni") != 0 && b->place->type != ALB_GROUP_TYPE_IP;
}

static bool nodes_are_known(const struct backend_of *b)
{
    struct subject s = { .t = b->t, .obj = b->svc->obj };
    struct place at = { .name =
                            annotated_type(b)
                                ? "metadata.annotations[service.beta.kubernetes.io/backend-type]"
                                : "spec.type" };
    size_t n = 0;
    if (!b->svc->has_node_ports)
        problem(&s, &at,
                "cluster service type just support eni mode for alb ingress: give \"eni\" in the "
                "annotation service.beta.kubernetes.io/backend-type, or make it a Service of type "
                "NodePort");
    else if (!b->port->node_port.val)
        warn(&s, &(struct place){ .name = "spec.ports" },
             "port %" PRId64 " has no nodePort, so its servers stay as they are",
             b->port->number.val);
    else if (!look_all(b->t, OBJECT_NODE, &n))
        warn(&s, &at,
             "there is no Node among the objects, so the servers of its groups stay as they are");
    else
        return true;
    return false;
}

/* Nodes, and besides the pods on virtual nodes, which have no port there. */
static void add_nodes(const struct backend_of *b, server_list *out)
{
    int64_t port = b->port->node_port.val;
    if (b->svc->local)
        nodes_add_of_pods(b->t, b->svc, port_name(b), port, out);
    else
        nodes_add_all(b->t, b->svc, port, SERVER_WEIGHT, out);
    add_pods(b, true, b->svc->local ? 1 : SERVER_WEIGHT, out);
}

static void check_servers(const struct backend_of *b, server_list *out)
{
    struct subject s = { .t = b->t, .obj = b->svc->obj };
    if (!b->svc->endpoints.len && b->svc->other_family)
        warn(&s, NULL, "it has no IPv4 addresses, and ALB gets no others from here");
    if (out->len <= MAX_SERVERS)
        return;
    problem(&s, NULL,
            "port %" PRId64 " has %zu servers, and a group takes %d, so they stay as they are; "
            "spread them over several Services",
            b->port->number.val, out->len, MAX_SERVERS);
    *out = (server_list){ 0 };
}

static bool addresses_are_known(struct tr *t, const struct service *svc)
{
    struct subject s = { .t = t, .obj = svc->obj };
    if (!svc->endpoints.items)
        warn(&s, NULL,
             "no EndpointSlice and no Endpoints object tells its addresses, so the servers of its "
             "groups stay as they are");
    return svc->endpoints.items;
}

void servers_of_port(struct tr *t, const struct server_place *place, const struct service *svc,
                     const struct service_port *port, server_list *out)
{
    const struct backend_of b = { t, place, svc, port };
    if (!is_reachable(t, svc) || !addresses_are_known(t, svc)
        || (leads_to_nodes(&b) && !nodes_are_known(&b)))
        return;
    out->items = list_grow(t->a, NULL, 0, sizeof *out->items);
    if (leads_to_nodes(&b))
        add_nodes(&b, out);
    else
        add_pods(&b, false, SERVER_WEIGHT, out);
    sort_once_each(out);
    check_servers(&b, out);
}

void servers_find(struct tr *t, const struct config *c, const struct ingress *ing,
                  const struct route *r, const struct group_ref *ref, server_list *out)
{
    const struct server_place place = {
        .vpc = c->vpc_known ? c->vpc : NULL,
        .type = ing->settings.type,
        .or_use = "the annotation " ANNOTATION_PREFIX "server-group-type: Ip on the Ingress",
    };
    const struct service *svc = service_find(t, ing->obj->ns, ref->service);
    const struct service_port *port = find_port(t, svc, ing, r, ref);
    if (port)
        servers_of_port(t, &place, svc, port, out);
}
