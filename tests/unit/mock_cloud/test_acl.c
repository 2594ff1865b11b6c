/* test_acl.c - ACLs and their entries. */
#include "world.h"

static char acl[32];

static void setup(struct world *w)
{
    world_new(w);
    keep(acl, call_text(w, "CreateAcl", "{'AclName':'office'}"), "AclId");
    settle(w);
}

static const cJSON *the_acl(struct world *w)
{
    return first(call(w, "ListAcls", "{'AclIds':['%s']}", acl), "Acls");
}

static const cJSON *entries(struct world *w)
{
    return call(w, "ListAclEntries", "{'AclId':'%s'}", acl);
}

static const cJSON *add(struct world *w, const char *list)
{
    return call(w, "AddEntriesToAcl", "{'AclId':'%s','AclEntries':[%s]}", acl, list);
}

static void test_an_acl_is_created_and_becomes_available(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    const cJSON *body =
        call_text(&w, "CreateAcl",
                  "{'AclName':'office','ResourceGroupId':'rg-2','Tag':[{'Key':'k','Value':'v'}]}");
    keep(acl, body, "AclId");
    assert_int_equal(strlen(acl), 22);
    assert_memory_equal(acl, "acl-", 4);
    const cJSON *a = the_acl(&w);
    assert_string_equal(json_str(a, "AclStatus"), "Creating");
    assert_string_equal(json_str(a, "AddressIPVersion"), "IPv4");
    assert_string_equal(json_str(a, "ResourceGroupId"), "rg-2");
    assert_string_equal(json_str(first(a, "Tags"), "Key"), "k");
    call(&w, "UpdateAclAttribute", "{'AclId':'%s','AclName':'other'}", acl);
    refused(&w, 400, "IncorrectStatus.Acl");
    settle(&w);
    assert_string_equal(json_str(the_acl(&w), "AclStatus"), "Available");
    assert_string_equal(job_status(&w, json_str(body, "JobId")), "Succeeded");
    call(&w, "UpdateAclAttribute", "{'AclId':'%s','AclName':'other'}", acl);
    ok(&w);
    assert_null(w.last.job_id);
    a = the_acl(&w);
    assert_string_equal(json_str(a, "AclName"), "other");
    assert_string_equal(json_str(a, "AclStatus"), "Available");
}

static void test_lists_filter(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    call_text(&w, "CreateAcl", "{'AclName':'home','ResourceGroupId':'rg-2'}");
    assert_int_equal(count(call_text(&w, "ListAcls", "{}"), "Acls"), 2);
    assert_int_equal(count(call_text(&w, "ListAcls", "{'AclNames':['home']}"), "Acls"), 1);
    assert_int_equal(count(call_text(&w, "ListAcls", "{'ResourceGroupId':'rg-2'}"), "Acls"), 1);
    assert_int_equal(count(call_text(&w, "ListAcls", "{'AclIds':['acl-nosuch']}"), "Acls"), 0);
    const cJSON *page = call_text(&w, "ListAcls", "{'MaxResults':1}");
    assert_int_equal(json_int(page, "TotalCount", 0), 2);
    assert_non_null(json_str(page, "NextToken"));
    assert_null(call_product(&w, "alb", "ListAclEntries", "cn-beijing",
                             arena_fmt(&w.arena, "{'AclId':'%s'}", acl)));
    refused(&w, 404, "ResourceNotFound.Acl");
}

static void test_entries_come_and_go_in_time(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    const cJSON *body =
        add(&w, "{'Entry':'10.0.0.0/8','Description':'inside'},{'Entry':'192.0.2.1'}");
    ok(&w);
    assert_string_equal(json_str(the_acl(&w), "AclStatus"), "Configuring");
    const cJSON *e = first(entries(&w), "AclEntries");
    assert_string_equal(json_str(e, "Entry"), "10.0.0.0/8");
    assert_string_equal(json_str(e, "Description"), "inside");
    assert_string_equal(json_str(e, "Status"), "Adding");
    add(&w, "{'Entry':'10.1.0.0/16'}");
    refused(&w, 400, "IncorrectStatus.Acl");
    settle(&w);
    assert_string_equal(job_status(&w, json_str(body, "JobId")), "Succeeded");
    assert_string_equal(json_str(first(entries(&w), "AclEntries"), "Status"), "Available");
    call(&w, "RemoveEntriesFromAcl", "{'AclId':'%s','Entries':['10.0.0.0/8']}", acl);
    ok(&w);
    assert_string_equal(json_str(first(entries(&w), "AclEntries"), "Status"), "Removing");
    settle(&w);
    assert_int_equal(json_int(entries(&w), "TotalCount", -1), 1);
    assert_string_equal(json_str(first(entries(&w), "AclEntries"), "Entry"), "192.0.2.1");
}

