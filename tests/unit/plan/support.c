/* support.c - see support.h. */
#include "support.h"

#include "alb-agent/rng.h"

void bed_init(struct bed *b)
{
    *b = (struct bed){ 0 };
    b->in = (struct plan_in){ .model = &b->model, .now_ms = NOW };
}

void bed_done(struct bed *b)
{
    arena_done(&b->a);
}

void bed_plan(struct bed *b)
{
    model_sort(&b->model);
    plan_build_lb(&b->a, &b->in, LB, &b->plan);
}

struct resource *bed_row(struct bed *b, enum resource_kind kind, const char *key)
{
    for (size_t i = 0; i < b->model.rows.len; i++) {
        struct resource *r = &b->model.rows.items[i];
        if (r->kind == kind && !strcmp(r->key, key))
            return r;
    }
    struct resource *r = LIST_PUSH(&b->a, &b->model.rows);
    *r = (struct resource){ .lb = LB,
                            .kind = kind,
                            .key = arena_strdup(&b->a, key),
                            .parent = "",
                            .status = "",
                            .observed_at = NOW,
                            .ours = true };
    return r;
}

static const char *stable(enum resource_kind kind)
{
    return kind == RESOURCE_LOAD_BALANCER ? "Active"
           : kind == RESOURCE_LISTENER    ? "Running"
                                          : "Available";
}

void bed_sync(struct bed *b, struct resource *r, const void *desired, const char *id)
{
    r->desired = desired;
    r->applied = desired;
    r->desired_from = "Ingress shop/web (web.yaml:3)";
    void *actual = schema_copy(&b->a, resource_schema(r->kind), desired, 0, NULL, NULL);
    if (r->kind == RESOURCE_LISTENER)
        ((struct alb_listener *)actual)->scripts_known = (struct opt_bool){ true, true };
    r->actual = actual;
    r->cloud_id = id;
    r->status = stable(r->kind);
}

void *bed_actual(struct bed *b, struct resource *r)
{
    void *copy = schema_copy(&b->a, resource_schema(r->kind), r->actual, 0, NULL, NULL);
    r->actual = copy;
    return copy;
}

void bed_gone(struct resource *r)
{
    r->actual = NULL;
    r->cloud_id = NULL;
    r->status = "";
}

void bed_undesired(struct resource *r)
{
    r->desired = NULL;
    r->desired_from = NULL;
}

struct alb_load_balancer *bed_lb(struct bed *b)
{
    struct alb_load_balancer *lb = arena_alloc(&b->a, sizeof *lb);
    lb->name = "web";
    lb->address_type = ALB_ADDRESS_INTERNET;
    lb->edition = ALB_EDITION_STANDARD;
    lb->vpc_id = "vpc-1";
    bed_sync(b, bed_row(b, RESOURCE_LOAD_BALANCER, LB), lb, "alb-1");
    return lb;
}

struct alb_listener *bed_listener(struct bed *b)
{
    struct alb_listener *l = arena_alloc(&b->a, sizeof *l);
    l->protocol = ALB_PROTOCOL_HTTP;
    l->port = (struct opt_int){ 80, true };
    l->description = LISTENER_AUTO_DESCRIPTION "-80";
    bed_sync(b, bed_row(b, RESOURCE_LISTENER, "80/HTTP"), l, "lsn-1");
    return l;
}

struct alb_server_group *bed_group(struct bed *b, const char *key, const char *id)
{
    struct alb_server_group *g = arena_alloc(&b->a, sizeof *g);
    g->name = arena_fmt(&b->a, "k8s-%s", id);
    g->vpc_id = "vpc-1";
    bed_sync(b, bed_row(b, RESOURCE_SERVER_GROUP, key), g, id);
    return g;
}

struct alb_server bed_server(const char *ip, const char *status)
{
    return (struct alb_server){ .type = ALB_SERVER_TYPE_IP,
                                .id = ip,
                                .ip = ip,
                                .port = { 8080, true },
                                .weight = { 100, true },
                                .status = status };
}

void bed_servers(struct bed *b, struct alb_server_group *g, size_t n, const struct alb_server *s)
{
    g->servers.items = arena_array(&b->a, n, sizeof *s);
    g->servers.len = n;
    for (size_t i = 0; i < n; i++)
        g->servers.items[i] = s[i];
}

