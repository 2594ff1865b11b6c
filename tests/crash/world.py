"""One world of a test: a mock, a state file and manifests of its own; and what it holds."""
import argparse
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.request

import scenario

PHASES = ["apply", "change", "run", "follow"]
FAST = ["lanes.load-balancer.resync=1s", "lanes.server-group.resync=1s", "list-lag=1s",
        "lanes.load-balancer.reconcile-delay=0s", "lanes.load-balancer.starts-per-second=1000",
        "lanes.server-group.starts-per-second=1000"]
LIMIT_S = 120


class Failure(Exception):
    pass


class World:
    """A mock, a state file, manifests: one point's own."""

    def __init__(self, args, seed):
        self.args = args
        self.dir = tempfile.mkdtemp(prefix="alb-crash.")
        self.state = os.path.join(self.dir, "agent.db")
        self.manifest = os.path.join(self.dir, "files", "all.yaml")
        self.call_log = os.path.join(self.dir, "calls.jsonl")
        self.log = []  # of the last 'run'
        os.mkdir(os.path.dirname(self.manifest))
        self.env = {**os.environ, "ALIBABA_CLOUD_ACCESS_KEY_ID": "testak",
                    "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "testsecret",
                    "ALIBABA_CLOUD_REGION_ID": "cn-hangzhou", "XDG_STATE_HOME": self.dir,
                    "LC_ALL": "C.UTF-8",
                    # State files are lost here, and the mock's lists show all at once.
                    "ALB_AGENT_LIST_LAG": "0s"}
        self.mock = subprocess.Popen(
            [os.path.join(args.bin, "alb-mock"), "serve", "--listen", "127.0.0.1:0", "--admin",
             "127.0.0.1:0", "--pending-ms", "5", "--seed", str(seed), "--call-log", self.call_log],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=self.env)
        self.url = self.mock.stdout.readline().split()[-1]
        self.admin = self.mock.stdout.readline().split()[-1]

    def close(self):
        self.mock.terminate()
        self.mock.wait()
        self.mock.stdout.close()
        shutil.rmtree(self.dir, ignore_errors=True)

    def put_manifest(self, text):
        beside = os.path.join(self.dir, "next.yaml")
        with open(beside, "w", encoding="utf-8") as f:
            f.write(text)
        os.rename(beside, self.manifest)

    def cloud(self):
        return self.ask("/state")

    def tell(self, method, path, body):
        request = urllib.request.Request(self.admin + path, data=json.dumps(body).encode(),
                                         method=method)
        with urllib.request.urlopen(request, timeout=LIMIT_S) as reply:
            return json.load(reply)

    def ask(self, path):
        with urllib.request.urlopen(self.admin + path, timeout=LIMIT_S) as reply:
            return json.load(reply)

    def do(self, action, params):
        """What somebody does in the web console."""
        said = self.tell("POST", "/do", {"action": action, "params": params})
        if said.get("status") != 200:
            raise Failure("%s: %s" % (action, said))

    def restore(self, saved):
        cloud, state = saved
        self.tell("PUT", "/state", cloud)
        with open(self.state, "wb") as f:
            f.write(state)
        # A lock file says that the state file is one of ours.
        open(self.state + ".lock", "wb").close()

    def save(self):
        with open(self.state, "rb") as f:
            return self.cloud(), f.read()

    def command(self, verb, *more, crash=None):
        name = os.path.join(self.args.crash, "alb-agent-crash") if crash is not None else \
            os.path.join(self.args.bin, "alb-agent")
        flags = [name, verb, "--state", self.state, "--endpoint", self.url, "-f",
                 os.path.dirname(self.manifest)]
        if verb == "run":
            flags += [word for setting in FAST for word in ("--set", setting)]
        return flags + list(more), {**self.env, **(crash or {})}

    def agent(self, verb, *more, crash=None):
        """Runs a verb to its end; returns its status (negative: the signal) and words."""
        command, env = self.command(verb, *more, crash=crash)
        done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, text=True,
                              capture_output=True, timeout=LIMIT_S)
        return done.returncode, done.stdout + done.stderr

    def running(self, steps, crash=None):
        """Runs 'run' until every load balancer of each step was in sync, and ends it; a step is
        its manifest and how many load balancers that asks for.  Returns the status."""
        command, env = self.command("run", crash=crash)
        self.put_manifest(steps[0][0])
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, text=True,
                                   stderr=subprocess.PIPE)
        watchdog = threading.Timer(LIMIT_S, process.kill)
        watchdog.start()
        began = time.monotonic()
        try:
            self.follow(process, steps)
            status = process.wait()
        finally:
            watchdog.cancel()
            process.kill()
            process.wait()
            process.stderr.close()
        if time.monotonic() - began >= LIMIT_S:
            raise Failure("run is not done after %d s:\n%s" % (LIMIT_S, "".join(self.log[-12:])))
        if status != 0 and crash is None:
            raise Failure("run ends with %d:\n%s" % (status, "".join(self.log[-12:])))
        return status

    def follow(self, process, steps):
        """Reads the log to its end, and gives the next manifest when the one before is there."""
        left, standing = list(steps), {}
        self.log = []
        for line in process.stderr:
            self.log.append(line)
            said = json.loads(line) if line.startswith("{") else {}
            if "lb" in said:
                standing[said["lb"]] = said.get("msg") == "in sync"
            if not left or sum(standing.values()) < left[0][1]:
                continue
            left.pop(0)
            standing.clear()
            if left:
                self.put_manifest(left[0][0])
            else:
                process.send_signal(signal.SIGTERM)

    def writes(self, since):
        """The calls that change something, from an offset in the call log on."""
        with open(self.call_log, encoding="utf-8") as f:
            f.seek(since)
            actions = [json.loads(line).get("action") or "" for line in f]
        return [a for a in actions if a and not a.startswith(("List", "Get", "Describe"))]

    def open_intents(self):
        with sqlite3.connect("file:%s?mode=ro" % self.state, uri=True) as db:
            return db.execute("SELECT count(*) FROM call WHERE state IN ('sent', 'unknown')"
                              ).fetchone()[0]


