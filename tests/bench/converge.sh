#!/usr/bin/env bash
# converge.sh - what it takes to converge: calls by kind, seconds and peak memory, for an
# apply to an empty account and for the same again.
#
#     tests/bench/converge.sh [--ingresses 100] [--albconfigs 5] [--paths 1] [--endpoints 2]
#                             [--pending-ms 50]
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
ingresses=100 albconfigs=5 paths=1 endpoints=2 pending=50
while [ $# -gt 1 ]; do
    case $1 in
    --ingresses) ingresses=$2 ;;
    --albconfigs) albconfigs=$2 ;;
    --paths) paths=$2 ;;
    --endpoints) endpoints=$2 ;;
    --pending-ms) pending=$2 ;;
    *) printf 'converge.sh: what is %s?\n' "$1" >&2 && exit 1 ;;
    esac
    shift 2
done
mock_start --pending-ms "$pending"
generate --ingresses "$ingresses" --albconfigs "$albconfigs" --paths "$paths" \
    --endpoints "$endpoints" --out "$work/m"

measured() { # NAME
    local status
    mark
    /usr/bin/time -o "$work/time" -f '%e s, peak memory %M KiB' "$bin/alb-agent" apply \
        --endpoint "$mock_url" --state "$state" -f "$work/m" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    printf '%s: %s Ingresses over %s AlbConfigs\n  %s\n' "$1" "$ingresses" "$albconfigs" \
        "$(tail -n 1 "$work/time")"
    python3 "$top/tests/support/lanes.py" "$mock_log" --lines "$marked" --report
    check "$1 is exit 0" equal "$status" 0
}
[ -x /usr/bin/time ] || skip_all "/usr/bin/time is not there"
measured "first apply"
measured "second apply"
check "the second apply writes nothing" no_writes
finish
