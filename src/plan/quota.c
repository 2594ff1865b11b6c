/* quota.c - the number of rules a load balancer may have (alb-semantics.md §11).
 *
 * Room for old and new together is what the two passes need.  Where it lacks, changes are made
 * in rounds, each as far as the room and the links between them allow: creates while there is
 * room, updates, deletes, which make room for the next round.  In a full list a create and a
 * delete that may follow it become one update.  Only where no change is possible that way do
 * deletes come first that cost something, and the plan says so. */
#include <string.h>

#include "rule_priv.h"

/* Groups that are borrowed have no load balancer. */
static enum alb_edition edition_of(const struct planner *p)
{
    const struct alb_load_balancer *have = p->row ? p->row->actual : NULL;
    const struct alb_load_balancer *want = p->row ? p->row->desired : NULL;
    const enum alb_edition edition = have ? have->edition : ALB_EDITION_UNSET;
    return !edition && want ? want->edition : edition;
}

bool plan_is_basic(const struct planner *p)
{
    return edition_of(p) == ALB_EDITION_BASIC;
}

enum quota plan_quota(const struct planner *p, enum quota quota)
{
    return quota < QUOTA_SERVER_USES ? quota_of_edition(quota, edition_of(p)) : quota;
}

size_t plan_limit(const struct planner *p, enum quota quota, size_t used)
{
    return quota_value(p->in->quotas, plan_quota(p, quota), used, p->in->now_ms);
}

/* Does deleting before everything else leave every request where it goes?  Only when all that
 * comes before it is deleted early, too. */
static bool is_harmless(const rule_ops *ops, size_t i)
{
    const index_list *before = &ops->items[i].before;
    for (size_t k = 0; k < before->len; k++)
        if (!ops->items[before->items[k]].early)
            return false;
    return true;
}

static size_t mark_early(struct planner *p, rule_ops *ops, size_t need, bool harmless)
{
    for (size_t i = 0; i < ops->len && need; i++) {
        struct rule_op *op = &ops->items[i];
        if (op->kind != STEP_DELETE || op->early || is_harmless(ops, i) != harmless)
            continue;
        op->early = true;
        op->harmful = !harmless;
        need--;
        p->sum.hitless = p->sum.hitless && harmless;
    }
    return need;
}

/* Early deletes to the front, in their order; none before all creates can follow. */
static void move_early(struct planner *p, rule_ops *ops)
{
    rule_ops sorted = { 0 };
    const char *waits = NULL;
    for (size_t i = 0; i < ops->len; i++)
        if (ops->items[i].kind == STEP_CREATE && !waits)
            waits = ops->items[i].waits;
    for (int early = 1; early >= 0; early--)
        for (size_t i = 0; i < ops->len; i++) {
            struct rule_op op = ops->items[i];
            if (op.early != early)
                continue;
            if (early && (!op.waits || op.led)) /* redirects would wait for room */
                op.waits = waits;
            *LIST_PUSH(p->a, &sorted) = op;
        }
    *ops = sorted;
}

/* Are labels moved in rounds, before everything else? */
static bool has_rounds(const rule_ops *ops)
{
    for (size_t i = 0; i < ops->len; i++)
        if (ops->items[i].round)
            return true;
    return false;
}

/* ---- rounds --------------------------------------------------------------------------------- */

struct rounds {
    struct arena *a;
    const rule_ops *in;
    size_t *left;      /* of a change: how many before it are not done */
    index_list *after; /* of a change: those that are linked to it     */
    bool *done;
    bool *chosen; /* creates that this round makes                        */
    bool *seen;   /* while what comes before a delete is gone through     */
    size_t room;  /* rules that may be created now                        */
    rule_ops out;
};

static void rounds_init(struct rounds *r)
{
    size_t n = r->in->len;
    r->left = arena_array(r->a, n, sizeof *r->left);
    r->after = arena_array(r->a, n, sizeof *r->after);
    r->done = arena_array(r->a, n, sizeof *r->done);
    r->chosen = arena_array(r->a, n, sizeof *r->chosen);
    r->seen = arena_array(r->a, n, sizeof *r->seen);
    for (size_t i = 0; i < n; i++) {
        const index_list *before = &r->in->items[i].before;
        r->left[i] = before->len;
        for (size_t k = 0; k < before->len; k++)
            *LIST_PUSH(r->a, &r->after[before->items[k]]) = i;
    }
}

