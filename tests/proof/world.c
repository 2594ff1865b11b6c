/* world.c - see world.h. */
#include "world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW ((int64_t)1700000000000)
#define LB  "kube-system/web"

/* ---- requests ----------------------------------------------------------------------------- */

static bool host_meets(const char *pattern, const char *host)
{
    if (pattern[0] != '*')
        return !strcmp(pattern, "-") || !strcmp(pattern, host);
    size_t n = strlen(host), m = strlen(pattern) - 1;
    return n > m && !strcmp(host + n - m, pattern + 1);
}

static bool path_meets(const char *pattern, const char *path)
{
    size_t n = strlen(pattern);
    if (pattern[n - 1] == '*')
        return !strncmp(pattern, path, n - 1);
    return !strcmp(pattern, "-") || !strcmp(pattern, path);
}

/* Leaves out a request that meets what an earlier one meets. */
static bool is_known(const struct universe *u, size_t request)
{
    for (size_t r = 0; r < request; r++) {
        bool same = true;
        for (size_t c = 0; c < u->n && same; c++)
            same = (u->meets[c][r / 64] >> (r % 64) & 1)
                   == (u->meets[c][request / 64] >> (request % 64) & 1);
        if (same)
            return true;
    }
    return false;
}

static void add_request(struct universe *u, size_t host, size_t path, bool header)
{
    size_t r = u->n_requests;
    if (r >= (size_t)WORDS * 64)
        abort();
    for (size_t c = 0; c < u->n; c++) {
        bool meets = host_meets(u->conds[c].host, u->hosts[host])
                     && path_meets(u->conds[c].path, u->paths[path])
                     && (!u->conds[c].header || header);
        u->meets[c][r / 64] &= ~((uint64_t)1 << (r % 64));
        u->meets[c][r / 64] |= (uint64_t)meets << (r % 64);
    }
    u->n_requests += !is_known(u, r);
}

void universe_init(struct universe *u)
{
    u->n_requests = 0;
    for (size_t h = 0; h < u->n_hosts; h++)
        for (size_t p = 0; p < u->n_paths; p++)
            for (int header = 0; header <= 1; header++)
                add_request(u, h, p, header);
    for (size_t c = 0; c < u->n; c++) {
        for (size_t r = u->n_requests; r < (size_t)WORDS * 64; r++)
            u->meets[c][r / 64] &= ~((uint64_t)1 << (r % 64));
        for (size_t k = 0; k < c; k++) {
            uint64_t both = 0;
            for (size_t w = 0; w < WORDS; w++)
                both |= u->meets[c][w] & u->meets[k][w];
            u->overlap[c][k] = u->overlap[k][c] = both != 0;
        }
    }
}

/* ---- lists --------------------------------------------------------------------------------- */

static int by_label(const void *x, const void *y)
{
    const struct rule *a = x, *b = y;
    return (a->label > b->label) - (a->label < b->label);
}

void list_routes(const struct universe *u, const struct list *l, struct routes *out)
{
    struct list sorted;
    sorted.len = l->len;
    memcpy(sorted.items, l->items, l->len * sizeof *l->items);
    bool in_order = true;
    for (size_t i = 1; i < l->len; i++)
        in_order = in_order && l->items[i - 1].label < l->items[i].label;
    if (!in_order)
        qsort(sorted.items, sorted.len, sizeof *sorted.items, by_label);
    uint64_t left[WORDS];
    memset(left, 0xff, sizeof left);
    for (size_t r = 0; r < u->n_requests; r++)
        out->dest[r] = DEFAULT_DEST;
    for (size_t i = 0; i < sorted.len; i++)
        for (size_t w = 0; w < WORDS; w++) {
            uint64_t hit = u->meets[sorted.items[i].cond][w] & left[w];
            left[w] &= ~hit;
            for (size_t r = w * 64; hit; hit >>= 1, r++)
                if (hit & 1)
                    out->dest[r] = sorted.items[i].dest;
        }
}

