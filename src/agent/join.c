/* join.c - what happens to rows whose object is in doubt (design.md §6): last good rules
 * stay, and nothing is deleted that nobody can account for. */
#include <string.h>

#include "alb-agent/json.h"
#include "session_priv.h"

/* Of the same sort, and looked for in the same VPC? */
static bool is_same_kind(const struct alb_server_group *fresh, const struct alb_server_group *last)
{
    return fresh->type == last->type
           && (!fresh->vpc_id || !last->vpc_id || !strcmp(fresh->vpc_id, last->vpc_id));
}

/* Pods come and go also while an Ingress or an AlbConfig is in doubt: the group has what it last
 * had, and the servers of now, where they are known. */
static bool has_servers_of_now(struct session *s, struct resource *r)
{
    const struct resource *now = model_find(&s->wanted.servers, r->lb, r->kind, r->key);
    const struct alb_server_group *fresh = now ? now->desired : NULL, *last = r->desired;
    if (!fresh || !fresh->servers.items || !is_same_kind(fresh, last))
        return false;
    struct alb_server_group *group = arena_dup(&s->arena, last, sizeof *group);
    group->servers.items = fresh->servers.items;
    group->servers.len = fresh->servers.len;
    r->desired = group;
    return true;
}

/* Its AlbConfig is being deleted, or somebody named it: whatever its Ingresses say, it goes. */
static bool is_to_go(const struct session *s, const struct resource *r)
{
    const bool named = s->config.destroy && !strcmp(s->config.destroy, r->lb);
    return !s->objects.incomplete && (named || map_get(&s->tombstones, r->lb));
}

/* Does its object say nothing of it now, so that what it last was counts?  A group, which is on no
 * listener, is in doubt with any of the rules that lead to it. */
static bool is_in_doubt(struct session *s, const struct resource *r)
{
    return s->objects.incomplete
           || (!is_to_go(s, r)
               && (translate_holds(&s->wanted, r)
                   || model_find(&s->wanted.servers, r->lb, r->kind, r->key)));
}

/* Does it belong to a listener that was never there, as no certificate was found for it?  Where the
 * AlbConfig is gone nothing wants the listener, which is there. */
static bool lacks_listener(const struct model *desired, const struct resource *r)
{
    return r->kind == RESOURCE_RULE && !model_find(desired, r->lb, RESOURCE_LISTENER, r->parent)
           && model_find(desired, r->lb, RESOURCE_LOAD_BALANCER, r->lb);
}

/* A group that was wanted for such rules alone. */
static bool lacks_rule(const struct map *used, const struct resource *r)
{
    return r->kind == RESOURCE_SERVER_GROUP && !resource_is_borrowed(r) && !map_get(used, r->key);
}

/* The groups of load balancer 'lb' that nothing leads to any more. */
static void drop_groups(struct model *desired, const char *lb)
{
    struct map used CLEANUP(map_done) = { 0 };
    size_t kept = 0;
    model_used_groups(desired, lb, &used, NULL);
    for (size_t i = 0; i < desired->rows.len; i++) {
        const struct resource *r = &desired->rows.items[i];
        if (strcmp(r->lb, lb) != 0 || !lacks_rule(&used, r))
            desired->rows.items[kept++] = *r;
    }
    desired->rows.len = kept;
}

/* Rules are wanted of a listener also while it is kept as it was last; where it never was, they
 * come with it. */
static void drop_rules(struct session *s)
{
    struct model *desired = &s->wanted.desired, kept = { 0 };
    struct map lbs CLEANUP(map_done) = { 0 };
    const struct map_entry *cursor = NULL;
    const char *lb;
    void *value;
    if (!s->wanted.problems.len)
        return;
    for (size_t i = 0; i < desired->rows.len; i++) {
        const struct resource *r = &desired->rows.items[i];
        if (lacks_listener(desired, r))
            map_put(&lbs, r->lb, s);
        else
            *LIST_PUSH(&s->arena, &kept.rows) = *r;
    }
    if (map_count(&lbs))
        *desired = kept;
    while ((lb = map_next(&lbs, &cursor, &value)))
        drop_groups(desired, lb);
}

