/* test_op.c - no call ends the cloud: a parameter missing anywhere in it, or of another
 * type than described, is refused or ignored. */
#include "world.h"

#define CERTS "'Certificates':[{'CertificateId':'2-cn-hangzhou'}]"
#define MEMBER                                                                       \
    "{'ServerType':'Eni','ServerId':'eni-0a000001','ServerIp':'10.0.0.1','Port':80," \
    "'Weight':1,'Description':'text'}"
#define OTHER "{'ServerType':'Eni','ServerId':'eni-0a000002','ServerIp':'10.0.0.2','Port':80}"
#define TAGS  "'Tag':[{'Key':'k','Value':'v'}]"
#define ACTIONS                                                                          \
    "[{'Type':'InsertHeader','Order':1,'InsertHeaderConfig':{'Key':'x-a','Value':'v',"   \
    "'ValueType':'UserDefined'}},{'Type':'RemoveHeader','Order':2,'RemoveHeaderConfig':" \
    "{'Key':'x-b'}},{'Type':'TrafficLimit','Order':3,'TrafficLimitConfig':{'QPS':2}},"   \
    "{'Type':'ForwardGroup','Order':9,'ForwardGroupConfig':{'ServerGroupTuples':"        \
    "[{'ServerGroupId':'$G','Weight':1}],'ServerGroupStickySession':{'Enabled':true}}}]"
#define ENDS                                                                                    \
    "[{'Type':'FixedResponse','Order':1,'FixedResponseConfig':{'Content':'c','HttpCode':'404'," \
    "'ContentType':'text/plain'}}]"
#define MOVES                                                                                    \
    "[{'Type':'TrafficMirror','Order':1,'TrafficMirrorConfig':{'TargetType':"                    \
    "'ForwardGroupMirror','MirrorGroupConfig':{'ServerGroupTuples':[{'ServerGroupId':'$G'}]}}}," \
    "{'Type':'Redirect','Order':2,'RedirectConfig':{'HttpCode':'301','Host':'b.example.com',"    \
    "'Path':'/p','Query':'q','Port':'80','Protocol':'HTTPS'}}]"
#define CONDITIONS                                                                            \
    "[{'Type':'Host','HostConfig':{'Values':['a.example.com']}},{'Type':'Path','PathConfig':" \
    "{'Values':['/']}},{'Type':'Header','HeaderConfig':{'Key':'x','Values':['v']}},"          \
    "{'Type':'QueryString','QueryStringConfig':{'Values':[{'Key':'k','Value':'v'}]}},"        \
    "{'Type':'Method','MethodConfig':{'Values':['GET']}},{'Type':'Cookie','CookieConfig':"    \
    "{'Values':[{'Key':'k','Value':'v'}]}},{'Type':'SourceIp','SourceIpConfig':"              \
    "{'Values':['1.2.3.4']}}]"
#define ONE_RULE(actions)                                                   \
    "'RuleName':'rule','Priority':99," TAGS ",'RuleConditions':" CONDITIONS \
    ",'RuleActions':" actions

/* $L, $l, $R, $G, $A: ids of a load balancer, a listener, a rule, a group, an ACL; $Q and
 * $S as below. */
