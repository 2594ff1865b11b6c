/* One request and the rules of a listener. */
#include "support.h"

#include "route_priv.h"

enum { N = ROUTE_NO, M = ROUTE_MAYBE, Y = ROUTE_YES };

/* A request from words: "GET a.com /path?query from=1.2.3.4 name:value ... status=200
 * >name:value": "-" for what is not known, ">" before headers of the response. */
static struct route_request request_of(struct arena *a, const char *words)
{
    struct route_request q = { 0 };
    const char *word[16] = { NULL };
    size_t n = 0;
    while (*words) {
        size_t len = strcspn(words, "|");
        word[n++] = arena_strndup(a, words, len);
        words += len + (words[len] == '|');
    }
    q.method = strcmp(word[0], "-") != 0 ? word[0] : NULL;
    q.host = strcmp(word[1], "-") != 0 ? word[1] : NULL;
    size_t path = strcspn(word[2], "?");
    q.path = strcmp(word[2], "-") != 0 ? arena_strndup(a, word[2], path) : NULL;
    q.query = word[2][path] ? word[2] + path + 1 : NULL;
    for (size_t i = 3; i < n; i++) {
        size_t colon = strcspn(word[i], ":");
        if (!strncmp(word[i], "from=", 5))
            q.source = word[i] + 5;
        else if (!strncmp(word[i], "status=", 7))
            q.status = word[i] + 7;
        else if (word[i][0] == '>')
            *LIST_PUSH(a, &q.response_headers) =
                (struct route_pair){ arena_strndup(a, word[i] + 1, colon - 1),
                                     word[i] + colon + 1 };
        else
            *LIST_PUSH(a, &q.headers) =
                (struct route_pair){ arena_strndup(a, word[i], colon), word[i] + colon + 1 };
    }
    return q;
}

static struct route_finding find(struct arena *a, const char *rule, const char *request)
{
    struct route_rule *r = route_of(a, rule);
    struct route_request *q = arena_alloc(a, sizeof *q);
    *q = request_of(a, request);
    struct route_result result;
    route_match(a, &r, 1, r->source->direction, q, &result);
    assert_int_equal(result.steps.len, 1);
    assert_int_equal(result.steps.items[0].findings.len, 1);
    assert_int_equal(result.steps.items[0].answer, result.steps.items[0].findings.items[0].answer);
    assert_ptr_equal(result.rule, result.steps.items[0].answer == ROUTE_YES ? r : NULL);
    return result.steps.items[0].findings.items[0];
}

