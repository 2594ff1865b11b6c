#!/usr/bin/env bash
# endpoints.sh - pods come and go; what is not known is not empty (design.md §4, §6).
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
m=$work/m
generate --ingresses 1 --albconfigs 1 --endpoints 3 --out "$m"
slices=$m/service-0000.yaml
cp "$slices" "$work/three.yaml"
exits 0 "a Service with three pods is applied" apply -f "$m"

group=$(api ListServerGroups --ServerGroupNames.1=shop-app-0000-80 | jq -r '.ServerGroups[0].ServerGroupId')
servers() {
    api ListServerGroupServers --ServerGroupId="$group" --MaxResults=100 \
        | jq -r '.Servers[]?.ServerIp' | sort | paste -sd' '
}
servers_are() { equal "$(servers)" "$1" 2>/dev/null; }
check "they are its servers" equal "$(servers)" "10.0.0.1 10.0.0.2 10.0.0.3"

sed -i 's/10\.0\.0\.2$/10.0.0.99/' "$slices"
mark
exits 0 "a pod with another address is applied" apply -f "$m"
check "in one write" equal "$(writes)" 1
check "and takes the place of the old one" eventually 10 servers_are "10.0.0.1 10.0.0.3 10.0.0.99"

sed -i '0,/ready: true/s//ready: false/' "$slices"
mark
exits 0 "a pod that is not ready is applied" apply -f "$m"
check "in one write" equal "$(writes)" 1
check "and gets no requests" eventually 10 servers_are "10.0.0.3 10.0.0.99"

# ---- unknown is not empty
awk 'BEGIN { RS = "---\n"; ORS = "" } /kind: Service\n/ { print "---\n" $0 }' "$work/three.yaml" >"$slices"
check "the manifest holds no slice any more" [ "$(grep -c '^kind' "$slices")" = 1 ]
mark
exits 0 "a Service without slices is applied" apply -f "$m"
check "nothing is written" no_writes
check "its servers stay" equal "$(servers)" "10.0.0.3 10.0.0.99"
exits 0 "drift without slices is exit 0" drift -f "$m"
agent plan -f "$m"
says_unknown() { says "Service shop/app-0000" && says EndpointSlice; }
check "the plan says what is not known" says_unknown

# ---- an empty slice is empty, when it was seen twice
sed '/^endpoints:/,$d' "$work/three.yaml" >"$slices"
printf 'endpoints: []\n' >>"$slices"
mark
agent apply -f "$m"
check "an empty slice seen once removes nothing" no_writes
check "its servers stay" equal "$(servers)" "10.0.0.3 10.0.0.99"
exits 0 "seen twice it is applied" apply -f "$m"
check "in one write" equal "$(writes)" 1
check "and the group is empty" eventually 10 servers_are ""

cp "$work/three.yaml" "$slices"
mark
exits 0 "pods that come back are applied" apply -f "$m"
check "in one write" equal "$(writes)" 1
check "and are servers again" eventually 10 servers_are "10.0.0.1 10.0.0.2 10.0.0.3"

# ---- pods come and go while their AlbConfig, or a listener of it, is in doubt
config=$(grep -l 'kind: AlbConfig' "$m"/*.yaml)
cp "$config" "$work/good.yaml"
sed -i 's/^  config:.*/&\n    edition: Fancy/' "$config"
sed -i 's/10\.0\.0\.2$/10.0.0.52/' "$slices"
mark
exits 4 "an AlbConfig that cannot be read is left out" apply -f "$m"
check "it is named" says 'edition: "Fancy" is not known; give Standard or StandardWithWaf'
check "nothing but servers is written" equal "$(write_actions)" ReplaceServersInServerGroup
check "and they follow the pods" eventually 10 servers_are "10.0.0.1 10.0.0.3 10.0.0.52"
mark
exits 4 "once more" apply -f "$m"
check "writes nothing" no_writes

sed 's/port: 80$/&\n    idleTimeout: 99999/' "$work/good.yaml" >"$config"
sed -i 's/10\.0\.0\.52$/10.0.0.53/' "$slices"
mark
exits 4 "a listener that cannot be read is left out" apply -f "$m"
check "it is named" says "idleTimeout: 99999 is out of range; give 0 to 3600"
check "nothing but servers is written" equal "$(write_actions)" ReplaceServersInServerGroup
check "and they follow the pods" eventually 10 servers_are "10.0.0.1 10.0.0.3 10.0.0.53"

cp "$work/good.yaml" "$config"
mark
exits 0 "the AlbConfig that is right again is applied" apply -f "$m"
check "without a write" no_writes
finish
