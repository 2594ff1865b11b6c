#!/usr/bin/env bash
# mock_record.sh - what alb-agent does with a mock is recorded and replayed to it: without a
# cloud behind it comes to the same end; another desire is told as a divergence.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
command -v jq >/dev/null || skip_all "jq cannot be installed"
m=$work/m
generate --ingresses 3 --albconfigs 1 --out "$m"
state=$work/first.db recording=$work/calls.rec report=$work/report.json

# A mock that answers from the recording.
replay_start() { # FILE ARGUMENT...
    local line='' fifo=$work/replay.out.$RANDOM
    mkfifo "$fifo"
    "$bin/alb-mock" replay "$@" --listen 127.0.0.1:0 --report "$report" >"$fifo" 2>"$work/replay.err" &
    mock_pid=$!
    exec {mock_fd}<"$fifo"
    read -r -t 20 line <&"$mock_fd" || {
        not_ok "alb-mock replays" "$(cat "$work/replay.err")"
        finish
    }
    mock_url=$(grep -oE 'http://[0-9.]+:[0-9]+' <<<"$line")
    rm -f "$fifo"
}
ends_with() { # STATUS
    mock_stop
    equal $? "$1" || {
        cat "$work/replay.err" >&2
        return 1
    }
}
reported() { equal "$(jq -r "$1" "$report")" "$2"; }

mock_start --record "$recording" --pending-ms 20 --sts-token STS.one:planted-secret:planted-token
export ALIBABA_CLOUD_ACCESS_KEY_ID=STS.one ALIBABA_CLOUD_ACCESS_KEY_SECRET=planted-secret
export ALIBABA_CLOUD_SECURITY_TOKEN=planted-token
exits 0 "apply against a mock that records" apply -f "$m"
quietly api CreateServerGroup --ServerGroupName=more --VpcId=vpc-1 \
    --HealthCheckConfig.HealthCheckEnabled=false
kill -KILL "$mock_pid"
wait "$mock_pid" 2>/dev/null
mock_pid=''
exec {mock_fd}<&-
calls_made=$(jq -c 'select(.action)' "$recording" | wc -l)
check "every call of the log is in the recording, though the mock was killed" \
    equal "$calls_made" "$(jq -c 'select(.action)' "$mock_log" | wc -l)"
check "in the same order" equal "$(jq -r 'select(.action) | .action' "$recording" | sha256sum)" \
    "$(jq -r 'select(.action) | .action' "$mock_log" | sha256sum)"
check "no secret is in it" [ -z "$(grep -oE 'planted-[a-z]+|"Signature"' "$recording")" ]
check "the id of the key is" equal "$(jq -r 'select(.action) | .key' "$recording" | sort -u)" STS.one

state=$work/agent.db
export ALIBABA_CLOUD_ACCESS_KEY_ID=testak ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret
unset ALIBABA_CLOUD_SECURITY_TOKEN
# A scenario of single calls, and the same in another order with other client tokens.
made() { api CreateServerGroup "--ServerGroupName=$1" --VpcId=vpc-1 "--ClientToken=$2" \
    --HealthCheckConfig.HealthCheckEnabled=false | jq -r .ServerGroupId; }
drop() { quietly api DeleteServerGroup "--ServerGroupId=$1" "--ClientToken=$2"; }

mock_start --record "$work/single.rec" --pending-ms 0
one=$(made one t1) two=$(made two t2)
drop "$one" t3
check "a scenario is recorded" equal "$(group_ids)" "$two"
mock_stop

replay_start "$work/single.rec" --match key
check "by key the order and the tokens do not count" \
    equal "$(made two n1) $(made one n2)" "$two $one"
drop "$one" n3
check "and lists say what they said" equal "$(group_ids) $(group_ids)" "$two $two"
check "which is no divergence" ends_with 0
check "but a read answered again" reported '[.diverged, .repeated] | tostring' '[false,1]'

replay_start "$work/single.rec" --match fuzzy
check "fuzzy takes the nearest call for one with another name" equal "$(made three n1)" "$one"
check "and leaves the exact one to who asks for it" equal "$(made two n2)" "$two"
drop "$one" n3
quietly group_ids
check "which is no divergence either" ends_with 0
check "but inexact" reported '[.diverged, .inexact] | tostring' '[false,1]'

replay_start "$work/single.rec" --match key
quietly made one n1
check "a write that never came is one" ends_with 3
check "and is told" reported '.divergence.kind + " " + .divergence.recorded.params.ServerGroupName' "missing two"

# A whole run of the agent that has nothing to do, against the recording of one.
mock_start --state "$work/cloud.db" --pending-ms 20
exits 0 "apply against a mock with a file" apply -f "$m"
mock_stop
cp "$state" "$work/before.db"
mock_start --state "$work/cloud.db" --record "$work/idle.rec"
exits 0 "apply again, recorded" apply -f "$m"
mock_stop
cp "$work/before.db" "$state"
rm -f "$state-wal" "$state-shm"
replay_start "$work/idle.rec" --match key
exits 0 "apply against the recording" apply -f "$m"
check "asks nothing that was not recorded" ends_with 0

# A line of which a kill left a part.
head -c -20 "$recording" >"$work/cut.rec"
replay_start "$work/cut.rec" --match key
mock_stop
check "a recording cut in its last line is read" reported .truncated true
check "and lacks only that" reported .recorded $((calls_made - 1))

# Something else is wanted.
replay_start "$recording" --match strict
quietly api DescribeZones 2>/dev/null
check "a strict replay of another call ends with 3" ends_with 3
check "and says which field differs" jq -e '.divergence.kind == "different" and .divergence.call == 1
    and (.divergence.fields | length > 0) and .divergence.actual.action == "DescribeZones"' "$report" >/dev/null
check "side by side" grep -qE '^\* action ' "$work/replay.err"
finish
