/* change.c - objects change: Ingresses, Services, what they hold, and some that nobody can read. */
#include <stdio.h>
#include <string.h>

#include "alb-agent/json.h"
#include "sim.h"

/* ---- objects --------------------------------------------------------------------------------- */

/* A watch may tell the same twice, and what happens while it is broken not at all. */
void change_put(struct sim *s, cJSON *body)
{
    if (!s->agent || s->deaf) {
        cJSON_Delete(body);
        return;
    }
    if (one_in(s, 10))
        agent_put(s->agent, cJSON_Duplicate(body, true), "sim");
    agent_put(s->agent, body, "sim");
}

void change_take_away(struct sim *s, enum object_kind kind, const char *name)
{
    if (s->options.verbose)
        printf("    without %s\n", name);
    for (size_t n = s->agent && !s->deaf ? 1 + one_in(s, 10) : 0; n; n--)
        agent_remove(s->agent, kind, kind == OBJECT_ALB_CONFIG ? "" : "shop", name);
}

static void put_ingress(struct sim *s, size_t i)
{
    const struct sim_ingress *g = &s->world.ingresses[i];
    if (s->options.verbose) {
        printf("    i%zu%s: lb%u %s", i, g->hostile ? " (hostile)" : "", g->lb, sim_host(g->host));
        for (size_t k = 0; k < ROUTES; k++)
            if (g->routes[k].on)
                printf(" %s%s -> s%uv%u", g->routes[k].exact ? "=" : "",
                       sim_path(g->routes[k].path), g->routes[k].service, g->routes[k].gen);
        printf("\n");
    }
    change_put(s, object_ingress(&s->world, i));
}

/* Several objects change one after the other; the agent may run in between. */
static void between(struct sim *s)
{
    check_goal(s);
    if (one_in(s, 3))
        life_pass(s, (int64_t)draw(s, 100));
}

static bool is_taken(const struct world *w, const struct sim_ingress *g, const struct sim_route *r)
{
    for (size_t i = 0; i < INGRESSES; i++)
        for (size_t k = 0; k < ROUTES; k++) {
            const struct sim_ingress *o = &w->ingresses[i];
            if (o->on && o->routes[k].on && o->lb == g->lb && o->host == g->host
                && o->routes[k].path == r->path && o->routes[k].exact == r->exact)
                return true;
        }
    return false;
}

/* Routes that nobody else has, at least one. */
static bool draw_routes(struct sim *s, struct sim_ingress *g)
{
    const size_t n = 1 + draw(s, ROUTES);
    bool any = false;
    for (size_t k = 0; k < ROUTES; k++) {
        struct sim_route r = { .on = true,
                               .exact = one_in(s, 4),
                               .path = (uint8_t)draw(s, PATHS),
                               .service = (uint8_t)draw(s, s->world.n_services) };
        r.gen = s->world.services[r.service].gen;
        bool twice = false;
        for (size_t i = 0; i < k; i++)
            twice = twice
                    || (g->routes[i].on && g->routes[i].path == r.path
                        && g->routes[i].exact == r.exact);
        r.on = k < n && !twice && !is_taken(&s->world, g, &r);
        g->routes[k] = r;
        any = any || r.on;
    }
    return any;
}

/* A watch that begins anew may tell an older version once more before the newest. */
static void put_stale(struct sim *s, size_t i, const struct sim_ingress *old)
{
    struct sim_ingress *at = &s->world.ingresses[i];
    const struct sim_ingress now = *at;
    if (!s->agent || s->deaf || !old->there || old->hostile || !one_in(s, 10))
        return;
    check_goal(s);
    life_pass(s, (int64_t)draw(s, 1000));
    *at = *old;
    check_goal(s);
    put_ingress(s, i);
    life_pass(s, (int64_t)draw(s, 1000));
    s->net.refused = 0; /* who changes what was refused, and back, asks for it again */
    *at = now;
    put_ingress(s, i);
}

bool change_ingress(struct sim *s)
{
    const size_t i = draw(s, s->world.n_ingresses);
    struct sim_ingress *at = &s->world.ingresses[i];
    const struct sim_ingress old = *at;
    struct sim_ingress g = { .on = true, .there = true };
    g.lb = (uint8_t)(at->on && !one_in(s, 4) ? at->lb : draw(s, BALANCERS));
    if ((at->on || s->deaf) && !world_has_lb(&s->world, g.lb))
        g.lb = at->lb; /* where it was its rules would stay, as there is no other place for them */
    g.host = (uint8_t)(at->on && !one_in(s, 4) ? at->host : draw(s, HOSTS));
    at->on = false; /* its own routes are free */
    if (!draw_routes(s, &g)) {
        at->there = at->hostile = false;
        change_take_away(s, OBJECT_INGRESS, arena_fmt(&s->arena, "i%zu", i));
        return true;
    }
    *at = g;
    put_ingress(s, i);
    put_stale(s, i, &old);
    return true;
}

/* One backend of one route. */
bool change_backend(struct sim *s)
{
    const size_t i = draw(s, s->world.n_ingresses), k = draw(s, ROUTES);
    struct sim_ingress *g = &s->world.ingresses[i];
    if (!g->on || !g->there || g->hostile || !g->routes[k].on)
        return false;
    g->routes[k].service = (uint8_t)draw(s, s->world.n_services);
    g->routes[k].gen = s->world.services[g->routes[k].service].gen;
    put_ingress(s, i);
    return true;
}

bool remove_ingress(struct sim *s)
{
    const size_t i = draw(s, s->world.n_ingresses);
    struct sim_ingress *g = &s->world.ingresses[i];
    if (!g->there)
        return false;
    g->on = g->there = g->hostile = false;
    change_take_away(s, OBJECT_INGRESS, arena_fmt(&s->arena, "i%zu", i));
    return true;
}

