/* test_location.c - endpoints: the mock's own address, or the cloud's names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "world.h"

static const char *endpoint(struct world *w, const char *host, const char *type)
{
    const char *params = arena_fmt(
        &w->arena, "{\"Id\":\"cn-beijing\",\"ServiceCode\":\"alb\",\"Type\":\"%s\"}", type);
    w->host = host;
    assert_string_equal(ask(w, "location", "DescribeEndpoints", params), "ok");
    const cJSON *list = json_at(w->reply.body, "Endpoints.Endpoint");
    assert_int_equal(cJSON_GetArraySize(list), 1);
    return json_str(cJSON_GetArrayItem(list, 0), "Endpoint");
}

static void test_clients_are_sent_to_where_they_came(void **state)
{
    struct world *w = *state;
    assert_string_equal(endpoint(w, "127.0.0.1:8080", "openAPI"), "127.0.0.1:8080");
    assert_string_equal(endpoint(w, "location.aliyuncs.com", "openAPI"),
                        "alb.cn-beijing.aliyuncs.com");
    assert_string_equal(endpoint(w, "location.aliyuncs.com", "innerAPI"),
                        "alb-vpc.cn-beijing.aliyuncs.com");
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, world_setup, world_teardown)
    const struct CMUnitTest tests[] = { TEST(test_clients_are_sent_to_where_they_came) };
    return cmocka_run_group_tests_name("mock_companion/location", tests, NULL, NULL);
}
