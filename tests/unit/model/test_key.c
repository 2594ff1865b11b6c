/* Our names for resources. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alb-agent/model.h"

static void test_keys_and_tags_are_those_of_the_existing_controller(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(listener_key(&a, 443, ALB_PROTOCOL_HTTPS), "443/HTTPS");
    assert_string_equal(listener_key(&a, 1, ALB_PROTOCOL_UNSET), "1/?");
    assert_string_equal(group_key(&a, "shop", "web", "api", 80), "shop/web-api:80");
    /* printf shop/web-api:80 | sha256sum */
    assert_string_equal(group_tag(&a, "shop/web-api:80"),
                        "0bae8fc186dc275bc367347393c66e187fa326c1e0abb8c8a6ad6f0dd39d7300");
    assert_string_equal(tag_escape(&a, "aliyun-shop"), "_aliyun-shop");
    assert_string_equal(tag_escape(&a, "acs:x"), "_acs:x");
    assert_string_equal(tag_escape(&a, "acs"), "acs");
    assert_string_equal(tag_escape(&a, "my-aliyun"), "my-aliyun");
}

static void test_a_certificate_has_the_suffix_of_its_site(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(certificate_id(&a, 12345, NULL), "12345-cn-hangzhou");
    assert_string_equal(certificate_id(&a, 12345, "cn-beijing"), "12345-cn-hangzhou");
    assert_string_equal(certificate_id(&a, 12345, "eu-central-1"), "12345-ap-southeast-1");
}

static void test_an_access_list_is_known_by_its_listener_and_its_type(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(acl_key(&a, "80/HTTP", "White"), "80/HTTP/White");
    assert_string_equal(script_key(&a, "80/HTTP", "canary"), "80/HTTP/canary");
    assert_string_equal(script_key(&a, "80/HTTP", ""), "80/HTTP/");
    assert_string_equal(acl_listener(&a, "80/HTTP/White"), "80/HTTP");
    assert_string_equal(acl_listener(&a, "80"), "");
    assert_string_equal(acl_tag(&a, "80/HTTP/White"), "acl/80/HTTP/White");
    assert_string_equal(acl_tag_key("acl/80/HTTP/White"), "80/HTTP/White");
    assert_null(acl_tag_key("ApplicationLoadBalancer"));
    assert_null(acl_tag_key(NULL));
}

static void test_an_entry_has_one_text_for_what_it_means(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    static const struct {
        const char *text, *same;
    } good[] = {
        { "10.0.0.5", "10.0.0.5/32" },          { "10.0.0.5/32", "10.0.0.5/32" },
        { "10.0.0.5/24", "10.0.0.0/24" },       { "192.168.255.255/17", "192.168.128.0/17" },
        { "255.255.255.255/1", "128.0.0.0/1" }, { "1.2.3.4/0", "0.0.0.0/0" },
    };
    for (size_t i = 0; i < COUNT(good); i++)
        assert_string_equal(acl_entry(&a, good[i].text), good[i].same);
    static const char *const bad[] = {
        "",          "10",          "10.0.0",    "10.0.0.0.0",   "10.0.0.256",  "10.0.0.0/33",
        "10.0.0.0/", "10.0.0.0/8 ", " 10.0.0.0", "010.0.0.0",    "10.0.0.0/08", "::1",
        "10.0.0.x",  "10..0.0",     "a.example", "10.0.0.0/1000"
    };
    for (size_t i = 0; i < COUNT(bad); i++)
        if (acl_entry(&a, bad[i]))
            fail_msg("'%s' is taken", bad[i]);
}

static void add(struct arena *a, struct alb_rule *r, enum alb_cond type, const char *x,
                const char *y)
{
    struct alb_condition *c = LIST_PUSH(a, &r->conditions);
    c->type = type;
    *LIST_PUSH(a, &c->values.values) = x;
    if (y)
        *LIST_PUSH(a, &c->values.values) = y;
}

static void test_a_rule_is_known_by_its_conditions_as_a_set(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_rule one = { 0 }, other = { .direction = ALB_DIRECTION_REQUEST };
    add(&a, &one, ALB_COND_HOST, "a.com", NULL);
    add(&a, &one, ALB_COND_PATH, "/x", "/x/*");
    add(&a, &other, ALB_COND_PATH, "/x/*", "/x");
    add(&a, &other, ALB_COND_HOST, "a.com", NULL);
    other.priority = (struct opt_int){ 7, true };
    other.name = "rule-80-7";
    other.id = "rule-1";
    LIST_PUSH(&a, &other.actions)->type = ALB_ACTION_REDIRECT;
    /* SHA-256 of {"Direction":"Request","RuleConditions":[{"HostConfig":{"Values":["a.com"]},
     * "Type":"Host"},{"PathConfig":{"Values":["/x","/x/"+"*"]},"Type":"Path"}]} */
    assert_string_equal(rule_key(&a, "80/HTTP", &one, 1), "80/HTTP#d60e82e57395");
    assert_string_equal(rule_key(&a, "80/HTTP", &other, 1), "80/HTTP#d60e82e57395");
    assert_string_equal(rule_key(&a, "80/HTTP", &one, 2), "80/HTTP#d60e82e57395.2");
}

static void test_other_conditions_or_another_direction_are_another_rule(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct alb_rule one = { 0 }, other = { 0 }, response = { .direction = ALB_DIRECTION_RESPONSE };
    add(&a, &one, ALB_COND_HOST, "a.com", NULL);
    add(&a, &other, ALB_COND_HOST, "b.com", NULL);
    add(&a, &response, ALB_COND_HOST, "a.com", NULL);
    const char *key = rule_key(&a, "80/HTTP", &one, 1);
    assert_string_not_equal(key, rule_key(&a, "80/HTTP", &other, 1));
    assert_string_not_equal(key, rule_key(&a, "80/HTTP", &response, 1));
    assert_string_not_equal(key, rule_key(&a, "81/HTTP", &one, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_and_tags_are_those_of_the_existing_controller),
        cmocka_unit_test(test_a_certificate_has_the_suffix_of_its_site),
        cmocka_unit_test(test_an_access_list_is_known_by_its_listener_and_its_type),
        cmocka_unit_test(test_an_entry_has_one_text_for_what_it_means),
        cmocka_unit_test(test_a_rule_is_known_by_its_conditions_as_a_set),
        cmocka_unit_test(test_other_conditions_or_another_direction_are_another_rule),
    };
    return cmocka_run_group_tests_name("model/key", tests, NULL, NULL);
}
