/* The requests that rules tell apart. */
#include "support.h"

#include "alb-agent/rng.h"
#include "rule_priv.h"

struct classes {
    struct rule_node nodes[8];
    const struct rule_node *at[8];
    size_t n;
    class_list out;
};

static void add(struct classes *c, struct alb_rule *rule)
{
    c->nodes[c->n].rule = rule;
    c->at[c->n] = &c->nodes[c->n];
    c->n++;
}

/* Is there a request that meets just these rules, a bit each? */
static bool has(const struct classes *c, uint64_t set)
{
    for (size_t i = 0; i < c->out.len; i++)
        if (c->out.items[i].met[0] == set)
            return true;
    return false;
}

/* More than a word has bits. */
static void test_each_of_seventy_rules_is_told_apart(void **state)
{
    struct bed *b = *state;
    enum { N = 70 };
    static struct rule_node nodes[N];
    const struct rule_node *at[N];
    class_list out = { 0 };
    for (size_t i = 0; i < N; i++) {
        nodes[i].rule = bed_rule(b, i < 60 ? arena_fmt(&b->a, "h%d.com", (int)i) : "-",
                                 i < 60 ? "-" : "/x", "g");
        at[i] = &nodes[i];
    }
    assert_true(request_classes(&b->a, at, N, &out));
    bool alone = false, all = false;
    for (size_t i = 0; i < out.len; i++) {
        size_t n = 0, late = 0;
        for (size_t k = 0; k < N; k++) {
            n += class_meets(&out.items[i], k);
            late += k >= 60 && class_meets(&out.items[i], k);
        }
        assert_true(late == 0 || late == 10); /* the same condition ten times */
        assert_true(n - late <= 1);           /* no request is for two hosts   */
        alone = alone || (n == 1 && !late);
        all = all || (n == 11 && class_meets(&out.items[i], 59));
    }
    assert_true(alone);
    assert_true(all);
}

static void test_a_rule_between_two_is_met_with_both(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    add(&c, bed_rule(b, "a.com", "-", "g"));
    add(&c, bed_rule(b, "-", "/x/*", "g"));
    add(&c, bed_rule(b, "a.com", "/x/*", "g"));
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_int_equal(c.out.len, 3);
    assert_true(has(&c, 1));
    assert_true(has(&c, 2));
    assert_true(has(&c, 7));
}

static void test_what_meets_a_narrow_pattern_meets_the_wide_one(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    add(&c, bed_rule(b, "*.b.com", "-", "g"));
    add(&c, bed_rule(b, "w.b.com", "-", "g"));
    add(&c, bed_rule(b, "*.w.b.com", "-", "g"));
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_int_equal(c.out.len, 4);
    assert_true(has(&c, 1));
    assert_true(has(&c, 3));
    assert_true(has(&c, 5)); /* a star may reach across dots, ... */
    assert_true(has(&c, 4)); /* ... or not                        */
}

static void test_what_begins_with_a_prefix_meets_it(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    add(&c, bed_rule(b, "-", "/x/*", "g"));
    add(&c, bed_rule(b, "-", "/x/1", "g"));
    add(&c, bed_rule(b, "-", "/x/y/*", "g"));
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_int_equal(c.out.len, 3);
    assert_true(has(&c, 1) && has(&c, 3) && has(&c, 5));
}

static void test_every_request_meets_a_star(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    add(&c, bed_rule(b, "-", "/*", "g"));
    add(&c, bed_rule(b, "*", "/x", "g"));
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_int_equal(c.out.len, 2);
    assert_true(has(&c, 1));
    assert_true(has(&c, 3));
}

static void test_regular_expressions_and_headers_may_be_met_with_anything(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    struct alb_rule *canary = bed_rule(b, "-", "-", "g"), *same = bed_rule(b, "-", "/x", "g");
    struct alb_condition header = { .type = ALB_COND_HEADER };
    header.header.key = "x-canary";
    *LIST_PUSH(&b->a, &header.header.values) = "1";
    *LIST_PUSH(&b->a, &canary->conditions) = header;
    *LIST_PUSH(&b->a, &same->conditions) = header;
    add(&c, canary);
    add(&c, same);
    add(&c, bed_rule(b, "-", "~*^/[a-z]", "g"));
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_false(has(&c, 2)); /* the same header, so the first is met, too */
    assert_true(has(&c, 1) && has(&c, 4) && has(&c, 5) && has(&c, 7));
}