bool routes_between(const struct universe *u, const struct routes *now, const struct routes *old,
                    const struct routes *new)
{
    for (size_t r = 0; r < u->n_requests; r++)
        if (now->dest[r] != old->dest[r] && now->dest[r] != new->dest[r])
            return false;
    return true;
}

bool list_done(const struct universe *u, const struct list *now, const struct list *want)
{
    int32_t label[RULES_MAX];
    if (now->len != want->len)
        return false;
    for (size_t i = 0; i < want->len; i++) {
        size_t k = 0;
        while (k < now->len
               && (now->items[k].cond != want->items[i].cond
                   || now->items[k].dest != want->items[i].dest))
            k++;
        if (k == now->len)
            return false;
        label[i] = now->items[k].label;
        for (size_t j = 0; j < i; j++)
            if (label[j] >= label[i] && u->overlap[want->items[j].cond][want->items[i].cond])
                return false;
    }
    return true;
}

void list_number(struct list *l, int32_t first, int32_t step)
{
    for (size_t i = 0; i < l->len; i++)
        l->items[i].label = first + (int32_t)i * step;
}

/* ---- what the planner sees ------------------------------------------------------------------ */

static void add_values(struct arena *a, struct alb_rule *rule, enum alb_cond type, const char *v)
{
    struct alb_condition *c = LIST_PUSH(a, &rule->conditions);
    c->type = type;
    *LIST_PUSH(a, &c->values.values) = v;
}

static const struct alb_rule *make_shape(struct arena *a, const struct cond *cond)
{
    struct alb_rule *rule = arena_alloc(a, sizeof *rule);
    rule->direction = ALB_DIRECTION_REQUEST;
    rule->conditions.items = arena_array(a, 1, sizeof *rule->conditions.items);
    if (strcmp(cond->host, "-") != 0)
        add_values(a, rule, ALB_COND_HOST, cond->host);
    if (strcmp(cond->path, "-") != 0)
        add_values(a, rule, ALB_COND_PATH, cond->path);
    if (cond->header) {
        struct alb_condition *c = LIST_PUSH(a, &rule->conditions);
        c->type = ALB_COND_HEADER;
        c->header.key = "x-canary";
        *LIST_PUSH(a, &c->header.values) = "1";
    }
    return rule;
}

void desk_init(struct desk *d, const struct universe *u)
{
    *d = (struct desk){ .u = u, .next_id = 1000 };
    for (size_t c = 0; c < u->n; c++) {
        d->shape[c] = make_shape(&d->fixed, &u->conds[c]);
        d->keys[c] = rule_key(&d->fixed, "80/HTTP", d->shape[c], 1);
    }
    d->in = (struct plan_in){ .model = &d->model, .now_ms = NOW, .allow_destroy = true };
}

void desk_done(struct desk *d)
{
    arena_done(&d->fixed);
    arena_done(&d->a);
}

static struct alb_rule *make_rule(struct desk *d, const struct rule *r)
{
    struct alb_rule *rule = arena_dup(&d->a, d->shape[r->cond], sizeof *rule);
    rule->actions.items = arena_alloc(&d->a, sizeof *rule->actions.items);
    rule->actions.len = 1;
    struct alb_rule_action *act = rule->actions.items;
    act->type = ALB_ACTION_FORWARD;
    act->order = (struct opt_int){ 1, true };
    act->forward.targets.items = arena_alloc(&d->a, sizeof(struct alb_target));
    act->forward.targets.len = 1;
    act->forward.targets.items[0] =
        (struct alb_target){ .group_id = arena_fmt(&d->a, "sgp-%d", r->dest),
                             .weight = { 100, true } };
    return rule;
}

static struct resource *add_row(struct desk *d, enum resource_kind kind, const char *key,
                                const char *status)
{
    struct resource *r = LIST_PUSH(&d->a, &d->model.rows);
    *r = (struct resource){
        .lb = LB,
        .kind = kind,
        .key = key,
        .parent = "",
        .status = status,
        .observed_at = NOW,
        .ours = true,
    };
    return r;
}

