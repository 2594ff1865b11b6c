#!/usr/bin/env bash
# sources.sh - manifests mean the same however they are handed over.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent
m=$work/m
generate --ingresses 3 --albconfigs 2 --paths 2 --out "$m"
mock_url=http://127.0.0.1:9 # nothing listens there: translation asks nobody

# What is desired, without the file and line it comes from.
without_places() { jq -S 'walk(if type == "object" then del(.from) else . end)'; }
desired() { # ARGUMENT...
    agent translate "$@" -o json
    [ "$status" = 0 ] || { printf 'translate %s: %s\n' "$*" "$errors" >&2 && return 1; }
    without_places <<<"$out"
}
desired -f "$m" >"$work/directory.json"
check "a directory translates" quietly jq -e "length > 0" "$work/directory.json"
same() { equal "$("$@" | cksum)" "$(cksum <"$work/directory.json")"; }

files=()
for file in "$m"/*.yaml; do
    files=(-f "$file" "${files[@]}") # in reverse
done
check "so do its files, in any order" same desired "${files[@]}"
cat "$m"/*.yaml >"$work/all.yaml"
check "and one file of many documents" same desired -f "$work/all.yaml"
from_stdin() { "$bin/alb-agent" translate -f - -o json <"$work/all.yaml" | without_places; }
check "and standard input" same from_stdin

# The same through somebody else's YAML reader.
if python3 -c 'import yaml' 2>/dev/null; then
    python3 -c 'import json, sys, yaml
json.dump({"apiVersion": "v1", "kind": "List", "items":
           [d for d in yaml.safe_load_all(sys.stdin) if d]}, sys.stdout)' \
        <"$work/all.yaml" >"$work/all.json"
    check "and a List in JSON" same desired -f "$work/all.json"
    as_yaml() {
        "$bin/alb-agent" translate -f "$m" -o yaml \
            | python3 -c 'import json, sys, yaml; json.dump(yaml.safe_load(sys.stdin), sys.stdout)' \
            | without_places
    }
    check "-o yaml says the same" same as_yaml
else
    printf 'ok and a List in JSON # skip python3 has no yaml module\n'
    printf 'ok -o yaml says the same # skip python3 has no yaml module\n'
fi

sed -i 's/number: 80$/number: eighty:/' "$m/ingress-0001.yaml"
agent translate -f "$m"
check "an error names the file" says ingress-0001.yaml
check "and is exit 4" equal "$status" 4
finish
