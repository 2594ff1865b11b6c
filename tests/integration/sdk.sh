#!/usr/bin/env bash
# sdk.sh - the official Node SDK of ALB, from npm, against alb-mock (sdk/test.js).
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
command -v node >/dev/null && command -v npm >/dev/null || skip_all "node or npm cannot be installed"

# Installed beside the build, so that the source tree stays clean; once for each lock file.
modules=$top/build/sdk
lock=$(sha256sum <"$top/tests/integration/sdk/package-lock.json")
if [ "$(cat "$modules/installed" 2>/dev/null)" != "$lock" ]; then
    rm -rf "$modules"
    mkdir -p "$modules"
    cp "$top"/tests/integration/sdk/package*.json "$modules"
    (cd "$modules" && timeout 180 npm ci --omit=dev --ignore-scripts --no-audit --no-fund) \
        >"$work/npm.log" 2>&1 </dev/null || {
        tail -n 5 "$work/npm.log" >&2
        skip_all "the npm registry cannot be reached, or lacks the SDK"
    }
    printf '%s\n' "$lock" >"$modules/installed"
fi
cp "$top/tests/integration/sdk/test.js" "$modules/test.js"

mock_start --pending-ms 20 --access-key testak:testsecret --sts-token STS.sdk:stssecret:stoken+/=
NODE_PATH=$modules/node_modules timeout 120 node "$modules/test.js" "$mock_url" || tap_failed=1
check "the mock ends cleanly" mock_stop
finish
