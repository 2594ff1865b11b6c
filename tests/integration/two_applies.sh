#!/usr/bin/env bash
# two_applies.sh - what apply does to what is already there: nothing twice, nothing too much.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
export ALB_AGENT_LIST_LAG=0s # state files are lost here, and lists show all at once
m=$work/m
generate --ingresses 6 --albconfigs 2 --paths 2 --out "$m"

exits 0 "the first apply converges" apply -f "$m"
# 2 load balancers, 2 listeners with a default group each, 6 groups of services, 12 rules.
check "two load balancers" equal "$(balancer_ids | count)" 2
check "two listeners" equal "$(listener_ids | count)" 2
check "eight server groups" equal "$(group_ids | count)" 8
check "twelve rules" equal "$(rule_ids | count)" 12
servers_of() { # NAME OF THE GROUP
    local id
    id=$(api ListServerGroups --ServerGroupNames.1="$1" | jq -r '.ServerGroups[0].ServerGroupId')
    api ListServerGroupServers --ServerGroupId="$id" --MaxResults=100 \
        | jq -r '.Servers[]? | "\(.ServerType) \(.ServerIp) \(.Port) \(.Weight)"' | sort | paste -sd,
}
check "a group has the pods of its Service" equal "$(servers_of shop-app-0003-80)" \
    "Eni 10.0.0.7 8080 100,Eni 10.0.0.8 8080 100"

mark
exits 0 "the second apply is exit 0" apply -f "$m"
check "the second apply writes nothing" no_writes

rm -f "$state"*
mark
exits 0 "an apply without its state file is exit 0" apply -f "$m"
check "what is tagged ours is recognised: nothing is written" no_writes

# ---- an Ingress goes
rule_ids >"$work/rules.before"
group_ids >"$work/groups.before"
balancer_ids >"$work/lbs.before"
listener_ids >"$work/listeners.before"
rm "$m/ingress-0002.yaml"
mark
exits 2 "plan shows the removal" plan -f "$m"
check "as two rules and one group" says "0 to add, 0 to change, 3 to destroy"
exits 0 "an Ingress less is applied" apply -f "$m"
deletes_only() {
    local action
    for action in $(write_actions); do
        case $action in
        DeleteRule | DeleteRules | DeleteServerGroup | RemoveServersFromServerGroup) ;;
        *) printf '  not expected: %s\n' "$action" >&2 && return 1 ;;
        esac
    done
}
check "by deletions only" deletes_only
gone() { comm -23 "$1" <("$2") | count; }
new() { comm -13 "$1" <("$2") | count; }
check "its two rules are gone" equal "$(gone "$work/rules.before" rule_ids)" 2
check "its group is gone" equal "$(gone "$work/groups.before" group_ids)" 1
nothing_else() {
    equal "$(new "$work/rules.before" rule_ids)$(new "$work/groups.before" group_ids)" 00 \
        && equal "$(balancer_ids)" "$(cat "$work/lbs.before")" \
        && equal "$(listener_ids)" "$(cat "$work/listeners.before")"
}
check "and nothing else" nothing_else

