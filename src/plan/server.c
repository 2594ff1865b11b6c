/* server.c - the servers of a group: added, removed, replaced, weighted.
 *
 * A server that leaves must not be the last that answers while another joins: where one
 * that stays is available a single Replace does both, else the new ones are added first,
 * and the old ones leave once a new one is available (design.md §6). */
#include <inttypes.h>
#include <string.h>

#include "alb-agent/alb_request.h"
#include "plan_priv.h"

typedef LIST_OF(struct alb_server) server_list;

struct server_diff {
    server_list add;    /* wanted, not there                              */
    server_list remove; /* there, not wanted, and not leaving already     */
    server_list weigh;  /* there with another weight or description       */
    bool stays;         /* one that answers is wanted and there           */
    bool answers;       /* one that answers is there                      */
};

static const struct alb_server_group *want_of(const struct target *t)
{
    return t->want;
}

static const struct alb_server_group *have_of(const struct target *t)
{
    return t->have;
}

static bool has_status(const struct alb_server *s, const char *status)
{
    return s->status && !strcmp(s->status, status);
}

static bool is_serving(const struct alb_server *s)
{
    return has_status(s, "Available") && !(s->weight.set && s->weight.val == 0);
}

static const struct alb_server *find(const struct alb_server_group *g, const struct alb_server *s)
{
    for (size_t i = 0; i < g->servers.len; i++)
        if (alb_server_same(&g->servers.items[i], s))
            return &g->servers.items[i];
    return NULL;
}

/* Does 's' differ in what UpdateServerGroupServersAttribute changes? */
static bool needs_update(struct planner *p, const struct alb_server *want,
                         const struct alb_server *have)
{
    struct alb_server w = *want;
    w.remote_ip = (struct opt_bool){ 0 };
    change_list changes = { 0 }; /* a server's members have no call of their own to return */
    (void)schema_diff(p->a, &alb_server_schema, &w, have, &changes);
    return changes.len > 0;
}

static bool diff_servers(struct planner *p, const struct target *t, struct server_diff *d)
{
    const struct alb_server_group *want = want_of(t), *have = have_of(t);
    for (size_t i = 0; i < want->servers.len; i++) {
        const struct alb_server *w = &want->servers.items[i], *h = find(have, w);
        if (!h) {
            *LIST_PUSH(p->a, &d->add) = *w;
            continue;
        }
        d->stays = d->stays || is_serving(h);
        if (has_status(h, "Removing") || !needs_update(p, w, h))
            continue; /* one that leaves comes back once it has left */
        struct alb_server *full = LIST_PUSH(p->a, &d->weigh);
        *full = *h; /* what is not wanted stays as it is */
        schema_overlay(&alb_server_schema, full, w);
    }
    for (size_t i = 0; have->servers.items && i < have->servers.len; i++) {
        const struct alb_server *h = &have->servers.items[i];
        d->answers = d->answers || is_serving(h);
        if (!has_status(h, "Removing") && !find(want, h))
            *LIST_PUSH(p->a, &d->remove) = *h;
    }
    return d->add.len || d->remove.len || d->weigh.len;
}

/* ---- calls ------------------------------------------------------------------------------- */

static struct alb_change_servers asked(const struct target *t, const server_list *part)
{
    return (struct alb_change_servers){ .group_id = t->id, .servers = { part->items, part->len } };
}

static bool contains(const server_list *list, const struct alb_server *s)
{
    for (size_t i = 0; i < list->len; i++)
        if (alb_server_same(&list->items[i], s))
            return true;
    return false;
}

