/* rule_redirect.c - redirects that lead to other listeners of their load balancer (design.md §5.4):
 * the rules that serve who is redirected come first and go last.
 *
 * Read once for a plan.  A rule that is to redirect waits for the listener and for the rules
 * there that its requests can meet; a rule that goes waits for redirects to it that go, too.
 * Rules that stay, and redirects that stay, hold nothing up. */
#include <string.h>

#include "rule_priv.h"

typedef LIST_OF(const struct resource *) waited_list;

/* What one rule waits for. */
struct redirect_wait {
    const struct resource *rule;
    const struct resource *listener; /* to exist, or NULL                    */
    waited_list rules;               /* to exist, or to lead here no longer  */
};

/* A redirect, and the rule as those requests would have it that come back by it. */
struct lead {
    const struct resource *from, *to;
    struct alb_rule image;
    bool same_host;
};
typedef LIST_OF(struct lead) lead_list;

static const struct alb_redirect *redirect_of(const struct alb_rule *rule)
{
    for (size_t i = 0; i < rule->actions.len; i++)
        if (rule->actions.items[i].type == ALB_ACTION_REDIRECT)
            return &rule->actions.items[i].redirect;
    return NULL;
}

static bool is_same(const char *value, const char *variable)
{
    return !value || !*value || !strcmp(value, variable);
}

/* The listener of our load balancer that 'rule' of 'parent' redirects to, another than its own;
 * or NULL. */
static const struct resource *led_to(const struct planner *p, const char *parent,
                                     const struct alb_rule *rule)
{
    const struct alb_redirect *to = redirect_of(rule);
    const char *slash = strchr(parent, '/');
    if (!to || !slash)
        return NULL;
    const char *protocol = is_same(to->protocol, "${protocol}") ? slash + 1 : to->protocol;
    const char *key = is_same(to->port, "${port}")
                          ? arena_fmt(p->a, "%.*s/%s", (int)(slash - parent), parent, protocol)
                          : arena_fmt(p->a, "%s/%s", to->port, protocol);
    return strcmp(key, parent) != 0 ? model_find(p->in->model, p->lb, RESOURCE_LISTENER, key)
                                    : NULL;
}

/* ---- requests that come back ----------------------------------------------------------------- */

static void put_condition(struct planner *p, struct alb_rule *out, enum alb_cond type,
                          const char *value)
{
    struct alb_condition *c = LIST_PUSH(p->a, &out->conditions);
    *c = (struct alb_condition){ .type = type };
    *LIST_PUSH(p->a, &c->values.values) = value;
}

/* One of its conditions, as 'part' of the redirect leaves it: the same, a plain text in its
 * place, or anything. */
static void lead_part(struct planner *p, struct lead *l, const struct alb_rule *rule,
                      enum alb_cond type, const char *part, const char *variable)
{
    if (is_same(part, variable)) {
        for (size_t i = 0; i < rule->conditions.len; i++)
            if (rule->conditions.items[i].type == type)
                *LIST_PUSH(p->a, &l->image.conditions) = rule->conditions.items[i];
    } else if (!strchr(part, '$')) {
        put_condition(p, &l->image, type, part);
    }
}

static void add_lead(struct planner *p, lead_list *out, const struct resource *r,
                     const struct alb_rule *rule, const struct resource *to)
{
    const struct alb_redirect *redirect = redirect_of(rule);
    if (!redirect)
        return;
    struct lead *l = LIST_PUSH(p->a, out);
    *l = (struct lead){ .from = r, .to = to, .same_host = is_same(redirect->host, "${host}") };
    l->image.direction = ALB_DIRECTION_REQUEST;
    lead_part(p, l, rule, ALB_COND_HOST, redirect->host, "${host}");
    lead_part(p, l, rule, ALB_COND_PATH, redirect->path, "${path}");
}

static bool is_to_change(struct planner *p, const struct resource *r)
{
    return resource_diff(p->a, p->in->model, r, NULL) & ALB_VIA_RULE;
}

/* Redirects that are to come, to listeners that are wanted. */
static void read_coming(struct planner *p, const struct resource *r, lead_list *out)
{
    if (!rule_is_wanted(r))
        return;
    const struct resource *to = led_to(p, r->parent, r->desired);
    if (to && to->ours && to->desired && !row_stays(to) && (!r->actual || is_to_change(p, r)))
        add_lead(p, out, r, r->desired, to);
}