# ---- a document that does not parse
rm "$m/ingress-0004.yaml"
generate --ingresses 8 --albconfigs 2 --paths 2 --out "$work/more"
cp "$work"/more/*-0007.yaml "$m"
printf 'apiVersion: v1\nkind: Service\nmetadata: {name: broken\nspec: ]\n' >"$m/broken.yaml"
rules=$(rule_ids | count)
mark
exits 4 "a document that does not parse is exit 4" apply -f "$m"
check "the first line says the source is incomplete" grep -qi incomplete <(head -n 1 "$work/out")
check "the file is named with a line" grep -qE 'broken\.yaml:[0-9]+' "$work/out" "$work/err"
none_deleted() { ! write_actions | grep -qE 'Delete|Remove'; }
check "nothing is deleted" none_deleted
check "the new Ingress is served all the same" equal "$(rule_ids | count)" $((rules + 2))
rm "$m/broken.yaml"
exits 0 "with the document gone the rest follows" apply -f "$m"
check "now the two rules of the old Ingress are gone" equal "$(rule_ids | count)" "$rules"

# ---- more than half of a load balancer's rules
generate --ingresses 1 --albconfigs 1 --paths 6 --out "$work/big"
cp "$work/big/ingress-0000.yaml" "$m/ingress-0000.yaml"
exits 0 "an Ingress of six paths is applied" apply -f "$m"
rules=$(rule_ids | count)
mv "$m/ingress-0000.yaml" "$work/held.yaml"
mark
exits 3 "more than half of the rules at once is exit 3" apply -f "$m"
check "nothing is deleted" none_deleted
check "all rules are there" equal "$(rule_ids | count)" "$rules"
confirm() { # DIGITS: as an annotation of the AlbConfig
    sed -i '/alb-agent\/confirm/d' "$m/albconfig-0.yaml"
    sed -i "0,/^metadata:/s|^metadata:|&\n  annotations: {alb-agent/confirm: \"$1\"}|" "$m/albconfig-0.yaml"
}
digits=$(grep -oE 'alb-agent/confirm: "[0-9a-f]{12}"' "$work/err" | head -n 1 | cut -d'"' -f2)
check "the refusal says how to confirm just this change" grep -qE '^[0-9a-f]{12}$' <<<"$digits"
confirm 0123456789ab
exits 3 "the confirmation of something else is none" apply -f "$m"
check "nothing is deleted" none_deleted
confirm "$digits"
exits 0 "the right one allows it" apply -f "$m"
check "the six rules are gone" equal "$(rule_ids | count)" $((rules - 6))
cp "$work/held.yaml" "$m/ingress-0000.yaml"
exits 0 "they come back" apply -f "$m"
rm "$m/ingress-0000.yaml"
exits 3 "and the old confirmation is used up, if only because the rules are others" apply -f "$m"
exits 0 "--allow-destroy allows it" apply -f "$m" --allow-destroy
check "the six rules are gone" equal "$(rule_ids | count)" $((rules - 6))

# ---- an AlbConfig goes
mkdir "$work/kept"
mv "$m/albconfig-1.yaml" "$m"/ingress-000[1357].yaml "$work/kept"
mark
exits 0 "an AlbConfig less is exit 0" apply -f "$m"
check "nothing is written" no_writes
check "its load balancer is reported as an orphan" says orphan
check "by name" says web-1
exits 0 "apply --destroy NAME is exit 0" apply -f "$m" --destroy web-1
check "its load balancer is gone" equal "$(balancer_ids | count)" 1
name_of_rest() { api ListLoadBalancers | jq -r '.LoadBalancers[].LoadBalancerName'; }
check "the other one is there" equal "$(name_of_rest)" web-0
check "its groups are gone, too" equal "$(api ListServerGroups --MaxResults=100 \
    | jq -r '[.ServerGroups[].Tags[]? | select(.Value == "kube-system/web-1")] | length')" 0
mark
exits 0 "then all is in sync" apply -f "$m"
check "nothing is written" no_writes

# ---- no AlbConfig at all
mv "$m"/albconfig-0.yaml "$work/kept"
mark
exits 4 "a source without an AlbConfig is exit 4" apply -f "$m"
check "nothing is written" no_writes

# ---- an AlbConfig that is being deleted says so itself
mv "$work/kept/albconfig-0.yaml" "$m"
rm -f "$m"/ingress-*.yaml
sed -i '/alb-agent\/confirm/d; 0,/^metadata:/s|^metadata:|&\n  deletionTimestamp: "2026-01-01T00:00:00Z"|' "$m/albconfig-0.yaml"
exits 2 "a plan then destroys its load balancer" plan -f "$m"
check "and says whose deletion is the cause" says "AlbConfig web-0"
printf 'kind: [\n' >"$m/broken.yaml"
mark
exits 4 "not while a document does not parse" apply -f "$m"
check "nothing is deleted" none_deleted
rm "$m/broken.yaml"
exits 0 "apply needs no --destroy for it" apply -f "$m"
check "the load balancer is gone" equal "$(balancer_ids | count)" 0
check "and its groups" equal "$(group_ids | count)" 0
finish
