#!/usr/bin/env bash
# settings.sh - the verbs by a file of settings alone, and flags above it.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
m=$work/m
generate --ingresses 1 --albconfigs 1 --endpoints 1 --out "$m"
cat >"$work/agent.yaml" <<END
region: cn-hangzhou
state: $state
endpoints:
  alb: $mock_url
  vpc: $mock_url
  ecs: $mock_url
  cas: $mock_url
  sts: $mock_url
manifests: [$m]
END
unset ALIBABA_CLOUD_REGION_ID

# Without the flags that 'agent' gives.
alone() { # VERB ARGUMENT...
    last_run="alb-agent $*"
    "$bin/alb-agent" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    out=$(cat "$work/out") errors=$(cat "$work/err")
}
ends() { # CODE NAME ARGUMENT...
    alone "${@:3}"
    check "$2" equal "$status" "$1"
}

ends 2 "plan reads manifests and cloud by the file alone" plan --config "$work/agent.yaml"
ends 0 "apply, too" apply --config "$work/agent.yaml"
export ALB_AGENT_CONFIG=$work/agent.yaml
mark
ends 0 "the environment names the file" apply
check "nothing is left to write" no_writes
ends 0 "drift" drift
ends 0 "status" status
ends 0 "api goes to the endpoint of its product" api ListLoadBalancers
check "and shows the load balancer" equal "$(jq '.LoadBalancers | length' <<<"$out")" 1
ends 5 "a flag wins over the file" drift --endpoint http://127.0.0.1:1

printf 'drfit: {orphan: report}\n' >"$work/bad.yaml"
ends 1 "an unknown name is an error" drift --config "$work/bad.yaml"
check "with file, line and a hint" grep -qF "bad.yaml:1: drfit: there is no such setting" "$work/err"
ALB_AGENT_BATCH_RULES=0 ends 1 "so is a value out of range" drift
check "with the variable" grep -qF "ALB_AGENT_BATCH_RULES: '0' is out of range" "$work/err"
finish