static void add_values(struct bed *b, struct alb_rule *rule, enum alb_cond type, const char *value)
{
    struct alb_condition *c = LIST_PUSH(&b->a, &rule->conditions);
    c->type = type;
    *LIST_PUSH(&b->a, &c->values.values) = value;
}

struct alb_rule *bed_rule(struct bed *b, const char *host, const char *path, const char *group)
{
    struct alb_rule *rule = arena_alloc(&b->a, sizeof *rule);
    rule->direction = ALB_DIRECTION_REQUEST;
    rule->conditions.items = arena_array(&b->a, 1, sizeof *rule->conditions.items);
    if (strcmp(host, "-") != 0)
        add_values(b, rule, ALB_COND_HOST, host);
    if (strcmp(path, "-") != 0)
        add_values(b, rule, ALB_COND_PATH, path);
    struct alb_rule_action *act = LIST_PUSH(&b->a, &rule->actions);
    act->type = ALB_ACTION_FORWARD;
    act->order = (struct opt_int){ 1, true };
    *LIST_PUSH(&b->a, &act->forward.targets) =
        (struct alb_target){ .group_id = group, .weight = { 100, true } };
    return rule;
}

void bed_want_rule(struct bed *b, struct alb_rule *rule, int64_t position)
{
    struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1));
    r->parent = "80/HTTP";
    r->desired = rule;
    r->desired_from = "Ingress shop/web (web.yaml:3)";
    r->position = position;
}

struct alb_rule *bed_have_rule(struct bed *b, struct alb_rule *rule, int64_t priority,
                               const char *id)
{
    struct resource *r = bed_row(b, RESOURCE_RULE, rule_key(&b->a, "80/HTTP", rule, 1));
    struct alb_rule *actual = schema_copy(&b->a, &alb_rule_schema, rule, 0, NULL, NULL);
    actual->priority = (struct opt_int){ priority, true };
    r->parent = "80/HTTP";
    r->actual = actual;
    r->cloud_id = id;
    r->status = "Available";
    return actual;
}

void bed_rules(struct bed *b)
{
    bed_lb(b);
    bed_listener(b);
    b->in.allow_destroy = true;
}

void bed_want(struct bed *b, const char *host, const char *path, const char *group, int64_t at)
{
    bed_want_rule(b, bed_rule(b, host, path, group), at);
}

void bed_have(struct bed *b, const char *host, const char *path, const char *group,
              int64_t priority)
{
    bed_have_rule(b, bed_rule(b, host, path, group), priority,
                  arena_fmt(&b->a, "rule-%d", (int)priority));
}

void bed_finish(struct bed *b, size_t calls)
{
    bed_plan(b);
    for (; calls; calls--) {
        assert_int_equal(b->plan.steps.len, calls);
        assert_true(b->plan.lbs.items[0].hitless);
        assert_non_null(bed_next(b));
        bed_apply(b, bed_next(b));
        bed_plan(b);
    }
    assert_no_steps(b);
}

const struct step *bed_step(const struct bed *b, const char *action, size_t nth)
{
    for (size_t i = 0; i < b->plan.steps.len; i++)
        if (!strcmp(b->plan.steps.items[i].action, action) && !nth--)
            return &b->plan.steps.items[i];
    return NULL;
}

size_t bed_count(const struct bed *b, const char *action)
{
    size_t n = 0;
    while (bed_step(b, action, n))
        n++;
    return n;
}

const char *step_value(const struct step *s, const char *name)
{
    for (size_t i = 0; s && i < s->params.len; i++)
        if (!strcmp(s->params.items[i].name, name))
            return s->params.items[i].value;
    return NULL;
}

const struct step *bed_next(const struct bed *b)
{
    for (size_t i = 0; i < b->plan.steps.len; i++)
        if (!b->plan.steps.items[i].waits)
            return &b->plan.steps.items[i];
    return NULL;
}

