/* test_describe.c - resources in a few words. */
#include "tests/unit/report/bed.h"

static void check(struct bed *b, enum resource_kind kind, const void *obj, const char *want)
{
    buf_reset(&b->out);
    report_describe(&b->out, kind, obj);
    assert_string_equal(bed_text(b), want);
}

static void test_kinds_say_what_tells_them_apart(void **state)
{
    struct bed *b = *state;
    check(b, RESOURCE_LOAD_BALANCER, &b->lb, "web");
    check(b, RESOURCE_LOAD_BALANCER, &(struct alb_load_balancer){ 0 }, "(keeps its name)");
    check(b, RESOURCE_LISTENER, &b->listener, "HTTP on port 80");
    check(b, RESOURCE_RULE, &b->want, "host a.example path /tea -> @shop/tea-tea:80");
}

static void test_access_lists_say_how_long_they_are(void **state)
{
    struct bed *b = *state;
    struct alb_acl_entry entries[] = { { .entry = "10.0.0.0/8" }, { .entry = "192.0.2.7/32" } };
    struct alb_acl acl = { .name = "office", .entries = { entries, 2 } };
    check(b, RESOURCE_ACL, &acl, "office, 2 entries");
    acl.entries.len = 1;
    check(b, RESOURCE_ACL, &acl, "office, 1 entry");
}

static void test_scripts_say_where_they_run(void **state)
{
    struct bed *b = *state;
    struct alb_script script = { .name = "canary",
                                 .content = "if true\nend",
                                 .position = "RequestFoot",
                                 .enabled = { true, true } };
    check(b, RESOURCE_SCRIPT, &script, "canary at RequestFoot, 2 lines");
    script.content = "pass\n";
    script.enabled.val = false;
    check(b, RESOURCE_SCRIPT, &script, "canary at RequestFoot, 1 line, off");
    check(b, RESOURCE_SCRIPT, &(struct alb_script){ .name = "theirs" },
          "theirs at -, 0 lines, off");
}

static void test_unknown_servers_are_not_none(void **state)
{
    struct bed *b = *state;
    struct alb_server servers[2] = { { .id = "eni-1" }, { .id = "eni-2" } };
    check(b, RESOURCE_SERVER_GROUP, &b->group, "shop-tea-80, servers unknown and left alone");
    b->group.servers.items = servers;
    check(b, RESOURCE_SERVER_GROUP, &b->group, "shop-tea-80, 0 servers");
    b->group.servers.len = 1;
    check(b, RESOURCE_SERVER_GROUP, &b->group, "shop-tea-80, 1 server");
    b->group.servers.len = 2;
    check(b, RESOURCE_SERVER_GROUP, &b->group, "shop-tea-80, 2 servers");
}

static void check_condition(struct bed *b, struct alb_condition c, const char *want)
{
    struct alb_rule rule = { .conditions = { &c, 1 } };
    check(b, RESOURCE_RULE, &rule, arena_fmt(&b->arena, "%s -> ", want));
}

static void test_every_condition_has_its_word(void **state)
{
    struct bed *b = *state;
    const char *two[] = { "x", "y" };
    struct alb_values values = { .values = { two, 2 } };
    struct alb_key_values header = { .key = "K", .values = { two, 2 } };
    struct alb_pair pair[] = { { "k", "v" }, { "l", NULL } };
    struct alb_pairs pairs = { .pairs = { pair, 2 } };
    check_condition(b, (struct alb_condition){ .type = ALB_COND_HOST, .values = values },
                    "host x,y");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_PATH, .values = values },
                    "path x,y");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_METHOD, .values = values },
                    "method x,y");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_SOURCE_IP, .values = values },
                    "source x,y");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_RESPONSE_STATUS, .values = values },
                    "status x,y");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_HEADER, .header = header },
                    "header K=x,y");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_RESPONSE_HEADER, .header = header },
                    "header K=x,y");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_QUERY, .pairs = pairs },
                    "query k=v,l=");
    check_condition(b, (struct alb_condition){ .type = ALB_COND_COOKIE, .pairs = pairs },
                    "cookie k=v,l=");
}

