/* uses.c - quotas of what listeners and rules use (alb-semantics.md §11): how many of them lead to
 * a group, how many servers a group has, how many a load balancer has (one that two rules lead to
 * counts twice), and how many rules lead to one address.
 *
 * Nothing is sent that would be too much with what is there now; what goes makes room for the next
 * plan.  What is there is read only when there is something to add. */
#include <string.h>

#include "rule_priv.h"

enum { GROUP_SERVERS = 1000 };

/* How many listeners and rules lead to a group, or an address. */
struct use {
    const char *name;
    const struct alb_server_group *group; /* as it is there, or NULL */
    size_t n, limit;
    size_t leaving; /* of a group: how many rules are to lead elsewhere */
    size_t lacking; /* ... and how many found no room in it */
};

static size_t count_servers(const struct use *u)
{
    return u->group ? u->group->servers.len : 0;
}

static struct use *add_use(struct planner *p, struct map *map, const char *key, size_t limit)
{
    struct use *u = arena_alloc(p->a, sizeof *u);
    u->name = key;
    u->limit = limit;
    map_put(map, key, u);
    return u;
}

static struct use *group_use(struct planner *p, const char *id)
{
    struct use *u = map_get(&p->uses.groups, id);
    if (u)
        return u;
    const struct resource *r = map_get(&p->by_id, id);
    u = add_use(p, &p->uses.groups, id, plan_limit(p, QUOTA_GROUP_USES, 0));
    if (r) {
        u->name = r->key;
        u->group = r->actual;
    }
    return u;
}

static struct use *address_use(struct planner *p, const struct alb_server *s)
{
    const char *address = s->ip ? s->ip : s->id ? s->id : "";
    struct use *u = map_get(&p->uses.addresses, address);
    return u ? u : add_use(p, &p->uses.addresses, address, plan_limit(p, QUOTA_SERVER_USES, 0));
}

/* Each address as often as rules lead to it.  Not read before there can be one too many. */
static void read_addresses(struct planner *p)
{
    const struct map_entry *cursor = NULL;
    void *value;
    if (p->uses.addresses_known)
        return;
    p->uses.addresses_known = true;
    while (map_next(&p->uses.groups, &cursor, &value)) {
        const struct use *g = value;
        for (size_t i = 0; i < count_servers(g); i++)
            address_use(p, &g->group->servers.items[i])->n += g->n;
    }
    cursor = NULL;
    while (map_next(&p->uses.addresses, &cursor, &value)) {
        struct use *u = value;
        u->limit = plan_limit(p, QUOTA_SERVER_USES, u->n);
    }
}

/* One more (or, 'less', one fewer) leads to a group. */
static void lead(struct planner *p, struct use *g, bool less)
{
    const size_t by = less ? (size_t)-1 : 1, n = count_servers(g);
    g->n += by;
    p->uses.servers += less ? (size_t)0 - n : n;
    for (size_t i = 0; p->uses.addresses_known && i < n; i++)
        address_use(p, &g->group->servers.items[i])->n += by;
}

/* ---- what a rule or listener leads to ---------------------------------------------------------
 */

struct led {
    struct arena *a;
    LIST_OF(const char *) ids; /* each once */
};

static void add_targets(struct led *led, const struct alb_target *targets, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *id = targets[i].group_id;
        size_t k = 0;
        while (k < led->ids.len && strcmp(led->ids.items[k], id) != 0)
            k++;
        if (k == led->ids.len)
            *LIST_PUSH(led->a, &led->ids) = id;
    }
}

static void add_actions(struct led *led, const struct alb_rule_action *actions, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct alb_rule_action *act = &actions[i];
        if (act->type == ALB_ACTION_FORWARD)
            add_targets(led, act->forward.targets.items, act->forward.targets.len);
        else if (act->type == ALB_ACTION_MIRROR)
            add_targets(led, act->mirror.groups.targets.items, act->mirror.groups.targets.len);
    }
}

static struct led led_by(struct planner *p, const struct alb_rule *rule)
{
    struct led led = { .a = p->a };
    if (rule)
        add_actions(&led, rule->actions.items, rule->actions.len);
    return led;
}

static bool leads_to(const struct led *led, const char *id)
{
    for (size_t i = 0; i < led->ids.len; i++)
        if (!strcmp(led->ids.items[i], id))
            return true;
    return false;
}

