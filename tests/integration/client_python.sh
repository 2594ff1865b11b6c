#!/usr/bin/env bash
# client_python.sh - the official Python SDKs, from their registry, against alb-mock
# (clients/python/test.py).
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-mock
python3 -c 'import venv, ensurepip' 2>/dev/null || skip_all "python3 cannot make environments"

# Installed beside the build, once for each list of versions.
files=$top/tests/integration/clients/python
env=$top/build/clients/python
if ! cmp -s "$files/requirements.txt" "$env/installed"; then
    rm -rf "$env"
    mkdir -p "$env"
    { python3 -m venv "$env" &&
        timeout 180 "$env/bin/pip" install -q --disable-pip-version-check --no-deps \
            -r "$files/requirements.txt"; } >"$work/pip.log" 2>&1 </dev/null || {
        tail -n 5 "$work/pip.log" >&2
        skip_all "the Python registry cannot be reached, or lacks the SDK"
    }
    cp "$files/requirements.txt" "$env/installed"
fi

mock_start --pending-ms 20
timeout 120 "$env/bin/python" -B "$files/test.py" "${mock_url#http://}" || tap_failed=1
check "the mock ends cleanly" mock_stop
finish