static const struct {
    const char *rule, *request;
    int answer, value;
    const char *actual;
    enum route_doubt doubt;
} each_condition_rows[] = {
    { "host=a.com,b.com", "GET|B.com:8080|/", Y, 1, "b.com", 0 },
    { "host=a.com", "GET|a.com:443|/", Y, 0, "a.com", 0 },
    { "host=a.com", "GET|b.com|/", N, -1, "b.com", 0 },
    { "host=a.com", "GET|-|/", M, -1, NULL, ROUTE_DOUBT_UNKNOWN },
    { "host=*.a.com", "GET|v.w.a.com|/", M, 0, "v.w.a.com", ROUTE_DOUBT_LABELS },
    { "host=*.a.com,v.w.a.com", "GET|v.w.a.com|/", Y, 1, "v.w.a.com", 0 },
    { "host=[::1]", "GET|[::1]:80|/", Y, 0, "[::1]", 0 },
    { "host=[::1]", "GET|[::1]|/", Y, 0, "[::1]", 0 },
    { "host=::1", "GET|::1|/", Y, 0, "::1", 0 },
    { "path=/x,/x/*", "GET|a.com|/x/y?q", Y, 1, "/x/y", 0 },
    { "path=/x", "GET|a.com|/X", N, -1, "/X", 0 },
    { "path=/x", "GET|a.com|-", M, -1, NULL, ROUTE_DOUBT_UNKNOWN },
    { "path=~/x", "GET|a.com|/v/x", M, 0, "/v/x", ROUTE_DOUBT_EXPRESSION },
    { "path=~(?i)x", "GET|a.com|/v", M, 0, "/v", ROUTE_DOUBT_UNREAD },
    { "path=/a~b", "GET|a.com|/a%7Eb", M, 0, "/a%7Eb", ROUTE_DOUBT_ENCODED },
    { "path=/a%20b", "GET|a.com|/a%20b", M, 0, "/a%20b", ROUTE_DOUBT_ENCODED },
    { "path=/a*", "GET|a.com|/a%20b", Y, 0, "/a%20b", 0 },
    { "path=~/a.", "GET|a.com|/a%20", M, 0, "/a%20", ROUTE_DOUBT_ENCODED },
    { "path=/z", "GET|a.com|/a%20b", N, -1, "/a%20b", 0 },
    { "path=/a%", "GET|a.com|/a%", Y, 0, "/a%", 0 },
    { "path=/a%2", "GET|a.com|/a%2", Y, 0, "/a%2", 0 },
    { "path=/a%zz", "GET|a.com|/a%zz", Y, 0, "/a%zz", 0 },
    { "path=/a%0g", "GET|a.com|/a%0g", Y, 0, "/a%0g", 0 },
    { "path=/a%00", "GET|a.com|/a%00", Y, 0, "/a%00", 0 },
    { "path=/a/b", "GET|a.com|/a%2Fb", M, 0, "/a%2Fb", ROUTE_DOUBT_ENCODED },
    { "method=GET,PUT", "PUT|a.com|/", Y, 1, "PUT", 0 },
    { "method=GET", "PUT|a.com|/", N, -1, "PUT", 0 },
    { "method=GET", "-|a.com|/", M, -1, NULL, ROUTE_DOUBT_UNKNOWN },
    { "source=10.0.0.0/8", "GET|a.com|/|from=10.1.1.1", Y, 0, "10.1.1.1", 0 },
    { "source=10.0.0.0/8,1.1.1.1", "GET|a.com|/|from=1.1.1.1", Y, 1, "1.1.1.1", 0 },
    { "source=10.0.0.0/8", "GET|a.com|/|from=1.1.1.1", N, -1, "1.1.1.1", 0 },
    { "source=10.0.0.0/8", "GET|a.com|/", M, -1, NULL, ROUTE_DOUBT_UNKNOWN },
    { "source=10.0.0.0/8", "GET|a.com|/|from=x", M, -1, "x", ROUTE_DOUBT_UNKNOWN },
    { "source=x,1.1.1.1", "GET|a.com|/|from=1.1.1.2", M, 0, "1.1.1.2", ROUTE_DOUBT_UNREAD },
    { "source=x,1.1.1.1", "GET|a.com|/|from=1.1.1.1", Y, 1, "1.1.1.1", 0 },
    { "header:env=blue,red*", "GET|a.com|/|Env:red1", Y, 1, "red1", 0 },
    { "header:env=blue", "GET|a.com|/|Env:Blue", M, 0, "Blue", ROUTE_DOUBT_CASE },
    { "header:env=blue", "GET|a.com|/|Env:green", N, -1, "green", 0 },
    { "header:env=blue", "GET|a.com|/|Other:blue", N, -1, NULL, 0 },
    { "header:env=blue", "GET|a.com|/|env:blue|env:red", M, 0, "blue", ROUTE_DOUBT_REPEATED },
    { "header:env=*", "GET|a.com|/|env:blue|env:red", Y, 0, "blue", 0 },
    { "header:env=blue", "GET|a.com|/|env:x|env:y", N, -1, "x, y", 0 },
    { "header:env=x??y", "GET|a.com|/|env:x|env:y", M, 0, "x, y", ROUTE_DOUBT_REPEATED },
    { "query=k:v", "GET|a.com|/?w=1&k=v", Y, 0, "k=v", 0 },
    { "query=k:v", "GET|a.com|/?k=w", N, -1, "k=w", 0 },
    { "query=k:v", "GET|a.com|/?a=1&&b=2", N, -1, "a=1, b=2", 0 },
    { "query=k:v", "GET|a.com|/", N, -1, NULL, 0 },
    { "query=k:v", "GET|a.com|/?k=v&k=w", M, 0, "k=v", ROUTE_DOUBT_REPEATED },
    { "query=k:*", "GET|a.com|/?k=v&k=w", Y, 0, "k=v", 0 },
    { "query=k*:", "GET|a.com|/?key", Y, 0, "key=", 0 },
    { "query=k:V", "GET|a.com|/?k=v", M, 0, "k=v", ROUTE_DOUBT_CASE },
    { "query=k:a?b", "GET|a.com|/?k=a+b", Y, 0, "k=a+b", 0 },
    { "query=k:a+b", "GET|a.com|/?k=a+b", M, 0, "k=a+b", ROUTE_DOUBT_ENCODED },
    { "query=k:/", "GET|a.com|/?%6b=%2f", M, 0, "%6b=%2f", ROUTE_DOUBT_ENCODED },
    { "cookie=k:v", "GET|a.com|/|Cookie:a=b; k=v", Y, 0, "k=v", 0 },
    { "cookie=k:v", "GET|a.com|/|cookie:a=b;k=w;", N, -1, "a=b, k=w", 0 },
    { "cookie=k:v", "GET|a.com|/|Cookie:k=v|Cookie:k=w", M, 0, "k=v", ROUTE_DOUBT_REPEATED },
    { "cookie=k:v", "GET|a.com|/|Cookie:k=%76", N, -1, "k=%76", 0 },
    { "cookie=k:v", "GET|a.com|/|Accept:k=v", N, -1, NULL, 0 },
    { "response status=404,200", "GET|a.com|/|status=200", Y, 1, "200", 0 },
    { "response status=404", "GET|a.com|/|status=200", N, -1, "200", 0 },
    { "response status=404", "GET|a.com|/", M, -1, NULL, ROUTE_DOUBT_UNKNOWN },
    { "response status=4xx", "GET|a.com|/|status=200", M, 0, "200", ROUTE_DOUBT_UNREAD },
    { "response rheader:x=y", "GET|a.com|/|>X:y", Y, 0, "y", 0 },
    { "response rheader:x=y", "GET|a.com|/|X:y", N, -1, NULL, 0 },
    { "status=200", "GET|a.com|/", M, -1, NULL, ROUTE_DOUBT_UNKNOWN },
    { "unset=", "GET|a.com|/", M, -1, NULL, ROUTE_DOUBT_UNREAD },
    { "path=", "GET|a.com|/", M, 0, "/", ROUTE_DOUBT_UNREAD },
};