static void rounds_finish(struct rounds *r, size_t i)
{
    r->done[i] = true;
    for (size_t k = 0; k < r->after[i].len; k++)
        r->left[r->after[i].items[k]]--;
}

static bool is_ready(const struct rounds *r, size_t i, enum step_op kind)
{
    const struct rule_op *op = &r->in->items[i];
    return !r->done[i] && !r->left[i] && !op->waits && op->kind == kind;
}

/* Does nothing but create 'y' come before delete 'x', and can the rule of one become the other's?
 */
static bool makes_pair(const struct rounds *r, size_t x, size_t y)
{
    const struct rule_op *doomed = &r->in->items[x], *create = &r->in->items[y];
    if (r->done[x] || doomed->kind != STEP_DELETE || doomed->waits
        || doomed->node->listener != create->node->listener
        || !same_direction(doomed->node->rule, create->node->rule))
        return false;
    size_t links = 0;
    for (size_t i = 0; i < doomed->before.len; i++)
        links += doomed->before.items[i] == y;
    return r->left[x] == links;
}

/* Without room a create has to take the place of a delete. */
static bool take_in_place(struct rounds *r, size_t y)
{
    const struct rule_op *create = &r->in->items[y];
    for (size_t x = 0; x < r->in->len; x++) {
        if (!makes_pair(r, x, y))
            continue;
        const struct rule_op *doomed = &r->in->items[x];
        *LIST_PUSH(r->a, &r->out) = (struct rule_op){ .node = create->node,
                                                      .from_node = doomed->node,
                                                      .kind = STEP_UPDATE,
                                                      .from = doomed->from,
                                                      .to = create->to,
                                                      .actions = true };
        rounds_finish(r, y);
        rounds_finish(r, x);
        return true;
    }
    return false;
}

/* How many creates have to come before a change, itself among them; NOT_NOW or more when one of
 * those waits.  'choose' marks them. */
enum { NOT_NOW = 1000000 };

static size_t creates_before(struct rounds *r, size_t i, bool choose)
{
    const struct rule_op *op = &r->in->items[i];
    if (r->done[i] || r->seen[i])
        return 0;
    r->seen[i] = true;
    if (op->waits)
        return NOT_NOW;
    size_t n = op->kind == STEP_CREATE && !r->chosen[i];
    if (op->kind == STEP_CREATE)
        r->chosen[i] = r->chosen[i] || choose;
    for (size_t k = 0; k < op->before.len; k++)
        n += creates_before(r, op->before.items[k], choose);
    return n;
}

static size_t closure(struct rounds *r, size_t i, bool choose)
{
    memset(r->seen, 0, r->in->len * sizeof *r->seen);
    return creates_before(r, i, choose);
}

/* The delete that the fewest creates make possible, of those not looked at. */
static size_t next_delete(struct rounds *r, const bool *taken, size_t *fewest)
{
    size_t best = SIZE_MAX;
    *fewest = NOT_NOW;
    for (size_t i = 0; i < r->in->len; i++) {
        if (r->done[i] || taken[i] || r->in->items[i].kind != STEP_DELETE)
            continue;
        size_t n = closure(r, i, false);
        if (n < *fewest) {
            *fewest = n;
            best = i;
        }
    }
    return best;
}

static void choose_all(struct rounds *r)
{
    for (size_t i = 0; i < r->in->len; i++)
        r->chosen[i] = r->in->items[i].kind == STEP_CREATE;
}

static size_t open_creates(const struct rounds *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->in->len; i++)
        n += !r->done[i] && r->in->items[i].kind == STEP_CREATE && !r->in->items[i].waits;
    return n;
}

/* Creates that make deletes possible, as many as there is room for; the last may take the place of
 * the delete itself. */
static void choose(struct rounds *r)
{
    size_t left = r->room, n;
    memset(r->chosen, 0, r->in->len * sizeof *r->chosen);
    if (open_creates(r) <= r->room) {
        choose_all(r);
        return;
    }
    bool *taken = arena_array(r->a, r->in->len, sizeof *taken);
    for (size_t x; (x = next_delete(r, taken, &n)) != SIZE_MAX && n <= left + 1;) {
        (void)closure(r, x, true);
        taken[x] = true;
        left -= least(n, left);
    }
}

