/* The order of rules and what they are: alb-ingress.md §C.1, §C.3, §C.7, §C.11. */
#include "world.h"

#define RULES "  rules:\n"

static void test_order_then_name_decides(void **state)
{
    (void)state;
    /* "a-b/x" comes before "a/x", as the names are compared as one text. */
    struct world w =
        world_of(WEB INGRESS("z", "last", "") RULES PATH("last.com", "/") INGRESS("a", "x", "")
                     RULES PATH("ax.com", "/") INGRESS("a-b", "x", "") RULES PATH("abx.com", "/")
                         INGRESS("z", "first", ALB "order: \"9\"") RULES PATH("first.com", "/")
                             INGRESS("a", "late", ALB "order: \"11\"") RULES PATH("late.com", "/"));
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), "first.com /* 1:ForwardGroup @z/first-tea:80*100\n"
                                              "abx.com /* 1:ForwardGroup @a-b/x-tea:80*100\n"
                                              "ax.com /* 1:ForwardGroup @a/x-tea:80*100\n"
                                              "last.com /* 1:ForwardGroup @z/last-tea:80*100\n"
                                              "late.com /* 1:ForwardGroup @a/late-tea:80*100\n");
    world_done(&w);
}

static void test_rules_of_an_ingress_keep_their_order(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS("d", "w", "") RULES PATH("b.com", "/z") PATH("a.com", "/")
                                  PATH("b.com", "/a"));
    assert_string_equal(rules(&w, "80/HTTP"), "b.com /z,/z/* 1:ForwardGroup @d/w-tea:80*100\n"
                                              "a.com /* 1:ForwardGroup @d/w-tea:80*100\n"
                                              "b.com /a,/a/* 1:ForwardGroup @d/w-tea:80*100\n");
    const struct resource *r = rule_row(&w, "80/HTTP", 3);
    assert_string_equal(r->desired_from, "Ingress d/w (t.yaml:16) rules[2].paths[0]");
    assert_true(r->ours);
    const struct alb_rule *rule = r->desired;
    assert_int_equal(rule->direction, ALB_DIRECTION_REQUEST);
    assert_null(rule->name);
    assert_false(rule->priority.set);
    assert_null(rule->tags.items);
    world_done(&w);
}

static void test_path_without_host_has_one_condition(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS("d", "w", "") RULES PATH("", "/x"));
    assert_string_equal(rules(&w, "80/HTTP"), "/x,/x/* 1:ForwardGroup @d/w-tea:80*100\n");
    world_done(&w);
}

static void test_equal_rules_have_keys_of_their_own(void **state)
{
    (void)state;
    struct world w = world_of(WEB INGRESS("d", "a", "") RULES PATH("a.com", "/") PATH("b.com", "/")
                                  INGRESS("d", "b", "") RULES PATH("a.com", "/"));
    const char *first = rule_row(&w, "80/HTTP", 1)->key, *again = rule_row(&w, "80/HTTP", 3)->key;
    const struct alb_rule *rule = rule_row(&w, "80/HTTP", 1)->desired;
    assert_string_equal(first, rule_key(&w.a, "80/HTTP", rule, 1));
    assert_string_equal(again, rule_key(&w.a, "80/HTTP", rule, 2));
    assert_string_not_equal(first, rule_row(&w, "80/HTTP", 2)->key);
    world_done(&w);
}