static const struct {
    const char *product, *action, *text;
} samples[] = {
    { "alb", "CreateLoadBalancer",
      "{'LoadBalancerName':'ab','AddressType':'Internet','AddressIpVersion':'DualStack',"
      "'LoadBalancerEdition':'Standard','VpcId':'vpc-1','LoadBalancerBillingConfig':{'PayType':"
      "'PostPay'},'ModificationProtectionConfig':{'Status':'ConsoleProtection','Reason':'ab'}," TAGS
      ",'SecurityGroupIds':[{'SecurityGroupId':'sg-1'}]," ZONES "}" },
    { "alb", "DeleteLoadBalancer", "{'LoadBalancerId':'$L'}" },
    { "alb", "GetLoadBalancerAttribute", "{'LoadBalancerId':'$L'}" },
    { "alb", "ListLoadBalancers",
      "{'LoadBalancerIds':['$L'],'LoadBalancerNames':['a'],'VpcIds':['v']," TAGS ",'ZoneId':'z'}" },
    { "alb", "UpdateLoadBalancerAttribute",
      "{'LoadBalancerId':'$L','LoadBalancerName':'ab','ModificationProtectionConfig':"
      "{'Status':'ConsoleProtection','Reason':'ab'}}" },
    { "alb", "UpdateLoadBalancerEdition",
      "{'LoadBalancerId':'$L','LoadBalancerEdition':'StandardWithWaf'}" },
    { "alb", "EnableDeletionProtection", "{'ResourceId':'$L'}" },
    { "alb", "DisableLoadBalancerAccessLog", "{'LoadBalancerId':'$L'}" },
    { "alb", "UpdateLoadBalancerZones",
      "{'LoadBalancerId':'$L','ZoneMappings':[{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'},"
      "{'VSwitchId':'vsw-3','ZoneId':'cn-hangzhou-j'}]}" },
    { "alb", "UpdateLoadBalancerAddressTypeConfig",
      "{'LoadBalancerId':'$L','AddressType':'Intranet'," ZONES "}" },
    { "alb", "CreateListener",
      "{'LoadBalancerId':'$L','ListenerPort':443,'ListenerProtocol':'HTTPS','CaEnabled':true,"
      "'CaCertificates':[{'CertificateId':'3-cn-hangzhou'}]," CERTS "," TAGS
      ",'ListenerDescription':'ab','SecurityPolicyId':'tls_cipher_policy_1_2','QuicConfig':"
      "{'QuicUpgradeEnabled':false,'QuicListenerId':'$Q'},'XForwardedForConfig':"
      "{'XForwardedForEnabled':true},'DefaultActions':[{'Type':'ForwardGroup',"
      "'ForwardGroupConfig':{'ServerGroupTuples':[{'ServerGroupId':'$G'}]}}]}" },
    { "alb", "UpdateListenerAttribute",
      "{'ListenerId':'$l','ListenerDescription':'ab','Certificates':"
      "[{'CertificateId':'6-cn-hangzhou'}],'DefaultActions':[{'Type':"
      "'ForwardGroup','ForwardGroupConfig':{'ServerGroupTuples':[{'ServerGroupId':'$G'}]}}]}" },
    { "alb", "UpdateListenerLogConfig",
      "{'ListenerId':'$l','AccessLogTracingConfig':{'TracingEnabled':true}}" },
    { "alb", "AssociateAdditionalCertificatesWithListener",
      "{'ListenerId':'$l','Certificates':[{'CertificateId':'5-cn-hangzhou'}]}" },
    { "alb", "DissociateAdditionalCertificatesFromListener", "{'ListenerId':'$l'," CERTS "}" },
    { "alb", "ListListenerCertificates", "{'ListenerId':'$l','CertificateIds':['1']}" },
    { "alb", "GetListenerHealthStatus", "{'ListenerId':'$l','IncludeRule':true}" },
    { "alb", "StopListener", "{'ListenerId':'$l'}" },
    { "alb", "DeleteListener", "{'ListenerId':'$l'}" },
    { "alb", "CreateRule", "{'ListenerId':'$l'," ONE_RULE(ACTIONS) "}" },
    { "alb", "CreateRule", "{'ListenerId':'$l'," ONE_RULE(ENDS) "}" },
    { "alb", "CreateRule", "{'ListenerId':'$l'," ONE_RULE(MOVES) "}" },
    { "alb", "CreateRules", "{'ListenerId':'$l','Rules':[{" ONE_RULE(ACTIONS) "}]}" },
    { "alb", "UpdateRuleAttribute", "{'RuleId':'$R'," ONE_RULE(ACTIONS) "}" },
    { "alb", "UpdateRulesAttribute", "{'Rules':[{'RuleId':'$R'," ONE_RULE(ENDS) "}]}" },
    { "alb", "DeleteRule", "{'RuleId':'$R'}" },
    { "alb", "DeleteRules", "{'RuleIds':['$R']}" },
    { "alb", "ListRules", "{'RuleIds':['$R'],'ListenerIds':['$l']," TAGS "}" },
    { "alb", "CreateServerGroup",
      "{'ServerGroupName':'ab','VpcId':'vpc-1'," TAGS ",'Scheduler':'Sch','UchConfig':{'Type':"
      "'QueryString','Value':'q'},'HealthCheckConfig':{'HealthCheckEnabled':true,"
      "'HealthCheckCodes':['http_2xx'],'HealthCheckHost':'a.b','HealthCheckPath':'/p'},"
      "'StickySessionConfig':{'StickySessionEnabled':true,'StickySessionType':'Server',"
      "'Cookie':'c'},'ConnectionDrainConfig':{'ConnectionDrainEnabled':true}}" },
    { "alb", "UpdateServerGroupAttribute",
      "{'ServerGroupId':'$G','ServerGroupName':'cd','HealthCheckConfig':{'HealthCheckPath':'/'},"
      "'SlowStartConfig':{'SlowStartEnabled':true,'SlowStartDuration':30}}" },
    { "alb", "DeleteServerGroup", "{'ServerGroupId':'$S'}" },
    { "alb", "AddServersToServerGroup", "{'ServerGroupId':'$S','Servers':[" MEMBER "]}" },
    { "alb", "RemoveServersFromServerGroup", "{'ServerGroupId':'$G','Servers':[" MEMBER "]}" },
    { "alb", "ReplaceServersInServerGroup",
      "{'ServerGroupId':'$G','RemovedServers':[" MEMBER "],'AddedServers':[" OTHER "]}" },
    { "alb", "UpdateServerGroupServersAttribute", "{'ServerGroupId':'$G','Servers':[" MEMBER "]}" },
    { "alb", "ListServerGroupServers", "{'ServerGroupId':'$G','ServerIds':['x']," TAGS "}" },
    { "alb", "TagResources", "{'ResourceType':'servergroup','ResourceId':['$G']," TAGS "}" },
    { "alb", "UnTagResources",
      "{'ResourceType':'servergroup','ResourceId':['$G'],'TagKey':['k']," TAGS "}" },
    { "alb", "ListTagResources", "{'ResourceType':'servergroup','ResourceId':['$G']," TAGS "}" },
    { "alb", "ListTagKeys", "{'ResourceType':'servergroup','Keyword':'k','Category':'All'}" },
    { "alb", "ListTagValues", "{'TagKey':'k','ResourceType':'servergroup','ResourceId':'$G'}" },
    { "alb", "MoveResourceGroup",
      "{'ResourceType':'servergroup','ResourceId':'$G','NewResourceGroupId':'rg-2'}" },
    { "alb", "ListAsynJobs", "{'JobIds':['x'],'ResourceIds':['$G'],'BeginTime':1}" },
    { "alb", "CreateAcl", "{'AclName':'ab','ResourceGroupId':'rg-1'," TAGS "}" },
    { "alb", "UpdateAclAttribute", "{'AclId':'$A','AclName':'cd'}" },
    { "alb", "ListAcls", "{'AclIds':['$A'],'AclNames':['a'],'ResourceGroupId':'rg-1'," TAGS "}" },
    { "alb", "AddEntriesToAcl",
      "{'AclId':'$A','AclEntries':[{'Entry':'10.7.0.0/16','Description':'ab'}]}" },
    { "alb", "RemoveEntriesFromAcl", "{'AclId':'$A','Entries':['10.0.0.0/16']}" },
    { "alb", "ListAclEntries", "{'AclId':'$A'}" },
    { "alb", "ListAclRelations", "{'AclIds':['$A']}" },
    { "alb", "AssociateAclsWithListener", "{'ListenerId':'$l','AclType':'White','AclIds':['$A']}" },
    { "alb", "DissociateAclsFromListener", "{'ListenerId':'$Q','AclIds':['$A']}" },
    { "alb", "DeleteAcl", "{'AclId':'$B'}" },
    { "alb", "CreateSecurityPolicy",
      "{'SecurityPolicyName':'ab','Ciphers':['AES128-SHA'],'TLSVersions':['TLSv1.0']," TAGS
      ",'ResourceGroupId':'rg-1'}" },
    { "alb", "UpdateSecurityPolicyAttribute",
      "{'SecurityPolicyId':'$P','Ciphers':['AES256-SHA'],'TLSVersions':['TLSv1.2']}" },
    { "alb", "ListSecurityPolicies",
      "{'SecurityPolicyIds':['$P'],'SecurityPolicyNames':['a']," TAGS "}" },
    { "alb", "ListSystemSecurityPolicies", "{}" },
    { "alb", "ListSecurityPolicyRelations", "{'SecurityPolicyIds':['$P']}" },
    { "alb", "DeleteSecurityPolicy", "{'SecurityPolicyId':'$P'}" },
    { "alb", "CreateHealthCheckTemplate",
      "{'HealthCheckTemplateName':'ab','HealthCheckCodes':['http_2xx'],'HealthCheckHost':'a.b',"
      "'HealthCheckPath':'/','HealthCheckProtocol':'HTTP'," TAGS "}" },
    { "alb", "UpdateHealthCheckTemplateAttribute",
      "{'HealthCheckTemplateId':'$T','HealthCheckCodes':['http_3xx'],'HealthCheckPath':'/p'}" },
    { "alb", "GetHealthCheckTemplateAttribute", "{'HealthCheckTemplateId':'$T'}" },
    { "alb", "ListHealthCheckTemplates", "{'HealthCheckTemplateIds':['$T']," TAGS "}" },
    { "alb", "ApplyHealthCheckTemplateToServerGroup",
      "{'HealthCheckTemplateId':'$T','ServerGroupId':'$G'}" },
    { "alb", "DeleteHealthCheckTemplates", "{'HealthCheckTemplateIds':['$T']}" },
    { "alb", "CreateAScripts",
      "{'ListenerId':'$l','AScripts':[{'AScriptName':'ab','ScriptContent':'c','Enabled':true,"
      "'ExtAttributes':[{'AttributeKey':'EsDebug','AttributeValue':'v'}]}]}" },
    { "alb", "UpdateAScripts", "{'AScripts':[{'AScriptId':'$s','ScriptContent':'d'}]}" },
    { "alb", "ListAScripts", "{'AScriptIds':['$s'],'AScriptNames':['ab'],'ListenerIds':['$Q']}" },
    { "alb", "DeleteAScripts", "{'AScriptIds':['$s']}" },
    { "alb", "LoadBalancerJoinSecurityGroup",
      "{'LoadBalancerId':'$M','SecurityGroupIds':['sg-2']}" },
    { "alb", "LoadBalancerLeaveSecurityGroup",
      "{'LoadBalancerId':'$M','SecurityGroupIds':['sg-1']}" },
    { "alb", "StartShiftLoadBalancerZones",
      "{'LoadBalancerId':'$L','ZoneMappings':[{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'}]}" },
    { "alb", "CancelShiftLoadBalancerZones",
      "{'LoadBalancerId':'$M','ZoneMappings':[{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'}]}" },
    { "alb", "AttachCommonBandwidthPackageToLoadBalancer",
      "{'LoadBalancerId':'$L','BandwidthPackageId':'cbwp-1','RegionId':'r'}" },
    { "alb", "DetachCommonBandwidthPackageFromLoadBalancer",
      "{'LoadBalancerId':'$M','BandwidthPackageId':'cbwp-1','RegionId':'r'}" },
    { "alb", "ModifyCapacityReservation",
      "{'LoadBalancerId':'$L','MinimumLoadBalancerCapacity':{'CapacityUnits':100}}" },
    { "alb", "DescribeCapacityReservation", "{'LoadBalancerId':'$L'}" },
    { "vpc", "DescribeVSwitches",
      "{'RegionId':'cn-hangzhou','VSwitchId':'vsw-1','VpcId':'vpc-1','PageSize':1}" },
    { "ecs", "DescribeNetworkInterfaces",
      "{'RegionId':'cn-hangzhou','PrivateIpAddress':['10.0.0.1'],'NetworkInterfaceId':['eni-1']}" },
};

