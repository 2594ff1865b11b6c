#!/usr/bin/env bash
# one_writer.sh - a second apply with the same state is refused while the first runs, and a
# first that was killed is continued by the next without a duplicate.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 1500
m=$work/m
generate --ingresses 4 --albconfigs 2 --out "$m"

"$bin/alb-agent" apply --endpoint "$mock_url" --state "$state" -f "$m" \
    >"$work/first.out" 2>"$work/first.err" </dev/null &
first=$!
has_written() { [ "$(writes)" -ge 1 ]; }
check "the first apply has begun to write" eventually 20 has_written

exits 1 "a second apply meanwhile is exit 1" apply -f "$m"
check "and names the holder" says "$first"
reads_meanwhile() {
    agent status
    equal "$status" 0
}
check "status works meanwhile" reads_meanwhile

kill -KILL "$first"
wait "$first" 2>/dev/null
exits 0 "after a crash of the first, apply converges" apply -f "$m"
check "two load balancers, none twice" equal "$(balancer_ids | count)" 2
check "two listeners, none twice" equal "$(listener_ids | count)" 2
check "six server groups, none twice" equal "$(group_ids | count)" 6
check "four rules, none twice" equal "$(rule_ids | count)" 4
mark
exits 0 "the next apply is exit 0" apply -f "$m"
check "and writes nothing" no_writes
finish
