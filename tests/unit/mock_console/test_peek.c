/* test_peek.c - what somebody sees in the console. */
#include "world.h"

static void test_each_kind_is_seen(void **state)
{
    (void)state;
    static const struct {
        const char *kind;
        int n;
    } cases[] = { { "load_balancer", 1 },
                  { "listener", 1 },
                  { "rule", 1 },
                  { "server_group", 2 },
                  { "server", 1 },
                  { "acl", 0 },
                  { "security_policy", 0 },
                  { "health_check_template", 0 } };
    struct world w CLEANUP(world_done);
    world_open(&w, NULL);
    world_fill(&w);
    const struct peek p = peek_at(&w);
    for (size_t i = 0; i < COUNT(cases); i++) {
        cJSON *all CLEANUP(json_done) = peek_all(&p, peek_kind_named(cases[i].kind), NULL);
        assert_int_equal(cJSON_GetArraySize(all), cases[i].n);
    }
    assert_null(peek_kind_named("cloud"));
}

static void test_all_pages_are_read_and_parents_looked_at(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_open(&w, NULL);
    for (int i = 0; i < 101; i++)
        (void)act(&w, "CreateServerGroup",
                  arena_fmt(&w.arena,
                            "ServerGroupName=g-%d&VpcId=vpc-%d&HealthCheckConfig."
                            "HealthCheckEnabled=false",
                            i, i % 2));
    const struct peek p = peek_at(&w);
    cJSON *all CLEANUP(json_done) = peek_all(&p, peek_kind_named("server_group"), NULL);
    assert_int_equal(cJSON_GetArraySize(all), 101);
    cJSON *odd CLEANUP(json_done) = peek_all(&p, peek_kind_named("server_group"), "vpc-1");
    assert_int_equal(cJSON_GetArraySize(odd), 50);
    cJSON *none CLEANUP(json_done) = cJSON_CreateArray();
    assert_null(peek_any(&p, none));
    assert_non_null(peek_any(&p, all));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_is_seen),
        cmocka_unit_test(test_all_pages_are_read_and_parents_looked_at),
    };
    return cmocka_run_group_tests_name("mock_console/peek", tests, NULL, NULL);
}
