/* node.c - nodes as servers, for Services whose pods are not reached directly: which nodes
 * count, and what they are called by ALB (alb-ingress.md §D.5, §A.8).
 *
 * The existing controller asks ECS which instance has a node's address.  A node says that
 * itself, in spec.providerID. */
#include <string.h>

#include "alb-agent/json.h"
#include "translate_priv.h"

static const char drop_unscheduled[] =
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-remove-unscheduled-backend";
static const char node_selector[] =
    "service.beta.kubernetes.io/alibaba-cloud-loadbalancer-backend-label";

/* An element of a list of maps whose 'member' is 'value', or NULL. */
static const cJSON *element_with(const cJSON *list, const char *member, const char *value)
{
    const cJSON *e;
    cJSON_ArrayForEach (e, list) {
        const char *text = json_str(e, member);
        if (text && !strcmp(text, value))
            return e;
    }
    return NULL;
}

static bool has_condition(const struct object *obj, const char *type)
{
    const cJSON *c = element_with(json_at(object_body(obj), "status.conditions"), "type", type);
    const char *status = json_str(c, "status");
    return status && !strcmp(status, "True");
}

/* ---- pods ----------------------------------------------------------------------------------- */

bool pod_waits_for_alb(const struct tr *t, const char *ns, const char *name)
{
    const struct object *pod = name ? look(t, OBJECT_POD, ns, name) : NULL;
    return pod && !object_is_going(pod)
           && element_with(json_at(object_body(pod), "spec.readinessGates"), "conditionType",
                           "target-health.alb.k8s.alibabacloud")
           && has_condition(pod, "ContainersReady");
}

/* ---- nodes ---------------------------------------------------------------------------------- */

static bool is_virtual(const struct object *node)
{
    const char *type = object_label(node, "type");
    return type && !strcmp(type, "virtual-kubelet");
}

static bool is_excluded(const struct object *node)
{
    static const char *const labels[] = {
        "node-role.kubernetes.io/master",
        "node-role.kubernetes.io/control-plane",
        "service.beta.kubernetes.io/exclude-node",
        "service.alibabacloud.com/exclude-node",
    };
    for (size_t i = 0; i < COUNT(labels); i++)
        if (object_label(node, labels[i]))
            return true;
    return element_with(json_at(object_body(node), "spec.taints"), "key",
                        "ToBeDeletedByClusterAutoscaler")
           || !has_condition(node, "Ready");
}

/* Does the node have every label of "a=b,c=d"? */
static bool has_labels(struct arena *a, const struct object *node, const char *selector)
{
    while (selector && *selector) {
        size_t n = strcspn(selector, ","), key_len = strcspn(selector, "=,");
        const char *value = object_label(node, arena_strndup(a, selector, key_len));
        const char *wanted = key_len < n ? selector + key_len + 1 : NULL;
        size_t wanted_len = wanted ? n - key_len - 1 : 0;
        if (!value
            || (wanted && (strlen(value) != wanted_len || strncmp(value, wanted, wanted_len) != 0)))
            return false;
        selector += n + (selector[n] == ',');
    }
    return true;
}

static bool is_wanted(struct tr *t, const struct service *svc, const struct object *node)
{
    const char *drop = object_annotation(svc->obj, drop_unscheduled);
    if (drop && !strcmp(drop, "on")
        && cJSON_IsTrue(json_at(object_body(node), "spec.unschedulable")))
        return false;
    return !is_excluded(node) && has_labels(t->a, node, object_annotation(svc->obj, node_selector));
}

/* "cn-hangzhou.i-bp1" gives "i-bp1". */
static const char *instance_of(struct tr *t, const struct object *node)
{
    const char *id = json_str(json_get(object_body(node), "spec"), "providerID");
    const char *dot = id ? strrchr(id, '.') : NULL;
    if (dot && !strncmp(dot + 1, "i-", 2))
        return dot + 1;
    struct subject s = { .t = t, .obj = node };
    warn(&s, &(struct place){ .name = "spec.providerID" },
         "it names no ECS instance (as \"cn-hangzhou.i-bp1\"), so the node gets no requests");
    return NULL;
}

/* ---- servers -------------------------------------------------------------------------------- */

bool node_is_virtual(const struct tr *t, const char *name)
{
    const struct object *node = name ? look(t, OBJECT_NODE, "", name) : NULL;
    return node && is_virtual(node);
}

static void add_node(struct tr *t, const struct object *node, int64_t port, int64_t weight,
                     server_list *out)
{
    const char *id = instance_of(t, node);
    if (id)
        *LIST_PUSH(t->a, out) = (struct alb_server){ .type = ALB_SERVER_TYPE_ECS,
                                                     .id = id,
                                                     .port = { .val = port, .set = true },
                                                     .weight = { .val = weight, .set = true } };
}

void nodes_add_all(struct tr *t, const struct service *svc, int64_t port, int64_t weight,
                   server_list *out)
{
    size_t n = 0;
    struct object *const *nodes = look_all(t, OBJECT_NODE, &n);
    for (size_t i = 0; i < n; i++)
        if (!is_virtual(nodes[i]) && is_wanted(t, svc, nodes[i]))
            add_node(t, nodes[i], port, weight, out);
}

/* A node's weight is the number of its pods: each pod gets as much as any other. */
void nodes_add_of_pods(struct tr *t, const struct service *svc, const char *port_name, int64_t port,
                       server_list *out)
{
    enum { MAX_WEIGHT = 100 };
    struct map seen CLEANUP(map_done) = { 0 }; /* node -> its struct opt_int of pods */
    LIST_OF(const struct object *) nodes = { 0 };
    for (size_t i = 0; i < svc->endpoints.len; i++) {
        const struct endpoint *e = &svc->endpoints.items[i];
        const struct object *node = e->node ? look(t, OBJECT_NODE, "", e->node) : NULL;
        if (!node || strcmp(e->port_name, port_name) != 0 || is_virtual(node)
            || !is_wanted(t, svc, node))
            continue;
        struct opt_int *pods = map_get(&seen, e->node);
        if (!pods) {
            pods = arena_alloc(t->a, sizeof *pods);
            map_put(&seen, e->node, pods);
            *LIST_PUSH(t->a, &nodes) = node;
        }
        pods->val += pods->val < MAX_WEIGHT;
    }
    for (size_t i = 0; i < nodes.len; i++) {
        const struct opt_int *pods = map_get(&seen, nodes.items[i]->name);
        add_node(t, nodes.items[i], port, pods->val, out);
    }
}
