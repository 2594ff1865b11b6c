/* quota.c - what is wanted of a load balancer, against the quotas that a new account has
 * (alb-semantics.md §11).  They can be raised, which nothing here knows of, so more is only a
 * warning that names who asks for it; the planner, which knows what is there, makes no call
 * for a rule, a listener or a certificate too many. */
#include <string.h>

#include "cell_priv.h"
#include "rule_priv.h"

/* Of the editions that an AlbConfig can ask for. */
enum { LISTENERS = 50, CERTS = 25, RULES = 100, SERVERS = 1000, USES = 50, USES_OF_SERVER = 200 };

/* How often something is there, and who asked for it first. */
struct tally {
    const char *name;
    const struct ingress *ing;
    size_t n;
};

static struct tally *tally_of(struct tr *t, struct map *map, const char *name)
{
    struct tally *tally = map_get(map, name);
    if (!tally) {
        tally = arena_alloc(t->a, sizeof *tally);
        tally->name = name;
        map_put(map, name, tally);
    }
    return tally;
}

static void add_use(struct tr *t, struct quota *q, const char *group, const struct ingress *ing)
{
    struct tally *use = tally_of(t, &q->groups, group);
    use->n++;
    if (!use->ing)
        use->ing = ing;
    q->uses++;
}

void quota_add(struct tr *t, const struct reach_rule *r, struct quota *q)
{
    q->rules++;
    struct tally *of_ingress = tally_of(t, &q->ingresses, r->ing->sort_key);
    of_ingress->ing = r->ing;
    of_ingress->n++;
    for (size_t i = 0; i < r->rule->actions.len; i++) {
        const struct alb_rule_action *a = &r->rule->actions.items[i];
        for (size_t k = 0; a->type == ALB_ACTION_FORWARD && k < a->forward.targets.len; k++)
            add_use(t, q, a->forward.targets.items[k].group_id, r->ing);
    }
}

/* The largest, of equal ones that with the first name. */
static const struct tally *largest(const struct map *map)
{
    const struct map_entry *cursor = NULL;
    const struct tally *most = NULL;
    void *value;
    while (map_next(map, &cursor, &value)) {
        const struct tally *tally = value;
        if (!most || tally->n > most->n
            || (tally->n == most->n && strcmp(tally->name, most->name) < 0))
            most = tally;
    }
    return most;
}

/* ---- what is too much ------------------------------------------------------------------------ */

static void check_listeners(struct subject *s, const struct config *c)
{
    struct place at = { .name = "spec.listeners" };
    size_t n = 0, certs = 0;
    for (size_t i = 0; i < c->listeners.len; i++) {
        if (c->listeners.items[i].left_out)
            continue;
        n++;
        certs += c->listeners.items[i].desired->additional_certs.len;
    }
    if (n > LISTENERS)
        warn(s, &at,
             "there are %zu listeners, and a load balancer may have %d unless the quota was "
             "raised; spread them over more AlbConfigs",
             n, LISTENERS);
    if (certs > CERTS)
        warn(s, &at,
             "its listeners have %zu certificates besides their defaults, and a load balancer may "
             "have %d unless the quota was raised; use wildcards, or more AlbConfigs",
             certs, CERTS);
}

static void check_rules(struct subject *s, const struct quota *q)
{
    if (q->rules <= RULES)
        return;
    const struct tally *most = largest(&q->ingresses);
    warn(s, NULL,
         "there are %zu rules, most of them (%zu) of %s, and a load balancer may have %d unless "
         "the quota was raised; spread the Ingresses over more AlbConfigs",
         q->rules, most->n, subject_from(s->t->a, most->ing->obj), RULES);
}

static void check_groups(struct tr *t, const struct config *c, const struct quota *q)
{
    const struct map_entry *cursor = NULL;
    void *value;
    const char *name;
    while ((name = map_next(&q->groups, &cursor, &value))) {
        const struct tally *use = value;
        struct subject s = { .t = t, .obj = use->ing->obj };
        if (use->n > USES)
            warn(&s, NULL,
                 "server group %s is named by %zu rules of %s, and may be by %d unless the quota "
                 "was raised; merge paths, or use more than one Service",
                 name[0] == '@' ? name + 1 : name, use->n, c->name, USES);
    }
}

void quota_warn(struct tr *t, const struct config *c, const struct quota *q)
{
    struct subject s = { .t = t, .obj = c->obj };
    check_listeners(&s, c);
    check_rules(&s, q);
    check_groups(t, c, q);
}

void quota_done(struct quota *q)
{
    map_done(&q->groups);
    map_done(&q->ingresses);
    *q = (struct quota){ 0 };
}

/* ---- servers --------------------------------------------------------------------------------- */

/* The servers of a group that rules name, when it is of the load balancer's own. */
static const struct alb_server_group *group_of(const struct unit *unit, const char *name)
{
    return name[0] == '@' ? unit_group(unit, name + 1) : NULL;
}

static void check_sum(struct subject *s, const struct unit *unit)
{
    const struct map_entry *cursor = NULL;
    void *value;
    const char *name;
    size_t n = 0;
    while ((name = map_next(&unit->quota.groups, &cursor, &value))) {
        const struct alb_server_group *group = group_of(unit, name);
        n += group ? group->servers.len * ((const struct tally *)value)->n : 0;
    }
    if (n > SERVERS)
        warn(s, NULL,
             "its rules lead to %zu servers, each counted for each rule, and a load balancer may "
             "have %d unless the quota was raised; use fewer Ingresses for a Service",
             n, SERVERS);
}

/* Each address counts once for each rule that leads to it. */
static void check_addresses(struct subject *s, const struct unit *unit)
{
    struct map addresses CLEANUP(map_done) = { 0 };
    const struct map_entry *cursor = NULL;
    void *value;
    const char *name;
    while ((name = map_next(&unit->quota.groups, &cursor, &value))) {
        const struct alb_server_group *group = group_of(unit, name);
        for (size_t i = 0; group && i < group->servers.len; i++) {
            const struct alb_server *server = &group->servers.items[i];
            tally_of(s->t, &addresses, server->ip ? server->ip : server->id)->n +=
                ((const struct tally *)value)->n;
        }
    }
    const struct tally *most = largest(&addresses);
    if (most && most->n > USES_OF_SERVER)
        warn(s, NULL,
             "%zu rules lead to server %s, and %d may unless the quota was raised; use fewer "
             "Ingresses for its Service",
             most->n, most->name, USES_OF_SERVER);
}

void quota_warn_servers(struct tr *t, const struct unit *unit)
{
    struct subject s = { .t = t, .obj = unit->config->obj };
    check_sum(&s, unit);
    if (unit->quota.uses > USES_OF_SERVER)
        check_addresses(&s, unit);
}
