/* test_cmd_status.c - what the state file knows. */
#include "tests/unit/cli/stage.h"

#include "alb-agent/clock.h"
#include "alb-agent/json.h"

static void fill_state(struct stage *s)
{
    static const struct alb_load_balancer lb = { .name = "web", .dns_name = "web.test" };
    const struct resource row = { .lb = "kube-system/web",
                                  .kind = RESOURCE_LOAD_BALANCER,
                                  .key = "kube-system/web",
                                  .parent = "",
                                  .desired = &lb,
                                  .applied = &lb,
                                  .actual = &lb,
                                  .cloud_id = "alb-1",
                                  .status = "Active",
                                  .observed_at = 1767225600000,
                                  .ours = true };
    struct store *st;
    struct error err;
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    assert_true(store_meta_put(st, "cluster_id", "c7", &err));
    assert_true(store_resource_put(st, &row, &err));
    store_close(st);
}

static void test_status_shows_each_load_balancer(void **state)
{
    struct stage *s = *state;
    fill_state(s);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_string_equal(s->out, "Cluster c7: 1 load balancer\n"
                                "kube-system/web\n"
                                "  id         alb-1\n"
                                "  address    web.test\n"
                                "  resources  1, 1 as applied\n"
                                "  last read  2026-01-01T00:00:00Z\n"
                                "  revision   0\n");
}

static void put(struct store *st, enum resource_kind kind, const char *key, const void *actual,
                const char *id)
{
    const struct resource row = { .lb = "kube-system/web",
                                  .kind = kind,
                                  .key = key,
                                  .parent = "",
                                  .actual = actual,
                                  .cloud_id = id,
                                  .status = "Available",
                                  .ours = true };
    struct error err;
    assert_true(store_resource_put(st, &row, &err));
}

/* A listener with a certificate that we uploaded, one that was found, and one we know nothing of.
 */
static void fill_certificates(struct stage *s)
{
    struct alb_cert more[] = { { .id = "7-cn-hangzhou" }, { .id = "8-cn-hangzhou" } };
    struct alb_cert dflt = { .id = "5-cn-hangzhou" };
    const struct alb_listener l = { .certs = { &dflt, 1 }, .additional_certs = { more, 2 } };
    const struct alb_certificate c = { .name = "shop-tls-1a2b3c", .end = "2020-01-31" };
    const struct fact f = { .kind = FACT_CERTIFICATES,
                            .key = FACT_ALL,
                            .value = "[{\"id\":7,\"names\":[\"a.com\"],\"end\":\"2999-12-31\"}]",
                            .value2 = "" };
    struct store *st;
    struct error err;
    fill_state(s);
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    put(st, RESOURCE_LISTENER, "443/HTTPS", &l, "lsn-1");
    put(st, RESOURCE_CERTIFICATE, "shop-tls-1a2b3c", &c, "5-cn-hangzhou");
    assert_true(store_fact_put(st, &f, &err));
    store_close(st);
}

static void test_status_says_when_certificates_end(void **state)
{
    struct stage *s = *state;
    fill_certificates(s);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_non_null(strstr(s->out, "  certificate 5-cn-hangzhou of 443/HTTPS (shop-tls-1a2b3c): "
                                   "EXPIRED on 2020-01-31\n"));
    assert_non_null(strstr(s->out, "  certificate 7-cn-hangzhou of 443/HTTPS: ends on 2999-12-31, "
                                   "in "));
    assert_non_null(strstr(s->out, "  certificate 8-cn-hangzhou of 443/HTTPS: end not known\n"));
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, "-o", "json", (char *)NULL),
                     EXIT_DONE);
    cJSON *json CLEANUP(json_done) = NULL;
    struct error err;
    assert_true(json_parse(s->out, strlen(s->out), &json, &err));
    const cJSON *lb = cJSON_GetArrayItem(json_get(json, "loadBalancers"), 0);
    const cJSON *list = json_get(lb, "certificates"), *first = cJSON_GetArrayItem(list, 0);
    assert_int_equal(cJSON_GetArraySize(list), 3);
    assert_string_equal(json_str(first, "end"), "2020-01-31");
    assert_true(json_int(first, "daysLeft", 0) < 0);
    assert_true(json_int(cJSON_GetArrayItem(list, 1), "daysLeft", 0) > 300000);
    assert_null(json_get(cJSON_GetArrayItem(list, 2), "end"));
}

