#!/usr/bin/env python3
"""What else can go wrong around the agent: replies that get lost, kills at random, a disk that is
full or fails, memory that there is none of, a state file that cannot be written, or is damaged, or
gone.

    faults.py --bin DIR --crash DIR [--jobs 6] [--only NAME] [--allocations 12]

Each case ends like those of points.py: in sync, a further apply writes nothing, no intent is open,
nothing is there twice or left over.  Where the agent has to stop, it says why.
"""
import concurrent.futures
import os
import random
import signal
import subprocess
import sys
import time

import scenario
from world import (PHASES, Failure, Undisturbed, World, check, check_same, drive, inventory,
                   options, recover, say, spread)

NOBODY = 65534


def expect(ok, what, words=""):
    if not ok:
        raise Failure("%s\n%s" % (what, words[-1500:]))


# ---- replies that get lost ------------------------------------------------------------------

def lose_replies(plain, world, phase, effect, nth):
    """Every third write suffers, from the nth on, while the phase runs."""
    plain.prepare(world, phase)
    world.tell("PUT", "/faults", {"faults": [
        {"action": action, "nth": nth, "every": 3, "effect": effect, "ms": 300}
        for action in ("Create*", "Add*", "Update*", "Delete*", "Re*", "TagResources")]})
    status, words = drive(world, phase)
    expect(status == 0, "exit %d though every repeat is answered" % status, words)
    struck = sum(rule["fired"] for rule in world.ask("/faults"))
    expect(struck > 3, "only %d calls suffered" % struck)
    world.tell("PUT", "/faults", {"faults": []})
    check(world, plain.wanted[phase])


# ---- kills at random ------------------------------------------------------------------------

def kill_often(plain, world, phase, seed):
    """Up to five agents in a row are killed, each after a time of its own."""
    plain.prepare(world, phase)
    chance = random.Random(seed)
    world.put_manifest(scenario.AFTER if phase in ("change", "follow") else scenario.BEFORE)
    command, env = world.command("apply" if phase in ("apply", "change") else "run")
    for _ in range(5):
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(chance.uniform(0.01, 1.2))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.wait()
    recover(world, phase)
    check(world, plain.wanted[phase])


# ---- a disk that fails ----------------------------------------------------------------------

def fail_disk(plain, world, phase, n, how):
    """It stops and says why, or goes on where it can; then the disk is well again."""
    plain.prepare(world, phase)
    status, words = drive(world, phase,
                          {"ALB_AGENT_CRASH_AT": str(n), "ALB_AGENT_CRASH_AS": how})
    said = "disk is full" if how == "full" else "disk I/O error"
    expect(status in (0, 1), "exit %d" % status, words)
    expect(status == 0 or said in words, "it stops without a word about the disk", words)
    recover(world, phase)
    check(world, plain.wanted[phase])
    return status


# ---- no memory ------------------------------------------------------------------------------

def no_memory(plain, world, phase, n, more):
    """The n-th allocation fails, and so many after it: it says so and ends, or goes on."""
    plain.prepare(world, phase)
    status, words = drive(world, phase, {"ALB_AGENT_CRASH_ALLOC": "%d+%d" % (n, more)})
    expect(status in (0, 1, -signal.SIGABRT), "exit %d" % status, words)
    # libcurl 7.88 leaves the query of a URL out when it has no memory for a copy: the cloud sees it.
    expect(status == 0 or "memory" in words or "string to sign" in words,
           "it ends without a word about memory", words)
    recover(world, phase)
    check(world, plain.wanted[phase])


def allocations(plain, each):
    """Allocations of every phase, spread evenly; one in three takes the next hundred along."""
    return [(p, n, 100 if i % 3 == 2 else 0) for p in PHASES for i, n in
            enumerate(spread(range(1, plain.allocations[p] + 1), each))]


# ---- a state file that cannot be written ----------------------------------------------------

def as_nobody(world, verb):
    command, env = world.command(verb)
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, text=True, timeout=60,
                          capture_output=True, user=NOBODY, group=NOBODY, extra_groups=[])
    return done.returncode, done.stdout + done.stderr


