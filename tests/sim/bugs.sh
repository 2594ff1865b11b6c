#!/usr/bin/env bash
# bugs.sh [NAME...] - plants each bug of tests/sim/bugs in a copy of the tree, builds the simulator
# there and expects it to complain within 10,000 reconciles of what the patch says it violates (its line
# "violates: ...", names as complaints begin with them).  Without a bug the same scenarios pass.
# Prints "ok NAME" or "not ok NAME".  ALB_SIM_BUILD: the folder for copy and build, kept.
set -u -o pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${ALB_SIM_BUILD:-$(mktemp -d)}
[ -n "${ALB_SIM_BUILD-}" ] || trap 'rm -rf "$work"' EXIT
most=10000 failed=0 longest=1
mkdir -p "$work/tree"
(cd "$top" && git ls-files -z --cached --others --exclude-standard | tar -c --null -T -) |
    tar -x -m -C "$work/tree" || exit 1 # as of now: an earlier build is not trusted

build() {
    cmake --build "$work/build" --target alb-sim >"$work/build.log" 2>&1 && return 0
    tail -n 20 "$work/build.log"
    return 1
}

verdict() { # STATUS NAME REMARK
    if [ "$1" = 0 ]; then
        printf 'ok %s\n' "$2"
    else
        failed=1
        printf 'not ok %s: %s\n' "$2" "$3"
    fi
}

run() { # ARGUMENT...
    "$work/build/sim/alb-sim" --steps 100 --no-shrink "$@" 2>&1
}

# The first complaint is one of those that are expected.
is_expected() { # PATCH SAID
    local rule
    rule=$(sed -nE 's/^not ok seed [0-9]+, step [0-9]+: ([a-z]+): .*/\1/p' <<<"$2" | head -n 1)
    [ -n "$rule" ] && grep -qw "$rule" <<<"$(sed -n 's/^violates: //p' "$1")"
}

plant() { # PATCH
    local name said
    name=$(basename "$1" .patch)
    if ! patch -s -p1 -d "$work/tree" <"$1" || ! build; then
        verdict 1 "$name" "does not apply or build"
        git -C "$top" show "HEAD:$(sed -n 's|^--- a/||p' "$1")" >"$work/tree/$(sed -n 's|^--- a/||p' "$1")"
        return
    fi
    said=$(run --reconciles "$most")
    printf '%s\n' "$said" | sed 's/^/  /'
    is_expected "$1" "$said"
    verdict $? "$name" "what it violates was not found within $most reconciles"
    scenarios=$(sed -nE 's/^([0-9]+) scenarios.*/\1/p' <<<"$said" | sort -n | tail -n 1)
    [ "${scenarios:-0}" -le "$longest" ] || longest=$scenarios
    patch -s -R -p1 -d "$work/tree" <"$1"
}

# All scenarios that were needed, without a bug.
plant_nothing() {
    local said
    if ! build || ! said=$(run --seeds "$longest"); then
        verdict 1 "without a bug" "a scenario fails"
    else
        verdict 0 "without a bug"
    fi
    printf '%s\n' "${said-}" | sed 's/^/  /'
}

cmake -S "$work/tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null || exit 1
if [ $# -eq 0 ]; then
    for p in "$top"/tests/sim/bugs/*.patch; do plant "$p"; done
else
    for name in "$@"; do plant "$top/tests/sim/bugs/$name.patch"; done
fi
plant_nothing
exit "$failed"
