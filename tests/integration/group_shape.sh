#!/usr/bin/env bash
# group_shape.sh - what is fixed when a server group is made changes by another group beside it:
# made, filled, switched to, and only then is the old one deleted.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
m=$work/m
generate --ingresses 2 --albconfigs 1 --out "$m"
exits 0 "it converges" apply -f "$m"
before=$(rule_ids)
group() { api ListServerGroups --ServerGroupNames.1=shop-app-0000-80 | jq -r '.ServerGroups[] | .ServerGroupId + " " + .ServerGroupType'; }
old=$(group)
check "the group takes instances" grep -q ' Instance$' <<<"$old"

as_ip() { sed -i '0,/^metadata:/s|^metadata:.*|&\n  annotations: {alb.ingress.kubernetes.io/server-group-type: Ip}|' "$m/ingress-0000.yaml"; }
as_ip
exits 2 "another type is planned" plan -f "$m"
check "without a gap" says "hitless"
check "and not as something that cannot be done" grep -qv "fixed at creation" "$work/out"
mark
exits 0 "and done in one apply" apply -f "$m"
check "there is one group of that name" equal "$(group | count)" 1
check "which takes addresses" grep -q ' Ip$' <<<"$(group)"
check "and is another one" [ "$(group)" != "$old" ]
check "rules are the same ones" equal "$(rule_ids)" "$before"
check "made, filled, switched to, deleted" equal "$(write_calls | jq -r .action | paste -sd' ')" \
    "CreateServerGroup AddServersToServerGroup UpdateRulesAttribute DeleteServerGroup"
mark
exits 0 "a second apply" apply -f "$m"
check "writes nothing" no_writes

# ---- a crash in the middle: the groups have the same tags then
sed -i '/annotations:/d' "$m/ingress-0000.yaml"
api CreateServerGroup --ServerGroupName=shop-app-0000-80 --ServerGroupType=Instance --VpcId="$(
    api ListServerGroups --ServerGroupNames.1=shop-app-0000-80 | jq -r '.ServerGroups[0].VpcId')" \
    --Protocol=HTTP --HealthCheckConfig.HealthCheckEnabled=false >"$work/made"
made=$(jq -r .ServerGroupId "$work/made") n=0 tags=()
while read -r key value; do
    n=$((n + 1))
    tags+=("--Tag.$n.Key=$key" "--Tag.$n.Value=$value")
done < <(api ListServerGroups --ServerGroupNames.1=shop-app-0000-80 --ServerGroupType=Ip |
    jq -r '.ServerGroups[] | select(.Tags | length > 0) | .Tags[] | .Key + " " + .Value')
api TagResources --ResourceType=servergroup --ResourceId.1="$made" "${tags[@]}" >/dev/null
rm -f "$state"
mark
exits 0 "with both groups there and no memory it goes on" apply -f "$m"
check "no third one is made" equal "$(write_calls | jq -r 'select(.action == "CreateServerGroup")' | count)" 0
check "the one of the wanted type is used" equal "$(group)" "$made Instance"
finish
