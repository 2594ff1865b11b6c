/* test_console.c - when somebody does what, on the virtual clock. */
#include "world.h"

/* How many groups there are. */
static int groups(struct world *w)
{
    cJSON *json CLEANUP(json_done) = cJSON_Parse(act(w, "ListServerGroups", ""));
    return (int)json_int(json, "TotalCount", -1);
}

static const char *told(struct world *w)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    console_write(mock_console(w->mock), &b);
    return buf_keep(&b, &w->arena);
}

/* A client's call; it is refused, as it is not signed, but it is one. */
static void client_calls(struct world *w)
{
    const struct httpd_request request = {
        .method = "GET", .target = "/", .body = "", .arena = &w->arena
    };
    struct httpd_reply reply = { .status = 200 };
    mock_call(w->mock, &request, &reply);
}

#define CREATE                                                           \
    "do: CreateServerGroup, params: { VpcId: vpc-1, HealthCheckConfig: " \
    "{ HealthCheckEnabled: false }, ServerGroupName: 'g${number 1 9}' }"

static void test_deeds_come_at_their_times(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_open(&w, "- { at_ms: 1000, " CREATE " }\n- { every_ms: 3000, times: 2, " CREATE " }\n");
    mock_advance(w.mock, 999);
    assert_int_equal(groups(&w), 0);
    mock_advance(w.mock, 1);
    assert_int_equal(groups(&w), 1);
    mock_advance(w.mock, 2000);
    assert_int_equal(groups(&w), 2);
    mock_advance(w.mock, 3000);
    assert_int_equal(groups(&w), 3);
    mock_advance(w.mock, 100000);
    assert_int_equal(groups(&w), 3);
    assert_string_equal(told(&w),
                        "{\"deeds\":[{\"do\":\"CreateServerGroup\",\"done\":1,\"skipped\":0},"
                        "{\"do\":\"CreateServerGroup\",\"done\":2,\"skipped\":0}],"
                        "\"edits\":{\"every_ms\":0,\"done\":0,\"skipped\":0}}");
}

static void test_deeds_come_after_calls(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_open(&w, "- { after_call: 2, every_calls: 3, times: 2, " CREATE " }\n");
    static const int wanted[] = { 0, 1, 1, 1, 2, 2, 2, 2, 2 };
    for (size_t i = 0; i < COUNT(wanted); i++) {
        client_calls(&w);
        assert_int_equal(groups(&w), wanted[i]);
    }
}

static void test_a_deed_on_what_is_not_there_is_skipped(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_open(&w, "- { at_ms: 5, do: DeleteRule, params: { RuleId: '${any rule}' } }\n");
    mock_advance(w.mock, 5);
    assert_non_null(strstr(told(&w), "\"done\":0,\"skipped\":1"));
}

static void test_a_new_script_takes_the_place_of_the_old_one(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct error err = { 0 };
    static const char bad[] = "[{do: A, whenever: 1}]", none[] = "{edits: {every_ms: 50}}";
    world_open(&w, "- { at_ms: 10, " CREATE " }\n");
    assert_false(console_read(mock_console(w.mock), bad, strlen(bad), 0, &err));
    mock_advance(w.mock, 10);
    assert_int_equal(groups(&w), 1);
    int64_t now = mock_now_ms(w.mock);
    assert_true(console_read(mock_console(w.mock), none, strlen(none), now, &err));
    mock_advance(w.mock, 100);
    assert_non_null(strstr(told(&w), "\"edits\":{\"every_ms\":50,\"done\":2,"));
    console_clear(mock_console(w.mock));
    mock_advance(w.mock, 100);
    assert_non_null(strstr(told(&w), "\"edits\":{\"every_ms\":0,\"done\":0,"));
}

/* A world edited at random for a while, as text. */
static const char *edited(struct arena *a, uint64_t seed)
{
    struct world w CLEANUP(world_done);
    struct error err = { 0 };
    cJSON *json CLEANUP(json_done) = NULL;
    world_open(&w, arena_fmt(a, "{seed: %d, edits: {every_ms: 700}}", (int)seed));
    console_clear(mock_console(w.mock));
    world_fill(&w);
    console_edit_every(mock_console(w.mock), 700, mock_now_ms(w.mock));
    mock_advance(w.mock, 21000);
    assert_non_null(strstr(told(&w), "\"done\":30,\"skipped\":0"));
    assert_true(cloud_export(mock_cloud(w.mock), &json, &err));
    return json_canonical(a, json);
}

static void test_random_edits_follow_the_seed(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    const char *once = edited(&a, 3);
    assert_string_equal(edited(&a, 3), once);
    assert_string_not_equal(edited(&a, 4), once);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deeds_come_at_their_times),
        cmocka_unit_test(test_deeds_come_after_calls),
        cmocka_unit_test(test_a_deed_on_what_is_not_there_is_skipped),
        cmocka_unit_test(test_a_new_script_takes_the_place_of_the_old_one),
        cmocka_unit_test(test_random_edits_follow_the_seed),
    };
    return cmocka_run_group_tests_name("mock_console/console", tests, NULL, NULL);
}
