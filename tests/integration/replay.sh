#!/usr/bin/env bash
# replay.sh - what agents did against a mock is recorded, and done once more: the same calls, and
# when something in the recording is another, the call that differs.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
. "$top/tests/support/replay.sh"
need_binaries alb-agent alb-mock
command -v curl >/dev/null || skip_all "curl cannot be installed"
cd "$work" || exit 1
m=m # so that recordings do not say where this is
mkdir "$m"
tls_shop "$work/shop.yaml"
sed -e 's/, {port: 443, protocol: HTTPS}//' -e '/^apiVersion: v1$/,$d' "$work/shop.yaml" >"$m/shop.yaml"
run_pid=''
trap 'kill -KILL $run_pid 2>/dev/null; cleanup' EXIT
printf 'list-lag: 3s\nlanes:\n  load-balancer: {resync: 1s}\n  server-group: {resync: 600ms}\n' >"$work/agent.yaml"

ingress() { # NAME HOST ADDRESS [CANARY-WEIGHT]
    local canary=''
    [ -z "${4-}" ] || canary=", annotations: {alb.ingress.kubernetes.io/canary: 'true', alb.ingress.kubernetes.io/canary-weight: '$4'}"
    cat >"$m/$1.new" <<END
apiVersion: v1
kind: Service
metadata: {name: $1, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: $1, namespace: shop}
subsets: [{addresses: [{ip: $3}], ports: [{port: 8080}]}]
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: $1, namespace: shop$canary}
spec:
  ingressClassName: web
  rules:
  - host: $2
    http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: $1, port: {number: 80}}}}]}
END
    mv "$m/$1.new" "$m/$1.yaml"
}
# What must be in no recording.
cat >"$m/secret.yaml" <<'END'
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop}
stringData: {password: planted-password, tls.key: "-----BEGIN PRIVATE KEY-----\nplanted-key\n-----END PRIVATE KEY-----"}
END
no_secret() { ! grep -qE 'planted-|PRIVATE KEY|testsecret' "$1"; }

# ---- by 'apply': a first one, an edit with a deed at the console before it, one that changes nothing
mock_start --pending-ms 20
ingress tea tea.example 10.0.0.1
exits 0 "the first apply" apply -f "$m"
api DeleteRule --RuleId="$(rule_ids | head -1)" --wait >/dev/null
ingress coffee coffee.example 10.0.0.2
exits 0 "one with an edit, after somebody deleted a rule" apply -f "$m"
exits 0 "one that has nothing to do" apply -f "$m"
record "three applies are recorded" "$work/applies.jsonl"
check "and recorded again, byte by byte" cmp "$work/applies.jsonl" "$work/applies.jsonl.again"
check "it has all calls" equal "$(grep -c '^{"call"' "$work/applies.jsonl")" "$(write_calls | jq -r 'select(.action != "DeleteRule") | .action' | wc -l)"
replays "and come out the same" "$work/applies.jsonl"
check "with all of them compared" grep -qE '^Replay: (8|9|1[0-9]) calls, identical' "$work/out"

# ---- what people decide: a load balancer is rolled back and released, what somebody did is accepted
fresh() {
    rm -f "$state"* "$m/coffee.yaml" "$m/canary.yaml"
    mock_stop
    mock_start --pending-ms 20 "$@"
}
fresh
exits 0 "an apply" apply -f "$m"
ingress coffee coffee.example 10.0.0.2
exits 0 "and another" apply -f "$m"
exits 0 "back to the first" rollback web --to 1
check "which has one rule" rules_are 1
exits 0 "an apply leaves it there" apply -f "$m"
check "with its one rule" rules_are 1
exits 0 "until it is released" rollback web --release
exits 0 "which an apply follows" apply -f "$m"
check "there are two rules again" rules_are 2
group=$(group_ids | head -1)
api UpdateServerGroupAttribute --ServerGroupId="$group" --ServerGroupName=by-hand >/dev/null
exits 2 "a group that somebody renamed is found" drift -f "$m"
exits 0 "and accepted" drift accept web ServerGroup "$group"
mark
exits 0 "an apply leaves it" apply -f "$m"
check "and writes nothing" no_writes
start_agent
ingress canary tea.example 10.0.0.3 20
check "so does an agent, which does other things" eventually 30 groups_are 4
check "it stops" stop_agent
exits 0 "back to the first once more" rollback web --to 1
record "all of it is recorded" "$work/decided.jsonl"
check "with what was decided" equal "$(grep -cE '^\{"event":"(PIN|VERDICT)"' "$work/decided.jsonl")" 3
replays "and comes out the same" "$work/decided.jsonl"
grep -v '^{"event":"PIN"' "$work/decided.jsonl" >"$work/undecided.jsonl"
check "without the pins it does not" differs "$work/undecided.jsonl" "then a difference"
grep -v '^{"event":"VERDICT"' "$work/decided.jsonl" >"$work/undecided.jsonl"
check "nor without the verdict" differs "$work/undecided.jsonl" "drift: ServerGroupName"

