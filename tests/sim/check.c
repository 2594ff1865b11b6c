/* check.c - what must hold at every moment, and at the end. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mock-server/mock.h"
#include "sim.h"

enum {
    WRITES = 200,
    WRITES_MS = 60000,
    READS = 20,
    READS_MS = 1000,
    CALM_MS = 15000,   /* that nothing which was begun by others outlasts */
    RESTLESS_MAX = 500 /* writes, more than any change takes               */
};

/* What is left of the budget of an action. */
struct budget {
    int64_t at_ms, spent_us; /* in time that a call costs */
};
/* A ClientToken that was sent, with what, and whether the answer ended its life. */
struct token {
    uint64_t call, digest;
    bool over, doubt;
    char lane[160];
    bool open;    /* the last answer did not say what became of it */
    bool heard;   /* its last answer reached the agent             */
    bool repeats; /* it was sent before, and no answer reached one */
};
/* What a lane has in flight. */
struct flight {
    uint64_t call;
    struct token *token; /* NULL: none */
    char lane[160];
};
/* The starts of a family of lanes within a second. */
struct starts {
    int64_t at_ms[64];
    size_t next;
};
struct checks {
    struct flight flights[64];
    struct map tokens;
    struct arena token_arena;
    struct starts starts[LANE_FAMILIES];
    struct map budgets;
    struct arena arena;
};
static struct checks checks; /* of the one run there is */

void check_begin(struct sim *s)
{
    (void)s;
    memset(checks.flights, 0, sizeof checks.flights);
}

void check_done(struct sim *s)
{
    (void)s;
    map_done(&checks.budgets);
    map_done(&checks.tokens);
    arena_done(&checks.arena);
    arena_done(&checks.token_arena);
}

/* A call whose answer did not reach the disk may be repeated by the next run, with its token. */
static void open_tokens(struct sim *s)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    store_calls left;
    struct error err;
    if (!s->agent || !store_calls_open(agent_store(s->agent), &a, &left, &err))
        return;
    for (size_t i = 0; i < left.len; i++) {
        const char *text = left.items[i].client_token;
        struct token *t = text ? map_get(&checks.tokens, text) : NULL;
        if (t)
            t->over = false;
    }
}

/* The next run plans from what it reads. */
static void close_tokens(void)
{
    const struct map_entry *cursor = NULL;
    void *value = NULL;
    while (map_next(&checks.tokens, &cursor, &value))
        ((struct token *)value)->open = false;
}

bool check_is_open(const char *lane)
{
    const struct map_entry *cursor = NULL;
    void *value = NULL;
    while (map_next(&checks.tokens, &cursor, &value)) {
        const struct token *t = value;
        if (t->open && !strcmp(t->lane, lane))
            return true;
    }
    return false;
}

void check_restart(struct sim *s)
{
    open_tokens(s);
    close_tokens();
    map_done(&checks.budgets);
    arena_done(&checks.arena);
    memset(checks.starts, 0, sizeof checks.starts);
    check_forgotten(s);
    check_begin(s);
}

void sim_complain(struct sim *s, const char *fmt, ...)
{
    struct sim_result *r = s->result;
    va_list ap;
    if (!r->ok)
        return;
    r->ok = false;
    r->step = s->step;
    va_start(ap, fmt);
    (void)vsnprintf(r->why, sizeof r->why, fmt, ap);
    va_end(ap);
    if (s->options.verbose)
        printf("  VIOLATION %s\n", r->why);
}

bool sim_failed(const struct sim *s)
{
    return !s->result->ok && !s->options.go_on;
}

/* ---- calls ----------------------------------------------------------------------------------- */

static const char *param(const struct sim_call *c, const char *name)
{
    for (size_t i = 0; i < c->params.len; i++)
        if (!strcmp(c->params.items[i].name, name))
            return c->params.items[i].value;
    return NULL;
}

static const char *lb_of_rule(const struct sim *s, const char *id)
{
    const struct view_rule *r = view_rule(&s->view, id);
    return r ? view_listener_lb(&s->view, r->listener) : NULL;
}

static const char *lb_of(const struct sim *s, const struct sim_call *c)
{
    const char *lb = param(c, "LoadBalancerId"), *listener = param(c, "ListenerId");
    if (!lb && listener)
        lb = view_listener_lb(&s->view, listener);
    for (size_t i = 0; !lb && i < c->params.len; i++)
        lb = strstr(c->params.items[i].name, "RuleId") ? lb_of_rule(s, c->params.items[i].value)
                                                       : NULL;
    return lb;
}

