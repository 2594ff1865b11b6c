#!/usr/bin/env bash
# status_server.sh - what a running agent says over HTTP: to probes, to Prometheus, to people, and
# to clients that mean it no good.
. "$(dirname "$0")/../support/lib.sh"
need_binaries alb-agent alb-mock
mock_start --pending-ms 5

files=$work/files
generate --ingresses 3 --albconfigs 1 --out "$files"
cat >"$work/agent.yaml" <<END
status: {listen: '127.0.0.1:0'}
lanes: {load-balancer: {reconcile-delay: 0s}}
END

port=''
find_port() { port=$(jq -r 'select(.msg == "status over HTTP") | .port' "$work/run.log" | tail -n 1); [ -n "$port" ]; }
# get PATH [CURL FLAG...]: the body into $work/out, headers into $work/head, the code into $code
get() {
    last_run="GET $1"
    code=$(curl -sS --max-time 10 -o "$work/out" -D "$work/head" -w '%{http_code}' "${@:2}" \
        "http://127.0.0.1:$port$1" 2>"$work/err") || code=000
}
answers() { get "$1" "${@:3}" && equal "$code" "$2"; }
is_ready() { get /readyz && [ "$code" = 200 ]; }
header() { grep -qi "^$1: $2" "$work/head"; }
checked() { python3 "$top/tests/support/metrics.py" "$@" "$work/out"; }
sample() { get /metrics && python3 "$top/tests/support/metrics.py" "$work/out" "$1"; }
valid() { python3 "$top/tests/support/schema.py" "$top/src/report/status.v1.schema.json" "$work/out"; }

# ---- the checker of the text format is one that complains
wrong() { # NAME TEXT
    printf '%b' "$2" >"$work/out"
    check "the checker complains about $1" test "$(checked >/dev/null 2>&1 && printf passed)" != passed
}
good='# HELP a_total A.\n# TYPE a_total counter\na_total{x="1"} 2\n'
printf '%b' "$good" >"$work/out"
check "the checker takes what is right" equal "$(checked)" 1
wrong "a sample twice" "${good}a_total{x=\"1\"} 3\n"
wrong "a family begun twice" "${good}# HELP b B.\n# TYPE b gauge\nb 1\n# TYPE a_total counter\n"
wrong "a TYPE after its samples" '# HELP a_total A.\na_total 1\n# TYPE a_total counter\n'
wrong "no HELP" '# TYPE a_total counter\na_total 1\n'
wrong "no TYPE" '# HELP a A.\na 1\n'
wrong "a counter that is not called so" '# HELP a A.\n# TYPE a counter\na 1\n'
wrong "a label that is not closed" '# HELP a A.\n# TYPE a gauge\na{b="c} 1\n'
wrong "an escape that is none" '# HELP a A.\n# TYPE a gauge\na{b="\\t"} 1\n'
wrong "no line end" '# HELP a A.\n# TYPE a gauge\na 1'
wrong "buckets that fall" '# HELP h H.\n# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'

# ---- while the cloud does not answer
run_start --endpoint http://127.0.0.1:1 --config "$work/agent.yaml"
check "the log says where" eventually 30 find_port
check "the loop turns" answers /healthz 200
check "says so" equal "$(cat "$work/out")" ok
check "it is not ready before a reading" eventually 30 answers /readyz 503
refused() { answers /readyz 503 && grep -q '^\[-\]reading failed: .*the last reading failed: ' "$work/out"; }
check "with the reason" eventually 30 refused
failing() { get /status && [ "$(jq -r .agent.problem "$work/out")" != '' ]; }
check "which stands in /status, too" eventually 30 failing
told() { agent status && says "  problem      "; }
check "and in 'status' in another terminal" eventually 30 told
check "it ends" run_stop

# ---- a healthy one
rm -f "$state"*
run_start --config "$work/agent.yaml"
check "it starts" eventually 30 find_port
check "it becomes ready" eventually 30 is_ready
check "and in sync" eventually 30 logged '"in sync"'
check "kubelet's probe is answered" answers /readyz 200 -H 'User-Agent: kube-probe/1.31' -H 'Accept: */*' -H 'Connection: close'
check "HEAD is" answers /readyz 200 --head
check "as HTTP/1.0 is" answers /healthz 200 --http1.0
get /status
check "/status is JSON" header Content-Type application/json
check "by its schema" valid
agent status -o json
check "so is the verb's" valid
alike() { jq -S 'del(.agent.saidAt, .agent.budgets)' "$work/out"; }
same() { get /status && alike >"$work/over-http" && agent status -o json && alike | cmp -s - "$work/over-http"; }
check "they say the same" eventually 30 same
get /metrics
check "/metrics is the text format" header Content-Type 'text/plain; version=0.0.4'
check "without a mistake" quietly checked
for name in 'alb_agent_api_calls_total{action="CreateRules",result="ok"}' 'alb_agent_budget_tokens{action="CreateRules"}' \
    'workqueue_depth{controller="load-balancer",name="load-balancer"}' 'alb_agent_lanes{family="server-group",state="backoff"}' \
    alb_agent_pending_steps 'alb_agent_findings{class="drift",state="open"}' alb_agent_quarantined_objects \
    'controller_runtime_reconcile_time_seconds_count{controller="load-balancer"}' alb_agent_loop_turn_seconds_count \
    process_resident_memory_bytes process_open_fds process_start_time_seconds; do
    check "it has ${name%%\{*}" quietly sample "$name"
