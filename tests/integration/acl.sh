#!/usr/bin/env bash
# acl.sh - aclConfig of a listener: access lists are made, filled and associated before a rule lets
# anybody in, change without a gap where there is a way, are repaired, taken over and taken away.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
mkdir "$m"
tls_shop "$work/shop.yaml"
config() { # ACL-CONFIG-OF-80 ACL-CONFIG-OF-81 MORE-OF-SPEC.CONFIG
    cat >"$m/web.yaml" <<END
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: web}
spec:
  config: {name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]${3:+, $3}}
  listeners:
  - {port: 80${1:+, aclConfig: $1}}
  - {port: 81${2:+, aclConfig: $2}}
END
}
# Its class, Service and addresses, and an Ingress.
awk 'BEGIN { RS = "---\n" } NR > 1 { print "---"; printf "%s", $0 }' "$work/shop.yaml" >"$m/shop.yaml"
cat >>"$m/shop.yaml" <<'END'
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: tea
  namespace: shop
  annotations: {alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 80}, {"HTTP": 81}]'}
spec:
  ingressClassName: web
  rules: [{host: a.example, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]
END
acls() { api ListAcls --MaxResults=100 | jq -r '.Acls[]?.AclId' | sort; }
listener() { # PORT
    api ListListeners --MaxResults=100 | jq -r ".Listeners[] | select(.ListenerPort == $1) | .ListenerId"
}
# "White acl-1,acl-2": what guards a listener.
guard() { # PORT
    api GetListenerAttribute --ListenerId="$(listener "$1")" | jq -r '.AclConfig // {} |
        "\(.AclType // "-") \([.AclRelations[]?.AclId] | sort | join(","))"'
}
guard_id() { guard "$1" | cut -d' ' -f2; }
guard_type() { guard "$1" | cut -d' ' -f1; }
entries() { # ACL
    api ListAclEntries --AclId="$1" --MaxResults=100 | jq -r '[.AclEntries[]?.Entry] | sort | join(" ")'
}
name_of() { api ListAcls --AclIds.1="$1" | jq -r '.Acls[0].AclName'; }
actions() { write_calls | jq -r .action | paste -sd' '; }
again() {
    mark
    exits 0 "a second apply" apply -f "$m"
    check "writes nothing" no_writes
}
many() { # FROM TO: that many entries as a list
    seq -f '10.%g.0.0/16' -s ', ' "$1" "$2"
}

# ---- made, filled, associated, and only then reached --------------------------------------------

config "{aclType: White, aclEntries: [10.0.0.0/8, 192.0.2.7]}"
mark
exits 0 "an access list is made" apply -f "$m"
check "it guards its listener" equal "$(guard_type 80)" White
check "and no other" equal "$(guard 81)" "- "
check "under the name of the existing controller" equal "$(name_of "$(guard_id 80)")" acl-web-80
check "with its entries" equal "$(entries "$(guard_id 80)")" "10.0.0.0/8 192.0.2.7/32"
check "it is ours by its tags" equal "$(api ListAcls | jq -c '[.Acls[0].Tags[] | select(.Key | startswith("ingress")) | .Value] | sort')" \
    '["acl/80/HTTP/White","kube-system/web"]'
order=$(calls | jq -r --arg l "$(listener 80)" 'select(.action == "AddEntriesToAcl" or .action == "AssociateAclsWithListener"
    or (.action == "CreateRules" and .params.ListenerId == $l)) | .action' | paste -sd' ')
check "it is filled, then associated, and rules come last" equal "$order" \
    "AddEntriesToAcl AssociateAclsWithListener CreateRules"
again

# ---- entries ------------------------------------------------------------------------------------

config "{aclType: White, aclEntries: [10.0.0.0/8, $(many 100 124)]}"
id=$(guard_id 80)
mark
exits 0 "other entries" apply -f "$m"
check "are added in calls of 20, before others are removed" equal "$(actions)" \
    "AddEntriesToAcl AddEntriesToAcl RemoveEntriesFromAcl"
check "all are there" equal "$(entries "$id" | wc -w)" 26
check "in the same list" equal "$(guard_id 80)" "$id"
again
exits 0 "a plan of it" plan -f "$m"

config "{aclType: White, aclEntries: [10.0.0.0/8], aclName: office}"
mark
exits 0 "another name" apply -f "$m"
check "needs no gap: the list is renamed" equal "$(actions)" "UpdateAclAttribute RemoveEntriesFromAcl RemoveEntriesFromAcl"
check "and keeps guarding" equal "$(guard 80)" "White $id"
check "it has the name" equal "$(name_of "$id")" office
again

# ---- the type -----------------------------------------------------------------------------------

config "{aclType: Black, aclEntries: [198.51.100.0/24], aclName: office}"
agent plan -f "$m"
check "a change of type is not called hitless" says "not hitless"
mark
exits 0 "another type" apply -f "$m"
check "the new list is ready before the old one goes" equal "$(actions)" \
    "CreateAcl AddEntriesToAcl DissociateAclsFromListener AssociateAclsWithListener DeleteAcl"
check "it guards now" equal "$(guard_type 80) $(entries "$(guard_id 80)")" "Black 198.51.100.0/24"
check "the old one is gone" equal "$(acls)" "$(guard_id 80)"
again

# ---- drift --------------------------------------------------------------------------------------

id=$(guard_id 80)
api AddEntriesToAcl --AclId="$id" --AclEntries.1.Entry=203.0.113.0/24 --wait >/dev/null
api RemoveEntriesFromAcl --AclId="$id" --Entries.1=198.51.100.0/24 --wait >/dev/null
exits 2 "an entry of the console" drift -f "$m"
check "is seen" says 203.0.113.0/24
mark
exits 0 "it is repaired" apply -f "$m"
check "by one call each way" equal "$(actions)" "AddEntriesToAcl RemoveEntriesFromAcl"
check "what is wanted is there" equal "$(entries "$id")" 198.51.100.0/24
api DissociateAclsFromListener --ListenerId="$(listener 80)" --AclIds.1="$id" --wait >/dev/null
mark
exits 0 "a list that was taken off" apply -f "$m"
check "is put back" equal "$(actions) $(guard 80)" "AssociateAclsWithListener Black $id"
again

# ---- lists that others look after ---------------------------------------------------------------

for n in 1 2; do
    api CreateAcl --AclName="others-$n" --wait >"$work/$n.json"
    api AddEntriesToAcl --AclId="$(jq -r .AclId "$work/$n.json")" --AclEntries.1.Entry="192.0.$n.0/24" --wait >/dev/null
done
one=$(jq -r .AclId "$work/1.json") two=$(jq -r .AclId "$work/2.json")
held_one=$(entries "$one")
config "{aclType: Black, aclEntries: [198.51.100.0/24], aclName: office}" "{aclType: White, aclIds: [$one]}"
mark
exits 0 "lists by id" apply -f "$m"
check "are associated, and nothing else" equal "$(actions)" AssociateAclsWithListener
check "as they were asked for" equal "$(guard 81)" "White $one"
again
config "{aclType: Black, aclEntries: [198.51.100.0/24], aclName: office}" "{aclType: White, aclIds: [$two]}"
mark
exits 0 "another id" apply -f "$m"
check "comes before the first goes" equal "$(actions)" "AssociateAclsWithListener DissociateAclsFromListener"
check "their entries are left alone" equal "$(entries "$one")" "$held_one"
again

# ---- more entries than a listener takes, in lists that others look after -------------------------

fill() { # ACL FROM TO: adds that many entries, 20 a call
    local n
    for ((n = $2; n <= $3; n += 20)); do
        seq "$n" "$((n + 19 < $3 ? n + 19 : $3))" \
            | awk '{ printf "--AclEntries.%d.Entry=10.%d.%d.0/24\n", NR, $1 / 250, $1 % 250 }' \
            | xargs "$bin/alb-agent" api AddEntriesToAcl --endpoint "$mock_url" --wait --AclId="$1" >/dev/null
    done
}
big=$(api CreateAcl --AclName=others-3 --wait | jq -r .AclId)
bigger=$(api CreateAcl --AclName=others-4 --wait | jq -r .AclId)
fill "$big" 1 250
fill "$bigger" 251 501
config "{aclType: Black, aclEntries: [198.51.100.0/24], aclName: office}" "{aclType: White, aclIds: [$big, $bigger]}"
mark
agent apply -f "$m"
check "two lists with 501 entries are not sent" no_writes
check "it is said whose they are" says "its access lists have 501 entries together, and a listener takes 500"
check "the list that was there still guards" equal "$(guard 81)" "White $two"
api RemoveEntriesFromAcl --AclId="$big" --Entries.1=10.0.1.0/24 --wait >/dev/null
mark
exits 0 "with 500 they are" apply -f "$m"
check "but not beside the other one" equal "$(actions)" "DissociateAclsFromListener AssociateAclsWithListener"
again
config "{aclType: Black, aclEntries: [198.51.100.0/24], aclName: office}" "{aclType: White, aclIds: [acl-nosuch]}"
agent plan -f "$m"
check "a list that is not there is named" says "access list acl-nosuch was not found"
config "{aclType: Black, aclEntries: [198.51.100.0/24], aclName: office}" "{aclType: White, aclIds: [$two]}"
exits 0 "back to the small one" apply -f "$m"
for n in "$big" "$bigger"; do
    api DeleteAcl --AclId="$n" --wait >/dev/null
done

# ---- taken away ---------------------------------------------------------------------------------

config
mark
exits 0 "without aclConfig" apply -f "$m"
check "listeners are open again, and our list is deleted" equal "$(actions)" \
    "DissociateAclsFromListener DissociateAclsFromListener DeleteAcl"
check "others' lists stay" equal "$(acls)" "$(printf '%s\n%s' "$one" "$two" | sort)"
check "nothing guards" equal "$(guard 80)$(guard 81)" "- - "
again

# ---- rolled back --------------------------------------------------------------------------------

exits 0 "rollback to the first revision" rollback web --to 1
check "its list guards again" equal "$(guard_type 80) $(entries "$(guard_id 80)")" "White 10.0.0.0/8 192.0.2.7/32"
exits 0 "release" rollback web --release
exits 0 "an apply after that" apply -f "$m"
check "takes it away again" equal "$(guard 80) $(acls | count)" "-  2"

# ---- taken over ---------------------------------------------------------------------------------

made=$(api CreateAcl --AclName=acl-web-80 --wait | jq -r .AclId)
api AddEntriesToAcl --AclId="$made" --AclEntries.1.Entry=10.1.2.3 --AclEntries.2.Entry=10.9.0.0/16 --wait >/dev/null
api AssociateAclsWithListener --ListenerId="$(listener 80)" --AclIds.1="$made" --AclType=White --wait >/dev/null
config "{aclType: White, aclEntries: [10.9.0.0/16, 10.1.2.3]}"
mark
exits 0 "a list that the existing controller made" apply -f "$m"
check "is taken over without a write" no_writes
config "{aclType: White, aclEntries: [10.9.0.0/16]}"
mark
exits 0 "from then on it is changed" apply -f "$m"
check "entry by entry" equal "$(actions)" RemoveEntriesFromAcl
check "by the cloud's own words" equal "$(entries "$made")" 10.9.0.0/16
config
exits 0 "and taken away" apply -f "$m"
check "as our own" equal "$(acls)" "$(printf '%s\n%s' "$one" "$two" | sort)"

# ---- by an agent that keeps running -------------------------------------------------------------

agent_pid=''
trap '[ -z "$agent_pid" ] || kill -9 "$agent_pid" 2>/dev/null; cleanup' EXIT
cat >"$work/agent.yaml" <<'END'
list-lag: 1s
lanes:
  load-balancer: {reconcile-delay: 0s}
END
mark
"$bin/alb-agent" run -f "$m" --endpoint "$mock_url" --state "$state" --config "$work/agent.yaml" \
    2>"$work/run.log" </dev/null &
agent_pid=$!
check "it runs" eventually 30 grep -qF '"in sync"' "$work/run.log"
made=$(api CreateAcl --AclName=acl-web-80 --wait | jq -r .AclId)
api AddEntriesToAcl --AclId="$made" --AclEntries.1.Entry=10.9.0.0/16 --wait >/dev/null
api AssociateAclsWithListener --ListenerId="$(listener 80)" --AclIds.1="$made" --AclType=White --wait >/dev/null
config "{aclType: White, aclEntries: [10.9.0.0/16, 10.1.2.3]}"
complete() { [ "$(entries "$made")" = "10.1.2.3/32 10.9.0.0/16" ]; }
check "a list that it never read is read before one is made" eventually 30 complete
check "so it is taken over" equal "$(guard 80)" "White $made"
config "{aclType: Black, aclEntries: [198.51.100.0/24]}"
is_black() { [ "$(guard_type 80)" = Black ] && [ "$(acls | count)" = 3 ]; }
check "another type is followed" eventually 30 is_black
config
is_open() { [ "$(guard 80)" = "- " ] && [ "$(acls | count)" = 2 ]; }
check "and taken away" eventually 30 is_open
kill -TERM "$agent_pid"
wait "$agent_pid"
agent_pid=''
again

# ---- without memory, and what is refused --------------------------------------------------------

config "{aclType: White, aclEntries: [10.0.0.0/8]}"
exits 0 "a list is there once more" apply -f "$m"
rm -f "$state"*
config
mark
exits 0 "aclConfig goes while the state file is lost" apply -f "$m"
check "our list is known by its tags" equal "$(actions)" "DissociateAclsFromListener DeleteAcl"
again

config "{aclType: White, aclEntries: [10.0.0.0/8]}" "" "securityGroupIds: [sg-1]"
mark
agent apply -f "$m"
check "security groups and access lists together are refused" says "cannot be used together"
check "with the field" says "spec.config.securityGroupIds"
check "without a write" no_writes
config "{aclType: Grey, aclEntries: [10.0.0.0/33]}"
agent apply -f "$m"
check "a type that is none is named" says "give White or Black"
check "and a block that is none" says '"10.0.0.0/33" is no IPv4 address or block'
check "nothing is written" no_writes
finish
