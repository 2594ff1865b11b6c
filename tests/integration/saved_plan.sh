#!/usr/bin/env bash
# saved_plan.sh - plan --out, apply PLANFILE, and asking the cloud first.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
generate --ingresses 3 --albconfigs 1 --out "$work/m"

# ---- what was reviewed is what is done
exits 2 "plan --out saves and tells of changes" plan -f "$work/m" --out "$work/a.plan"
private() { equal "$(stat -c %a "$work/a.plan")" 600; }
check "a plan is for its owner only" private
no_secret() { ! grep -qa testsecret "$work/a.plan"; }
check "and holds no secret" no_secret
mark
cd / || exit 1
exits 0 "apply PLANFILE does it, from any directory" apply "$work/a.plan"
check "rules are there" [ "$(rule_ids | count)" = 3 ]
mark
exits 6 "the same plan again is stale" apply "$work/a.plan"
check "because the cloud is not what it was" says "actual state of load balancer kube-system/web-0"
check "a stale plan writes nothing" no_writes

# ---- either side makes it stale
exits 0 "a plan without changes can be saved" plan -f "$work/m" --out "$work/b.plan"
exits 0 "and applied" apply "$work/b.plan"
sed -i 's/host: .*/host: new.example.com/' "$work/m/ingress-0000.yaml"
exits 6 "an edited manifest makes it stale" apply "$work/b.plan"
check "and that is said" says "what the manifests ask of load balancer kube-system/web-0"
exits 2 "a new plan" plan -f "$work/m" --out "$work/c.plan"
group=$(group_ids | head -n 1)
api UpdateServerGroupAttribute --ServerGroupId="$group" --ServerGroupName=by-hand >/dev/null
exits 6 "an edit in the cloud makes it stale" apply "$work/c.plan"
cp -r "$work/m" "$work/elsewhere"
exits 2 "a plan after that" plan -f "$work/m" --out "$work/d.plan"
rm -r "$work/m"
exits 0 "the manifests may have moved: -f says where" apply "$work/d.plan" -f "$work/elsewhere"

# ---- what cannot be applied
exits 1 "a flag that contradicts the plan is an error" apply "$work/d.plan" --region cn-beijing
check "and names both" says "cn-hangzhou, not cn-beijing"
exits 1 "a file that is no plan is an error" apply "$work/elsewhere/ingress-0000.yaml"
check "and says how manifests are given" says "-f"
jq -c '.version = 2' "$work/d.plan" >"$work/e.plan"
exits 1 "a plan of another version is an error" apply "$work/e.plan"
from_stdin() {
    "$bin/alb-agent" plan --endpoint "$mock_url" --state "$state" -f - --out "$work/f.plan" \
        <"$work/elsewhere/ingress-0000.yaml" >/dev/null 2>&1
    [ ! -e "$work/f.plan" ]
}
check "manifests from standard input make no plan file" from_stdin

# ---- asking the cloud
sed -i 's/host: .*/host: third.example.com/' "$work/elsewhere/ingress-0001.yaml"
mark
exits 2 "plan --dry-run=cloud" plan -f "$work/elsewhere" --dry-run=cloud -o json
only_dry_runs() {
    [ "$(writes)" -gt 0 ] &&
        equal "$(write_calls | jq -r 'select(.params.DryRun != "true") | .action')" ""
}
check "it writes only with DryRun" only_dry_runs
all_accepted() { equal "$(jq -r '[.steps[].cloud.verdict] | unique | join(" ")' "$work/out")" accepts; }
check "the cloud accepts a sound plan" all_accepted
exits 2 "nothing was done" plan -f "$work/elsewhere"
generate --ingresses 1 --albconfigs 1 --out "$work/new"
sed -i 's/web-0/fresh/g' "$work"/new/*.yaml
exits 2 "of a new load balancer" plan -f "$work/new" --dry-run=cloud
check "what needs ids that are not there yet is not verifiable" says "not verifiable: needs the id"
exits 1 "another kind of dry run is an error" plan -f "$work/new" --dry-run=maybe
finish
