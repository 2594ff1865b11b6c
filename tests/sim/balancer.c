/* balancer.c - AlbConfigs come and go: with a deletionTimestamp, on which the load balancer goes
 * too, or without a word, on which it stays as it is and nobody attends to it. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

/* ---- changes --------------------------------------------------------------------------------- */

static void say(const struct sim *s, size_t i, const char *what)
{
    if (s->options.verbose)
        printf("    AlbConfig lb%zu %s\n", i, what);
}

/* What an object that cannot be read said last is forgotten with its load balancer. */
static bool is_hostile(const struct world *w, size_t lb)
{
    for (size_t i = 0; i < INGRESSES; i++)
        if (w->ingresses[i].hostile && w->ingresses[i].lb == lb)
            return true;
    return false;
}

static void come(struct sim *s, size_t i)
{
    say(s, i, "is there");
    s->world.lives[i] = LIFE_THERE;
    check_allow_lb(s, i, OUTCOME_DEFAULT); /* its listener comes before its rules */
    check_goal(s);
    change_put(s, object_balancer(&s->world, i));
}

/* Until it is seen to be gone somebody may protect it. */
static void go(struct sim *s, size_t i)
{
    say(s, i, "is being deleted");
    s->world.lives[i] = LIFE_GOING;
    check_goal(s);
    change_put(s, object_balancer(&s->world, i));
    while (one_in(s, 4)) {
        life_pass(s, (int64_t)draw(s, 1500));
        (void)protect_balancer(s);
    }
}

static void vanish(struct sim *s, size_t i)
{
    say(s, i, "vanishes");
    s->world.lives[i] = LIFE_VANISHED;
    change_take_away(s, OBJECT_ALB_CONFIG, arena_fmt(&s->arena, "lb%zu", i));
}

/* The load balancer, or a group that was made for it. */
static bool is_in_cloud(struct sim *s, size_t i)
{
    s->view.stale = VIEW_ALL;
    view_refresh(s);
    for (size_t k = 0; k < s->view.groups.len; k++) {
        const struct view_group *g = &s->view.groups.items[k];
        const char *digit = g->ours ? strrchr(g->lb, 'b') : NULL;
        if (digit && digit[1] - '0' == (int)i)
            return true;
    }
    for (size_t k = 0; k < s->view.lbs.len; k++)
        if (s->view.lbs.items[k].index == (int)i)
            return true;
    return false;
}

/* Its finalizer goes when all of it has gone.  A watch that was broken shows the one that
 * goes, and then another of that name. */
static bool leave_or_come(struct sim *s, size_t i)
{
    if (!one_in(s, 3) && is_in_cloud(s, i))
        return false;
    if (one_in(s, 2)) {
        come(s, i);
        return true;
    }
    if (is_in_cloud(s, i))
        return false;
    say(s, i, "is gone");
    s->world.lives[i] = LIFE_GONE;
    change_take_away(s, OBJECT_ALB_CONFIG, arena_fmt(&s->arena, "lb%zu", i));
    return true;
}

/* Ingresses that came from another load balancer were heard to: one that is told to be on one that
 * is not there stays where it was. */
static bool begin_to_go(struct sim *s, size_t i)
{
    if (is_hostile(&s->world, i) || tls_any_doubt(&s->world) || s->deaf)
        return false;
    tls_drop_idle(s);
    life_settle(s);
    for (size_t k = 0; k < TLSES; k++)
        if (s->world.tls[k].lb == i)
            s->watches[k].served = false;
    if (one_in(s, 4))
        vanish(s, i);
    else
        go(s, i);
    return true;
}

/* One is there always: without any the agent does nothing. */
bool change_balancer(struct sim *s)
{
    const struct world *w = &s->world;
    size_t i = draw(s, BALANCERS);
    for (size_t k = 0; k < BALANCERS; k++)
        if (w->lives[k] != LIFE_THERE)
            i = k;
    switch (w->lives[i]) {
    case LIFE_THERE: return begin_to_go(s, i);
    case LIFE_GOING: return leave_or_come(s, i);
    case LIFE_GONE: come(s, i); return true;
    case LIFE_VANISHED:
        sim_disturb(s); /* nobody saw to its groups meanwhile */
        if (one_in(s, 3))
            go(s, i);
        else
            come(s, i);
        return true;
    }
    return false;
}