static void read_uses(struct planner *p)
{
    const struct map_entry *cursor = NULL;
    void *value;
    if (p->uses.known)
        return;
    p->uses.known = true;
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        struct led led = { .a = p->a };
        const struct alb_listener *l = r->kind == RESOURCE_LISTENER ? r->actual : NULL;
        if (l)
            add_actions(&led, l->default_actions.items, l->default_actions.len);
        else if (r->kind == RESOURCE_RULE)
            led = led_by(p, r->actual);
        for (size_t k = 0; k < led.ids.len; k++)
            lead(p, group_use(p, led.ids.items[k]), false);
    }
    while (map_next(&p->uses.groups, &cursor, &value)) {
        struct use *g = value;
        g->limit = plan_limit(p, QUOTA_GROUP_USES, g->n);
    }
    p->uses.limit = plan_limit(p, QUOTA_SERVERS_BASIC, p->uses.servers);
}

/* ---- servers ----------------------------------------------------------------------------------
 */

/* Why 'n' more rules may not lead to 's', or NULL. */
static const char *address_full(struct planner *p, const struct alb_server *s, size_t n)
{
    const struct use *u = address_use(p, s);
    if (u->n + n <= u->limit)
        return NULL;
    return arena_fmt(p->a, "room in the quota of %zu rules that may lead to server %s", u->limit,
                     u->name);
}

static const char *lb_full(struct planner *p, size_t n)
{
    if (p->uses.servers + n <= p->uses.limit)
        return NULL;
    return arena_fmt(p->a,
                     "room in the quota of %zu servers of a load balancer, of which each counts "
                     "for every rule that leads to it",
                     p->uses.limit);
}

static const char *server_full(struct planner *p, const struct use *g, size_t size,
                               const struct alb_server *s)
{
    if (size >= GROUP_SERVERS)
        return arena_fmt(p->a, "room in the quota of %d servers of a group", GROUP_SERVERS);
    const char *why = lb_full(p, g->n);
    if (why || !g->n || p->uses.servers + g->n <= plan_limit(p, QUOTA_SERVER_USES, 0))
        return why;
    read_addresses(p);
    return address_full(p, s, g->n);
}

size_t uses_take_servers(struct planner *p, const struct target *t, const struct alb_server *s,
                         size_t n, const char **why)
{
    const struct alb_server_group *have = t->have;
    read_uses(p);
    struct use *g = group_use(p, t->id);
    *why = NULL;
    for (size_t i = 0; i < n; i++) {
        *why = server_full(p, g, have->servers.len + i, &s[i]);
        if (*why)
            return i;
        p->uses.servers += g->n;
        if (p->uses.addresses_known)
            address_use(p, &s[i])->n += g->n;
    }
    return n;
}

/* ---- rules ------------------------------------------------------------------------------------
 */

/* Why no more may lead to a group, or NULL. */
static const char *group_full(struct planner *p, const struct use *g)
{
    if (g->n >= g->limit)
        return arena_fmt(p->a, "room in the quota of %zu rules that may lead to ServerGroup %s",
                         g->limit, g->name);
    const size_t n = count_servers(g);
    const char *why = lb_full(p, n);
    if (why || p->uses.servers + n <= plan_limit(p, QUOTA_SERVER_USES, 0))
        return why;
    read_addresses(p);
    for (size_t i = 0; i < n && !why; i++)
        why = address_full(p, &g->group->servers.items[i], 1);
    return why;
}

static struct led led_before(struct planner *p, const struct rule_op *op)
{
    return led_by(p, op->kind == STEP_CREATE ? NULL
                     : op->from_node         ? op->from_node->have
                                             : op->node->have);
}

static struct led led_after(struct planner *p, const struct rule_op *op)
{
    if (op->kind == STEP_DELETE)
        return (struct led){ .a = p->a };
    if (op->kind == STEP_UPDATE && !op->actions)
        return led_before(p, op);
    return led_by(p, op->node->want);
}

/* The first 'n' groups that a change leads to have one fewer again. */
static void give_back(struct planner *p, const struct rule_op *op, size_t n)
{
    const struct led old = led_before(p, op), new = led_after(p, op);
    for (size_t i = 0; i < n && i < new.ids.len; i++)
        if (!leads_to(&old, new.ids.items[i]))
            lead(p, group_use(p, new.ids.items[i]), true);
}