static void test_each_condition(void **state)
{
    for (size_t i = 0; i < COUNT(each_condition_rows); i++) {
        struct route_finding f =
            find(*state, each_condition_rows[i].rule, each_condition_rows[i].request);
        bool actual = each_condition_rows[i].actual
                          ? f.actual && !strcmp(f.actual, each_condition_rows[i].actual)
                          : !f.actual;
        if ((int)f.answer != each_condition_rows[i].answer
            || f.value != each_condition_rows[i].value || !actual
            || f.doubt != each_condition_rows[i].doubt)
            fail_msg("%s and %s: answer %d, value %d, actual %s, doubt %d",
                     each_condition_rows[i].rule, each_condition_rows[i].request, (int)f.answer,
                     f.value, f.actual ? f.actual : "-", (int)f.doubt);
    }
}

static void test_a_source_that_is_missing_may_be_any(void **state)
{
    struct alb_rule *rule = rule_of(*state, "source=1.1.1.1");
    rule->conditions.items[0].values.values.items[0] = NULL;
    struct route_rule *r = route_prepare(*state, rule);
    struct route_request q = { .source = "1.1.1.1" };
    struct route_result result;
    route_match(*state, &r, 1, ALB_DIRECTION_REQUEST, &q, &result);
    assert_int_equal(result.steps.items[0].answer, ROUTE_MAYBE);
}

static struct route_result walk(struct arena *a, const char *const *rules, size_t n,
                                enum alb_direction d, const char *request)
{
    struct route_rule **r = arena_array(a, n, sizeof *r);
    for (size_t i = 0; i < n; i++)
        r[i] = route_of(a, rules[i]);
    struct route_request *q = arena_alloc(a, sizeof *q);
    *q = request_of(a, request);
    struct route_result result;
    route_match(a, r, n, d, q, &result);
    return result;
}

