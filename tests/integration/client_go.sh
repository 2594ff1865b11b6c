#!/usr/bin/env bash
# client_go.sh - the official Go SDK, from the module proxy, against alb-mock (clients/go).
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
command -v go >/dev/null || skip_all "go cannot be installed"

# Built beside the build, once for each source.
files=$top/tests/integration/clients/go
built=$top/build/clients/go
source=$(cat "$files"/* | sha256sum)
if [ "$(cat "$built/installed" 2>/dev/null)" != "$source" ]; then
    rm -rf "$built"
    mkdir -p "$built"
    (cd "$files" && timeout 180 go mod download) >"$work/go.log" 2>&1 </dev/null || {
        tail -n 5 "$work/go.log" >&2
        skip_all "the Go module proxy cannot be reached, or lacks the SDK"
    }
    (cd "$files" && timeout 240 go build -buildvcs=false -o "$built/client" .) >"$work/go.log" 2>&1 </dev/null || {
        not_ok "the Go client is built" "$(tail -n 20 "$work/go.log")"
        finish
    }
    printf '%s\n' "$source" >"$built/installed"
fi

mock_start --pending-ms 20
timeout 120 "$built/client" "${mock_url#http://}" || tap_failed=1
check "the mock ends cleanly" mock_stop
finish
