#!/usr/bin/env python3
"""Ends the real agent at every point of a scenario; whatever is left, the next run converges.

    points.py --bin DIR --crash DIR [--points 60 | --all] [--jobs 6] [--seconds S]
    points.py --bin DIR --crash DIR --only PHASE:N:HOW

A point is a request, a reply, or a write, sync or truncation of the state file (points.c); the
agent is killed before it, half way through a write, or after a request has left.  (After a write
is before the next point: nothing outside the process happens between the two.)  The scenario has
four phases, each of which begins where the undisturbed one before it ended, so that a point costs
one phase:

    apply       makes three load balancers from nothing
    change      an apply after the manifests changed: an Ingress on top, one that goes, a Service
                with another name, canary weights, other pods, a listener, a load balancer
    run         makes the three by an agent that keeps running
    follow      the same change, while an agent runs

After a death the release binary goes on, by the verb of the phase.  Then 'drift' finds nothing, a
further 'apply' writes nothing, no intent is open, and the cloud holds what it holds when nobody
died: the same load balancers, listeners, rules in the same order, groups, servers and tags.

Each point has a mock and a state file of its own.  Prints TAP lines, and what failed with the
command that tries it again.
"""
import concurrent.futures
import signal
import subprocess
import sys
import time

from world import (PHASES, Failure, Undisturbed, World, check, drive, options, recover, say,
                   spread)


def attempt(plain, point):
    """Returns whether the agent died."""
    phase, n, how = point
    world = World(plain.args, seed=100 + n)
    try:
        plain.prepare(world, phase)
        status, words = drive(world, phase,
                              {"ALB_AGENT_CRASH_AT": str(n), "ALB_AGENT_CRASH_AS": how})
        died = status == -signal.SIGKILL
        if not died and status != 0:
            raise Failure("it was not killed, and ended with %d:\n%s" % (status, words[-1500:]))
        recover(world, phase)
        check(world, plain.wanted[phase])
        return died
    except (OSError, ValueError, subprocess.TimeoutExpired) as e:
        raise Failure(repr(e)) from e
    finally:
        world.close()


def try_all(plain, points, args):
    """Returns how many died, how many outlived their point, how many were not tried, and what
    failed."""
    died = lived = skipped = 0
    failures = []
    until = time.monotonic() + args.seconds if args.seconds else None

    def one(point):
        return None if until and time.monotonic() > until else attempt(plain, point)

    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        futures = {pool.submit(one, p): p for p in points}
        for future in concurrent.futures.as_completed(futures):
            try:
                result = future.result()
                died += result is True
                lived += result is False
                skipped += result is None
            except Failure as e:
                point = "%s:%d:%s" % futures[future]
                failures.append(point)
                print("  %s (%s): %s\n  again: %s %s --bin %s --crash %s --only %s" % (
                    point, plain.trace[futures[future][0]][futures[future][1] - 1], e,
                    sys.executable, sys.argv[0], args.bin, args.crash, point), file=sys.stderr,
                    flush=True)
    return died, lived, skipped, failures


def choose(plain, args):
    if args.only:
        phase, n, how = args.only.split(":")
        return [(phase, int(n), how)]
    network, disk = plain.points()
    if args.all:
        return network + disk
    return spread(network, args.points // 2) + spread(disk, args.points - args.points // 2)


def main():
    parser = options(__doc__)
    parser.add_argument("--points", type=int, default=60)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--only")
    parser.add_argument("--seconds", type=int, default=0, help="begin no point after these")
    args = parser.parse_args()
    began = time.monotonic()
    plain = Undisturbed(args)
    try:
        plain.play()
    except Failure as e:
        print(e, file=sys.stderr)
        say(False, "the undisturbed scenario ends in sync")
        return 1
    network, disk = plain.points()
    print("%d calls (%s); %d points of the network, %d of the disk; undisturbed: %.0f s" % (
        sum(plain.calls.values()), ", ".join("%s %d" % (p, plain.calls[p]) for p in PHASES),
        len(network), len(disk), time.monotonic() - began))
    good = say(sum(plain.calls.values()) >= 200, "the scenario has 200 calls or more")
    points = choose(plain, args)
    died, lived, skipped, failures = try_all(plain, points, args)
    print("%d points tried in %.0f s: %d deaths, %d outlived it, %d failed; %d not tried" % (
        len(points) - skipped, time.monotonic() - began, died, lived, len(failures), skipped))
    good &= say(not failures, "every death converges, nothing leaked and nothing twice")
    # Who runs by the clock makes a few points more or less from time to time.
    good &= say(lived * 10 <= len(points), "nearly all points were reached")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
