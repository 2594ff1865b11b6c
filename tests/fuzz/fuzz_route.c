/* fuzz_route.c - two rules and a request, from lines: the type of the conditions (one of
 * "hprqmcsxt"), two values of the first rule, one of the second, and what the request has there
 * (keys and values of pairs by ':').  Answers about sets must agree with those about the
 * request. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/route/route_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    char letter;
    enum alb_cond type;
} types[] = {
    { 'h', ALB_COND_HOST },
    { 'p', ALB_COND_PATH },
    { 'r', ALB_COND_HEADER },
    { 'q', ALB_COND_QUERY },
    { 'm', ALB_COND_METHOD },
    { 'c', ALB_COND_COOKIE },
    { 's', ALB_COND_SOURCE_IP },
    { 'x', ALB_COND_RESPONSE_HEADER },
    { 't', ALB_COND_RESPONSE_STATUS },
};

static void must(bool ok)
{
    if (!ok)
        abort();
}

static struct alb_pair pair_of(struct arena *a, const char *text)
{
    size_t n = strcspn(text, ":");
    return (struct alb_pair){ arena_strndup(a, text, n), text + n + (text[n] == ':') };
}

static void add_condition(struct arena *a, struct alb_rule *rule, enum alb_cond type,
                          const char *value)
{
    struct alb_condition *c = LIST_PUSH(a, &rule->conditions);
    c->type = type;
    if (type == ALB_COND_QUERY || type == ALB_COND_COOKIE) {
        *LIST_PUSH(a, &c->pairs.pairs) = pair_of(a, value);
    } else if (type == ALB_COND_HEADER || type == ALB_COND_RESPONSE_HEADER) {
        c->header.key = "Key";
        *LIST_PUSH(a, &c->header.values) = value;
    } else {
        *LIST_PUSH(a, &c->values.values) = value;
    }
}

static struct route_request request_of(struct arena *a, const char *text)
{
    struct route_request q = {
        .method = text, .host = text, .path = text, .query = text, .source = text, .status = text
    };
    *LIST_PUSH(a, &q.headers) = (struct route_pair){ "key", text };
    *LIST_PUSH(a, &q.headers) = (struct route_pair){ "cookie", text };
    *LIST_PUSH(a, &q.response_headers) = (struct route_pair){ "key", text };
    return q;
}

static enum route_answer answer(struct arena *a, struct route_rule *r,
                                const struct route_request *q)
{
    struct route_result out;
    route_match(a, &r, 1, ALB_DIRECTION_REQUEST, q, &out);
    must(out.steps.len == 1 && (out.rule == r) == (out.steps.items[0].answer == ROUTE_YES));
    return out.steps.items[0].answer;
}

static void check(struct arena *a, struct route_rule *x, struct route_rule *y,
                  const struct route_request *q, bool is_path)
{
    enum route_answer in_x = answer(a, x, q), in_y = answer(a, y, q), overlap = route_overlap(x, y),
                      cover = route_covers(x, y);
    must(route_meet(x, y) == route_meet(y, x));
    must(route_overlap(y, x) == overlap);
    must(overlap == ROUTE_NO || route_meet(x, y));
    must(route_covers(y, y) != ROUTE_NO && route_is_empty(x) <= route_covers(y, x));
    if (!is_path)
        return; /* else the request is none that a listener gets */
    must(in_x != ROUTE_YES || in_y != ROUTE_YES || overlap != ROUTE_NO);
    must(in_x != ROUTE_YES || route_is_empty(x) != ROUTE_YES);
    must(in_y != ROUTE_YES || cover != ROUTE_YES || in_x == ROUTE_YES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > 200)
        return 0;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *text = arena_strndup(&a, (const char *)data, size), *lines[5];
    for (size_t i = 0; i < COUNT(lines); i++) {
        size_t n = strcspn(text, "\n");
        lines[i] = arena_strndup(&a, text, n);
        text += n + (text[n] == '\n');
    }
    enum alb_cond type = ALB_COND_UNSET;
    for (size_t i = 0; i < COUNT(types); i++)
        if (lines[0][0] == types[i].letter)
            type = types[i].type;
    struct alb_rule x = { 0 }, y = { 0 };
    add_condition(&a, &x, type, lines[1]);
    if (lines[2][0])
        add_condition(&a, &x, type, lines[2]);
    add_condition(&a, &y, type, lines[3]);
    struct route_request q = request_of(&a, lines[4]);
    check(&a, route_prepare(&a, &x), route_prepare(&a, &y), &q,
          type != ALB_COND_PATH || lines[4][0] == '/');
    return 0;
}