/* What was there goes on under another key, beside the copy that was made of it. */
static void set_aside(struct bed *b, const struct step_item *item)
{
    struct resource *to = bed_row(b, item->kind, item->aside); /* may move the rows */
    struct resource *r = bed_row(b, item->kind, item->key);
    to->parent = r->parent;
    to->actual = r->actual;
    to->cloud_id = r->cloud_id;
    to->status = r->status;
    bed_gone(r);
}

/* A rule that becomes another one is not what it was any more. */
static void leave_others(struct bed *b, const struct step *s)
{
    for (size_t i = 0; i < s->items.len; i++)
        for (size_t k = 0; s->items.items[i].id && k < b->model.rows.len; k++) {
            struct resource *r = &b->model.rows.items[k];
            if (r->cloud_id && !strcmp(r->cloud_id, s->items.items[i].id))
                bed_gone(r);
        }
}

void bed_apply(struct bed *b, const struct step *s)
{
    leave_others(b, s);
    for (size_t i = 0; i < s->items.len; i++) {
        const struct step_item *item = &s->items.items[i];
        if (item->aside)
            set_aside(b, item);
        struct resource *r = bed_row(b, item->kind, item->key);
        r->actual = item->after;
        r->status = item->after ? stable(item->kind) : "";
        if (!item->after)
            r->cloud_id = NULL;
        else if (item->id)
            r->cloud_id = item->id;
        else if (!r->cloud_id)
            r->cloud_id = arena_fmt(&b->a, "new-%zu", b->a.size);
        if (item->last)
            r->applied = r->desired;
    }
}

void assert_actions(const struct bed *b, size_t n, const char *const *actions, const char *file,
                    int line)
{
    bool same = b->plan.steps.len == n;
    for (size_t i = 0; same && i < n; i++)
        same = !strcmp(b->plan.steps.items[i].action, actions[i]);
    if (same)
        return;
    print_error("the plan is:\n");
    for (size_t i = 0; i < b->plan.steps.len; i++) {
        const struct step *s = &b->plan.steps.items[i];
        print_error("  %s (%zu items) %s%s\n", s->action, s->items.len,
                    s->waits ? "waits for " : "", s->waits ? s->waits : "");
    }
    _fail(file, line);
}

int bed_setup(void **state)
{
    static struct bed bed;
    bed_init(&bed);
    *state = &bed;
    return 0;
}

int bed_teardown(void **state)
{
    bed_done(*state);
    return 0;
}

/* ---- problems ---------------------------------------------------------------------------------
 */

void problem_read(struct bed *b, const struct problem *x, struct rule_list *l)
{
    static const struct resource listener = { .key = "80/HTTP" };
    for (const struct given *g = x->rules; g->host; g++) {
        struct rule_node *n = LIST_PUSH(&b->a, &l->nodes);
        *n = (struct rule_node){ .listener = &listener, .was = g->at, .label = g->at };
        n->have = g->was ? bed_rule(b, g->host, g->path, g->was) : NULL;
        n->want = g->want ? bed_rule(b, g->host, g->path, g->want) : NULL;
        n->rule = n->want ? n->want : n->have;
        n->changed = g->was && g->want && strcmp(g->was, g->want) != 0;
        l->n_wanted += g->want != NULL;
    }
}

static void draw_conditions(struct rng *rng, const struct problem *x, struct given *g)
{
    static const char *const hosts[] = { "a.com", "w.com", "-" };
    static const char *const paths[] = { "/x/*", "/y", "-" };
    for (bool again = true; again;) {
        g->host = hosts[rng_below(rng, COUNT(hosts))];
        g->path = paths[rng_below(rng, COUNT(paths))];
        again = false;
        for (const struct given *o = x->rules; o < g; o++)
            again = again || (!strcmp(o->host, g->host) && !strcmp(o->path, g->path));
    }
}

