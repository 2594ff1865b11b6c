/* canary.c - Ingresses with the annotation canary: rules of their own by header or cookie, or
 * a share of the rule of the main Ingress by weight (alb-ingress.md §C.8). */
#include <inttypes.h>
#include <string.h>

#include "rule_priv.h"

enum { WHOLE = 100, MAX_TARGETS = 5 };

static const char cookie_value[] = "always";

/* ---- annotations ----------------------------------------------------------------------------- */

static const char *read_text(struct subject *s, const char *name)
{
    const char *text = annotation_aliased(s->obj, name);
    return text && *text ? text : NULL;
}

static void check_text(struct subject *s, const char *name, const char *v,
                       const char *(*check)(const char *))
{
    const char *wanted = v ? check(v) : NULL;
    struct place at = annotation_place(s->t->a, name);
    if (wanted)
        problem(s, &at, "\"%s\" is no value that ALB takes here; %s", v, wanted);
}

static void read_weight(struct subject *s, struct canary *c)
{
    const char *text = read_text(s, "canary-weight");
    struct place at = annotation_place(s->t->a, "canary-weight");
    c->has_weight = text;
    if (text && (!text_to_int(text, &c->weight) || c->weight > WHOLE))
        problem(s, &at, "\"%s\" is no share in per cent; give 0 to %d", text, WHOLE);
}

/* Where the existing controller does something other than people expect. */
static void warn_of_surprises(struct subject *s, const struct canary *c)
{
    struct place at = annotation_place(s->t->a, "canary");
    bool by_request = c->header || c->header_value || c->cookie;
    if (by_request && c->has_weight)
        warn(s, &at,
             "canary-weight together with canary-by-header or canary-by-cookie has no effect at "
             "all; put the weight into an Ingress of its own");
    else if (!c->header && !c->cookie && !c->has_weight)
        warn(s, &at,
             "it has neither canary-by-header nor canary-by-cookie nor canary-weight, so "
             "it competes for all requests of the main Ingress; add one");
}

void canary_read(struct subject *s, struct ingress *ing)
{
    struct canary *c = &ing->canary;
    struct place header = annotation_place(s->t->a, "canary-by-header");
    c->on = annotation_is_true(s, "canary", true);
    if (!c->on)
        return;
    c->header = read_text(s, "canary-by-header");
    c->header_value = read_text(s, "canary-by-header-value");
    c->cookie = read_text(s, "canary-by-cookie");
    read_weight(s, c);
    c->shares = c->has_weight && !c->header && !c->header_value && !c->cookie;
    check_text(s, "canary-by-header", c->header, value_check_header_key);
    check_text(s, "canary-by-header-value", c->header_value, value_check_header_value);
    check_text(s, "canary-by-cookie", c->cookie, value_check_cookie);
    if (c->header && !c->header_value && !c->has_weight)
        problem(s, &header, "ALB compares a header with a value; add canary-by-header-value");
    warn_of_surprises(s, c);
}

void canary_conditions(struct subject *s, const struct ingress *ing, struct route *r)
{
    const struct canary *c = &ing->canary;
    if (c->on && c->header && c->header_value)
        condition_add_header(s, r, c->header, c->header_value);
    if (c->on && c->cookie)
        condition_add_cookie(s, r, c->cookie, cookie_value);
}

void canary_check_route(struct subject *s, const struct place *at, const struct ingress *ing,
                        const struct route *r)
{
    struct place conditions =
        annotation_place(s->t->a, arena_fmt(s->t->a, "conditions.%s", r->service));
    struct place actions = annotation_place(s->t->a, arena_fmt(s->t->a, "actions.%s", r->service));
    if (!ing->canary.on)
        return;
    if (annotation_text(s, arena_fmt(s->t->a, "conditions.%s", r->service)))
        problem(s, &conditions,
                "can't exist Canary and customize condition at the same time; remove one of them");
    if (!ing->canary.shares)
        return;
    if (!r->own_forward)
        problem(s, at,
                "a canary with canary-weight must lead to a port of a Service, not to "
                "use-annotation; give its number");
    else if (annotation_text(s, arena_fmt(s->t->a, "actions.%s", r->service)))
        warn(s, &actions,
             "a canary with canary-weight has no rule of its own, so this has no "
             "effect; put it into the main Ingress");
}

