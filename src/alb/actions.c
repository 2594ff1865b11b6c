/* actions.c - the table of actions: all 85 of ALB 2020-06-16, and the few of its neighbours
 * that are needed beside them.
 *
 * A test compares every row of ALB with the public API description. */
#include "alb-agent/alb.h"

#include <stdlib.h>
#include <string.h>

#include "alb-agent/macros.h"

/* Kinds of rows.  Every write takes ClientToken and DryRun but for the BARE ones. */
/* clang-format off */
#define READ(n)            { .name = (n) }
#define LIST(n, items)     { .name = (n), .list = (items) }
#define OTHER(p, n, items) { .name = (n), .product = ALB_PRODUCT_##p, .list = (items) }
/* Keys and certificates go in the body: they are long, and must not stand in an URL. */
#define SECRET(p, n)       { .name = (n), .product = ALB_PRODUCT_##p, .form = "*" }
#define CHANGE(p, n)       { .name = (n), .product = ALB_PRODUCT_##p, .write = true, .form = "*" }
#define BARE(n)            { .name = (n), .write = true }
#define WRITE(n)           { .name = (n), .write = true, .token = true }
#define JOB(n)             { .name = (n), .write = true, .token = true, .job = true }
/* With the one parameter that the official SDK sends in the body (signature.md §1). */
#define FORM(n, param)     { .name = (n), .write = true, .token = true, .job = true, .form = (param) }

/* Ordered by name in byte order: alb_action_find() searches by halves. */
static const struct alb_action ACTIONS[] = {
    JOB("AddEntriesToAcl"),
    FORM("AddServersToServerGroup", "Servers"),
    JOB("ApplyHealthCheckTemplateToServerGroup"),
    JOB("AssociateAclsWithListener"),
    JOB("AssociateAdditionalCertificatesWithListener"),
    SECRET(STS, "AssumeRole"),
    { .name = "AssumeRoleWithOIDC", .product = ALB_PRODUCT_STS, .anonymous = true, .form = "*" },
    JOB("AttachCommonBandwidthPackageToLoadBalancer"),
    WRITE("CancelShiftLoadBalancerZones"),
    JOB("CreateAScripts"),
    JOB("CreateAcl"),
    WRITE("CreateHealthCheckTemplate"),
    JOB("CreateListener"),
    WRITE("CreateLoadBalancer"),
    JOB("CreateRule"),
    FORM("CreateRules", "Rules"),
    WRITE("CreateSecurityPolicy"),
    JOB("CreateServerGroup"),
    JOB("DeleteAScripts"),
    JOB("DeleteAcl"),
    WRITE("DeleteHealthCheckTemplates"),
    JOB("DeleteListener"),
    JOB("DeleteLoadBalancer"),
    JOB("DeleteRule"),
    JOB("DeleteRules"),
    WRITE("DeleteSecurityPolicy"),
    JOB("DeleteServerGroup"),
    CHANGE(CAS, "DeleteUserCertificate"),
    READ("DescribeCapacityReservation"),
    OTHER(ECS, "DescribeNetworkInterfaces", "NetworkInterfaceSets.NetworkInterfaceSet"),
    LIST("DescribeRegions", "Regions"),
    OTHER(VPC, "DescribeVSwitchAttributes", NULL),
    OTHER(VPC, "DescribeVSwitches", "VSwitches.VSwitch"),
    LIST("DescribeZones", "Zones"),
    JOB("DetachCommonBandwidthPackageFromLoadBalancer"),
    WRITE("DisableDeletionProtection"),
    WRITE("DisableLoadBalancerAccessLog"),
    JOB("DisableLoadBalancerIpv6Internet"),
    JOB("DissociateAclsFromListener"),
    JOB("DissociateAdditionalCertificatesFromListener"),
    WRITE("EnableDeletionProtection"),
    JOB("EnableLoadBalancerAccessLog"),
    JOB("EnableLoadBalancerIpv6Internet"),
    OTHER(STS, "GetCallerIdentity", NULL),
    READ("GetHealthCheckTemplateAttribute"),
    READ("GetListenerAttribute"),
    LIST("GetListenerHealthStatus", "ListenerHealthStatus"),
    READ("GetLoadBalancerAttribute"),
    OTHER(CAS, "GetUserCertificateDetail", NULL),
    LIST("ListAScripts", "AScripts"),
    LIST("ListAclEntries", "AclEntries"),
    LIST("ListAclRelations", "AclRelations"),
    LIST("ListAcls", "Acls"),
    LIST("ListAsynJobs", "Jobs"),
    LIST("ListHealthCheckTemplates", "HealthCheckTemplates"),
    LIST("ListListenerCertificates", "Certificates"),
    LIST("ListListeners", "Listeners"),
    LIST("ListLoadBalancers", "LoadBalancers"),
    LIST("ListRules", "Rules"),
    LIST("ListSecurityPolicies", "SecurityPolicies"),
    LIST("ListSecurityPolicyRelations", "SecrityPolicyRelations"),
    LIST("ListServerGroupServers", "Servers"),
    LIST("ListServerGroups", "ServerGroups"),
    LIST("ListSystemSecurityPolicies", "SecurityPolicies"),
    LIST("ListTagKeys", "TagKeys"),
    LIST("ListTagResources", "TagResources"),
    LIST("ListTagValues", "TagValues"),
    OTHER(CAS, "ListUserCertificateOrder", "CertificateOrderList"),
    JOB("LoadBalancerJoinSecurityGroup"),
    JOB("LoadBalancerLeaveSecurityGroup"),
    WRITE("ModifyCapacityReservation"),
    BARE("MoveResourceGroup"),
    JOB("RemoveEntriesFromAcl"),
    JOB("RemoveServersFromServerGroup"),
    FORM("ReplaceServersInServerGroup", "AddedServers"),
    JOB("StartListener"),
    WRITE("StartShiftLoadBalancerZones"),
    JOB("StopListener"),
    BARE("TagResources"),
    BARE("UnTagResources"),
    JOB("UpdateAScripts"),
    WRITE("UpdateAclAttribute"),
    WRITE("UpdateHealthCheckTemplateAttribute"),
    JOB("UpdateListenerAttribute"),
    JOB("UpdateListenerLogConfig"),
    JOB("UpdateLoadBalancerAddressTypeConfig"),
    JOB("UpdateLoadBalancerAttribute"),
    WRITE("UpdateLoadBalancerEdition"),
    JOB("UpdateLoadBalancerZones"),
    JOB("UpdateRuleAttribute"),
    FORM("UpdateRulesAttribute", "Rules"),
    JOB("UpdateSecurityPolicyAttribute"),
    JOB("UpdateServerGroupAttribute"),
    FORM("UpdateServerGroupServersAttribute", "Servers"),
    CHANGE(CAS, "UploadUserCertificate"),
};
/* clang-format on */

static int by_name(const void *name, const void *row)
{
    return strcmp(name, ((const struct alb_action *)row)->name);
}

const struct alb_action *alb_action_find(const char *name)
{
    return bsearch(name, ACTIONS, COUNT(ACTIONS), sizeof ACTIONS[0], by_name);
}

const struct alb_action *alb_actions(size_t *n)
{
    *n = COUNT(ACTIONS);
    return ACTIONS;
}