/* Redirects that go, or will lead elsewhere. */
static void read_going(struct planner *p, const struct resource *r, lead_list *out)
{
    const struct resource *to = r->actual && r->ours ? led_to(p, r->parent, r->actual) : NULL;
    if (to && to->actual
        && (row_doomed(p, r) || listener_doomed(p, r->parent)
            || (rule_is_wanted(r) && is_to_change(p, r))))
        add_lead(p, out, r, r->actual, to);
}

/* ---- what meets them ------------------------------------------------------------------------- */

struct meeting {
    struct planner *p;
    lead_list leads;
    bool coming;
};

static struct redirect_wait *wait_of(struct planner *p, const struct resource *r)
{
    struct redirect_wait *w = map_get(&p->redirects, r->key);
    if (w)
        return w;
    w = arena_alloc(p->a, sizeof *w);
    w->rule = r;
    map_put(&p->redirects, r->key, w);
    return w;
}

static bool is_target(const struct meeting *m, const struct resource *r)
{
    return m->coming ? rule_is_wanted(r) && !r->actual : row_doomed(m->p, r);
}

static void note_meeting(struct meeting *m, const struct lead *l, const struct resource *target)
{
    const struct resource *waits = m->coming ? l->from : target, *on = m->coming ? target : l->from;
    *LIST_PUSH(m->p->a, &wait_of(m->p, waits)->rules) = on;
}

/* The rules of one listener, and the redirects to it. */
static void meet_at(struct meeting *m, const struct resource *listener)
{
    struct planner *p = m->p;
    waited_list targets = { 0 };
    LIST_OF(const struct lead *) leads = { 0 };
    LIST_OF(struct route_rule *) all = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_RULE || strcmp(r->parent, listener->key) != 0 || !is_target(m, r))
            continue;
        *LIST_PUSH(p->a, &targets) = r;
        *LIST_PUSH(p->a, &all) = route_prepare(p->a, m->coming ? r->desired : r->actual);
    }
    for (size_t i = 0; i < m->leads.len; i++)
        if (m->leads.items[i].to == listener) {
            *LIST_PUSH(p->a, &leads) = &m->leads.items[i];
            *LIST_PUSH(p->a, &all) = route_prepare(p->a, &m->leads.items[i].image);
        }
    if (!leads.len || !targets.len)
        return;
    const struct route_index *ix = route_index_new(p->a, all.items, all.len);
    for (size_t i = 0; i < leads.len; i++) {
        size_t at = targets.len + i;
        for (size_t k = route_index_next(ix, at, 0); k < targets.len;
             k = route_index_next(ix, at, k + 1))
            if (route_meet(all.items[at], all.items[k]))
                note_meeting(m, leads.items[i], targets.items[k]);
    }
}

static void meet_all(struct meeting *m)
{
    struct planner *p = m->p;
    for (size_t i = 0; m->coming && i < m->leads.len; i++) {
        const struct lead *l = &m->leads.items[i];
        if (l->same_host && !l->to->actual)
            wait_of(p, l->from)->listener = l->to;
    }
    for (size_t i = p->first; m->leads.len && i < p->end; i++)
        if (p->in->model->rows.items[i].kind == RESOURCE_LISTENER)
            meet_at(m, &p->in->model->rows.items[i]);
}

void redirects_read(struct planner *p)
{
    struct meeting coming = { .p = p, .coming = true }, going = { .p = p };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (r->kind != RESOURCE_RULE)
            continue;
        read_coming(p, r, &coming.leads);
        read_going(p, r, &going.leads);
    }
    meet_all(&coming);
    meet_all(&going);
}

/* ---- waiting --------------------------------------------------------------------------------- */

/* What 'op' waits for; of a rule that both comes and goes, each op for its own. */
static const struct redirect_wait *awaited(const struct planner *p, const struct rule_op *op)
{
    const struct resource *r = op->node->row;
    bool comes = op->kind == STEP_CREATE || (op->kind == STEP_UPDATE && op->actions);
    bool goes = op->kind == STEP_DELETE;
    if ((!comes && !goes) || map_get(&p->circles, r->key))
        return NULL;
    return map_get(&p->redirects, r->key);
}

const char *redirect_waits(struct planner *p, const struct rule_op *op)
{
    const struct redirect_wait *w = awaited(p, op);
    if (!w)
        return NULL;
    if (op->kind == STEP_DELETE)
        return arena_fmt(p->a, "Rule %s to redirect to it no more", w->rules.items[0]->key);
    if (w->listener)
        return arena_fmt(p->a, "Listener %s to exist, which it redirects to", w->listener->key);
    return arena_fmt(p->a, "Rule %s to exist, which it redirects to", w->rules.items[0]->key);
}

