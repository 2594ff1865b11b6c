#!/usr/bin/env bash
# drift_formats.sh - the report of drift as CI reads it: JSON by its schema, Markdown, JUnit XML
# and SARIF, each with the same findings.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5
m=$work/m
generate --ingresses 3 --albconfigs 1 --out "$m"
exits 0 "it converges" apply -f "$m"

as() { agent drift -f "$m" -o "$1"; }
xml() { # XPATH-like question in Python about the XML on $work/out
    python3 -c 'import sys, xml.etree.ElementTree as e
suite = e.parse(sys.argv[1]).getroot().find("testsuite")
print(eval(sys.argv[2]))' "$work/out" "$1"
}
valid() { python3 "$top/tests/support/schema.py" "$top/src/report/drift.v1.schema.json" "$work/out"; }

# ---- nothing differs
exits 0 "in sync as JSON" drift -f "$m" -o json
check "it fits its schema" valid
exits 0 "in sync as JUnit" drift -f "$m" -o junit
check "every resource is a test that passed" equal "$(xml 'suite.get("failures"), len(suite) == int(suite.get("tests")) > 3')" "('0', True)"
exits 0 "in sync as SARIF" drift -f "$m" -o sarif
check "without results" equal "$(jq -c '[.version, (.runs[0].results | length)]' "$work/out")" '["2.1.0",0]'
exits 0 "in sync as Markdown" drift -f "$m" -o markdown
check "says so" grep -q '^### In sync' "$work/out"

# ---- a rule goes, another is changed
rule_of() { api ListRules --MaxResults=100 | jq -r --arg h "$1" '.Rules[] | select([.RuleConditions[].HostConfig?.Values[]?] | index($h)) | .RuleId'; }
gone=$(rule_of app-0001.example.com) changed=$(rule_of app-0002.example.com)
api DeleteRules --RuleIds.1="$gone" --wait >/dev/null
api UpdateRuleAttribute --RuleId="$changed" --RuleActions.1.Type=FixedResponse --RuleActions.1.Order=1 \
    --RuleActions.1.FixedResponseConfig.Content='a|b <c> & "d"' \
    --RuleActions.1.FixedResponseConfig.ContentType=text/plain \
    --RuleActions.1.FixedResponseConfig.HttpCode=200 --wait >/dev/null

exits 2 "drift as JSON" drift -f "$m" -o json
check "it fits its schema" valid
check "it has both" equal "$(jq -c '[.resources[].class] | sort' "$work/out")" '["drift","missing"]'
exits 2 "drift as JUnit" drift -f "$m" -o junit
check "both are failures" equal "$(xml 'sorted(f.get("type") for f in suite.iter("failure"))')" "['drift', 'missing']"
check "texts come through XML" equal "$(xml '"a|b <c> & \\\"d\\\"" in "".join(f.text for f in suite.iter("failure"))')" True
exits 2 "drift as SARIF" drift -f "$m" -o sarif
check "both are errors that name the manifest" equal \
    "$(jq -c '[.runs[0].results[] | [.ruleId, .level, (.locations[0].physicalLocation.artifactLocation.uri | split("/") | last)]] | sort' "$work/out")" \
    '[["drift","error","ingress-0002.yaml"],["missing","error","ingress-0001.yaml"]]'
check "with a line" equal "$(jq '[.runs[0].results[].locations[0].physicalLocation.region.startLine > 0] | all' "$work/out")" true
check "and rules of their own" equal "$(jq -c '[.runs[0].results[].ruleId] - [.runs[0].tool.driver.rules[].id]' "$work/out")" '[]'
exits 2 "drift as Markdown" drift -f "$m" -o markdown
check "both are rows of a table" equal "$(grep -cE '^\| \*\*(drift|missing)\*\* \|.*\|$' "$work/out")" 2
check "whose cells hold" equal "$(grep -E '^\| ' "$work/out" | sed 's/\\|//g' | awk -F'|' '{print NF}' | sort -u)" 6

# ---- what was found is dated, and people decide about it
seen() { jq -c '[.resources[] | [.firstSeen, .lastGood]] | sort' "$work/out"; }
exits 2 "drift has dates" drift -f "$m" -o json
first=$(seen)
check "both are dated" equal "$(jq '[.resources[] | (.firstSeen | length), (.lastGood | length)] | all(. == 20)' "$work/out")" true
exits 2 "and once more" drift -f "$m" -o json
check "with the same dates" equal "$(seen)" "$first"
key_of() { jq -r --arg c "$1" '.resources[] | select(.class == $c) | .key' "$work/out"; }
missing=$(key_of missing) drifted=$(key_of drift)
exits 0 "the missing rule is ignored" drift ignore web-0 Rule "$missing"
exits 0 "the changed one is accepted for long" drift accept web-0 Rule "$changed" --until 2199-12-31
exits 0 "then nothing counts" drift -f "$m" -o json
check "it fits its schema" valid
check "verdicts are shown" equal "$(jq -c '[.resources[] | [.class, .verdict, .until]] | sort' "$work/out")" \
    '[["drift","accepted","2200-01-01T00:00:00Z"],["missing","ignored",null]]'
exits 0 "JUnit has no failure" drift -f "$m" -o junit
check "but two that were skipped" equal "$(xml 'suite.get("failures"), suite.get("skipped")')" "('0', '2')"
exits 0 "SARIF has them suppressed" drift -f "$m" -o sarif
check "each with a reason" equal "$(jq -c '[.runs[0].results[].suppressions[0].justification] | sort' "$work/out")" \
    '["accepted until 2200-01-01T00:00:00Z","ignored"]'
exits 0 "a plan has nothing to do" plan -f "$m"
check "and says what it leaves" equal "$(grep -c 'so it is not corrected' "$work/out")" 2
exits 0 "an apply corrects neither" apply -f "$m"
check "the rule is gone still" equal "$(rule_of app-0001.example.com)" ""
exits 0 "one is forgotten" drift forget web-0 Rule "$missing"
exits 0 "and corrected" apply -f "$m"
check "the rule is there again" equal "$(rule_of app-0001.example.com | wc -l)" 1
exits 0 "the other one is accepted still" drift -f "$m" -o json
check "it is all there is" equal "$(key_of drift)" "$drifted"
exits 1 "what was not found is not decided about" drift accept web-0 Rule "$missing"

# ---- a reading that is not to be trusted makes no report
mock_stop
exits 5 "without the cloud there is no report" drift -f "$m" -o junit
check "not even an empty one" equal "$(cat "$work/out")" ""
finish