# ---- by 'run': calls that are refused, fail, and are carried out without an answer
fresh --fault '{ action: CreateRules, nth: 2, effect: throttle }' --fault '{ action: AddServersToServerGroup, nth: 2, effect: lose_reply }' \
    --fault '{ action: CreateServerGroup, nth: 4, effect: error, code: ServiceUnavailable }'
start_agent
check "an agent makes everything" eventually 30 rules_are 1
check "and has" eventually 30 balancers_in_sync true
ingress coffee coffee.example 10.0.0.2
check "one more Ingress, though calls fail" eventually 30 rules_are 2
ingress canary tea.example 10.0.0.3 20
check "and another" eventually 30 groups_are 4
check "all is in sync" eventually 30 balancers_in_sync true
check "the agent stops" stop_agent
record "that is recorded" "$work/failed-calls.jsonl"
check "with a failure" grep -q '"state":"failed"' "$work/failed-calls.jsonl"
replays "and comes out the same" "$work/failed-calls.jsonl"

# ---- a canary, and deeds at the console between its steps
fresh
start_agent
check "an agent begins anew" eventually 30 balancers_in_sync true
ingress coffee coffee.example 10.0.0.2
ingress canary tea.example 10.0.0.3 20
check "a canary" eventually 30 groups_are 4
check "is in sync" eventually 30 balancers_in_sync true
rules=$(rule_ids | count)
api DeleteRule --RuleId="$(rule_ids | head -1)" --wait >/dev/null
check "what somebody deleted comes again" eventually 30 rules_are "$rules"
check "and is in sync again" eventually 30 balancers_in_sync true
api UpdateServerGroupAttribute --ServerGroupId="$(group_ids | head -1)" --ServerGroupName=by-hand >/dev/null
ingress canary tea.example 10.0.0.3 30
check "what somebody renamed is named again" eventually 30 eval '! api ListServerGroups --MaxResults=100 | grep -q by-hand'
check "all is in sync once more" eventually 30 balancers_in_sync true
record "the canary is recorded while the agent runs" "$work/canary.jsonl"
replays "and comes out the same" "$work/canary.jsonl"

# ---- the agent is killed, and another goes on
kill_agent
rm -f "$m/canary.yaml"
start_agent
check "what went while nobody looked goes" eventually 30 groups_are 3
check "all is in sync after the kill" eventually 30 balancers_in_sync true
check "the agent stops, too" stop_agent
record "the run is recorded" "$work/run.jsonl"
check "and recorded again, byte by byte" cmp "$work/run.jsonl" "$work/run.jsonl.again"
replays "and comes out the same" "$work/run.jsonl"
check "no secret is in it" no_secret "$work/run.jsonl"
call=$(sed -n 's/^{"call":\([0-9]*\),.*/\1/p' "$work/run.jsonl" | tail -1)
exits_replay() { "$bin/alb-agent" replay "$work/run.jsonl" --until "$1" >"$work/out" 2>"$work/err"; }
check "it can be replayed in part" exits_replay 3
check "up to that call" says "Replay: 3 calls, identical"
"$bin/alb-agent" record --state "$state" --since "$call" -o "$work/late.jsonl"
check "a later beginning is shorter" [ "$(wc -l <"$work/late.jsonl")" -lt "$(wc -l <"$work/run.jsonl")" ]
check "a call that is not there is no beginning" eval '! "$bin/alb-agent" record --state "$state" --since 999999 2>"$work/err"'

