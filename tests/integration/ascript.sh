#!/usr/bin/env bash
# ascript.sh - aScriptConfig of a listener: scripts are made before rules, follow their ConfigMap, are
# repaired, moved, taken over and taken away; those of others stay.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5 --quota ascript_lines_num=20
m=$work/m
mkdir "$m"
tls_shop "$work/shop.yaml"
config() { # SCRIPTS-OF-80 MORE-LISTENERS
    cat >"$m/web.yaml" <<END
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: web}
spec:
  config: {name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}
  listeners:
  - {port: 80${1:+, aScriptConfig: $1}}
${2-}
END
}
text() { # TEXT: of the ConfigMap
    printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: rule}\ndata: {scriptContent: "%s"}\n' "$1" >"$work/map.new"
    mv "$work/map.new" "$m/map.yaml"
}
# Its class, Service and addresses, and an Ingress.
awk 'BEGIN { RS = "---\n" } NR > 1 { print "---"; printf "%s", $0 }' "$work/shop.yaml" >"$m/shop.yaml"
ingress() { # HOST
    cat >"$m/ingress.yaml" <<END
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: tea, namespace: shop, annotations: {alb.ingress.kubernetes.io/listen-ports: '[{"HTTP": 80}]'}}
spec:
  ingressClassName: web
  rules: [{host: $1, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: tea, port: {number: 80}}}}]}}]
END
}
listener() { # PORT
    api ListListeners --MaxResults=100 | jq -r ".Listeners[] | select(.ListenerPort == $1) | .ListenerId"
}
# "name on|off text" of each script of a listener, sorted, with "|" for ends of lines.
scripts() { # PORT
    api ListAScripts --ListenerIds.1="$(listener "$1")" --MaxResults=100 \
        | jq -r '.AScripts[]? | "\(.AScriptName) \(if .Enabled then "on" else "off" end) \(.ScriptContent | gsub("\n"; "|"))"' | sort
}
id_of() { # PORT NAME
    api ListAScripts --ListenerIds.1="$(listener "$1")" --MaxResults=100 | jq -r ".AScripts[]? | select(.AScriptName == \"$2\") | .AScriptId"
}
actions() { write_calls | jq -r .action | paste -sd' '; }
again() {
    mark
    exits 0 "a second apply" apply -f "$m"
    check "writes nothing" no_writes
}
FROM_MAP='{aScriptName: canary, configMapName: rule}'

# ---- made -----------------------------------------------------------------------------------------

config
ingress a.example
mark
exits 0 "without aScriptConfig" apply -f "$m"
check "no script is asked for" equal "$(calls | jq -r .action | grep -c AScripts)" 0
text 'if true\n  pass\nend\n'
config "[$FROM_MAP, {aScriptName: headers, position: ResponseHead, enabled: false, scriptContent: pass}]"
ingress b.example
mark
exits 0 "two scripts" apply -f "$m"
check "are made one a call, before the rule that may ask for what they set" equal "$(actions)" \
    "CreateAScripts CreateAScripts UpdateRulesAttribute"
check "with their texts" equal "$(scripts 80)" $'canary on if true|  pass|end\nheaders off pass'
check "where they are to run" equal "$(calls | jq -r 'select(.action == "CreateAScripts") | .params."AScripts.1.Position"' | paste -sd' ')" \
    "RequestHead ResponseHead"
again
exits 0 "a plan of it" plan -f "$m"

# ---- changed --------------------------------------------------------------------------------------

text 'pass'
mark
exits 0 "another text in the ConfigMap" apply -f "$m"
check "is one call" equal "$(actions)" UpdateAScripts
check "that changes the text" equal "$(scripts 80)" $'canary on pass\nheaders off pass'
config "[$FROM_MAP, {aScriptName: headers, position: ResponseHead, scriptContent: end}]"
text 'if true\nend'
mark
exits 0 "two changes" apply -f "$m"
check "share a call" equal "$(actions)" UpdateAScripts
check "of what differs" equal "$(scripts 80)" $'canary on if true|end\nheaders on end'
config "[$FROM_MAP, {aScriptName: headers, position: RequestFoot, scriptContent: end}]"
agent plan -f "$m"
check "another position is not called hitless" says "not hitless"
mark
exits 0 "another position" apply -f "$m"
check "is another script" equal "$(actions)" "DeleteAScripts CreateAScripts"
check "made where it is to run" equal "$(calls | jq -r 'select(.action == "CreateAScripts") | .params."AScripts.1.Position"')" RequestFoot
again

# ---- drift ----------------------------------------------------------------------------------------

id=$(id_of 80 canary)
api UpdateAScripts --AScripts.1.AScriptId="$id" --AScripts.1.AScriptName=renamed --AScripts.1.Enabled=false --wait >/dev/null
exits 2 "a change in the console" drift -f "$m"
check "is seen" says "AScript 80/HTTP/canary"
mark
exits 0 "it is repaired" apply -f "$m"
check "in place" equal "$(actions) $(id_of 80 canary)" "UpdateAScripts $id"
check "as it was" equal "$(scripts 80)" $'canary on if true|end\nheaders on end'
api DeleteAScripts --AScriptIds.1="$id" --wait >/dev/null
exits 2 "a script that was deleted" drift -f "$m"
check "is missing" says missing
mark
exits 0 "it is made again" apply -f "$m"
check "by one call" equal "$(actions)" CreateAScripts
again

