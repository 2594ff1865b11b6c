#!/usr/bin/env bash
# agent.sh - an agent that keeps running, at a size: seconds to converge, seconds of a restart to the
# first correct change and to in sync, resident memory, time from an endpoint that goes to the request on
# the wire, size of the state file; then, if asked for, how much of that time is the agent's own, that file
# after many changes, and services that come all at once under the budget that the cloud has by default.
#
#     tests/bench/agent.sh [--ingresses 1000] [--albconfigs 10] [--endpoints 10] [--events 50]
#                          [--own 0] [--changes 0] [--bulk 0]
#
# The sizes of design.md §8 are 100 Ingresses over 2 AlbConfigs, and 10,000 over 100.
. "$(dirname "${BASH_SOURCE[0]}")/../support/lib.sh"
need_binaries alb-agent alb-mock
ingresses=1000 albconfigs=10 endpoints=10 events=50 own=0 changes=0 bulk=0
while [ $# -gt 1 ]; do
    case $1 in
    --ingresses) ingresses=$2 ;;
    --albconfigs) albconfigs=$2 ;;
    --endpoints) endpoints=$2 ;;
    --events) events=$2 ;;
    --own) own=$2 ;;
    --changes) changes=$2 ;;
    --bulk) bulk=$2 ;;
    *) printf 'agent.sh: what is %s?\n' "$1" >&2 && exit 1 ;;
    esac
    shift 2
