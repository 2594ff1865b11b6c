/* endpoint.c - the servers of a group: the pods behind a Service's port, as elastic network
 * interfaces or, on request, as plain addresses (alb-ingress.md §D.5, ENI mode). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "translate_priv.h"

enum { SERVER_WEIGHT = 100 };

static const char backend_type[] = "service.beta.kubernetes.io/backend-type";

static int compare_servers(const void *x, const void *y)
{
    const struct alb_server *a = x, *b = y;
    int c = strcmp(a->ip, b->ip);
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

/* The interface that has the address; NULL while that is not known, or when there is none. */
static const char *find_interface(struct tr *t, const struct config *c, const struct service *svc,
                                  const char *ip)
{
    if (!c->vpc_known)
        return NULL; /* asked for once the VPC is known */
    const char *key = arena_fmt(t->a, "%s/%s", c->vpc, ip);
    const struct fact *f = fact_find(t->in->facts, FACT_ENI, key);
    if (!f) {
        need(t, FACT_ENI, key);
        return NULL;
    }
    if (*f->value)
        return f->value;
    struct subject s = { .t = t, .obj = svc->obj };
    warn(&s, NULL,
         "no network interface in VPC %s has the address %s, so it gets no requests; correct the "
         "address, or use the annotation %sserver-group-type: Ip on the Ingress",
         c->vpc, ip, ANNOTATION_PREFIX);
    return NULL;
}

static void add_server(struct tr *t, const struct config *c, const struct ingress *ing,
                       const struct service *svc, const struct endpoint *e, server_list *out)
{
    bool plain = ing->settings.type == ALB_GROUP_TYPE_IP;
    const char *id = plain ? e->ip : find_interface(t, c, svc, e->ip);
    if (id)
        *LIST_PUSH(t->a, out) =
            (struct alb_server){ .type = plain ? ALB_SERVER_TYPE_IP : ALB_SERVER_TYPE_ENI,
                                 .id = id,
                                 .ip = e->ip,
                                 .port = { .val = e->port, .set = true },
                                 .weight = { .val = SERVER_WEIGHT, .set = true } };
}

/* The Service and the port's name in it, NULL when the addresses cannot be known. */
static const char *find_port(struct tr *t, const struct service *svc, const struct ingress *ing,
                             const struct route *r, const struct group_ref *ref)
{
    struct subject of_ingress = { .t = t, .obj = ing->obj };
    struct subject of_service = { .t = t, .obj = svc->obj };
    struct place path = { .name = r->where };
    struct place at = { .up = &path, .name = "backend" };
    const struct service_port *port = service_port_by_number(svc, ref->port);
    if (!svc->obj)
        warn(&of_ingress, &at,
             "there is no Service %s/%s, so the servers of its group stay as they are; create it, "
             "or name another",
             ing->obj->ns, ref->service);
    else if (svc->bad)
        return NULL; /* there is a problem that says so */
    else if (svc->external)
        warn(&of_service, NULL,
             "ALB cannot reach what a Service of type ExternalName names; use another type");
    else if (!port)
        warn(&of_ingress, &at,
             "backend not found: unable to find port %" PRId64 " on service %s/%s, so the servers "
             "of its group stay as they are",
             ref->port, ing->obj->ns, ref->service);
    else if (!svc->endpoints.items)
        warn(&of_service, NULL,
             "no EndpointSlice and no Endpoints object tells its addresses, so the servers of its "
             "groups stay as they are");
    else
        return port->name ? port->name : "";
    return NULL;
}

void servers_find(struct tr *t, const struct config *c, const struct ingress *ing,
                  const struct route *r, const struct group_ref *ref, server_list *out)
{
    const struct service *svc = service_find(t, ing->obj->ns, ref->service);
    const char *port = find_port(t, svc, ing, r, ref);
    if (!port)
        return;
    const char *type = object_annotation(svc->obj, backend_type);
    if (type && *type && strcmp(type, "eni") != 0) {
        struct subject s = { .t = t, .obj = svc->obj };
        warn(&s, &(struct place){ .name = "metadata.annotations[backend-type]" },
             "\"%s\" is not supported yet; its pods are reached directly, as with \"eni\"", type);
    }
    out->items = list_grow(t->a, NULL, 0, sizeof *out->items);
    for (size_t i = 0; i < svc->endpoints.len; i++)
        if (!strcmp(svc->endpoints.items[i].port_name, port))
            add_server(t, c, ing, svc, &svc->endpoints.items[i], out);
    sort_once_each(out);
}