/* Takes the room that a change needs, or none, and says why; '*full' is the group that is. */
static const char *take(struct planner *p, const struct rule_op *op, struct use **full)
{
    const struct led old = led_before(p, op), new = led_after(p, op);
    const char *why = NULL;
    size_t n = 0;
    for (; n < new.ids.len && !why; n++) {
        struct use *g = group_use(p, new.ids.items[n]);
        if (leads_to(&old, new.ids.items[n]))
            continue;
        why = group_full(p, g);
        if (why && g->n >= g->limit)
            *full = g;
        lead(p, g, false);
    }
    if (why)
        give_back(p, op, n);
    return why;
}

static void note_leaving(struct planner *p, const struct rule_op *op)
{
    const struct led old = led_before(p, op), new = led_after(p, op);
    for (size_t i = 0; i < old.ids.len; i++)
        if (!leads_to(&new, old.ids.items[i]))
            group_use(p, old.ids.items[i])->leaving++;
}

/* Will there be room once all that is to leave has left? */
static bool will_fit(const struct use *full)
{
    return full && full->n + full->lacking <= full->limit + full->leaving;
}

static bool takes_more(const rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++)
        if (ops->items[i].kind == STEP_CREATE || ops->items[i].actions)
            return true;
    return false;
}

/* Does a change lead a rule away from a group that is full, and has to be? */
static bool leaves_full(struct planner *p, const struct rule_op *op)
{
    const struct led old = led_before(p, op), new = led_after(p, op);
    for (size_t i = 0; i < old.ids.len; i++) {
        struct use *g = group_use(p, old.ids.items[i]);
        if (!g->lacking || !will_fit(g) || leads_to(&new, old.ids.items[i]))
            continue;
        g->lacking--;
        g->leaving--;
        return true;
    }
    return false;
}

/* What is to leave a full group does so first, where nothing else can be done; not what itself
 * waits for room, or for something else.  False: there is no such change. */
static bool make_room(struct planner *p, rule_ops *ops, const bool *own)
{
    bool any = false;
    for (size_t i = 0; i < ops->len; i++) {
        struct rule_op *op = &ops->items[i];
        if (own[i] || !leaves_full(p, op))
            continue;
        op->early = op->harmful = any = true;
        op->waits = NULL;
        p->sum.hitless = false;
    }
    return any;
}

static bool all_wait(const rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++)
        if (!ops->items[i].waits)
            return false;
    return true;
}

static void warn_of_use(struct planner *p, const struct rule_op *op, const char *lacks)
{
    plan_warn(p, op->node->row,
              arena_fmt(p->a, "it waits for %s; raise the quota, or use fewer rules for a Service",
                        lacks));
}

/* Changes and the room for them. */
struct takers {
    const char **lacks; /* of a change: the room that it lacks, or NULL           */
    struct use **full;  /* ... the group that has none, or NULL                   */
    bool *own;          /* ... does it wait for itself, not for another change?   */
    bool any;           /* does one lack room?                                    */
    bool others;        /* does one wait for anything else?                       */
};

static struct takers take_all(struct planner *p, rule_ops *ops)
{
    struct takers t = { .any = false };
    t.lacks = arena_array(p->a, ops->len, sizeof *t.lacks);
    t.full = arena_array(p->a, ops->len, sizeof *t.full);
    t.own = arena_array(p->a, ops->len, sizeof *t.own);
    for (size_t i = 0; i < ops->len; i++) {
        struct rule_op *op = &ops->items[i];
        note_leaving(p, op);
        t.others = t.others || op->waits;
        if (!op->waits)
            op->waits = t.lacks[i] = take(p, op, &t.full[i]);
        t.own[i] = op->waits != NULL;
        t.any = t.any || t.lacks[i];
        if (t.full[i])
            t.full[i]->lacking++;
    }
    return t;
}

void uses_rules(struct planner *p, rule_ops *ops)
{
    if (!takes_more(ops))
        return;
    read_uses(p);
    const struct takers t = take_all(p, ops);
    if (!t.any)
        return;
    link_ops(p->a, ops);
    spread_waits(p->a, ops);
    const bool stuck = all_wait(ops) && !make_room(p, ops, t.own) && !t.others;
    for (size_t i = 0; i < ops->len; i++)
        if (t.lacks[i] && (stuck || !will_fit(t.full[i])))
            warn_of_use(p, &ops->items[i], t.lacks[i]);
}

bool uses_fit(struct planner *p, const rule_ops *ops)
{
    struct use *full = NULL;
    const char *why = NULL;
    size_t n = 0;
    read_uses(p);
    for (; n < ops->len && !why; n++)
        why = take(p, &ops->items[n], &full);
    for (size_t i = 0; i < n - (why != NULL); i++)
        give_back(p, &ops->items[i], SIZE_MAX);
    return !why;
}
