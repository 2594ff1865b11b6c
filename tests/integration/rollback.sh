#!/usr/bin/env bash
# rollback.sh - a load balancer goes back to an earlier wanted state, stays there whatever the
# manifests say, and follows them again once it is released.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
generate --ingresses 4 --albconfigs 2 --out "$m" # app-0000 and app-0002 are of web-0
hosts() { api ListRules --MaxResults=100 | jq -r '.Rules[].RuleConditions[].HostConfig?.Values[]?' | sort | paste -sd' '; }
servers_of() { api ListServerGroupServers --MaxResults=100 --ServerGroupId="$(
    api ListServerGroups --ServerGroupNames.1="$1" | jq -r '.ServerGroups[0].ServerGroupId')" | jq -r '.Servers[].ServerIp' | sort | paste -sd' '; }

exits 0 "an apply" apply -f "$m"
first=$(hosts)
sed -i 's/app-0000.example.com/bad.example.com/' "$m/ingress-0000.yaml"
sed -i 's/app-0001.example.com/other.example.com/' "$m/ingress-0001.yaml"
exits 0 "a change of both load balancers" apply -f "$m"
second=$(hosts)
check "is there" grep -q bad.example.com <<<"$second"

mark
exits 0 "rollback of one" rollback web-0 --to 1
check "its rules are those of then, and the other one's those of now" equal "$(hosts)" \
    "$(sed 's/bad.example.com/app-0000.example.com/' <<<"$second" | tr ' ' '\n' | sort | paste -sd' ')"
check "by one call" equal "$(write_calls | jq -r .action | paste -sd' ')" UpdateRulesAttribute
mark
exits 0 "an apply of the manifests" apply -f "$m"
check "leaves it there" no_writes
check "and says so" says "stays at revision 1"

# ---- servers are those of now
sed -i 's/10\.0\.0\.1$/10.0.9.9/; s/\[10\.0\.0\.1\]/[10.0.9.9]/; s/- 10\.0\.0\.1\b/- 10.0.9.9/; s/"10\.0\.0\.1"/"10.0.9.9"/' "$m/service-0000.yaml"
check "a pod has another address" grep -q 10.0.9.9 "$m/service-0000.yaml"
exits 0 "an apply while pinned" apply -f "$m"
check "brings the new server" grep -qw 10.0.9.9 <<<"$(servers_of shop-app-0000-80)"
check "and no old one" equal "$(servers_of shop-app-0000-80 | grep -cw 10.0.0.1)" 0
check "the rules stay" grep -q app-0000.example.com <<<"$(hosts)"

exits 0 "release" rollback web-0 --release
exits 0 "an apply after that" apply -f "$m"
check "follows the manifests again" equal "$(hosts)" "$second"
exits 0 "a second release" rollback web-0 --release
check "says that there was none" says "was not rolled back"

exits 1 "rollback to a revision that there is not" rollback web-0 --to 99
check "says how to find those there are" says "alb-agent history kube-system/web-0"
exits 0 "and pins nothing" apply -f "$m"
check "whatever was said" equal "$(grep -c "stays at revision" "$work/err")" 0
exits 1 "rollback without a revision" rollback web-0
exits 1 "rollback to no number" rollback web-0 --to last
check "first was different" [ "$first" != "$second" ]
finish
