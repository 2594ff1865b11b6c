/* test_restore.c - rows that were seen are shown by the mock as they were, and go when they went.
 */
#include "alb-agent/json.h"
#include "mock-server/cloud.h"
#include "mock-server/state.h"
#include "tests/unit/replay/tapes.h"

static const char lb_row[] =
    "{\"own\":false,\"lb\":\"w\",\"kind\":\"LoadBalancer\",\"key\":\"w\",\"id\":\"alb-1\","
    "\"status\":\"Active\","
    "\"ours\":true,\"actual\":{\"LoadBalancerId\":\"alb-1\",\"LoadBalancerName\":\"web\","
    "\"AddressType\":"
    "\"Internet\",\"LoadBalancerEdition\":\"Standard\",\"VpcId\":\"vpc-1\",\"ZoneMappings\":[{"
    "\"ZoneId\":"
    "\"cn-hangzhou-h\",\"VSwitchId\":\"vsw-1\"}],\"Tags\":[{\"Key\":\"k\",\"Value\":\"v\"}]}}";
static const char listener_row[] = "{\"own\":false,\"kind\":\"Listener\",\"id\":\"lsn-1\","
                                   "\"status\":\"Running\",\"actual\":{\"ListenerId\":"
                                   "\"lsn-1\",\"LoadBalancerId\":\"alb-1\",\"ListenerProtocol\":"
                                   "\"HTTP\",\"ListenerPort\":80,\"DefaultActions\":"
                                   "[{\"Type\":\"ForwardGroup\",\"ForwardGroupConfig\":{"
                                   "\"ServerGroupTuples\":[{\"ServerGroupId\":\"sgp-1\"}]}}]}}";
static const char rule_row[] = "{\"own\":false,\"kind\":\"Rule\",\"id\":\"rule-1\",\"status\":"
                               "\"Available\",\"actual\":{\"RuleId\":\"rule-1\","
                               "\"ListenerId\":\"lsn-1\",\"LoadBalancerId\":\"alb-1\",\"RuleName\":"
                               "\"r\",\"Priority\":7,\"Direction\":"
                               "\"Request\",\"RuleConditions\":[{\"Type\":\"Host\",\"HostConfig\":{"
                               "\"Values\":[\"a.example\"]}}],"
                               "\"RuleActions\":[{\"Type\":\"ForwardGroup\",\"Order\":1,"
                               "\"ForwardGroupConfig\":{\"ServerGroupTuples\":"
                               "[{\"ServerGroupId\":\"sgp-1\",\"Weight\":100}]}}]}}";
static const char group_row[] =
    "{\"own\":false,\"kind\":\"ServerGroup\",\"id\":\"sgp-1\",\"status\":\"Available\",\"actual\":"
    "{\"ServerGroupId\":\"sgp-1\",\"ServerGroupName\":\"g\",\"ServerGroupType\":\"Ip\",\"VpcId\":"
    "\"vpc-1\","
    "\"Protocol\":\"HTTP\",\"Scheduler\":\"Wrr\",\"Servers\":[{\"ServerType\":\"Ip\",\"ServerId\":"
    "\"10.0.0.1\","
    "\"ServerIp\":\"10.0.0.1\",\"Port\":8080,\"Weight\":50,\"Status\":\"Available\"}]}}";

struct fixture {
    struct actor actor; /* first: the actor is this */
    struct mock *m;
    struct arena a;
};

static bool get_state(struct actor *self, cJSON **out, struct error *err)
{
    return mock_export(((struct fixture *)(void *)self)->m, out, err);
}

static bool set_state(struct actor *self, const cJSON *state, struct error *err)
{
    return mock_import(((struct fixture *)(void *)self)->m, state, err);
}

static void put(struct fixture *f, const char *kind, const char *key, const char *body)
{
    const struct store_event e = { .kind = kind, .key = key, .body = body };
    const struct store_event *list[] = { &e };
    struct error err;
    if (!restore_rows(&f->actor, mock_now_ms(f->m), "cn-hangzhou", list, 1, &err))
        fail_msg("%s", err.msg);
}

static void begin(struct fixture *f)
{
    struct error err;
    *f = (struct fixture){ .actor = { .get_state = get_state, .set_state = set_state } };
    if (!mock_open(&f->m, &(struct mock_config){ .seed = 1, .pending_ms = 100 }, &err))
        fail_msg("%s", err.msg);
    put(f, "SEEN", "cloud w ServerGroup g", group_row);
    put(f, "SEEN", "cloud w LoadBalancer w", lb_row);
    put(f, "SEEN", "cloud w Listener l", listener_row);
    put(f, "SEEN", "cloud w Rule r", rule_row);
}

static void end(struct fixture *f)
{
    mock_close(f->m);
    arena_done(&f->a);
}

