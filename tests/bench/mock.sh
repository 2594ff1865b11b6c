#!/usr/bin/env bash
# mock.sh [SECONDS]: what alb-mock answers a second, in memory and with a state file, beside
# libmicrohttpd alone, and how much memory 100,000 rules and servers take.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
bench=$(cd "$bin/../bench" 2>/dev/null && pwd)/bench_mock
[ -x "$bench" ] || skip_all "the benchmark is not built"
seconds=${1:-3}
unlimited=()
for name in loadbalancers_num servergroups_num servergroup_servers_num server_added_num \
    servergroup_attached_num loadbalancer_{rules,servers}_num_standard_edition; do
    unlimited+=(--quota "$name=off")
done

# Starts a mock without a call log.
serve() {
    local line='' fifo=$work/bench.$RANDOM
    mkfifo "$fifo"
    "$bin/alb-mock" serve --listen 127.0.0.1:0 "${unlimited[@]}" "$@" >"$fifo" &
    mock_pid=$!
    exec {mock_fd}<"$fifo"
    read -r -t 20 line <&"$mock_fd" && port=${line##*:}
}

run() { # LABEL WHAT [OPTION...]
    local label=$1 what=$2
    shift 2
    serve "$@"
    printf '%s: ' "$label"
    check "$what, $label" "$bench" "$what" "$port" "$mock_pid" ${args[@]+"${args[@]}"}
    mock_stop
}

check "libmicrohttpd alone" "$bench" bare "$seconds"
args=("$seconds")
run "in memory" reads
run "in memory" writes
run "state file" reads --state "$work/reads.db"
run "state file" writes --state "$work/writes.db"
args=()
run "in memory" fill
finish