# ---- what there is --------------------------------------------------------------------------

PASSING = {"seq", "CreateTime", "RuleName", "Priority", "number", "name", "DNSName", "created",
           "modified", "EnabledTime", "LoadBalancerAddresses"}


def names_of(cloud):
    """Ids to names that are the same in every world; of two with one name both show."""
    names, seen = {}, {}
    tags = {(t["id"], t["key"]): t["value"] for t in cloud["tag"]}

    def give(row, name):
        seen[name] = seen.get(name, 0) + 1
        names[row["id"]] = name if seen[name] == 1 else "%s (the %dth)" % (name, seen[name])

    rows = cloud["resource"]
    for row in (r for r in rows if r["kind"] == "LoadBalancer"):
        give(row, "balancer " + row["name"])
    for row in (r for r in rows if r["kind"] == "Listener"):
        give(row, "%s listener %s %s" % (names.get(row["parent"]), row["variant"], row["number"]))
    for row in (r for r in rows if r["kind"] == "ServerGroup"):
        give(row, "group %s %s" % (row["name"],
                                   tags.get((row["id"], "ingress.k8s.alibaba/resource"))))
    for listener in {r["parent"] for r in rows if r["kind"] == "Rule"}:
        rules = [r for r in rows if r["kind"] == "Rule" and r["parent"] == listener]
        for place, row in enumerate(sorted(rules, key=lambda r: r["number"]), 1):
            give(row, "%s rule at %d" % (names.get(listener), place))
    return names


def told(value, names):
    if isinstance(value, dict):
        return {k: told(v, names) for k, v in value.items() if k not in PASSING}
    if isinstance(value, list):
        return [told(v, names) for v in value]
    return names.get(value, value) if isinstance(value, str) else value


def inventory(cloud):
    """Everything there is, as sorted lines."""
    names = names_of(cloud)
    return sorted("%s %s" % (table, json.dumps(told(row, names), sort_keys=True))
                  for table in ("resource", "server", "attachment", "tag", "certificate")
                  for row in cloud[table])


def check_same(cloud, wanted):
    have = inventory(cloud)
    if have == wanted:
        return
    lines = ["too much: " + line for line in have if line not in wanted] + \
        ["missing: " + line for line in wanted if line not in have] + \
        ["twice: " + line for line in set(have) if have.count(line) != wanted.count(line)]
    raise Failure("the cloud holds something else:\n" + "\n".join(lines[:12]))


# ---- phases ---------------------------------------------------------------------------------

def drive(world, phase, crash=None):
    """Runs a phase, with the agent for tests when 'crash' is its environment; returns status
    and words."""
    if phase in ("apply", "change"):
        world.put_manifest(scenario.AFTER if phase == "change" else scenario.BEFORE)
        return world.agent("apply", crash=crash)
    steps = [(scenario.BEFORE, scenario.BALANCERS_BEFORE)]
    if phase == "follow":
        steps.append((scenario.AFTER, scenario.BALANCERS_AFTER))
    return world.running(steps, crash=crash), "".join(world.log[-20:])


