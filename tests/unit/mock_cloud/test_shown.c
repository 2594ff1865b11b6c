/* test_shown.c - texts that are kept from one list to the next: never other than what the
 * list would say without them. */
#include "world.h"

#include "mock-server/cloud/cloud_priv.h"

/* The reply to a list as text, with its lists raw or as trees. */
static char *list_text(struct world *w, bool raw, const char *text)
{
    cJSON *params = quoted(&w->arena, text);
    const struct cloud_call c = { .product = "alb",
                                  .action = "ListRules",
                                  .region = "cn-hangzhou",
                                  .request_id = "R",
                                  .params = params,
                                  .raw = raw };
    struct buf b CLEANUP(buf_done) = { 0 };
    cloud_execute(w->cloud, &w->arena, w->now_ms, &c, &w->last);
    ok(w);
    json_write(&b, w->last.body, false);
    cJSON_Delete(w->last.body);
    cJSON_Delete(params);
    return buf_keep(&b, &w->arena);
}

/* Is a list as text what it is as a tree, both when nothing is kept and when all is? */
static void same_lists(struct world *w)
{
    const char *filters[] = { "{'MaxResults':100}", "{'MaxResults':100,'Direction':'Response'}",
                              arena_fmt(&w->arena, "{'ListenerIds':['%s']}", w->listener),
                              arena_fmt(&w->arena, "{'LoadBalancerIds':['%s']}", w->lb),
                              arena_fmt(&w->arena, "{'RuleIds':['%s'],'ListenerIds':['%s']}",
                                        w->rule, w->listener) };
    for (size_t i = 0; i < COUNT(filters); i++) {
        const char *tree = list_text(w, false, filters[i]);
        assert_string_equal(list_text(w, true, filters[i]), tree);
        assert_string_equal(list_text(w, true, filters[i]), tree);
    }
}

static const cJSON *add_some(struct world *w, uint64_t n)
{
    return call(w, "CreateRule",
                "{'ListenerId':'%s','RuleName':'rule-%d','Priority':%d,'Tag':[{'Key':'k','Value':'"
                "v'}],'RuleConditions':[" HOST(
                    "a.example.com") "],'RuleActions':[{'Type':"
                                     "'InsertHeader','Order':1,'InsertHeaderConfig':{'Key':'X-A','"
                                     "Value':'b','ValueType'"
                                     ":'UserDefined','CoverEnabled':true}}," TO_GROUP "]}",
                w->listener, (int)(n % 100), (int)(n % 30) + 1, w->group);
}

/* Something that changes what lists of rules show, or is refused half done. */
static void do_something(struct world *w, uint64_t n)
{
    const cJSON *body = NULL;
    switch (n % 8) {
    case 0:
    case 1:
        body = add_some(w, n / 8);
        if (body)
            keep(w->rule, body, "RuleId");
        break;
    case 2:
        (void)call(w, "UpdateRuleAttribute", "{'RuleId':'%s','RuleName':'other-%d'}", w->rule,
                   (int)(n / 8 % 50));
        break;
    case 3:
        (void)call(w, "UpdateRulesAttribute",
                   "{'Rules':[{'RuleId':'%s','RuleName':'half-done'},{'RuleId':'rule-none'}]}",
                   w->rule);
        break;
    case 4:
        (void)call(w, "TagResources",
                   "{'ResourceType':'rule','ResourceId':['%s'],'Tag':[{'Key':'k','Value':'%d'}]}",
                   w->rule, (int)(n / 8 % 5));
        break;
    case 5:
        (void)call(w, "UnTagResources",
                   "{'ResourceType':'rule','ResourceId':['%s'],'TagKey':['k']}", w->rule);
        break;
    case 6:
        (void)call(w, "DeleteRule", "{'RuleId':'%s','DryRun':%s}", w->rule,
                   n / 8 % 2 ? "true" : "false");
        break;
    default: w->now_ms += (int64_t)(n / 8 % 3) * PENDING_MS / 2; break;
    }
}

static void test_text_is_what_the_tree_is_after_any_change(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    struct rng rng = { 7 };
    for (int i = 0; i < 300; i++) {
        do_something(&w, rng_next(&rng) >> 8);
        same_lists(&w);
    }
    ok(&w);
}

static void test_import_forgets_what_was_shown(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    struct error err;
    cJSON *state_before = NULL;
    world_new(&w);
    setup_rule(&w);
    same_lists(&w);
    assert_true(cloud_export(w.cloud, &state_before, &err));
    assert_non_null(call(&w, "UpdateRuleAttribute", "{'RuleId':'%s','RuleName':'later'}", w.rule));
    same_lists(&w);
    assert_true(cloud_import(w.cloud, state_before, &err));
    same_lists(&w);
    assert_null(strstr(list_text(&w, true, "{'MaxResults':100}"), "later"));
    cJSON_Delete(state_before);
}

static void test_deleting_a_load_balancer_empties_the_list(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_rule(&w);
    same_lists(&w);
    assert_non_null(call(&w, "DeleteListener", "{'ListenerId':'%s'}", w.listener));
    assert_non_null(strstr(list_text(&w, true, "{'MaxResults':100}"), "\"Deleting\""));
    same_lists(&w);
    settle(&w);
    assert_string_equal(list_text(&w, true, "{'MaxResults':100}"),
                        "{\"Rules\":[],\"MaxResults\":100,\"TotalCount\":0}");
}

static void test_a_place_holds_one_text(void **state)
{
    (void)state;
    struct arena a CLEANUP(arena_done) = { 0 };
    struct shown *s = shown_new(&a);
    struct shown_text got;
    const struct shown_text one = { "one", 3 }, other = { "other", 5 };
    assert_false(shown_get(s, 0, &got));
    shown_put(s, 5, &one);
    assert_true(shown_get(s, 5, &got));
    assert_string_equal(got.text, "one");
    assert_false(shown_get(s, 5 + 16384, &got));
    shown_put(s, 5 + 16384, &other);
    assert_false(shown_get(s, 5, &got));
    assert_true(shown_get(s, 5 + 16384, &got));
    assert_string_equal(got.text, "other");
    assert_int_equal(got.len, 5);
    shown_forget(s, 5);
    assert_true(shown_get(s, 5 + 16384, &got));
    shown_forget(s, 5 + 16384);
    assert_false(shown_get(s, 5 + 16384, &got));
    shown_put(s, 1, &one);
    shown_clear(s);
    assert_false(shown_get(s, 1, &got));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_what_the_tree_is_after_any_change),
        cmocka_unit_test(test_import_forgets_what_was_shown),
        cmocka_unit_test(test_deleting_a_load_balancer_empties_the_list),
        cmocka_unit_test(test_a_place_holds_one_text),
    };
    return cmocka_run_group_tests_name("mock_cloud/shown", tests, NULL, NULL);
}