done
mock_start --pending-ms 50 --quota loadbalancers_num=off --quota servergroups_num=off
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
all_in_sync() { [ "$(grep -sc '"in sync"' "$run_log")" -ge "$albconfigs" ] 2>/dev/null; }
resident() { awk '/^Vm(RSS|HWM)/ { v[$1] = $2 / 1024 }
    END { printf "%.0f MB resident, %.0f MB at most", v["VmRSS:"], v["VmHWM:"] }' "/proc/$agent_pid/status"; }
computed() { awk '{ printf "%.1f s", ($14 + $15) / 100 }' "/proc/$agent_pid/stat"; }
printf '%s Ingresses over %s AlbConfigs, %s endpoints each\n' "$ingresses" "$albconfigs" "$endpoints"

t=$(now)
run_start "$work/run1.log"
check "the first run converges" eventually 1800 all_in_sync
printf '  to in sync: %s (of the processor: %s), %s writes, %s\n' "$(since "$t")" "$(computed)" "$(writes)" \
    "$(resident)"
check "it ends" run_stop

mark
t=$(now)
run_start "$work/run1b.log"
check "a restart without changes ends in sync" eventually 1800 all_in_sync
printf '  restart without changes: %s (of the processor: %s), %s writes\n' "$(since "$t")" "$(computed)" \
    "$(writes)"
check "it ends" run_stop

# One path changes while nobody looks.
sed -i 's/path: \/$/path: \/changed/; s/path: \/p0$/path: \/changed/' "$(grep -l 'kind: Ingress$' "$work"/m/*.yaml | head -1)"
mark
t=$(now)
run_start "$work/run2.log"
wrote() { [ "$(writes)" -gt 0 ]; }
check "a restart makes the change" eventually 600 wrote
printf '  restart, to the first change: %s (of the processor: %s), %s\n' "$(since "$t")" "$(computed)" \
    "$(resident)"
check "a restart converges" eventually 1800 all_in_sync
printf '  restart, to in sync: %s (of the processor: %s), %s writes, %s reads, %s\n' "$(since "$t")" \
    "$(computed)" "$(writes)" "$(($(calls | wc -l) - $(writes)))" "$(resident)"

# An endpoint goes, or comes back where many changes are asked for: the interfaces are known or asked for,
# and the request that is waited for is the change itself.
mark
cat >"$work/edit.py" <<'END'
import glob, os, re, select, subprocess, sys, time

folder, log, changes, at_once = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
one = re.compile(r'(?m)^- addresses:\n(?:  .*\n)+')
took = []
# tail is told by the kernel when the log grows; from a place that is known, so that nothing is missed.
tail = subprocess.Popen(['tail', '-c', '+%d' % (os.path.getsize(log) + 1), '-f', log],
                        stdout=subprocess.PIPE)


def await_calls(name, n):
    """Returns when so many calls of that name stand in the log."""
    rest = b''
    while n > 0:
        if not select.select([tail.stdout], [], [], 60)[0]:
            sys.exit('%d calls did not come' % n)
        more = os.read(tail.stdout.fileno(), 65536)
        if not more:
            sys.exit('the log of calls ended')
        whole_lines, _, rest = (rest + more).rpartition(b'\n')
        n -= whole_lines.count(name)


def toggle(path):
    """What stands in the file without one endpoint, or whole again; and the call that brings."""
    text = whole.pop(path, None)
    if text:
        return text, b'"AddServersToServerGroup"'
    whole[path] = open(path).read()
    text = one.sub('', whole[path], count=1)
    if text == whole[path]:
        sys.exit('no endpoint found in ' + path)
    return text, b'"RemoveServersFromServerGroup"'


def change(some):
    """Those that are changed at once go in the same direction."""
    for path in some:
        text, call = toggle(path)
        with open(path + '.new', 'w') as new:
            new.write(text)
    start = time.time()
    for path in some:
        os.rename(path + '.new', path)
    await_calls(call, len(some))
    took.append((time.time() - start) * 1000)


try:
    paths = sorted(glob.glob(folder + '/service-*.yaml'))
    whole = {}
    at_once = min(at_once, len(paths))
    paths = paths[:len(paths) // at_once * at_once]
    for n in range(0, changes, at_once):
        change(paths[n % len(paths):][:at_once])
finally:
    tail.kill()
    for path, text in whole.items():
        open(path, 'w').write(text)
took.sort()
print('p50 %.1f ms, p99 %.1f ms of %d' % (took[len(took) // 2], took[int(len(took) * 0.99)], len(took)))
END
python3 "$work/edit.py" "$work/m" "$mock_log" "$events" 1 >"$work/latency"
check "endpoints that go are followed" test -s "$work/latency"
printf '  endpoint gone to request at the mock (with file, fsync and the mock): %s\n' "$(cat "$work/latency")"
printf '  state file: %s\n' "$(du -h "$state" | cut -f1)"

# From the moment at which the kernel has told of the file to that at which the request is handed to it,
# without what the disk takes; strace looks at these calls alone, and slows down no other.
if [ "$own" -gt 0 ] && ! command -v strace >/dev/null; then
    printf '  own time: not measured, as strace is not installed\n'
elif [ "$own" -gt 0 ]; then
    check "it ends" run_stop
    cat >"$work/own.py" <<'END'
import re, sys

call = re.compile(r'^\d+ +(\d+\.\d+) (\w+)\(\d+<([^>]*)>(.*)\) += (-?\d+).* <(\d+\.\d+)>$')
began, disk, took, waited = None, 0.0, [], []
for line in open(sys.argv[1], errors='replace'):
    m = call.match(line)
    if not m:
        continue
    at, name, file, rest, seconds = float(m[1]), m[2], m[3], m[4], float(m[6])
    if name == 'read' and file == 'anon_inode:inotify' and int(m[5]) > 0:
        began, disk = (began, disk) if began else (at + seconds, 0.0)
    elif name in ('fsync', 'fdatasync') and began:
        disk += seconds
    elif name == 'sendto' and began and 'ClientToken' in rest:
        took.append((at - began - disk) * 1000)
        waited.append(disk * 1000)
        began = None


def ranks(v):
    v.sort()
    return 'p50 %.1f ms, p99 %.1f ms' % (v[len(v) // 2], v[int(len(v) * 0.99)])


print('%s; the disk beside it %s; of %d' % (ranks(took), ranks(waited), len(took)))
END
    run_log=$work/run3.log
    strace -f --seccomp-bpf -y -s 60 -ttt -T -e trace=read,fsync,fdatasync,sendto -o "$work/trace" \
        "$bin/alb-agent" run -f "$work/m" --endpoint "$mock_url" --state "$state" \
        --config "$work/agent.yaml" 2>"$run_log" </dev/null &
    tracer=$!
    check "all is in sync again" eventually 1800 all_in_sync
    agent_pid=$(pgrep -P "$tracer")
    python3 "$work/edit.py" "$work/m" "$mock_log" "$own" 1 >/dev/null
    kill -TERM "$agent_pid" && wait "$tracer"
    agent_pid=''
    printf '  own time of an endpoint that goes: %s\n' "$(python3 "$work/own.py" "$work/trace")"
    run_start "$work/run4.log"
    check "and again" eventually 1800 all_in_sync
fi
if [ "$changes" -gt 0 ]; then
    mark
    t=$(now)
    python3 "$work/edit.py" "$work/m" "$mock_log" "$changes" 100 >"$work/changes"
    check "all changes are followed" test -s "$work/changes"
    printf '  %s changes, a hundred files at once: %s; each time %s; %s writes; %s\n' "$changes" "$(since "$t")" \
        "$(cat "$work/changes")" "$(writes)" "$(resident)"
fi
check "it ends" run_stop
[ "$changes" -eq 0 ] || printf '  state file after them: %s\n' "$(du -h "$state" | cut -f1)"

# Services that come all at once, each with a group of its own: with the budget of 200 a minute for an action, and 200 at
# once after a rest, that takes what 'ideal' says at least.
if [ "$bulk" -gt 0 ]; then
    mock_stop
    mock_start --pending-ms 50 --quota loadbalancers_num=off --quota servergroups_num=off
    state=$work/bulk.db
    albconfigs=$(((bulk + 99) / 100))
    rm -rf "$work/m"
    generate --ingresses "$bulk" --albconfigs "$albconfigs" --paths 1 --endpoints 2 --out "$work/m"
    printf '{}\n' >"$work/agent.yaml"
    t=$(now)
    run_start "$work/bulk.log"
    check "all services are there" eventually 3600 all_in_sync
    awk -v a="$t" -v b="$(now)" -v groups="$((bulk + albconfigs))" 'BEGIN {
        ideal = (groups - 200) / 200 * 60
        printf "  %d groups: %.0f s, the budget allows them in %.0f s: %.2f\n", groups, b - a, ideal, (b - a) / ideal }'
    check "it ends" run_stop
fi
finish
