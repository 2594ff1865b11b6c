#!/usr/bin/env bash
# drift_repair.sh - what someone changes behind our back is found, named and mended, with
# no write more than that takes.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 20
m=$work/m
generate --ingresses 3 --albconfigs 1 --out "$m"
exits 0 "apply converges" apply -f "$m"
exits 0 "no drift yet" drift -f "$m"
check "it says in sync" says "in sync"

rule_of() { # HOST
    api ListRules --MaxResults=100 | jq -r --arg host "$1" \
        '.Rules[] | select([.RuleConditions[].HostConfig?.Values[]?] | index($host)) | .RuleId'
}
lost() { ! rule_ids | grep -qx "$1"; }
available() { # the rule is there and stable
    api ListRules --RuleIds.1="$1" | jq -e '.Rules[0].RuleStatus == "Available"' >/dev/null
}

# ---- a rule is deleted
victim=$(rule_of app-0001.example.com)
check "the rule is found by its host" grep -qE '^rule-[a-z0-9]{18}$' <<<"$victim"
check "someone deletes it" quietly api DeleteRules --RuleIds.1="$victim"
check "it is gone" eventually 10 lost "$victim"
mark
exits 2 "drift is exit 2" drift -f "$m"
check "it names the rule" says app-0001.example.com
names_no_other() { ! grep -qE 'app-000[02]\.example\.com' "$work/out"; }
check "and no other" names_no_other
exits 2 "as JSON too" drift -f "$m" -o json
check "which is one document" equal "$(jq -s length "$work/out")" 1
check "looking writes nothing" no_writes
mark
exits 0 "apply repairs it" apply -f "$m"
check "with exactly one write" equal "$(writes)" 1
check "that creates a rule" grep -qE '^CreateRules?$' <(write_actions)
check "for the same host" [ -n "$(rule_of app-0001.example.com)" ]
exits 0 "then there is no drift" drift -f "$m"
check "it says in sync" says "in sync"

# ---- a rule is pointed elsewhere
victim=$(rule_of app-0002.example.com)
check "someone turns a rule into a fixed answer" quietly api UpdateRuleAttribute --RuleId="$victim" \
    --RuleActions.1.Type=FixedResponse --RuleActions.1.Order=1 \
    --RuleActions.1.FixedResponseConfig.Content=hi \
    --RuleActions.1.FixedResponseConfig.ContentType=text/plain \
    --RuleActions.1.FixedResponseConfig.HttpCode=200
check "it is in force" eventually 10 available "$victim"
exits 2 "drift is exit 2" drift -f "$m"
check "it names the rule" says app-0002.example.com
mark
exits 0 "apply repairs it" apply -f "$m"
check "with exactly one write" equal "$(writes)" 1
check "that changes the rule in place" equal "$(rule_of app-0002.example.com)" "$victim"

# ---- a server is taken out
group=$(api ListServerGroups --ServerGroupNames.1=shop-app-0000-80 | jq -r '.ServerGroups[0].ServerGroupId')
servers() { api ListServerGroupServers --ServerGroupId="$group" --MaxResults=100; }
server=$(servers | jq -c '.Servers[0]')
check "someone takes a server out of its group" quietly api RemoveServersFromServerGroup \
    --ServerGroupId="$group" --Servers.1.ServerId="$(jq -r .ServerId <<<"$server")" \
    --Servers.1.ServerIp="$(jq -r .ServerIp <<<"$server")" \
    --Servers.1.ServerType="$(jq -r .ServerType <<<"$server")" \
    --Servers.1.Port="$(jq -r .Port <<<"$server")"
has_servers() { equal "$(servers | jq '[.Servers[]? | select(.Status == "Available")] | length')" "$1" 2>/dev/null; }
check "one server is left" eventually 10 has_servers 1
exits 2 "drift is exit 2" drift -f "$m"
check "it names the group" says app-0000
mark
exits 0 "apply repairs it" apply -f "$m"
check "with exactly one write" equal "$(writes)" 1
check "that adds the server" grep -qE '^(AddServersTo|ReplaceServersIn)ServerGroup$' <(write_actions)
check "both servers are back" eventually 10 has_servers 2

# ---- what is not ours stays
listener=$(listener_ids)
check "someone adds a rule of their own" quietly api CreateRule --ListenerId="$listener" --RuleName=handmade \
    --Priority=9999 --RuleConditions.1.Type=Host --RuleConditions.1.HostConfig.Values.1=own.example.com \
    --RuleActions.1.Type=FixedResponse --RuleActions.1.Order=1 \
    --RuleActions.1.FixedResponseConfig.Content=own \
    --RuleActions.1.FixedResponseConfig.ContentType=text/plain \
    --RuleActions.1.FixedResponseConfig.HttpCode=200
own=$(rule_of own.example.com)
check "it is in force" eventually 10 available "$own"
mark
exits 0 "apply is exit 0" apply -f "$m"
check "nothing is written" no_writes
check "their rule is there" equal "$(rule_of own.example.com)" "$own"
finish
