/* rule.c - the rules of each listener: the routes of all its Ingresses in their order
 * (alb-ingress.md §C.1, §C.4, §C.11). */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "translate_priv.h"

enum { TLS_PORT = 443 }; /* where ssl-redirect leads, whatever the protocol there */

/* A listener, while its rules are made. */
struct listener {
    const struct config *c;
    const struct config_listener *spec;
    struct map *keys; /* rule key: how many have it, as int64_t */
    int64_t position;
};

static int compare_members(const void *x, const void *y)
{
    const struct ingress *a = *(struct ingress *const *)x, *b = *(struct ingress *const *)y;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    return strcmp(a->sort_key, b->sort_key);
}

/* The key of a rule, which tells it from earlier ones of the listener that are like it. */
static const char *find_key(struct tr *t, struct listener *l, const struct alb_rule *rule)
{
    const char *key = rule_key(t->a, l->spec->key, rule, 1);
    int64_t *n = map_get(l->keys, key);
    if (!n) {
        n = arena_alloc(t->a, sizeof *n);
        map_put(l->keys, key, n);
    }
    return ++*n > 1 ? rule_key(t->a, l->spec->key, rule, *n) : key;
}

static void add_rule(struct tr *t, struct listener *l, const struct ingress *ing,
                     const struct route *r)
{
    struct alb_rule *rule = arena_alloc(t->a, sizeof *rule);
    rule->direction = ALB_DIRECTION_REQUEST;
    rule->conditions.items = r->conditions.items;
    rule->conditions.len = r->conditions.len;
    if (ing->placement.ssl_redirect && l->spec->port != TLS_PORT) {
        *LIST_PUSH(t->a, &rule->actions) = ssl_redirect_action();
    } else {
        rule->actions.items = r->actions.items;
        rule->actions.len = r->actions.len;
        for (size_t i = 0; i < r->groups.len; i++)
            group_translate(t, l->c, ing, r, &r->groups.items[i]);
    }
    *LIST_PUSH(t->a, &t->out->desired.rows) = (struct resource){ .lb = l->c->lb,
                                                                 .kind = RESOURCE_RULE,
                                                                 .key = find_key(t, l, rule),
                                                                 .parent = l->spec->key,
                                                                 .desired = rule,
                                                                 .desired_from = r->from,
                                                                 .position = ++l->position,
                                                                 .ours = true };
}

static void listener_rules(struct tr *t, const struct config *c, const struct config_listener *spec)
{
    struct map keys CLEANUP(map_done) = { 0 };
    struct listener l = { .c = c, .spec = spec, .keys = &keys };
    for (size_t i = 0; i < c->members.len; i++) {
        const struct ingress *ing = c->members.items[i];
        if (!port_wanted(&ing->placement, spec->port, spec->protocol))
            continue;
        for (size_t j = 0; j < ing->routes.len; j++)
            if (port_takes_host(&ing->placement, spec->protocol, ing->routes.items[j].host))
                add_rule(t, &l, ing, &ing->routes.items[j]);
    }
}

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
        if (c->listeners.items[i].left_out)
            problem(&s, &at, "listener %s of %s cannot be translated; correct it first", key,
                    subject_from(t->a, c->obj));
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
    if (c->members.len)
        qsort(c->members.items, c->members.len, sizeof *c->members.items, compare_members);
    for (size_t i = 0; i < c->listeners.len; i++)
        if (!c->listeners.items[i].left_out)
            listener_rules(t, c, &c->listeners.items[i]);
    for (size_t i = 0; i < c->members.len; i++)
        check_ports(t, c, c->members.items[i]);
}