done
check "the build" equal "$(sample "alb_agent_build_info{version=\"$("$bin/alb-agent" version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -1)\"}")" 1
for method in POST PUT DELETE PATCH OPTIONS; do
    check "$method is refused" answers /status 405 -X "$method"
    check "with what is allowed" header Allow 'GET, HEAD'
done
check "another path is not found" answers /debug/pprof 404

# ---- many objects
get /metrics
checked --names >"$work/few" 2>&1
generate --ingresses 60 --albconfigs 1 --out "$files"
rules_are() { [ "$(api ListRules --MaxResults=100 | jq '.Rules | length')" = "$1" ]; }
check "many Ingresses come" eventually 60 rules_are 60
settled() { [ "$(sample alb_agent_pending_steps)" = 0 ]; }
check "and are done" eventually 60 settled
get /metrics
checked --names >"$work/many"
check "the page has the same series" equal "$(comm -13 <(sort "$work/few") <(sort "$work/many") | grep -vE '_total\{action=|_tokens\{|_per_second\{')" ''
get /status
check "/status fits its schema still" valid

# ---- clients that mean it no good
cat >"$work/hostile.py" <<'END'
"""Half-open connections, requests that trickle in or never end, giant headers, replies that nobody
reads, and more connections than there may be, again and again until a file is there; meanwhile
probes must be answered as ever."""
import os, socket, sys, time, urllib.request
port = int(sys.argv[1])
def connect(data=b""):
    s = socket.create_connection(("127.0.0.1", port), timeout=5)
    if data:
        try: s.sendall(data)
        except OSError: pass  # cut off in the middle of it: so it should be
    return s
slowest = 0
def probe():
    global slowest
    began = time.monotonic()
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as r:
        assert r.status == 200 and r.read() == b"ok\n"
    slowest = max(slowest, time.monotonic() - began)
while True:
    held = []
    for i in range(300):
        held.append(connect(b"" if i % 3 else b"GET /metr"))
        if i % 10 == 0: probe()
    for i in range(20):
        held.append(connect(b"GET / HTTP/1.1\r\nX-Giant: " + b"a" * 300000))
        probe()
    for i in range(20):
        held.append(connect(b"POST /status HTTP/1.1\r\nContent-Length: 100000000\r\n\r\n" + b"b" * 100000))
        probe()
    for i in range(20):  # a thousand requests, and no reply is read
        held.append(connect(b"GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n" * 1000))
        probe()
    for s in held[-100:]:
        try: s.send(b"x")
        except OSError: pass
        probe()
    for i in range(200): connect().close()
    probe()
    open(sys.argv[2] + ".begun", "w").close()
    if os.path.exists(sys.argv[2]): break
print(f"{slowest:.3f}")
END
ingress_is_there() { api ListRules --MaxResults=100 | grep -qF '"during.example.com"'; }
python3 "$work/hostile.py" "$port" "$work/enough" >"$work/slowest" 2>"$work/hostile.err" &
hostile=$!
check "they are at it" eventually 60 test -e "$work/enough.begun"
sed 's/app-0000/during/' "$files/ingress-0000.yaml" >"$files/during.yaml"
check "an object that comes meanwhile is followed" eventually 30 ingress_is_there
touch "$work/enough"
wait "$hostile"
check "probes are answered beside hostile clients" equal "$?" 0
[ -s "$work/hostile.err" ] && tail -n 3 "$work/hostile.err" >&2
check "none of them later than a second" python3 -c 'import sys; sys.exit(float(open(sys.argv[1]).read()) > 1)' "$work/slowest"
rm "$files/during.yaml"
turn_bound() { # of all turns of the loop, those beyond half a second
    get /metrics && python3 - "$work/out" <<'END'
import re, sys
counts = dict(re.findall(r'alb_agent_loop_turn_seconds_bucket\{le="([^"]+)"\} (\d+)', open(sys.argv[1]).read()))
sys.exit(int(counts["+Inf"]) - int(counts["0.5"]) > 0)
END
}
check "no turn of the loop took half a second" turn_bound
fds() { find "/proc/$agent_pid/fd" -mindepth 1 | wc -l; }
few_fds() { [ "$(fds)" -lt 60 ]; }
check "the connections are given up" eventually 30 few_fds

# ---- elsewhere
first=$port
sed -i "s/'127.0.0.1:0'/':0'/" "$work/agent.yaml"
kill -HUP "$agent_pid"
elsewhere() { find_port && [ "$port" != "$first" ] && answers /healthz 200; }
check "SIGHUP takes it to another address" eventually 30 elsewhere
port=$first
check "and away from the old one" answers /healthz 000
find_port
sed -i "s/':0'/'nonsense'/" "$work/agent.yaml"
kill -HUP "$agent_pid"
check "a mistake is named" eventually 30 logged "status.listen: 'nonsense'"
printf '{}\n' >"$work/agent.yaml"
kill -HUP "$agent_pid"
check "without the setting it is closed" eventually 30 answers /healthz 000

# ---- the end
check "it ends cleanly" run_stop
run_start --status-listen 127.0.0.1:0
check "the flag does it, too" eventually 30 find_port
exec 3<>"/dev/tcp/127.0.0.1/$port" && printf 'GET /hea' >&3
check "an open connection does not keep it from ending" run_stop
exec 3<&-
ALB_AGENT_STATUS_LISTEN=127.0.0.1:0 run_start
check "so does the environment" eventually 30 find_port
exits 1 "an address that is taken is an error" run -f "$files" --state "$work/other.db" --status-listen "127.0.0.1:$port"
check "that says so" says "listen on 127.0.0.1:$port"
exits 1 "an address without a port, too" run -f "$files" --status-listen 127.0.0.1
check "it ends" run_stop
finish
