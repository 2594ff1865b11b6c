#!/usr/bin/env bash
# demo.sh - deploy/demo.sh ends by itself, in time, and shows what it promises.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"

began=$SECONDS
timeout 290 "$top/deploy/demo.sh" >"$work/out" 2>"$work/err" </dev/null
status=$?
last_run="stdout: $(tail -n 20 "$work/out")
stderr: $(tail -n 20 "$work/err")"
check "the demo is exit 0" equal "$status" 0
check "in under five minutes" [ $((SECONDS - began)) -lt 300 ]

# 1 load balancer, 1 listener, 3 server groups (one of them the listener's default), 2 rules.
check "the plan adds seven resources" says "7 to add, 0 to change, 0 to destroy"
check "two of them rules" says "rules 2/100"
lines() { grep -ciE "$1" "$work/out"; }
twice_or_more() { [ "$(lines "$1")" -ge 2 ]; }
check "in sync, and in sync again after the repair" twice_or_more '^in sync'
drift_before_repair() { # the last "missing" comes before the last "in sync"
    local missing synced
    missing=$(grep -niE '^ *missing +rule .*\[rule-[a-z0-9]{18}\]' "$work/out" | tail -n 1 | cut -d: -f1)
    synced=$(grep -niE '^in sync' "$work/out" | tail -n 1 | cut -d: -f1)
    [ -n "$missing" ] && [ "$missing" -lt "$synced" ]
}
check "the drift report names the rule, the repair follows" drift_before_repair
one_write() { [ "$(lines '(^|[^0-9])1 write')" -ge 1 ] && says "call log: 1"; }
check "the repair is one write" one_write
finish
