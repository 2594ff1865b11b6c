#!/usr/bin/env bash
# converge.sh - 100 Ingresses over 5 AlbConfigs converge, and a second apply writes nothing;
# meanwhile one change at a time in each lane, and load balancers side by side.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
. "$top/tests/support/resources.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms "${PENDING_MS:-50}"
generate --ingresses 100 --albconfigs 5 --out "$work/m"

exits 0 "100 Ingresses over 5 AlbConfigs converge" apply -f "$work/m"
check "five load balancers" equal "$(all_of ListLoadBalancers LoadBalancers | count)" 5
check "five listeners" equal "$(all_of ListListeners Listeners | count)" 5
check "105 server groups" equal "$(all_of ListServerGroups ServerGroups | count)" 105
check "100 rules" equal "$(all_of ListRules Rules | count)" 100
resources >"$work/resources.json"
python3 "$top/tests/support/lanes.py" "$mock_log" "$work/resources.json" || tap_failed=1

mark
exits 0 "the second apply is exit 0" apply -f "$work/m"
check "the second apply writes nothing" no_writes
exits 0 "drift finds none" drift -f "$work/m"
finish