def wanted_of(phase):
    changed = phase in ("change", "follow")
    return (scenario.AFTER, scenario.BALANCERS_AFTER) if changed else \
        (scenario.BEFORE, scenario.BALANCERS_BEFORE)


def recover(world, phase):
    text, balancers = wanted_of(phase)
    world.put_manifest(text)
    if phase in ("run", "follow"):
        world.running([(text, balancers)])
    else:
        status, words = world.agent("apply")
        if status != 0:
            raise Failure("apply after the death: exit %d\n%s" % (status, words[-1500:]))


def check(world, wanted):
    status, words = world.agent("drift")
    if status != 0:
        raise Failure("drift: exit %d\n%s" % (status, words[-1500:]))
    since = os.path.getsize(world.call_log)
    status, words = world.agent("apply")
    if status != 0:
        raise Failure("a further apply: exit %d\n%s" % (status, words[-1500:]))
    writes = world.writes(since)
    if writes:
        raise Failure("a further apply writes: " + " ".join(writes))
    if world.open_intents():
        raise Failure("%d intents are open" % world.open_intents())
    if wanted is not None:
        check_same(world.cloud(), wanted)


# ---- what happens when nothing does ---------------------------------------------------------

class Undisturbed:
    """The phases without a disturbance: where each begins, what it makes, which points it has."""

    def __init__(self, args):
        self.args = args
        self.begin = {}  # phase -> what it begins with, if that is something
        self.wanted = {}  # phase -> inventory at its end
        self.trace = {}  # phase -> its points
        self.allocations = {}  # phase -> how many it makes
        self.calls = {}

    def prepare(self, world, phase):
        if phase in self.begin:
            world.restore(self.begin[phase])

    def play(self):
        for phase in PHASES:
            world = World(self.args, seed=1)
            try:
                self.prepare(world, phase)
                trace, allocs = (os.path.join(world.dir, n) for n in ("trace", "allocations"))
                status, words = drive(world, phase, {"ALB_AGENT_CRASH_TRACE": trace,
                                                     "ALB_AGENT_CRASH_ALLOCS": allocs})
                if status != 0:
                    raise Failure("%s, undisturbed: exit %d\n%s" % (phase, status, words))
                with open(trace, encoding="utf-8") as f:
                    self.trace[phase] = f.read().splitlines()
                with open(allocs, encoding="utf-8") as f:
                    self.allocations[phase] = int(f.read())
                self.calls[phase] = self.trace[phase].count("send")
                check(world, None)
                self.wanted[phase] = inventory(world.cloud())
                if phase == "apply":
                    self.begin["change"] = self.begin["follow"] = world.save()
                world.do("CreateServerGroup", {"ServerGroupName": "leaked", "VpcId": "vpc-1",
                                               "HealthCheckConfig.HealthCheckEnabled": "false"})
                if inventory(world.cloud()) == self.wanted[phase]:
                    raise Failure("a server group too many is not seen")
            finally:
                world.close()
        for x, y in (("apply", "run"), ("change", "follow")):
            if self.wanted[x] != self.wanted[y]:
                lines = [l for l in self.wanted[x] if l not in self.wanted[y]] + ["--"] + \
                    [l for l in self.wanted[y] if l not in self.wanted[x]]
                raise Failure("%s and %s end with different clouds:\n%s"
                              % (x, y, "\n".join(lines[:20])))

    def points(self):
        """All of them, those of the network and those of the disk apart."""
        network, disk = [], []
        for phase in PHASES:
            for n, what in enumerate(self.trace[phase], 1):
                if what == "send":
                    network += [(phase, n, "before"), (phase, n, "after")]
                elif what == "reply":
                    network.append((phase, n, "before"))
                elif what.startswith("write"):
                    disk += [(phase, n, "before"), (phase, n, "half")]
                else:
                    disk.append((phase, n, "before"))
        return network, disk


def spread(items, n):
    return items if n >= len(items) else [items[(2 * i + 1) * len(items) // (2 * n)]
                                          for i in range(n)]


def say(ok, name):
    print("%sok %s" % ("" if ok else "not ", name), flush=True)
    return ok


def options(doc):
    """What all programs of this folder are told."""
    parser = argparse.ArgumentParser(description=doc.split("\n")[0])
    parser.add_argument("--bin", required=True, help="where alb-agent and alb-mock are")
    parser.add_argument("--crash", required=True, help="where alb-agent-crash is")
    parser.add_argument("--jobs", type=int, default=6, help="how much is tried at once")
    return parser