static void test_entries_are_refused(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    add(&w, "{'Entry':'10.0.0.0/8'}");
    settle(&w);
    add(&w, "{'Entry':'10.0.0.0/8'}");
    refused(&w, 400, "ResourceAlreadyExist.AclEntry");
    add(&w, "{'Entry':'10.2.0.0/16'},{'Entry':'10.2.0.0/16'}");
    refused(&w, 400, "ResourceAlreadyExist.AclEntry");
    add(&w, "{'Entry':'10.0.0.0/33'}");
    refused(&w, 400, "IllegalParam.Entry");
    add(&w, "{'Entry':'fd00::/8'}");
    refused(&w, 400, "IllegalParam.Entry");
    call(&w, "RemoveEntriesFromAcl", "{'AclId':'%s','Entries':['10.9.0.0/16']}", acl);
    refused(&w, 404, "ResourceNotFound.AclEntry");
    assert_int_equal(count(entries(&w), "AclEntries"), 1);
    call(&w, "AddEntriesToAcl", "{'AclId':'acl-no','AclEntries':[{'Entry':'10.0.0.0/8'}]}");
    refused(&w, 404, "ResourceNotFound.Acl");
}

static void test_a_renamed_acl_needs_a_name_of_its_own(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    char other[32];
    keep(acl, call_text(&w, "CreateAcl", "{'AclName':'office'}"), "AclId");
    keep(other, call_text(&w, "CreateAcl", "{'AclName':'office'}"), "AclId");
    settle(&w);
    call(&w, "UpdateAclAttribute", "{'AclId':'%s','AclName':'office'}", other);
    refused(&w, 400, "Conflict.Acl");
    call(&w, "UpdateAclAttribute", "{'AclId':'%s','AclName':'home'}", other);
    ok(&w);
    call(&w, "UpdateAclAttribute", "{'AclId':'%s','AclName':'home'}", other);
    ok(&w);
}

static void test_a_deleted_acl_takes_its_entries_along(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w);
    add(&w, "{'Entry':'10.0.0.0/8'}");
    settle(&w);
    call(&w, "DeleteAcl", "{'AclId':'%s'}", acl);
    ok(&w);
    assert_string_equal(json_str(the_acl(&w), "AclStatus"), "Deleting");
    call(&w, "DeleteAcl", "{'AclId':'%s'}", acl);
    refused(&w, 400, "IncorrectStatus.Acl");
    settle(&w);
    assert_null(the_acl(&w));
    entries(&w);
    refused(&w, 404, "ResourceNotFound.Acl");
}

static void test_quotas(void **state)
{
    (void)state;
    struct cloud_quota quotas[] = { { "acls_num", 1 }, { "acl_entries_num", 2 } };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = quotas, .n_quotas = COUNT(quotas)
    };
    struct world w CLEANUP(world_done);
    world_open(&w, &config);
    keep(acl, call_text(&w, "CreateAcl", "{}"), "AclId");
    settle(&w);
    call_text(&w, "CreateAcl", "{}");
    refused(&w, 400, "QuotaExceeded.AclsNum");
    add(&w, "{'Entry':'10.0.0.0/8'},{'Entry':'10.1.0.0/16'},{'Entry':'10.2.0.0/16'}");
    refused(&w, 400, "ResourceQuotaExceeded.AclEntriesNum");
    add(&w, "{'Entry':'10.0.0.0/8'},{'Entry':'10.1.0.0/16'}");
    ok(&w);
}

static void test_dry_run_token_and_resource_group(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    call_text(&w, "CreateAcl", "{'AclName':'office','DryRun':true}");
    refused(&w, 400, "DryRunOperation");
    call_text(&w, "CreateAcl", "{'ResourceGroupId':'none'}");
    refused(&w, 400, "NotExist.ResourceGroup");
    const char *again = "{'AclName':'office','ClientToken':'t-1'}";
    const char *id = json_str(call_text(&w, "CreateAcl", again), "AclId");
    assert_string_equal(json_str(call_text(&w, "CreateAcl", again), "AclId"), id);
    assert_int_equal(count(call_text(&w, "ListAcls", "{}"), "Acls"), 1);
    call(&w, "TagResources",
         "{'ResourceType':'acl','ResourceId':['%s'],'Tag':[{'Key':'k','Value':'v'}]}", id);
    ok(&w);
    assert_int_equal(count(call_text(&w, "ListAcls", "{'Tag':[{'Key':'k','Value':'v'}]}"), "Acls"),
                     1);
    call(&w, "MoveResourceGroup",
         "{'ResourceType':'acl','ResourceId':'%s','NewResourceGroupId':'rg-9'}", id);
    ok(&w);
    assert_int_equal(count(call_text(&w, "ListAcls", "{'ResourceGroupId':'rg-9'}"), "Acls"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_acl_is_created_and_becomes_available),
        cmocka_unit_test(test_lists_filter),
        cmocka_unit_test(test_entries_come_and_go_in_time),
        cmocka_unit_test(test_entries_are_refused),
        cmocka_unit_test(test_a_renamed_acl_needs_a_name_of_its_own),
        cmocka_unit_test(test_a_deleted_acl_takes_its_entries_along),
        cmocka_unit_test(test_quotas),
        cmocka_unit_test(test_dry_run_token_and_resource_group),
    };
    return cmocka_run_group_tests_name("mock_cloud/acl", tests, NULL, NULL);
}