/* What the call changes, of which there may be one change in flight. */
static void lane_of(struct sim *s, const struct sim_call *c, char *out, size_t size)
{
    const char *id = param(c, "ServerGroupId"), *resource = param(c, "ResourceId.1");
    const char *lb;
    resource = resource ? resource : param(c, "ResourceId"); /* to be protected */
    size_t n = (size_t)snprintf(out, size, "%s:", c->action);
    if (id || resource) {
        (void)snprintf(out, size, "%s", id ? id : resource);
        return;
    }
    lb = lb_of(s, c);
    if (lb) {
        (void)snprintf(out, size, "%s", lb);
        return;
    }
    for (size_t i = 0; i < c->params.len && n < size; i++)
        if (strstr(c->params.items[i].name, "Name") || strstr(c->params.items[i].name, "Tag")
            || strstr(c->params.items[i].name, "RuleId"))
            n += (size_t)snprintf(out + n, size - n, "%s,", c->params.items[i].value);
}

static void take_lane(struct sim *s, const struct sim_call *c)
{
    char lane[160];
    struct flight *free_one = NULL;
    lane_of(s, c, lane, sizeof lane);
    for (size_t i = 0; i < COUNT(checks.flights); i++) {
        struct flight *f = &checks.flights[i];
        if (f->call && !strcmp(f->lane, lane))
            sim_complain(s, "lanes: two changes in flight on %s: %s is the second", lane,
                         c->action);
        free_one = f->call ? free_one : f;
    }
    if (!free_one) {
        sim_complain(s, "lanes: more than %zu changes in flight", COUNT(checks.flights));
        return;
    }
    size_t lanes = 1;
    for (size_t i = 0; i < COUNT(checks.flights); i++)
        lanes += checks.flights[i].call != 0;
    s->most_lanes = lanes > s->most_lanes ? lanes : s->most_lanes;
    free_one->call = c->id;
    free_one->token = NULL;
    (void)snprintf(free_one->lane, sizeof free_one->lane, "%s", lane);
}

void check_reply(struct sim *s, uint64_t id)
{
    (void)s;
    for (size_t i = 0; i < COUNT(checks.flights); i++) {
        struct flight *f = &checks.flights[i];
        if (f->call != id)
            continue;
        f->call = 0;
        if (f->token)
            f->token->heard = true;
    }
}

/* A bucket of as many tokens as the period brings, however the agent's clock is set. */
static void spend(struct sim *s, const struct sim_call *c)
{
    const int64_t now = s->net.now_ms;
    const int64_t period = c->write ? WRITES_MS : READS_MS, limit = c->write ? WRITES : READS;
    struct budget *b = map_get(&checks.budgets, c->action);
    if (!b) {
        b = arena_alloc(&checks.arena, sizeof *b);
        b->at_ms = now;
        map_put(&checks.budgets, c->action, b);
    }
    const int64_t passed = (now - b->at_ms) * 1000;
    b->spent_us = b->spent_us > passed ? b->spent_us - passed : 0;
    b->at_ms = now;
    b->spent_us += period * 1000 / limit;
    if (b->spent_us > (period + period / limit + 1) * 1000)
        sim_complain(s, "budget: %s is called more often than %" PRId64 " times in %" PRId64 " ms",
                     c->action, limit, period);
}

static void show_call(const struct sim *s, const struct sim_call *c)
{
    if (!s->options.verbose || (!c->write))
        return;
    printf("      %s", c->action);
    for (size_t i = 0; i < c->params.len; i++)
        if (strcmp(c->params.items[i].name, "ClientToken") != 0)
            printf(" %s=%.60s", c->params.items[i].name,
                   strchr(c->params.items[i].value, '\n') ? "..." : c->params.items[i].value);
    printf("\n");
}

static void check_ours(struct sim *s, const struct sim_call *c)
{
    for (size_t i = 0; i < c->params.len; i++)
        if (map_get(&s->foreign, c->params.items[i].value))
            sim_complain(s, "ours: %s touches %s, which is not ours", c->action,
                         c->params.items[i].value);
}

static uint64_t call_digest(const struct sim_call *c)
{
    uint64_t h = 14695981039346656037U;
    for (size_t i = 0; i < c->params.len; i++) {
        const struct alb_param *p = &c->params.items[i];
        for (const char *t = p->value; strcmp(p->name, "ClientToken") != 0 && *t; t++)
            h = (h ^ (unsigned char)*t) * 1099511628211U;
    }
    return h | 1;
}