static void take_kind(struct rounds *r, enum step_op kind)
{
    for (size_t i = 0; i < r->in->len; i++) {
        if (!is_ready(r, i, kind) || (kind == STEP_CREATE && !r->chosen[i]))
            continue;
        if (kind == STEP_CREATE && !r->room) {
            (void)take_in_place(r, i);
            continue;
        }
        *LIST_PUSH(r->a, &r->out) = r->in->items[i];
        rounds_finish(r, i);
        r->room -= kind == STEP_CREATE;
        r->room += kind == STEP_DELETE;
    }
}

/* Puts the changes in order of rounds.  '*first' is how many are in the first one, '*stuck'
 * whether some are left that none of this makes possible. */
static void order_rounds(struct rounds *r, size_t *first, bool *stuck)
{
    *stuck = false;
    *first = 0;
    for (size_t before = SIZE_MAX; before != r->out.len;) {
        before = r->out.len;
        choose(r);
        for (size_t begun = SIZE_MAX; begun != r->out.len;) {
            begun = r->out.len;
            take_kind(r, STEP_CREATE);
            take_kind(r, STEP_UPDATE);
        }
        take_kind(r, STEP_DELETE);
        *first = *first ? *first : r->out.len;
    }
    for (size_t i = 0; i < r->in->len; i++)
        if (!r->done[i]) {
            *stuck = *stuck || !r->in->items[i].waits;
            *LIST_PUSH(r->a, &r->out) = r->in->items[i];
        }
}

/* False: nothing can be done without harm. */
static bool try_rounds(struct planner *p, rule_ops *ops, size_t room)
{
    struct rounds r = { .a = p->a, .in = ops, .room = room };
    size_t first;
    bool stuck;
    rounds_init(&r);
    order_rounds(&r, &first, &stuck);
    if (!first)
        return false;
    for (size_t i = first; i < r.out.len; i++)
        if (!r.out.items[i].waits)
            r.out.items[i].waits = "room in the quota, which other changes make first";
    if (stuck)
        p->sum.hitless = false;
    *ops = r.out;
    return true;
}

/* Will there be a change that cannot be made without harm, once labels are moved and nothing
 * waits any more? */
static bool would_be_stuck(struct planner *p, const rule_ops *ops, size_t room)
{
    rule_ops later = { 0 };
    for (size_t i = 0; i < ops->len; i++)
        if (!ops->items[i].round) {
            struct rule_op *op = LIST_PUSH(p->a, &later);
            *op = ops->items[i];
            op->waits = NULL;
        }
    link_ops(p->a, &later);
    struct rounds r = { .a = p->a, .in = &later, .room = room };
    size_t first;
    bool stuck;
    rounds_init(&r);
    order_rounds(&r, &first, &stuck);
    return stuck;
}

void quota_rules(struct planner *p, rule_ops *ops, size_t there)
{
    size_t creates = 0, deletes = 0;
    for (size_t i = 0; i < ops->len; i++) {
        creates += ops->items[i].kind == STEP_CREATE;
        deletes += ops->items[i].kind == STEP_DELETE;
    }
    const size_t limit = p->rules_limit;
    p->sum.rules = there + creates - deletes;
    p->sum.rules_limit = limit;
    if (!creates || there + creates <= limit)
        return;
    if (p->sum.rules > limit) {
        plan_refuse(p, true,
                    arena_fmt(p->a,
                              "%zu rules are wanted and the quota is %zu; spread the "
                              "Ingresses over more AlbConfigs, or raise the quota and say so in "
                              "the settings (quota.%s)",
                              p->sum.rules, limit,
                              quota_id(plan_quota(p, QUOTA_RULES_BASIC)) + strlen("alb_quota_")));
        return;
    }
    if (has_rounds(ops)) { /* labels are moved before that; then a new plan is made */
        if (there > limit || would_be_stuck(p, ops, limit - there))
            p->sum.hitless = false;
        return;
    }
    link_ops(p->a, ops);
    if (there <= limit && try_rounds(p, ops, limit - there))
        return;
    size_t need = mark_early(p, ops, there + creates - limit, true);
    if (need)
        (void)mark_early(p, ops, need, false);
    move_early(p, ops);
}