void balancers_heal(struct sim *s)
{
    for (size_t i = 0; i < BALANCERS; i++)
        if (s->world.lives[i] == LIFE_VANISHED)
            come(s, i);
}

bool protect_balancer(struct sim *s)
{
    view_refresh(s);
    if (!s->view.lbs.len)
        return false;
    const struct view_lb *lb = &s->view.lbs.items[draw(s, s->view.lbs.len)];
    if (lb->index < 0)
        return false;
    sim_disturb(s);
    return deed_do(s, one_in(s, 3) ? "DisableDeletionProtection" : "EnableDeletionProtection",
                   (const char *const[]){ "ResourceId", lb->id, NULL }, NULL);
}

/* ---- what went with them --------------------------------------------------------------------- */

static const char *id_of(const struct view *v, size_t index)
{
    for (size_t i = 0; i < v->lbs.len; i++)
        if (v->lbs.items[i].index == (int)index)
            return v->lbs.items[i].id;
    return NULL;
}

static void forget(struct sim *s, size_t i)
{
    size_t left = 0;
    for (size_t k = 0; k < s->by_hand.len; k++) {
        const struct by_hand h = s->by_hand.items[k];
        if (strcmp(h.lb, s->lb_ids[i]) != 0)
            s->by_hand.items[left++] = h;
        else
            map_remove(&s->foreign, h.id);
    }
    s->by_hand.len = left;
    check_forget_lb(s, i);
}

void balancers_look(struct sim *s)
{
    view_refresh(s);
    for (size_t i = 0; i < BALANCERS; i++) {
        const char *id = id_of(&s->view, i);
        if (id && s->lb_ids[i] && !strcmp(id, s->lb_ids[i]))
            continue;
        if (s->lb_ids[i])
            forget(s, i);
        s->lb_ids[i] = id ? arena_strdup(&s->arena, id) : NULL;
    }
}

/* ---- checks ---------------------------------------------------------------------------------- */

static const char *param_of(const struct sim_call *c, const char *name)
{
    for (size_t i = 0; i < c->params.len; i++)
        if (!strcmp(c->params.items[i].name, name))
            return c->params.items[i].value;
    return "";
}

/* The load balancer that a call is about, or -1. */
static int index_of(const struct sim *s, const struct sim_call *c, const char *lb)
{
    const struct view_group *g = view_group(&s->view, param_of(c, "ServerGroupId"));
    const char *resource = param_of(c, "ResourceId");
    for (size_t i = 0; i < s->view.lbs.len; i++) {
        const struct view_lb *at = &s->view.lbs.items[i];
        if ((lb && !strcmp(at->id, lb)) || !strcmp(at->id, resource))
            return at->index;
    }
    const char *digit = g && g->ours ? strrchr(g->lb, 'b') : NULL;
    return digit ? digit[1] - '0' : -1;
}

void check_balancers(struct sim *s, const struct sim_call *c, const char *lb)
{
    const int i = index_of(s, c, lb);
    if (i >= 0 && i < BALANCERS && s->world.lives[i] == LIFE_VANISHED && !s->deaf)
        sim_complain(s, "orphan: %s changes lb%d, which no AlbConfig asks for", c->action, i);
    if (!strcmp(c->action, "DeleteLoadBalancer") && world_has_lb(&s->world, i) && !s->deaf)
        sim_complain(s, "orphan: lb%d is deleted although it is wanted", i);
}

void check_twins(struct sim *s)
{
    bool there[BALANCERS] = { false };
    for (size_t i = 0; i < s->view.lbs.len; i++) {
        const int at = s->view.lbs.items[i].index;
        if (at >= 0 && at < BALANCERS && there[at])
            sim_complain(s, "twins: there are two load balancers lb%d", at);
        if (at >= 0 && at < BALANCERS)
            there[at] = true;
    }
}