static void test_requests_and_responses_are_never_met_together(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    struct alb_rule *answer = bed_rule(b, "a.com", "-", "g");
    answer->direction = ALB_DIRECTION_RESPONSE;
    add(&c, bed_rule(b, "a.com", "-", "g"));
    add(&c, answer);
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_int_equal(c.out.len, 2);
    assert_true(has(&c, 1) && has(&c, 2));
}

static void test_methods_exclude_each_other(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    static const char *const methods[] = { "GET", "POST" };
    for (size_t i = 0; i < COUNT(methods); i++) {
        struct alb_rule *rule = bed_rule(b, "-", "-", "g");
        struct alb_condition *m = LIST_PUSH(&b->a, &rule->conditions);
        m->type = ALB_COND_METHOD;
        *LIST_PUSH(&b->a, &m->values.values) = methods[i];
        add(&c, rule);
    }
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_int_equal(c.out.len, 2);
}

static void test_too_many_ways_to_differ_are_given_up(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    struct alb_rule *rule = bed_rule(b, "-", "-", "g");
    for (int i = 0; i < 11; i++) {
        struct alb_condition *h = LIST_PUSH(&b->a, &rule->conditions);
        h->type = ALB_COND_HEADER;
        h->header.key = arena_fmt(&b->a, "x-%d", i);
    }
    add(&c, rule);
    assert_false(request_classes(&b->a, c.at, c.n, &c.out));
    rule->conditions.len--;
    assert_true(request_classes(&b->a, c.at, c.n, &c.out)); /* 1,024 */
}

static void test_no_rules_tell_no_requests_apart(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    assert_true(request_classes(&b->a, c.at, 0, &c.out));
    assert_int_equal(c.out.len, 0);
    add(&c, bed_rule(b, "-", "-", "g")); /* matches every request */
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    assert_int_equal(c.out.len, 1);
    assert_true(has(&c, 1));
}

/* Also where a pattern is not known, or there are more patterns or rules than sets can hold. */
static void test_what_is_not_known_is_given_up(void **state)
{
    struct bed *b = *state;
    struct classes c = { 0 };
    struct alb_rule *unknown = bed_rule(b, "a.com", "-", "g");
    unknown->conditions.items[0].values.values.items[0] = NULL;
    add(&c, unknown);
    assert_false(request_classes(&b->a, c.at, c.n, &c.out));
    c.n = 0;
    struct alb_rule *rule = bed_rule(b, "h0.com", "-", "g");
    for (int i = 1; i < 64; i++)
        *LIST_PUSH(&b->a, &rule->conditions.items[0].values.values) =
            arena_fmt(&b->a, "h%d.com", i);
    add(&c, rule);
    assert_true(request_classes(&b->a, c.at, c.n, &c.out));
    *LIST_PUSH(&b->a, &rule->conditions.items[0].values.values) = "h64.com";
    assert_false(request_classes(&b->a, c.at, c.n, &c.out));
    const struct rule_node *many[CLASS_NODES + 1];
    c.nodes[0].rule = bed_rule(b, "a.com", "-", "g");
    for (size_t i = 0; i < COUNT(many); i++)
        many[i] = &c.nodes[0];
    class_list out = { 0 };
    assert_true(request_classes(&b->a, many, CLASS_NODES, &out));
    assert_false(request_classes(&b->a, many, CLASS_NODES + 1, &out));
}

/* ---- against every request --------------------------------------------------------------------
 */

static const char *const hosts[] = { "a.com", "*.a.com", "b.a.com", "c.org" };
static const char *const paths[] = { "/x", "/x/*", "/x/y", "/*" };
static const char *const methods[] = { "GET", "POST" };

/* What a rule asks for, a bit each; 0: nothing. */
struct asked_of {
    unsigned host, path, method;
    bool header, response;
};

static void put_values(struct bed *b, struct alb_rule *rule, enum alb_cond type, unsigned bits,
                       const char *const *values, size_t n)
{
    if (!bits)
        return;
    struct alb_condition *c = LIST_PUSH(&b->a, &rule->conditions);
    c->type = type;
    for (size_t i = 0; i < n; i++)
        if (bits >> i & 1)
            *LIST_PUSH(&b->a, &c->values.values) = values[i];
}

/* Each of 'n' bits one time in four. */
static unsigned some_bits(struct rng *rng, unsigned n)
{
    const unsigned bits = (unsigned)rng_below(rng, UINT64_C(1) << n);
    return bits & (unsigned)rng_below(rng, UINT64_C(1) << n);
}

