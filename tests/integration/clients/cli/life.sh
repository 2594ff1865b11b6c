# life.sh - what client_cli.sh does with the aliyun CLI: creates, reads back, deletes.
# shellcheck shell=bash

# One call; the reply on stdout.
cli() {
    aliyun alb "$@" --endpoint "${mock_url#http://}" --insecure --region cn-hangzhou \
        --access-key-id testak --access-key-secret testsecret --mode AK
}

status_is() { # WANTED JQ-PATH ACTION OPTION...
    local wanted=$1 path=$2
    shift 2
    [ "$(cli "$@" | jq -r "$path")" = "$wanted" ]
}

job_done() { # JOB
    eventually 10 status_is Succeeded '.Jobs[0].Status' ListAsynJobs --JobIds.1 "$1"
}

# Runs an asynchronous call, waits for its job, prints the member asked for.
changed() { # MEMBER ACTION OPTION...
    local member=$1 reply
    shift
    reply=$(cli "$@") && job_done "$(jq -r .JobId <<<"$reply")" && jq -r ".$member" <<<"$reply"
}

life() {
    local lb group listener rule zones
    local tuple=ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId
    mapfile -t zones < <(cli DescribeZones | jq -r '.Zones[].ZoneId')
    lb=$(cli CreateLoadBalancer --LoadBalancerName cli-lb --AddressType Internet \
        --LoadBalancerEdition Standard --VpcId vpc-1 --LoadBalancerBillingConfig.PayType PostPay \
        --ZoneMappings.1.VSwitchId vsw-0 --ZoneMappings.1.ZoneId "${zones[0]}" \
        --ZoneMappings.2.VSwitchId vsw-1 --ZoneMappings.2.ZoneId "${zones[1]}" |
        jq -r .LoadBalancerId) &&
        eventually 10 status_is Active .LoadBalancerStatus GetLoadBalancerAttribute \
            --LoadBalancerId "$lb" &&
        group=$(changed ServerGroupId CreateServerGroup --ServerGroupName cli-group --VpcId vpc-1 \
            --HealthCheckConfig.HealthCheckEnabled true) &&
        listener=$(changed ListenerId CreateListener --LoadBalancerId "$lb" --ListenerPort 80 \
            --ListenerProtocol HTTP --DefaultActions.1.Type ForwardGroup \
            "--DefaultActions.1.$tuple" "$group") &&
        rule=$(changed RuleId CreateRule --ListenerId "$listener" --RuleName cli-rule --Priority 10 \
            --RuleConditions.1.Type Host --RuleConditions.1.HostConfig.Values.1 '*.example.com' \
            --RuleActions.1.Order 1 --RuleActions.1.Type ForwardGroup \
            "--RuleActions.1.$tuple" "$group") &&
        status_is '*.example.com' '.Rules[0].RuleConditions[0].HostConfig.Values[0]' \
            ListRules --RuleIds.1 "$rule" &&
        changed JobId DeleteRule --RuleId "$rule" &&
        changed JobId DeleteListener --ListenerId "$listener" &&
        changed JobId DeleteServerGroup --ServerGroupId "$group" &&
        changed JobId DeleteLoadBalancer --LoadBalancerId "$lb" &&
        status_is 0 .TotalCount ListLoadBalancers --LoadBalancerIds.1 "$lb"
}
