#!/usr/bin/env bash
# borrowed_group.sh - a Service that keeps the servers of a group which somebody else made and
# shares, with and without an Ingress (alb-ingress.md §D.8).
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
export ALB_AGENT_LIST_LAG=0s # a state file is lost here, and lists show all at once
m=$work/m
mkdir "$m"

# Somebody's group, with settings and a server of their own.
make_group() { # NAME TYPE
    api CreateServerGroup --ServerGroupName="$1" --ServerGroupType="$2" --VpcId=vpc-1 --Protocol=HTTP \
        --Scheduler=Wlc --HealthCheckConfig.HealthCheckEnabled=false --StickySessionConfig.StickySessionEnabled=false \
        | jq -r .ServerGroupId
}
add_server() { # GROUP ADDRESS
    api AddServersToServerGroup --ServerGroupId="$1" --Servers.1.ServerType=Ip --Servers.1.ServerId="$2" \
        --Servers.1.ServerIp="$2" --Servers.1.Port=9000 --Servers.1.Weight=100 --wait >/dev/null
}
servers() { # GROUP
    api ListServerGroupServers --ServerGroupId="$1" --MaxResults=100 \
        | jq -r '.Servers[]? | select(.Status != "Removing") | "\(.ServerIp):\(.Port)"' | sort | paste -sd' '
}
servers_are() { equal "$(servers "$1")" "$2" 2>/dev/null; }
# Its own settings, without what comes of servers and tags.
settings() { # GROUP
    api ListServerGroups --ServerGroupIds.1="$1" | jq -S '.ServerGroups[0] | del(.ServerCount, .Tags, .RelatedLoadBalancerIds, .RelatedListenerIds, .RelatedRuleIds)'
}
tags() { # GROUP
    api ListServerGroups --ServerGroupIds.1="$1" | jq -r '.ServerGroups[0].Tags[]? | "\(.Key)=\(.Value)"' | sort | paste -sd' '
}
shared=$(make_group shared Ip)
add_server "$shared" 10.9.9.9
before=$(settings "$shared")