/* What the cloud answers; "" when it refuses. */
static const char *ask(struct fixture *f, const char *action, const char *params)
{
    cJSON *p CLEANUP(json_done) = cJSON_Parse(params);
    struct cloud_reply reply = { 0 };
    const struct cloud_call call = {
        .product = "alb", .action = action, .region = "cn-hangzhou", .request_id = "R", .params = p
    };
    cloud_execute(mock_cloud(f->m), &f->a, mock_now_ms(f->m), &call, &reply);
    const char *text = reply.code ? "" : json_canonical(&f->a, reply.body);
    cJSON_Delete(reply.body);
    return text;
}

static void test_what_was_seen_is_there(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    assert_non_null(strstr(ask(&f, "ListRules", "{}"), "\"RuleId\":\"rule-1\""));
    assert_non_null(strstr(ask(&f, "ListRules", "{}"), "\"RuleStatus\":\"Available\""));
    assert_non_null(strstr(ask(&f, "ListListeners", "{}"), "\"ListenerPort\":80"));
    assert_non_null(strstr(ask(&f, "ListServerGroupServers", "{\"ServerGroupId\":\"sgp-1\"}"),
                           "\"Weight\":50"));
    assert_non_null(strstr(ask(&f, "ListLoadBalancers", "{}"), "\"Key\":\"k\""));
    end(&f);
}

/* The mock knows what hangs on what. */
static void test_it_behaves_as_if_calls_had_made_it(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    assert_string_equal(ask(&f, "DeleteServerGroup", "{\"ServerGroupId\":\"sgp-1\"}"), "");
    assert_string_not_equal(ask(&f, "DeleteRule", "{\"RuleId\":\"rule-1\"}"), "");
    end(&f);
}

static void test_a_row_that_is_another_takes_the_place_of_the_first(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    char *other = arena_strdup(&f.a, rule_row);
    memcpy(strstr(other, "a.example"), "b", 1);
    put(&f, "SEEN", "cloud w Rule r", other);
    const char *rules = ask(&f, "ListRules", "{}");
    assert_non_null(strstr(rules, "b.example"));
    assert_null(strstr(rules, "a.example"));
    assert_non_null(strstr(rules, "\"TotalCount\":1"));
    end(&f);
}

static void test_what_went_is_gone_with_what_hangs_on_it(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    put(&f, "DELETED", "cloud w Listener l",
        "{\"own\":false,\"kind\":\"Listener\",\"id\":\"lsn-1\"}");
    assert_non_null(strstr(ask(&f, "ListListeners", "{}"), "\"TotalCount\":0"));
    assert_non_null(strstr(ask(&f, "ListRules", "{}"), "\"TotalCount\":0"));
    assert_string_not_equal(ask(&f, "DeleteServerGroup", "{\"ServerGroupId\":\"sgp-1\"}"), "");
    end(&f);
}

static void test_what_lists_lacked_they_lack(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    put(&f, "HIDDEN", "hidden w", "{\"ids\":[\"rule-1\"]}");
    assert_null(strstr(ask(&f, "ListRules", "{}"), "rule-1"));
    put(&f, "HIDDEN", "hidden w", "{\"ids\":[]}");
    assert_non_null(strstr(ask(&f, "ListRules", "{}"), "rule-1"));
    end(&f);
}

/* A group without health checks has their settings all the same, and can have them switched on. */
static void test_what_is_switched_off_keeps_its_settings(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    assert_string_not_equal(ask(&f, "UpdateServerGroupAttribute",
                                "{\"ServerGroupId\":\"sgp-1\",\"ServerGroupName\":\"other\"}"),
                            "");
    mock_advance(f.m, 1000);
    put(&f, "SEEN", "cloud w ServerGroup g", group_row);
    assert_string_not_equal(ask(&f, "UpdateServerGroupAttribute",
                                "{\"ServerGroupId\":\"sgp-1\",\"HealthCheckConfig\":"
                                "{\"HealthCheckEnabled\":true}}"),
                            "");
    assert_non_null(strstr(ask(&f, "ListServerGroups", "{}"), "\"HealthCheckInterval\":2"));
    end(&f);
}

static void test_rows_without_sense_are_passed_over(void **state)
{
    (void)state;
    struct fixture f;
    begin(&f);
    const char *before = ask(&f, "ListRules", "{}");
    put(&f, "SEEN", "cloud w Rule x", "{\"kind\":\"Rule\"}");
    put(&f, "SEEN", "cloud w Rule x", NULL);
    put(&f, "SEEN", "cloud w Moon x", "{\"kind\":\"Moon\",\"id\":\"m-1\"}");
    assert_string_equal(ask(&f, "ListRules", "{}"), before);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_seen_is_there),
        cmocka_unit_test(test_it_behaves_as_if_calls_had_made_it),
        cmocka_unit_test(test_a_row_that_is_another_takes_the_place_of_the_first),
        cmocka_unit_test(test_what_went_is_gone_with_what_hangs_on_it),
        cmocka_unit_test(test_what_lists_lacked_they_lack),
        cmocka_unit_test(test_what_is_switched_off_keeps_its_settings),
        cmocka_unit_test(test_rows_without_sense_are_passed_over),
    };
    return cmocka_run_group_tests_name("replay/restore", tests, NULL, NULL);
}
