# resources.sh - what there is in the mock, as lanes.py wants it.  Sourced after lib.sh.
# shellcheck shell=bash

# All items of a list action, page by page, as JSON lines.
all_of() { # ACTION MEMBER
    local token='' reply
    while :; do
        reply=$(api "$1" --MaxResults=100 ${token:+"--NextToken=$token"}) || return 1
        jq -c ".$2[]?" <<<"$reply"
        token=$(jq -r '.NextToken // ""' <<<"$reply")
        [ -n "$token" ] || return 0
    done
}

resources() {
    jq -n \
        --slurpfile balancers <(all_of ListLoadBalancers LoadBalancers) \
        --slurpfile listeners <(all_of ListListeners Listeners) \
        --slurpfile rules <(all_of ListRules Rules) \
        --slurpfile groups <(all_of ListServerGroups ServerGroups) '{
        balancers: $balancers | map({(.LoadBalancerName): .LoadBalancerId}) | add,
        listeners: $listeners | map({(.ListenerId): .LoadBalancerId}) | add,
        rules: $rules | map({(.RuleId): .ListenerId}) | add,
        groups: [$groups[] | .ServerGroupId as $id | .Tags[]?
            | select(.Key == "ingress.k8s.alibaba/resource") | {(.Value): $id}] | add
    }'
}
