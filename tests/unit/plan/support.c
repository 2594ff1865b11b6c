/* support.c - see support.h. */
#include "support.h"

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
    r->actual = schema_copy(&b->a, resource_schema(r->kind), desired, 0, NULL, NULL);
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
    g->servers.items = arena_array(&b->a, n + 1, sizeof *s);
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