static char quic[32];  /* id of a QUIC listener */
static char spare[32]; /* id of a group that nothing uses */
static char acl[32], spare_acl[32], policy[32], template[32], script[32];
static char joined[32]; /* id of a load balancer with a security group and a shifted zone */

static char *with_ids(struct world *w, const char *text)
{
    const struct {
        char sign;
        const char *id;
    } ids[] = { { 'L', w->lb },  { 'l', w->listener }, { 'R', w->rule }, { 'G', w->group },
                { 'S', spare },  { 'Q', quic },        { 'A', acl },     { 'B', spare_acl },
                { 'P', policy }, { 'T', template },    { 's', script },  { 'M', joined } };
    struct buf b CLEANUP(buf_done) = { .max = 0 };
    for (; *text; text++) {
        const char *id = NULL;
        for (size_t i = 0; *text == '$' && i < COUNT(ids); i++)
            if (text[1] == ids[i].sign)
                id = ids[i].id;
        if (id) {
            buf_adds(&b, id);
            text++;
        } else {
            buf_addc(&b, *text == '\'' ? '"' : *text);
        }
    }
    return buf_keep(&b, &w->arena);
}

/* A load balancer with an access log, an HTTPS listener with an additional certificate, a
 * QUIC listener with an ACL, a rule, a group with a member, and spares. */