static void check_action(struct bed *b, struct alb_rule_action a, const char *want)
{
    struct alb_rule rule = { .actions = { &a, 1 } };
    check(b, RESOURCE_RULE, &rule, arena_fmt(&b->arena, " -> %s", want));
}

static void test_actions_say_where_requests_go(void **state)
{
    struct bed *b = *state;
    struct alb_target two[] = { { "sgp-1", { 80, true } }, { "sgp-2", { 20, true } } };
    check_action(b,
                 (struct alb_rule_action){ .type = ALB_ACTION_FORWARD,
                                           .forward = { .targets = { two, 2 } } },
                 "sgp-1 (80) + sgp-2 (20)");
    /* The weight of a lone group says nothing. */
    check_action(b,
                 (struct alb_rule_action){ .type = ALB_ACTION_FORWARD,
                                           .forward = { .targets = { two, 1 } } },
                 "sgp-1");
    check_action(b,
                 (struct alb_rule_action){ .type = ALB_ACTION_REDIRECT,
                                           .redirect = { .http_code = "301",
                                                         .protocol = "HTTPS",
                                                         .host = "b.example",
                                                         .port = "443",
                                                         .path = "/x" } },
                 "redirect 301 to HTTPS://b.example:443/x");
    check_action(
        b, (struct alb_rule_action){ .type = ALB_ACTION_FIXED, .fixed = { .http_code = "503" } },
        "reply 503");
    check_action(b, (struct alb_rule_action){ .type = ALB_ACTION_CORS }, "Cors");
}

static void test_actions_say_what_they_change(void **state)
{
    struct bed *b = *state;
    struct alb_target copy = { "sgp-1", { 100, true } };
    check_action(b,
                 (struct alb_rule_action){
                     .type = ALB_ACTION_REWRITE,
                     .rewrite = { .host = "${host}", .path = "/x", .query = "${query}" } },
                 "rewrite to ${host}/x?${query}");
    check_action(b,
                 (struct alb_rule_action){ .type = ALB_ACTION_INSERT_HEADER,
                                           .insert_header = { .key = "k", .value = "v" } },
                 "set k: v");
    check_action(b,
                 (struct alb_rule_action){ .type = ALB_ACTION_REMOVE_HEADER,
                                           .remove_header = { .key = "k" } },
                 "remove k");
    check_action(
        b,
        (struct alb_rule_action){ .type = ALB_ACTION_LIMIT,
                                  .limit = { .qps = { 9, true }, .per_ip_qps = { 3, true } } },
        "at most 9 a second, 3 a second from one address");
    check_action(b,
                 (struct alb_rule_action){ .type = ALB_ACTION_LIMIT,
                                           .limit = { .per_ip_qps = { 3, true } } },
                 "at most 3 a second from one address");
    check_action(b,
                 (struct alb_rule_action){ .type = ALB_ACTION_MIRROR,
                                           .mirror = { .groups = { .targets = { &copy, 1 } } } },
                 "mirror to sgp-1");
}

static void test_rules_for_responses_say_so(void **state)
{
    struct bed *b = *state;
    b->want.direction = ALB_DIRECTION_RESPONSE;
    check(b, RESOURCE_RULE, &b->want, "response to host a.example path /tea -> @shop/tea-tea:80");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_kinds_say_what_tells_them_apart), TEST(test_access_lists_say_how_long_they_are),
        TEST(test_scripts_say_where_they_run),      TEST(test_kinds_say_what_tells_them_apart),
        TEST(test_unknown_servers_are_not_none),    TEST(test_every_condition_has_its_word),
        TEST(test_actions_say_where_requests_go),   TEST(test_actions_say_what_they_change),
        TEST(test_rules_for_responses_say_so),
    };
    return cmocka_run_group_tests_name("report/describe", tests, NULL, NULL);
}