static void test_ssl_redirect_answers_308_but_on_443(void **state)
{
    (void)state;
    struct world w = world_of(
        WEB_SPEC
        "  listeners:\n  - {port: 80}\n"
        "  - {port: 443, protocol: HTTPS, certificates: [{CertificateId: c}]}\n"
        "  - {port: 8443, protocol: HTTPS, certificates: [{CertificateId: c}]}\n" CLASS INGRESS(
            "d", "w",
            ALB "ssl-redirect: \"true\", " ALB "listen-ports: '[{\"HTTPS\":443},{\"HTTPS\":8443}]'")
            RULES PATH("a.com", "/"));
    const char *redirect = "a.com /* 1:Redirect 308 HTTPS://${host}:443${path}?${query}\n";
    assert_string_equal(problems(&w), "");
    assert_string_equal(rules(&w, "80/HTTP"), redirect);
    assert_string_equal(rules(&w, "8443/HTTPS"), redirect);
    assert_string_equal(rules(&w, "443/HTTPS"), "a.com /* 1:ForwardGroup @d/w-tea:80*100\n");
    world_done(&w);
}

static void test_group_that_only_redirects_is_not_made(void **state)
{
    (void)state;
    struct world w =
        world_of(WEB INGRESS("d", "w", ALB "ssl-redirect: \"true\"") RULES PATH("a.com", "/"));
    assert_non_null(rule_row(&w, "80/HTTP", 1));
    assert_null(group_of(&w, "d/w-tea:80"));
    world_done(&w);
}

static void test_port_without_listener_costs_that_port_only(void **state)
{
    (void)state;
    struct world w = world_of(WEB_SPEC "  listeners: [{port: 80}]\n" CLASS INGRESS(
        "d", "w", ALB "listen-ports: '[{\"HTTP\":80},{\"HTTPS\":443}]'") RULES PATH("a.com", "/"));
    assert_string_equal(rules(&w, "80/HTTP"), "a.com /* 1:ForwardGroup @d/w-tea:80*100\n");
    assert_has(problems(&w),
               "Ingress w: metadata.annotations[alb.ingress.kubernetes.io/listen-ports]"
               ": listener is not exist in web, port: 443, protocol: HTTPS; add it");
    const struct resource lost = { .lb = "kube-system/web",
                                   .kind = RESOURCE_RULE,
                                   .key = "443/HTTPS#1",
                                   .parent = "443/HTTPS",
                                   .desired_from = "Ingress d/w (t.yaml:9) rules[0].paths[0]" };
    assert_true(translate_holds(&w.out, &lost));
    struct resource other = lost;
    other.parent = "80/HTTP";
    assert_false(translate_holds(&w.out, &other));
    world_done(&w);
}

static void test_listener_that_is_left_out_is_named(void **state)
{
    (void)state;
    struct world w = world_of(
        WEB_SPEC "  listeners: [{port: 443, protocol: HTTPS, idleTimeout: soon}]\n" CLASS INGRESS(
            "d", "w", "") "  tls: [{hosts: [a.com]}]\n" RULES PATH("a.com", "/"));
    assert_has(problems(&w), "Ingress w: spec.tls: listener 443/HTTPS of AlbConfig web (t.yaml:1) "
                             "cannot be translated; correct it first");
    /* The servers of its groups follow their pods. */
    assert_int_equal(w.out.servers.rows.len, 1);
    assert_string_equal(w.out.servers.rows.items[0].key, "d/w-tea:80");
    world_done(&w);
}

static void test_ingress_without_paths_asks_for_no_listener(void **state)
{
    (void)state;
    struct world w = world_of(WEB_SPEC CLASS INGRESS("d", "w", "") "  rules: [{host: a.com}]\n");
    assert_string_equal(problems(&w), "");
    world_done(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order_then_name_decides),
        cmocka_unit_test(test_rules_of_an_ingress_keep_their_order),
        cmocka_unit_test(test_path_without_host_has_one_condition),
        cmocka_unit_test(test_equal_rules_have_keys_of_their_own),
        cmocka_unit_test(test_ssl_redirect_answers_308_but_on_443),
        cmocka_unit_test(test_group_that_only_redirects_is_not_made),
        cmocka_unit_test(test_port_without_listener_costs_that_port_only),
        cmocka_unit_test(test_listener_that_is_left_out_is_named),
        cmocka_unit_test(test_ingress_without_paths_asks_for_no_listener),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
