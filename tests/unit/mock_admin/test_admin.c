/* test_admin.c - a running mock changed over HTTP, without the HTTP. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "mock-server/admin/admin.h"

struct world {
    struct mock *mock;
    struct arena arena;
};

static int setup(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    struct error err = { 0 };
    const struct mock_config config = { .start_ms = 1735732800000, .seed = 1 };
    *state = w;
    return mock_open(&w->mock, &config, &err) ? 0 : -1;
}

static int teardown(void **state)
{
    struct world *w = *state;
    mock_close(w->mock);
    arena_done(&w->arena);
    free(w);
    return 0;
}

/* "STATUS BODY" */
static const char *ask(struct world *w, const char *method, const char *path, const char *body)
{
    const struct httpd_request request = {
        .method = method,
        .target = path,
        .body = body,
        .body_len = strlen(body),
        .arena = &w->arena,
    };
    struct httpd_reply reply = { .status = 200 };
    admin_handle(w->mock, &request, &reply);
    return arena_fmt(&w->arena, "%d %.*s", reply.status, (int)reply.body_len - 1, reply.body);
}

static void test_the_clock_is_told_and_moved(void **state)
{
    struct world *w = *state;
    assert_string_equal(
        ask(w, "GET", "/clock", ""),
        "200 {\"now\":\"2025-01-01T12:00:00Z\",\"now_ms\":1735732800000,\"virtual\":true}");
    assert_string_equal(
        ask(w, "POST", "/clock", "{\"advance_ms\":1500}"),
        "200 {\"now\":\"2025-01-01T12:00:01Z\",\"now_ms\":1735732801500,\"virtual\":true}");
    assert_string_equal(
        ask(w, "POST", "/clock", "{\"set\":\"2025-01-01T13:00:00Z\"}"),
        "200 {\"now\":\"2025-01-01T13:00:00Z\",\"now_ms\":1735736400000,\"virtual\":true}");
    assert_int_equal(mock_now_ms(w->mock), 1735736400000);
}

static void test_the_clock_is_not_moved_back_or_by_nonsense(void **state)
{
    struct world *w = *state;
    static const char *const bad[] = { "", "{}", "{\"advance_ms\":-1}",
                                       "{\"set\":\"2025-01-01T11:00:00Z\"}", "{\"set\":\"noon\"}" };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(strncmp(ask(w, "POST", "/clock", bad[i]), "400 {\"error\":\"", 14), 0);
        assert_int_equal(mock_now_ms(w->mock), 1735732800000);
    }
}

static void test_faults_are_set_added_told_and_cleared(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "GET", "/faults", ""), "200 []");
    assert_string_equal(ask(w, "PUT", "/faults", "{effect: reset}"),
                        "200 [{\"effect\":\"reset\",\"matched\":0,\"fired\":0}]");
    assert_string_equal(ask(w, "POST", "/faults", "{effect: cut}"),
                        "200 [{\"effect\":\"reset\",\"matched\":0,\"fired\":0},"
                        "{\"effect\":\"cut\",\"matched\":0,\"fired\":0}]");
    assert_int_equal(strncmp(ask(w, "PUT", "/faults", "{effect: boom}"), "400 ", 4), 0);
    assert_non_null(strstr(ask(w, "GET", "/faults", ""), "cut"));
    assert_string_equal(ask(w, "DELETE", "/faults", ""), "200 []");
}

static void test_a_restart_is_ordered_and_no_replay_is_told(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "POST", "/restart", "{\"down_ms\":50}"), "200 {}");
    assert_true(mock_is_down(w->mock));
    mock_advance(w->mock, 50);
    assert_false(mock_is_down(w->mock));
    assert_int_equal(strncmp(ask(w, "POST", "/restart", "{\"down_ms\":-1}"), "400 ", 4), 0);
    assert_int_equal(strncmp(ask(w, "GET", "/replay", ""), "409 ", 4), 0);
}

static void test_the_console_user_is_given_a_script(void **state)
{
    struct world *w = *state;
    assert_non_null(strstr(ask(w, "GET", "/console", ""), "200 {\"deeds\":[],"));
    assert_non_null(strstr(ask(w, "PUT", "/console", "[{at_ms: 5, do: DeleteRule}]"),
                           "{\"do\":\"DeleteRule\",\"done\":0"));
    mock_advance(w->mock, 5);
    assert_non_null(strstr(ask(w, "GET", "/console", ""), "{\"do\":\"DeleteRule\",\"done\":1"));
    assert_int_equal(strncmp(ask(w, "PUT", "/console", "[{do: 7}]"), "400 ", 4), 0);
    assert_non_null(strstr(ask(w, "DELETE", "/console", ""), "200 {\"deeds\":[],"));
}