static void setup_all(struct world *w)
{
    setup_group(w, GROUP("spare", ""));
    memcpy(spare, w->group, sizeof spare);
    setup_group(w, GROUP("used", ""));
    setup_lb(w, LB("Standard", ",'SecurityGroupIds':['sg-1']"));
    memcpy(joined, w->lb, sizeof joined);
    call(w, "StartShiftLoadBalancerZones",
         "{'LoadBalancerId':'%s','ZoneMappings':[{'VSwitchId':'vsw-1','ZoneId':'cn-hangzhou-h'}]}",
         joined);
    call(w, "AttachCommonBandwidthPackageToLoadBalancer",
         "{'LoadBalancerId':'%s','BandwidthPackageId':'cbwp-1'}", joined);
    setup_lb(w, LB("Standard", ""));
#define TLS(protocol)                                                               \
    "{'LoadBalancerId':'%s','ListenerPort':8443,'ListenerProtocol':'" protocol "'," \
    "'Certificates':[{'CertificateId':'1-cn-hangzhou'}]," FORWARD "}"
    keep(quic, call(w, "CreateListener", TLS("QUIC"), w->lb, w->group), "ListenerId");
    keep(w->listener, call(w, "CreateListener", TLS("HTTPS"), w->lb, w->group), "ListenerId");
    call(w, "AddServersToServerGroup", "{'ServerGroupId':'%s','Servers':[" MEMBER "]}", w->group);
    settle(w);
    keep(w->rule, add_rule(w, 10), "RuleId");
    settle(w);
    call(w, "AssociateAdditionalCertificatesWithListener", "{'ListenerId':'%s'," CERTS "}",
         w->listener);
    keep(spare_acl, call_text(w, "CreateAcl", "{}"), "AclId");
    keep(acl, call_text(w, "CreateAcl", "{}"), "AclId");
    keep(
        policy,
        call_text(w, "CreateSecurityPolicy",
                  "{'SecurityPolicyName':'ab','Ciphers':['AES128-SHA'],'TLSVersions':['TLSv1.0']}"),
        "SecurityPolicyId");
    keep(template, call_text(w, "CreateHealthCheckTemplate", "{'HealthCheckTemplateName':'ab'}"),
         "HealthCheckTemplateId");
    call(w, "CreateAScripts",
         "{'ListenerId':'%s','AScripts':[{'AScriptName':'ab','ScriptContent':'c'}]}", quic);
    keep(script, first(w->last.body, "AScriptIds"), "AScriptId");
    settle(w);
    call(w, "AddEntriesToAcl", "{'AclId':'%s','AclEntries':[{'Entry':'10.0.0.0/16'}]}", acl);
    settle(w);
    call(w, "AssociateAclsWithListener", "{'ListenerId':'%s','AclType':'White','AclIds':['%s']}",
         quic, acl);
    call(w, "EnableLoadBalancerAccessLog",
         "{'LoadBalancerId':'%s','LogProject':'project','LogStore':'store'}", w->lb);
    settle(w);
}

