#!/usr/bin/env bash
# api.sh - the api verb: every action by name, parameters flat or as JSON, checked before they
# leave, all pages, waiting, completion, and no key in any output.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 300
ask() { # ARGUMENT...: like agent(), without a state file
    last_run="alb-agent api $*"
    "$bin/alb-agent" api --endpoint "$mock_url" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
}
refuses() { # ARGUMENT...: exit 1, nothing on stdout, nothing sent
    mark
    ask "$@"
    equal "$status" 1 && equal "$(cat "$work/out")" '' && equal "$(calls | wc -l)" 0
}

# ---- names
check "--list names 95 actions" equal "$("$bin/alb-agent" api --list | wc -l)" 95
check "--list of an action names its parameters" grep -q \
    '^--Rules.N.RuleActions.N.ForwardGroupConfig.ServerGroupTuples.N.Weight .*int 0..100$' \
    <("$bin/alb-agent" api CreateRules --list)
check "an unknown action is refused" refuses ListRule
check "with the nearest name" says "did you mean ListRules"
check "an unknown parameter is refused" refuses DeleteRules --RuleIdz.1=rule-x
check "with the nearest name" says "did you mean RuleIds"
check "a value out of range is refused" refuses ListRules --MaxResults=101
check "a missing parameter is refused" refuses DeleteRules
check "and named" says "RuleIds is required"
check "a parameter without a value is refused" refuses ListRules --MaxResults

# ---- calls
groups=$work/group.json
cat >"$groups" <<'JSON'
{"ServerGroupName": "from-json", "VpcId": "vpc-1", "Protocol": "HTTP", "ServerGroupType": "Ip",
 "HealthCheckConfig": {"HealthCheckEnabled": false}, "StickySessionConfig": null}
JSON
check "parameters may be a JSON file" quietly api CreateServerGroup --json "$groups"
check "the command line wins over it" quietly api CreateServerGroup --json "$groups" \
    --ServerGroupName=from-line --wait
ready() {
    equal "$(api ListServerGroups --ServerGroupNames.1=from-line | jq -r '.ServerGroups[0].ServerGroupStatus')" \
        Available
}
check "--wait waits until the change is made" ready
for i in 1 2 3; do
    check "group $i is created" quietly api CreateServerGroup --json "$groups" --ServerGroupName="more-$i"
done
pages() {
    mark
    equal "$(api ListServerGroups --MaxResults=2 --all-pages | jq '.ServerGroups | length')" 5 \
        && equal "$(calls | wc -l)" 3
}
check "--all-pages asks for every page" pages
check "without it there is one page" equal \
    "$(api ListServerGroups --MaxResults=2 | jq '.ServerGroups | length')" 2
sends_it() {
    mark
    ask ListRules --NoSuchThing=1 --force
    equal "$(calls | wc -l)" 1
}
check "--force sends what the table does not know" sends_it
fails_with_code() {
    ask DeleteServerGroup --ServerGroupId=sgp-none
    equal "$status" 1 && says "DeleteServerGroup sgp-none: ResourceNotFound.ServerGroup"
}
check "a refusal is exit 1, with action, resource and code" fails_with_code

# ---- completion
complete_with() { # WORD...: what bash offers for the last word
    PATH=$bin:$PATH bash -c 'source <(alb-agent completion)
        compopt() { :; }
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _alb_agent; printf "%s\n" "${COMPREPLY[@]}"' - "$@"
}
check "verbs are completed" equal "$(complete_with alb-agent ap)" $'apply\napi'
check "actions are completed" equal "$(complete_with alb-agent api DeleteRul)" $'DeleteRule\nDeleteRules'
check "parameters are completed" equal "$(complete_with alb-agent api DeleteRules --Rul)" '--RuleIds.1='
# What the function offers is caught where zsh would take it; the shell itself filters by prefix.
zsh_with() {
    PATH=$bin:$PATH zsh -fc 'compdef() { :; }
        compadd() { [[ ${@[-2]} == -a ]] && print -rl -- ${(P)@[-1]}; }
        _files() { print FILES; }
        source <(alb-agent completion zsh)
        words=("$@") CURRENT=$#
        _alb_agent' - "$@"
}
fish_with() { # a command line
    PATH=$bin:$PATH fish --no-config -c 'alb-agent completion fish | source; complete -C "$argv[1]"' "$1"
}
if command -v zsh >/dev/null; then
    check "zsh completes verbs" grep -qx completion <(zsh_with alb-agent '')
    check "and actions" grep -qx DeleteRules <(zsh_with alb-agent api De)
    check "and parameters" grep -qx -e '--RuleIds.1=' <(zsh_with alb-agent api DeleteRules --)
    check "and flags of a call" grep -qx -e '--wait' <(zsh_with alb-agent api DeleteRules --)
    check "and flags of a verb" grep -qx -e '--ca-file' <(zsh_with alb-agent plan --)
    check "and files" grep -qx FILES <(zsh_with alb-agent plan -f '')
else
    ok "zsh completes names # skip no zsh"
fi
if command -v fish >/dev/null; then
    check "fish completes verbs" equal "$(fish_with 'alb-agent ap')" $'api\napply'
    check "and actions" equal "$(fish_with 'alb-agent api DeleteRul')" $'DeleteRule\nDeleteRules'
    check "and parameters" equal "$(fish_with 'alb-agent api DeleteRules --Rul')" '--RuleIds.1='
    check "and flags of a verb" equal "$(fish_with 'alb-agent plan --ca')" '--ca-file'
else
    ok "fish completes names # skip no fish"
fi
no_such_shell() {
    "$bin/alb-agent" completion tcsh >"$work/out" 2>"$work/err"
    equal $? 1 && says "bash, zsh or fish"
}
check "another shell is told which there are" no_such_shell

# ---- whose keys
keeps_quiet() {
    ask ListRules
    ! grep -q testsecret "$work/out" "$work/err"
}
check "the key's secret is in no output" keeps_quiet
leaves_no_core() { # its parameters come late, so that there is time to look
    mkfifo "$work/late.json"
    "$bin/alb-agent" api --endpoint "$mock_url" ListRules --json "$work/late.json" >/dev/null &
    local pid=$!
    eventually 10 grep -qE '^Max core file size +0 +0 ' "/proc/$pid/limits"
    local found=$?
    printf '{}' >"$work/late.json"
    wait $pid && return $found
}
check "a crash leaves no core, which would hold keys" leaves_no_core
from_profile() {
    mkdir -p "$work/home/.alibabacloud"
    printf '[ci]\ntype = access_key\naccess_key_id = testak\naccess_key_secret = testsecret\n' \
        >"$work/home/.alibabacloud/credentials"
    (
        unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
        HOME=$work/home ALIBABA_CLOUD_PROFILE=ci ask ListRules
        equal "$status" 0
    )
}
check "keys may come from a profile" from_profile
no_keys() {
    (
        unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET
        HOME=$work/nowhere ALIBABA_CLOUD_ECS_METADATA_DISABLED=true ask ListRules
        equal "$status" 1 && says ALIBABA_CLOUD_ACCESS_KEY_ID
    )
}
check "without any it says where they are looked for" no_keys
finish