# ---- what cannot be translated --------------------------------------------------------------------

rm "$m/map.yaml"
config "[$FROM_MAP, {aScriptName: headers, position: RequestFoot, scriptContent: pass}]"
ingress c.example
mark
exits 4 "a ConfigMap that is gone" apply -f "$m"
check "is named, with the remedy" says "there is no ConfigMap default/rule with data.scriptContent; add it"
check "its script stays, and the rest goes on" equal "$(actions)" "UpdateAScripts UpdateRulesAttribute"
check "as it was" equal "$(scripts 80)" $'canary on if true|end\nheaders on pass'
text 'if true\nend'
again
config "[$FROM_MAP, {aScriptName: headers, position: RequestFoot, scriptContent: pass}, {aScriptName: long, scriptContent: \"$(seq -s'\n' 30)\"}]"
ingress d.example
mark
agent apply -f "$m"
check "what the cloud has no room for is said" says AScriptLinesNum
check "and harms nothing else" equal "$(actions)" "CreateAScripts UpdateRulesAttribute"
config "[$FROM_MAP, {aScriptName: headers, position: RequestFoot, scriptContent: pass}]"
again

# ---- others' scripts ------------------------------------------------------------------------------

api CreateAScripts --ListenerId="$(listener 80)" --AScripts.1.AScriptName=theirs --AScripts.1.ScriptContent=pass --wait >/dev/null
api CreateAScripts --ListenerId="$(listener 80)" --AScripts.1.AScriptName=mine --AScripts.1.ScriptContent=pass \
    --AScripts.1.Enabled=true --wait >/dev/null
again
agent drift -f "$m"
check "scripts of others are no drift" says "in sync"
config "[$FROM_MAP, {aScriptName: mine, scriptContent: pass}]"
mark
exits 0 "a script that is named now is taken over, one that is not goes" apply -f "$m"
check "without another write" equal "$(actions)" DeleteAScripts
check "theirs stays" equal "$(scripts 80)" $'canary on if true|end\nmine on pass\ntheirs off pass'
export ALB_AGENT_LIST_LAG=0s # or what is lacking waits for lists to show all
rm -f "$state"*
config "[$FROM_MAP]"
mark
exits 0 "without memory" apply -f "$m"
check "what is not wanted might be others', and stays" no_writes
config "[$FROM_MAP, {aScriptName: mine, scriptContent: pass}]"
exits 0 "until it is named again" apply -f "$m"
config
mark
exits 0 "without aScriptConfig" apply -f "$m"
check "ours go in one call" equal "$(actions)" DeleteAScripts
check "and nobody else's" equal "$(scripts 80)" "theirs off pass"
again

# ---- rolled back ----------------------------------------------------------------------------------

exits 0 "rollback to the second revision" rollback web --to 2
check "makes its scripts again" equal "$(scripts 80)" $'canary on if true|end\nmine on pass\ntheirs off pass'
exits 0 "release" rollback web --release
exits 0 "an apply after that" apply -f "$m"
check "takes them away again" equal "$(scripts 80)" "theirs off pass"

# ---- with their listener --------------------------------------------------------------------------

config "" "  - {port: 81, aScriptConfig: [$FROM_MAP]}"
exits 0 "a listener with a script" apply -f "$m"
config
mark
exits 0 "goes" apply -f "$m"
check "with it" equal "$(actions)" "DeleteListener DeleteServerGroup"
config "" "  - {port: 81}"
exits 0 "a listener" apply -f "$m"
api CreateAScripts --ListenerId="$(listener 81)" --AScripts.1.AScriptName=theirs --AScripts.1.ScriptContent=pass --wait >/dev/null
config
mark
agent apply -f "$m"
check "stays for scripts of others" equal "$(scripts 81)" "theirs off pass"
check "nothing is written" no_writes
agent plan -f "$m"
check "and the plan says so" says "kept for scripts"
config "" "  - {port: 81}"
exits 0 "until it is wanted again" apply -f "$m"

# ---- by an agent that keeps running ---------------------------------------------------------------

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
api CreateAScripts --ListenerId="$(listener 80)" --AScripts.1.AScriptName=canary --AScripts.1.ScriptContent=old \
    --AScripts.1.Enabled=true --wait >/dev/null
theirs=$(id_of 80 canary)
config "[$FROM_MAP]" "  - {port: 81}"
has() { [ "$(scripts 80)" = "$1"$'\n''theirs off pass' ]; }
check "scripts that it never read are read before one is made" eventually 30 has $'canary on if true|end'
check "so it is taken over" equal "$(id_of 80 canary)" "$theirs"
text 'pass'
check "the ConfigMap is followed" eventually 30 has 'canary on pass'
api UpdateAScripts --AScripts.1.AScriptId="$theirs" --AScripts.1.ScriptContent=by-hand --wait >/dev/null
config "" "  - {port: 81}"
is_gone() { [ "$(scripts 80)" = "theirs off pass" ]; }
check "and it goes" eventually 30 is_gone
kill -TERM "$agent_pid"
wait "$agent_pid"
agent_pid=''
again
finish
