/* world.c - what the objects ask for: which request goes to which groups, by the rules of Ingress
 * and of the existing controller (alb-ingress.md §C.5, §C.8, §C.11), written down again without a
 * line of src/, so that a mistake there cannot agree with itself. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

enum { WHOLE = 100 };

static const char *const hosts[ASKED_HOSTS] = { "a.example", "b.example", "c.example",
                                                "other.example" };
static const char *const paths[PATHS] = { "/", "/a", "/a/b", "/a/b/c", "/d" };
static const char *const asked[ASKED_PATHS] = { "/",      "/a",  "/a/x",     "/a/b", "/a/b/x",
                                                "/a/b/c", "/ab", "/a/b/c/d", "/d",   "/d/e" };

const char *sim_host(size_t i)
{
    return hosts[i];
}

const char *sim_path(size_t i)
{
    return paths[i];
}

struct probe probe_at(size_t i)
{
    return (struct probe){ (int)(i / (ASKED_HOSTS * ASKED_PATHS)),
                           hosts[i / ASKED_PATHS % ASKED_HOSTS], asked[i % ASKED_PATHS] };
}

/* ---- beginning ------------------------------------------------------------------------------- */

static uint8_t below(struct rng *r, uint64_t n)
{
    return (uint8_t)rng_below(r, n);
}

void world_init(struct world *w, struct rng *r)
{
    *w = (struct world){ 0 };
    for (size_t i = 0; i < BALANCERS; i++)
        w->idle_timeout[i] = (uint8_t)(10 + rng_below(r, 20));
    const bool large = !rng_below(r, 3);
    w->n_ingresses = large ? INGRESSES : INGRESSES / 2 + 1;
    w->n_services = large ? SERVICES : SERVICES / 2 + 1;
    for (size_t i = 0; i < w->n_services; i++)
        w->services[i] =
            (struct sim_service){ .on = true, .pods = (uint8_t)(1 + below(r, (1 << PODS) - 1)) };
    for (size_t i = 0; i < 3; i++) {
        struct sim_ingress *g = &w->ingresses[i];
        g->on = g->there = true;
        g->lb = (uint8_t)(i % BALANCERS);
        g->host = (uint8_t)(i % HOSTS);
        g->routes[0] = (struct sim_route){ .on = true, .service = below(r, w->n_services) };
    }
    tls_init(w, r);
}

/* ---- outcomes -------------------------------------------------------------------------------- */

static outcome digest(outcome h, const char *text)
{
    for (; *text; text++)
        h = (h ^ (unsigned char)*text) * 16777619U;
    return (h ^ 31) * 16777619U;
}

outcome outcome_add(outcome sum, const char *ingress, const char *service, int64_t weight)
{
    outcome h = (digest(digest(2166136261U, ingress), service) ^ (outcome)weight) * 2654435761U;
    h = (h ^ h >> 15) * 2246822519U; /* or weights that are exchanged would be the same sum */
    return sum + (h ^ h >> 13);
}

outcome outcome_end(outcome sum)
{
    return sum >= OUTCOME_FIRST ? sum : sum + OUTCOME_FIRST;
}

/* ---- which load balancers -------------------------------------------------------------------- */

bool world_has_lb(const struct world *w, int lb)
{
    return lb >= 0 && w->lives[lb] == LIFE_THERE;
}

static bool is_attended(const struct world *w, const struct sim_ingress *g)
{
    return g->on && world_has_lb(w, g->lb);
}

/* ---- routing --------------------------------------------------------------------------------- */

static bool matches(const struct sim_route *r, const char *path)
{
    const char *own = paths[r->path];
    const size_t n = strlen(own);
    if (r->exact)
        return !strcmp(path, own);
    return n == 1 || (!strncmp(path, own, n) && (!path[n] || path[n] == '/'));
}

