#!/usr/bin/env bash
# agent.sh - an agent that keeps running, at a size: seconds to converge, seconds of a restart to the
# first correct change and to in sync, resident memory, time from an endpoint that goes to the request on
# the wire, reads of an hour without changes, size of the state file.
#
#     tests/bench/agent.sh [--ingresses 1000] [--albconfigs 10] [--endpoints 10] [--events 50]
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
ingresses=1000 albconfigs=10 endpoints=10 events=50
while [ $# -gt 1 ]; do
    case $1 in
    --ingresses) ingresses=$2 ;;
    --albconfigs) albconfigs=$2 ;;
    --endpoints) endpoints=$2 ;;
    --events) events=$2 ;;
    *) printf 'agent.sh: what is %s?\n' "$1" >&2 && exit 1 ;;
    esac
    shift 2
done
mock_start --pending-ms 50
generate --ingresses "$ingresses" --albconfigs "$albconfigs" --paths 1 --endpoints "$endpoints" \
    --out "$work/m"
cat >"$work/agent.yaml" <<END
budgets: {writes-per-minute: 100000, reads-per-second: 10000, sweep-reads-per-second: 10000}
lanes:
  load-balancer: {concurrent: 1000, starts-per-second: 1000, reconcile-delay: 0s}
  server-group: {concurrent: 1000, starts-per-second: 1000}
END
agent_pid=''
trap '[ -z "$agent_pid" ] || kill -9 "$agent_pid" 2>/dev/null; cleanup' EXIT
now() { date +%s.%N; }
since() { awk -v a="$1" -v b="$(now)" 'BEGIN { printf "%.1f s", b - a }'; }
run_start() { # LOG
    run_log=$1
    "$bin/alb-agent" run -f "$work/m" --endpoint "$mock_url" --state "$state" \
        --config "$work/agent.yaml" 2>"$run_log" </dev/null &
    agent_pid=$!
}
run_stop() {
    kill -TERM "$agent_pid" && wait "$agent_pid"
    agent_pid=''
}
all_in_sync() { [ "$(grep -c '"in sync"' "$run_log")" -ge "$albconfigs" ]; }
resident() { awk '/^VmRSS/ { printf "%.0f MB", $2 / 1024 }' "/proc/$agent_pid/status"; }
printf '%s Ingresses over %s AlbConfigs, %s endpoints each\n' "$ingresses" "$albconfigs" "$endpoints"

t=$(now)
run_start "$work/run1.log"
check "the first run converges" eventually 1800 all_in_sync
printf '  to in sync: %s, %s writes, %s resident\n' "$(since "$t")" "$(writes)" "$(resident)"
check "it ends" run_stop

# One path changes while nobody looks.
sed -i 's/path: \/$/path: \/changed/; s/path: \/p0$/path: \/changed/' "$(grep -l 'kind: Ingress$' "$work"/m/*.yaml | head -1)"
mark
t=$(now)
run_start "$work/run2.log"
wrote() { [ "$(writes)" -gt 0 ]; }
check "a restart makes the change" eventually 600 wrote
printf '  restart, to the first change: %s\n' "$(since "$t")"
check "a restart converges" eventually 600 all_in_sync
printf '  restart, to in sync: %s, %s writes, %s reads, %s resident\n' "$(since "$t")" "$(writes)" \
    "$(($(calls | wc -l) - $(writes)))" "$(resident)"

# An endpoint goes: nothing has to be asked, so the next request is the change itself.
mark
python3 - "$work/m" "$mock_log" "$events" >"$work/latency" <<'END'
import glob, os, re, select, subprocess, sys, time

folder, log, events = sys.argv[1], sys.argv[2], int(sys.argv[3])
own = []
# tail is told by the kernel when the log grows; from a place that is known, so that nothing is missed.
tail = subprocess.Popen(['tail', '-c', '+%d' % (os.path.getsize(log) + 1), '-f', log],
                        stdout=subprocess.PIPE)
lines = b''


def await_call(name, path):
    """Returns when a call of that name stands in the log."""
    global lines
    while name not in lines.rpartition(b'\n')[0]:
        if not select.select([tail.stdout], [], [], 60)[0]:
            sys.exit('no call came of ' + path)
        more = os.read(tail.stdout.fileno(), 65536)
        if not more:
            sys.exit('the log of calls ended')
        lines += more
    lines = b''


try:
    for path in sorted(glob.glob(folder + '/service-*.yaml'))[:events]:
        text = open(path).read()
        gone = re.sub(r'(?m)^- addresses:\n(?:  .*\n)+', '', text, count=1)
        if gone == text:
            sys.exit('no endpoint found in ' + path)
        with open(path + '.new', 'w') as new:
            new.write(gone)
        start = time.time()
        os.rename(path + '.new', path)
        await_call(b'"RemoveServersFromServerGroup"', path)
        own.append((time.time() - start) * 1000)
finally:
    tail.kill()
own.sort()
print('p50 %.1f ms, p99 %.1f ms of %d' % (own[len(own) // 2], own[int(len(own) * 0.99)], len(own)))
END
check "endpoints that go are followed" test -s "$work/latency"
printf '  endpoint gone to request at the mock (with file, fsync and the mock): %s\n' "$(cat "$work/latency")"
printf '  state file: %s\n' "$(du -h "$state" | cut -f1)"
check "it ends" run_stop
finish