last_run="alb-agent replay run.jsonl --calls-only"
check "the calls alone are taken, too" eval '"$bin/alb-agent" replay "$work/run.jsonl" --calls-only >"$work/out" 2>"$work/err" && says ", identical"'

# ---- against a mock that runs: the same reports; it loses what it held, and keeps what it came to
fresh --clock virtual --admin 127.0.0.1:0
mock_admin
curl -sS -X POST -d '{"action":"CreateAcl","params":{"AclName":"before"}}' "$admin_url/do" >/dev/null
check "three applies come out the same against a mock that runs" replays_there "$work/applies.jsonl" 0
check "it lost what it held" eval '! curl -sS "$admin_url/state" | grep -q before'
check "and has what the replay left" eval 'curl -sS "$admin_url/state" | grep -q coffee.example'
check "the run with the kill does, after it" replays_there "$work/run.jsonl" 0
check "failed calls do" replays_there "$work/failed-calls.jsonl" 0
check "in part, too" replays_there "$work/run.jsonl" 0 --until 3
check "and the calls alone" replays_there "$work/run.jsonl" 0 --calls-only
sed '/^{"event".*"Ingress shop\/coffee"/s/coffee\.example/other.example/' "$work/run.jsonl" >"$work/edited.jsonl"
check "what differs is told the same" replays_there "$work/edited.jsonl" 2
mark
refused_there() { # URL TEXT
    last_run="alb-agent replay --endpoint $1"
    "$bin/alb-agent" replay "$work/run.jsonl" --endpoint "$1" >"$work/out" 2>"$work/err" </dev/null
    [ $? = 1 ] && says "$2"
}
check "the API of a mock is not its admin API" refused_there "$mock_url" "is not the admin API of an alb-mock"
check "what would be a cloud gets no call" equal "$(calls | wc -l)" 0
check "the cloud is refused by its name" refused_there http://alb.cn-hangzhou.aliyuncs.com "is the cloud itself"
check "who does not answer is named" refused_there http://127.0.0.1:1 "http://127.0.0.1:1"
fresh --admin 127.0.0.1:0
read -r -t 20 line <&"$mock_fd"
check "a real clock is refused" refused_there "$(grep -oE 'http://[0-9.]+:[0-9]+' <<<"$line")" "start it with --clock virtual"

# ---- something is another: the call that shows it is named, with both causes
sed '/^{"event".*"Ingress shop\/coffee"/s/coffee\.example/other.example/' "$work/run.jsonl" >"$work/edited.jsonl"
check "an object that is another makes a difference" differs "$work/edited.jsonl" "differs: Rules.1.RuleConditions.1.HostConfig.Values.1: coffee.example, and now other.example"
check "with both causes" says "desired by Ingress shop/coffee (recording)"
grep -v '^{"event".*"Ingress shop/coffee"' "$work/run.jsonl" >"$work/less.jsonl"
check "an object that is missing, too" differs "$work/less.jsonl" "desired by Ingress shop/coffee"
sed -n '1,12p' "$work/run.jsonl" >"$work/part.jsonl"
printf '{"call":99,"sent":"x"}\n' >>"$work/part.jsonl"
check "a line that is no recording is named" eval '"$bin/alb-agent" replay "$work/part.jsonl" 2>"$work/err" >"$work/out"; [ $? = 1 ] && says "line 13"'
last_run="alb-agent replay --until 999"
check "a call that is not in it is no end" eval '! "$bin/alb-agent" replay "$work/run.jsonl" --until 999 >"$work/out" 2>"$work/err" && says "--until 999: the recording has no such call"'
head -c 9000 "$work/run.jsonl" >"$work/part.jsonl"
check "a file that was cut off is named" eval '! "$bin/alb-agent" replay "$work/part.jsonl" >"$work/out" 2>"$work/err" && says "part.jsonl: line" && says "cut off in the middle"'
check "no secret is in the first recording" no_secret "$work/applies.jsonl"
finish