void session_keep_last_good(struct session *s)
{
    struct model *desired = &s->wanted.desired;
    struct model extra = { 0 };
    for (size_t i = 0; i < s->known.rows.len; i++) {
        struct resource r = s->known.rows.items[i];
        if (!r.desired || !is_in_doubt(s, &r) || model_find(desired, r.lb, r.kind, r.key))
            continue;
        r.held = s->objects.incomplete || !has_servers_of_now(s, &r);
        *LIST_PUSH(&s->arena, &extra.rows) = r;
    }
    for (size_t i = 0; i < extra.rows.len; i++)
        *LIST_PUSH(&s->arena, &desired->rows) = extra.rows.items[i];
    model_sort(desired);
    drop_rules(s);
    s->wanted.servers = (struct model){ 0 };
    session_keep_certificates(s);
}

static bool remembers(const struct resource *known)
{
    return known && (known->desired_from || known->applied);
}

static void map_remembered(const struct model *m, struct map *by_id)
{
    for (size_t i = 0; i < m->rows.len; i++) {
        struct resource *r = &m->rows.items[i];
        if (remembers(r) && r->cloud_id)
            map_put(by_id, r->cloud_id, r);
    }
}

/* Nothing wants it, and by its key nobody knows that it is ours. */
static bool is_new_here(const struct resource *r)
{
    return !r->desired && r->ours && r->actual && r->cloud_id && !remembers(r);
}

void session_remember_moved(struct session *s, const struct model *before)
{
    struct map by_id CLEANUP(map_done) = { 0 };
    for (size_t i = 0; i < s->world.rows.len; i++) {
        struct resource *r = &s->world.rows.items[i];
        if (!is_new_here(r))
            continue;
        if (!map_count(&by_id))
            map_remembered(before, &by_id);
        if (map_get(&by_id, r->cloud_id))
            r->applied = r->actual;
    }
}

/* By its address, or by its id: of rules for the same requests a reading may give each the key that
 * another had. */
static bool is_remembered(const struct session *s, const struct map *by_id,
                          const struct resource *r)
{
    return remembers(model_find(&s->known, r->lb, r->kind, r->key))
           || (r->cloud_id && map_get(by_id, r->cloud_id));
}

void session_hold_unknown(struct session *s)
{
    struct map by_id CLEANUP(map_done) = { 0 };
    if (!s->wanted.problems.len && !s->objects.incomplete)
        return;
    map_remembered(&s->known, &by_id);
    for (size_t i = 0; i < s->world.rows.len; i++) {
        struct resource *r = &s->world.rows.items[i];
        if (!r->desired && r->ours && !is_to_go(s, r) && !is_remembered(s, &by_id, r))
            r->held = true;
    }
}

/* The AlbConfig that has the load balancer: the one in its tag, else the first by name. */
static const char *owner_of(const struct session *s, const char *id)
{
    for (size_t i = 0; i < s->world.rows.len; i++) {
        const struct resource *r = &s->world.rows.items[i];
        if (r->kind != RESOURCE_LOAD_BALANCER || !r->actual || !r->cloud_id
            || strcmp(r->cloud_id, id) != 0)
            continue;
        const char *slash = strchr(r->lb, '/');
        return slash ? slash + 1 : r->lb;
    }
    return NULL;
}

static void hold_lb(struct session *s, const struct translate_lb *lb)
{
    size_t first, end;
    model_range(&s->world, lb->name, &first, &end);
    for (size_t i = first; i < end; i++)
        s->world.rows.items[i].held = true;
    if (s->observed) /* said before */
        return;
    const char *slash = strchr(lb->name, '/');
    const char *owner = owner_of(s, lb->reuse_id);
    *LIST_PUSH(&s->arena, &s->wanted.problems) = (struct translate_problem){
        .kind = "AlbConfig",
        .ns = "",
        .name = slash ? slash + 1 : lb->name,
        .origin = lb->origin,
        .message =
            owner ? arena_fmt(&s->arena,
                              "spec.config.id: load balancer %s belongs to AlbConfig %s, and "
                              "one can have it; merge them into one "
                              "AlbConfig, or correct the id",
                              lb->reuse_id, owner)
                  : arena_fmt(&s->arena,
                              "spec.config.id: load balancer %s is not there, or is tagged for "
                              "another cluster or AlbConfig; correct the id, or remove it to have "
                              "a load balancer made",
                              lb->reuse_id),
    };
}