static void test_limits_are_set_line_by_line(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "PUT", "/flow", "reads=5/1000\nretry-after=on\n"),
                        "200 {\"retry-after\":\"on\",\"reads\":\"5/1000\"}");
    assert_int_equal(strncmp(ask(w, "PUT", "/flow", "reads"), "400 ", 4), 0);
    assert_string_equal(ask(w, "GET", "/flow", ""),
                        "200 {\"retry-after\":\"on\",\"reads\":\"5/1000\"}");
}

#define CREATE                                                                                  \
    "{\"action\":\"CreateServerGroup\",\"params\":{\"ServerGroupName\":\"g1\",\"VpcId\":\"vpc-" \
    "1\","                                                                                      \
    "\"HealthCheckConfig.HealthCheckEnabled\":false}"
#define COUNT_GROUPS "{\"action\":\"ListServerGroups\"}"

static void test_a_deed_is_done_behind_the_clients_back(void **state)
{
    struct world *w = *state;
    const char *done = ask(w, "POST", "/do", CREATE "}");
    assert_non_null(strstr(done, "200 {\"status\":200,\"body\":{"));
    assert_non_null(strstr(done, "\"ServerGroupId\":\"sgp-"));
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"TotalCount\":1"));
    assert_string_equal(ask(w, "GET", "/calls", ""), "200 {\"calls\":2}");
}

static void test_a_deed_may_come_later(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "POST", "/do", CREATE ",\"in_ms\":500}"), "200 {\"status\":202}");
    assert_int_equal(strncmp(ask(w, "POST", "/clock", "{\"advance_ms\":499}"), "200", 3), 0);
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"TotalCount\":0"));
    assert_int_equal(strncmp(ask(w, "POST", "/clock", "{\"advance_ms\":1}"), "200", 3), 0);
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"TotalCount\":1"));
}

static void test_a_deed_is_judged_as_a_call_is(void **state)
{
    struct world *w = *state;
    assert_non_null(strstr(ask(w, "POST", "/do", "{\"action\":\"DeleteRule\"}"),
                           "200 {\"status\":400,\"code\":\"MissingRuleId\""));
    assert_non_null(strstr(ask(w, "POST", "/do", "{\"action\":\"MakeCoffee\"}"),
                           "200 {\"status\":404,\"code\":\"InvalidAction.NotFound\""));
    assert_int_equal(strncmp(ask(w, "POST", "/do", "{}"), "400 ", 4), 0);
}

static void test_changes_take_as_long_as_was_set_and_lists_lag(void **state)
{
    struct world *w = *state;
    assert_string_equal(
        ask(w, "PUT", "/pending", "{\"min_ms\":700,\"max_ms\":700,\"list_lag_ms\":300}"), "200 {}");
    assert_non_null(strstr(ask(w, "POST", "/do", CREATE "}"), "\"status\":200"));
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"TotalCount\":0"));
    mock_advance(w->mock, 300);
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"Creating\""));
    mock_advance(w->mock, 400);
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"Available\""));
    assert_int_equal(strncmp(ask(w, "PUT", "/pending", "{}"), "400 ", 4), 0);
    assert_int_equal(strncmp(ask(w, "PUT", "/pending", "{\"min_ms\":5,\"max_ms\":4}"), "400 ", 4),
                     0);
}

static void test_a_kind_is_held_until_it_is_let_go(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "PUT", "/hold", "{\"what\":\"ServerGroup\",\"on\":true}"), "200 {}");
    assert_non_null(strstr(ask(w, "POST", "/do", CREATE "}"), "\"status\":200"));
    mock_advance(w->mock, 60000);
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"Creating\""));
    assert_string_equal(ask(w, "PUT", "/hold", "{\"what\":\"ServerGroup\",\"on\":false}"),
                        "200 {}");
    mock_advance(w->mock, 1);
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"Available\""));
    assert_int_equal(strncmp(ask(w, "PUT", "/hold", "{\"on\":true}"), "400 ", 4), 0);
}

static void test_the_next_change_is_made_to_fail(void **state)
{
    struct world *w = *state;
    const char *fail = "{\"action\":\"CreateServerGroup\",\"code\":\"506\",\"message\":\"no\"}";
    assert_string_equal(ask(w, "PUT", "/fail", fail), "200 {}");
    assert_non_null(strstr(ask(w, "POST", "/do", CREATE "}"), "\"status\":200"));
    mock_advance(w->mock, 60000);
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"TotalCount\":0"));
    assert_non_null(
        strstr(ask(w, "POST", "/do", "{\"action\":\"ListAsynJobs\"}"), "\"ErrorCode\":\"506\""));
    assert_int_equal(strncmp(ask(w, "PUT", "/fail", "{\"action\":\"Create\"}"), "400 ", 4), 0);
}

static void test_only_what_is_there_is_locked(void **state)
{
    struct world *w = *state;
    const char *none = "{\"lb\":\"alb-none\",\"type\":\"FinancialLocked\"}";
    assert_int_equal(strncmp(ask(w, "PUT", "/lock", none), "400 ", 4), 0);
    assert_int_equal(strncmp(ask(w, "PUT", "/lock", "{}"), "400 ", 4), 0);
}

