/* rule.c - the rules of each listener: the routes of all its Ingresses in their order
 * (alb-ingress.md §C.4, §C.7, §C.11). */
#include <inttypes.h>
#include <string.h>

#include "cell_priv.h"
#include "rule_priv.h"

enum { TLS_PORT = 443 }; /* where ssl-redirect leads, whatever the protocol there */

/* A listener, while its rules are made. */
struct listener {
    const struct config *c;
    const struct config_listener *spec;
    struct canaries canaries;
    struct map digests; /* of rules: how many have it, as int64_t */
    reach_list made;
    struct quota_use *quota;
};

/* The key of a rule, which tells it from earlier ones of the listener that are like it. */
static const char *find_key(struct tr *t, struct listener *l, const struct route *r)
{
    int64_t *n = map_get(&l->digests, r->digest);
    if (!n) {
        n = arena_alloc(t->a, sizeof *n);
        map_put(&l->digests, r->digest, n);
    }
    return rule_key_of(t->a, l->spec->key, r->digest, ++*n);
}

static void add_groups(struct tr *t, const struct listener *l, const struct ingress *ing,
                       const struct route *r)
{
    for (size_t i = 0; i < r->groups.len; i++)
        group_translate(t, l->c, ing, r, &r->groups.items[i]);
}

static action_list find_actions(struct tr *t, const struct listener *l, const struct placed *p)
{
    if (p->ing->placement.ssl_redirect && l->spec->port != TLS_PORT
        && p->route->direction == ALB_DIRECTION_REQUEST)
        return p->route->redirected;
    action_list actions = p->route->actions;
    share_list shares = canary_split(t, &l->canaries, p->ing, p->route, &actions);
    add_groups(t, l, p->ing, p->route);
    for (size_t i = 0; i < shares.len; i++)
        group_translate(t, l->c, shares.items[i].ing, shares.items[i].route,
                        &shares.items[i].route->own);
    return actions;
}

static void add_rule(struct tr *t, struct listener *l, const struct placed *p)
{
    struct alb_rule *rule = arena_alloc(t->a, sizeof *rule);
    action_list actions = find_actions(t, l, p);
    rule->direction = p->route->direction;
    rule->conditions.items = p->route->conditions.items;
    rule->conditions.len = p->route->conditions.len;
    rule->actions.items = actions.items;
    rule->actions.len = actions.len;
    struct reach_rule *made = LIST_PUSH(t->a, &l->made);
    *made = (struct reach_rule){ .ing = p->ing, .route = p->route, .rule = rule };
    quota_add(t, made, l->quota);
    *LIST_PUSH(t->a, &t->out->desired.rows) = (struct resource){ .lb = l->c->lb,
                                                                 .kind = RESOURCE_RULE,
                                                                 .key = find_key(t, l, p->route),
                                                                 .parent = l->spec->key,
                                                                 .desired = rule,
                                                                 .desired_from = p->route->from,
                                                                 .position = (int64_t)l->made.len,
                                                                 .ours = true };
}

/* ---- which rules ----------------------------------------------------------------------------- */

/* What a listener of 'protocol' cannot do, or NULL. */
static const char *refusal(const struct ingress *ing, const struct route *r,
                           const struct config_listener *l)
{
    bool redirected = ing->placement.ssl_redirect && l->port != TLS_PORT;
    const action_list *actions = redirected ? &r->redirected : &r->actions;
    for (size_t i = 0; i < actions->len; i++) {
        const struct alb_rule_action *a = &actions->items[i];
        if (a->type == ALB_ACTION_LIMIT && a->limit.per_ip_qps.set
            && l->protocol == ALB_PROTOCOL_QUIC)
            return "a QUIC listener takes no limit for one address";
        if (a->type == ALB_ACTION_REDIRECT && l->protocol == ALB_PROTOCOL_HTTPS
            && !strcmp(a->redirect.protocol, "HTTP"))
            return "an HTTPS listener redirects to HTTPS only";
    }
    return NULL;
}

