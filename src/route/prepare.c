/* prepare.c - reads the conditions of a rule once, so that they can be compared often. */
#include "route_priv.h"

bool cond_is_single(enum alb_cond type)
{
    return dialect_of(type)->single;
}

static void add_pattern(struct arena *a, struct cond *c, const char *key, const char *text)
{
    struct pattern *p = LIST_PUSH(a, &c->patterns);
    pattern_read(a, c->type, key, text ? text : "", p);
    c->unknown = c->unknown || p->kind == PATTERN_ANY;
}

/* A condition without values: it may match anything, or nothing. */
static void add_nothing(struct arena *a, struct cond *c, const char *key)
{
    *LIST_PUSH(a, &c->patterns) =
        (struct pattern){ .kind = PATTERN_ANY, .of = dialect_of(c->type), .key = key, .text = "" };
    c->unknown = true;
}

static void add_block(struct arena *a, struct cond *c, const char *text)
{
    struct block *b = LIST_PUSH(a, &c->blocks);
    if (!text || !block_read(text, b)) {
        c->unknown = true;
        c->blocks.len--;
    }
}

static void prepare_values(struct arena *a, const struct alb_values *v, struct cond *c)
{
    for (size_t i = 0; i < v->values.len; i++) {
        if (c->type == ALB_COND_SOURCE_IP)
            add_block(a, c, v->values.items[i]);
        else
            add_pattern(a, c, NULL, v->values.items[i]);
    }
    if (!v->values.len)
        add_nothing(a, c, NULL);
}

static void prepare_header(struct arena *a, const struct alb_key_values *h, struct cond *c)
{
    c->key = text_lower(a, h->key ? h->key : "");
    for (size_t i = 0; i < h->values.len; i++)
        add_pattern(a, c, NULL, h->values.items[i]);
    if (!h->values.len)
        add_nothing(a, c, NULL);
}

static void prepare_pairs(struct arena *a, const struct alb_pairs *p, struct cond *c)
{
    for (size_t i = 0; i < p->pairs.len; i++) {
        const struct alb_pair *pair = &p->pairs.items[i];
        add_pattern(a, c, pair->key ? pair->key : "", pair->value);
    }
    if (!p->pairs.len)
        add_nothing(a, c, "");
}

static void prepare_cond(struct arena *a, const struct alb_condition *from, struct cond *c)
{
    c->source = from;
    c->type = from->type;
    if (c->type == ALB_COND_UNSET)
        c->unknown = true;
    else if (cond_is_single(c->type))
        prepare_values(a, &from->values, c);
    else if (dialect_of(c->type)->pairs)
        prepare_pairs(a, &from->pairs, c);
    else
        prepare_header(a, &from->header, c);
}

static bool is_exact_host(const struct cond *c)
{
    if (c->type != ALB_COND_HOST || c->unknown)
        return false;
    for (size_t i = 0; i < c->patterns.len; i++)
        if (c->patterns.items[i].kind != PATTERN_EXACT)
            return false;
    return true;
}

/* For a quick no: how much all patterns have in common. */
static size_t common_prefix(const struct cond *c)
{
    const struct pattern *first = c->patterns.items;
    size_t n = c->patterns.len ? first->prefix : 0;
    for (size_t i = 0; i < c->patterns.len; i++) {
        const struct pattern *p = &c->patterns.items[i];
        size_t same = 0;
        while (same < n && same < p->prefix && p->text[same] == first->text[same])
            same++;
        n = same;
    }
    return n;
}

/* Notes where the conditions are that can tell two rules apart. */
static void note_singles(struct route_rule *r)
{
    for (size_t i = 0; i < r->conds.len; i++) {
        struct cond *c = &r->conds.items[i];
        if (!cond_is_single(c->type))
            continue;
        c->prefix = common_prefix(c);
        r->several = r->several || r->only[c->type];
        r->only[c->type] = c;
    }
}

struct route_rule *route_prepare(struct arena *a, const struct alb_rule *rule)
{
    struct route_rule *r = arena_alloc(a, sizeof *r);
    r->source = rule;
    r->response = rule->direction == ALB_DIRECTION_RESPONSE;
    r->conds.items = arena_array(a, rule->conditions.len, sizeof *r->conds.items);
    r->conds.len = rule->conditions.len;
    for (size_t i = 0; i < r->conds.len; i++)
        prepare_cond(a, &rule->conditions.items[i], &r->conds.items[i]);
    note_singles(r);
    for (size_t i = r->conds.len; i-- > 0;)
        if (is_exact_host(&r->conds.items[i]))
            r->hosts = &r->conds.items[i];
    return r;
}

const struct alb_rule *route_source(const struct route_rule *r)
{
    return r->source;
}
