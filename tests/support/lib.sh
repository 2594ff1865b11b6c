# lib.sh - what the integration scripts share: a mock of their own, the agent, and TAP.
#
# A script prints "ok NAME", "not ok NAME" and "ok NAME # skip REASON"; complaints go to
# stderr.  It ends with 'finish'.  Nothing here waits for time: all waiting is for a
# condition, with a deadline.
# shellcheck shell=bash
set -u -o pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${ALB_BIN:-$top/build/release/bin}
work=$(mktemp -d "${TMPDIR:-/tmp}/alb-test.XXXXXX")
agent_pid='' mock_pid='' mock_url='' mock_log=$work/calls.jsonl
tap_failed=0

export ALIBABA_CLOUD_ACCESS_KEY_ID=testak ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret
unset ALB_AGENT_CONFIG
export ALIBABA_CLOUD_REGION_ID=cn-hangzhou XDG_STATE_HOME=$work/xdg NO_COLOR=1 LC_ALL=C.UTF-8

cleanup() {
    trap - EXIT
    [ -z "$agent_pid" ] || kill -9 "$agent_pid" 2>/dev/null
    mock_stop
    rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# ---- results ------------------------------------------------------------------------

ok() { printf 'ok %s\n' "$1"; }

not_ok() {
    tap_failed=1
    printf 'not ok %s\n' "$1"
    [ -z "${2-}" ] || printf '%s\n' "$2" | sed 's/^/  /' >&2
}

skip_all() {
    printf 'ok %s # skip %s\n' "$(basename "$0" .sh)" "$1"
    exit 0
}

finish() { exit $tap_failed; }

# check NAME COMMAND...: ok when the command succeeds; else what was last run is shown.
check() {
    local name=$1
    shift
    if "$@"; then
        ok "$name"
    else
        not_ok "$name" "$* failed; ${last_run-}"
    fi
}

quietly() { "$@" >/dev/null; }

equal() { # GOT WANTED
    [ "$1" = "$2" ] && return
    printf '  got: %s\n  wanted: %s\n' "$1" "$2" >&2
    return 1
}

need_binaries() {
    local name
    for name in "$@"; do
        [ -x "$bin/$name" ] || {
            printf '%s is not built\n' "$bin/$name" >&2
            not_ok "$name is built"
            finish
        }
    done
}

# Tries a command until it succeeds, for at most SECONDS.
eventually() { # SECONDS COMMAND...
    local deadline=$((SECONDS + $1))
    shift
    until "$@"; do
        [ $SECONDS -lt $deadline ] || return 1
        sleep 0.05
    done
}

# ---- the mock -----------------------------------------------------------------------

# Starts a mock on a free port; more options may be given.  Sets mock_url.
mock_start() {
    local line='' fifo=$work/mock.out.$RANDOM
    mkfifo "$fifo"
    "$bin/alb-mock" serve --listen 127.0.0.1:0 --call-log "$mock_log" --seed 7 "$@" \
        >"$fifo" 2>"$work/mock.err" &
    mock_pid=$!
    exec {mock_fd}<"$fifo"
    read -r -t 20 line <&"$mock_fd" || {
        not_ok "alb-mock starts" "$(cat "$work/mock.err")"
        finish
    }
    mock_url=$(grep -oE 'https?://[0-9.]+:[0-9]+' <<<"$line")
    rm -f "$fifo"
}

# Ends it as an operator would; returns its exit status.
mock_stop() {
    [ -n "$mock_pid" ] || return 0
    kill -TERM "$mock_pid" 2>/dev/null
    wait "$mock_pid"
    local status=$?
    mock_pid=''
    exec {mock_fd}<&-
    return $status
}

# Counting calls: mark, do something, ask what came since.
marked=0
mark() { marked=$(wc -l <"$mock_log" 2>/dev/null || printf 0); }
calls() { tail -n +$((marked + 1)) "$mock_log" 2>/dev/null | jq -c 'select(.action != null)'; }
write_calls() { calls | jq -c 'select(.action | test("^(List|Get|Describe)") | not)'; }
writes() { write_calls | wc -l | tr -d ' '; }
# The actions of the writes since the mark, each once, in alphabetical order on one line.
write_actions() { write_calls | jq -r .action | sort -u | paste -sd' '; }

no_writes() {
    equal "$(writes)" 0 || {
        write_calls | jq -r '"  " + .action + " " + (.params | tostring)' | head -20 >&2
        return 1
    }
}

# ---- the agent ----------------------------------------------------------------------

state=$work/agent.db

# Any verb against the mock; stdout in $out, stderr in $errors, status in $status.
agent() {
    local verb=$1
    shift
    last_run="alb-agent $verb $*"
    "$bin/alb-agent" "$verb" --endpoint "$mock_url" --state "$state" "$@" \
        >"$work/out" 2>"$work/err" </dev/null
    status=$?
    out=$(cat "$work/out") errors=$(cat "$work/err")
}

# exits STATUS NAME VERB ARGUMENT...: runs the agent and expects this status.
exits() {
    local wanted=$1 name=$2
    shift 2
    agent "$@"
    if [ "$status" = "$wanted" ]; then
        ok "$name"
    else
        not_ok "$name" "$last_run: exit status $status instead of $wanted
stdout: $(tail -n 15 "$work/out")
stderr: $(tail -n 15 "$work/err")"
    fi
}

# Does the output (stdout and stderr) hold this text, case aside?
says() { grep -qiF -- "$1" "$work/out" "$work/err"; }

# One that keeps running on the manifests in $files, with its log in $work/run.log.
run_start() { # FLAG...
    "$bin/alb-agent" run -f "$files" --endpoint "$mock_url" --state "$state" "$@" \
        2>"$work/run.log" </dev/null &
    agent_pid=$!
}

# Ends it as an operator would; returns its exit status.
run_stop() {
    kill -TERM "$agent_pid"
    wait "$agent_pid"
    local status=$?
    agent_pid=''
    return $status
}

logged() { grep -qF -- "$1" "$work/run.log"; }

# An action through the agent's own door, as the person behind our back; the reply on stdout.
api() {
    "$bin/alb-agent" api --endpoint "$mock_url" "$@" 2>"$work/api.err" </dev/null || {
        printf 'api %s: %s\n' "$*" "$(cat "$work/api.err")" >&2
        return 1
    }
}

generate() { python3 "$top/tests/support/generate.py" "$@"; }

# AlbConfig "web" with an HTTP and an HTTPS listener that names no certificate, its class, and
# Service "tea" of namespace "shop" with one address.
tls_shop() { # FILE
    cat >"$1" <<'END'
apiVersion: alibabacloud.com/v1
kind: AlbConfig
metadata: {name: web}
spec:
  config: {name: web, zoneMappings: [{vSwitchId: vsw-1}, {vSwitchId: vsw-2}]}
  listeners: [{port: 80, protocol: HTTP}, {port: 443, protocol: HTTPS}]
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: web}
spec:
  controller: ingress.k8s.alibabacloud/alb
  parameters: {apiGroup: alibabacloud.com, kind: AlbConfig, name: web}
---
apiVersion: v1
kind: Service
metadata: {name: tea, namespace: shop}
spec: {ports: [{port: 80}]}
---
apiVersion: v1
kind: Endpoints
metadata: {name: tea, namespace: shop}
subsets: [{addresses: [{ip: 10.0.0.1}], ports: [{port: 8080}]}]
END
}

# What is there, as sorted ids.
rule_ids() { api ListRules --MaxResults=100 | jq -r '.Rules[]?.RuleId' | sort; }
group_ids() { api ListServerGroups --MaxResults=100 | jq -r '.ServerGroups[]?.ServerGroupId' | sort; }
balancer_ids() { api ListLoadBalancers --MaxResults=100 | jq -r '.LoadBalancers[]?.LoadBalancerId' | sort; }
listener_ids() { api ListListeners --MaxResults=100 | jq -r '.Listeners[]?.ListenerId' | sort; }
count() { grep -c . || true; }
