#!/usr/bin/env bash
# cli_exit_codes.sh - each exit code of design.md §7, and what stands on stdout.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
generate --ingresses 4 --albconfigs 2 --out "$work/m"

# ---- the command line itself
last_run="alb-agent --version"
check "--version names the program" grep -qE '^alb-agent [0-9]+\.[0-9]+' <("$bin/alb-agent" --version)
"$bin/alb-agent" --help >"$work/help"
check "--help exits 0" equal $? 0
for verb in plan apply drift explain status translate api; do
    check "--help names $verb" grep -qw "$verb" "$work/help"
    check "$verb --help exits 0 and prints its usage" grep -qi usage <("$bin/alb-agent" "$verb" --help)
done
refused_usage() { # ARGUMENT...
    "$bin/alb-agent" "$@" >"$work/out" 2>"$work/err" </dev/null
    equal $? 1 && equal "$(cat "$work/out")" "" && [ -s "$work/err" ]
}
check "an unknown verb is exit 1, on stderr" refused_usage frobnicate
check "an unknown option is exit 1, on stderr" refused_usage plan --no-such-option
check "an option without its value is exit 1" refused_usage plan -f
check "output in no known format is exit 1" refused_usage plan -f "$work/m" -o xml

# ---- 2: changes, and none are made
mark
exits 2 "plan of a new source is exit 2" plan -f "$work/m"
check "a plan writes nothing" no_writes
check "its last line is the summary" grep -qE '^Plan: [0-9]+ to add, 0 to change, 0 to destroy' \
    <(tail -n 1 "$work/out")
exits 2 "the same plan as JSON is exit 2" plan -f "$work/m" -o json
check "with -o json stdout is one JSON document" equal "$(jq -s length "$work/out")" 1
cat "$work"/m/*.yaml >"$work/all.yaml"
plan_from_stdin() {
    "$bin/alb-agent" plan --endpoint "$mock_url" --state "$state" -f - <"$work/all.yaml" \
        >"$work/out" 2>"$work/err"
    equal $? 2
}
check "manifests may come from standard input" plan_from_stdin
check "a plan leaves no state behind" [ ! -e "$state" ]

# ---- 0: done, in sync
exits 0 "apply is exit 0" apply -f "$work/m" --yes
exits 0 "drift right after is exit 0" drift -f "$work/m"
check "and says so" says "in sync"
exits 0 "plan right after is exit 0" plan -f "$work/m"
exits 0 "status is exit 0" status
check "status names both load balancers" says web-0
check "status names both load balancers" says web-1
status_is_private() { equal "$(stat -c %a "$state")" 600; }
check "the state file is for its owner only" status_is_private
exits 0 "translate needs no cloud and is exit 0" translate -f "$work/m" -o json
check "translate -o json is one JSON document" equal "$(jq -s length "$work/out")" 1

# ---- 1: errors
mark
exits 1 "another cluster id than the state's is exit 1" apply -f "$work/m" --cluster-id other
check "and writes nothing" no_writes
exits 4 "a file that is not there, and so no AlbConfig, is exit 4" plan -f "$work/none"
wrong_secret() {
    ALIBABA_CLOUD_ACCESS_KEY_SECRET=n0tTheSecret agent plan -f "$work/m"
    [[ $status == [15] ]] && ! grep -q n0tTheSecret "$work/out" "$work/err"
}
check "a wrong secret is an error, and is not shown" wrong_secret
no_credentials() {
    (
        unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
        agent plan -f "$work/m"
        equal "$status" 1 && says ALIBABA_CLOUD_ACCESS_KEY
    )
}
check "without credentials it is exit 1 and names the variables" no_credentials
no_secret_in_state() { ! grep -qa testsecret "$state"; }
check "the secret is not in the state file" no_secret_in_state

# ---- 4: validation
mkdir "$work/empty-source"
cp "$work"/m/ingress-*.yaml "$work"/m/service-*.yaml "$work/empty-source"
mark
exits 4 "a source without an AlbConfig is exit 4" apply -f "$work/empty-source"
check "and writes nothing" no_writes

# ---- 1: what another cluster owns
state=$work/other.db
mark
exits 1 "load balancers tagged for another cluster id stop the run" apply -f "$work/m" --cluster-id other
check "and are named" grep -qE 'alb-[a-z0-9]{18}' "$work/out" "$work/err"
check "and not written to" no_writes

# ---- 3: destructive, refused
mock_stop
mock_start --pending-ms 20
mkdir "$work/fewer"
generate --ingresses 2 --albconfigs 1 --paths 5 --out "$work/many"
state=$work/many.db
exits 0 "an AlbConfig of ten rules is applied" apply -f "$work/many"
cp "$work"/many/{albconfig,service}-*.yaml "$work/fewer"
mark
exits 3 "deleting all of ten rules is exit 3" apply -f "$work/fewer"
check "and writes nothing" no_writes
exits 3 "the plan of it is exit 3 too" plan -f "$work/fewer"

# ---- 7: quota
mock_stop
mock_start --pending-ms 20
generate --ingresses 1 --albconfigs 1 --paths 101 --out "$work/wide"
state=$work/wide.db
mark
exits 7 "101 rules where 100 are allowed is exit 7" plan -f "$work/wide"
check "and writes nothing" no_writes

# ---- 5 or 1: the cloud is not there
check "the mock ends cleanly on SIGTERM" mock_stop
unreachable() {
    agent drift -f "$work/m"
    [[ $status == [15] ]]
}
state=$work/agent.db
check "a cloud that does not answer is an error, not drift" unreachable
finish