/* ---- circles --------------------------------------------------------------------------------- */

struct turns {
    struct planner *p;
    const rule_ops *ops;
    bool *done;
    struct map last; /* rule key -> the last op of it: that comes after its others */
};

static void turns_init(struct turns *t, struct planner *p, const rule_ops *ops)
{
    *t = (struct turns){ .p = p, .ops = ops };
    t->done = arena_array(p->a, ops->len, sizeof *t->done);
    for (size_t i = 0; i < ops->len; i++) {
        const struct rule_op *op = &ops->items[i];
        if (op->from_node)
            map_put(&t->last, op->from_node->row->key, op);
        map_put(&t->last, op->node->row->key, op);
    }
}

/* An op that must be done before op 'i' and is not; 'led': because of a redirect.  'i' itself
 * when there is none. */
static size_t blocker(const struct turns *t, size_t i, bool *led)
{
    const struct rule_op *op = &t->ops->items[i];
    *led = false;
    for (size_t k = 0; k < op->before.len; k++)
        if (!t->done[op->before.items[k]])
            return op->before.items[k];
    const struct redirect_wait *w = awaited(t->p, op);
    *led = true;
    for (size_t n = 0; w && n < w->rules.len; n++) {
        const struct rule_op *on = map_get(&t->last, w->rules.items[n]->key);
        size_t k = on ? (size_t)(on - t->ops->items) : i;
        if (k != i && !t->done[k])
            return k;
    }
    return i;
}

/* Does all whose turn comes; returns an op whose turn does not, or the number of ops. */
static size_t take_turns(struct turns *t)
{
    size_t stuck = t->ops->len;
    for (bool more = true; more;) {
        more = false;
        stuck = t->ops->len;
        for (size_t i = 0; i < t->ops->len; i++) {
            bool led;
            if (t->done[i])
                continue;
            if (blocker(t, i, &led) != i) {
                stuck = i;
                continue;
            }
            t->done[i] = more = true;
        }
    }
    return stuck;
}

/* From an op whose turn does not come: what it waits for, and so on, ends in a circle. */
static void cut_circle(struct turns *t, size_t at)
{
    bool led;
    for (size_t i = 0; i < t->ops->len; i++)
        at = blocker(t, at, &led);
    for (size_t start = at, next = t->ops->len; next != start; at = next) {
        next = blocker(t, at, &led);
        if (led)
            map_put(&t->p->circles, t->ops->items[at].node->row->key, "");
    }
}

bool redirects_circle(struct planner *p, rule_ops *ops)
{
    if (!map_count(&p->redirects))
        return false;
    link_ops(p->a, ops);
    struct turns t;
    turns_init(&t, p, ops);
    const size_t stuck = take_turns(&t);
    if (stuck < ops->len)
        cut_circle(&t, stuck);
    map_done(&t.last);
    return stuck < ops->len;
}

/* ---- listeners ------------------------------------------------------------------------------- */

static bool leads(const struct planner *p, const struct resource *r, const struct resource *to)
{
    return r->kind == RESOURCE_RULE && r->actual && led_to(p, r->parent, r->actual) == to;
}

/* Does one get from 'from' to the listener 'to' by redirects that are there? */
static bool is_reached(const struct planner *p, const char *from, const char *to)
{
    LIST_OF(const char *) seen = { 0 };
    *LIST_PUSH(p->a, &seen) = from;
    for (size_t n = 0; n < seen.len; n++)
        for (size_t i = p->first; i < p->end; i++) {
            const struct resource *r = &p->in->model->rows.items[i];
            if (r->kind != RESOURCE_RULE || !r->actual || strcmp(r->parent, seen.items[n]) != 0)
                continue;
            const struct resource *next = led_to(p, r->parent, r->actual);
            bool known = !next;
            for (size_t k = 0; k < seen.len && !known; k++)
                known = !strcmp(seen.items[k], next->key);
            if (known)
                continue;
            if (!strcmp(next->key, to))
                return true;
            *LIST_PUSH(p->a, &seen) = next->key;
        }
    return false;
}

const char *listener_led_to(struct planner *p, const struct resource *listener)
{
    lead_list going = { 0 };
    for (size_t i = p->first; i < p->end; i++) {
        const struct resource *r = &p->in->model->rows.items[i];
        if (!leads(p, r, listener))
            continue;
        read_going(p, r, &going);
        if (going.len && !is_reached(p, listener->key, r->parent))
            return arena_fmt(p->a, "Rule %s to redirect to it no more", r->key);
        going.len = 0;
    }
    return NULL;
}