/* A token is for one call, until that was answered; and it is on disk before it is sent. */
static void check_token(struct sim *s, const struct sim_call *c)
{
    const char *text = param(c, "ClientToken");
    if (!text)
        return;
    if (!disk_holds_synced(s->disk, text))
        sim_complain(s, "journal: %s leaves before its intent is on disk", c->action);
    struct token *t = map_get(&checks.tokens, text);
    const uint64_t digest = call_digest(c);
    if (t && t->over)
        sim_complain(s, "token: %s takes a token again that was answered", c->action);
    if (t && t->digest != digest)
        sim_complain(s, "token: %s takes the token of another call", c->action);
    if (!t) {
        t = arena_alloc(&checks.token_arena, sizeof *t);
        map_put(&checks.tokens, text, t);
        lane_of(s, c, t->lane, sizeof t->lane);
    }
    t->repeats = t->call && !t->heard;
    t->heard = false;
    t->digest = digest;
    t->call = c->id;
    for (size_t i = 0; i < COUNT(checks.flights); i++)
        if (checks.flights[i].call == c->id)
            checks.flights[i].token = t;
}

/* New changes, not repeats, of a family of lanes: not more in a second than its pace allows. */
static void check_pace(struct sim *s, const struct sim_call *c)
{
    const enum lane_family family =
        strstr(c->action, "Server") ? LANE_SERVER_GROUP : LANE_LOAD_BALANCER;
    const size_t most = s->config.pace[family].starts_per_second;
    struct starts *st = &checks.starts[family];
    const char *token = param(c, "ClientToken");
    if (!most || !token || map_get(&checks.tokens, token))
        return;
    const int64_t now = s->net.now_ms;
    /* As many at once after a rest, and as many again while the second passes. */
    const size_t at = st->next + COUNT(st->at_ms) - 2 * most;
    const int64_t *before = &st->at_ms[at % COUNT(st->at_ms)];
    if (*before && now - *before < 900 && !s->disturbed_ms) /* what was throttled comes at once */
        sim_complain(s, "pace: %s: more than %zu starts in a second", c->action, most);
    st->at_ms[st->next++ % COUNT(st->at_ms)] = now;
}

void check_request(struct sim *s, const struct sim_call *c)
{
    spend(s, c);
    if (!c->write)
        return;
    show_call(s, c);
    if (++s->restless > RESTLESS_MAX)
        sim_complain(s, "rest: %d writes, and no end of them", RESTLESS_MAX);
    if (strstr(c->action, "Servers"))
        s->view.stale |= VIEW_GROUPS; /* a replacement may be over since */
    view_refresh(s);
    s->before = view_digest(&s->view);
    check_ours(s, c);
    for (size_t i = 0; i < c->params.len; i++)
        if (tls_tells_key(c->params.items[i].value)
            && strcmp(c->action, "UploadUserCertificate") != 0)
            sim_complain(s, "secret: %s tells a private key", c->action);
    check_balancers(s, c, lb_of(s, c));
    take_lane(s, c);
    check_pace(s, c);
    check_token(s, c);
    if (s->net.refused == call_digest(c))
        sim_complain(s, "refusal: %s is repeated although it was refused for good", c->action);
}

/* ---- answers --------------------------------------------------------------------------------- */

static bool is_busy(const char *code)
{
    return code
           && (!strncmp(code, "ResourceInConfiguring", 21)
               || !strncmp(code, "IncorrectStatus", 15));
}

static unsigned parts_of(const char *action)
{
    if (strstr(action, "Tag"))
        return VIEW_ALL;
    if (strstr(action, "Rule"))
        return VIEW_RULES;
    if (strstr(action, "Server"))
        return VIEW_GROUPS;
    return VIEW_LBS;
}

/* At a load balancer that nobody attends to they stay, as many as they are. */
static bool is_counted(const struct sim *s, const struct view_rule *r)
{
    const int lb = view_owner(&s->view, r->listener);
    return !r->foreign && !r->gone && !(lb >= 0 && s->world.lives[lb] == LIFE_VANISHED);
}

/* One that goes may have been unattended before: what it lacks nobody gives it any more. */
static bool is_attended(const struct sim *s, const struct view_rule *r)
{
    const int lb = view_owner(&s->view, r->listener);
    return is_counted(s, r) && !(lb >= 0 && s->world.lives[lb] == LIFE_GOING);
}

