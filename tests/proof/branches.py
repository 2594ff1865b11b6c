#!/usr/bin/env python3
"""Says which branches of src/FOLDER no test of it takes (clang's source coverage: every condition
both ways).  Usage: branches.py [--open N] [plan|route|translate]

FOLDER is plan without one.  --open N: so many may be neither taken nor excepted, for as long as there
are some; 0 without it.

Exceptions stand in tests/coverage-exceptions, a line each: "src/plan/x.c: the line of code: why".  An
exception that is not needed is a complaint, too, and there may be of 1 % of the branches."""
import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
WORLD = ("world", "bound", "share")  # of tests/proof: what its programs have in common
BELOW = {  # what the tests of a folder are linked with
    "plan": ["base", "hash", "schema", "model", "route", "alb/resource"],
    "route": ["base", "hash", "schema", "model", "alb/resource"],
    "translate": ["base", "hash", "schema", "model", "route", "alb/resource", "object", "cert",
                  "yaml", "source"],
}
SUPPORT = {"plan": "tests/unit/plan/support.c", "route": "tests/unit/route/support.c",
           "translate": "tests/support/pem.c"}
CC = os.environ.get("CLANG", "clang")


def tool(name):
    """llvm-cov of the version of clang."""
    out = subprocess.run([CC, "-print-prog-name=" + name], capture_output=True, text=True)
    return out.stdout.strip() or name


def run(*command, **more):
    done = subprocess.run([str(c) for c in command], capture_output=True, text=True, **more)
    if done.returncode:
        sys.exit(f"{command[0]} fails: {done.stdout[-2000:]}{done.stderr[-2000:]}")
    return done.stdout


def programs_of(work, folder):
    """(program, its sources, its arguments): unit tests, and what else tries the folder."""
    programs = [(work / c.stem, [c], [])
                for c in sorted((TOP / "tests/unit" / folder).glob("test_*.c"))]
    if folder == "translate":
        golden = TOP / "tests/golden"
        sources = [golden / "test_golden_translate.c", golden / "case.c"]
        return [*programs, (work / "golden", sources, [])]
    if folder == "route":
        return programs
    proof = {n: TOP / f"tests/proof/{n}.c" for n in (*WORLD, "least", "exhaustive", "edits")}
    world = [proof[n] for n in WORLD]
    return [*programs,
            (work / "exhaustive", [proof["exhaustive"], proof["least"], *world], ["3", "12000", "1"]),
            (work / "edits", [proof["edits"], *world], ["16000", "1"]),
            (work / "edits_full", [proof["edits"], *world], ["4000", "1", "full"])]


def build(work, folder):
    flags = ["-std=c17", "-O1", "-D_POSIX_C_SOURCE=200809L", f"-I{TOP}", f"-I{TOP}/include",
             f"-I{TOP}/src/{folder}", f'-DTEST_SOURCE_DIR="{TOP}"',
             *run("pkg-config", "--cflags", "libcjson", "yaml-0.1").split()]
    covered = ["-fprofile-instr-generate", "-fcoverage-mapping"]
    sources = [(c, f"{m.replace('/', '_')}_{c.stem}.o", []) for m in BELOW[folder]
               for c in sorted((TOP / "src" / m).glob("*.c"))]
    sources += [(c, f"own_{c.stem}.o", covered) for c in sorted((TOP / "src" / folder).glob("*.c"))]
    programs = programs_of(work, folder)
    support = work / "support.o"
    tests = {*(source for _, sources, _ in programs for source in sources)}
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda s: run(CC, *flags, *s[2], "-c", s[0], "-o", work / s[1]),
                      [*sources, (TOP / SUPPORT[folder], support, []),
                       *((c, f"{c.stem}.o", []) for c in sorted(tests))]))
    below = [work / o for _, o, _ in sources]
    for program, sources, _ in programs:
        run(CC, *covered, *(work / f"{c.stem}.o" for c in sources), support, *below, "-lcmocka",
            "-lcjson", "-lyaml", "-lcrypto", "-lm", "-o", program)
    return programs


def measure(work, programs, folder):
    for program, _, arguments in programs:
        run(program, *arguments,
            env=dict(os.environ, LLVM_PROFILE_FILE=f"{program}-%p.profraw"))
    run(tool("llvm-profdata"), "merge", "-o", work / "all.profdata",
        *sorted(work.glob("*.profraw")))
    objects = [a for p, _, _ in programs[1:] for a in ("-object", p)]
    text = run(tool("llvm-cov"), "export", "-instr-profile", work / "all.profdata", programs[0][0],
               *objects, *sorted((TOP / "src" / folder).glob("*.c")))
    return json.loads(text)["data"][0]["files"]


def missing_of(files):
    """(path, line, column, which way) of each branch not taken; and how many branches there are."""
    missing, total = [], 0
    for f in files:
        counts = {}
        for line, column, _, _, yes, no, *_ in f.get("branches", []):
            was = counts.setdefault((line, column), [0, 0])
            was[0] += yes
            was[1] += no
        for (line, column), (yes, no) in sorted(counts.items()):
            total += 2
            missing += [(f["filename"], line, column, way)
                        for way, n in (("true", yes), ("false", no)) if not n]
    return missing, total


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--open", type=int, default=0)
    parser.add_argument("folder", nargs="?", default="plan", choices=BELOW)
    asked = parser.parse_args()
    folder, may_be_open = asked.folder, asked.open
    path = TOP / "tests/coverage-exceptions"
    lines = path.read_text().split("\n") if path.exists() else []
    excepted = [line for line in lines if line.startswith(f"src/{folder}/")]
    needed = set()
    with tempfile.TemporaryDirectory(prefix="branches-") as name:
        work = Path(name)
        missing, total = missing_of(measure(work, build(work, folder), folder))
    unlisted = 0
    for file, line, column, way in missing:
        code = Path(file).read_text().split("\n")[line - 1].strip()
        known = f"{os.path.relpath(file, TOP)}: {code}: "
        match = [e for e in excepted if e.startswith(known)]
        needed.update(match)
        if not match:
            unlisted += 1
            print(f"{os.path.relpath(file, TOP)}:{line}:{column}: never {way}: {code}")
    for e in excepted:
        if e not in needed:
            print(f"exception without need: {e}")
    excess = len(missing) - unlisted > total / 100
    if excess:
        print("the exceptions are more than 1 % of the branches")
    print(f"{total - len(missing)} of {total} branches of src/{folder} are taken, "
          f"{len(missing) - unlisted} are excepted")
    sys.exit(unlisted > may_be_open or excess or len(needed) != len(excepted))


main()
