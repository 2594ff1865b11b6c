#!/usr/bin/env bash
# minimal_writes.sh - a small edit costs the fewest calls there can be, however many rules
# stand behind it (design.md §5, §8).
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
m=$work/m
generate --ingresses 40 --albconfigs 1 --out "$m"
exits 0 "40 Ingresses are applied" apply -f "$m"

# edited WRITES ACTIONS CLAIM: applies, and expects so many writes, of these actions.
edited() {
    mark
    exits 0 "$3 is applied" apply -f "$m"
    check "in $1 writes" equal "$(writes)" "$1"
    check "namely $2" equal "$(write_actions)" "$2"
}

generate --ingresses 41 --albconfigs 1 --out "$work/more"
cp "$work/more/service-0040.yaml" "$m"
sed 's/^  namespace: shop$/&\n  annotations:\n    alb.ingress.kubernetes.io\/order: "1"/' \
    "$work/more/ingress-0040.yaml" >"$m/ingress-0040.yaml"
check "the order is set" grep -q 'order: "1"' "$m/ingress-0040.yaml"
edited 3 "AddServersToServerGroup CreateRules CreateServerGroup" "an Ingress before all others"
first_host() {
    api ListRules --MaxResults=100 | jq -r '[.Rules | sort_by(.Priority)[0].RuleConditions[]
        | .HostConfig?.Values[]?] | first'
}
check "its rule comes first" equal "$(first_host)" app-0040.example.com

sed -i 's|path: /$|path: /moved|' "$m/ingress-0020.yaml"
mark
exits 0 "a changed path is applied" apply -f "$m"
# The old rule becomes the new one: no create, no delete (design.md §5).
actions_in_order() { write_calls | jq -r .action | paste -sd' '; }
check "by one update of the old rule" equal "$(actions_in_order)" UpdateRulesAttribute

rm "$m/ingress-0040.yaml"
edited 2 "DeleteRules DeleteServerGroup" "an Ingress less"

sed -i 's/^    protocol: HTTP$/&\n    requestTimeout: 75/' "$m/albconfig-0.yaml"
edited 1 "UpdateListenerAttribute" "a listener's timeout"
timeout_is() { api ListListeners | jq -r '.Listeners[0].RequestTimeout'; }
check "it is in force" equal "$(timeout_is)" 75

sed -i '0,/^    name: web-0$/s//    name: renamed/' "$m/albconfig-0.yaml"
edited 1 "UpdateLoadBalancerAttribute" "a load balancer's name"
finish