/* The 'n'th node below 'json' in order, '*n' counted down; NULL when there are fewer. */
static cJSON *node_at(cJSON *json, int *n, cJSON **parent)
{
    cJSON *c = NULL;
    cJSON_ArrayForEach (c, json) {
        if ((*n)-- == 0) {
            *parent = json;
            return c;
        }
        cJSON *found = node_at(c, n, parent);
        if (found)
            return found;
    }
    return NULL;
}

/* Was it done? */
static bool run(struct world *w, size_t sample, const cJSON *params)
{
    struct arena a CLEANUP(arena_done) = { 0 };
    struct cloud_reply reply;
    struct cloud_call call = { .product = samples[sample].product,
                               .action = samples[sample].action,
                               .region = "cn-hangzhou",
                               .request_id = "R",
                               .params = params };
    w->now_ms += PENDING_MS;
    cloud_execute(w->cloud, &a, w->now_ms, &call, &reply);
    if (reply.status == 500)
        fail_msg("%s: %s", samples[sample].action, reply.message);
    assert_true((reply.status == 200) == (reply.code == NULL));
    assert_true((reply.status == 200) == (reply.body != NULL));
    cJSON_Delete(reply.body);
    return reply.status == 200;
}

/* Takes away node 'n' of the sample's parameters, or replaces it by 'other'. */
static bool damage(struct world *w, size_t sample, int n, const char *other)
{
    cJSON *params = cJSON_Parse(with_ids(w, samples[sample].text));
    cJSON *parent = NULL;
    cJSON *node = node_at(params, &n, &parent);
    if (node) {
        char *name = node->string ? arena_strdup(&w->arena, node->string) : NULL;
        cJSON_Delete(cJSON_DetachItemViaPointer(parent, node));
        if (other && name)
            cJSON_AddItemToObject(parent, name, cJSON_Parse(other));
        else if (other)
            cJSON_AddItemToArray(parent, cJSON_Parse(other));
        run(w, sample, params);
    }
    cJSON_Delete(params);
    return node != NULL;
}