/* The group without those of 'less', with those of 'more', which join as available. */
static struct alb_server_group *after_servers(struct planner *p, const struct target *t,
                                              const server_list *less, const server_list *more)
{
    struct alb_server_group *after = schema_copy(p->a, t->schema, t->have, 0, NULL, NULL);
    server_list out = { arena_array(p->a, after->servers.len + more->len, sizeof *out.items), 0 };
    for (size_t i = 0; i < after->servers.len; i++)
        if (!contains(less, &after->servers.items[i]) && !contains(more, &after->servers.items[i]))
            out.items[out.len++] = after->servers.items[i];
    for (size_t i = 0; i < more->len; i++) {
        out.items[out.len] = more->items[i];
        out.items[out.len++].status = "Available";
    }
    after->servers.items = out.items;
    after->servers.len = out.len;
    return after;
}

static const char *weight_text(struct planner *p, const struct alb_server *s)
{
    if (!s)
        return "";
    return arena_fmt(p->a, "{\"Weight\":%" PRId64 "}", s->weight.set ? s->weight.val : 100);
}

/* One server that joins (no 'before'), leaves (no 'after') or changes. */
static void server_change(struct planner *p, struct step *s, const struct alb_server *before,
                          const struct alb_server *after)
{
    const struct alb_server *one = after ? after : before;
    *LIST_PUSH(p->a, &s->changes) = (struct change){
        .path = arena_fmt(p->a, "Servers[%s %s:%" PRId64 "]", one->id ? one->id : "",
                          one->ip ? one->ip : "", one->port.val),
        .before = weight_text(p, before),
        .after = weight_text(p, after),
        .via = ALB_VIA_SERVERS,
    };
}

static void finish(struct planner *p, struct step *s, const struct target *t,
                   const server_list *less, const server_list *more)
{
    step_wait(s, t->waits);
    step_item(p, s, t->row, after_servers(p, t, less, more));
    for (size_t i = 0; i < less->len; i++)
        server_change(p, s, &less->items[i], NULL);
    for (size_t i = 0; i < more->len; i++)
        server_change(p, s, find(have_of(t), &more->items[i]), &more->items[i]);
    step_push(p, s);
}

/* The first elements of a list, up to 'max'; '*list' becomes the rest. */
static server_list take(server_list *list, size_t max)
{
    server_list head = { list->items, least(list->len, max) };
    if (head.len) /* an empty list has no items to go past */
        list->items += head.len;
    list->len -= head.len;
    return head;
}

static const char add_action[] = "AddServersToServerGroup";
static const char weigh_action[] = "UpdateServerGroupServersAttribute";
static const char remove_action[] = "RemoveServersFromServerGroup";
static const char replace_action[] = "ReplaceServersInServerGroup";

static void add(struct planner *p, const struct target *t, server_list list, const char *waits)
{
    while (list.len) {
        server_list part = take(&list, plan_batch(p->in, add_action)), none = { 0 };
        struct step s;
        step_init(p, &s, t->row, STEP_UPDATE, add_action);
        s.urgent = true;
        const struct alb_change_servers q = asked(t, &part);
        s.params = alb_add_servers_to_server_group_params(p->a, &q);
        step_wait(&s, waits);
        finish(p, &s, t, &none, &part);
    }
}

static void weigh(struct planner *p, const struct target *t, server_list list)
{
    while (list.len) {
        server_list part = take(&list, plan_batch(p->in, weigh_action)), none = { 0 };
        struct step s;
        step_init(p, &s, t->row, STEP_UPDATE, weigh_action);
        const struct alb_change_servers q = asked(t, &part);
        s.params = alb_update_server_group_servers_attribute_params(p->a, &q);
        finish(p, &s, t, &none, &part);
    }
}

static void remove_servers(struct planner *p, const struct target *t, server_list list,
                           const char *waits)
{
    while (list.len) {
        server_list part = take(&list, plan_batch(p->in, remove_action)), none = { 0 };
        struct step s;
        step_init(p, &s, t->row, STEP_UPDATE, remove_action);
        s.urgent = true;
        const struct alb_change_servers q = asked(t, &part);
        s.params = alb_remove_servers_from_server_group_params(p->a, &q);
        step_wait(&s, waits);
        step_wait(&s, row_stale(p, t->row));
        finish(p, &s, t, &part, &none);
    }
}

