# shellcheck shell=bash
# replay.sh - for scripts that record and replay; read after lib.sh, with $m as the manifests.

start_agent() {
    "$bin/alb-agent" run -f "$m" --config "$work/agent.yaml" --endpoint "$mock_url" --state "$state" \
        >"$work/run.out" 2>>"$work/run.err" </dev/null &
    run_pid=$!
}
stop_agent() { kill -TERM "$run_pid" && wait "$run_pid"; }
kill_agent() { kill -KILL "$run_pid" && wait "$run_pid" 2>/dev/null; true; }
rules_are() { [ "$(rule_ids | count)" = "$1" ]; }
groups_are() { [ "$(group_ids | count)" = "$1" ]; }
balancers_in_sync() { agent status -o json && [ "$(jq -c '[.loadBalancers[] | .resources > 4 and .resources == .inSync]' "$work/out")" = "[$1]" ]; }
record() { # NAME FILE
    check "$1" "$bin/alb-agent" record --state "$state" -o "$2"
    "$bin/alb-agent" record --state "$state" >"$2.again"
}
replays() { # NAME FILE
    last_run="alb-agent replay $2"
    "$bin/alb-agent" replay "$2" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    if [ $status = 0 ] && grep -q ', identical$' "$work/out"; then ok "$1"; else not_ok "$1" "$(cat "$work/out" "$work/err")"; fi
    [ -z "${KEEP_RECORDINGS-}" ] || cp "$2" "$KEEP_RECORDINGS"
}
# Differs, with exit status 2, and says this.
differs() { # FILE TEXT
    last_run="alb-agent replay $1"
    "$bin/alb-agent" replay "$1" >"$work/out" 2>"$work/err" </dev/null
    [ $? = 2 ] && says "$2"
}
# Where the admin API of a mock is that has just begun with --admin.
mock_admin() {
    local line
    read -r -t 20 line <&"$mock_fd"
    admin_url=$(grep -oE 'http://[0-9.]+:[0-9]+' <<<"$line")
}
# The same report as from a mock in the process.
replays_there() { # FILE STATUS FLAG...
    local file=$1 wanted=$2
    shift 2
    last_run="alb-agent replay $file --endpoint $admin_url $*"
    "$bin/alb-agent" replay "$file" "$@" >"$work/here" 2>&1
    "$bin/alb-agent" replay "$file" --endpoint "$admin_url" "$@" >"$work/out" 2>"$work/err" </dev/null
    [ $? = "$wanted" ] && cmp "$work/here" "$work/out"
}
