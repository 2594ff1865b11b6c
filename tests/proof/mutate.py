#!/usr/bin/env python3
"""Changes one condition of src/plan at a time and counts how many of these mutants the tests of the
planner catch.  Usage: mutate.py [--sample N] [--seed N] [--file NAME]... [--jobs N] [--least PERCENT]

A mutant flips a comparison, && and ||, drops a negation, or is off by one in a number.  It is caught
when it does not compile without warnings of the compiler's own, when a test fails, or when one runs
out of time.  Survivors are printed; those named in mutants-equal.txt (file: line of text: change)
change nothing that can be told from outside, and are not counted."""
import argparse
import concurrent.futures
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
WORLD = ("world", "bound", "share")
BELOW = ["base", "hash", "schema", "model", "route", "alb/resource"]
CC = os.environ.get("CC", "cc")
SECONDS = 60
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


def mutants_of(path):
    text = path.read_text()
    code = blank(text)
    found = []
    start = 0
    for number, line in enumerate(code.split("\n"), 1):
        is_code = line.startswith("    ") and not line.lstrip().startswith("#")
        for pattern, other in OPERATORS if is_code else []:
            for m in re.finditer(pattern, line):
                found.append((start + m.start(), start + m.end(), other, number))
        # Numbers: not sizes of memory, of which more does no harm, not initial zeros, and not the
        # answers of comparisons, of which the sign counts.
        if is_code and not re.search(r"arena_a|\{ 0 \}|\[\d*\]|\? -?1 : -?1", line):
            for m in NUMBER.finditer(line):
                found.append((start + m.start(), start + m.end(), str(int(m.group()) + 1), number))
        start += len(line) + 1
    return [(path, at, end, new, number) for at, end, new, number in found]


def name_of(mutant):
    path, at, end, new, number = mutant
    text = path.read_text()
    line = text.split("\n")[number - 1].strip()
    return f"{path.name}: {line}: {text[at:end]} -> {new or 'nothing'}"


def flags():
    out = subprocess.run(["pkg-config", "--cflags", "libcjson"], capture_output=True, text=True)
    return ["-std=c17", "-D_POSIX_C_SOURCE=200809L", f"-I{TOP}", f"-I{TOP}/include",
            f"-I{TOP}/src/plan", f'-DTEST_SOURCE_DIR="{TOP}"'] + out.stdout.split()


def compile_c(source, target, *more):
    command = [CC, *flags(), *more, "-c", str(source), "-o", str(target)]
    return subprocess.run(command, capture_output=True, text=True)


class Bench:
    """Programs that are linked to the planner as a shared library, and its other objects."""

    def __init__(self, work, jobs):
        self.work = work
        self.jobs = jobs
        self.objects = {}
        self.programs = []

    def build(self):
        pending = [(c, self.work / f"{m.replace('/', '_')}_{c.stem}.o", "-O1")
                for m in BELOW for c in sorted((TOP / "src" / m).glob("*.c"))]
        below = [o for _, o, _ in pending]
        for c in sorted((TOP / "src/plan").glob("*.c")):
            self.objects[c] = self.work / f"plan_{c.stem}.o"
            pending.append((c, self.objects[c], "-O1"))
        unit = sorted((TOP / "tests/unit/plan").glob("*.c"))
        proof = [TOP / "tests/proof" / f"{n}.c" for n in (*WORLD, "least", "exhaustive", "edits")]
        pending += [(c, self.work / f"{c.stem}.o", "-O1") for c in unit + proof]
        with concurrent.futures.ThreadPoolExecutor(self.jobs) as pool:
            for result in pool.map(lambda t: compile_c(t[0], t[1], "-fPIC", t[2]), pending):
                if result.returncode:
                    sys.exit(result.stderr)
        self.link_plan(self.work, {})
        self.programs = []
        for c in unit:
            if c.stem != "support":
                self.program(c.stem, [f"{c.stem}.o", "support.o"], below, [])
        world = [f"{n}.o" for n in WORLD]
        self.program("edits", ["edits.o", *world], below, ["120", "1"])
        self.program("exhaustive", ["exhaustive.o", "least.o", *world], below, ["3", "1500", "1"])
        # What runs short and finds much goes first.
        self.programs.sort(key=lambda p: p[0].name in ("test_hitless", "test_rule_redirect",
                                                       "edits", "exhaustive"))

    def program(self, name, objects, below, arguments):
        target = self.work / name
        command = [CC, "-rdynamic", *[str(self.work / o) for o in objects], *map(str, below),
                   f"-L{self.work}", "-lplanner", "-lcmocka", "-lcjson", "-lcrypto", "-lm", "-o", str(target)]
        result = subprocess.run(command, capture_output=True, text=True)
        if result.returncode:
            sys.exit(result.stderr)
        self.programs.append((target, arguments))

    def link_plan(self, folder, replaced):
        objects = [str(replaced.get(c, o)) for c, o in self.objects.items()]
        subprocess.run([CC, "-shared", *objects, "-o", str(folder / "libplanner.so")], check=True)

    def failing(self, folder):
        """The name of the first program that fails, or None."""
        env = dict(os.environ, LD_LIBRARY_PATH=str(folder))
        for program, arguments in self.programs:
            limited = f"ulimit -v 4000000; exec timeout {SECONDS} {program} {' '.join(arguments)}"
            done = subprocess.run(["bash", "-c", limited], env=env, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
            if done.returncode:
                return program.name
        return None

    def try_one(self, mutant):
        path, at, end, new, _ = mutant
        folder = Path(tempfile.mkdtemp(dir=self.work))
        try:
            text = path.read_text()
            source = folder / path.name
            source.write_text(text[:at] + new + text[end:])
            if compile_c(source, folder / "m.o", "-fPIC", "-O1").returncode:
                return "the compiler"
            self.link_plan(folder, {path: folder / "m.o"})
            return self.failing(folder)
        finally:
            shutil.rmtree(folder)


def read_equal():
    path = TOP / "tests/proof/mutants-equal.txt"
    lines = path.read_text().split("\n") if path.exists() else []
    return {line for line in lines if line and not line.startswith("#")}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", type=int, default=0, help="so many, drawn; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--file", action="append", default=[])
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--least", type=float, default=95)
    options = parser.parse_args()
    equal = read_equal()
    mutants = [m for c in sorted((TOP / "src/plan").glob("*.c"))
               if not options.file or c.name in options.file for m in mutants_of(c)]
    everything = len(mutants)
    mutants = [m for m in mutants if name_of(m) not in equal]
    if options.sample and options.sample < len(mutants):
        mutants = random.Random(options.seed).sample(mutants, options.sample)
    caught = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as work:
        bench = Bench(Path(work), options.jobs)
        bench.build()
        broken = bench.failing(Path(work))
        if broken:
            sys.exit(f"{broken} fails without any change")
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            for mutant, by in zip(mutants, pool.map(bench.try_one, mutants)):
                caught += by is not None
                if by is None:
                    print(f"survived: {mutant[4]}: {name_of(mutant)}", flush=True)
    share = 100 * caught / len(mutants) if mutants else 100
    print(f"{caught} of {len(mutants)} mutants are caught ({share:.1f} %); there are {everything}, "
          f"{len(equal)} of them without effect")
    sys.exit(share < options.least)


main()
