/* service.c - Services and the addresses behind them, from EndpointSlices, or from
 * Endpoints where a Service has no slice (alb-ingress.md §D.5).  Each is read once. */
#include <string.h>

#include "alb-agent/json.h"
#include "cell_priv.h"

struct service_spec {
    const char *type, *external_policy;
    LIST_OF(struct service_port) ports;
};

struct slice_conditions {
    struct opt_bool ready, terminating;
};
struct target_ref {
    const char *kind, *name;
};
struct slice_endpoint {
    LIST_OF(const char *) addresses;
    struct slice_conditions conditions;
    const char *node;
    struct target_ref target;
};
struct slice_spec {
    const char *address_type;
    LIST_OF(struct slice_endpoint) endpoints;
    LIST_OF(struct service_port) ports;
};

struct subset_address {
    const char *ip, *node;
    struct target_ref target;
};
struct subset {
    LIST_OF(struct subset_address) addresses, not_ready;
    LIST_OF(struct service_port) ports;
};
struct endpoints_spec {
    LIST_OF(struct subset) subsets;
};

/* clang-format off */
#define SELF struct service_port
static const struct field service_port_fields[] = {
    STR(name,     "name"),
    INT(number,   "port", .min = 1, .max = 65535),
    STR(protocol, "protocol"),
    INT(node_port, "nodePort", .min = 0, .max = 65535),
};
static SCHEMA(service_port, "port");
#undef SELF

#define SELF struct service_spec
static const struct field service_spec_fields[] = {
    STR (type,  "type"),
    STR (external_policy, "externalTrafficPolicy"),
    LIST(ports, service_port, "ports"),
};
static SCHEMA(service_spec, "spec");
#undef SELF

#define SELF struct slice_conditions
static const struct field slice_conditions_fields[] = {
    BOOL(ready,       "ready"),
    BOOL(terminating, "terminating"),
};
static SCHEMA(slice_conditions, "conditions");
#undef SELF

#define SELF struct target_ref
static const struct field target_ref_fields[] = {
    STR(kind, "kind"),
    STR(name, "name"),
};
static SCHEMA(target_ref, "targetRef");
#undef SELF

#define SELF struct slice_endpoint
static const struct field slice_endpoint_fields[] = {
    STRS(addresses,  "addresses"),
    OBJ (conditions, slice_conditions, "conditions"),
    STR (node,       "nodeName"),
    OBJ (target,     target_ref, "targetRef"),
};
static SCHEMA(slice_endpoint, "endpoint");
#undef SELF

#define SELF struct slice_spec
static const struct field slice_spec_fields[] = {
    STR (address_type, "addressType", .flags = F_REQUIRED),
    LIST(endpoints,    slice_endpoint, "endpoints"),
    LIST(ports,        service_port, "ports"),
};
static SCHEMA(slice_spec, "EndpointSlice");
#undef SELF

#define SELF struct subset_address
static const struct field subset_address_fields[] = {
    STR(ip,     "ip", .flags = F_REQUIRED),
    STR(node,   "nodeName"),
    OBJ(target, target_ref, "targetRef"),
};
static SCHEMA(subset_address, "address");
#undef SELF

#define SELF struct subset
static const struct field subset_fields[] = {
    LIST(addresses, subset_address, "addresses"),
    LIST(not_ready, subset_address, "notReadyAddresses"),
    LIST(ports,     service_port, "ports"),
};
static SCHEMA(subset, "subset");
#undef SELF

#define SELF struct endpoints_spec
static const struct field endpoints_spec_fields[] = {
    LIST(subsets, subset, "subsets"),
};
static SCHEMA(endpoints_spec, "Endpoints");
#undef SELF
/* clang-format on */

static bool is_tcp(const struct service_port *p)
{
    return !p->protocol || !strcmp(p->protocol, "TCP");
}

static const char *text_or_empty(const char *text)
{
    return text ? text : "";
}

/* ---- addresses --------------------------------------------------------------------------- */

/* "10.0.0.1": four numbers of 0 to 255, without leading zeros. */
static bool is_ipv4(const char *ip)
{
    for (int part = 0; part < 4; part++) {
        char digits[4] = "";
        int64_t n = 0;
        size_t len = strspn(ip, "0123456789");
        if (len < 1 || len > 3 || (len > 1 && ip[0] == '0'))
            return false;
        memcpy(digits, ip, len);
        (void)text_to_int(digits, &n); /* it is one */
        if (n > 255 || ip[len] != (part < 3 ? '.' : '\0'))
            return false;
        ip += len + (part < 3);
    }
    return true;
}

static void add_endpoint(struct subject *s, const struct place *at, struct service *svc,
                         const struct subset_address *address, const struct service_port *port)
{
    const char *ip = address->ip;
    if (!is_ipv4(ip))
        problem(s, at, "\"%s\" is no IPv4 address", ip);
    else if (port->number.set && is_tcp(port))
        *LIST_PUSH(s->t->a, &svc->endpoints) = (struct endpoint){
            .ip = ip,
            .port_name = text_or_empty(port->name),
            .port = port->number.val,
            .node = address->node,
        };
}

static bool is_gated(const struct subject *s, const struct target_ref *target)
{
    return target->kind && !strcmp(target->kind, "Pod")
           && pod_waits_for_alb(s->t, s->obj->ns, target->name);
}

/* Ready unless it says otherwise; of several addresses of one endpoint the first is meant.
 * One that still serves while it terminates does not count: new requests go elsewhere. */
