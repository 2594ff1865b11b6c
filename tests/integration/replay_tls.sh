#!/usr/bin/env bash
# replay_tls.sh - recordings of TLS Secrets and of scripts of listeners come out the same, though no
# recording holds a private key.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
. "$top/tests/support/tls.sh"
. "$top/tests/support/replay.sh"
need_binaries alb-agent alb-mock
command -v openssl >/dev/null || skip_all "openssl is not installed"
command -v curl >/dev/null || skip_all "curl cannot be installed"
cd "$work" || exit 1
m=m # so that recordings do not say where this is
mkdir "$m"
tls_shop "$m/web.yaml"
mock_start --pending-ms 20
no_key() { ! grep -q 'PRIVATE KEY' "$1" && ! grep -qF -f "$work/needles" "$1"; }
needles() { grep -v -- ----- "$work/all.keys" | grep -E '.{60}' >"$work/needles"; }

# ---- by 'apply', with a renewed Secret
secret tea tea.example 90
ingress tea tea.example tea
exits 0 "an apply with a Secret" apply -f "$m"
secret coffee coffee.example 90
ingress coffee coffee.example coffee
exits 0 "one with another" apply -f "$m"
secret tea tea.example 120
exits 0 "one with a renewed one" apply -f "$m"
needles
record "they are recorded" "$work/secrets.jsonl"
check "with three uploads" equal "$(grep -c '"action":"UploadUserCertificate"' "$work/secrets.jsonl")" 3
check "and no key" no_key "$work/secrets.jsonl"
replays "they come out the same" "$work/secrets.jsonl"
call=$(sed -n '/UploadUserCertificate/s/^{"call":\([0-9]*\),.*/\1/p' "$work/secrets.jsonl" | tail -1)
"$bin/alb-agent" record --state "$state" --since "$call" -o "$work/secrets-late.jsonl"
check "a recording may begin before the last upload" equal "$(grep -c '"action":"UploadUserCertificate"' "$work/secrets-late.jsonl")" 1
replays "it comes out the same" "$work/secrets-late.jsonl"
last_run="alb-agent replay --calls-only"
check "the calls alone do, too" eval '"$bin/alb-agent" replay --calls-only secrets.jsonl >"$work/out" 2>"$work/err" && says "Replay: 16 calls, identical"'
last_run="alb-agent replay --until"
call=$(sed -n '/UploadUserCertificate/s/^{"call":\([0-9]*\),.*/\1/p' "$work/secrets.jsonl" | tail -1)
check "and in part" eval '"$bin/alb-agent" replay --until "$call" secrets.jsonl >"$work/out" 2>"$work/err" && says "Replay: $call calls, identical"'
sed '/^{"event".*"Secret shop\/coffee"/d' "$work/secrets.jsonl" >"$work/less.jsonl"
check "a Secret that is missing makes a difference" differs "$work/less.jsonl" "then a difference"

# ---- scripts of a listener, in a recording that begins when they are there
cat >"$m/map.yaml" <<'END'
apiVersion: v1
kind: ConfigMap
metadata: {name: rule}
data: {scriptContent: "if true {}"}
END
sed -i 's/{port: 80, protocol: HTTP}/{port: 80, aScriptConfig: [{aScriptName: canary, configMapName: rule}]}/' "$m/web.yaml"
exits 0 "a script" apply -f "$m"
exits 0 "a further apply" apply -f "$m"
sed -i 's/if true/if false/' "$m/map.yaml"
exits 0 "another text of it" apply -f "$m"
record "that is recorded, too" "$work/script.jsonl"
call=$(sed -n 's/^{"call":\([0-9]*\),.*/\1/p' "$work/script.jsonl" | tail -1)
replays "and comes out the same" "$work/script.jsonl"
"$bin/alb-agent" record --state "$state" --since "$call" -o "$work/script-late.jsonl"
check "from its last call on" equal "$(grep -c '^{"call"' "$work/script-late.jsonl")" 1
check "with the script that was there" grep -q '"base".*AScript' "$work/script-late.jsonl"
replays "it comes out the same" "$work/script-late.jsonl"

# ---- against a mock that runs
mock_stop
mock_start --clock virtual --admin 127.0.0.1:0
mock_admin
check "all of it comes out the same against a mock that runs" replays_there script.jsonl 0
check "and has its certificates there" eval 'curl -sS "$admin_url/state" | grep -q shop-coffee-'
check "the Secrets do" replays_there secrets-late.jsonl 0
check "the script does" replays_there script-late.jsonl 0
finish
