#!/usr/bin/env bash
# config_settings.sh - what an AlbConfig says of its load balancer is attached, changed, repaired
# and taken off again; what cannot be changed is said; and one load balancer has one AlbConfig.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
mkdir "$m"
config() { # NAME CONFIG LISTENERS
    cat >"$m/$1.yaml" <<END
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: $1}
spec:
  config: {$2}
  listeners: [$3]
END
}
zones='name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]'
web() { config web "$zones${1:+, $1}" '{port: 80}'; }
balancer() { api GetLoadBalancerAttribute --LoadBalancerId="$lb"; }
again() {
    mark
    exits 0 "a second apply" apply -f "$m"
    check "writes nothing" no_writes
}

web "securityGroupIds: [sg-1, sg-2]"
exits 0 "with security groups it converges" apply -f "$m"
check "they are joined before there is a listener" equal \
    "$(write_calls | jq -r .action | grep -E 'SecurityGroup|CreateListener' | paste -sd' ')" "LoadBalancerJoinSecurityGroup CreateListener"
lb=$(balancer_ids)
check "both of them" equal "$(balancer | jq -c .SecurityGroupIds)" '["sg-1","sg-2"]'
again
web "securityGroupIds: [sg-3, sg-2], billingConfig: {bandWidthPackageId: cbwp-1}"
mark
exits 0 "others converge" apply -f "$m"
check "joined before they are left" equal "$(write_calls | jq -r .action | paste -sd' ')" \
    "LoadBalancerJoinSecurityGroup LoadBalancerLeaveSecurityGroup AttachCommonBandwidthPackageToLoadBalancer"
check "those that were given" equal "$(balancer | jq -c '[(.SecurityGroupIds | sort), .BandwidthPackageId]')" \
    '[["sg-2","sg-3"],"cbwp-1"]'
again
api LoadBalancerLeaveSecurityGroup --LoadBalancerId="$lb" --SecurityGroupIds.1=sg-3 --wait >/dev/null
mark
exits 0 "one that someone took off" apply -f "$m"
check "is joined again" equal "$(write_actions)" LoadBalancerJoinSecurityGroup
web "securityGroupIds: [sg-3, sg-2], billingConfig: {bandWidthPackageId: cbwp-2}"
mark
exits 0 "another bandwidth package converges" apply -f "$m"
check "by two calls" equal "$(write_calls | jq -r .action | paste -sd' ')" \
    "DetachCommonBandwidthPackageFromLoadBalancer AttachCommonBandwidthPackageToLoadBalancer"
again
web
mark
exits 0 "without them it converges" apply -f "$m"
check "they are taken off" equal "$(balancer | jq -c '[.SecurityGroupIds // [], .BandwidthPackageId]')" '[[],null]'
again

config web "name: web, addressType: Intranet, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-3}]" '{port: 80}'
mark
agent plan -f "$m"
check "what stays as it is is said" says "not changed once the load balancer is there"
check "with both fields" says "AddressType"
check "and the call that changes it" says "UpdateLoadBalancerZones"
agent apply -f "$m"
check "and nothing is written" no_writes

# ---- one load balancer, two AlbConfigs ----
web
config other "id: $lb, zoneMappings: [{vSwitchId: vsw-1}]" '{port: 81}'
mark
exits 4 "an AlbConfig that names another's load balancer is exit 4" apply -f "$m"
check "and says whose it is" says "load balancer $lb belongs to AlbConfig web"
check "and changes nothing" no_writes
rm "$m/other.yaml"

# ---- a load balancer that was there before ----
active() { [ "$(api GetLoadBalancerAttribute --LoadBalancerId="$1" | jq -r .LoadBalancerStatus)" = Active ]; }
taken=$(api CreateLoadBalancer --LoadBalancerName=taken --AddressType=Internet --VpcId=vpc-1 \
    --LoadBalancerEdition=Standard --LoadBalancerBillingConfig.PayType=PostPay \
    --ZoneMappings.1.ZoneId=cn-hangzhou-h --ZoneMappings.1.VSwitchId=vsw-1 \
    --ZoneMappings.2.ZoneId=cn-hangzhou-i --ZoneMappings.2.VSwitchId=vsw-2 | jq -r .LoadBalancerId)
eventually 10 active "$taken"
group=$(api ListServerGroups --MaxResults=100 | jq -r '.ServerGroups[0].ServerGroupId')
api CreateListener --LoadBalancerId="$taken" --ListenerProtocol=HTTP --ListenerPort=8080 \
    --ListenerDescription=theirs --DefaultActions.1.Type=ForwardGroup \
    --DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId="$group" --wait >/dev/null
ports() { api ListListeners --MaxResults=100 | jq -c "[.Listeners[] | select(.LoadBalancerId == \"$taken\") | .ListenerPort] | sort"; }
config taken "id: $taken, zoneMappings: [{vSwitchId: vsw-1}], securityGroupIds: [sg-1]" '{port: 80}'
exits 0 "it is taken over" apply -f "$m"
check "with the listeners of others" equal "$(ports)" '[80,8080]'
check "and without its attributes" equal \
    "$(api GetLoadBalancerAttribute --LoadBalancerId="$taken" | jq -c .SecurityGroupIds)" '[]'
config taken "id: $taken, zoneMappings: [{vSwitchId: vsw-1}], listenerForceOverride: true" '{port: 80}'
mark
exits 0 "with listenerForceOverride it converges" apply -f "$m"
check "others' listeners go" equal "$(ports)" '[80]'
again
config taken "id: $taken, name: taken-2, zoneMappings: [{vSwitchId: vsw-1}], forceOverride: true, securityGroupIds: [sg-1]" '{port: 80}'
exits 0 "with forceOverride it converges" apply -f "$m"
check "the attributes are as written" equal "$(api GetLoadBalancerAttribute --LoadBalancerId="$taken" |
    jq -c '[.LoadBalancerName, .SecurityGroupIds, .DeletionProtectionConfig.Enabled]')" '["taken-2",["sg-1"],true]'
again
finish
