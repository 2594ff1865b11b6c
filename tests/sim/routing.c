/* routing.c - where each probe may go: where it went when all was quiet, where the objects sent it
 * since, or where they send it now.
 *
 * What somebody at the console did to a rule and the agent has not read yet makes a difference for
 * the requests alone that the rule meets, was or will be: of what the agent does meanwhile nobody
 * can say in which order those see it.  They may go wherever a rule that was asked for since and
 * meets them leads, where the console sent them, or to no rule; all others as ever. */
#include <stdio.h>
#include <string.h>

#include "sim.h"

enum { LIST_LAG_MS = 60000 }; /* what is younger is believed to be there though no list shows it */

/* ---- what is legal --------------------------------------------------------------------------- */

static void allow(struct legal *l, outcome o)
{
    if (o == OUTCOME_UNSAID)
        return;
    for (size_t i = 0; i < l->n; i++)
        if (l->of[i] == o)
            return;
    if (l->n == LEGAL_MAX)
        l->any = true;
    else
        l->of[l->n++] = o;
}

static bool allows(const struct legal *l, outcome o)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->of[i] == o)
            return true;
    return l->any;
}

static void allow_met(void *arg, size_t probe, outcome o)
{
    struct sim *s = arg;
    allow(&s->loose[probe], o);
}

/* How many doubts there are to look at: one as good as all where each object can be read. */
static int doubts(const struct world *w)
{
    for (size_t i = 0; i < INGRESSES; i++)
        if (w->ingresses[i].hostile)
            return DOUBTS;
    return DOUBT_NONE + 1;
}

void check_goal(struct sim *s)
{
    struct routing r;
    for (int d = 0; d < doubts(&s->world); d++) {
        world_routing(&s->world, (enum sim_doubt)d, &r);
        for (size_t i = 0; i < PROBES; i++)
            allow(&s->legal[i], r.of[i]);
    }
    tls_goal(s);
    world_met(&s->world, allow_met, s);
    for (size_t i = 0; i < PROBES; i++)
        allow(&s->loose[i], OUTCOME_DEFAULT);
}

void check_allow(struct sim *s, outcome o)
{
    for (size_t i = 0; i < PROBES; i++)
        allow(&s->legal[i], o);
}

void check_allow_lb(struct sim *s, size_t lb, outcome o)
{
    for (size_t i = 0; i < PROBES; i++)
        if (probe_at(i).lb == (int)lb)
            allow(&s->legal[i], o);
}

/* ---- deeds that the agent has not read ------------------------------------------------------- */

static void touch(struct sim *s, const struct view_rule *r)
{
    for (size_t i = 0; i < PROBES; i++)
        if (view_meets(&s->view, r, i)) {
            s->touched[i] = true;
            allow(&s->loose[i], r->to);
        }
}

void check_deed(struct sim *s, const struct view_rule *r, bool deletes)
{
    struct deed *d = LIST_PUSH(&s->arena, &s->deeds);
    const int64_t *born = map_get(&s->births, r->id), now = s->net.now_ms;
    const int64_t hidden = net_shown_ms(s, r->id);
    const bool young = (born && now - *born < LIST_LAG_MS) || now - s->started_ms < LIST_LAG_MS;
    *d = (struct deed){ .id = arena_strdup(&s->arena, r->id),
                        .lb = view_lb_of(&s->view, r->listener),
                        .at_ms = hidden ? hidden + s->net.skew_ms : sim_now(s),
                        .deletes = deletes,
                        .slow = deletes && young };
    touch(s, r);
}

void check_clock(struct sim *s, int64_t ms)
{
    s->net.skew_ms += ms;
    if (s->options.verbose)
        printf("    the clock is set by %d s\n", (int)(ms / 1000));
    s->done_ms += ms;
    s->lies_ms += ms;
    for (size_t i = 0; i < s->deeds.len; i++)
        s->deeds.items[i].at_ms += ms;
}

void check_forgotten(struct sim *s)
{
    s->started_ms = s->net.now_ms;
    for (size_t i = 0; i < s->deeds.len; i++)
        s->deeds.items[i].slow = s->deeds.items[i].deletes;
}

void check_lost(struct sim *s)
{
    view_refresh(s);
    s->unknown.len = 0;
    for (size_t i = 0; i < s->view.rules.len; i++)
        *LIST_PUSH(&s->arena, &s->unknown) = arena_strdup(&s->arena, s->view.rules.items[i].id);
}

static bool is_any_in_doubt(const struct world *w)
{
    for (size_t i = 0; i < INGRESSES; i++)
        if (w->ingresses[i].on && w->ingresses[i].hostile)
            return true;
    for (size_t i = 0; i < CANARIES; i++)
        if (w->canaries[i].on && !world_has_main(w, i))
            return true;
    return false;
}

size_t check_left(const struct sim *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->unknown.len && is_any_in_doubt(&s->world); i++) {
        const struct view_rule *r = view_rule(&s->view, s->unknown.items[i]);
        n += r && !r->gone;
    }
    return n;
}

/* After the state file was lost nobody knows who asked for the rules that were there: what none
 * asks for now may be of an object that cannot be read, and stays until it can. */
static bool is_left(const struct sim *s, size_t probe, outcome o)
{
    if (!s->unknown.len || !is_any_in_doubt(&s->world))
        return false;
    for (size_t i = 0; i < s->unknown.len; i++) {
        const struct view_rule *r = view_rule(&s->view, s->unknown.items[i]);
        if (r && !r->gone && r->to == o && view_meets(&s->view, r, probe))
            return true;
    }
    return false;
}