static bool is_shared(const struct world *w, size_t i)
{
    for (size_t k = 0; k < CANARIES; k++)
        if (w->canaries[k].on && w->canaries[k].lb == w->ingresses[i].lb
            && w->canaries[k].host == w->ingresses[i].host)
            return true;
    return false;
}

/* It cannot be translated any more: what it said last stands. */
bool make_hostile(struct sim *s)
{
    const size_t i = draw(s, s->world.n_ingresses);
    struct sim_ingress *g = &s->world.ingresses[i];
    for (size_t k = 0; k < INGRESSES; k++)
        if (s->world.ingresses[k].hostile)
            return false; /* one at a time: their order is not known */
    if (!g->on || is_shared(&s->world, i) || s->deeds.len || !world_has_lb(&s->world, g->lb))
        return false;
    life_settle(s); /* what it said last was heard */
    g->hostile = true;
    put_ingress(s, i);
    return true;
}

bool change_pods(struct sim *s)
{
    const size_t i = draw(s, s->world.n_services);
    struct sim_service *v = &s->world.services[i];
    const uint8_t pods = v->pods;
    v->pods = (uint8_t)(one_in(s, 3) ? draw(s, 1 << PODS) : pods ^ 1U << draw(s, PODS));
    if (!v->pods && !one_in(s, 8))
        v->pods = 1;
    v->filling = v->filling || !v->pods;
    change_put(s, object_slice(&s->world, i));
    return v->pods != pods;
}

bool change_canary(struct sim *s)
{
    const size_t i = draw(s, CANARIES), k = draw(s, s->world.n_ingresses), n = draw(s, ROUTES);
    struct sim_canary *c = &s->world.canaries[i];
    const struct sim_ingress *g = &s->world.ingresses[k];
    if (c->on && one_in(s, 3)) {
        c->on = false;
        change_take_away(s, OBJECT_INGRESS, arena_fmt(&s->arena, "c%zu", i));
        return true;
    }
    if (!g->on || g->hostile || !g->routes[n].on)
        return false;
    if ((c->on || s->deaf) && c->lb != g->lb && !world_has_lb(&s->world, g->lb))
        return false; /* what it said last would stand */
    struct sim_canary made = { .on = true, .lb = g->lb, .host = g->host, .route = g->routes[n] };
    made.weight = (uint8_t)(1 + draw(s, 45));
    made.route.service = (uint8_t)draw(s, s->world.n_services);
    made.route.gen = s->world.services[made.route.service].gen;
    *c = made;
    change_put(s, object_canary(&s->world, i));
    return true;
}

bool change_settings(struct sim *s)
{
    const size_t i = draw(s, BALANCERS);
    if (!world_has_lb(&s->world, (int)i))
        return false;
    s->world.idle_timeout[i] = (uint8_t)(1 + draw(s, 60));
    if (one_in(s, 3))
        s->world.second[i] = !s->world.second[i];
    change_put(s, object_balancer(&s->world, i));
    return true;
}

static void move_routes(struct sim *s, size_t service)
{
    struct world *w = &s->world;
    for (size_t i = 0; i < INGRESSES; i++) {
        bool any = false;
        for (size_t k = 0; k < ROUTES; k++)
            if (w->ingresses[i].routes[k].service == service) {
                w->ingresses[i].routes[k].gen = w->services[service].gen;
                any = true;
            }
        if (!any || !w->ingresses[i].there)
            continue;
        put_ingress(s, i);
        between(s);
    }
    for (size_t i = 0; i < CANARIES; i++) {
        if (!w->canaries[i].on || w->canaries[i].route.service != service)
            continue;
        w->canaries[i].route.gen = w->services[service].gen;
        change_put(s, object_canary(w, i));
        between(s);
    }
}

static bool uses(const struct sim_ingress *g, size_t service)
{
    for (size_t k = 0; k < ROUTES; k++)
        if (g->routes[k].service == service)
            return true;
    return false;
}

/* The service gets another name: a new one, then all that use it, then the old one goes. */
bool rename_service(struct sim *s)
{
    const size_t i = draw(s, s->world.n_services);
    struct sim_service *v = &s->world.services[i];
    for (size_t k = 0; k < INGRESSES; k++)
        if (s->world.ingresses[k].hostile && uses(&s->world.ingresses[k], i))
            return false;
    if (tls_hinders_rename(&s->world, i))
        return false;
    const char *old = sim_service_name(&s->arena, &s->world, i);
    v->gen++;
    change_put(s, object_service(&s->world, i));
    change_put(s, object_slice(&s->world, i));
    move_routes(s, i);
    tls_rename(s, i);
    change_take_away(s, OBJECT_SERVICE, old);
    change_take_away(s, OBJECT_ENDPOINT_SLICE, arena_fmt(&s->arena, "%s-1", old));
    return true;
}

void step_heal(struct sim *s)
{
    balancers_heal(s);
    tls_heal(s);
    for (size_t i = 0; i < INGRESSES; i++)
        if (s->world.ingresses[i].hostile) {
            s->world.ingresses[i].hostile = false;
            for (size_t k = 0; k < ROUTES; k++)
                s->world.ingresses[i].routes[k].lost = false;
            put_ingress(s, i);
        }
    for (size_t i = 0; i < CANARIES; i++)
        if (s->world.canaries[i].on && !world_has_main(&s->world, i)) {
            s->world.canaries[i].on = false;
            change_take_away(s, OBJECT_INGRESS, arena_fmt(&s->arena, "c%zu", i));
        }
    check_goal(s);
}