def refuse_writes(plain, world, verb, folder):
    """The folder or the file belongs to somebody else and cannot be written."""
    plain.prepare(world, "change")
    world.put_manifest(scenario.AFTER)
    for path, mode in ((world.dir, 0o755), (os.path.dirname(world.manifest), 0o755),
                       (world.manifest, 0o644), (world.state, 0o644 if folder else 0o444),
                       (world.state + ".lock", 0o666)):
        os.chmod(path, mode)
    if not folder:
        os.chmod(world.dir, 0o777)
    before = inventory(world.cloud())
    status, words = as_nobody(world, verb)
    expect(status == 1, "exit %d, not 1" % status, words)
    expect("state file" in words and "ermission denied" in words, "no clear word", words)
    expect(not os.path.exists(world.call_log) or not world.writes(0), "it writes all the same")
    check_same(world.cloud(), before)
    expect(as_nobody(world, "drift")[0] == 2, "drift, which only reads, does not work")
    recover(world, "change")
    check(world, plain.wanted["change"])


def read_only_disk(plain, world, verb):
    """The same on a file system that is mounted read-only."""
    plain.prepare(world, "change")
    world.put_manifest(scenario.AFTER)
    command, env = world.command(verb)
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c",
         'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"', world.dir]
        + command, env=env, stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=60)
    words = done.stdout + done.stderr
    expect(done.returncode == 1, "exit %d, not 1" % done.returncode, words)
    expect("state file" in words and "Read-only file system" in words, "no clear word", words)
    recover(world, "change")
    check(world, plain.wanted["change"])


def small_disk(plain, world, verb, kilobytes):
    """The state file lies on a file system of so many kilobytes."""
    world.put_manifest(scenario.BEFORE)
    place = os.path.join(world.dir, "small")
    os.mkdir(place)
    command, env = world.command(verb)
    command[command.index(world.state)] = os.path.join(place, "agent.db")
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c",
         'd=$0; k=$1; shift; mount -t tmpfs -o size="$k"k none "$d" && "$@"; s=$?; '
         'cp "$d"/agent.db* "${d%/small}" 2>/dev/null; exit $s', place, str(kilobytes)]
        + command, env=env, stdin=subprocess.DEVNULL, text=True, capture_output=True, timeout=60)
    words = done.stdout + done.stderr
    expect(done.returncode == 1, "exit %d, not 1" % done.returncode, words)
    expect("disk is full" in words or "No space left" in words or "disk I/O error" in words,
           "no clear word", words)
    recover(world, "apply")
    check(world, plain.wanted["apply"])


def can_mount():
    return subprocess.run(["unshare", "-m", "sh", "-c", "mount -t tmpfs none /mnt"],
                          capture_output=True).returncode == 0


# ---- a state file that is damaged -----------------------------------------------------------

def overwrite(path, at, data):
    with open(path, "r+b") as f:
        f.seek(at)
        f.write(data)


def noise(path, chance):
    """Sixteen bytes of chance, somewhere."""
    overwrite(path, chance.randrange(os.path.getsize(path)), chance.randbytes(16))


def one_bit(path, chance):
    at = chance.randrange(os.path.getsize(path))
    with open(path, "rb") as f:
        f.seek(at)
        byte = f.read(1)[0]
    overwrite(path, at, bytes([byte ^ 1 << chance.randrange(8)]))