static void replace(struct planner *p, const struct target *t, const struct server_diff *d)
{
    struct step s;
    step_init(p, &s, t->row, STEP_UPDATE, replace_action);
    s.urgent = true;
    const struct alb_replace_servers q = { .group_id = t->id,
                                           .added = { d->add.items, d->add.len },
                                           .removed = { d->remove.items, d->remove.len } };
    s.params = alb_replace_servers_in_server_group_params(p->a, &q);
    step_wait(&s, row_stale(p, t->row));
    finish(p, &s, t, &d->remove, &d->add);
}

/* Why servers may not leave yet, or NULL. */
static const char *removal_waits(struct planner *p, const struct target *t,
                                 const struct server_diff *d)
{
    const struct resource *r = t->row;
    if (!want_of(t)->servers.len)
        return r->empty_since && r->empty_since + p->in->empty_ms < p->in->now_ms
                   ? NULL
                   : "the empty set to be seen again (seen empty once)";
    if (d->add.len)
        return "the servers that join to be available";
    return d->stays || !d->answers ? NULL : "a server that joined to be available";
}

/* One call does not do when a server that joins needs what only AddServers takes. */
static bool can_replace(const struct planner *p, const struct server_diff *d)
{
    const size_t most = plan_batch(p->in, replace_action);
    for (size_t i = 0; i < d->add.len; i++)
        if (d->add.items[i].remote_ip.set && d->add.items[i].remote_ip.val)
            return false;
    return d->add.len && d->remove.len && d->add.len <= most && d->remove.len <= most
           && (d->stays || !d->answers);
}

/* The first 'n' of what leaves, but for the last that answers; '*rest' is what is left. */
static server_list take_first(struct planner *p, const struct server_diff *d, size_t n,
                              server_list *rest)
{
    server_list first = { 0 };
    bool kept = d->stays;
    for (size_t i = 0; i < d->remove.len; i++) {
        const struct alb_server *s = &d->remove.items[i];
        const bool keep = !kept && is_serving(s);
        kept = kept || keep;
        server_list *to = keep || first.len == n ? rest : &first;
        struct alb_server *copy = LIST_PUSH(p->a, to);
        *copy = *s;
    }
    return first;
}

/* 'n' of those that join find no room, so as many of what leaves go first, but for the last that
 * answers; that one, too, when there is nothing else. */
static void make_room(struct planner *p, const struct target *t, struct server_diff *d, size_t n,
                      const char *full)
{
    server_list rest = { 0 }, first = take_first(p, d, n, &rest);
    if (!d->remove.len)
        plan_warn(p, t->row,
                  arena_fmt(p->a, "%zu of its servers wait for %s; raise the quota", n, full));
    const bool harmful = !first.len && rest.len;
    if (harmful) {
        first = rest;
        rest.len = 0;
        p->sum.hitless = false;
    }
    const size_t before = p->out->steps.len;
    remove_servers(p, t, first, NULL);
    for (size_t i = before; harmful && i < p->out->steps.len; i++)
        p->out->steps.items[i].disrupts = true;
    d->remove = rest;
}

void plan_servers(struct planner *p, const struct target *t)
{
    struct server_diff d = { 0 };
    const char *full = NULL;
    if (!want_of(t)->servers.items || !diff_servers(p, t, &d))
        return;
    if (p->in->keep_all)
        d.remove.len = 0;
    const size_t fit = uses_take_servers(p, t, d.add.items, d.add.len, &full);
    if (!full && can_replace(p, &d)) {
        replace(p, t, &d);
        d.add.len = d.remove.len = 0;
    }
    const char *waits = removal_waits(p, t, &d);
    server_list rest = d.add, head = take(&rest, fit);
    add(p, t, head, NULL);
    if (full)
        make_room(p, t, &d, rest.len, full);
    add(p, t, rest, full);
    weigh(p, t, d.weigh);
    remove_servers(p, t, d.remove, waits);
}
