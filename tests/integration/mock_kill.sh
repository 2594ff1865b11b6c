#!/usr/bin/env bash
# mock_kill.sh - the mock is killed (kill -9) after every call of a scenario and started again
# on its file; in the end its state is that of a mock which was left alone, byte for byte.
# The commands on files of states are tried on the way.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
for tool in curl jq; do
    command -v "$tool" >/dev/null || skip_all "$tool cannot be installed"
done

admin_url=''
kept=$work/id # what later steps need to know, one file for each

# Starts a mock on a file, its virtual clock at second N.
start_at() { # FILE SECOND
    local line=''
    mock_start --state "$1" --clock "virtual=$(time_of "$2")" --admin 127.0.0.1:0 \
        --call-log "$work/calls-$(basename "$1")"
    read -r -t 20 line <&"$mock_fd" || return 1
    admin_url=$(grep -oE 'http://[0-9.]+:[0-9]+' <<<"$line")
}
time_of() { printf '2026-11-22T00:00:%02dZ' "$1"; }
admin() { curl -sf -X "$1" "$admin_url$2" ${3:+-d "$3"}; }
mock_kill() {
    kill -KILL "$mock_pid"
    wait "$mock_pid" 2>/dev/null
    mock_pid=''
    exec {mock_fd}<&-
}

# Makes something and keeps its id as NAME.
make() { # NAME MEMBER ACTION ARGUMENT...
    local name=$1 member=$2
    shift 2
    api "$@" | jq -er ".$member" >"$kept.$name"
}
id() { cat "$kept.$1"; }
did() { admin POST /do "$1" | jq -e '.status == 200' >/dev/null; }

steps=(balancer group group_again listener rules servers change resource_group session tags delete)
balancer() {
    make lb LoadBalancerId CreateLoadBalancer --AddressType=Intranet --VpcId=vpc-1 \
        --LoadBalancerEdition=Standard --LoadBalancerName=one \
        --LoadBalancerBillingConfig.PayType=PostPay \
        --ZoneMappings.1.VSwitchId=vsw-1 --ZoneMappings.1.ZoneId=cn-hangzhou-h \
        --ZoneMappings.2.VSwitchId=vsw-2 --ZoneMappings.2.ZoneId=cn-hangzhou-i \
        --ClientToken=token-lb
}
group() {
    make group ServerGroupId CreateServerGroup --ServerGroupName=gg --VpcId=vpc-1 \
        --HealthCheckConfig.HealthCheckEnabled=false --ClientToken=token-group
}
group_again() { # a client token survives a kill
    local first
    first=$(id group)
    group && [ "$(id group)" = "$first" ]
}
listener() {
    make listener ListenerId CreateListener "--LoadBalancerId=$(id lb)" --ListenerPort=80 \
        --ListenerProtocol=HTTP --DefaultActions.1.Type=ForwardGroup --ClientToken=token-l \
        "--DefaultActions.1.ForwardGroupConfig.ServerGroupTuples.1.ServerGroupId=$(id group)"
}
rules() {
    make rule 'RuleIds[0].RuleId' CreateRules "--ListenerId=$(id listener)" --ClientToken=token-r \
        --Rules.1.RuleName=ab --Rules.1.Priority=1 --Rules.1.RuleConditions.1.Type=Path \
        --Rules.1.RuleConditions.1.PathConfig.Values.1=/a --Rules.1.RuleActions.1.Order=1 \
        --Rules.1.RuleActions.1.Type=FixedResponse \
        --Rules.1.RuleActions.1.FixedResponseConfig.HttpCode=503 \
        --Rules.1.RuleActions.1.FixedResponseConfig.Content=x
}
servers() {
    quietly api AddServersToServerGroup "--ServerGroupId=$(id group)" --ClientToken=token-s \
        --Servers.1.ServerType=Eni --Servers.1.ServerId=eni-0a000001 \
        --Servers.1.ServerIp=10.0.0.1 --Servers.1.Port=80
}
change() {
    quietly api UpdateRuleAttribute "--RuleId=$(id rule)" --Priority=9 --ClientToken=token-c
}
resource_group() {
    did '{"product":"resourcemanager","action":"CreateResourceGroup","params":{"Name":"n","DisplayName":"d"}}'
}
session() {
    did '{"product":"sts","action":"AssumeRole","params":{"RoleArn":"acs:ram::1:role/r","RoleSessionName":"se"}}'
}
tags() {
    quietly api TagResources --ResourceType=servergroup "--ResourceId.1=$(id group)" \
        --Tag.1.Key=k --Tag.1.Value=v
}
delete() { quietly api DeleteRule "--RuleId=$(id rule)" --ClientToken=token-d; }

# One mock for all of it.
start_at "$work/whole.db" 0
done_whole=1
for i in "${!steps[@]}"; do
    quietly admin POST /clock "{\"set\":\"$(time_of "$i")\"}" && "${steps[i]}" || done_whole=0
done
quietly admin POST /clock "{\"set\":\"$(time_of 59)\"}"
admin GET /state >"$work/whole.json"
check "a scenario of ${#steps[@]} calls is done" [ $done_whole = 1 ]
check "its server ends as it was told" mock_stop

# Another one for each call, killed when it has answered.
for i in "${!steps[@]}"; do
    start_at "$work/killed.db" "$i"
    check "${steps[i]} is done by a mock that was killed before" "${steps[i]}"
    mock_kill
done
start_at "$work/killed.db" 59
admin GET /state >"$work/killed.json"
mock_stop

check "the state after ${#steps[@]} kills is that of no kill" cmp "$work/whole.json" "$work/killed.json"
check "it has more than nothing" jq -e '.resource | length == 3' "$work/killed.json" >/dev/null
check "diff finds no difference between the files" \
    equal "$("$bin/alb-mock" diff "$work/whole.db" "$work/killed.db")" ''

# Out of one file, into another.
"$bin/alb-mock" export --state "$work/killed.db" >"$work/exported.json"
check "what export writes is the state" "$bin/alb-mock" diff "$work/exported.json" "$work/whole.json"
"$bin/alb-mock" import --state "$work/copy.db" "$work/exported.json"
check "what import reads is the state" "$bin/alb-mock" diff "$work/copy.db" "$work/whole.db"
start_at "$work/fork.db" 0
mock_stop
mock_start --import "$work/exported.json" --clock "virtual=$(time_of 59)"
check "a server begins with an imported state" equal "$(group_ids)" "$(id group)"
mock_stop
"$bin/alb-mock" diff "$work/fork.db" "$work/exported.json" >"$work/diff"
check "diff tells that there is a difference by its exit status" [ $? = 3 ]
check "and which, a line for each" equal "$(jq -r .Table "$work/diff" | sort -u | paste -sd' ')" \
    "ResourceGroups Sessions attachment resource server tag"

# A restart that a fault asks for, over real connections.
mock_start --state "$work/killed.db" --fault '{action: ListServerGroups, nth: 1, effect: restart, ms: 200}'
first=$(curl -s -o /dev/null -w '%{http_code}' "$mock_url/?Action=ListServerGroups&Version=2020-06-16")
check "a call that is not signed restarts nothing" equal "$first" 400
check "a client that repeats its calls survives a restart of the server" \
    equal "$(eventually 20 group_ids)" "$(id group)"
check "which did happen" grep -q '"fault":"restart"' "$mock_log"
finish
