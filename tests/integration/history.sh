#!/usr/bin/env bash
# history.sh - every wanted state is a revision, every call is in the journal, and both can be
# read back: history, show, diff.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
generate --ingresses 2 --albconfigs 1 --out "$m"
exits 0 "before anything was done there is an empty history" history
check "and it says so" says "0 entries"
exits 0 "an apply" apply -f "$m"
sed -i 's|path: /$|path: /moved|' "$m/ingress-0001.yaml"
exits 0 "a changed path" apply -f "$m"
calls_made=$(calls | jq -c 'select(.action | test("^(List|Get|Describe)") | not)' | count)

mark
exits 0 "history" history
check "has the first revision" says "kube-system/web-0@1  wanted as of"
check "and the second" says "kube-system/web-0@2  wanted as of"
check "and every write with its outcome" equal "$(grep -cE '  call [0-9]+  [A-Z][A-Za-z]+  done' "$work/out")" "$calls_made"
check "and the cause of each" grep -qE 'UpdateRulesAttribute  done  \(.*Ingress shop/app-0001' "$work/out"
check "its last line counts" grep -qE "^History: $((calls_made + 2)) entries$" <(tail -n 1 "$work/out")
exits 0 "history of one load balancer" history web-0 -o json
check "is one JSON array" equal "$(jq length "$work/out")" $((calls_made + 2))
check "in order of time" equal "$(jq '[.[].at] | . == sort' "$work/out")" true
call=$(jq '[.[] | select(.action == "CreateRules")][0].call' "$work/out")
exits 0 "history of one that there is not" history nobody
check "is empty" says "0 entries"

exits 0 "show CALL" show "$call"
check "has its parameters" equal "$(jq -r '.action + " " + .params["Rules.1.RuleActions.1.Type"]' "$work/out")" "CreateRules ForwardGroup"
check "its outcome" equal "$(jq -r '[.state, .httpStatus, (.requestId | length > 0)] | tostring' "$work/out")" '["done",200,true]'
check "and no secret" equal "$(grep -c testsecret "$work/out")" 0
exits 0 "show LB@REVISION" show web-0@2
check "has the rules" equal "$(jq '[.resources | keys[] | select(startswith("Rule "))] | length' "$work/out")" 2
exits 1 "show of a call that there is not" show 4711
check "says how to find those there are" says "alb-agent history"
exits 1 "show of a revision that there is not" show web-0@9
exits 1 "show of something else" show web

exits 2 "diff of two revisions" diff web-0@1 web-0@2
check "has the rule that came and the one that went" equal "$(grep -cE '^[+-] Rule ' "$work/out")" 2
check "its last line counts" grep -q '^Diff: 1 added, 0 changed, 1 removed$' <(tail -n 1 "$work/out")
exits 0 "diff of a revision with itself" diff web-0@1 web-0@1
exits 1 "diff of one revision" diff web-0@1
check "none of this makes a call" equal "$(calls | count)" 0
finish
