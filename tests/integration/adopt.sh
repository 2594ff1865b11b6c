#!/usr/bin/env bash
# adopt.sh - a load balancer as the ALB Ingress Controller leaves it (its names, tags, defaults
# and rules numbered 1..N: alb-ingress.md §C.11, §D, §F) is taken over without a write.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 1
export ALB_AGENT_LIST_LAG=0s # or a first apply beside what is there waits for lists to show all
m=$work/m cluster=c-old
mkdir "$m"
hosts=(a b c)

# ---- the manifests, which do not change
albconfig() { # NAME [LINE OF spec.config]...
    local name=$1
    shift
    printf '%s\n' "apiVersion: alibabacloud.com/v1" "kind: AlbConfig" "metadata: {name: $name}" \
        "spec:" "  config:" "    name: $name" "    addressType: Internet" \
        "    zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]"
    [ $# = 0 ] || printf '    %s\n' "$@"
    printf '%s\n' "  listeners: [{port: 80, protocol: HTTP}]" "---" \
        "apiVersion: networking.k8s.io/v1" "kind: IngressClass" "metadata: {name: $name}" \
        "spec:" "  controller: ingress.k8s.alibabacloud/alb" \
        "  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: $name}"
}
app() { # NUMBER CLASS HOST
    cat <<END
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: app-$1, namespace: shop}
spec:
  ingressClassName: $2
  rules:
  - host: $3.example.com
    http:
      paths:
      - {path: /tea, pathType: Prefix, backend: {service: {name: svc-$1, port: {number: 80}}}}
      - {path: /, pathType: Prefix, backend: {service: {name: svc-$1, port: {number: 80}}}}
---
apiVersion: v1
kind: Service
metadata: {name: svc-$1, namespace: shop}
spec: {type: ClusterIP, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: svc-$1-x, namespace: shop, labels: {kubernetes.io/service-name: svc-$1}}
addressType: IPv4
ports: [{port: 8080}]
endpoints: [{addresses: [10.0.0.$1], targetRef: {kind: Pod, name: p-$1}}]
END
}
albconfig web >"$m/albconfig.yaml"
for n in 1 2 3; do app "$n" web "${hosts[n - 1]}" >"$m/app-$n.yaml"; done

