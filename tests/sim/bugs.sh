#!/usr/bin/env bash
# bugs.sh [NAME...] - plants each bug of tests/sim/bugs in a copy of the tree, builds the simulator
# there and expects it to complain within 10,000 reconciles.  Without a bug it must not.
# Prints "ok NAME" or "not ok NAME".  ALB_SIM_BUILD: the folder for copy and build, kept.
set -u -o pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
work=${ALB_SIM_BUILD:-$(mktemp -d)}
[ -n "${ALB_SIM_BUILD-}" ] || trap 'rm -rf "$work"' EXIT
most=10000 failed=0
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

plant() { # PATCH
    local name said status
    name=$(basename "$1" .patch)
    if ! patch -s -p1 -d "$work/tree" <"$1" || ! build; then
        verdict 1 "$name" "does not apply or build"
        git -C "$top" show "HEAD:$(sed -n 's|^--- a/||p' "$1")" >"$work/tree/$(sed -n 's|^--- a/||p' "$1")"
        return
    fi
    said=$("$work/build/sim/alb-sim" --steps 100 --reconciles "$most" --no-shrink 2>&1)
    status=$?
    printf '%s\n' "$said" | sed 's/^/  /'
    [ "$status" = 1 ] && grep -q '^not ok' <<<"$said"
    verdict $? "$name" "not found within $most reconciles"
    patch -s -R -p1 -d "$work/tree" <"$1"
}

cmake -S "$work/tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo >/dev/null || exit 1
if [ $# -eq 0 ]; then
    for p in "$top"/tests/sim/bugs/*.patch; do plant "$p"; done
else
    for name in "$@"; do plant "$top/tests/sim/bugs/$name.patch"; done
fi
exit "$failed"
