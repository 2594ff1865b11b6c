/* test_rule_check.c - actions that go together, the groups they name, limits by edition. */
#include "world.h"

static const cJSON *create(struct world *w, const char *actions)
{
    return call(w, "CreateRule",
                "{'ListenerId':'%s','RuleName':'rule','Priority':10,'DryRun':true,"
                "'RuleConditions':[" HOST("a.example.com") "],'RuleActions':[%s]}",
                w->listener, actions);
}

static const char *forward(struct world *w, int order, const char *tuples)
{
    return arena_fmt(&w->arena,
                     "{'Type':'ForwardGroup','Order':%d,'ForwardGroupConfig':"
                     "{'ServerGroupTuples':[%s]}}",
                     order, tuples);
}

static const char *tuple(struct world *w, const char *more)
{
    return arena_fmt(&w->arena, "{'ServerGroupId':'%s'%s}", w->group, more);
}

static const char *two(struct world *w, const char *x, const char *y)
{
    return arena_fmt(&w->arena, "%s,%s", x, y);
}

static void test_one_action_is_final_and_comes_last(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const char *insert = "{'Type':'InsertHeader','Order':5,'InsertHeaderConfig':"
                         "{'Key':'x-a','Value':'v'}}";
    const char *one = tuple(&w, "");
    create(&w, insert);
    refused(&w, 400, "IllegalParam.Order");
    create(&w, two(&w, insert, forward(&w, 4, one)));
    refused(&w, 400, "IllegalParam.Order");
    create(&w, two(&w, insert, forward(&w, 5, one)));
    refused(&w, 400, "IllegalParam.Order");
    create(&w, two(&w, forward(&w, 6, one), forward(&w, 7, one)));
    refused(&w, 400, "IllegalParam.Order");
    create(&w, two(&w, forward(&w, 6, one), insert));
    refused(&w, 400, "DryRunOperation");
}

static void test_forwarding_to_several_groups(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const char *a = tuple(&w, ",'Weight':10");
    const char *bare = tuple(&w, "");
    setup_group(&w, GROUP("second", ""));
    create(&w, forward(&w, 1, two(&w, a, tuple(&w, ""))));
    refused(&w, 400, "MissingParam.Weight");
    create(&w, forward(&w, 1, two(&w, a, tuple(&w, ",'Weight':0"))));
    refused(&w, 400, "DryRunOperation");
    create(&w, forward(&w, 1, two(&w, a, a)));
    refused(&w, 400, "DuplicatedParam.ServerGroupId");
    create(&w, forward(&w, 1, ""));
    refused(&w, 400, "IllegalParamSize.ServerGroupTuples");
    create(&w, forward(&w, 1, "{'ServerGroupId':'sgp-nosuch'}"));
    refused(&w, 404, "ResourceNotFound.ServerGroup");
    setup_group(&w, "{'ServerGroupName':'other','VpcId':'vpc-2','HealthCheckConfig':"
                    "{'HealthCheckEnabled':true}}");
    create(&w, forward(&w, 1, tuple(&w, "")));
    refused(&w, 400, "Mismatch.VpcId");
    setup_group(&w, GROUP("grpc", ",'Protocol':'gRPC'"));
    create(&w, forward(&w, 1, tuple(&w, "")));
    refused(&w, 400, "OperationDenied.GRPCServerGroup");
    setup_group(&w, GROUP("https", ",'Protocol':'HTTPS'"));
    create(&w, forward(&w, 1, tuple(&w, "")));
    refused(&w, 400, "Mismatch.Protocol");
    create(&w, forward(&w, 1, bare));
    refused(&w, 400, "DryRunOperation");
}

static void test_groups_of_one_action_share_the_protocol(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Standard", ""));
    setup_group(&w, GROUP("first", ""));
    keep(w.listener,
         call(&w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':443,'ListenerProtocol':'HTTPS',"
              "'Certificates':[{'CertificateId':'1-cn-hangzhou'}]," FORWARD "}",
              w.lb, w.group),
         "ListenerId");
    settle(&w);
    const char *a = tuple(&w, ",'Weight':10");
    setup_group(&w, GROUP("grpc", ",'Protocol':'gRPC'"));
    create(&w, forward(&w, 1, two(&w, a, tuple(&w, ",'Weight':10"))));
    refused(&w, 400, "OperationDenied.ProtocolMustSameForForwardGroupAction");
    create(&w, forward(&w, 1, tuple(&w, "")));
    refused(&w, 400, "DryRunOperation");
}

static void test_mirrored_groups(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_listener(&w);
    const char *to = forward(&w, 9, tuple(&w, ""));
#define MIRROR                                                               \
    "{'Type':'TrafficMirror','Order':1,'TrafficMirrorConfig':{'TargetType':" \
    "'ForwardGroupMirror','MirrorGroupConfig':{'ServerGroupTuples':[%s]}}}"
    create(&w, two(&w, to, arena_fmt(&w.arena, MIRROR, tuple(&w, ""))));
    refused(&w, 400, "OperationDenied.SameGroupForForwardAndMirrorAction");
    setup_group(&w, GROUP("ip", ",'ServerGroupType':'Ip'"));
    create(&w, two(&w, to, arena_fmt(&w.arena, MIRROR, tuple(&w, ""))));
    refused(&w, 400, "OperationDenied.IpGroupCanNotUsedForMirrorAction");
    setup_group(&w, GROUP("grpc", ",'Protocol':'gRPC'"));
    create(&w, two(&w, to, arena_fmt(&w.arena, MIRROR, tuple(&w, ""))));
    refused(&w, 400, "OperationDenied.MirrorActionSupportHttpGroupOnly");
    setup_group(&w, GROUP("mirror", ""));
    create(&w, two(&w, to, arena_fmt(&w.arena, MIRROR, tuple(&w, ""))));
    refused(&w, 400, "DryRunOperation");
}

static void test_basic_takes_fewer_actions_and_no_responses(void **state)
{
    (void)state;
    struct world w CLEANUP(world_done);
    world_new(&w);
    setup_lb(&w, LB("Basic", ""));
    setup_group(&w, GROUP("first", ""));
    keep(w.listener,
         call(&w, "CreateListener",
              "{'LoadBalancerId':'%s','ListenerPort':80,'ListenerProtocol':'HTTP'," FORWARD "}",
              w.lb, w.group),
         "ListenerId");
    settle(&w);
#define REMOVE(order) "{'Type':'RemoveHeader','Order':" #order ",'RemoveHeaderConfig':{'Key':'x'}}"
    create(&w, two(&w, REMOVE(1) "," REMOVE(2), forward(&w, 9, tuple(&w, ""))));
    refused(&w, 400, "DryRunOperation");
    create(&w, two(&w, REMOVE(1) "," REMOVE(2) "," REMOVE(3), forward(&w, 9, tuple(&w, ""))));
    refused(&w, 400, "QuotaExceeded.RuleActionsNum");
    call(&w, "CreateRule",
         "{'ListenerId':'%s','RuleName':'rule','Priority':10,'Direction':'Response',"
         "'RuleConditions':[" HOST("a.example.com") "],'RuleActions':[" REMOVE(1) "]}",
         w.listener);
    refused(&w, 400, "IllegalParam.Direction");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_action_is_final_and_comes_last),
        cmocka_unit_test(test_forwarding_to_several_groups),
        cmocka_unit_test(test_groups_of_one_action_share_the_protocol),
        cmocka_unit_test(test_mirrored_groups),
        cmocka_unit_test(test_basic_takes_fewer_actions_and_no_responses),
    };
    return cmocka_run_group_tests_name("mock_cloud/rule_check", tests, NULL, NULL);
}