/* Does some rule of ours send requests to a group that takes none, while its service has pods? */
static void check_served(struct sim *s, const char *after)
{
    const struct view *v = &s->view;
    for (size_t i = 0; i < v->rules.len; i++)
        for (size_t k = 0; v->rules.items[i].groups[k] && is_attended(s, &v->rules.items[i]); k++) {
            const struct view_group *g = view_group(v, v->rules.items[i].groups[k]);
            const struct sim_service *of = g ? world_service(&s->world, g->service) : NULL;
            if (of && g->ours && !g->available && of->pods && !of->filling)
                sim_complain(
                    s, "served: after %s rule %s leads to group %s (%s), which takes no request",
                    after, v->rules.items[i].id, g->id, g->name);
        }
}

/* A refusal ends it, unless nobody knows what became of an earlier request with it: a repeat that
 * is put off keeps it. */
static void end_token(struct sim *s, const struct sim_call *c, int status, const char *code)
{
    const char *text = param(c, "ClientToken");
    struct token *t = text ? map_get(&checks.tokens, text) : NULL;
    if (!t)
        return;
    const bool unknown =
        !status || status >= 500 || c->garbled || (code && !strcmp(code, "IdempotenceProcessing"));
    if (t->open && status == 200)
        s->done_ms = sim_now(s); /* no reading since it was begun shows it */
    t->open = unknown || (t->open && status != 200);
    t->doubt = t->doubt || unknown;
    t->over = t->over || (!t->doubt && status != 200);
}

void check_show_rules(const struct sim *s)
{
    const struct view *v = &s->view;
    for (size_t i = 0; i < v->rules.len; i++) {
        const struct view_rule *r = &v->rules.items[i];
        printf("    rule %s%s of %s at %" PRId64 ": %s %s ->", r->id, r->gone ? " (going)" : "",
               r->listener, r->priority, r->hosts[0] ? r->hosts[0] : "any",
               r->paths[0] ? r->paths[0] : "any");
        for (size_t k = 0; r->groups[k]; k++) {
            const struct view_group *g = view_group(v, r->groups[k]);
            printf(" %s (%s/%s)", r->groups[k], g ? g->ingress : "?", g ? g->service : "?");
        }
        printf("\n");
    }
}

static bool is_batch(const struct sim_call *c)
{
    for (size_t i = 0; i < c->params.len; i++)
        if (!strncmp(c->params.items[i].name, "Rules.2.", 8))
            return true;
    return false;
}

/* Calls that change a rule or a server set change one. */
static bool is_seen(const char *action)
{
    return strstr(action, "Rules") || strstr(action, "ServersToServer")
           || strstr(action, "ServersFromServer") || strstr(action, "ServersInServer");
}

/* What an agent that was stopped began and never heard of, the next one sends again with its token,
 * where lists do not show what came of it: there is no other way to know. */
static bool is_repeat(const struct sim_call *c)
{
    const char *text = param(c, "ClientToken");
    const struct token *t = text ? map_get(&checks.tokens, text) : NULL;
    return t && t->repeats;
}

static void check_vain(struct sim *s, const struct sim_call *c)
{
    if (!s->disturbed_ms && !is_repeat(c) && is_seen(c->action)
        && view_digest(&s->view) == s->before)
        sim_complain(s, "vain: %s asks for what is so already", c->action);
}

void check_answer(struct sim *s, const struct sim_call *c, int status, const char *code,
                  bool by_fault)
{
    if (by_fault)
        sim_disturb(s);
    if (s->options.verbose && (c->write || by_fault))
        printf("    %" PRId64 " %s%s %d %s\n", s->net.now_ms % 100000000, c->action,
               by_fault ? " (fault)" : "", status, code ? code : "");
    if (!c->write)
        return;
    if (s->failing && !code && !strcmp(s->failing, c->action)) {
        s->failing = by_fault ? s->failing : NULL; /* it may not have begun one */
        s->faulty = true;
        sim_disturb(s);
    }
    end_token(s, c, status, code);
    /* Once is a reading that showed a change before it was done. */
    if (code && !strncmp(code, "ResourceInUse", 13) && !s->disturbed_ms && ++s->in_use > 2)
        sim_complain(s, "use: %s is answered %s: what is in use goes last", c->action, code);
    if (code && !strncmp(code, "ResourceInUse", 13) && s->options.verbose)
        check_show_rules(s);
    if (is_busy(code) && !s->disturbed_ms)
        sim_complain(s, "lanes: %s is answered %s: another change was not over", c->action, code);
    if (by_fault && code && !strncmp(code, "IllegalParam", 12) && !is_batch(c))
        s->net.refused = call_digest(c); /* of a batch nobody knows which one */
    if (code && !by_fault)
        return;
    s->view.stale |= parts_of(c->action) | VIEW_GROUPS;
    check_routing(s, c->action);
    check_twins(s);
    check_tls(s, c->action);
    if (!by_fault && status == 200)
        check_vain(s, c);
    if (!s->disturbed_ms && strcmp(c->action, "ReplaceServersInServerGroup") != 0)
        check_served(s, c->action);
}