def no_page(path, chance):
    page = chance.randrange(os.path.getsize(path) // 8192)
    overwrite(path, page * 8192, bytes(8192))


def half(path, _):
    os.truncate(path, os.path.getsize(path) // 2)


def empty(path, _):
    os.truncate(path, 0)


def no_header(path, _):
    overwrite(path, 0, bytes(100))


def other_text(path, _):
    with open(path, "wb") as f:
        f.write(b"this was never a database\n" * 400)


def gone(path, _):
    os.remove(path)


def damage(plain, world, phase, how, seed):
    """The file of an agent that had ended in peace."""
    plain.prepare(world, phase)
    how(world.state, random.Random(seed))
    recover(world, phase)
    check(world, plain.wanted[phase])


def damage_log(plain, world, phase, how, seed):
    """The log of an agent that was killed while it worked."""
    plain.prepare(world, phase)
    chance = random.Random(seed)
    n = chance.randrange(len(plain.trace[phase]) // 4, len(plain.trace[phase]))
    drive(world, phase, {"ALB_AGENT_CRASH_AT": str(n)})
    for name in (world.state + "-wal", world.state):
        if os.path.exists(name) and os.path.getsize(name):
            how(name, chance)
            break
    recover(world, phase)
    check(world, plain.wanted[phase])


# ---- all of it ------------------------------------------------------------------------------

def cases(plain, args):
    """(line of the report, function, arguments of each case) in order."""
    disk = {p: [(n, w) for n, w in enumerate(plain.trace[p], 1) if w.startswith("write")]
            for p in PHASES}
    syncs = {p: [(n, w) for n, w in enumerate(plain.trace[p], 1) if w.startswith(("write", "sync"))]
             for p in PHASES}
    yield "replies that get lost are no loss", lose_replies, [
        (p, "lose_reply", nth) for p in PHASES for nth in (1, 2)]
    yield "nor are requests that are cut and take effect later", lose_replies, [
        (p, "delayed_effect", 1) for p in PHASES]
    yield "nor is a cloud that is away for a while after it", lose_replies, [
        (p, "restart_after", nth) for p in ("apply", "run") for nth in (1, 2)]
    yield "kills at random, five in a row", kill_often, [
        (p, seed) for p in PHASES for seed in (1, 2)]
    yield "a full disk", fail_disk, [
        (p, n, "full") for p in PHASES for n, _ in spread(disk[p], 4)]
    yield "a disk that fails once", fail_disk, [
        (p, n, "ioerr") for p in PHASES for n, _ in spread(syncs[p], 4)]
    yield "an allocation that fails", no_memory, allocations(plain, args.allocations)
    if os.geteuid() == 0:
        yield "a folder that cannot be written", refuse_writes, [("apply", True), ("run", True)]
        yield "a state file that cannot be written", refuse_writes, [
            ("apply", False), ("run", False)]
    if can_mount():
        yield "a file system that is read-only", read_only_disk, [("apply",), ("run",)]
        yield "a file system that is too small", small_disk, [
            ("apply", k) for k in (16, 200, 400)] + [("run", 300)]
    whole = [no_header, half, empty, other_text, gone]
    yield "a state file that is damaged or gone", damage, [("change", how, 1) for how in whole] + [
        ("follow", half, 1), ("follow", gone, 1)]
    yield "a state file with pages missing", damage, [("change", no_page, s) for s in range(4)]
    yield "a state file with noise in it", damage, [("change", noise, s) for s in range(8)]
    yield "a state file with a bit that is another", damage, [
        ("change", one_bit, s) for s in range(4)]
    yield "a log that is damaged after a kill", damage_log, [
        (p, how, s) for p in ("apply", "change") for s, how in
        enumerate((noise, half, no_header, gone))]


def name_of(function, arguments):
    return ":".join([function.__name__] + [
        a.__name__ if callable(a) else str(a) for a in arguments])


def run_case(plain, function, arguments):
    world = World(plain.args, seed=77)
    try:
        function(plain, world, *arguments)
        return None
    except (Failure, OSError, ValueError, subprocess.TimeoutExpired) as e:
        return "  %s: %s" % (name_of(function, arguments), e if isinstance(e, Failure) else repr(e))
    finally:
        world.close()


def main():
    parser = options(__doc__)
    parser.add_argument("--only", default="", help="what the name of a case begins with")
    parser.add_argument("--allocations", type=int, default=12, help="how many fail in each phase")
    args = parser.parse_args()
    began = time.monotonic()
    plain = Undisturbed(args)
    good, tried = True, 0
    try:
        plain.play()
    except Failure as e:
        print(e, file=sys.stderr)
        say(False, "the undisturbed scenario ends in sync")
        return 1
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        rows = [(row, [pool.submit(run_case, plain, function, arguments) for arguments in each
                       if name_of(function, arguments).startswith(args.only)])
                for row, function, each in cases(plain, args)]
        for row, futures in rows:
            failures = [f.result() for f in futures if f.result()]
            print("\n".join(failures), file=sys.stderr, end="\n" if failures else "")
            tried += len(futures)
            if futures:
                good &= say(not failures, "%s (%d)" % (row, len(futures)))
    print("%d cases in %.0f s" % (tried, time.monotonic() - began))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