static void test_the_first_rule_that_matches_decides(void **state)
{
    static const char *const rules[] = { "host=a.com path=/x", "response path=/*",
                                         "host=a.com path=/x/*", "host=a.com" };
    struct route_result r =
        walk(*state, rules, COUNT(rules), ALB_DIRECTION_REQUEST, "GET|a.com|/x/y");
    assert_int_equal(r.steps.len, 2);
    assert_int_equal(r.steps.items[0].answer, ROUTE_NO);
    assert_int_equal(r.steps.items[0].findings.items[0].answer, ROUTE_YES);
    assert_int_equal(r.steps.items[0].findings.items[1].answer, ROUTE_NO);
    assert_ptr_equal(r.rule, r.steps.items[1].rule);
    assert_true(r.certain);
    r = walk(*state, rules, COUNT(rules), ALB_DIRECTION_REQUEST, "GET|b.com|/x");
    assert_int_equal(r.steps.len, 3);
    assert_null(r.rule);
    assert_true(r.certain);
    assert_int_equal(r.n_actions, 0);
    r = walk(*state, rules, COUNT(rules), ALB_DIRECTION_RESPONSE, "GET|b.com|/x");
    assert_int_equal(r.steps.len, 1);
    assert_non_null(r.rule);
}

static void test_a_rule_that_may_match_leaves_a_doubt(void **state)
{
    static const char *const rules[] = { "path=~/x", "path=/*" };
    struct route_result r =
        walk(*state, rules, COUNT(rules), ALB_DIRECTION_REQUEST, "GET|a.com|/v/x");
    assert_int_equal(r.steps.len, 2);
    assert_int_equal(r.steps.items[0].answer, ROUTE_MAYBE);
    assert_ptr_equal(r.rule, r.steps.items[1].rule);
    assert_false(r.certain);
}

static void test_actions_follow_by_their_order(void **state)
{
    struct alb_rule *rule = rule_of(*state, "path=/*");
    static const struct {
        enum alb_action_type type;
        int64_t order;
    } actions[] = { { ALB_ACTION_FORWARD, 3 },
                    { ALB_ACTION_REWRITE, 2 },
                    { ALB_ACTION_LIMIT, 1 },
                    { ALB_ACTION_INSERT_HEADER, 2 } };
    for (size_t i = 0; i < COUNT(actions); i++)
        *LIST_PUSH(*state, &rule->actions) =
            (struct alb_rule_action){ .type = actions[i].type,
                                      .order = { actions[i].order, true } };
    struct route_rule *r = route_prepare(*state, rule);
    struct route_request q = { .path = "/" };
    struct route_result result;
    route_match(*state, &r, 1, ALB_DIRECTION_REQUEST, &q, &result);
    assert_int_equal(result.n_actions, 4);
    assert_int_equal(result.actions[0]->type, ALB_ACTION_LIMIT);
    assert_int_equal(result.actions[1]->type, ALB_ACTION_REWRITE);
    assert_int_equal(result.actions[2]->type, ALB_ACTION_INSERT_HEADER);
    assert_int_equal(result.actions[3]->type, ALB_ACTION_FORWARD);
}

static void test_every_doubt_has_a_text_of_its_own(void **state)
{
    (void)state;
    for (int i = ROUTE_DOUBT_NONE; i <= ROUTE_DOUBT_REPEATED; i++)
        for (int k = ROUTE_DOUBT_NONE; k < i; k++)
            assert_string_not_equal(route_doubt_text((enum route_doubt)i),
                                    route_doubt_text((enum route_doubt)k));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_each_condition),
        ARENA_TEST(test_a_source_that_is_missing_may_be_any),
        ARENA_TEST(test_the_first_rule_that_matches_decides),
        ARENA_TEST(test_a_rule_that_may_match_leaves_a_doubt),
        ARENA_TEST(test_actions_follow_by_their_order),
        cmocka_unit_test(test_every_doubt_has_a_text_of_its_own),
    };
    return cmocka_run_group_tests_name("route/match", tests, NULL, NULL);
}
