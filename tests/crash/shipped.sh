#!/usr/bin/env bash
# shipped.sh - what ships holds nothing of points.c, and no preset but its own asks for it.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
for tool in nm jq; do
    command -v "$tool" >/dev/null || skip_all "$tool cannot be installed"
done
crash=${ALB_CRASH_BIN:-$top/build/crash/bin}/alb-agent-crash

# Texts and symbols that give it away.
traces() { # PROGRAM
    grep -aoE 'ALB_AGENT_CRASH_[A-Z]+|crash-points' "$1" | sort -u
    { nm "$1"; nm -D "$1"; } 2>/dev/null | grep -oE '__(wrap|real)_[a-z_]+|tapped?_[a-z_]+|die_after' | sort -u
}
clean() { equal "$(traces "$1")" ''; }

check "the program for tests is seen as such" \
    test "$(traces "$crash" | grep -cE '^(ALB_AGENT_CRASH_AT|crash-points|__wrap_http_new|tapped_methods)$')" = 4
check "alb-agent holds nothing of it" clean "$bin/alb-agent"
check "nor does alb-mock" clean "$bin/alb-mock"
refused() {
    ALB_AGENT_CRASH_AT=1 "$bin/alb-agent" status --state "$state" >/dev/null 2>&1 || return 1
    ! ALB_AGENT_CRASH_AS=nonsense "$crash" status --state "$state" >/dev/null 2>&1
}
check "its environment means nothing to alb-agent" refused
check "one preset asks for it, and that is its own" equal crash \
    "$(jq -r '.configurePresets[] | select(.cacheVariables.ALB_AGENT_CRASH_POINTS?) | .name' "$top/CMakePresets.json")"
check "it is off when nobody asks" grep -qE '^option\(ALB_AGENT_CRASH_POINTS .* OFF\)$' "$top/CMakeLists.txt"
finish
