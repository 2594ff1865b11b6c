/* group.c - server groups: one for each Ingress, Service and port, and one a listener's
 * port as its default action (alb-ingress.md §D.1, §D.2).  Members that the existing
 * controller does not set are not wanted, so that a group it made needs no change. */
#include <inttypes.h>

#include "cell_priv.h"

static const char default_service[] = "fake-svc";

/* What the row of a group is made from. */
struct group {
    const char *key;
    const char *ns, *ingress, *service; /* as in its tags */
    int64_t port;
    enum alb_protocol protocol;
    const struct alb_server_group *settings;
    const char *from;
};

static const char *default_ingress(struct arena *a, const char *config, int64_t port)
{
    return arena_fmt(a, "%s-listener-%" PRId64, config, port);
}

const char *default_group_key(struct arena *a, const char *config, int64_t port)
{
    return group_key(a, CONFIG_NS, default_ingress(a, config, port), default_service, port);
}

static void add_tags(struct tr *t, const struct config *c, const struct group *g, alb_tags *tags)
{
    tag_add(t, tags, TAG_CLUSTER, t->in->cluster_id);
    tag_add(t, tags, TAG_ALBCONFIG, c->lb);
    tag_add(t, tags, TAG_RESOURCE, group_tag(t->a, g->key));
    tag_add(t, tags, TAG_SERVICE_NS, g->ns);
    tag_add(t, tags, TAG_INGRESS_NAME, g->ingress);
    tag_add(t, tags, TAG_SERVICE_NAME, g->service);
    tag_add(t, tags, TAG_SERVICE_PORT, arena_fmt(t->a, "%" PRId64, g->port));
}

static struct alb_server_group *build(struct tr *t, const struct config *c, const struct group *g)
{
    struct alb_server_group *group = arena_dup(t->a, g->settings, sizeof *group);
    group->name = group_name(t, g->ns, g->service, g->port);
    group->service_name = group->name;
    group->vpc_id = arena_strdup(t->a, c->vpc);
    group->protocol = g->protocol;
    add_tags(t, c, g, &group->tags);
    return group;
}

static const char *address_of(struct tr *t, const struct config *c, const char *key)
{
    return arena_fmt(t->a, "%s\n%s", c->lb, key);
}

static bool is_made(struct tr *t, const struct config *c, const char *key)
{
    return map_get(&t->groups, address_of(t, c, key));
}

static void add_row(struct tr *t, const struct config *c, const struct group *g,
                    const struct alb_server_group *desired)
{
    *LIST_PUSH(t->a, &t->out->desired.rows) = (struct resource){ .lb = c->lb,
                                                                 .kind = RESOURCE_SERVER_GROUP,
                                                                 .key = g->key,
                                                                 .parent = "",
                                                                 .desired = desired,
                                                                 .desired_from = g->from,
                                                                 .ours = true };
    map_put(&t->groups, address_of(t, c, g->key), desired);
}

static void want_once(struct tr *t, const struct group_cell *wanted)
{
    const struct group_ref *ref = &wanted->ref;
    const struct object *ing = wanted->ing->obj;
    const char *key = group_key(t->a, ing->ns, ing->name, ref->service, ref->port);
    if (is_made(t, wanted->c, key))
        return;
    group_want(t, wanted, key);
    map_put(&t->groups, address_of(t, wanted->c, key), t);
}

void group_translate(struct tr *t, const struct config *c, const struct ingress *ing,
                     const struct route *r, const struct group_ref *ref)
{
    want_once(t, &(struct group_cell){ .c = c, .ing = ing, .r = r, .ref = *ref });
}

void group_translate_servers(struct tr *t, const struct config *c, const struct ingress *ing,
                             const struct route *r, const struct group_ref *ref)
{
    want_once(
        t, &(struct group_cell){ .c = c, .ing = ing, .r = r, .ref = *ref, .servers_only = true });
}

void group_make_servers(struct tr *t, const struct config *c, const struct ingress *ing,
                        const struct route *r, const struct group_ref *ref)
{
    struct alb_server_group *group = arena_alloc(t->a, sizeof *group);
    server_list servers = { 0 };
    group->type = ing->settings.type;
    group->vpc_id = group->type == ALB_GROUP_TYPE_IP ? NULL : arena_strdup(t->a, c->vpc);
    /* Without the VPC nobody knows of an interface, which is not that there is none. */
    if (c->vpc_known || !group->vpc_id)
        servers_find(t, c, ing, r, ref, &servers);
    group->servers.items = servers.items;
    group->servers.len = servers.len;
    *LIST_PUSH(t->a, &t->out->servers.rows) =
        (struct resource){ .lb = c->lb,
                           .kind = RESOURCE_SERVER_GROUP,
                           .key = group_key(t->a, ing->obj->ns, ing->obj->name, ref->service,
                                            ref->port),
                           .parent = "",
                           .desired = group,
                           .desired_from = ing->from,
                           .ours = true };
}

void group_make(struct tr *t, const struct config *c, const struct ingress *ing,
                const struct route *r, const struct group_ref *ref)
{
    struct group g = { .ns = ing->obj->ns,
                       .ingress = ing->obj->name,
                       .service = ref->service,
                       .port = ref->port,
                       .protocol = protocol_of(ing, ref->service),
                       .settings = &ing->settings };
    g.key = group_key(t->a, g.ns, g.ingress, g.service, g.port);
    g.from = arena_fmt(t->a, "%s service %s:%" PRId64, ing->from, ref->service, ref->port);
    struct alb_server_group *group = build(t, c, &g);
    server_list servers = { 0 };
    servers_find(t, c, ing, r, ref, &servers);
    group->servers.items = servers.items;
    group->servers.len = servers.len;
    add_row(t, c, &g, group);
}

void default_group_translate(struct tr *t, const struct config *c, int64_t port, const char *from)
{
    /* As an Ingress without annotations has it, but for what came later than its groups. */
    static const struct alb_server_group plain = {
        .type = ALB_GROUP_TYPE_INSTANCE,
        .scheduler = ALB_SCHEDULER_WRR,
        .health = { .enabled = { .val = false, .set = true } },
        .sticky = { .enabled = { .val = false, .set = true } },
    };
    struct group g = { .key = default_group_key(t->a, c->name, port),
                       .ns = CONFIG_NS,
                       .ingress = default_ingress(t->a, c->name, port),
                       .service = default_service,
                       .port = port,
                       .protocol = ALB_PROTOCOL_HTTP,
                       .settings = &plain,
                       .from = from };
    if (is_made(t, c, g.key))
        return;
    struct alb_server_group *group = build(t, c, &g);
    group->servers.items = list_grow(t->a, NULL, 0, sizeof *group->servers.items);
    add_row(t, c, &g, group);
}
