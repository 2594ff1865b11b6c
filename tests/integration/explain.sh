#!/usr/bin/env bash
# explain.sh - what a request would meet, told from manifests alone.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent
mock_url=http://127.0.0.1:9 # nothing listens there: explanation asks nobody
generate --ingresses 3 --albconfigs 1 --paths 2 --out "$work/m"

# One of the wanted rules, and a request for each of its values.
agent translate -f "$work/m" -o json
rule=$(jq '[.loadBalancers[].resources[] | select(.kind == "Rule")][3]' <<<"$out")
values() { jq -r --arg type "$1" --arg config "$2" \
    '.desired.RuleConditions[] | select(.Type == $type)[$config].Values[0]' <<<"$rule"; }
host=$(values Host HostConfig) path=$(values Path PathConfig) key=$(jq -r .key <<<"$rule")

agent explain -f "$work/m" --host "$host" --path "$path" -o json
check "a request of a rule's values is explained" equal "$status" 0
check "stdout is one JSON document" equal "$(jq -s length "$work/out")" 1
check "it meets that rule" equal "$(jq -r '.listeners[] | .rule' <<<"$out" | grep -cxF "$key")" 1
check "with that rule's actions" equal \
    "$(jq -cS '[.listeners[] | select(.rule == $key)][0].actions' --arg key "$key" <<<"$out")" \
    "$(jq -cS '.desired.RuleActions' <<<"$rule")"
check "and none before it" equal \
    "$(jq '[.listeners[] | select(.rule == $key).tried[:-1][] | select(.answer != "no")] | length' \
        --arg key "$key" <<<"$out")" 0

agent explain -f "$work/m" --host nobody.example
check "another host meets the default action" says "no rule matches: the default action"
check "the last line is the summary" grep -qE '^Explain: [0-9]+ listeners?$' <(tail -n 1 "$work/out")
check "a doubt is no error" equal "$status" 0
agent explain -f "$work/m" --listener 4711
check "a listener that is not wanted is exit 1" equal "$status" 1
check "no state file is left behind" [ ! -e "$state" ]
finish
