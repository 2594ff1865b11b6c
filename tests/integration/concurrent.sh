#!/usr/bin/env bash
# concurrent.sh - 64 clients at once: no update is lost (concurrent/storm.js), and the checker
# that says so sees faults that were planted (concurrent/history_test.js).
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
command -v node >/dev/null || skip_all "node cannot be installed"
dir=$top/tests/integration/concurrent

node "$dir/history_test.js" || tap_failed=1

# Changes take a moment, so that many are refused as busy; some answers never come.
storm() { # SEED OPTION...
    local seed=$1
    shift
    mock_start --pending-ms 1 --quota loadbalancer_rules_num_standard_edition=off \
        --quota loadbalancer_servers_num_standard_edition=off \
        --fault '[{ action: Create*, probability: 0.03, effect: lose_reply },
                  { action: Update*, probability: 0.03, effect: lose_reply },
                  { action: Update*, probability: 0.02, effect: reset },
                  { action: TagResources, probability: 0.03, effect: lose_reply },
                  { action: "*Servers*", probability: 0.02, effect: lose_reply }]' "$@"
    timeout 100 node "$dir/storm.js" "$mock_url" "$seed" || tap_failed=1
    check "the mock ends cleanly" mock_stop
}
storm 1
storm 2 --state "$work/mock.db"

# A cloud that now and then forgets a tag in a list is found out, and nothing else is blamed.
planted() {
    mock_start --pending-ms 1 --quota loadbalancer_rules_num_standard_edition=off \
        --quota loadbalancer_servers_num_standard_edition=off \
        --fault '{ action: ListTagResources, probability: 0.02, effect: hide_entry }'
    timeout 100 node "$dir/storm.js" "$mock_url" 3 >"$work/planted.out" 2>"$work/planted.err" && return 1
    grep -q '^not ok tags: no update is lost' "$work/planted.out" &&
        grep -q '^ok rules: no update is lost' "$work/planted.out"
}
check "a tag that is gone for a moment is found out" planted
check "the mock ends cleanly" mock_stop
finish