static struct alb_rule *draw_rule(struct bed *b, struct rng *rng, struct asked_of *x)
{
    struct alb_rule *rule = arena_alloc(&b->a, sizeof *rule);
    *x = (struct asked_of){ .host = some_bits(rng, 4),
                            .path = some_bits(rng, 4),
                            .method = some_bits(rng, 2),
                            .header = !rng_below(rng, 4),
                            .response = !rng_below(rng, 4) };
    if (x->response) /* more would be too many ways to differ */
        *x = (struct asked_of){ .host = x->host, .response = true };
    rule->direction = x->response ? ALB_DIRECTION_RESPONSE : ALB_DIRECTION_REQUEST;
    put_values(b, rule, ALB_COND_HOST, x->host, hosts, COUNT(hosts));
    put_values(b, rule, ALB_COND_PATH, x->path, paths, COUNT(paths));
    put_values(b, rule, ALB_COND_METHOD, x->method, methods, COUNT(methods));
    if (x->header) {
        struct alb_condition *c = LIST_PUSH(&b->a, &rule->conditions);
        c->type = ALB_COND_HEADER;
        c->header.key = "canary";
        *LIST_PUSH(&b->a, &c->header.values) = "1";
    }
    return rule;
}

/* The rules that some request meets, a bit each: of the patterns it meets 'host', 'path' ... */
static uint64_t met_by(const struct asked_of *rules, size_t n, const struct asked_of *request)
{
    uint64_t set = 0;
    for (size_t i = 0; i < n; i++) {
        const struct asked_of *x = &rules[i];
        bool met = (!x->host || x->host & request->host) && (!x->path || x->path & request->path)
                   && (!x->method || x->method & request->method) && (!x->header || request->header)
                   && x->response == request->response;
        set |= (uint64_t)met << i;
    }
    return set;
}

enum { REQUESTS = 5 * 4 * 3 * 2 * 2 };

/* All that requests can meet: hosts a.com, w.a.com, b.a.com, c.org, z.org; paths /x, /x/1, /x/y,
 * /z; methods GET, POST, PUT.  'seen' are sets of rules, of which the first is never met. */
static size_t all_met(const struct asked_of *rules, size_t n, uint64_t *seen)
{
    static const unsigned by_host[] = { 1, 2, 6, 8, 0 }, by_path[] = { 9, 10, 14, 8 };
    size_t len = 0;
    for (size_t i = 0; i < REQUESTS; i++) {
        const struct asked_of request = { by_host[i % 5], by_path[i / 5 % 4],
                                          (unsigned)(i / 20 % 3), i / 60 % 2, i / 120 };
        const uint64_t set = met_by(rules, n, &request);
        size_t k = 0;
        while (k < len && seen[k] != set)
            k++;
        if (set && k == len)
            seen[len++] = set;
    }
    return len;
}

/* Of patterns whose relations are known: just the sets of rules that a request can meet, once each.
 */
static void test_just_what_requests_can_meet_is_found(void **state)
{
    (void)state;
    struct rng rng = { 21 };
    for (int i = 0; i < 200; i++) {
        struct bed b;
        struct classes c = { 0 };
        struct asked_of rules[8];
        uint64_t seen[REQUESTS];
        bed_init(&b);
        const size_t n = 1 + rng_below(&rng, 5);
        for (size_t k = 0; k < n; k++)
            add(&c, draw_rule(&b, &rng, &rules[k]));
        assert_true(request_classes(&b.a, c.at, c.n, &c.out));
        const size_t len = all_met(rules, n, seen);
        assert_int_equal(c.out.len, len);
        for (size_t k = 0; k < len; k++)
            assert_true(has(&c, seen[k]));
        bed_done(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        BED_TEST(test_each_of_seventy_rules_is_told_apart),
        BED_TEST(test_a_rule_between_two_is_met_with_both),
        BED_TEST(test_what_meets_a_narrow_pattern_meets_the_wide_one),
        BED_TEST(test_what_begins_with_a_prefix_meets_it),
        BED_TEST(test_every_request_meets_a_star),
        BED_TEST(test_regular_expressions_and_headers_may_be_met_with_anything),
        BED_TEST(test_requests_and_responses_are_never_met_together),
        BED_TEST(test_methods_exclude_each_other),
        BED_TEST(test_too_many_ways_to_differ_are_given_up),
        cmocka_unit_test(test_just_what_requests_can_meet_is_found),
        BED_TEST(test_no_rules_tell_no_requests_apart),
        BED_TEST(test_what_is_not_known_is_given_up),
    };
    return cmocka_run_group_tests_name("plan/rule_request", tests, NULL, NULL);
}
