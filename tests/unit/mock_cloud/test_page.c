/* test_page.c - pages: every element once, in order of creation (alb-semantics.md §8). */
#include "world.h"

enum { GROUPS = 25 };

static void make_groups(struct world *w)
{
    world_new(w);
    for (int i = 0; i < GROUPS; i++) {
        call(w, "CreateServerGroup",
             "{'ServerGroupName':'group-%02d','VpcId':'vpc-1','HealthCheckConfig':"
             "{'HealthCheckEnabled':true}}",
             i);
        ok(w);
    }
}

static void test_pages_cover_all_once_in_order(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    make_groups(&w);
    const char *token = NULL;
    int seen = 0;
    int pages = 0;
    do {
        const cJSON *body =
            call(&w, "ListServerGroups", "{'MaxResults':10%s%s%s}", token ? ",'NextToken':'" : "",
                 token ? token : "", token ? "'" : "");
        ok(&w);
        assert_int_equal(json_int(body, "TotalCount", 0), GROUPS);
        assert_int_equal(json_int(body, "MaxResults", 0), 10);
        const cJSON *g = NULL;
        cJSON_ArrayForEach (g, json_get(body, "ServerGroups"))
            assert_string_equal(json_str(g, "ServerGroupName"),
                                arena_fmt(&w.arena, "group-%02d", seen++));
        token = json_str(body, "NextToken");
        pages++;
    } while (token);
    assert_int_equal(seen, GROUPS);
    assert_int_equal(pages, 3);
}

static void test_a_full_last_page_has_no_next_token(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    make_groups(&w);
    const cJSON *body = call(&w, "ListServerGroups", "{'MaxResults':25}");
    assert_int_equal(count(body, "ServerGroups"), GROUPS);
    assert_null(json_get(body, "NextToken"));
    body = call(&w, "ListServerGroups", "{}");
    assert_int_equal(count(body, "ServerGroups"), 20); /* the default */
    assert_non_null(json_str(body, "NextToken"));
}

static void test_a_token_stays_good_when_elements_go(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    make_groups(&w);
    settle(&w);
    const cJSON *body = call(&w, "ListServerGroups", "{'MaxResults':2}");
    const char *token = json_str(body, "NextToken");
    const cJSON *last = cJSON_GetArrayItem(json_get(body, "ServerGroups"), 1);
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", json_str(last, "ServerGroupId"));
    settle(&w);
    body = call(&w, "ListServerGroups", "{'MaxResults':2,'NextToken':'%s'}", token);
    assert_string_equal(json_str(first(body, "ServerGroups"), "ServerGroupName"), "group-02");
}

static void test_a_token_of_somebody_else_is_refused(void **state)
{
    (void)state;
    static const char *const tokens[] = { "x", "00000000000000000000", "0000123456789abcdef0",
                                          "ffffffffffffffffffff" };
    struct world w CLEANUP(world_done);
    make_groups(&w);
    for (size_t i = 0; i < COUNT(tokens); i++) {
        call(&w, "ListServerGroups", "{'NextToken':'%s'}", tokens[i]);
        refused(&w, 400, "IllegalParam.NextToken");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pages_cover_all_once_in_order),
        cmocka_unit_test(test_a_full_last_page_has_no_next_token),
        cmocka_unit_test(test_a_token_stays_good_when_elements_go),
        cmocka_unit_test(test_a_token_of_somebody_else_is_refused),
    };
    return cmocka_run_group_tests_name("mock_cloud/page", tests, NULL, NULL);
}
