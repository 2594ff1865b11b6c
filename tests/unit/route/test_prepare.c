/* Rules read once. */
#include "support.h"

#include "route_priv.h"

static void test_every_type_of_condition_is_read(void **state)
{
    const struct alb_rule *rule =
        rule_of(*state, "response host=A.com,*.b.com path=/x header:Env=blue,green query=k:v "
                        "method=GET cookie=k:v,w:x source=10.0.0.0/8,::1 rheader:X=y status=200");
    const struct route_rule *r = route_prepare(*state, rule);
    assert_ptr_equal(route_source(r), rule);
    assert_true(r->response);
    assert_int_equal(r->conds.len, 9);
    static const size_t patterns[] = { 2, 1, 2, 1, 1, 2, 0, 1, 1 };
    for (size_t i = 0; i < COUNT(patterns); i++) {
        assert_ptr_equal(r->conds.items[i].source, &rule->conditions.items[i]);
        assert_int_equal(r->conds.items[i].type, rule->conditions.items[i].type);
        assert_int_equal(r->conds.items[i].patterns.len, patterns[i]);
        assert_false(r->conds.items[i].unknown);
    }
    assert_string_equal(r->conds.items[0].patterns.items[0].text, "a.com");
    assert_string_equal(r->conds.items[2].key, "env");
    assert_string_equal(r->conds.items[5].patterns.items[1].key, "w");
    assert_int_equal(r->conds.items[6].blocks.len, 2);
    assert_false(route_of(*state, "path=/x")->response);
}

static void test_what_is_not_understood_is_marked(void **state)
{
    static const char *const rules[] = { "unset=",     "host=",        "header:x=", "query=",
                                         "status=2xx", "source=a.com", "path=~(",   "path=~(,~)" };
    for (size_t i = 0; i < COUNT(rules); i++)
        if (!route_of(*state, rules[i])->conds.items[0].unknown)
            fail_msg("%s is understood", rules[i]);
    struct alb_condition conditions[] = { { .type = ALB_COND_HEADER },
                                          { .type = ALB_COND_QUERY },
                                          { .type = ALB_COND_PATH },
                                          { .type = ALB_COND_SOURCE_IP } };
    struct alb_rule rule = { .conditions = { conditions, COUNT(conditions) } };
    const char *nothing[] = { NULL };
    struct alb_pair none[] = { { NULL, NULL } };
    conditions[0].header.values.items = nothing;
    conditions[0].header.values.len = 1;
    conditions[3].values.values.items = nothing;
    conditions[3].values.values.len = 1;
    conditions[1].pairs.pairs.items = none;
    conditions[1].pairs.pairs.len = 1;
    const struct route_rule *r = route_prepare(*state, &rule);
    assert_string_equal(r->conds.items[0].key, "");
    assert_string_equal(r->conds.items[0].patterns.items[0].text, "");
    assert_string_equal(r->conds.items[1].patterns.items[0].key, "");
    assert_true(r->conds.items[2].unknown);
    assert_true(r->conds.items[3].unknown);
}

static void test_a_rule_knows_its_hosts_when_all_are_exact(void **state)
{
    const struct route_rule *r = route_of(*state, "path=/x host=a.com,b.com host=*.com");
    assert_ptr_equal(r->hosts, &r->conds.items[1]);
    assert_null(route_of(*state, "host=a.com,*.b.com")->hosts);
    assert_null(route_of(*state, "host=")->hosts);
    assert_null(route_of(*state, "path=/x")->hosts);
}

static void test_a_request_has_one_host_and_many_headers(void **state)
{
    (void)state;
    assert_true(cond_is_single(ALB_COND_HOST) && cond_is_single(ALB_COND_PATH)
                && cond_is_single(ALB_COND_METHOD) && cond_is_single(ALB_COND_SOURCE_IP)
                && cond_is_single(ALB_COND_RESPONSE_STATUS));
    assert_false(cond_is_single(ALB_COND_UNSET) || cond_is_single(ALB_COND_HEADER)
                 || cond_is_single(ALB_COND_QUERY) || cond_is_single(ALB_COND_COOKIE)
                 || cond_is_single(ALB_COND_RESPONSE_HEADER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ARENA_TEST(test_every_type_of_condition_is_read),
        ARENA_TEST(test_what_is_not_understood_is_marked),
        ARENA_TEST(test_a_rule_knows_its_hosts_when_all_are_exact),
        cmocka_unit_test(test_a_request_has_one_host_and_many_headers),
    };
    return cmocka_run_group_tests_name("route/prepare", tests, NULL, NULL);
}