/* The second balancer has the order of the specification: exact paths, then the longest. */
static bool goes_before(const struct sim_route *x, const struct sim_route *y)
{
    if (x->exact != y->exact)
        return x->exact;
    return strlen(paths[x->path]) > strlen(paths[y->path]);
}

struct found {
    const struct sim_route *route;
    size_t ingress;
};

/* Does an Ingress come before the one that was found so far?  'usually': where neither is in doubt.
 */
static bool is_first(const struct world *w, size_t i, size_t best, enum sim_doubt doubt,
                     bool usually)
{
    const bool in_doubt = w->ingresses[i].hostile, was = w->ingresses[best].hostile;
    if (doubt == DOUBT_NONE || in_doubt == was)
        return usually;
    return doubt == DOUBT_FIRST ? in_doubt : was;
}

static struct found find_route(const struct world *w, const struct probe *p, enum sim_doubt doubt)
{
    struct found best = { 0 };
    for (size_t i = 0; i < INGRESSES; i++) {
        const struct sim_ingress *g = &w->ingresses[i];
        if (!g->on || g->lb != p->lb || strcmp(hosts[g->host], p->host) != 0)
            continue;
        for (size_t k = 0; k < ROUTES; k++) {
            const struct sim_route *r = &g->routes[k];
            if (!r->on || r->lost || !matches(r, p->path))
                continue;
            if (!best.route
                || is_first(w, i, best.ingress, doubt, p->lb == 1 && goes_before(r, best.route)))
                best = (struct found){ r, i };
        }
    }
    return best;
}

/* The type of the path is not part of what they share.  What nobody can read gets no share. */
static bool is_share(const struct sim_canary *c, const struct sim_ingress *g,
                     const struct sim_route *r)
{
    return c->on && !g->hostile && c->lb == g->lb && c->host == g->host && c->route.path == r->path;
}

/* A letter and a number below 256; returns the end.  These names are written for every probe. */
static char *name(char *at, char kind, unsigned n)
{
    *at++ = kind;
    if (n >= 100)
        *at++ = (char)('0' + n / 100);
    if (n >= 10)
        *at++ = (char)('0' + n / 10 % 10);
    *at++ = (char)('0' + n % 10);
    *at = '\0';
    return at;
}

static void name_ingress(char text[static 8], char kind, size_t i)
{
    (void)name(text, kind, (unsigned)(i % 100));
}

static void name_service(char text[static 12], const struct sim_route *r)
{
    (void)name(name(text, 's', r->service), 'v', r->gen);
}

static outcome outcome_of(const struct world *w, const struct found *f)
{
    char ingress[8], service[12];
    int64_t left = WHOLE;
    outcome sum = 0;
    for (size_t i = 0; i < CANARIES; i++) {
        const struct sim_canary *c = &w->canaries[i];
        if (!is_share(c, &w->ingresses[f->ingress], f->route))
            continue;
        name_ingress(ingress, 'c', i);
        name_service(service, &c->route);
        sum = outcome_add(sum, ingress, service, c->weight);
        left -= c->weight;
    }
    name_ingress(ingress, 'i', f->ingress);
    name_service(service, f->route);
    return outcome_end(outcome_add(sum, ingress, service, left));
}

void world_routing(const struct world *w, enum sim_doubt doubt, struct routing *out)
{
    for (size_t i = 0; i < PROBES; i++) {
        const struct probe p = probe_at(i);
        const struct found f = find_route(w, &p, doubt);
        if (w->lives[p.lb] == LIFE_VANISHED)
            out->of[i] = OUTCOME_UNSAID;
        else if (!world_has_lb(w, p.lb))
            out->of[i] = OUTCOME_NONE;
        else
            out->of[i] = f.route ? outcome_of(w, &f) : OUTCOME_DEFAULT;
    }
}