static void test_health_is_set_for_a_server_of_a_group(void **state)
{
    struct world *w = *state;
    assert_int_equal(strncmp(ask(w, "PUT", "/health", "{\"ip\":\"10.0.0.1\"}"), "400 ", 4), 0);
    assert_int_equal(strncmp(ask(w, "PUT", "/health",
                                 "{\"group\":\"sgp-1\",\"ip\":\"10.0.0.1\",\"status\":\"Dead\"}"),
                             "400 ", 4),
                     0);
}

static void test_a_state_is_taken_compared_and_brought_back(void **state)
{
    struct world *w = *state;
    const char *before = ask(w, "GET", "/state", "") + 4; /* behind "200 " */
    const char *from = arena_fmt(&w->arena, "{\"from\":%s}", before);
    assert_string_equal(ask(w, "POST", "/diff", from), "200 []");
    assert_non_null(strstr(ask(w, "POST", "/do", CREATE "}"), "\"status\":200"));
    assert_non_null(strstr(ask(w, "POST", "/diff", from), "\"added\""));
    assert_string_equal(ask(w, "PUT", "/state", before), "200 {}");
    assert_string_equal(ask(w, "POST", "/diff", from), "200 []");
    assert_non_null(strstr(ask(w, "POST", "/do", COUNT_GROUPS), "\"TotalCount\":0"));
    assert_int_equal(strncmp(ask(w, "PUT", "/state", "{\"a\":1}"), "400 ", 4), 0);
    assert_int_equal(strncmp(ask(w, "POST", "/diff", "{}"), "400 ", 4), 0);
}

static void test_other_paths_and_methods_are_not_there(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "GET", "/calls", ""), "200 {\"calls\":0}");
    assert_int_equal(strncmp(ask(w, "POST", "/calls", ""), "405 ", 4), 0);
    assert_int_equal(strncmp(ask(w, "GET", "/x", ""), "404 ", 4), 0);
}

static void test_it_says_what_it_is_and_where_its_api_is(void **state)
{
    struct world *w = *state;
    assert_string_equal(ask(w, "GET", "/", ""),
                        "200 {\"alb-mock\":1,\"address\":\"\",\"virtual\":true}");
    mock_set_address(w->mock, "http://127.0.0.1:8080");
    assert_non_null(strstr(ask(w, "GET", "/", ""), "\"address\":\"http://127.0.0.1:8080\""));
}

static void test_who_plays_sets_the_time_also_back_and_gives_ids(void **state)
{
    struct world *w = *state;
    assert_string_equal(
        ask(w, "PUT", "/play", "{\"now_ms\":1000000,\"pending_ms\":50,\"ids\":[\"sgp-given\",7]}"),
        "200 {}");
    assert_int_equal(mock_now_ms(w->mock), 1000000);
    assert_non_null(strstr(ask(w, "POST", "/do", CREATE "}"), "\"sgp-given\""));
    assert_string_equal(ask(w, "PUT", "/play", "{\"now_ms\":2000000}"), "200 {}");
    assert_int_equal(mock_now_ms(w->mock), 2000000);
    assert_null(strstr(ask(w, "POST", "/do", CREATE "}"), "\"sgp-given\""));
    assert_int_equal(strncmp(ask(w, "PUT", "/play", "{\"ids\":[]}"), "400 ", 4), 0);
    assert_int_equal(strncmp(ask(w, "PUT", "/play", "{\"now_ms\":1,\"pending_ms\":-1}"), "400 ", 4),
                     0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_the_clock_is_told_and_moved),
        TEST(test_the_clock_is_not_moved_back_or_by_nonsense),
        TEST(test_faults_are_set_added_told_and_cleared),
        TEST(test_a_restart_is_ordered_and_no_replay_is_told),
        TEST(test_the_console_user_is_given_a_script),
        TEST(test_limits_are_set_line_by_line),
        TEST(test_a_deed_is_done_behind_the_clients_back),
        TEST(test_a_deed_may_come_later),
        TEST(test_a_deed_is_judged_as_a_call_is),
        TEST(test_changes_take_as_long_as_was_set_and_lists_lag),
        TEST(test_a_kind_is_held_until_it_is_let_go),
        TEST(test_the_next_change_is_made_to_fail),
        TEST(test_only_what_is_there_is_locked),
        TEST(test_health_is_set_for_a_server_of_a_group),
        TEST(test_a_state_is_taken_compared_and_brought_back),
        TEST(test_other_paths_and_methods_are_not_there),
        TEST(test_it_says_what_it_is_and_where_its_api_is),
        TEST(test_who_plays_sets_the_time_also_back_and_gives_ids),
    };
    return cmocka_run_group_tests_name("mock_admin/admin", tests, NULL, NULL);
}
