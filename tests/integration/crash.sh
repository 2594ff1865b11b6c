#!/usr/bin/env bash
# crash.sh - kill the agent once its journal holds N intents, N = 1, 2, ...; the next apply
# goes on from there, makes nothing twice, and the one after it writes nothing.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
command -v sqlite3 >/dev/null || skip_all "sqlite3 cannot be installed"
m=$work/m
generate --ingresses 2 --albconfigs 1 --out "$m"

intents() { sqlite3 -readonly "$state" 'SELECT count(*) FROM call' 2>/dev/null || printf 0; }
reached() { [ "$(intents)" -ge "$1" ] || ! kill -0 "$victim" 2>/dev/null; }

crash_after() { # N
    # Replies are held back, so that the crash finds calls whose outcome is not known yet.
    mock_start --pending-ms 20 --latency-ms 60
    state=$work/crash-$1.db
    "$bin/alb-agent" apply --endpoint "$mock_url" --state "$state" -f "$m" \
        >"$work/first.out" 2>"$work/first.err" </dev/null &
    victim=$!
    eventually 20 reached "$1"
    kill -KILL "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
    killed=$?
}

converged() {
    equal "$(balancer_ids | count) balancers, $(listener_ids | count) listeners" \
        "1 balancers, 1 listeners" \
        && equal "$(group_ids | count) groups, $(rule_ids | count) rules" "3 groups, 2 rules"
}

for n in 1 2 3 4 5 6 7 8; do
    crash_after "$n"
    if [ "$killed" != 137 ]; then
        # It was done before there were so many: 1 balancer, 1 listener, 3 groups, servers of
        # 2 of them, 1 batch of rules.
        check "the whole takes at least eight calls" [ "$n" -gt 8 ]
        break
    fi
    exits 0 "after a crash at intent $n apply converges" apply -f "$m"
    check "with nothing twice and nothing missing" converged
    mark
    exits 0 "and apply again is exit 0" apply -f "$m"
    check "and writes nothing" no_writes
    mock_stop
done
finish
