#!/usr/bin/env bash
# run.sh - an agent that keeps running: follows files, repairs what others change, reads its
# settings again, ends cleanly.
. "$(dirname "$0")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start

files=$work/files
mkdir "$files"
tls_shop "$files/shop.yaml"
sed -i 's/, {port: 443, protocol: HTTPS}//' "$files/shop.yaml"
ingress() { # NAME HOST
    cat >"$files/$1.yaml" <<END
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: $1, namespace: shop}
spec:
  ingressClassName: web
  rules:
  - host: $2
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}
END
}
ingress tea tea.example

rules() { api ListRules | jq '.Rules | length'; }
rules_are() { [ "$(rules)" = "$1" ]; }
host_is_there() { api ListRules | grep -qF "\"$1\""; }

cat >"$work/agent.yaml" <<END
list-lag: 1s
lanes:
  load-balancer: {resync: 1s, reconcile-delay: 0s}
  server-group: {resync: 1s}
END
run_start --config "$work/agent.yaml"
check "a running agent makes what the manifests ask for" eventually 30 rules_are 1
check "it says so" eventually 30 logged '"in sync"'

ingress milk milk.example
check "a new file is followed" eventually 30 host_is_there milk.example
ingress milk cream.example
check "a changed file is followed" eventually 30 host_is_there cream.example
rm "$files/milk.yaml"
check "a file that goes takes its rules along" eventually 30 rules_are 1

printf 'kind: [\n' >"$files/broken.yaml"
rm "$files/tea.yaml"
check "a broken file is named" eventually 30 logged broken.yaml
ingress coffee coffee.example
check "others are followed all the same" eventually 30 host_is_there coffee.example
check "nothing is deleted beside a broken file" host_is_there tea.example
rm "$files/broken.yaml"
check "once it is gone the deletion is made" eventually 30 rules_are 1

rule=$(api ListRules | jq -r '.Rules[0].RuleId')
quietly api DeleteRules --RuleIds.1="$rule"
made_again() { api ListRules | jq -e --arg old "$rule" '[.Rules[].RuleId] | length == 1 and .[0] != $old'; }
check "what somebody deletes is made again" eventually 30 quietly made_again

sed -i 's/reconcile-delay: 0s/reconcile-delay: 10ms/' "$work/agent.yaml"
kill -HUP "$agent_pid"
check "SIGHUP reads the settings again" eventually 30 logged lanes.load-balancer.reconcile-delay
printf 'nonsense: 1\n' >"$work/agent.yaml"
kill -HUP "$agent_pid"
check "a mistake in them is named and changes nothing" eventually 30 logged nonsense

check "a second writer is refused" test "$(agent apply -f "$files"; printf %s "$status")" = 1
check "SIGTERM ends it" run_stop
exits 0 "what it leaves is in sync" drift -f "$files"

mark
run_start
check "an agent that starts again writes nothing" eventually 30 logged '"in sync"'
check "none at all" no_writes
check "and ends" run_stop

"$bin/alb-agent" run -f "$files" --set lanes.server-group.retries=3 --print-config >"$work/printed.yaml"
"$bin/alb-agent" run --config "$work/printed.yaml" --print-config | grep -v '^ *#' >"$work/again.yaml"
check "the printed settings are a file that gives the same ones" \
    equal "$(grep -v '^ *#' "$work/printed.yaml" | sed 's/ *#.*//')" "$(sed 's/ *#.*//' "$work/again.yaml")"
check "a flag is among them" grep -q 'retries: 3' "$work/printed.yaml"
exits 1 "a setting that does not exist is refused" run -f "$files" --set lanes.nonsense=1
check "by its name" says lanes.nonsense
finish
