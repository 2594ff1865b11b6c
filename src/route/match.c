/* match.c - one request and the rules of a listener: which matches, which before it do not and
 * why. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "route_priv.h"

const char *route_doubt_text(enum route_doubt d)
{
    static const char *const texts[] = {
        [ROUTE_DOUBT_NONE] = "nothing",
        [ROUTE_DOUBT_UNKNOWN] = "what the request does not say",
        [ROUTE_DOUBT_UNREAD] = "what the condition's value means",
        [ROUTE_DOUBT_EXPRESSION] = "how ALB anchors the expression, and whether it ignores case",
        [ROUTE_DOUBT_LABELS] = "whether '*' crosses dots",
        [ROUTE_DOUBT_CASE] = "whether ALB ignores case there",
        [ROUTE_DOUBT_ENCODED] = "whether ALB decodes \"%xx\" first",
        [ROUTE_DOUBT_REPEATED] = "which of several values ALB looks at",
    };
    return texts[d];
}

/* ---- what the request has, as texts -----------------------------------------------------------
 */

/* One text of the request, as it was sent and with "%xx" replaced; of a pair also its key. */
struct text {
    const char *key, *value;
    const char *raw, *decoded; /* the same when there is nothing to replace      */
    size_t raw_len, decoded_len;
};

struct subject {
    struct arena *a;
    const struct route_request *request;
};
typedef LIST_OF(struct text) texts;

