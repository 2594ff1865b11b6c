/* test_status.c - what an agent said of itself, as people and programs read it. */
#include "tests/unit/report/bed.h"

#include "alb-agent/store.h"
#include "src/report/report_priv.h"

enum { NOW = 1000000, SAID = NOW - 1000 };

static struct store_lane lane = { .family = "server group",
                                  .key = "a/x shop/tea:80",
                                  .state = "backoff",
                                  .what = "AddServersToServerGroup",
                                  .why = "Throttling.User",
                                  .due = NOW + 4000,
                                  .tries = 3 };
static struct store_family family = { "load balancer", 9, 1, 2, 3, 4, 5 };
static struct store_quarantined left = { "Ingress shop/web (web.yaml:3)", "no such Service",
                                         NOW - 7000 };
static struct store_budget budget = { "CreateRules", 41, 200, 60, 1 };
static struct store_certificate cert = { "a/x", "443/HTTPS", "12-cn", "shop-tls",
                                         NOW + INT64_C(5) * 24 * 3600 * 1000 };

static struct store_status status(void)
{
    struct store_status s = { .at = SAID,
                              .started_at = 60000,
                              .version = "1.2.3",
                              .phase = "running",
                              .source = "manifests in deploy/",
                              .source_complete = true,
                              .verified_at = NOW - 30000,
                              .next_read_at = NOW + 20000,
                              .queued = 6,
                              .events = 7,
                              .writes = 8,
                              .reads = 9,
                              .pid = 12,
                              .host = "web",
                              .alive = true };
    s.lanes.items = &lane;
    s.families.items = &family;
    s.quarantined.items = &left;
    s.budgets.items = &budget;
    s.certificates.items = &cert;
    s.lanes.len = s.families.len = s.quarantined.len = s.budgets.len = s.certificates.len = 1;
    return s;
}

static const char *text(struct bed *b, const struct store_status *s)
{
    buf_reset(&b->out);
    b->in.now_ms = NOW;
    report_agent(&b->out, &b->in, s);
    return bed_text(b);
}

static void test_all_that_an_agent_said_is_shown(void **state)
{
    struct bed *b = *state;
    struct store_status s = status();
    assert_string_equal(
        text(b, &s),
        "Agent: running (pid 12 on host web, version 1.2.3)\n"
        "  last reading 1970-01-01T00:16:10Z, 30 s ago; the next in 20 s\n"
        "  since        1970-01-01T00:01:00Z: 7 events, 8 writes, 9 reads; 6 steps queued\n"
        "  source       manifests in deploy/\n"
        "  lanes        load balancer: 9, 1 running, 2 ready, 3 waiting, 4 backing off; at most 5 "
        "at once\n"
        "  backoff      server group a/x shop/tea:80: AddServersToServerGroup, failed 3 times: "
        "Throttling.User; again in 4 s\n"
        "  left out     Ingress shop/web (web.yaml:3): no such Service; for 7 s\n"
        "  budget       CreateRules: 41 of 200 in 60 s, throttled 1 time\n"
        "  certificate  shop-tls of a/x 443/HTTPS ends in 5 days\n");
}

static void test_agent_that_says_nothing_any_more_is_called_silent(void **state)
{
    struct bed *b = *state;
    struct store_status s = status();
    s.at = NOW - 10000;
    assert_non_null(strstr(text(b, &s), "Agent: running"));
    s.at = NOW - 10001;
    assert_non_null(strstr(text(b, &s), "Agent: has not said anything for 10 s (pid 12"));
}

static void test_dead_agent_is_not_taken_for_one_that_stopped(void **state)
{
    struct bed *b = *state;
    struct store_status s = status();
    s.alive = false;
    assert_non_null(strstr(text(b, &s), "Agent: not running; it ended without a word after "
                                        "1970-01-01T00:16:39Z"));
    assert_null(strstr(bed_text(b), "lanes"));
    s.phase = "stopped";
    assert_non_null(strstr(text(b, &s), "Agent: stopped at 1970-01-01T00:16:39Z"));
}

static void test_what_keeps_it_from_working_stands_on_top(void **state)
{
    struct bed *b = *state;
    struct store_status s = status();
    s.problem = "the source is not readable";
    s.source_complete = false;
    s.verified_at = 0;
    (void)text(b, &s);
    assert_non_null(strstr(bed_text(b), ")\n  problem      the source is not readable\n"));
    assert_non_null(strstr(bed_text(b), "deploy/, incomplete: nothing is deleted\n"));
    assert_non_null(strstr(bed_text(b), "last reading none was complete yet\n"));
}

static void test_nothing_said_is_shown_as_such(void **state)
{
    struct bed *b = *state;
    const struct store_status s = { .alive = true, .at = NOW };
    assert_non_null(strstr(text(b, &s), "Agent: running (pid 0"));
}

static void test_json_has_what_the_text_has(void **state)
{
    struct bed *b = *state;
    (void)b;
    struct store_status s = status();
    cJSON *o CLEANUP(json_done) = agent_json(&s, NOW);
    assert_string_equal(json_str(o, "state"), "running");
    assert_int_equal(json_int(o, "pid", 0), 12);
    assert_string_equal(json_str(o, "lastReadAt"), "1970-01-01T00:16:10Z");
    assert_int_equal(json_int(o, "queued", 0), 6);
    const cJSON *first = cJSON_GetArrayItem(json_get(o, "lanes"), 0);
    assert_string_equal(json_str(first, "why"), "Throttling.User");
    assert_string_equal(json_str(first, "due"), "1970-01-01T00:16:44Z");
    assert_null(json_get(first, "since"));
    first = cJSON_GetArrayItem(json_get(o, "families"), 0);
    assert_int_equal(json_int(first, "backoff", 0), 4);
    assert_int_equal(json_int(first, "mostRunning", 0), 5);
    first = cJSON_GetArrayItem(json_get(o, "quarantined"), 0);
    assert_string_equal(json_str(first, "why"), "no such Service");
    first = cJSON_GetArrayItem(json_get(o, "budgets"), 0);
    assert_int_equal(json_int(first, "windowSeconds", 0), 60);
    first = cJSON_GetArrayItem(json_get(o, "certificates"), 0);
    assert_string_equal(json_str(first, "name"), "shop-tls");
}

static void check_state(struct store_status *s, const char *is)
{
    cJSON *o CLEANUP(json_done) = agent_json(s, NOW);
    assert_string_equal(json_str(o, "state"), is);
}

static void test_json_says_whether_it_lives(void **state)
{
    (void)state;
    struct store_status s = status();
    s.at = 1;
    check_state(&s, "silent");
    s.alive = false;
    check_state(&s, "dead");
    s.phase = "stopped";
    check_state(&s, "stopped");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, bed_setup, bed_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_all_that_an_agent_said_is_shown),
        TEST(test_agent_that_says_nothing_any_more_is_called_silent),
        TEST(test_dead_agent_is_not_taken_for_one_that_stopped),
        TEST(test_what_keeps_it_from_working_stands_on_top),
        TEST(test_nothing_said_is_shown_as_such),
        TEST(test_json_has_what_the_text_has),
        TEST(test_json_says_whether_it_lives),
    };
    return cmocka_run_group_tests_name("report/status", tests, NULL, NULL);
}
