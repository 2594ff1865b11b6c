#!/usr/bin/env python3
"""Changes one condition of src/plan at a time and counts how many of these mutants the tests of the
planner catch.  Usage: mutate.py [--sample N] [--seed N] [--file NAME]... [--jobs N] [--least PERCENT]

A mutant flips a comparison, && and ||, drops a negation, or is off by one in a number.  It is caught
when it does not compile, when a test or a short proof fails (the tests under AddressSanitizer, too, with
an arena that hides nothing from it), or when one runs out of time.  A sample has a share of every
file.  Survivors are printed.

Those that change nothing that can be told from outside stand in mutants-equal.txt, "FILE: LINE OF TEXT:
OLD -> NEW: why", and are not counted; a line there that fits no mutant is a complaint."""
import argparse
import concurrent.futures
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
WORLD = ("world", "bound", "share")
BELOW = ["base", "hash", "schema", "model", "route", "alb/resource"]
CC = os.environ.get("CLANG", "clang")
SECONDS = 8  # of processor time; what is unchanged takes less than one
SLOW = ("test_hitless", "test_rule_redirect")
PROOFS = {"edits": [600, 1], "exhaustive": [3, 4000, 1]}
OPERATORS = [
    (r"&&", "||"), (r"\|\|", "&&"), (r"==", "!="), (r"!=", "=="),
    (r"(?<![-<>])<=(?!=)", "<"), (r"(?<![->])>=(?!=)", ">"),
    (r"(?<=[\w\)\]] )<(?= [\w\(!-])", "<="), (r"(?<=[\w\)\]] )>(?= [\w\(!-])", ">="),
    (r"(?<![\w])!(?=[\w\(*])", ""),
]
NUMBER = re.compile(r"(?<![\w.\"%\[])(\d+)(?![\w.\"])")


def blank(text):
    """Comments and texts become spaces, so that places stay."""
    pattern = r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\''
    return re.sub(pattern, lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.S)


class Mutant:
    def __init__(self, path, text, at, end, new, line):
        self.path, self.text, self.at, self.end, self.new, self.line = path, text, at, end, new, line
        code = text.split("\n")[line - 1].strip()
        self.name = f"{path.name}: {code}: {text[at:end]} -> {new or 'nothing'}"

    def changed(self):
        return self.text[:self.at] + self.new + self.text[self.end:]


def mutants_of(path):
    text = path.read_text()
    found = []
    start = 0
    for number, line in enumerate(blank(text).split("\n"), 1):
        is_code = line.startswith("    ") and not line.lstrip().startswith("#")
        places = []
        for pattern, other in OPERATORS if is_code else []:
            places += [(m.start(), m.end(), other) for m in re.finditer(pattern, line)]
        # Numbers: not sizes of memory, of which more does no harm, not initial zeros, and not the
        # answers of comparisons, of which the sign counts.
        if is_code and not re.search(r"arena_a|\{ 0 \}|\[\d*\]|\? -?1 : -?1", line):
            places += [(m.start(), m.end(), str(int(m.group()) + 1)) for m in NUMBER.finditer(line)]
        here = [Mutant(path, text, start + at, start + end, new, number)
                for at, end, new in sorted(places)]
        # The second of the same kind in a line is called so.
        for i, m in enumerate(here):
            nth = 1 + sum(o.name.split(" (no. ")[0] == m.name for o in here[:i])
            if nth > 1:
                m.name += f" (no. {nth})"
        found += here
        start += len(line) + 1
    return found


def flags():
    out = subprocess.run(["pkg-config", "--cflags", "libcjson"], capture_output=True, text=True)
    return ["-std=c17", "-D_POSIX_C_SOURCE=200809L", f"-I{TOP}", f"-I{TOP}/include",
            f"-I{TOP}/src/plan", f'-DTEST_SOURCE_DIR="{TOP}"', "-fPIC"] + out.stdout.split()


FLAGS = flags()


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


def must(*command):
    done = run(*command)
    if done.returncode:
        sys.exit(done.stderr)