static void test_the_samples_are_good_as_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(samples); i++) {
        struct world w CLEANUP(world_done);
        world_new(&w);
        setup_all(&w);
        cJSON *params = cJSON_Parse(with_ids(&w, samples[i].text));
        if (!params)
            fail_msg("%s: not JSON", samples[i].action);
        if (!run(&w, i, params))
            fail_msg("%s was refused", samples[i].action);
        cJSON_Delete(params);
    }
}

static void test_anything_may_be_missing_or_wrong(void **state)
{
    (void)state;
    static const char *const others[] = { NULL, "null", "{}", "[]", "\"\"", "7", "true" };
    struct cloud_quota off[] = { { "loadbalancers_num", -1 }, { "servergroups_num", -1 } };
    struct cloud_config config = {
        .pending_ms = PENDING_MS, .seed = 1, .quotas = off, .n_quotas = COUNT(off)
    };
    struct world w CLEANUP(world_done);
    world_open(&w, &config);
    setup_all(&w);
    for (size_t i = 0; i < COUNT(samples); i++)
        for (size_t k = 0; k < COUNT(others); k++)
            for (int n = 0; damage(&w, i, n, others[k]); n++)
                continue;
    /* And it still works. */
    setup_rule(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_samples_are_good_as_they_are),
        cmocka_unit_test(test_anything_may_be_missing_or_wrong),
    };
    return cmocka_run_group_tests_name("mock_cloud/op", tests, NULL, NULL);
}