/* ---- whose canary ---------------------------------------------------------------------------- */

/* As the existing controller has it: the type of the path does not count. */
static const char *key_of(struct arena *a, const struct route *r)
{
    return arena_fmt(a, "%s-%s", r->host ? r->host : "", r->path);
}

static bool counts(const struct route *r)
{
    return !r->is_default && r->direction == ALB_DIRECTION_REQUEST;
}

static bool has_canaries(const struct config *c)
{
    for (size_t i = 0; i < c->members.len; i++)
        if (c->members.items[i]->canary.on)
            return true;
    return false;
}

static void leave_out(struct tr *t, struct ingress *ing, const struct route *r)
{
    struct subject s = { .t = t, .obj = ing->obj };
    struct place at = { .name = r->where };
    ing->left_out = true;
    hold(t, NULL, NULL, subject_name(t->a, ing->obj));
    problem(&s, &at,
            "a non-Canary Ingress with host \"%s\" and path \"%s\" must exist before this canary, "
            "and there is none that can be translated; create or correct it",
            r->host ? r->host : "", r->path);
}

void canaries_check(struct tr *t, struct config *c)
{
    struct map mains CLEANUP(map_done) = { 0 };
    if (!has_canaries(c))
        return;
    for (size_t i = 0; i < c->members.len; i++) {
        const struct ingress *ing = c->members.items[i];
        for (size_t k = 0; !ing->canary.on && k < ing->routes.len; k++)
            if (counts(&ing->routes.items[k]))
                map_put(&mains, key_of(t->a, &ing->routes.items[k]), ing);
    }
    for (size_t i = 0; i < c->members.len; i++) {
        struct ingress *ing = c->members.items[i];
        for (size_t k = 0; ing->canary.on && k < ing->routes.len; k++)
            if (!map_get(&mains, key_of(t->a, &ing->routes.items[k])))
                leave_out(t, ing, &ing->routes.items[k]);
    }
}

/* ---- on a listener --------------------------------------------------------------------------- */

/* What shares one host and path. */
struct bucket {
    bool has_main;
    struct share main; /* the first whose rule can be shared; no route: none */
    int64_t total;
    share_list shares;
};

static struct bucket *bucket_of(struct tr *t, struct canaries *all, const struct route *r)
{
    const char *key = key_of(t->a, r);
    struct bucket *b = map_get(&all->buckets, key);
    if (b)
        return b;
    b = arena_alloc(t->a, sizeof *b);
    map_put(&all->buckets, key, b);
    return b;
}

static void refuse_share(struct tr *t, const struct config_listener *l, const struct share *share,
                         const char *why)
{
    struct subject s = { .t = t, .obj = share->ing->obj };
    struct place at = annotation_place(t->a, "canary-weight");
    problem(&s, &at, "with it the canaries of host \"%s\" and path \"%s\" on listener %s %s",
            share->route->host ? share->route->host : "", share->route->path, l->key, why);
    hold(t, NULL, NULL, subject_name(t->a, share->ing->obj));
}

/* One Ingress may name a host and path, and so its group, more than once. */
static bool is_repeated(const struct bucket *b, const struct share *share)
{
    for (size_t i = 0; i < b->shares.len; i++)
        if (b->shares.items[i].ing == share->ing)
            return true;
    return false;
}

/* The groups of a rule must have one: alb-semantics.md §6. */
static bool has_protocol_of(const struct share *share, const struct share *main)
{
    return !main->route
           || protocol_of(share->ing, share->route->own.service)
                  == protocol_of(main->ing, main->route->own.service);
}

static void add_share(struct tr *t, const struct config_listener *l, struct bucket *b,
                      const struct share *share)
{
    int64_t weight = share->ing->canary.weight;
    if (is_repeated(b, share))
        return;
    if (!has_protocol_of(share, &b->main))
        refuse_share(
            t, l, share,
            "lead to backends of another protocol than the main Ingress, and ALB takes one "
            "in a rule; give both the same backend-protocol");
    else if (b->total + weight > WHOLE)
        refuse_share(t, l, share, "take more than 100 per cent; lower a weight");
    else if (b->shares.len + 1 >= MAX_TARGETS)
        refuse_share(t, l, share, "are more than 4, and ALB takes 5 groups in a rule; remove one");
    else {
        b->total += weight;
        *LIST_PUSH(t->a, &b->shares) = *share;
    }
}