class Bench:
    """Programs that are linked to the planner as a shared library, and its other objects."""

    def __init__(self, work, more, strict):
        self.work, self.more, self.strict = work, more, strict
        self.objects = {c: work / f"plan_{c.stem}.o" for c in sorted((TOP / "src/plan").glob("*.c"))}
        self.programs = []
        work.mkdir()

    def build(self, pool, slow):
        """'slow': the names of tests that are run, too, and of proofs with their arguments."""
        below = {c: self.work / f"{m.replace('/', '_')}_{c.stem}.o"
                 for m in BELOW for c in sorted((TOP / "src" / m).glob("*.c"))}
        if self.strict:
            del below[TOP / "src/base/arena.c"]
            below[TOP / "tests/proof/strict_arena.c"] = self.work / "strict_arena.o"
        unit = {c: self.work / f"{c.stem}.o" for c in sorted((TOP / "tests/unit/plan").glob("*.c"))
                if slow or c.stem not in SLOW}
        # One program of all tests, the quick ones first.
        names = sorted((c.stem for c in unit if c.stem != "support"), key=lambda n: n in SLOW)
        main = self.work / "unit.c"
        main.write_text("".join(f"int {n}(void);\n" for n in names) + "int main(void)\n{\n    return "
                        + " || ".join(f"{n}()" for n in names) + ";\n}\n")
        proof = {TOP / f"tests/proof/{n}.c": self.work / f"{n}.o"
                 for n in ([*WORLD, "least", *slow] if slow else [])}
        jobs = [(c, o, []) for c, o in {**below, **self.objects, **proof}.items()]
        jobs += [(c, o, [f"-Dmain={c.stem}"]) for c, o in unit.items()]
        jobs.append((main, self.work / "unit_main.o", []))
        list(pool.map(lambda j: must(CC, *FLAGS, *self.more, *j[2], "-c", j[0], "-o", j[1]), jobs))
        self.link_plan(self.work, {})
        self.program("unit", [self.work / "unit_main.o", *unit.values()], below, [])
        for name, arguments in slow.items():
            objects = [self.work / f"{n}.o" for n in (name, "least", *WORLD)]
            self.program(name, objects, below, arguments)

    def program(self, name, objects, below, arguments):
        target = self.work / name
        must(CC, *self.more, "-rdynamic", *objects, *below.values(), f"-L{self.work}", "-lplanner",
             "-lcmocka", "-lcjson", "-lcrypto", "-lm", "-o", target)
        self.programs.append((target, arguments))

    def link_plan(self, folder, replaced):
        objects = [replaced.get(c, o) for c, o in self.objects.items()]
        must(CC, *self.more, "-shared", *objects, "-o", folder / "libplanner.so")

    def failing(self, folder):
        """The name of the first program that fails, or None."""
        env = dict(os.environ, LD_LIBRARY_PATH=str(folder), ASAN_OPTIONS="detect_leaks=0")
        for program, arguments in self.programs:
            limited = (f"ulimit -c 0; ulimit -t {SECONDS}; exec timeout {60 * SECONDS} {program} "
                       + " ".join(map(str, arguments)))
            done = subprocess.run(["bash", "-c", limited], env=env, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
            if done.returncode:
                return program.name
        return None

    def try_one(self, mutant):
        folder = Path(tempfile.mkdtemp(dir=self.work))
        try:
            source = folder / mutant.path.name
            source.write_text(mutant.changed())
            if run(CC, *FLAGS, *self.more, "-w", "-c", source, "-o", folder / "m.o").returncode:
                return "the compiler"
            self.link_plan(folder, {mutant.path: folder / "m.o"})
            return self.failing(folder)
        finally:
            shutil.rmtree(folder)


def read_equal():
    path = TOP / "tests/proof/mutants-equal.txt"
    lines = path.read_text().split("\n") if path.exists() else []
    return [line for line in lines if line and not line.startswith("#")]


def draw(mutants, n, seed):
    """So many of all, of every file its share, and three at least: those whose names come first in an
    order by hash, so that a change of one line changes nothing about the others."""
    drawn = []
    for path in sorted({m.path for m in mutants}):
        own = [m for m in mutants if m.path == path]
        share = max(3, round(n * len(own) / len(mutants)))
        nth = {}
        for m in own:
            nth[m.name] = nth.get(m.name, 0) + 1
            m.order = hashlib.sha256(f"{seed} {m.name} {nth[m.name]}".encode()).hexdigest()
        drawn += sorted(own, key=lambda m: m.order)[:share]
    return drawn


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="about so many, drawn; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--least", type=float, default=95)
    options = parser.parse_args()
    everything = [m for c in sorted((TOP / "src/plan").glob("*.c")) for m in mutants_of(c)]
    equal, useless = set(), []
    for line in read_equal():
        named = [m for m in everything if line.startswith(m.name + ": ")]
        equal.update(named)
        useless += [] if named else [line]
    mutants = [m for m in everything if not options.file or m.path.name in options.file]
    if options.sample and options.sample < len(mutants):
        mutants = draw(mutants, options.sample, options.seed)
    mutants = [m for m in mutants if m not in equal]
    caught = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as name, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        plain = Bench(Path(name) / "plain", ["-O1"], False)
        strict = Bench(Path(name) / "strict", ["-O1", "-g1", "-fsanitize=address"], True)
        plain.build(pool, PROOFS)
        strict.build(pool, {})
        broken = plain.failing(plain.work) or strict.failing(strict.work)
        if broken:
            sys.exit(f"{broken} fails without any change")
        tries = pool.map(lambda m: plain.try_one(m) or strict.try_one(m), mutants)
        for tried, (mutant, by) in enumerate(zip(mutants, tries)):
            caught += by is not None
            if tried % 25 == 0:
                print(f"# {tried} of {len(mutants)}", file=sys.stderr, flush=True)
            if by is None:
                print(f"survived: {mutant.line}: {mutant.name}", flush=True)
    for line in useless:
        print(f"fits no mutant: {line}")
    share = 100 * caught / len(mutants) if mutants else 100
    print(f"{caught} of {len(mutants)} mutants are caught ({share:.1f} %); there are "
          f"{len(everything)}, {len(equal)} of them without effect")
    sys.exit(share < options.least or len(useless) > 0)


main()