/* A rule that the listener cannot have is not made there; the Ingress keeps what it has. */
static bool listener_takes(struct tr *t, const struct listener *l, const struct ingress *ing,
                           const struct route *r)
{
    const char *why = refusal(ing, r, l->spec);
    struct subject s = { .t = t, .obj = ing->obj };
    if (!why)
        return true;
    problem(&s, &(struct place){ .name = r->where },
            "on listener %s: %s; name other ports in "
            "listen-ports",
            l->spec->key, why);
    hold(t, l->c->lb, l->spec->key, subject_name(t->a, ing->obj));
    return false;
}

static void gather(struct tr *t, const struct listener *l, const struct ingress *ing,
                   placed_list *out)
{
    if (ing->left_out || !port_wanted(&ing->placement, l->spec->port, l->spec->protocol))
        return;
    for (size_t i = 0; i < ing->routes.len; i++) {
        const struct route *r = &ing->routes.items[i];
        struct placed p = { .ing = ing, .route = r, .seq = out->len };
        if (port_takes_host(&ing->placement, l->spec->protocol, r->host)
            && canary_has_rule(t, &l->canaries, l->spec, ing, r) && listener_takes(t, l, ing, r))
            *LIST_PUSH(t->a, out) = p;
    }
}

static void listener_rules(struct tr *t, const struct config *c, const struct config_listener *spec,
                           struct quota_use *quota)
{
    struct listener l = { .c = c, .spec = spec, .quota = quota };
    placed_list rules = { 0 };
    canaries_find(t, c, spec, &l.canaries);
    for (size_t i = 0; i < c->members.len; i++)
        gather(t, &l, c->members.items[i], &rules);
    order_rules(c->order, &rules);
    for (size_t i = 0; i < rules.len; i++)
        add_rule(t, &l, &rules.items[i]);
    reach_check(t, spec->key, &l.made);
    canaries_done(&l.canaries);
    map_done(&l.digests);
}

/* ---- ports ----------------------------------------------------------------------------------- */

/* A port without a listener costs the Ingress only the rules there, and those that are
 * there already stay. */
static void check_port(struct tr *t, const struct config *c, const struct ingress *ing,
                       const struct listen_port *p)
{
    struct subject s = { .t = t, .obj = ing->obj };
    struct place at = { .name = p->why };
    const char *key = listener_key(t->a, p->port, p->protocol);
    for (size_t i = 0; i < c->listeners.len; i++) {
        if (strcmp(c->listeners.items[i].key, key) != 0)
            continue;
        if (!c->listeners.items[i].left_out && !c->listeners.items[i].certless)
            return;
        problem(&s, &at, "listener %s of %s cannot be translated; correct it first", key,
                subject_from(t->a, c->obj));
        if (c->listeners.items[i].left_out)
            hold(t, c->lb, key, subject_name(t->a, ing->obj));
        return;
    }
    problem(&s, &at,
            "listener is not exist in %s, port: %" PRId64 ", protocol: %s; add it to "
            "spec.listeners of the AlbConfig",
            c->name, p->port, alb_protocol_name(p->protocol));
    hold(t, c->lb, key, subject_name(t->a, ing->obj));
}

static void check_ports(struct tr *t, const struct config *c, const struct ingress *ing)
{
    for (size_t i = 0; ing->routes.len && i < ing->placement.ports.len; i++)
        check_port(t, c, ing, &ing->placement.ports.items[i]);
}

void rules_translate(struct tr *t, struct config *c)
{
    struct quota_use *quota = &t->unit->quota;
    order_members(c);
    canaries_check(t, c);
    for (size_t i = 0; i < c->listeners.len; i++)
        if (!c->listeners.items[i].left_out)
            listener_rules(t, c, &c->listeners.items[i], quota);
    for (size_t i = 0; i < c->members.len; i++)
        check_ports(t, c, c->members.items[i]);
    quota_warn(t, c, quota);
}