static void test_status_of_nothing_is_empty(void **state)
{
    struct stage *s = *state;
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_string_equal(s->out, "Cluster default: 0 load balancers\n");
}

static void test_status_as_json(void **state)
{
    struct stage *s = *state;
    struct error err;
    fill_state(s);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, "-o", "json", (char *)NULL),
                     EXIT_DONE);
    cJSON *json CLEANUP(json_done) = NULL;
    assert_true(json_parse(s->out, strlen(s->out), &json, &err));
    assert_string_equal(json_str(json, "cluster"), "c7");
    const cJSON *lb = cJSON_GetArrayItem(json_get(json, "loadBalancers"), 0);
    assert_string_equal(json_str(lb, "dnsName"), "web.test");
    assert_string_equal(json_str(lb, "observedAt"), "2026-01-01T00:00:00Z");
    assert_int_equal(json_int(lb, "inSync", -1), 1);
}

static void test_status_refuses_another_cluster(void **state)
{
    struct stage *s = *state;
    fill_state(s);
    assert_int_equal(
        stage_run(s, &cmd_status, "--state", s->state, "--cluster-id", "c8", (char *)NULL),
        EXIT_ERROR);
    assert_non_null(strstr(s->err, "c7"));
    assert_string_equal(s->out, "");
}

/* The agent holds the file meanwhile. */
static void test_status_beside_an_agent_says_what_it_does(void **state)
{
    struct stage *s = *state;
    struct store *st;
    struct error err;
    struct store_lane lane = { .family = "load balancer",
                               .key = "kube-system/web",
                               .state = "running",
                               .what = "CreateRules" };
    struct store_status said = { .at = clock_now_ms(clock_system()), .phase = "running" };
    said.lanes.items = &lane;
    said.lanes.len = 1;
    fill_state(s);
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    assert_true(store_status_put(st, &said, &err));
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_memory_equal(s->out, "Agent: running (pid ", 20);
    assert_non_null(strstr(s->out, "  running      load balancer kube-system/web: CreateRules\n"));
    assert_non_null(strstr(s->out, "\nCluster c7: 1 load balancer\n"));
    store_close(st);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_memory_equal(s->out, "Agent: not running; it ended without a word", 43);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, "-ojson", (char *)NULL),
                     EXIT_DONE);
    cJSON *doc CLEANUP(json_done) = NULL;
    assert_true(json_parse(s->out, strlen(s->out), &doc, &err));
    assert_string_equal(json_str(json_get(doc, "agent"), "state"), "dead");
}

static void test_status_counts_what_was_found(void **state)
{
    struct stage *s = *state;
    struct store *st;
    struct error err;
    struct finding found[] = { { .lb = "kube-system/web",
                                 .kind = RESOURCE_RULE,
                                 .key = "80/HTTP#1",
                                 .class = CLASS_MISSING,
                                 .first_seen = 1,
                                 .verdict = FINDING_IGNORED },
                               { .lb = "kube-system/web",
                                 .kind = RESOURCE_RULE,
                                 .key = "80/HTTP#2",
                                 .class = CLASS_DRIFT,
                                 .first_seen = 1 } };
    finding_list list = { found, 2 };
    fill_state(s);
    assert_true(store_open(&st, s->state, STORE_WRITE, 1, NULL, &err));
    assert_true(store_findings_put(st, NULL, &list, &err));
    store_close(st);
    assert_int_equal(stage_run(s, &cmd_status, "--state", s->state, (char *)NULL), EXIT_DONE);
    assert_non_null(strstr(s->out, "  drift      2 found, 1 of it accepted or ignored\n"));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_status_shows_each_load_balancer),
        TEST(test_status_says_when_certificates_end),
        TEST(test_status_of_nothing_is_empty),
        TEST(test_status_as_json),
        TEST(test_status_refuses_another_cluster),
        TEST(test_status_beside_an_agent_says_what_it_does),
        TEST(test_status_counts_what_was_found),
    };
    return cmocka_run_group_tests_name("cli/cmd_status", tests, NULL, NULL);
}