void world_met(const struct world *w, void (*met)(void *arg, size_t probe, outcome o), void *arg)
{
    for (size_t i = 0; i < INGRESSES; i++)
        for (size_t k = 0; is_attended(w, &w->ingresses[i]) && k < ROUTES; k++) {
            const struct sim_ingress *g = &w->ingresses[i];
            const struct found f = { &g->routes[k], i };
            const outcome o = f.route->on ? outcome_of(w, &f) : OUTCOME_DEFAULT;
            for (size_t n = 0; f.route->on && n < PROBES; n++) {
                const struct probe p = probe_at(n);
                if (g->lb == p.lb && !strcmp(hosts[g->host], p.host) && matches(f.route, p.path))
                    met(arg, n, o);
            }
        }
}

struct sim_route *world_hostile_route(struct world *w, int lb, const char *host, const char *path,
                                      bool exact)
{
    for (size_t i = 0; i < INGRESSES; i++)
        for (size_t k = 0; k < ROUTES; k++) {
            struct sim_ingress *g = &w->ingresses[i];
            struct sim_route *r = &g->routes[k];
            if (g->hostile && r->on && g->lb == lb && r->exact == exact
                && !strcmp(hosts[g->host], host) && !strcmp(paths[r->path], path))
                return r;
        }
    return NULL;
}

/* ---- counts ---------------------------------------------------------------------------------- */

size_t world_rules(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < INGRESSES; i++)
        for (size_t k = 0; k < ROUTES; k++)
            n += is_attended(w, &w->ingresses[i]) && w->ingresses[i].routes[k].on
                 && !w->ingresses[i].routes[k].lost;
    for (size_t i = 0; i < TLSES; i++)
        n += tls_is_attended(w, i);
    return n;
}

static bool is_new_group(const struct sim_ingress *g, size_t k)
{
    for (size_t i = 0; i < k; i++)
        if (g->routes[i].on && g->routes[i].service == g->routes[k].service
            && g->routes[i].gen == g->routes[k].gen)
            return false;
    return g->routes[k].on;
}

bool world_has_main(const struct world *w, size_t canary)
{
    const struct sim_canary *c = &w->canaries[canary];
    for (size_t i = 0; i < INGRESSES; i++)
        for (size_t k = 0; k < ROUTES; k++)
            if (w->ingresses[i].on && w->ingresses[i].routes[k].on
                && is_share(c, &w->ingresses[i], &w->ingresses[i].routes[k]))
                return true;
    return false;
}

size_t world_listeners(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < BALANCERS; i++)
        n += world_has_lb(w, (int)i) ? 1U + w->second[i] + w->https[i] : 0;
    return n;
}

size_t world_balancers(const struct world *w)
{
    size_t n = 0;
    for (size_t i = 0; i < BALANCERS; i++)
        n += world_has_lb(w, (int)i);
    return n;
}

/* One for each service of an Ingress, and one of each listener. */
size_t world_groups(const struct world *w)
{
    size_t n = world_listeners(w);
    for (size_t i = 0; i < INGRESSES; i++)
        for (size_t k = 0; is_attended(w, &w->ingresses[i]) && k < ROUTES; k++)
            n += is_new_group(&w->ingresses[i], k);
    for (size_t i = 0; i < CANARIES; i++)
        n += w->canaries[i].on && world_has_lb(w, w->canaries[i].lb) && world_has_main(w, i);
    for (size_t i = 0; i < TLSES; i++)
        n += tls_is_attended(w, i);
    return n;
}

const char *sim_service_name(struct arena *a, const struct world *w, size_t i)
{
    return arena_fmt(a, "s%zuv%u", i, w->services[i].gen);
}

const struct sim_service *world_service(const struct world *w, const char *name)
{
    char own[12];
    for (size_t i = 0; i < SERVICES; i++) {
        const struct sim_route r = { .service = (uint8_t)i, .gen = w->services[i].gen };
        name_service(own, &r);
        if (w->services[i].on && !strcmp(own, name))
            return &w->services[i];
    }
    return NULL;
}