static void add_routes(struct tr *t, const struct config_listener *l, const struct ingress *ing,
                       struct canaries *out)
{
    for (size_t k = 0; k < ing->routes.len; k++) {
        const struct route *r = &ing->routes.items[k];
        if (!counts(r))
            continue;
        struct bucket *b = bucket_of(t, out, r);
        b->has_main = b->has_main || !ing->canary.on;
        if (!ing->canary.on && r->own_forward && !b->main.route)
            b->main = (struct share){ .ing = ing, .route = r };
        if (ing->canary.shares && b->has_main)
            add_share(t, l, b, &(struct share){ .ing = ing, .route = r });
    }
}

/* Main Ingresses first, as a share is one of what is there. */
void canaries_find(struct tr *t, const struct config *c, const struct config_listener *l,
                   struct canaries *out)
{
    for (int canary = 0; canary <= 1 && has_canaries(c); canary++)
        for (size_t i = 0; i < c->members.len; i++) {
            const struct ingress *ing = c->members.items[i];
            if (!ing->left_out && ing->canary.on == canary
                && port_wanted(&ing->placement, l->port, l->protocol))
                add_routes(t, l, ing, out);
        }
}

void canaries_done(struct canaries *all)
{
    map_done(&all->buckets);
}

static const struct bucket *find_bucket(struct tr *t, const struct canaries *all,
                                        const struct route *r)
{
    return map_count(&all->buckets) ? map_get(&all->buckets, key_of(t->a, r)) : NULL;
}

bool canary_has_rule(struct tr *t, const struct canaries *all, const struct config_listener *l,
                     const struct ingress *ing, const struct route *r)
{
    if (!ing->canary.on)
        return true;
    const struct bucket *b = find_bucket(t, all, r);
    struct subject s = { .t = t, .obj = ing->obj };
    if (!b || !b->has_main)
        warn(&s, &(struct place){ .name = r->where },
             "on listener %s there is no main Ingress with this host and path, so the canary has "
             "no effect there; use the same listen-ports and tls as the main Ingress",
             l->key);
    return b && b->has_main && !ing->canary.has_weight;
}

/* ---- a main rule ----------------------------------------------------------------------------- */

static void warn_unused(struct tr *t, const struct share *share, const struct route *main)
{
    struct subject s = { .t = t, .obj = share->ing->obj };
    warn(&s, &(struct place){ .name = share->route->where },
         "%s leads to use-annotation, so the canary has no effect; give the weight in its "
         "ForwardGroup action",
         main->from);
}

static void add_target(struct tr *t, struct alb_forward *to, const struct share *share)
{
    const struct group_ref *ref = &share->route->own;
    const struct object *obj = share->ing->obj;
    struct alb_target *target = LIST_PUSH(t->a, &to->targets);
    target->group_id =
        arena_fmt(t->a, "@%s", group_key(t->a, obj->ns, obj->name, ref->service, ref->port));
    target->weight = (struct opt_int){ .val = share->ing->canary.weight, .set = true };
}

/* The forward is the last action; the main group has what the canaries leave. */
static void split(struct tr *t, const struct bucket *b, action_list *actions)
{
    struct alb_forward out = { 0 };
    struct alb_rule_action *last = &actions->items[actions->len - 1];
    if (b->total < WHOLE) {
        *LIST_PUSH(t->a, &out.targets) = last->forward.targets.items[0];
        out.targets.items[0].weight.val = WHOLE - b->total;
    }
    for (size_t i = 0; i < b->shares.len; i++)
        add_target(t, &out, &b->shares.items[i]);
    last->forward = out;
}

share_list canary_split(struct tr *t, const struct canaries *all, const struct ingress *ing,
                        const struct route *r, action_list *actions)
{
    const struct bucket *b = find_bucket(t, all, r);
    if (!b || ing->canary.on || !counts(r) || !b->shares.len)
        return (share_list){ 0 };
    if (!r->own_forward) {
        for (size_t i = 0; i < b->shares.len; i++)
            warn_unused(t, &b->shares.items[i], r);
        return b->shares;
    }
    action_list own = { .len = actions->len };
    own.items = arena_dup(t->a, actions->items, actions->len * sizeof *own.items);
    split(t, b, &own);
    *actions = own;
    return b->shares;
}
