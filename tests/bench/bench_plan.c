/* bench_plan.c - what it takes to plan a listener with many rules: seconds of computing, and
 * memory.
 *
 * bench_plan [RULES [ONE]]: hosts with 20 paths each; a tenth of them with a canary, one catch-all.
 * With ONE (a case's number) only that case, once, for callgrind. */
#include <stdlib.h>

#include "alb-agent/plan.h"
#include "bench.h"

#define NOW ((int64_t)1700000000000)
#define LB  "kube-system/web"

enum { PATHS = 20, RUNS = 5 };

struct bench_case {
    const char *what;
    size_t changed; /* one rule in so many has other actions; 0: none */
    bool inserted;  /* one more on top                                */
    size_t spread;  /* the labels are this far apart                  */
};

static struct alb_rule *make_rule(struct arena *a, size_t nth, const char *group, int64_t label)
{
    struct alb_rule *rule = arena_alloc(a, sizeof *rule);
    rule->direction = ALB_DIRECTION_REQUEST;
    if (label)
        rule->priority = (struct opt_int){ label, true };
    struct alb_condition *c = LIST_PUSH(a, &rule->conditions);
    c->type = ALB_COND_HOST;
    *LIST_PUSH(a, &c->values.values) = arena_fmt(a, "shop-%zu.example.com", nth / PATHS);
    c = LIST_PUSH(a, &rule->conditions);
    c->type = ALB_COND_PATH;
    *LIST_PUSH(a, &c->values.values) =
        nth % PATHS == PATHS - 1 ? "/*" : arena_fmt(a, "/api/v%zu/*", nth % PATHS);
    if (nth % 10 == 0) {
        c = LIST_PUSH(a, &rule->conditions);
        c->type = ALB_COND_HEADER;
        c->header.key = "x-canary";
        *LIST_PUSH(a, &c->header.values) = "1";
    }
    struct alb_rule_action *act = LIST_PUSH(a, &rule->actions);
    act->type = ALB_ACTION_FORWARD;
    act->order = (struct opt_int){ 1, true };
    *LIST_PUSH(a, &act->forward.targets) =
        (struct alb_target){ .group_id = group, .weight = { 100, true } };
    return rule;
}

static struct resource *add_row(struct arena *a, struct model *m, enum resource_kind kind,
                                const char *key, const char *status)
{
    struct resource *r = LIST_PUSH(a, &m->rows);
    *r = (struct resource){ .lb = LB,
                            .kind = kind,
                            .key = key,
                            .parent = "",
                            .status = status,
                            .observed_at = NOW,
                            .ours = true };
    return r;
}

static void add_rule(struct arena *a, struct model *m, size_t nth, const struct bench_case *c,
                     size_t position)
{
    bool changed = c->changed && nth % c->changed == 0;
    const bool fresh = position == 0;
    /* Ten rules lead to a group, for more than fifty may not. */
    const char *group = arena_fmt(a, "sgp-%zu", nth / 10), *other = arena_fmt(a, "%s-new", group);
    struct alb_rule *want = make_rule(a, nth, changed ? other : group, 0);
    struct resource *r = add_row(a, m, RESOURCE_RULE, rule_key(a, "80/HTTP", want, 1), "Available");
    r->parent = "80/HTTP";
    r->desired = want;
    r->position = (int64_t)position + 1;
    if (fresh && c->inserted)
        return;
    r->actual = make_rule(a, nth, group, (int64_t)(position * c->spread));
    r->cloud_id = arena_fmt(a, "rule-%zu", nth);
}

static void make_model(struct arena *a, struct model *m, size_t n, const struct bench_case *c)
{
    static const struct alb_load_balancer lb = { .name = "web",
                                                 .address_type = ALB_ADDRESS_INTERNET,
                                                 .edition = ALB_EDITION_STANDARD,
                                                 .vpc_id = "vpc-1" };
    static const struct alb_listener listener = { .protocol = ALB_PROTOCOL_HTTP,
                                                  .port = { 80, true } };
    struct resource *r = add_row(a, m, RESOURCE_LOAD_BALANCER, LB, "Active");
    r->desired = r->applied = r->actual = &lb;
    r->cloud_id = "alb-1";
    r = add_row(a, m, RESOURCE_LISTENER, "80/HTTP", "Running");
    r->desired = r->applied = r->actual = &listener;
    r->cloud_id = "lsn-1";
    for (size_t i = 1; i <= n; i++)
        add_rule(a, m, i, c, i);
    if (c->inserted)
        add_rule(a, m, 0, c, 0);
    model_sort(m);
}

static void run_case(size_t n, const struct bench_case *c, int runs)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct model m = { 0 };
    const struct plan_in in = { .model = &m, .now_ms = NOW, .allow_destroy = true };
    double best = 1e9, wall = 1e9;
    size_t bytes = 0, steps = 0;
    make_model(&a, &m, n, c);
    for (int i = 0; i < runs; i++) {
        struct arena b CLEANUP(arena_done) = { 0 };
        struct plan plan = { 0 };
        double cpu = bench_cpu_s(), began = bench_now_s();
        plan_build_lb(&b, &in, LB, &plan);
        cpu = bench_cpu_s() - cpu;
        began = bench_now_s() - began;
        best = cpu < best ? cpu : best;
        wall = began < wall ? began : wall;
        bytes = b.size;
        steps = plan.steps.len;
    }
    (void)printf("%-34s %6zu rules %9.1f ms of CPU %9.1f ms %8.1f MB %6zu steps\n", c->what, n,
                 1e3 * best, 1e3 * wall, (double)bytes / 1e6, steps);
}

int main(int argc, char **argv)
{
    static const struct bench_case cases[] = {
        { "adopted, numbered 1..N, no change", 0, false, 1 },
        { "one inserted on top of 1..N", 0, true, 1 },
        { "one in ten changed", 10, false, 1 },
    };
    const size_t n = argc > 1 ? strtoul(argv[1], NULL, 10) : 0;
    const size_t one = argc > 2 ? strtoul(argv[2], NULL, 10) : SIZE_MAX;
    static const size_t sizes[] = { 1250, 2500, 5000, 9998 };
    for (size_t i = 0; i < COUNT(cases); i++)
        for (size_t k = 0; (one == SIZE_MAX || one == i) && k < (n ? 1 : COUNT(sizes)); k++)
            run_case(n ? n : sizes[k], &cases[i], one == i ? 1 : RUNS);
    return 0;
}