# ---- what that controller made of them
settled() { # KIND ID
    local reply
    case $1 in
    lb) reply=$(api GetLoadBalancerAttribute --LoadBalancerId="$2" | jq -r .LoadBalancerStatus) ;;
    listener) reply=$(api GetListenerAttribute --ListenerId="$2" | jq -r .ListenerStatus) ;;
    group) reply=$(api ListServerGroups --ServerGroupIds.1="$2" | jq -r '.ServerGroups[0].ServerGroupStatus') ;;
    esac
    [[ $reply == Active || $reply == Running || $reply == Available ]]
}
old_balancer() { # NAME
    local id
    id=$(api CreateLoadBalancer --LoadBalancerName="$1" --AddressType=Internet \
        --AddressAllocatedMode=Dynamic --LoadBalancerEdition=Standard --VpcId=vpc-1 \
        --LoadBalancerBillingConfig.PayType=PostPay \
        --ModificationProtectionConfig.Status=ConsoleProtection \
        --DeletionProtectionEnabled=true \
        --ZoneMappings.1.ZoneId=cn-hangzhou-h --ZoneMappings.1.VSwitchId=vsw-1 \
        --ZoneMappings.2.ZoneId=cn-hangzhou-i --ZoneMappings.2.VSwitchId=vsw-2 | jq -r .LoadBalancerId)
    eventually 10 settled lb "$id" && printf '%s' "$id"
}
tag() { # TYPE ID KEY VALUE ...
    local type=$1 id=$2 n=0 args=()
    shift 2
    while [ $# -gt 0 ]; do
        n=$((n + 1))
        args+=("--Tag.$n.Key=$1" "--Tag.$n.Value=$2")
        shift 2
    done
    api TagResources --ResourceType="$type" --ResourceId.1="$id" "${args[@]}" >/dev/null
}
tag_balancer() { # ID NAME
    tag loadbalancer "$1" ack.aliyun.com $cluster ingress.k8s.alibaba/albconfig "kube-system/$2" \
        ingress.k8s.alibaba/resource ApplicationLoadBalancer
}
hash_of() { printf '%s' "$1" | sha256sum | cut -d' ' -f1; }
old_group() { # BALANCER NAMESPACE INGRESS SERVICE RESOURCE-TAG [IP]
    local id
    id=$(api CreateServerGroup --ServerGroupName="$2-$4-80" --ServerGroupType=Instance --VpcId=vpc-1 \
        --Protocol=HTTP --Scheduler=Wrr --HealthCheckConfig.HealthCheckEnabled=false \
        --StickySessionConfig.StickySessionEnabled=false --ServiceName="$2-$4-80" | jq -r .ServerGroupId)
    eventually 10 settled group "$id" || return 1
    tag servergroup "$id" ack.aliyun.com $cluster ingress.k8s.alibaba/albconfig "kube-system/$1" \
        ingress.k8s.alibaba/resource "$5" ingress.k8s.alibaba/service_ns "$2" \
        ingress.k8s.alibaba/ingress_name "$3" ingress.k8s.alibaba/service_name "$4" \
        ingress.k8s.alibaba/service_port 80
    [ $# -lt 6 ] || api AddServersToServerGroup --ServerGroupId="$id" --Servers.1.ServerType=Eni \
        --Servers.1.ServerId="eni-$(printf '%02x%02x%02x%02x' ${6//./ })" --Servers.1.ServerIp="$6" \
        --Servers.1.Port=8080 --Servers.1.Weight=100 --wait >/dev/null
    printf '%s' "$id"
}
old_listener() { # BALANCER-ID GROUP-ID
    local id
    id=$(api CreateListener --LoadBalancerId="$1" --ListenerProtocol=HTTP --ListenerPort=80 \
        --ListenerDescription=ingress-auto-listener-80 --RequestTimeout=60 --IdleTimeout=15 \
        --GzipEnabled=true --DefaultActions.1.Type=ForwardGroup \
        --DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId="$2" \
        --XForwardedForConfig.XForwardedForEnabled=false | jq -r .ListenerId)
    eventually 10 settled listener "$id" && printf '%s' "$id"
}
old_rule() { # LISTENER PRIORITY HOST GROUP PATH...
    local listener=$1 priority=$2 host=$3 group=$4 n=0 args=()
    shift 4
    for path; do
        n=$((n + 1))
        args+=("--Rules.1.RuleConditions.2.PathConfig.Values.$n=$path")
    done
    api CreateRules --ListenerId="$listener" --Rules.1.RuleName="rule-80-$priority" \
        --Rules.1.Priority="$priority" --Rules.1.RuleConditions.1.Type=Host \
        --Rules.1.RuleConditions.1.HostConfig.Values.1="$host" --Rules.1.RuleConditions.2.Type=Path \
        "${args[@]}" --Rules.1.RuleActions.1.Type=ForwardGroup --Rules.1.RuleActions.1.Order=1 \
        --Rules.1.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId="$group" \
        --Rules.1.RuleActions.1.ForwardGroupConfig.ServerGroupTuples.1.Weight=100 --wait >/dev/null
}
# Everything for one AlbConfig; the listener's id.
old_everything() { # NAME BALANCER-ID FIRST-APP LAST-APP
    local listener n priority=0 group resource
    listener=$(old_listener "$2" "$(old_group "$1" kube-system "$1-listener-80" fake-svc \
        "$(hash_of "kube-system/$1-listener-80-fake-svc:80")")")
    for ((n = $3; n <= $4; n++)); do
        resource=$(hash_of "shop/app-$n-svc-$n:80")
        [ "$n" != 2 ] || resource=shop/app-2-svc-2:80 # early versions did not hash it
        group=$(old_group "$1" shop "app-$n" "svc-$n" "$resource" "10.0.0.$n") || return 1
        old_rule "$listener" $((priority += 1)) "${hosts[n - 1]}.example.com" "$group" /tea '/tea/*'
        old_rule "$listener" $((priority += 1)) "${hosts[n - 1]}.example.com" "$group" '/*'
    done
    printf '%s' "$listener"
}

lb=$(old_balancer web)
check "the old controller's load balancer is there" grep -q '^alb-' <<<"$lb"
tag_balancer "$lb" web
listener=$(old_everything web "$lb" 1 3)
check "with its six rules" [ "$(rule_ids | count)" = 6 ]

# ---- taking it over
before=$(rule_ids)
mark
exits 0 "the first plan is empty" plan -f "$m" --cluster-id $cluster
check "and says so" says "in sync"
exits 0 "the first apply" apply -f "$m" --cluster-id $cluster
check "writes nothing" no_writes
exits 0 "then there is no drift" drift -f "$m" --cluster-id $cluster

# ---- its rules are numbered without gaps: a new first one costs two calls
app 4 web first | sed 's/name: app-4, namespace: shop/&, annotations: {alb.ingress.kubernetes.io\/order: "1"}/' \
    >"$m/app-4.yaml"
mark
exits 0 "a new first Ingress" apply -f "$m" --cluster-id $cluster
check "changes no rule that is there" [ "$(comm -23 <(echo "$before") <(rule_ids))" = "" ]
rule_writes() { write_calls | jq -r 'select(.action | test("Rule")) | .action' | wc -l | tr -d ' '; }
check "and takes one call for its rules, as its host meets no other" equal "$(rule_writes)" 1

# ---- what somebody else made in it stays as it is
by_hand=$(api CreateRules --ListenerId="$listener" --Rules.1.RuleName=by-hand --Rules.1.Priority=9000 \
    --Rules.1.RuleConditions.1.Type=Host --Rules.1.RuleConditions.1.HostConfig.Values.1=hand.example.com \
    --Rules.1.RuleActions.1.Type=FixedResponse --Rules.1.RuleActions.1.Order=1 \
    --Rules.1.RuleActions.1.FixedResponseConfig.HttpCode=200 \
    --Rules.1.RuleActions.1.FixedResponseConfig.ContentType=text/plain \
    --Rules.1.RuleActions.1.FixedResponseConfig.Content=hi --wait | jq -r '.RuleIds[0].RuleId')
loose=$(api CreateServerGroup --ServerGroupName=loose --VpcId=vpc-1 \
    --HealthCheckConfig.HealthCheckEnabled=false | jq -r .ServerGroupId)
mark
exits 0 "a rule and a group of somebody else are no change" apply -f "$m" --cluster-id $cluster
check "and nothing is written" no_writes
check "the rule is still there" grep -qx "$by_hand" <(rule_ids)
check "the group is still there" grep -qx "$loose" <(group_ids)

# ---- a load balancer that is named, and carries nobody's tags
named=$(old_balancer named)
old_everything named "$named" 4 3 >/dev/null
albconfig named "id: $named" >"$m/named.yaml"
mark
exits 0 "a load balancer named by spec.config.id is taken over" apply -f "$m" --cluster-id $cluster
check "with no write but its tags" equal "$(write_actions)" TagResources
check "in one call" equal "$(writes)" 1
exits 0 "which is all" plan -f "$m" --cluster-id $cluster

# ---- another cluster's
mark
exits 1 "with another cluster id the run stops" plan -f "$m" --state "$work/other.db" --cluster-id c-new
check "and names the load balancer" says "$lb"
check "and the cluster it belongs to" says $cluster
finish
