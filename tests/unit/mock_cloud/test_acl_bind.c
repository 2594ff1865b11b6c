/* test_acl_bind.c - ACLs on listeners. */
#include "world.h"

static char acl[4][32];

static void setup(struct world *w, const struct cloud_config *config)
{
    world_open(w, config);
    setup_listener(w);
    for (size_t i = 0; i < COUNT(acl); i++)
        keep(acl[i], call_text(w, "CreateAcl", "{}"), "AclId");
    settle(w);
    for (size_t i = 0; i < COUNT(acl); i++)
        call(w, "AddEntriesToAcl", "{'AclId':'%s','AclEntries':[{'Entry':'10.%d.0.0/16'}]}", acl[i],
             (int)i);
    settle(w);
}

static const struct cloud_config plain = { .pending_ms = PENDING_MS, .seed = 1 };

static const cJSON *associate(struct world *w, const char *type, const char *id)
{
    return call(w, "AssociateAclsWithListener",
                "{'ListenerId':'%s','AclType':'%s','AclIds':['%s']}", w->listener, type, id);
}

static const cJSON *dissociate(struct world *w, const char *id)
{
    return call(w, "DissociateAclsFromListener", "{'ListenerId':'%s','AclIds':['%s']}", w->listener,
                id);
}

static const cJSON *config_of(struct world *w)
{
    return json_get(call(w, "GetListenerAttribute", "{'ListenerId':'%s'}", w->listener),
                    "AclConfig");
}

static const cJSON *related(struct world *w, const char *id)
{
    const cJSON *body = call(w, "ListAclRelations", "{'AclIds':['%s']}", id);
    return first(first(body, "AclRelations"), "RelatedListeners");
}

static void test_an_acl_is_associated_and_dissociated_in_time(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w, &plain);
    assert_null(config_of(&w));
    associate(&w, "White", acl[0]);
    ok(&w);
    assert_string_equal(listener_status(&w), "Configuring");
    const cJSON *r = related(&w, acl[0]);
    assert_string_equal(json_str(r, "Status"), "Associating");
    assert_string_equal(json_str(r, "ListenerId"), w.listener);
    assert_int_equal(json_int(r, "ListenerPort", 0), 80);
    assert_string_equal(json_str(r, "ListenerProtocol"), "HTTP");
    assert_string_equal(json_str(r, "LoadBalancerId"), w.lb);
    settle(&w);
    const cJSON *config = config_of(&w);
    assert_string_equal(json_str(config, "AclType"), "White");
    assert_string_equal(json_str(first(config, "AclRelations"), "AclId"), acl[0]);
    assert_string_equal(json_str(first(config, "AclRelations"), "Status"), "Associated");
    call(&w, "DeleteAcl", "{'AclId':'%s'}", acl[0]);
    refused(&w, 400, "ResourceInUse.Acl");
    dissociate(&w, acl[0]);
    ok(&w);
    assert_string_equal(json_str(related(&w, acl[0]), "Status"), "Dissociating");
    call(&w, "DeleteAcl", "{'AclId':'%s'}", acl[0]);
    refused(&w, 400, "ResourceInUse.Acl");
    settle(&w);
    assert_null(related(&w, acl[0]));
    assert_null(config_of(&w));
    assert_string_equal(listener_status(&w), "Running");
    call(&w, "DeleteAcl", "{'AclId':'%s'}", acl[0]);
    ok(&w);
}

static void test_refusals(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w, &plain);
    associate(&w, "White", "acl-nosuch");
    refused(&w, 404, "ResourceNotFound.Acl");
    dissociate(&w, acl[0]);
    refused(&w, 404, "ResourceNotAssociated.Acl");
    associate(&w, "White", acl[0]);
    ok(&w);
    associate(&w, "White", acl[1]);
    refused(&w, 400, "IncorrectStatus.Listener");
    dissociate(&w, acl[0]);
    refused(&w, 400, "ResourceInConfiguring");
    settle(&w);
    associate(&w, "White", acl[0]);
    refused(&w, 400, "ResourceInUse.Acl");
    associate(&w, "Black", acl[1]);
    refused(&w, 400, "OperationDenied.AclNotSupport");
    call(&w, "AddEntriesToAcl", "{'AclId':'%s','AclEntries':[{'Entry':'10.0.0.0/16'}]}", acl[1]);
    associate(&w, "White", acl[1]);
    refused(&w, 400, "IncorrectStatus.Acl");
    settle(&w);
    associate(&w, "White", acl[1]);
    refused(&w, 400, "ResourceAlreadyExist.AclEntry");
    call(&w, "ListAclRelations", "{'AclIds':['acl-nosuch']}");
    refused(&w, 404, "ResourceNotFound.Acl");
}