static struct resource *find_row(struct desk *d, size_t from, const char *key)
{
    for (size_t i = from; i < d->model.rows.len; i++)
        if (d->model.rows.items[i].key == key)
            return &d->model.rows.items[i];
    struct resource *r = add_row(d, RESOURCE_RULE, key, "");
    r->parent = "80/HTTP";
    return r;
}

/* The row of an actual rule: the wanted one of its conditions, or, beside one that does more of
 * what is wanted, one of its own. */
static struct resource *actual_row(struct desk *d, size_t from, const struct rule *r)
{
    struct resource *row = find_row(d, from, d->keys[r->cond]);
    for (int nth = 2; row->actual; nth++)
        row = find_row(d, from, rule_key(&d->a, "80/HTTP", d->shape[r->cond], nth));
    return row;
}

static void add_fixed(struct desk *d)
{
    static const struct alb_load_balancer lb = { .name = "web",
                                                 .address_type = ALB_ADDRESS_INTERNET,
                                                 .edition = ALB_EDITION_STANDARD,
                                                 .vpc_id = "vpc-1" };
    static const struct alb_listener listener = { .protocol = ALB_PROTOCOL_HTTP,
                                                  .port = { 80, true } };
    struct resource *r = add_row(d, RESOURCE_LOAD_BALANCER, LB, "Active");
    r->desired = r->applied = r->actual = &lb;
    r->cloud_id = "alb-1";
    r = add_row(d, RESOURCE_LISTENER, "80/HTTP", "Running");
    r->desired = r->applied = r->actual = &listener;
    r->cloud_id = "lsn-1";
}

/* Of rules with the same conditions the one that does what is wanted comes first, so the
 * model matches them; and the one made last, so do the replies to our own calls. */
static bool is_wanted(const struct list *want, const struct rule *r)
{
    for (size_t i = 0; i < want->len; i++)
        if (want->items[i].cond == r->cond && want->items[i].dest == r->dest)
            return true;
    return false;
}

void desk_plan(struct desk *d, const struct list *now, const struct list *want)
{
    arena_done(&d->a);
    d->model = (struct model){ 0 };
    add_fixed(d);
    size_t from = d->model.rows.len;
    for (size_t i = 0; i < want->len; i++) {
        struct resource *r = find_row(d, from, d->keys[want->items[i].cond]);
        r->desired = make_rule(d, &want->items[i]);
        r->position = (int64_t)i + 1;
    }
    for (int wanted = 1; wanted >= 0; wanted--)
        for (size_t i = now->len; i-- > 0;) {
            if (is_wanted(want, &now->items[i]) != wanted)
                continue;
            struct resource *r = actual_row(d, from, &now->items[i]);
            struct alb_rule *rule = make_rule(d, &now->items[i]);
            rule->priority = (struct opt_int){ now->items[i].label, true };
            r->actual = rule;
            r->cloud_id = arena_fmt(&d->a, "%u", now->items[i].id);
            r->status = "Available";
        }
    model_sort(&d->model);
    plan_build_lb(&d->a, &d->in, LB, &d->plan);
}

/* ---- the cloud ------------------------------------------------------------------------------ */

/* What a call says of one rule; what it does not say is 0. */
struct told {
    const char *id, *label, *group, *host, *path, *header;
    bool conditions;
};

static void tell(struct told *t, const char *field, const char *value)
{
    if (!strcmp(field, "RuleId"))
        t->id = value;
    else if (!strcmp(field, "Priority"))
        t->label = value;
    else if (strstr(field, "ServerGroupId"))
        t->group = value;
    else if (strstr(field, "HostConfig.Values.1"))
        t->host = value;
    else if (strstr(field, "PathConfig.Values.1"))
        t->path = value;
    else if (strstr(field, "HeaderConfig.Values.1"))
        t->header = value;
    t->conditions = t->conditions || !strncmp(field, "RuleConditions", 14);
}