static bool takes_requests(const struct subject *s, const struct slice_endpoint *e)
{
    bool ready = !e->conditions.ready.set || e->conditions.ready.val;
    return e->addresses.len && !e->conditions.terminating.val && (ready || is_gated(s, &e->target));
}

static void load_slice(struct tr *t, struct service *svc, const struct object *obj)
{
    struct subject s = { .t = t, .obj = obj };
    struct slice_spec spec = { 0 };
    read_object(&s, NULL, &slice_spec_schema, &spec, object_body(obj), READ_EXACT);
    bool ipv4 = spec.address_type && !strcmp(spec.address_type, "IPv4");
    struct place at = { .name = "endpoints" };
    svc->other_family = svc->other_family || (!ipv4 && spec.endpoints.len);
    for (size_t i = 0; ipv4 && i < spec.endpoints.len; i++) {
        const struct slice_endpoint *e = &spec.endpoints.items[i];
        if (!takes_requests(&s, e))
            continue;
        struct subset_address address = { .ip = e->addresses.items[0], .node = e->node };
        for (size_t j = 0; j < spec.ports.len; j++)
            add_endpoint(&s, &(struct place){ .up = &at, .index = i }, svc, &address,
                         &spec.ports.items[j]);
    }
    svc->bad = svc->bad || s.n_problems;
}

static void load_subset(struct subject *s, const struct place *at, struct service *svc,
                        const struct subset *subset)
{
    size_t n = subset->addresses.len;
    for (size_t i = 0; i < n + subset->not_ready.len; i++) {
        const struct subset_address *a =
            i < n ? &subset->addresses.items[i] : &subset->not_ready.items[i - n];
        bool counts = a->ip && (i < n || is_gated(s, &a->target));
        for (size_t j = 0; counts && j < subset->ports.len; j++)
            add_endpoint(s, at, svc, a, &subset->ports.items[j]);
    }
}

static void load_endpoints(struct tr *t, struct service *svc, const struct object *obj)
{
    struct subject s = { .t = t, .obj = obj };
    struct endpoints_spec spec = { 0 };
    struct place at = { .name = "subsets" };
    read_object(&s, NULL, &endpoints_spec_schema, &spec, object_body(obj), READ_EXACT);
    for (size_t i = 0; i < spec.subsets.len; i++)
        load_subset(&s, &(struct place){ .up = &at, .index = i }, svc, &spec.subsets.items[i]);
    svc->bad = svc->bad || s.n_problems;
}

/* An object that names no address says that there is none; no object says nothing. */
static void load_addresses(struct tr *t, struct service *svc, const char *ns, const char *name)
{
    const object_list slices = look_slices(t, ns, name);
    const struct object *endpoints = slices.len ? NULL : look(t, OBJECT_ENDPOINTS, ns, name);
    if (!slices.len && !endpoints)
        return;
    svc->endpoints.items = list_grow(t->a, NULL, 0, sizeof *svc->endpoints.items);
    for (size_t i = 0; i < slices.len; i++)
        load_slice(t, svc, slices.items[i]);
    if (endpoints)
        load_endpoints(t, svc, endpoints);
}

/* ---- Services ------------------------------------------------------------------------------- */

static void load_service(struct tr *t, struct service *svc)
{
    struct subject s = { .t = t, .obj = svc->obj };
    struct service_spec spec = { 0 };
    struct place at = { .name = "spec" };
    read_object(&s, &at, &service_spec_schema, &spec, json_get(object_body(svc->obj), "spec"),
                READ_EXACT);
    svc->external = spec.type && !strcmp(spec.type, "ExternalName");
    svc->has_node_ports =
        spec.type && (!strcmp(spec.type, "NodePort") || !strcmp(spec.type, "LoadBalancer"));
    svc->local = spec.external_policy && !strcmp(spec.external_policy, "Local");
    svc->ports.items = spec.ports.items;
    svc->ports.len = spec.ports.len;
    svc->bad = s.n_problems > 0;
}

static struct service *read_service(struct tr *t, const char *ns, const char *name)
{
    struct service *svc = arena_alloc(t->a, sizeof *svc);
    svc->obj = look(t, OBJECT_SERVICE, ns, name);
    if (svc->obj)
        load_service(t, svc);
    return svc;
}

static const void *load(struct tr *t, const char *ns, const char *name)
{
    struct service *svc = read_service(t, ns, name);
    load_addresses(t, svc, ns, name);
    return svc;
}

const struct service *service_find(struct tr *t, const char *ns, const char *name)
{
    return cell_share(t, CELL_SERVICE, ns, name, load);
}

const struct service *service_spec(struct tr *t, const char *ns, const char *name)
{
    const char *key = arena_fmt(t->a, "%s/%s", ns, name);
    struct service *svc = map_get(&t->services, key);
    if (!svc) {
        svc = read_service(t, ns, name);
        map_put(&t->services, key, svc);
    }
    return svc;
}

const struct service_port *service_port_by_number(const struct service *svc, int64_t number)
{
    for (size_t i = 0; i < svc->ports.len; i++)
        if (is_tcp(&svc->ports.items[i]) && svc->ports.items[i].number.val == number)
            return &svc->ports.items[i];
    return NULL;
}

const struct service_port *service_port_by_name(const struct service *svc, const char *name)
{
    for (size_t i = 0; i < svc->ports.len; i++) {
        const struct service_port *p = &svc->ports.items[i];
        if (is_tcp(p) && p->number.set && p->name && !strcmp(p->name, name))
            return p;
    }
    return NULL;
}
