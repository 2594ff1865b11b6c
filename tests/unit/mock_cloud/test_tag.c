/* test_tag.c - tags (alb-semantics.md §9). */
#include "world.h"

static const cJSON *tag(struct world *w, const char *tags)
{
    return call(w, "TagResources", "{'ResourceType':'servergroup','ResourceId':['%s'],'Tag':[%s]}",
                w->group, tags);
}

static const cJSON *list(struct world *w)
{
    return call(w, "ListTagResources", "{'ResourceType':'servergroup','ResourceId':['%s']}",
                w->group);
}

static void test_tags_are_set_overwritten_and_removed(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ",'Tag':[{'Key':'a','Value':'1'}]"));
    tag(&w, "{'Key':'b','Value':'2'},{'Key':'a','Value':'3'},{'Key':'c'}");
    ok(&w);
    assert_null(w.last.job_id);
    const cJSON *pairs = list(&w);
    assert_int_equal(count(pairs, "TagResources"), 3);
    assert_null(json_get(pairs, "TotalCount"));
    const cJSON *pair = first(pairs, "TagResources");
    assert_string_equal(json_str(pair, "TagKey"), "a");
    assert_string_equal(json_str(pair, "TagValue"), "3");
    assert_string_equal(json_str(pair, "ResourceId"), w.group);
    assert_string_equal(json_str(pair, "ResourceType"), "servergroup");
    assert_string_equal(json_str(first(the_group(&w), "Tags"), "Value"), "3");
    call(&w, "UnTagResources",
         "{'ResourceType':'servergroup','ResourceId':['%s'],'TagKey':['a','nosuch']}", w.group);
    ok(&w);
    assert_int_equal(count(list(&w), "TagResources"), 2);
    call(&w, "UnTagResources",
         "{'ResourceType':'servergroup','ResourceId':['%s'],'All':true,'TagKey':['b']}", w.group);
    ok(&w);
    assert_int_equal(count(list(&w), "TagResources"), 0);
}

static void test_keys_and_values_are_checked(void **state)
{
    (void)state;
    static const struct {
        const char *tags, *code;
    } rows[] = {
        { "{'Key':'acs:x','Value':'1'}", "IllegalParam.TagKey" },
        { "{'Key':'aliyun-x','Value':'1'}", "IllegalParam.TagKey" },
        { "{'Key':'x','Value':'http://y'}", "IllegalParam.TagValue" },
        { "{'Key':'x','Value':'1'},{'Key':'x','Value':'2'}", "DuplicatedParam.TagKey" },
        { "{'Value':'1'}", "MissingParam.TagKey" },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ""));
    for (size_t i = 0; i < COUNT(rows); i++) {
        tag(&w, rows[i].tags);
        refused(&w, 400, rows[i].code);
        call(&w, "CreateServerGroup",
             "{'ServerGroupName':'ab','VpcId':'vpc-1','HealthCheckConfig':"
             "{'HealthCheckEnabled':true},'Tag':[%s]}",
             rows[i].tags);
        refused(&w, 400, rows[i].code);
    }
    tag(&w, "{'Key':'ingress.k8s.alibaba/albconfig','Value':'ns/name'}");
    ok(&w);
}

static void test_a_resource_has_twenty_tags(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ""));
    for (int i = 0; i < 20; i++) {
        tag(&w, arena_fmt(&w.arena, "{'Key':'k%d','Value':'v'}", i));
        ok(&w);
    }
    tag(&w, "{'Key':'k20','Value':'v'}");
    refused(&w, 400, "ResourceQuotaExceeded.TagNum");
    tag(&w, "{'Key':'k19','Value':'other'}");
    ok(&w);
    assert_int_equal(json_int(list(&w), "MaxResults", 0), 20);
}

