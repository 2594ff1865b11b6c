#!/usr/bin/env bash
# drift_running.sh - beside an agent that runs: what 'status' and 'drift' show of it, and what it
# leaves alone because of settings and verdicts.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
generate --ingresses 3 --albconfigs 1 --out "$m"
run_pid=''
trap 'kill -KILL $run_pid 2>/dev/null; cleanup' EXIT
printf 'drift: {drift: report}\nlanes:\n  load-balancer: {resync: 1s}\n  server-group: {resync: 1s}\n' >"$work/agent.yaml"

start_agent() {
    "$bin/alb-agent" run -f "$m" --config "$work/agent.yaml" --endpoint "$mock_url" --state "$state" \
        >"$work/run.out" 2>>"$work/run.err" </dev/null &
    run_pid=$!
}
stop_agent() {
    kill -TERM "$run_pid" && wait "$run_pid"
}
status_is() { # JQ-FILTER WANTED
    agent status -o json
    [ "$status" = 0 ] && [ "$(jq -c "$1" "$work/out")" = "$2" ]
}

start_agent
check "the agent says that it runs" eventually 30 status_is .agent.state '"running"'
check "and makes everything" eventually 60 status_is '[.loadBalancers[] | .resources > 5 and .resources == .inSync]' '[true]'
check "it says when it last read everything" eventually 30 status_is '.agent.lastReadAt | length' 20
check "in words, too" eventually 5 eval 'agent status && says "Agent: running (pid $run_pid on host"'

# ---- somebody edits a rule
changed=$(rule_ids | head -1)
mark
api UpdateRuleAttribute --RuleId="$changed" --RuleActions.1.Type=FixedResponse --RuleActions.1.Order=1 \
    --RuleActions.1.FixedResponseConfig.Content=edited --RuleActions.1.FixedResponseConfig.ContentType=text/plain \
    --RuleActions.1.FixedResponseConfig.HttpCode=200 --wait >/dev/null
check "the agent finds it" eventually 30 status_is '[.loadBalancers[].found]' '[1]'
exits 2 "drift shows what the agent wrote down" drift -f "$m" -o json
check "with its date" equal "$(jq -r '.resources[].firstSeen | length' "$work/out")" 20
check "nobody corrected it" equal "$(write_calls | jq -r .action)" UpdateRuleAttribute
exits 1 "a verdict beside the agent is refused" drift accept web-0 Rule "$changed"
check "with the remedy" says "stop the agent"

# ---- the agent stops, a person decides, it goes on
check "the agent stops" stop_agent
check "and has said so" status_is .agent.state '"stopped"'
exits 0 "the verdict is taken" drift accept web-0 Rule "$changed" --until 2199-12-31
printf 'lanes:\n  load-balancer: {resync: 1s}\n  server-group: {resync: 1s}\n' >"$work/agent.yaml"
mark
start_agent
check "the agent reads everything again" eventually 30 status_is '.agent.state, (.agent.lastReadAt | length)' $'"running"\n20'
check "it knows of the verdict" status_is '[.loadBalancers[] | [.found, .settled]]' '[[1,1]]'
check "and corrects nothing" no_writes

# ---- a kill is seen as one
kill -KILL "$run_pid" && wait "$run_pid" 2>/dev/null
check "an agent that was killed is not called stopped" status_is .agent.state '"dead"'
exits 0 "the verdict is taken back" drift forget web-0 Rule "$changed"
start_agent
check "and the next agent corrects it" eventually 30 status_is '[.loadBalancers[].found]' '[0]'
check "with one write" equal "$(write_calls | jq -r .action)" UpdateRulesAttribute
check "the agent stops again" stop_agent
finish
