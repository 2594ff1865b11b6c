#!/usr/bin/env bash
# found_zones.sh - an AlbConfig without zoneMappings gets a vSwitch in each zone, once and for all.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
cat >"$work/neighbours.yaml" <<'YAML'
vpcs: [vpc-1]
vswitches:
  - { id: vsw-c, vpc: vpc-1, zone: cn-hangzhou-h }
  - { id: vsw-b, vpc: vpc-1, zone: cn-hangzhou-h }
  - { id: vsw-a, vpc: vpc-1, zone: cn-hangzhou-h, available: 7 }
  - { id: vsw-d, vpc: vpc-1, zone: cn-hangzhou-k }
  - { id: vsw-0, vpc: vpc-2, zone: cn-hangzhou-i }
  - { id: vsw-6, vpc: vpc-1, zone: cn-hangzhou-k, ipv6: true }
YAML
mock_start --pending-ms 5 --state "$work/mock.db" --neighbours "$work/neighbours.yaml"
m=$work/m
mkdir -p "$m"
config() { # FIELDS
    printf 'apiVersion: alibabacloud.com/v1\nkind: AlbConfig\nmetadata: {name: web}\nspec:\n  config: {%s}\n  listeners: [{port: 80, protocol: HTTP}]\n' \
        "$1" >"$m/web.yaml"
}
zones() { api GetLoadBalancerAttribute --LoadBalancerId="$lb" | jq -c '[.ZoneMappings[].VSwitchId]'; }

config "addressType: Intranet"
exits 4 "without a VPC there is nowhere to look" apply -f "$m"
check "which is said with the remedy" says "zoneMappings: no vSwitch is given; list one in each of at least two zones, or give --vpc-id"

config "addressType: Intranet, addressIpVersion: DualStack"
exits 3 "one zone with IPv6 is too few" apply --vpc-id vpc-1 -f "$m"
check "which is said with the remedy" says "in 1 of the 5 zones of ALB; make one in each of at least two zones"
check "and nothing was made" equal "$(api ListLoadBalancers | jq '.LoadBalancers | length')" 0

config "addressType: Intranet"
exits 2 "a plan" plan --vpc-id vpc-1 -f "$m"
check "shows what was chosen" says '"VSwitchId":"vsw-b"'
check "and why" says "zoneMappings: none given, so in each zone of VPC vpc-1 the first by id"
exits 0 "it is made" apply --vpc-id vpc-1 -f "$m"
lb=$(api ListLoadBalancers | jq -r '.LoadBalancers[0].LoadBalancerId')
check "with the first that has room in each zone" equal "$(zones)" '["vsw-b","vsw-6"]'
mark
exits 0 "a second apply" apply --vpc-id vpc-1 -f "$m"
check "writes nothing" no_writes

# What is found another day does not count for one that is there.
mock_stop
sed -i '/vsw-b\|vsw-6/d' "$work/neighbours.yaml"
mock_start --pending-ms 5 --state "$work/mock.db" --neighbours "$work/neighbours.yaml"
mark
exits 0 "with other vSwitches" plan --vpc-id vpc-1 -f "$m"
check "it is in sync" says "In sync: nothing to do"
check "without a warning" equal "$(grep -c -i warning <<<"$out$errors")" 0
exits 0 "nor is there any drift" drift --vpc-id vpc-1 -f "$m"
check "nothing was written" no_writes
state=$work/other.db
exits 0 "who has never seen it" plan --vpc-id vpc-1 -f "$m"
check "takes it over as it is" says "In sync: nothing to do"
finish
