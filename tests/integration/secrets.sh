#!/usr/bin/env bash
# secrets.sh - keys that were planted are searched for in everything the agent writes: output,
# logs, errors, the state file and its side files, also when the cloud refuses them.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
secret=planted-Secret-7f3a token=planted-Token-91bc
mock_start --pending-ms 20 --sts-token "STS.planted:$secret:$token"
generate --ingresses 4 --albconfigs 1 --out "$work/m"
export ALIBABA_CLOUD_ACCESS_KEY_ID=STS.planted ALIBABA_CLOUD_ACCESS_KEY_SECRET=$secret \
    ALIBABA_CLOUD_SECURITY_TOKEN=$token
mkdir "$work/seen"
n=0
keep() { # VERB ARGUMENT...: runs it and keeps what it said
    agent "$@"
    n=$((n + 1))
    cp "$work/out" "$work/seen/$n.out"
    cp "$work/err" "$work/seen/$n.err"
}
all() {
    keep plan -f "$work/m"
    keep plan -f "$work/m" -o json
    keep apply -f "$work/m" --yes
    [ "$status" = 0 ] || return 1
    keep drift -f "$work/m"
    keep status
    keep translate -f "$work/m" -o json
    "$bin/alb-agent" api --endpoint "$mock_url" ListRules >"$work/seen/api.out" 2>"$work/seen/api.err"
}
check "every verb works with a security token" all
refused() {
    ALIBABA_CLOUD_ACCESS_KEY_SECRET=$secret-wrong keep plan -f "$work/m"
    ALIBABA_CLOUD_SECURITY_TOKEN=$token-wrong keep plan -f "$work/m"
    [ "$status" != 0 ] && grep -qE 'SignatureDoesNotMatch|InvalidSecurityToken' "$work"/seen/*.err
}
check "and a wrong one is refused by the cloud" refused
unreachable() {
    "$bin/alb-agent" api --endpoint http://127.0.0.1:9 ListRules >"$work/seen/gone.out" 2>"$work/seen/gone.err"
    [ $? = 1 ] && [ -s "$work/seen/gone.err" ]
}
check "and so is a cloud that is not there" unreachable
profile() {
    mkdir -p "$work/home/.aliyun"
    printf '{"current":"x","profiles":[{"name":"x","mode":"External","access_key_secret":"%s"}]}' "$secret" \
        >"$work/home/.aliyun/config.json"
    (
        unset ALIBABA_CLOUD_ACCESS_KEY_ID ALIBABA_CLOUD_ACCESS_KEY_SECRET ALIBABA_CLOUD_SECURITY_TOKEN
        HOME=$work/home ALIBABA_CLOUD_ECS_METADATA_DISABLED=true keep plan -f "$work/m"
        says "mode 'External'"
    )
}
check "a profile that cannot be used is told by its mode" profile
# ---- an agent that keeps running: its log with all there is to be said, and its pages
pages() { # NAME: /readyz, /status and /metrics of the agent that logs to seen/NAME.log
    local port page
    port=$(jq -r 'select(.msg == "status over HTTP") | .port' "$work/seen/$1.log")
    for page in readyz status metrics; do
        curl -sS --max-time 10 "http://127.0.0.1:$port/$page" >"$work/seen/$1.$page" || return 1
    done
}
running() { # NAME UNTIL: runs until the log holds that, and shows its pages
    "$bin/alb-agent" run -f "$work/m" --endpoint "$mock_url" --state "$state" --set log.level=debug \
        --status-listen 127.0.0.1:0 2>"$work/seen/$1.log" </dev/null &
    local pid=$!
    eventually 30 grep -qF -- "$2" "$work/seen/$1.log" && pages "$1"
    local shown=$?
    keep status
    kill -TERM "$pid"
    wait "$pid" && return $shown
}
touch_one() { sed -i 's/app-0001.example/changed.example/' "$work/m/ingress-0001.yaml"; }
touch_one
check "a running agent logs each call" running good '"in sync"'
check "which is not nothing" grep -q '"UpdateRules\|CreateRules' "$work/seen/good.log"
wrong_key() { ALIBABA_CLOUD_ACCESS_KEY_SECRET=$secret-wrong running refused 'could not be read'; }
check "and why it is refused" wrong_key
check "in its pages, too" grep -q SignatureDoesNotMatch "$work/seen/refused.readyz"
gone_token() { ALIBABA_CLOUD_SECURITY_TOKEN=$token-wrong running gone 'could not be read'; }
check "or its token is" gone_token

check "the outputs are there to be searched" [ "$(cat "$work"/seen/* | wc -c)" -gt 2000 ]
check "the state file is there to be searched" [ -s "$state" ]
found() { grep -rlaE "planted-(Secret|Token)" "$work/seen" "$state"* "$work/xdg" 2>/dev/null; }
check "no output and no file holds the secret or the token" equal "$(found)" ''

# ---- cores: the agent is made to abort while it holds its keys
mkdir "$work/core"
abort_it() { # NAME COMMAND...: when it waits for its input; what the kernel leaves out in $filter
    local name=$1 pid late=$work/late.$1
    shift
    mkfifo "$late"
    (cd "$work/core" && exec "$@") <"$late" >"$work/$name.out" 2>&1 &
    pid=$!
    exec {hold}>"$late"
    eventually 10 reads_its_input "$pid" || return 1
    filter=$(cat "/proc/$pid/coredump_filter")
    kill -ABRT "$pid"
    wait "$pid" 2>/dev/null
    equal $? 134
    exec {hold}>&-
}
reads_its_input() { # nothing but a read is under way
    [ "$(cut -d' ' -f1 "/proc/$1/syscall" 2>/dev/null)" = 0 ]
}
leaks() { grep -rlaE 'planted-(Secret|Token)' "$work/core"; }
holder=(python3 -c "import os, sys; kept = dict(os.environ); sys.stdin.read()")
ulimit -c unlimited 2>/dev/null
check "the agent is aborted" abort_it agent "$bin/alb-agent" api --endpoint "$mock_url" CreateRules --json -
check "and leaves no core" equal "$(ls "$work/core")" ''
check "and has memory kept out of cores that go elsewhere" equal "$filter" 00000000
# That both help is seen on another program, where cores go into files.
if [ "$(cat /proc/sys/kernel/core_pattern)" = core ] && abort_it holder "${holder[@]}" && [ -n "$(leaks)" ]; then
    rm -f "$work"/core/*
    filtered() {
        abort_it filtered sh -c 'printf 0 >/proc/self/coredump_filter; exec "$@"' - "${holder[@]}" \
            && [ -s "$work/core/core" ] && equal "$(leaks)" ''
    }
    check "a core without memory holds no key" filtered
else
    ok "a core without memory holds no key # skip no cores into files here"
fi
finish