static void test_an_acl_is_locked_while_another_listener_takes_it(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    char other[32];
    setup(&w, &plain);
    associate(&w, "White", acl[0]);
    const cJSON *body =
        call(&w, "CreateListener",
             "{'LoadBalancerId':'%s','ListenerPort':81,'ListenerProtocol':'HTTP'," FORWARD "}",
             w.lb, w.group);
    keep(other, body, "ListenerId");
    settle(&w);
    call(&w, "AssociateAclsWithListener", "{'ListenerId':'%s','AclType':'White','AclIds':['%s']}",
         other, acl[0]);
    ok(&w);
    dissociate(&w, acl[0]);
    refused(&w, 400, "LockFailed");
    settle(&w);
    dissociate(&w, acl[0]);
    ok(&w);
    call(&w, "DissociateAclsFromListener", "{'ListenerId':'%s','AclIds':['%s']}", other, acl[0]);
    refused(&w, 400, "LockFailed");
}

static void test_three_acls_for_a_listener(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w, &plain);
    call(&w, "AssociateAclsWithListener",
         "{'ListenerId':'%s','AclType':'Black','AclIds':['%s','%s','%s','%s']}", w.listener, acl[0],
         acl[1], acl[2], acl[3]);
    refused(&w, 400, "QuotaExceeded.AclsNum");
    call(&w, "AssociateAclsWithListener",
         "{'ListenerId':'%s','AclType':'Black','AclIds':['%s','%s','%s']}", w.listener, acl[0],
         acl[1], acl[2]);
    ok(&w);
    settle(&w);
    associate(&w, "Black", acl[3]);
    refused(&w, 400, "QuotaExceeded.AclsNum");
}

static void test_quotas_of_entries_and_users(void **state)
{
    (void)state;
    struct cloud_quota quotas[] = { { "listener_acl_entries_num_standard_edition", 2 },
                                    { "acl_attached_num", 1 } };
    struct cloud_config config = plain;
    config.quotas = quotas;
    config.n_quotas = COUNT(quotas);
    struct world w CLEANUP(world_done);
    setup(&w, &config);
    associate(&w, "White", acl[0]);
    settle(&w);
    call(&w, "AddEntriesToAcl",
         "{'AclId':'%s','AclEntries':[{'Entry':'192.0.2.1'},{'Entry':'192.0.2.2'}]}", acl[0]);
    refused(&w, 400, "ResourceQuotaExceeded.ListenerAclEntriesNum");
    call(&w, "AddEntriesToAcl", "{'AclId':'%s','AclEntries':[{'Entry':'192.0.2.1'}]}", acl[0]);
    ok(&w);
    settle(&w);
    associate(&w, "White", acl[1]);
    refused(&w, 400, "ResourceQuotaExceeded.ListenerAclEntriesNum");
    call(&w, "CreateListener",
         "{'LoadBalancerId':'%s','ListenerPort':81,'ListenerProtocol':'HTTP'," FORWARD "}", w.lb,
         w.group);
    keep(w.listener, w.last.body, "ListenerId");
    settle(&w);
    associate(&w, "White", acl[0]);
    refused(&w, 400, "ResourceQuotaExceeded.AclAttachedNum");
}

static void test_security_groups_exclude_acls(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    setup_lb(&w, LB("Standard", ",'SecurityGroupIds':['sg-1']"));
    call(&w, "CreateListener",
         "{'LoadBalancerId':'%s','ListenerPort':81,'ListenerProtocol':'HTTP'," FORWARD "}", w.lb,
         w.group);
    keep(w.listener, w.last.body, "ListenerId");
    keep(acl[0], call_text(&w, "CreateAcl", "{}"), "AclId");
    settle(&w);
    associate(&w, "White", acl[0]);
    refused(&w, 400, "OperationDenied.LoadBalancerJoinedSecurityGroupNotSupportAcl");
}

static void test_a_deleted_listener_lets_go_of_its_acls(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    setup(&w, &plain);
    associate(&w, "White", acl[0]);
    settle(&w);
    call(&w, "DeleteLoadBalancer", "{'LoadBalancerId':'%s'}", w.lb);
    ok(&w);
    settle(&w);
    assert_null(related(&w, acl[0]));
    call(&w, "DeleteAcl", "{'AclId':'%s'}", acl[0]);
    ok(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_acl_is_associated_and_dissociated_in_time),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_an_acl_is_locked_while_another_listener_takes_it),
        cmocka_unit_test(test_three_acls_for_a_listener),
        cmocka_unit_test(test_quotas_of_entries_and_users),
        cmocka_unit_test(test_security_groups_exclude_acls),
        cmocka_unit_test(test_a_deleted_listener_lets_go_of_its_acls),
    };
    return cmocka_run_group_tests_name("mock_cloud/acl_bind", tests, NULL, NULL);
}