static void test_resources_must_exist_and_all_of_them(void **state)
{
    (void)state;
    static const struct {
        const char *type, *id, *code;
    } rows[] = {
        { "loadbalancer", "alb-nosuch", "ResourceNotFound.LoadBalancer" },
        { "servergroup", "sgp-nosuch", "ResourceNotFound.ServerGroup" },
        { "acl", "acl-nosuch", "ResourceNotFound.Acl" },
        { "securitypolicy", "spy-nosuch", "ResourceNotFound.SecurityPolicy" },
    };
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("first", ""));
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *text = arena_fmt(&w.arena,
                                     "{'ResourceType':'%s','ResourceId':['%s'],'TagKey':['k'],"
                                     "'Tag':[{'Key':'k','Value':'v'}]}",
                                     rows[i].type, rows[i].id);
        call_text(&w, "TagResources", text);
        refused(&w, 404, rows[i].code);
        call_text(&w, "UnTagResources", text);
        refused(&w, 404, rows[i].code);
        call_text(&w, "ListTagResources", text);
        refused(&w, 404, rows[i].code);
    }
    call(&w, "TagResources",
         "{'ResourceType':'servergroup','ResourceId':['%s','sgp-nosuch'],"
         "'Tag':[{'Key':'k','Value':'v'}]}",
         w.group);
    refused(&w, 404, "ResourceNotFound.ServerGroup");
    assert_int_equal(count(list(&w), "TagResources"), 0);
    call_text(&w, "ListTagResources", "{'ResourceType':'servergroup'}");
    refused(&w, 400, "MissingParam.ResourceId");
}

static void test_pairs_are_found_by_tags(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("one", ",'Tag':[{'Key':'a','Value':'1'},{'Key':'b','Value':'1'}]"));
    setup_group(&w, GROUP("two", ",'Tag':[{'Key':'a','Value':'2'}]"));
    assert_int_equal(
        count(call(&w, "ListTagResources", "{'ResourceType':'servergroup','Tag':[{'Key':'a'}]}"),
              "TagResources"),
        3);
    assert_int_equal(count(call(&w, "ListTagResources",
                                "{'ResourceType':'servergroup','Tag':[{'Key':'a','Value':'2'}]}"),
                           "TagResources"),
                     1);
    const cJSON *keys = call(&w, "ListTagKeys", "{'ResourceType':'servergroup'}");
    assert_int_equal(json_int(keys, "TotalCount", 0), 2);
    assert_string_equal(json_str(first(keys, "TagKeys"), "TagKey"), "a");
    assert_string_equal(json_str(first(keys, "TagKeys"), "Category"), "Custom");
    assert_int_equal(
        count(call(&w, "ListTagKeys", "{'ResourceType':'servergroup','Category':'System'}"),
              "TagKeys"),
        0);
    assert_int_equal(
        count(call(&w, "ListTagKeys", "{'ResourceType':'servergroup','Keyword':'b'}"), "TagKeys"),
        1);
    const cJSON *values = call(&w, "ListTagValues", "{'TagKey':'a'}");
    assert_int_equal(count(values, "TagValues"), 2);
    assert_string_equal(first(values, "TagValues")->valuestring, "1");
}

static void test_tags_go_with_their_resource(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("one", ",'Tag':[{'Key':'a','Value':'1'}]"));
    call(&w, "DeleteServerGroup", "{'ServerGroupId':'%s'}", w.group);
    settle(&w);
    assert_int_equal(count(call(&w, "ListTagKeys", "{'ResourceType':'servergroup'}"), "TagKeys"),
                     0);
}

static void test_a_resource_moves_to_another_group(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_group(&w, GROUP("one", ""));
    call(&w, "MoveResourceGroup",
         "{'ResourceType':'servergroup','ResourceId':'%s','NewResourceGroupId':'rg-2'}", w.group);
    ok(&w);
    assert_string_equal(json_str(the_group(&w), "ResourceGroupId"), "rg-2");
    call(&w, "MoveResourceGroup",
         "{'ResourceType':'servergroup','ResourceId':'%s','NewResourceGroupId':'none'}", w.group);
    refused(&w, 400, "NotExist.ResourceGroup");
    call(&w, "MoveResourceGroup",
         "{'ResourceType':'loadbalancer','ResourceId':'%s','NewResourceGroupId':'rg-2'}", w.group);
    refused(&w, 404, "ResourceNotFound.LoadBalancer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tags_are_set_overwritten_and_removed),
        cmocka_unit_test(test_keys_and_values_are_checked),
        cmocka_unit_test(test_a_resource_has_twenty_tags),
        cmocka_unit_test(test_resources_must_exist_and_all_of_them),
        cmocka_unit_test(test_pairs_are_found_by_tags),
        cmocka_unit_test(test_tags_go_with_their_resource),
        cmocka_unit_test(test_a_resource_moves_to_another_group),
    };
    return cmocka_run_group_tests_name("mock_cloud/tag", tests, NULL, NULL);
}
