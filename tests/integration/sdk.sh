#!/usr/bin/env bash
# sdk.sh - the official Node SDK of ALB, from npm, against alb-mock (sdk/suite.js): every action,
# family by family, and then some of it by HTTPS.
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
suite=$top/tests/integration/sdk/suite.js

# Runs families (none: all) against a mock with these options; the pending time is that of
# sdk/lib.js.
families() { # "FAMILY..." OPTION...
    local names=$1 line
    shift
    mock_start --clock virtual=2025-01-01T00:00:00Z --pending-ms 1000 --admin 127.0.0.1:0 \
        --access-key testak:testsecret "$@"
    read -r -t 20 line <&"$mock_fd"
    # shellcheck disable=SC2086
    NODE_PATH=$modules/node_modules timeout 120 node "$suite" "$mock_url" \
        "$(grep -oE 'http://[0-9.]+:[0-9]+' <<<"$line")" \
        "$top/mock-server/spec/alb-openapi.json" $names || tap_failed=1
    check "the mock ends cleanly after ${names:-all families}" mock_stop
}
# Two quotas are lowered, for they are in the thousands.
families "" --sts-token STS.sdk:stssecret:stoken+/= --quota acls_num=25 --quota servergroups_num=40
families neighbour --neighbours "$top/tests/integration/sdk/neighbours.yaml" \
    --quota rule_wildcards_num_standard_edition=2

# The same by HTTPS, with a certificate of our own.
if openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=alb-mock \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null; then
    mock_start --pending-ms 20 --tls-cert "$work/cert.pem" --tls-key "$work/key.pem"
    NODE_EXTRA_CA_CERTS=$work/cert.pem NODE_PATH=$modules/node_modules \
        timeout 120 node "$suite" "$mock_url" || tap_failed=1
    check "the mock ends cleanly after TLS" mock_stop
else
    printf 'ok the SDK gets through by TLS # skip openssl cannot be installed\n'
fi
finish