service() { # NAME GROUP ADDRESS...
    local name=$1 group=$2 note=''
    shift 2
    [ -z "$group" ] || note=", annotations: {alb.ingress.kubernetes.io/server-group-id: $group}"
    cat >"$m/$name.yaml" <<END
apiVersion: v1
kind: Service
metadata: {name: $name, namespace: shop$note}
spec: {ports: [{port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: $name-1, namespace: shop, labels: {kubernetes.io/service-name: $name}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [$(printf '{addresses: [%s]}, ' "$@")]
END
    sed -i 's/, \]/]/; s/{addresses: \[\]}//' "$m/$name.yaml"
}

# ---- no AlbConfig, no Ingress
service tea "$shared" 10.0.0.1 10.0.0.2
exits 2 "a plan says what it would do" plan -f "$m"
says_plan() { says Service/shop/tea && says "$shared" && says 10.9.9.9; }
check "to whom, and to whose servers" says_plan
mark
exits 0 "a Service that no Ingress names is applied" apply -f "$m"
check "its pods are the servers, the foreign one is gone" eventually 10 servers_are "$shared" "10.0.0.1:8080 10.0.0.2:8080"
check "the group has our tags" equal "$(tags "$shared")" \
    "ack.aliyun.com=default ingress.k8s.alibaba/service_name=tea ingress.k8s.alibaba/service_ns=shop"
check "and keeps its own settings" equal "$(settings "$shared")" "$before"
check "nothing else was written" equal "$(write_actions)" \
    "AddServersToServerGroup RemoveServersFromServerGroup TagResources"
mark
exits 0 "then the plan is empty" plan -f "$m"
exits 0 "and so is that of somebody without a state file" plan -f "$m" --state "$work/other.db"
check "nothing is written" no_writes
exits 0 "drift finds nothing" drift -f "$m"
agent status
says_status() { says "0 load balancers, 1 borrowed server group" && says "$shared"; }
check "status shows it" says_status
agent history
check "history has its calls" says Service/shop/tea

# ---- its servers follow the pods; what others add goes
service tea "$shared" 10.0.0.1 10.0.0.3
mark
exits 0 "a pod that takes the place of another is applied" apply -f "$m"
check "in one write" equal "$(write_calls | jq -r .action)" ReplaceServersInServerGroup
check "and is a server" eventually 10 servers_are "$shared" "10.0.0.1:8080 10.0.0.3:8080"
add_server "$shared" 10.9.9.8
exits 2 "a server that somebody adds is drift" drift -f "$m"
exits 0 "which is corrected" apply -f "$m"
check "so it is gone" eventually 10 servers_are "$shared" "10.0.0.1:8080 10.0.0.3:8080"
service tea "$shared"
mark
agent apply -f "$m"
check "no pods, seen once, remove nothing" no_writes
exits 0 "seen twice they are applied" apply -f "$m"
check "and the group is empty" eventually 10 servers_are "$shared" ""
service tea "$shared" 10.0.0.1
exits 0 "pods that come back are applied" apply -f "$m"

# ---- mistakes
named() { says "Service shop/tea" && says alb.ingress.kubernetes.io/server-group-id && says "$1" && says "$2"; }
service tea sgp-nowhere 10.0.0.2
mark
exits 4 "a group that is not there is refused" apply -f "$m"
check "by Service, annotation, id and remedy" named sgp-nowhere "take the annotation off"
check "and nothing is written" no_writes
theirs=$(make_group theirs Ip)
api TagResources --ResourceType=servergroup --ResourceId.1="$theirs" --Tag.1.Key=ack.aliyun.com --Tag.1.Value=c-other >/dev/null
service tea "$theirs" 10.0.0.2
mark
exits 4 "a group of another cluster is refused" apply -f "$m"
check "with both clusters" named "cluster 'c-other'" "cluster 'default'"
check "and nothing is written to it" no_writes
check "the last good group stays as it was" equal "$(servers "$shared")" "10.0.0.1:8080"

# ---- without the annotation
service tea '' 10.0.0.2
cat >"$m/web.yaml" <<END
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: web}
spec:
  config: {name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}
END
mark
exits 0 "the annotation is taken off" apply -f "$m"
check "the group, its servers and its tags stay" equal "$(servers "$shared") $(tags "$shared" | wc -w)" "10.0.0.1:8080 3"
check "no call was for it" equal "$(write_calls | grep -c "$shared")" 0
agent status
check "status knows of none any more" says "Cluster default: 1 load balancer"

# ---- without the Service
service tea "$shared" 10.0.0.1
exits 0 "the annotation is put on again" apply -f "$m"
rm "$m/tea.yaml"
mark
agent apply -f "$m"
check "a Service that is gone, seen once, removes nothing" no_writes
exits 0 "seen twice its servers leave the group" apply -f "$m"
check "and nothing else happens" equal "$(write_calls | jq -r .action)" RemoveServersFromServerGroup
check "the group stays, with no servers" eventually 10 servers_are "$shared" ""
add_server "$shared" 10.9.9.7
exits 0 "whoever uses it next is not disturbed" plan -f "$m"

# ---- an agent that runs
service tea "$shared" 10.0.0.1
cat >"$work/agent.yaml" <<END
list-lag: 1s
lanes:
  load-balancer: {resync: 1s, reconcile-delay: 0s}
  server-group: {resync: 1s}
END
run_pid=''
trap '[ -z "$run_pid" ] || kill -KILL "$run_pid" 2>/dev/null; cleanup' EXIT
"$bin/alb-agent" run -f "$m" --config "$work/agent.yaml" --endpoint "$mock_url" --state "$state" 2>"$work/run.log" </dev/null &
run_pid=$!
check "a running agent keeps the servers" eventually 30 servers_are "$shared" "10.0.0.1:8080"
service tea "$shared" 10.0.0.1 10.0.0.5
check "and follows a pod" eventually 30 servers_are "$shared" "10.0.0.1:8080 10.0.0.5:8080"
add_server "$shared" 10.9.9.6
check "and corrects what somebody adds" eventually 30 servers_are "$shared" "10.0.0.1:8080 10.0.0.5:8080"
service tea sgp-later 10.0.0.1
check "it says of an id what is wrong" eventually 30 grep -qF "there is no server group sgp-later" "$work/run.log"
service tea "$shared" 10.0.0.2
check "and goes on when it is right again" eventually 30 servers_are "$shared" "10.0.0.2:8080"
instances=$(make_group instances Instance)
service cup "$instances" 10.0.0.7
instance_is() { [ "$(api ListServerGroupServers --ServerGroupId="$instances" | jq -r '.Servers[]? | "\(.ServerType) \(.ServerIp)"')" = "$1" ]; }
check "a group of instances gets interfaces" eventually 30 instance_is "Eni 10.0.0.7"
check "and tags" eventually 30 eval 'tags "$instances" | grep -qF service_name=cup'
kill -TERM "$run_pid"
wait "$run_pid"
check "the agent stops" equal $? 0
run_pid=''
mark
exits 0 "it has left nothing to do" plan -f "$m"
check "and no group was deleted" equal "$(group_ids | grep -cE "^($shared|$instances|$theirs)$")" 3
finish