static size_t read_call(const struct step *s, struct told out[RULES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < s->params.len; i++) {
        const char *name = s->params.items[i].name;
        bool deletes = !strncmp(name, "RuleIds.", 8);
        if (!deletes && strncmp(name, "Rules.", 6) != 0)
            continue;
        char *rest;
        size_t nth = strtoul(name + (deletes ? 8 : 6), &rest, 10);
        if (nth < 1 || nth > RULES_MAX)
            abort();
        for (; n < nth; n++)
            out[n] = (struct told){ 0 };
        tell(&out[nth - 1], deletes ? "RuleId" : rest + 1, s->params.items[i].value);
    }
    return n;
}

static int find_cond(const struct universe *u, const struct told *t)
{
    for (size_t c = 0; c < u->n; c++)
        if (!strcmp(u->conds[c].host, t->host ? t->host : "-")
            && !strcmp(u->conds[c].path, t->path ? t->path : "-")
            && u->conds[c].header == (t->header != NULL))
            return (int)c;
    return -1;
}

static bool is_free(const struct list *l, int32_t label)
{
    for (size_t i = 0; i < l->len; i++)
        if (l->items[i].label == label)
            return false;
    return label >= 1 && label <= 10000;
}

static struct rule *by_id(struct list *l, const char *id)
{
    for (size_t i = 0; id && i < l->len; i++)
        if (l->items[i].id == strtoul(id, NULL, 10))
            return &l->items[i];
    return NULL;
}

/* Why the cloud would not do this to a rule, or NULL. */
static const char *set_rule(const struct universe *u, const struct list *before, struct list *now,
                            const struct told *t, struct rule *r)
{
    if (t->label) {
        int32_t label = (int32_t)strtol(t->label, NULL, 10);
        if (!is_free(before, label) || !is_free(now, label))
            return "a label that was not free before the call";
        r->label = label;
    }
    if (t->group)
        r->dest = (int16_t)strtol(t->group + 4, NULL, 10);
    if (!t->conditions)
        return NULL;
    int cond = find_cond(u, t);
    r->cond = (uint16_t)cond;
    return cond < 0 ? "conditions that nobody wants" : NULL;
}

static const char *do_one(struct desk *d, const struct list *before, struct list *now,
                          const struct step *s, const struct told *t)
{
    if (!strcmp(s->action, "CreateRules")) {
        struct rule r = { .id = d->next_id++ };
        const char *why = set_rule(d->u, before, now, t, &r);
        if (now->len == RULES_MAX || !t->label || !t->group)
            return "a rule without all it takes";
        now->items[now->len++] = r;
        return why;
    }
    struct rule *r = by_id(now, t->id);
    if (!r)
        return "no such rule";
    if (!strcmp(s->action, "UpdateRulesAttribute"))
        return set_rule(d->u, before, now, t, r);
    *r = now->items[--now->len];
    return strcmp(s->action, "DeleteRules") != 0 ? "an unknown call" : NULL;
}

bool world_do(struct desk *d, struct list *now, const struct step *s, seen_fn *seen, void *arg,
              const char **why)
{
    static struct told told[RULES_MAX];
    struct list before;
    before.len = now->len;
    memcpy(before.items, now->items, now->len * sizeof *now->items);
    size_t n = read_call(s, told);
    *why = n > 100 || !n ? "a call of none or of more than a hundred rules" : NULL;
    for (size_t i = 0; i < n && !*why; i++) {
        for (size_t k = 0; k < i && told[i].id; k++)
            if (!strcmp(told[k].id, told[i].id))
                *why = "a rule twice in a call";
        if (!*why)
            *why = do_one(d, &before, now, s, &told[i]);
        if (!*why && !seen(arg, now))
            *why = "a request that goes astray";
    }
    return !*why;
}
