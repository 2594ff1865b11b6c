#!/usr/bin/env python3
"""Reads a mock's call log and says how changes overlapped (design.md §6).

    lanes.py CALL_LOG RESOURCES.json [--lines FIRST] [--report]

RESOURCES.json holds what there is afterwards, for names the log does not know:
{"listeners": {listener: balancer}, "rules": {rule: listener}, "balancers": {name: balancer},
"groups": {value of the tag ingress.k8s.alibaba/resource: group}}.

A change is in flight from its arrival until its job's done event, or its reply when it has no
job.  Prints TAP: no two changes at once in a lane, all of them mapped to one, and at least two
load balancers in progress at once; with --report, calls by kind instead.
"""
import argparse
import collections
import datetime
import json
import re
import sys

READ = re.compile(r"^(List|Get|Describe)")
RESOURCE_TAG = "ingress.k8s.alibaba/resource"


def ms_of(text):
    moment = datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    return round(moment.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000)


def load(path, first):
    with open(path, encoding="utf-8") as f:
        lines = [json.loads(line) for line in f if line.strip()]
    return lines[:], lines[first:]


class Lanes:
    def __init__(self, resources):
        self.known = resources

    def of_listener(self, listener):
        return self.known["listeners"].get(listener)

    def of_rule(self, rule):
        return self.of_listener(self.known["rules"].get(rule))

    def created_group(self, params):
        for name, value in params.items():
            if re.fullmatch(r"Tag\.\d+\.Key", name) and value == RESOURCE_TAG:
                tag = params.get(name[:-3] + "Value")
                return self.known["groups"].get(tag, "group of " + str(tag))
        return None

    def lanes(self, action, params):
        """The keys of the lanes a change is made in; empty when none can be told."""
        if action == "CreateLoadBalancer":
            found = [self.known["balancers"].get(params.get("LoadBalancerName"))]
        elif action == "CreateServerGroup":
            found = [self.created_group(params)]
        elif "TagResources" in action:
            found = [self.of_id(v) for n, v in params.items() if n.startswith("ResourceId.")]
        else:
            found = [self.of_id(v) for n, v in params.items()
                     if re.fullmatch(r"(LoadBalancer|Listener|Rule|ServerGroup|Resource)Id"
                                     r"|RuleIds\.\d+|Rules\.\d+\.RuleId", n)]
        return {lane for lane in found if lane}

    def of_id(self, value):
        if value.startswith("lsn-"):
            return self.of_listener(value)
        if value.startswith("rule-"):
            return self.of_rule(value)
        return value


def changes(everything, lines, lanes):
    done = {line["job"]: ms_of(line["time"]) for line in everything if line.get("event") == "done"}
    for line in lines:
        if "action" not in line or line["action"] is None or READ.match(line["action"]):
            continue
        start = ms_of(line["time"])
        end = start + (line.get("ms") or 0)
        if line.get("job") and line.get("status") == 200:
            end = done.get(line["job"], float("inf"))
        yield start, end, line["seq"], line["action"], lanes.lanes(line["action"], line["params"])


def overlaps(found):
    by_lane = collections.defaultdict(list)
    for start, end, seq, action, keys in found:
        for key in keys:
            by_lane[key].append((start, end, seq, action))
    for key, rows in sorted(by_lane.items()):
        rows.sort()
        for before, after in zip(rows, rows[1:]):
            if after[0] < before[1]:
                yield (f"{key}: #{after[2]} {after[3]} came {before[1] - after[0]} ms before the "
                       f"end of #{before[2]} {before[3]}")


def most_at_once(found):
    """The largest number of load balancers with a change in flight at one moment."""
    edges = []
    for start, end, _, _, keys in found:
        for key in keys:
            if key.startswith("alb-") and end > start:
                edges += [(start, 1, key), (end, 0, key)]
    running, most = collections.Counter(), 0
    for _, begins, key in sorted(edges):
        running[key] += 1 if begins else -1
        most = max(most, sum(1 for n in running.values() if n > 0))
    return most


def report(lines):
    kinds = collections.Counter(line["action"] for line in lines if line.get("action"))
    for action, n in sorted(kinds.items()):
        print(f"  {n:6}  {'read ' if READ.match(action) else 'write'}  {action}")
    reads = sum(n for action, n in kinds.items() if READ.match(action))
    refused = collections.Counter(line["code"] for line in lines if line.get("code"))
    print(f"  {reads} reads, {sum(kinds.values()) - reads} writes"
          + "".join(f", {n} refused with {code}" for code, n in sorted(refused.items())))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("log")
    parser.add_argument("resources", nargs="?")
    parser.add_argument("--lines", type=int, default=0, help="skip so many lines of the log")
    parser.add_argument("--report", action="store_true")
    args = parser.parse_args()
    everything, lines = load(args.log, args.lines)
    if args.report:
        report(lines)
        return 0
    with open(args.resources, encoding="utf-8") as f:
        found = list(changes(everything, lines, Lanes(json.load(f))))
    unmapped = [f"#{seq} {action}" for _, _, seq, action, keys in found if not keys]
    unended = [f"#{seq} {action}" for _, end, seq, action, _ in found if end == float("inf")]
    crowded = list(overlaps(found))
    most = most_at_once(found)
    bad = 0
    for name, complaints in (
            ("there are changes to look at", [] if found else ["none in the log"]),
            ("every change belongs to a lane", unmapped),
            ("every job has ended", unended),
            ("one change in flight per lane", crowded),
            ("two load balancers in progress at once", [] if most >= 2 else [f"{most} at most"])):
        for complaint in complaints[:20]:
            print("  " + complaint, file=sys.stderr)
        print(("not ok " if complaints else "ok ") + name)
        bad |= bool(complaints)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
