/* bed.c - the model most reports are tried on. */
#include "tests/unit/report/bed.h"

#include <stdlib.h>

static void fill(struct bed *b)
{
    b->lb = (struct alb_load_balancer){ .id = "alb-1", .name = "web" };
    b->listener =
        (struct alb_listener){ .id = "lsn-1", .protocol = ALB_PROTOCOL_HTTP, .port = { 80, true } };
    b->group = (struct alb_server_group){ .id = "sgp-1", .name = "shop-tea-80" };
    b->host[0] = "a.example";
    b->path[0] = "/tea";
    b->conditions[0] =
        (struct alb_condition){ .type = ALB_COND_HOST, .values = { .values = { b->host, 1 } } };
    b->conditions[1] =
        (struct alb_condition){ .type = ALB_COND_PATH, .values = { .values = { b->path, 1 } } };
    b->want_target.group_id = "@shop/tea-tea:80";
    b->have_target.group_id = "sgp-1";
    b->want_action = (struct alb_rule_action){ .type = ALB_ACTION_FORWARD,
                                               .forward = { .targets = { &b->want_target, 1 } } };
    b->have_action = (struct alb_rule_action){ .type = ALB_ACTION_FORWARD,
                                               .forward = { .targets = { &b->have_target, 1 } } };
    b->want =
        (struct alb_rule){ .conditions = { b->conditions, 2 }, .actions = { &b->want_action, 1 } };
    b->have = (struct alb_rule){ .id = "rule-1",
                                 .name = "rule-80-100",
                                 .priority = { 100, true },
                                 .conditions = { b->conditions, 2 },
                                 .actions = { &b->have_action, 1 } };
}

static void add(struct bed *b, enum resource_kind kind, const char *key, const void *want,
                const void *have)
{
    static const char *const ids[] = { "alb-1", "lsn-1", "rule-1", "sgp-1" };
    static const char *const from[] = { "AlbConfig web (web.yaml:1)", "AlbConfig web (web.yaml:1)",
                                        "Ingress shop/tea (tea.yaml:3)",
                                        "Ingress shop/tea (tea.yaml:3)" };
    *LIST_PUSH(&b->arena, &b->model.rows) =
        (struct resource){ .lb = "kube-system/web",
                           .kind = kind,
                           .key = key,
                           .parent = kind == RESOURCE_RULE ? "80/HTTP" : "",
                           .desired = want,
                           .desired_from = from[kind],
                           .applied = want,
                           .actual = have,
                           .cloud_id = ids[kind],
                           .status = "Active",
                           .ours = true };
}

int bed_setup(void **state)
{
    struct bed *b = calloc(1, sizeof *b);
    if (!b)
        return -1;
    *state = b;
    fill(b);
    add(b, RESOURCE_LOAD_BALANCER, "kube-system/web", &b->lb, &b->lb);
    add(b, RESOURCE_LISTENER, "80/HTTP", &b->listener, &b->listener);
    add(b, RESOURCE_RULE, "80/HTTP#0123456789ab", &b->want, &b->have);
    add(b, RESOURCE_SERVER_GROUP, "shop/tea-tea:80", &b->group, &b->group);
    model_sort(&b->model);
    b->in = (struct report_in){ .format = REPORT_TEXT, .cluster_id = "c1", .model = &b->model };
    return 0;
}

int bed_teardown(void **state)
{
    struct bed *b = *state;
    buf_done(&b->out);
    arena_done(&b->arena);
    free(b);
    return 0;
}

struct resource *bed_row(struct bed *b, enum resource_kind kind)
{
    for (size_t i = 0; i < b->model.rows.len; i++)
        if (b->model.rows.items[i].kind == kind)
            return &b->model.rows.items[i];
    return NULL;
}

const char *bed_text(struct bed *b)
{
    assert_false(b->out.failed);
    return buf_str(&b->out);
}

const char *bed_first(struct bed *b)
{
    const char *text = bed_text(b);
    return arena_strndup(&b->arena, text, strcspn(text, "\n"));
}

const char *bed_last(struct bed *b)
{
    const char *text = bed_text(b);
    size_t len = strlen(text);
    assert_true(len > 0 && text[len - 1] == '\n');
    char *copy = arena_strndup(&b->arena, text, len - 1), *end = strrchr(copy, '\n');
    return end ? end + 1 : copy;
}

cJSON *bed_json(struct bed *b)
{
    cJSON *json;
    struct error err;
    if (!json_parse(bed_text(b), b->out.len, &json, &err))
        fail_msg("%s: %s", err.msg, bed_text(b));
    return json;
}
