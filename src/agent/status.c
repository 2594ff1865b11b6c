/* status.c - what a running agent says of itself, for 'alb-agent status' in another terminal. */
#include <string.h>

#include "service_priv.h"

enum { LANES_SHOWN = 100 };

static const char *family_name(enum lane_family family)
{
    switch (family) {
    case LANE_LOAD_BALANCER: return "load balancer";
    case LANE_SERVER_GROUP: return "server group";
    case LANE_SHARED: break;
    case LANE_FAMILIES: break;
    }
    return "shared";
}

static int64_t most_running(const struct agent_settings *s, enum lane_family family)
{
    return family == LANE_SERVER_GROUP ? s->lanes.server_group.concurrent
                                       : s->lanes.load_balancer.concurrent;
}

static void add_families(const struct agent_settings *s, const apply_lanes *lanes, struct arena *a,
                         struct store_status *out)
{
    for (int f = 0; f < LANE_FAMILIES; f++) {
        struct store_family *to = LIST_PUSH(a, &out->families);
        *to = (struct store_family){ .name = family_name((enum lane_family)f),
                                     .most_running = most_running(s, (enum lane_family)f) };
        for (size_t i = 0; i < lanes->len; i++) {
            const struct apply_lane *l = &lanes->items[i];
            if (l->family != (enum lane_family)f)
                continue;
            to->lanes++;
            to->running += !strcmp(l->state, "sent") || !strcmp(l->state, "polling");
            to->waiting += !strcmp(l->state, "blocked");
            to->backoff += !strcmp(l->state, "backoff");
        }
    }
}

static void add_lanes(const apply_lanes *lanes, struct arena *a, struct store_status *out)
{
    for (size_t i = 0; i < lanes->len && i < LANES_SHOWN; i++) {
        const struct apply_lane *l = &lanes->items[i];
        const bool running = !strcmp(l->state, "sent") || !strcmp(l->state, "polling");
        *LIST_PUSH(a, &out->lanes) = (struct store_lane){
            .family = family_name(l->family),
            .key = l->key,
            .state = running                        ? "running"
                     : !strcmp(l->state, "backoff") ? "backoff"
                                                    : "waiting",
            .what = l->action ? l->action : "",
            .why = l->why ? l->why : "",
            .since = l->since_ms,
            .due = l->due_ms,
            .tries = l->tries,
        };
    }
}

static void add_problems(const struct agent *g, struct arena *a, struct store_status *out)
{
    translate_problems problems = { 0 };
    const translate_problems *p = &problems;
    agent_problems(g, a, &problems);
    for (size_t i = 0; i < p->len; i++)
        *LIST_PUSH(a, &out->quarantined) = (struct store_quarantined){
            .object = arena_fmt(a, "%s %s%s%s (%s)", p->items[i].kind, p->items[i].ns,
                                *p->items[i].ns ? "/" : "", p->items[i].name, p->items[i].origin),
            .why = p->items[i].message,
        };
}

static void add_lbs(const struct agent *g, struct arena *a, struct store_status *out)
{
    agent_lbs lbs = { 0 };
    agent_list(g, a, &lbs);
    for (size_t i = 0; i < lbs.len; i++) {
        const struct apply_standing *st = &lbs.items[i].standing;
        out->queued += (int64_t)(st->steps - st->waiting);
        if (st->refused)
            *LIST_PUSH(a, &out->lanes) = (struct store_lane){
                .family = "load balancer",
                .key = lbs.items[i].name,
                .state = "waiting",
                .what = "a plan that is refused",
                .why = st->refused,
            };
    }
}

void service_status(const struct agent *g, const struct agent_settings *settings, struct arena *a,
                    struct store_status *out)
{
    apply_lanes lanes = { 0 };
    const struct agent_times t = agent_times(g);
    agent_lanes(g, a, &lanes);
    out->source_complete = !agent_objects(g)->incomplete;
    out->verified_at = t.verified_at;
    out->next_read_at = t.next_read_at;
    out->writes = (int64_t)t.writes;
    out->reads = (int64_t)t.reads;
    add_families(settings, &lanes, a, out);
    add_lanes(&lanes, a, out);
    add_lbs(g, a, out);
    add_problems(g, a, out);
}