void problem_draw(struct bed *b, struct rng *rng, size_t most, struct problem *x)
{
    const size_t n = 1 + rng_below(rng, most), kept = rng_below(rng, n + 1);
    struct places at = { 0 };
    *x = (struct problem){ 0 };
    for (size_t i = 0; i < 2 * n - kept; i++) { /* n are wanted, n are there, 'kept' of them both */
        struct given *g = &x->rules[i];
        draw_conditions(rng, x, g);
        if (i < n)
            g->want = arena_fmt(&b->a, "%d", (int)rng_below(rng, 3));
        if (i >= n || i < kept) {
            g->was = arena_fmt(&b->a, "%d", (int)rng_below(rng, 3));
            do
                g->at = 1 + (int64_t)rng_below(rng, 2 * most);
            while (is_label_taken(&at, g->at));
            at.old[i] = g->at;
        }
    }
    for (size_t i = n; i-- > 1;) { /* in any order */
        const size_t k = rng_below(rng, i + 1);
        const struct given g = x->rules[i];
        x->rules[i] = x->rules[k];
        x->rules[k] = g;
    }
}

struct places problem_places(const struct problem *x)
{
    struct places at = { 0 };
    for (size_t i = 0; x->rules[i].host; i++)
        at.old[i] = x->rules[i].at;
    return at;
}

bool is_label_taken(const struct places *at, int64_t label)
{
    for (size_t i = 0; i < COUNT(at->old); i++)
        if (at->old[i] == label || at->new[i] == label)
            return true;
    return false;
}

static bool is_met(const struct given *g, const char *host, const char *path)
{
    bool all = !strcmp(g->path, "-") || !strcmp(g->path, "/*");
    return (!strcmp(g->host, "-") || !strcmp(g->host, host))
           && (all || !strncmp(g->path, path, strcspn(g->path, "*")));
}

/* The group that a request is sent to. */
static const char *sent_to(const struct problem *x, const struct places *at, const char *host,
                           const char *path)
{
    int64_t first = LABEL_MAX + 1;
    const char *to = "nowhere";
    for (size_t i = 0; x->rules[i].host; i++) {
        if (!is_met(&x->rules[i], host, path))
            continue;
        if (at->old[i] && at->old[i] < first) {
            first = at->old[i];
            to = x->rules[i].was;
        }
        if (at->new[i] && at->new[i] < first) {
            first = at->new[i];
            to = x->rules[i].want;
        }
    }
    return to;
}

/* The first wanted rule that is met. */
static const char *meant_for(const struct problem *x, const char *host, const char *path)
{
    for (const struct given *g = x->rules; g->host; g++)
        if (g->want && is_met(g, host, path))
            return g->want;
    return "nowhere";
}

bool is_sent_well(const struct problem *x, const struct places *before, const struct places *now,
                  bool all)
{
    static const char *const hosts[] = { "a.com", "w.com", "z.com" };
    static const char *const paths[] = { "/x/1", "/y", "/z" };
    for (size_t h = 0; h < COUNT(hosts); h++)
        for (size_t i = 0; i < COUNT(paths); i++) {
            const char *to = sent_to(x, now, hosts[h], paths[i]);
            if (strcmp(to, meant_for(x, hosts[h], paths[i])) != 0
                && (all || strcmp(to, sent_to(x, before, hosts[h], paths[i])) != 0))
                return false;
        }
    return true;
}

void assert_solved(const struct problem *x, const struct rule_list *l, const rule_ops *ops)
{
    const struct places before = problem_places(x);
    struct places now = before;
    for (size_t i = 0; i < ops->len; i++) {
        const struct rule_op *op = &ops->items[i];
        const size_t to = (size_t)(op->node - l->nodes.items);
        const size_t from = op->from_node ? (size_t)(op->from_node - l->nodes.items) : to;
        if (op->kind != STEP_CREATE) {
            assert_true(op->from);
            assert_int_equal(op->from, now.old[from]);
            now.old[from] = 0;
        }
        if (op->kind != STEP_DELETE) {
            assert_int_equal(now.new[to], 0);
            assert_in_range(op->to, 1, LABEL_MAX);
            assert_false(is_label_taken(&now, op->to));
            assert_true(op->to == op->from || !is_label_taken(&before, op->to));
            now.new[to] = op->to;
        }
        if (op->kind == STEP_UPDATE)
            assert_int_equal(op->actions, op->from_node || op->node->changed);
        assert_true(is_sent_well(x, &before, &now, false));
    }
    for (size_t i = 0; i < l->nodes.len; i++)
        assert_int_equal(now.old[i] != 0 || now.new[i] != 0, x->rules[i].want != NULL);
    assert_true(is_sent_well(x, &before, &now, true));
}
