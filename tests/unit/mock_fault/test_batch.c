/* test_batch.c - what is left of a batch, and what a call was about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alb-agent/json.h"
#include "mock-server/fault/fault.h"

static cJSON *parse(const char *text)
{
    cJSON *json = NULL;
    struct error err = { 0 };
    if (!json_parse(text, strlen(text), &json, &err))
        fail_msg("%s: %s", text, err.msg);
    return json;
}

static void test_a_batch_keeps_its_first_elements(void **state)
{
    (void)state;
    static const struct {
        const char *action, *params;
        int64_t count;
        size_t kept;
        const char *left;
    } cases[] = {
        { "CreateRules", "{\"Rules\":[1,2,3,4,5]}", 2, 2, "{\"Rules\":[1,2]}" },
        { "CreateRules", "{\"Rules\":[1,2,3,4,5]}", 0, 2, "{\"Rules\":[1,2]}" },
        { "CreateRules", "{\"Rules\":[1,2]}", 2, 2, "{\"Rules\":[1,2]}" },
        { "CreateRules", "{\"Rules\":[1,2]}", 9, 2, "{\"Rules\":[1,2]}" },
        { "CreateRules", "{\"Rules\":[1]}", 0, 0, "{\"Rules\":[1]}" },
        { "DeleteRules", "{\"RuleIds\":[\"a\",\"b\"]}", 0, 1, "{\"RuleIds\":[\"a\"]}" },
        /* What is added comes before what is removed. */
        { "ReplaceServersInServerGroup", "{\"AddedServers\":[1,2],\"RemovedServers\":[3,4]}", 3, 3,
          "{\"AddedServers\":[1,2],\"RemovedServers\":[3]}" },
        { "ReplaceServersInServerGroup", "{\"AddedServers\":[1,2],\"RemovedServers\":[3,4]}", 2, 2,
          "{\"AddedServers\":[1,2]}" },
        /* Tags are no elements of the batch, resources are. */
        { "TagResources", "{\"ResourceId\":[\"a\",\"b\"],\"Tag\":[1,2,3]}", 1, 1,
          "{\"ResourceId\":[\"a\"],\"Tag\":[1,2,3]}" },
        { "DeleteListener", "{\"ListenerId\":\"l\"}", 0, 0, "{\"ListenerId\":\"l\"}" },
        { "DeleteListener", "{\"ListenerId\":\"l\"}", 1, 1, "{\"ListenerId\":\"l\"}" },
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct arena a CLEANUP(arena_done) = { 0 };
        cJSON *params CLEANUP(json_done) = parse(cases[i].params);
        assert_int_equal(fault_cut(cases[i].action, params, cases[i].count), cases[i].kept);
        assert_string_equal(json_canonical(&a, params), cases[i].left);
    }
}

static const char *changed(struct arena *a, const char *params, const char *reply)
{
    struct buf b CLEANUP(buf_done) = { 0 };
    cJSON *p CLEANUP(json_done) = parse(params), *r CLEANUP(json_done) = parse(reply);
    fault_ids ids = { 0 };
    fault_changed(a, p, r, &ids);
    for (size_t i = 0; i < ids.len; i++)
        buf_addf(&b, "%s%s", i ? " " : "", ids.items[i]);
    return buf_keep(&b, a);
}

static void test_what_changed_is_in_the_reply_or_else_in_the_parameters(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    assert_string_equal(
        changed(&a, "{\"LoadBalancerId\":\"alb-1\"}", "{\"ListenerId\":\"lsn-1\",\"JobId\":\"j\"}"),
        "lsn-1");
    assert_string_equal(
        changed(&a, "{}", "{\"RuleIds\":[{\"RuleId\":\"r1\"},{\"RuleId\":\"r2\"}]}"), "r1 r2");
    assert_string_equal(changed(&a, "{\"RuleIds\":[\"r1\",\"r2\"]}", "{\"JobId\":\"j\"}"), "r1 r2");
    /* The group that a rule forwards to is only mentioned. */
    assert_string_equal(changed(&a,
                                "{\"RuleId\":\"r1\",\"RuleActions\":[{\"ForwardGroupConfig\":"
                                "{\"ServerGroupTuples\":[{\"ServerGroupId\":\"sgp-1\"}]}}]}",
                                "{}"),
                        "r1");
    assert_string_equal(changed(&a, "{\"VpcId\":\"vpc-1\"}", "{}"), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_batch_keeps_its_first_elements),
        cmocka_unit_test(test_what_changed_is_in_the_reply_or_else_in_the_parameters),
    };
    return cmocka_run_group_tests_name("mock_fault/batch", tests, NULL, NULL);
}
