#!/usr/bin/env bash
# demo.sh - the whole path in a few minutes: build, start the mock cloud, bring up a load
# balancer from the manifests in deploy/demo, see the plan, the result, a drift made behind
# our back, its report and its repair.  Ends by itself; leaves nothing running.
set -eu -o pipefail
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$top"
# shellcheck source=packages.sh
. deploy/packages.sh

say() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
[ -t 1 ] || say() { printf '\n== %s\n' "$*"; }
die() {
    printf 'demo.sh: %s\n' "$*" >&2
    exit 1
}
show() {
    printf '$ %s\n' "$*"
}

say "Build"
need_packages build
cmake --preset release >/dev/null
cmake --build --preset release --target alb-agent alb-mock | tail -n 1

work=$(mktemp -d)
mock_pid=
finish() {
    [ -z "$mock_pid" ] || { kill "$mock_pid" 2>/dev/null && wait "$mock_pid" || true; }
    rm -rf "$work"
}
trap finish EXIT

say "Start the mock cloud"
mkfifo "$work/ready"
build/release/bin/alb-mock serve --listen 127.0.0.1:0 --call-log "$work/calls.jsonl" \
    >"$work/ready" 2>"$work/mock.log" &
mock_pid=$!
read -r -t 20 line <"$work/ready" || die "the mock did not start: $(cat "$work/mock.log")"
endpoint=http://${line##*http://}
printf '%s\n' "$line"

# The mock knows this pair unless it is given others.
export ALIBABA_CLOUD_ACCESS_KEY_ID=testak ALIBABA_CLOUD_ACCESS_KEY_SECRET=testsecret
agent() {
    local verb=$1
    shift
    build/release/bin/alb-agent "$verb" --endpoint "$endpoint" --region cn-hangzhou "$@"
}
state=(--state "$work/state.db")

# Runs a command that must end with one exit code.
expect() { # CODE COMMAND...
    local want=$1 code=0
    shift
    "$@" || code=$?
    [ "$code" = "$want" ] || die "exit code $code where $want was expected: $*"
}

say "Plan: what would be done (exit code 2: there are changes)"
show alb-agent plan -f deploy/demo
expect 2 agent plan -f deploy/demo "${state[@]}"

say "Apply"
show alb-agent apply -f deploy/demo
expect 0 agent apply -f deploy/demo "${state[@]}"

say "Drift: none (exit code 0)"
show alb-agent drift -f deploy/demo
expect 0 agent drift -f deploy/demo "${state[@]}"

say "Somebody deletes a rule behind our back"
rules=$(agent api ListRules --MaxResults=100)
rule=$(grep -o '"RuleId":[^,]*' <<<"$rules" | head -n 1 | grep -o 'rule-[a-z0-9]*')
show alb-agent api DeleteRules --RuleIds.1="$rule"
expect 0 agent api DeleteRules --RuleIds.1="$rule"
until ! grep -q "$rule" <<<"$(agent api ListRules --MaxResults=100)"; do :; done

say "Drift: the report names it (exit code 2)"
show alb-agent drift -f deploy/demo
expect 2 agent drift -f deploy/demo "${state[@]}" | tee "$work/drift.txt"
grep -q "$rule" "$work/drift.txt" || die "the report does not name $rule"

say "Repair: exactly one write"
before=$(wc -l <"$work/calls.jsonl")
show alb-agent apply -f deploy/demo
expect 0 agent apply -f deploy/demo "${state[@]}"
# Every action that is neither a read nor the end of a job changes something.
writes=$(tail -n +$((before + 1)) "$work/calls.jsonl" | grep -o '"action":"[A-Za-z]*"' \
    | grep -vcE '"(List|Get|Describe)' || true)
[ "$writes" = 1 ] || die "the repair took $writes writes"
printf 'writes in the mock'"'"'s call log: %s\n' "$writes"

say "Drift: none again"
expect 0 agent drift -f deploy/demo "${state[@]}"
say "Done"