void session_hold_absent(struct session *s)
{
    for (size_t i = 0; i < s->wanted.lbs.len; i++) {
        const struct translate_lb *lb = &s->wanted.lbs.items[i];
        const struct resource *row =
            model_find(&s->world, lb->name, RESOURCE_LOAD_BALANCER, lb->name);
        if (lb->reuse_id && row && !row->actual)
            hold_lb(s, lb);
    }
}

void session_disown_rules(struct session *s)
{
    for (size_t i = 0; i < s->world.rows.len; i++) {
        struct resource *r = &s->world.rows.items[i];
        if (r->kind != RESOURCE_RULE || r->desired)
            continue;
        const struct resource *l = model_find(&s->world, r->lb, RESOURCE_LISTENER, r->parent);
        r->ours = r->ours && l && l->ours;
    }
}

/* ---- borrowed groups -------------------------------------------------------------------------
 */

static bool is_service_gone(const struct session *s, const char *lb)
{
    struct arena scratch CLEANUP(arena_done) = { 0 };
    const char *service = lb_service(lb), *slash = strchr(service, '/');
    if (!s->services || s->objects.incomplete || !slash)
        return false;
    const char *ns = arena_strndup(&scratch, service, (size_t)(slash - service));
    const struct object *obj = object_set_find(s->services, OBJECT_SERVICE, ns, slash + 1);
    return !obj || object_is_going(obj);
}

/* Were servers of it ours to keep, and do some of them stay? */
static bool is_to_empty(const struct resource *r)
{
    const struct alb_server_group *last = r->applied ? r->applied : r->desired;
    return last && last->servers.items && (last->servers.len || !r->applied);
}

static const void *without_servers(struct arena *a, const struct resource *r)
{
    const struct alb_server_group *last = r->applied ? r->applied : r->desired;
    struct alb_server_group *none = arena_alloc(a, sizeof *none);
    none->tags = last->tags;
    none->servers.items = arena_array(a, 1, sizeof *none->servers.items);
    return none;
}

void session_release_borrowed(struct session *s, const struct model *before,
                              const struct model *actual, struct model *desired)
{
    struct arena *a = &s->arena;
    struct model more = { 0 };
    *desired = s->wanted.desired;
    for (size_t i = 0; i < before->rows.len; i++) {
        const struct resource *r = &before->rows.items[i];
        if (!resource_is_borrowed(r) || !is_to_empty(r)
            || model_find(desired, r->lb, r->kind, r->key)
            || !model_find(actual, r->lb, r->kind, r->key) || !is_service_gone(s, r->lb))
            continue;
        struct resource *none = LIST_PUSH(a, &more.rows);
        *none = *r;
        none->held = none->refused = false;
        none->desired = without_servers(a, r);
        none->desired_from = arena_fmt(a, "Service %s, which is gone", lb_service(r->lb));
    }
    for (size_t i = 0; more.rows.len && i < s->wanted.desired.rows.len; i++)
        *LIST_PUSH(a, &more.rows) = s->wanted.desired.rows.items[i];
    if (!more.rows.len)
        return;
    model_sort(&more);
    *desired = more;
}

void session_drop_borrowed(struct session *s)
{
    size_t kept = 0;
    for (size_t i = 0; i < s->world.rows.len; i++) {
        const struct resource *r = &s->world.rows.items[i];
        if (r->desired || !resource_is_borrowed(r))
            s->world.rows.items[kept++] = *r;
    }
    s->world.rows.len = kept;
}
