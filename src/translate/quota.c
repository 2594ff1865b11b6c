/* quota.c - what is wanted of a load balancer, against the quotas that the settings say, or else
 * those that a new account has (quota.h).  They can be raised, so more is only a warning that names
 * who asks for it; the planner, which knows what is there, makes no call for a rule, a listener
 * or a certificate too many. */
#include <string.h>

#include "cell_priv.h"
#include "rule_priv.h"

static size_t limit(const struct tr *t, enum quota quota)
{
    const size_t set = t->in->quotas ? t->in->quotas[quota] : 0;
    return set ? set : quota_value(NULL, quota, 0, 0);
}

/* Of the editions that an AlbConfig can ask for. */
static size_t limit_of(const struct tr *t, const struct config *c, enum quota basic)
{
    return limit(t, quota_of_edition(basic, c->edition));
}

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

static void add_use(struct tr *t, struct quota_use *q, const char *group, const struct ingress *ing)
{
    struct tally *use = tally_of(t, &q->groups, group);
    use->n++;
    if (!use->ing)
        use->ing = ing;
    q->uses++;
}

void quota_add(struct tr *t, const struct reach_rule *r, struct quota_use *q)
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
        if (c->listeners.items[i].left_out || c->listeners.items[i].certless)
            continue;
        n++;
        certs += c->listeners.items[i].desired->additional_certs.len;
    }
    const size_t most = limit_of(s->t, c, QUOTA_LISTENERS_BASIC);
    const size_t most_certs = limit_of(s->t, c, QUOTA_CERTIFICATES_BASIC);
    if (n > most)
        warn(s, &at,
             "there are %zu listeners, and a load balancer may have %zu unless the quota was "
             "raised; spread them over more AlbConfigs",
             n, most);
    if (certs > most_certs)
        warn(s, &at,
             "its listeners have %zu certificates besides their defaults, and a load balancer may "
             "have %zu unless the quota was raised; use wildcards, or more AlbConfigs",
             certs, most_certs);
}

static void check_rules(struct subject *s, const struct config *c, const struct quota_use *q)
{
    const size_t limit = limit_of(s->t, c, QUOTA_RULES_BASIC);
    if (q->rules <= limit)
        return;
    const struct tally *most = largest(&q->ingresses);
    warn(s, NULL,
         "there are %zu rules, most of them (%zu) of %s, and a load balancer may have %zu unless "
         "the quota was raised; spread the Ingresses over more AlbConfigs",
         q->rules, most->n, subject_from(s->t->a, most->ing->obj), limit);
}

static void check_groups(struct tr *t, const struct config *c, const struct quota_use *q)
{
    const struct map_entry *cursor = NULL;
    void *value;
    const char *name;
    const size_t most = limit(t, QUOTA_GROUP_USES);
    while ((name = map_next(&q->groups, &cursor, &value))) {
        const struct tally *use = value;
        struct subject s = { .t = t, .obj = use->ing->obj };
        if (use->n > most)
            warn(&s, NULL,
                 "server group %s is named by %zu rules of %s, and may be by %zu unless the quota "
                 "was raised; merge paths, or use more than one Service",
                 name[0] == '@' ? name + 1 : name, use->n, c->name, most);
    }
}

void quota_warn(struct tr *t, const struct config *c, const struct quota_use *q)
{
    struct subject s = { .t = t, .obj = c->obj };
    check_listeners(&s, c);
    check_rules(&s, c, q);
    check_groups(t, c, q);
}

void quota_done(struct quota_use *q)
{
    map_done(&q->groups);
    map_done(&q->ingresses);
    *q = (struct quota_use){ 0 };
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
    const size_t most = limit_of(s->t, unit->config, QUOTA_SERVERS_BASIC);
    size_t n = 0;
    while ((name = map_next(&unit->quota.groups, &cursor, &value))) {
        const struct alb_server_group *group = group_of(unit, name);
        n += group ? group->servers.len * ((const struct tally *)value)->n : 0;
    }
    if (n > most)
        warn(s, NULL,
             "its rules lead to %zu servers, each counted for each rule, and a load balancer may "
             "have %zu unless the quota was raised; use fewer Ingresses for a Service",
             n, most);
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
    const size_t may = limit(s->t, QUOTA_SERVER_USES);
    if (most && most->n > may)
        warn(s, NULL,
             "%zu rules lead to server %s, and %zu may unless the quota was raised; use fewer "
             "Ingresses for its Service",
             most->n, most->name, may);
}

void quota_warn_servers(struct tr *t, const struct unit *unit)
{
    struct subject s = { .t = t, .obj = unit->config->obj };
    check_sum(&s, unit);
    if (unit->quota.uses > limit(t, QUOTA_SERVER_USES))
        check_addresses(&s, unit);
}