static int hex(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = c ? strchr(digits, tolower((unsigned char)c)) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* The byte that "%xx" stands for, or 0: it is no such thing, or stands for no text. */
static unsigned char escaped(const char *at)
{
    if (*at != '%' || hex(at[1]) < 0 || hex(at[2]) < 0)
        return 0;
    return (unsigned char)(hex(at[1]) * 16 + hex(at[2]));
}

/* "%2f" as "/", and with 'form' "+" as a blank. */
static const char *decode(struct arena *a, const char *text, bool form)
{
    if (!strchr(text, '%') && !(form && strchr(text, '+')))
        return text;
    char *out = arena_strdup(a, text);
    size_t n = 0;
    for (const char *at = text; *at; at++) {
        unsigned char byte = escaped(at);
        if (byte) {
            memcpy(&out[n++], &byte, 1);
            at += 2;
        } else {
            out[n] = *at;
            if (form && out[n] == '+')
                out[n] = ' ';
            n++;
        }
    }
    out[n] = '\0';
    return out;
}

static void add_text(struct subject *s, texts *to, const char *text, bool encoded)
{
    const char *decoded = encoded ? decode(s->a, text, false) : text;
    *LIST_PUSH(s->a, to) = (struct text){ .value = text,
                                          .raw = text,
                                          .decoded = decoded,
                                          .raw_len = strlen(text),
                                          .decoded_len = strlen(decoded) };
}

/* "key", BYTE_PAIR, "value". */
static const char *join_pair(struct arena *a, const char *key, const char *value, size_t *len)
{
    size_t n = strlen(key), m = strlen(value);
    char *text = arena_alloc(a, n + m + 2);
    memcpy(text, key, n + 1); /* BYTE_PAIR is the NUL */
    memcpy(text + n + 1, value, m + 1);
    *len = n + 1 + m;
    return text;
}

/* A pair that stands between 'from' and 'end', "key=value" or "key". */
static void add_pair(struct subject *s, texts *to, const char *from, const char *end, bool form)
{
    const char *text = arena_strndup(s->a, from, (size_t)(end - from));
    size_t n = strcspn(text, "=");
    const char *key = arena_strndup(s->a, text, n), *value = text + n + (text[n] == '=');
    struct text *t = LIST_PUSH(s->a, to);
    t->key = key;
    t->value = value;
    t->raw = join_pair(s->a, key, value, &t->raw_len);
    t->decoded = t->raw;
    t->decoded_len = t->raw_len;
    const char *plain_key = form ? decode(s->a, key, true) : key,
               *plain_value = form ? decode(s->a, value, true) : value;
    if (plain_key != key || plain_value != value)
        t->decoded = join_pair(s->a, plain_key, plain_value, &t->decoded_len);
}

static texts query_texts(struct subject *s)
{
    texts l = { 0 };
    for (const char *at = s->request->query; at && *at;) {
        const char *end = at + strcspn(at, "&");
        if (end > at)
            add_pair(s, &l, at, end, true);
        at = end + (*end == '&');
    }
    return l;
}

static texts cookie_texts(struct subject *s)
{
    texts l = { 0 };
    for (size_t i = 0; i < s->request->headers.len; i++) {
        if (strcasecmp(s->request->headers.items[i].key, "cookie") != 0)
            continue;
        for (const char *at = s->request->headers.items[i].value; *at;) {
            at += strspn(at, "; ");
            const char *end = at + strcspn(at, ";");
            if (end > at)
                add_pair(s, &l, at, end, false);
            at = end;
        }
    }
    return l;
}

/* The values of a header; of several also all of them in one, as some take them. */
static texts header_texts(struct subject *s, const struct route_pair *headers, size_t n,
                          const char *name)
{
    texts l = { 0 };
    const char *all = NULL;
    for (size_t i = 0; i < n; i++) {
        if (strcasecmp(headers[i].key, name) != 0)
            continue;
        add_text(s, &l, headers[i].value, false);
        all = all ? arena_fmt(s->a, "%s, %s", all, headers[i].value) : headers[i].value;
    }
    if (l.len > 1)
        add_text(s, &l, all, false);
    return l;
}

/* The host without its port, in lower case. */
static const char *host_name(struct arena *a, const char *host)
{
    const char *colon = strrchr(host, ':');
    bool port = colon && !strchr(colon, ']') && (host[0] == '[' || strchr(host, ':') == colon);
    return text_lower(a, port ? arena_strndup(a, host, (size_t)(colon - host)) : host);
}

/* The one text that there is for conditions of this type, or NULL. */
static const char *single_text(struct subject *s, enum alb_cond type)
{
    const struct route_request *q = s->request;
    const char *const of[] = {
        [ALB_COND_HOST] = q->host ? host_name(s->a, q->host) : NULL,
        [ALB_COND_PATH] = q->path,
        [ALB_COND_METHOD] = q->method,
        [ALB_COND_SOURCE_IP] = q->source,
        [ALB_COND_RESPONSE_STATUS] = q->status,
    };
    return of[type];
}

/* What the request has for a condition; '*known' false: the request does not say. */
static texts texts_for(struct subject *s, const struct cond *c, bool *known)
{
    const struct route_request *q = s->request;
    *known = true;
    if (c->type == ALB_COND_HEADER)
        return header_texts(s, q->headers.items, q->headers.len, c->key);
    if (c->type == ALB_COND_RESPONSE_HEADER)
        return header_texts(s, q->response_headers.items, q->response_headers.len, c->key);
    if (c->type == ALB_COND_QUERY)
        return query_texts(s);
    if (c->type == ALB_COND_COOKIE)
        return cookie_texts(s);
    texts l = { 0 };
    const char *one = single_text(s, c->type);
    *known = one;
    if (one)
        add_text(s, &l, one, c->type == ALB_COND_PATH);
    return l;
}

/* ---- one text and one value --------------------------------------------------------------------
 */

static bool runs(struct arena *a, const struct pattern *p, unsigned reading, const char *text,
                 size_t len)
{
    if (reading == WIDE && p->wide)
        return automaton_runs(p->wide, text, len);
    return automaton_runs(pattern_automaton(a, p, reading), text, len);
}

static enum route_doubt pattern_doubt(const struct pattern *p)
{
    if (p->kind == PATTERN_ANY)
        return ROUTE_DOUBT_UNREAD;
    if (p->kind == PATTERN_REGEX)
        return ROUTE_DOUBT_EXPRESSION;
    return p->of->labels ? ROUTE_DOUBT_LABELS : ROUTE_DOUBT_CASE;
}

struct verdict {
    enum route_answer answer;
    enum route_doubt doubt;
};

static struct verdict judge(const struct pattern *p, const struct text *t)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    bool same = t->raw == t->decoded;
    bool wide = runs(&a, p, WIDE, t->raw, t->raw_len),
         wide_too = same ? wide : runs(&a, p, WIDE, t->decoded, t->decoded_len);
    if (!wide && !wide_too)
        return (struct verdict){ ROUTE_NO, ROUTE_DOUBT_NONE };
    bool narrow = runs(&a, p, NARROW, t->raw, t->raw_len),
         narrow_too = same ? narrow : runs(&a, p, NARROW, t->decoded, t->decoded_len);
    if (narrow && narrow_too)
        return (struct verdict){ ROUTE_YES, ROUTE_DOUBT_NONE };
    bool differ = wide != wide_too || narrow != narrow_too;
    return (struct verdict){ ROUTE_MAYBE, differ ? ROUTE_DOUBT_ENCODED : pattern_doubt(p) };
}

/* ---- one condition
 * ------------------------------------------------------------------------------- */

static void take(struct route_finding *f, struct verdict v, size_t value, const char *actual)
{
    if (v.answer <= f->answer)
        return;
    f->answer = v.answer;
    f->doubt = v.doubt;
    f->value = (int)value;
    f->actual = actual;
}

static const char *shown(struct arena *a, const struct text *t)
{
    return t->key ? arena_fmt(a, "%s=%s", t->key, t->value) : t->value;
}

static const char *all_shown(struct arena *a, const texts *l)
{
    if (!l->len)
        return NULL;
    const char *all = shown(a, &l->items[0]);
    for (size_t i = 1; i < l->len; i++) {
        const char *next = shown(a, &l->items[i]);
        all = l->items[i].key ? arena_fmt(a, "%s, %s", all, next) : next;
    }
    return all;
}

static bool same_key(const struct text *x, const struct text *y)
{
    return !x->key || !strcmp(x->key, y->key);
}

