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
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
WORLD = ("world", "bound", "share")
BELOW = ["base", "hash", "schema", "model", "route", "alb/resource"]
CC = os.environ.get("CLANG", "clang")
SECONDS = 480  # by the clock, of a program that waits
SLOW = ("test_hitless", "test_rule_redirect")
PROOFS = [("edits", [600, 1]), ("exhaustive", [3, 4000, 1]), ("edits", [600, 1, "full"])]
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
        self.number = 0
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
    """Programs of tests, linked to a planner that holds all mutants: of each function there is one
    variant for each mutant in it, and the environment says which is called."""

    def __init__(self, work, more, strict, seconds):
        self.work, self.more, self.strict, self.seconds = work, more, strict, seconds
        self.programs = []
        self.refused = set()  # mutants that do not compile
        self.alone = {}       # mutants outside functions, and the object of each
        work.mkdir()

    def compile(self, source, target, *more):
        return run(CC, *FLAGS, *self.more, *more, "-c", source, "-o", target)

    def build(self, pool, mutants, slow):
        """'slow': the names of tests that are run, too, and of proofs with their arguments."""
        below = {c: self.work / f"{m.replace('/', '_')}_{c.stem}.o"
                 for m in BELOW for c in sorted((TOP / "src" / m).glob("*.c"))}
        if self.strict:
            del below[TOP / "src/base/arena.c"]
            below[TOP / "tests/proof/strict_arena.c"] = self.work / "strict_arena.o"
        unit = {c: self.work / f"{c.stem}.o" for c in sorted((TOP / "tests/unit/plan").glob("*.c"))}
        # One program of all tests: those of the mutant's file first, then the quick ones, and the
        # slow ones where there is time.
        names = sorted((c.stem for c in unit if c.stem != "support"), key=lambda n: n in SLOW)
        names = {n: int(n in SLOW and self.strict) for n in names}
        main = self.work / "unit.c"
        main.write_text(MAIN % ("".join(f"int {n}(void);\n" for n in names),
                                "".join(f'    {{ "{n}", {n}, {own} }},\n' for n, own in names.items())))
        proof = {TOP / f"tests/proof/{n}.c": self.work / f"{n}.o"
                 for n in ([*WORLD, "least", *dict(slow)] if slow else [])}
        jobs = [(c, o, []) for c, o in {**below, **proof}.items()]
        jobs += [(c, o, [f"-Dmain={c.stem}"]) for c, o in unit.items()]
        jobs.append((main, self.work / "unit_main.o", []))
        plan = {c: self.work / f"plan_{c.stem}.o" for c in sorted((TOP / "src/plan").glob("*.c"))}
        tasks = [pool.submit(self.build_mutants, c, o, [m for m in mutants if m.path == c])
                 for c, o in plan.items()]
        tasks += [pool.submit(must, CC, *FLAGS, *self.more, *j[2], "-c", j[0], "-o", j[1])
                  for j in jobs]
        for task in tasks:
            task.result()
        self.link_plan(self.work, plan.values())
        self.plan = plan
        self.program("unit", [self.work / "unit_main.o", *unit.values()], below, [])
        for name, arguments in slow:
            objects = [self.work / f"{n}.o" for n in (name, "least", *WORLD)]
            self.program(name, objects, below, arguments)

    def build_mutants(self, path, target, mutants):
        """An object of all mutants of a file but those that are not in a function, which have one
        of their own, and those that do not compile."""
        source = self.work / path.name
        left = list(mutants)
        while True:
            text, places, outside = variants(path, left)
            source.write_text(text)
            done = self.compile(source, target, "-w", "-ferror-limit=0")
            if not done.returncode:
                break
            lines = re.findall(r"^[^\n:]*:(\d+):\d+: (?:fatal )?error", done.stderr, re.M)
            bad = {m for first, end, m in places for n in lines if first <= int(n) < end}
            if not bad:
                sys.exit(done.stderr)
            self.refused |= bad
            left = [m for m in left if m not in bad]
        for m in outside:
            source.write_text(m.changed())
            own = self.work / f"{path.stem}-{m.number}.o"
            if self.compile(source, own, "-w").returncode:
                self.refused.add(m)
            else:
                self.alone[m] = own

    def program(self, name, objects, below, arguments):
        target = self.work / name
        must(CC, *self.more, "-rdynamic", *objects, *below.values(), f"-L{self.work}", "-lplanner",
             "-lcmocka", "-lcjson", "-lcrypto", "-lm", "-o", target)
        self.programs.append((target, arguments))

    def link_plan(self, folder, objects):
        must(CC, *self.more, "-shared", *objects, "-o", folder / "libplanner.so")

    def failing(self, folder, number, first):
        """The name of the first program that fails, or None; the tests 'first' are run first."""
        env = dict(os.environ, LD_LIBRARY_PATH=str(folder), MUTANT=str(number),
                   ASAN_OPTIONS="detect_leaks=0:symbolize=0:malloc_context_size=0:"
                                "quarantine_size_mb=16:hard_rss_limit_mb=3000")
        memory = "" if self.strict else "ulimit -v 2000000; "
        for program, arguments in self.programs:
            shell = (f"ulimit -c 0; ulimit -t {self.seconds}; {memory}exec timeout {SECONDS} "
                     + " ".join(map(str, [program, *(arguments or [first])])))
            done = subprocess.run(["bash", "-c", shell], env=env, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
            if done.returncode:
                return program.name
        return None

    def try_one(self, mutant):
        if mutant in self.refused:
            return "the compiler"
        first = f"test_{mutant.path.stem}"
        if mutant not in self.alone:
            return self.failing(self.work, mutant.number, first)
        with tempfile.TemporaryDirectory(dir=self.work) as name:
            objects = {**self.plan, mutant.path: self.alone[mutant]}
            self.link_plan(Path(name), objects.values())
            return self.failing(Path(name), 0, first)


MAIN = """#include <string.h>

%s
static const struct {
    const char *name;
    int (*run)(void);
    int own; /* run only first */
} groups[] = {
%s};
enum { N = sizeof groups / sizeof *groups };

int main(int argc, char **argv)
{
    for (int others = 0; others <= 1; others++)
        for (int i = 0; i < N; i++)
            if ((argc < 2 || strncmp(groups[i].name, argv[1], strlen(argv[1])) != 0) == others
                && !(others && groups[i].own) && groups[i].run())
                return 1;
    return 0;
}
"""
CHOICE = """#include <stdlib.h>

static int mutant_now;
__attribute__((constructor)) static void mutant_choose(void)
{
    const char *text = getenv("MUTANT");
    mutant_now = text ? (int)strtol(text, NULL, 10) : 0;
}
"""
FUNCTION = re.compile(r"^([a-z][^;{}/#]*\))\n({\n.*?^}\n)", re.M | re.S)
SIGNATURE = re.compile(r"(?:static )?(.*?)(\w+) ?\((.*)\)\s*", re.S)


def arguments_of(parameters):
    flat, depth = "", 0
    for c in parameters:
        depth += (c == "(") - (c == ")")
        flat += ";" if c == "," and depth == 0 else c
    if flat.strip() == "void":
        return ""
    names = [re.search(r"\(\*(\w+)\)", one) or re.search(r"(\w+)(?:\[[^\]]*\])?\s*$", one)
             for one in flat.split(";")]
    return ", ".join(n.group(1) for n in names)


def variants(path, mutants):
    """The text of a file in which every function calls the variant of itself that is chosen; the
    first line and the line after the last of each variant; the mutants in no function."""
    text = path.read_text()
    out, places, at, inside = CHOICE, [], 0, set()
    for found in FUNCTION.finditer(text):
        start, body, end = found.start(), found.start(2), found.end()
        own = [m for m in mutants if body <= m.at < end]
        if not own:
            continue
        inside.update(own)
        signature = found.group(1)
        result, name, parameters = SIGNATURE.fullmatch(signature).groups()
        out += text[at:start] + signature + ";\n"
        for m in [None, *own]:
            first = out.count("\n") + 1
            out += f"static {result}{name}__{m.number if m else 0}({parameters})\n"
            out += m.changed()[body:end + len(m.new) - (m.end - m.at)] if m else text[body:end]
            if m:
                places.append((first, out.count("\n") + 1, m))
        back, then = ("", " return;") if result == "void " else ("return ", "")
        call = f"({arguments_of(parameters)});{then}\n"
        out += signature + "\n{\n    switch (mutant_now) {\n"
        for m in own:
            out += f"    case {m.number}: {back}{name}__{m.number}{call}"
        out += f"    default: {back}{name}__0{call}    }}\n}}\n"
        at = end
    return out + text[at:], places, [m for m in mutants if m not in inside]


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
    parser.add_argument("--again", help="only those that survived, as this file says")
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
    if options.again:
        named = Path(options.again).read_text().split("\n")
        names = {line.split(": ", 2)[2] for line in named if line.startswith("survived: ")}
        mutants = [m for m in mutants if m.name in names]
    if options.sample and options.sample < len(mutants):
        mutants = draw(mutants, options.sample, options.seed)
    mutants = [m for m in mutants if m not in equal]
    caught = 0
    for number, m in enumerate(everything, 1):
        m.number = number
    with tempfile.TemporaryDirectory(prefix="mutants-") as name, \
            concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        # Seconds of processor time: what is unchanged takes a quarter of it.
        plain = Bench(Path(name) / "plain", ["-O1"], False, 6)
        strict = Bench(Path(name) / "strict", ["-O1", "-fsanitize=address"], True, 15)
        plain.build(pool, mutants, PROOFS)
        strict.build(pool, mutants, [])
        broken = plain.failing(plain.work, 0, "") or strict.failing(strict.work, 0, "")
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