/* Has the agent read the load balancer since then, with lists that tell the truth, and done
 * nothing beside that it would believe more? */
static bool is_read_since(const struct sim *s, const agent_lbs *lbs, const struct deed *d)
{
    char name[32];
    (void)snprintf(name, sizeof name, "kube-system/lb%d", d->lb);
    if (s->lb_ids[d->lb] && check_is_open(s->lb_ids[d->lb]))
        return false;
    for (size_t i = 0; i < lbs->len; i++) {
        const struct agent_lb *lb = &lbs->items[i];
        if (!strcmp(lb->name, name))
            return lb->read && lb->read_at > d->at_ms + (d->slow ? LIST_LAG_MS : 0)
                   && lb->read_at > s->lies_ms && lb->read_at >= s->done_ms;
    }
    return false;
}

/* Forgets the deeds that it knows of: from where they led to what is wanted all is as ever. */
static void see_deeds(struct sim *s)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    agent_lbs lbs = { 0 };
    bool open[BALANCERS] = { false };
    size_t left = 0;
    if (!s->deeds.len || !s->agent)
        return;
    agent_list(s->agent, &a, &lbs);
    for (size_t i = 0; i < s->deeds.len; i++) {
        const struct deed d = s->deeds.items[i];
        if (d.lb < 0 || is_read_since(s, &lbs, &d))
            continue;
        open[d.lb] = true;
        s->deeds.items[left++] = d;
    }
    s->deeds.len = left;
    for (size_t i = 0; i < PROBES; i++)
        if (s->touched[i] && !open[probe_at(i).lb]) {
            s->touched[i] = false;
            allow(&s->legal[i], s->last.of[i]);
        }
}

void check_forget_lb(struct sim *s, size_t lb)
{
    size_t left = 0;
    for (size_t i = 0; i < s->deeds.len; i++)
        if (s->deeds.items[i].lb != (int)lb)
            s->deeds.items[left++] = s->deeds.items[i];
    s->deeds.len = left;
    for (size_t i = 0; i < PROBES; i++)
        if (probe_at(i).lb == (int)lb)
            s->touched[i] = false;
}

/* What such a rule meets by now: the agent may have made another of it. */
static void follow_deeds(struct sim *s)
{
    for (size_t i = 0; i < s->deeds.len; i++) {
        const struct view_rule *r = view_rule(&s->view, s->deeds.items[i].id);
        if (r && !r->gone)
            touch(s, r);
    }
}

/* ---- checks ---------------------------------------------------------------------------------- */

void check_disturbance(struct sim *s)
{
    sim_disturb(s);
    view_refresh(s);
    view_routing(&s->view, &s->last);
    for (size_t i = 0; i < PROBES; i++)
        allow(&s->legal[i], s->last.of[i]);
}

void check_routing(struct sim *s, const char *after)
{
    struct routing now;
    view_refresh(s);
    see_deeds(s);
    follow_deeds(s);
    view_routing(&s->view, &now);
    for (size_t i = 0; i < PROBES; i++) {
        const struct probe p = probe_at(i);
        s->counts.probes++;
        if (allows(&s->legal[i], now.of[i]) || (s->touched[i] && allows(&s->loose[i], now.of[i])))
            continue;
        if (is_left(s, i, now.of[i])) {
            allow(&s->legal[i], now.of[i]); /* also once that object can be read, until it rests */
            continue;
        }
        if (s->options.verbose && !sim_failed(s)) {
            check_show_rules(s);
            printf("    %x of", (unsigned)now.of[i]);
            for (size_t k = 0; k < s->legal[i].n; k++)
                printf(" %x", (unsigned)s->legal[i].of[k]);
            printf("%s, %zu deeds, last %x\n", s->touched[i] ? " (touched)" : "", s->deeds.len,
                   (unsigned)s->last.of[i]);
        }
        sim_complain(s, "routing: after %s lb%d sends %s%s neither where it did nor where it is to",
                     after, p.lb, p.host, p.path);
    }
    s->last = now;
}

static bool is_wanted(const struct routing want[DOUBTS], int n, size_t probe, outcome o)
{
    for (int d = 0; d < n; d++)
        if (want[d].of[probe] == o || want[d].of[probe] == OUTCOME_UNSAID)
            return true;
    return false;
}

/* Nothing is in flight: what is allowed now is where a probe goes, and where it is to. */
static void begin_anew(struct sim *s, size_t probe, outcome now)
{
    s->legal[probe] = (struct legal){ .n = 1, .of = { now } };
    if (!s->touched[probe])
        s->loose[probe] = (struct legal){ .n = 0 };
}

bool check_is_routed(struct sim *s)
{
    struct routing want[DOUBTS], now;
    bool all = true;
    view_refresh(s);
    see_deeds(s);
    follow_deeds(s);
    view_routing(&s->view, &now);
    const int n = doubts(&s->world);
    for (int d = 0; d < n; d++)
        world_routing(&s->world, (enum sim_doubt)d, &want[d]);
    for (size_t i = 0; i < PROBES; i++)
        all = all && (is_wanted(want, n, i, now.of[i]) || is_left(s, i, now.of[i]));
    for (size_t i = 0; i < PROBES; i++)
        if (all || (!s->faulty && !s->touched[i] && is_wanted(want, n, i, now.of[i])))
            begin_anew(s, i, now.of[i]);
    check_goal(s);
    return all;
}