/* The best that one text of the request gets from the values of the condition. */
static struct route_finding judge_text(struct subject *s, const struct cond *c,
                                       const struct text *t)
{
    struct route_finding f = { .value = ROUTE_NO_VALUE };
    for (size_t i = 0; i < c->patterns.len; i++)
        take(&f, judge(&c->patterns.items[i], t), i, shown(s->a, t));
    return f;
}

/* Where a key is there several times, all of them must agree for an answer of yes. */
static struct route_finding judge_texts(struct subject *s, const struct cond *c, const texts *l)
{
    struct route_finding best = { .value = ROUTE_NO_VALUE };
    struct route_finding *each = arena_array(s->a, l->len, sizeof *each);
    for (size_t i = 0; i < l->len; i++)
        each[i] = judge_text(s, c, &l->items[i]);
    for (size_t i = 0; i < l->len; i++) {
        struct verdict v = { each[i].answer, each[i].doubt };
        for (size_t k = 0; k < l->len; k++)
            if (v.answer == ROUTE_YES && each[k].answer != ROUTE_YES
                && same_key(&l->items[i], &l->items[k]))
                v = (struct verdict){ ROUTE_MAYBE, ROUTE_DOUBT_REPEATED };
        take(&best, v, (size_t)each[i].value, each[i].actual);
    }
    return best;
}

static struct route_finding judge_source(const struct cond *c, const char *source)
{
    struct route_finding f = { .value = ROUTE_NO_VALUE, .actual = source };
    struct block at;
    if (!block_read(source, &at)) {
        f.answer = ROUTE_MAYBE;
        f.doubt = ROUTE_DOUBT_UNKNOWN;
        return f;
    }
    for (size_t i = 0; i < c->source->values.values.len; i++) {
        struct block b;
        const char *text = c->source->values.values.items[i];
        if (!text || !block_read(text, &b))
            take(&f, (struct verdict){ ROUTE_MAYBE, ROUTE_DOUBT_UNREAD }, i, source);
        else if (block_has(&b, &at))
            take(&f, (struct verdict){ ROUTE_YES, ROUTE_DOUBT_NONE }, i, source);
    }
    return f;
}

static struct route_finding judge_cond(struct subject *s, const struct cond *c)
{
    bool known;
    texts l = texts_for(s, c, &known);
    struct route_finding f;
    if (!known)
        f = (struct route_finding){ .answer = ROUTE_MAYBE,
                                    .value = ROUTE_NO_VALUE,
                                    .doubt = c->type == ALB_COND_UNSET ? ROUTE_DOUBT_UNREAD
                                                                       : ROUTE_DOUBT_UNKNOWN };
    else if (c->type == ALB_COND_SOURCE_IP)
        f = judge_source(c, s->request->source);
    else
        f = judge_texts(s, c, &l);
    if (f.answer == ROUTE_NO)
        f.actual = all_shown(s->a, &l);
    f.condition = c->source;
    return f;
}

/* ---- all rules
 * -------------------------------------------------------------------------------------- */

static struct route_step try_rule(struct subject *s, const struct route_rule *r)
{
    struct route_step step = { .rule = r, .answer = ROUTE_YES };
    for (size_t i = 0; i < r->conds.len; i++) {
        struct route_finding f = judge_cond(s, &r->conds.items[i]);
        *LIST_PUSH(s->a, &step.findings) = f;
        step.answer = f.answer < step.answer ? f.answer : step.answer;
    }
    return step;
}

static int compare_order(const void *x, const void *y)
{
    const struct alb_rule_action *const *a = x, *const *b = y;
    int64_t p = (*a)->order.val, q = (*b)->order.val;
    return p != q ? (p > q) - (p < q) : (*a > *b) - (*a < *b);
}

static void take_actions(struct arena *a, struct route_result *out)
{
    const struct alb_rule *rule = out->rule->source;
    out->n_actions = rule->actions.len;
    out->actions = arena_array(a, rule->actions.len, sizeof *out->actions);
    for (size_t i = 0; i < rule->actions.len; i++)
        out->actions[i] = &rule->actions.items[i];
    qsort(out->actions, out->n_actions, sizeof *out->actions, compare_order);
}

void route_match(struct arena *a, struct route_rule *const *rules, size_t n,
                 enum alb_direction direction, const struct route_request *request,
                 struct route_result *out)
{
    *out = (struct route_result){ .certain = true };
    struct subject s = { .a = a, .request = request };
    for (size_t i = 0; i < n && !out->rule; i++) {
        if (rules[i]->response != (direction == ALB_DIRECTION_RESPONSE))
            continue;
        struct route_step *step = LIST_PUSH(a, &out->steps);
        *step = try_rule(&s, rules[i]);
        if (step->answer == ROUTE_YES)
            out->rule = rules[i];
        else if (step->answer == ROUTE_MAYBE)
            out->certain = false;
    }
    if (out->rule)
        take_actions(a, out);
}