/* ---- at rest --------------------------------------------------------------------------------- */

void sim_disturb(struct sim *s)
{
    s->disturbed_ms = s->net.now_ms;
}

static size_t our_rules(const struct sim *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->view.rules.len; i++)
        n += is_counted(s, &s->view.rules.items[i]);
    return n;
}

/* No more than are asked for, but for those of nobody knows whom. */
static bool has_its_rules(const struct sim *s)
{
    const size_t ours = our_rules(s), wanted = world_rules(&s->world);
    return ours >= wanted && ours - wanted <= check_left(s);
}

void check_quiet(struct sim *s)
{
    s->restless = 0;
    s->view.stale |= VIEW_ALL;
    balancers_look(s);
    if (s->keys_due)
        check_keys(s);
    if (!check_is_routed(s) || !check_tls_is_served(s) || !has_its_rules(s)) {
        if (!s->disturbed_ms && !s->faulty && !s->deeds.len)
            sim_complain(s, "rest: the agent rests, although not all is as asked for");
        return;
    }
    s->faulty = false;
    s->in_use = 0;
    if (s->net.now_ms - s->disturbed_ms > CALM_MS)
        s->disturbed_ms = 0;
    for (size_t i = 0; i < SERVICES; i++)
        s->world.services[i].filling = !s->world.services[i].pods;
}

/* ---- the end --------------------------------------------------------------------------------- */

static void check_servers(struct sim *s)
{
    for (size_t i = 0; i < s->view.groups.len; i++) {
        const struct view_group *g = &s->view.groups.items[i];
        const struct sim_service *of = world_service(&s->world, g->service);
        if (g->ours && of && of->pods != g->pods)
            sim_complain(s, "end: group %s (%s) holds servers %x, not %x", g->id, g->name, g->pods,
                         of->pods);
    }
}

static void check_counts(struct sim *s)
{
    const struct view *v = &s->view;
    size_t rules = our_rules(s), groups = 0, lbs = 0, foreign = 0;
    for (size_t i = 0; i < v->groups.len; i++) {
        const struct view_group *g = &v->groups.items[i];
        groups += g->ours;
        if (s->options.verbose)
            printf("    group %s of %s: %s/%s\n", g->id, g->lb, g->ingress, g->service);
    }
    for (size_t i = 0; i < v->lbs.len; i++)
        lbs += !map_get(&s->foreign, v->lbs.items[i].id);
    foreign = v->rules.len - rules + v->groups.len - groups + v->lbs.len - lbs;
    if (rules != world_rules(&s->world))
        sim_complain(s, "end: %zu rules are left, %zu were asked for", rules,
                     world_rules(&s->world));
    if (groups != world_groups(&s->world))
        sim_complain(s, "end: %zu groups are left, %zu were asked for", groups,
                     world_groups(&s->world));
    if (lbs != world_balancers(&s->world) || v->listeners.len != world_listeners(&s->world))
        sim_complain(s, "end: %zu load balancers with %zu listeners are left", lbs,
                     v->listeners.len);
    if (foreign != map_count(&s->foreign))
        sim_complain(s, "ours: %zu of %zu things that are not ours are left", foreign,
                     map_count(&s->foreign));
}

void check_end(struct sim *s)
{
    struct routing now;
    s->view.stale = VIEW_ALL;
    balancers_look(s);
    if (s->options.verbose)
        check_show_rules(s);
    view_routing(&s->view, &now);
    for (size_t i = 0; i < PROBES; i++) {
        const struct probe p = probe_at(i);
        struct routing want;
        world_routing(&s->world, DOUBT_NONE, &want);
        if (want.of[i] != now.of[i])
            sim_complain(s, "end: in the end lb%d does not send %s%s where it is to", p.lb, p.host,
                         p.path);
    }
    if (!check_tls_is_served(s))
        sim_complain(s, "end: a host has not the certificate or the rule that it is to have");
    check_uploads(s);
    check_keys(s);
    check_counts(s);
    check_servers(s);
}
