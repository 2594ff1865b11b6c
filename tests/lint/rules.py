#!/usr/bin/env python3
"""Rules about the source that no compiler knows, as tables.

Prints "ok NAME" or "not ok NAME", each complaint above it as "  file:line: what".
Exceptions stand in exceptions.txt, each with its reason; one that nothing needs any more is
a complaint too.
"""
import hashlib
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
EXCEPTIONS = "tests/lint/exceptions.txt"
RELEASED = "tests/lint/migrations.sha256"

CODE = r"^(src|include|mock-server)/.*\.[ch]$"
PROGRAMS = r"^(src/cli/|mock-server/main\.c$)"

# Function, where it is allowed all the same, what to use instead.
BANNED = [
    (r"strcpy|stpcpy|strcat|sprintf|vsprintf", None, "buf.h, arena_fmt or snprintf"),
    (r"strtok|strtok_r", None, "strcspn, or struct span"),
    (r"atoi|atol|atoll|atof", None, "a parser that knows errors"),
    (r"strtol|strtoll|strtoul|strtoull|strtod", r"^src/base/", "base"),
    (r"gets|scanf|sscanf|fscanf", None, "a parser with limits"),
    (r"localtime|gmtime|ctime|asctime|strerror", None, "the _r form, or clock.h"),
    (r"system|popen|execl|execlp|execvp|execv|fork", None, "no other programs"),
    (r"rand|srand|random|drand48", None, "rng.h"),
    (r"alloca", None, "an arena"),
    (r"setjmp|longjmp", None, "struct error"),
    (r"assert", None, "struct error: input is never asserted"),
    (r"malloc|calloc|realloc|free|strdup|strndup|asprintf", r"^$", "an arena"),
    (r"printf|puts|putchar|vprintf|perror", PROGRAMS, "libraries do not print"),
    (r"exit|_exit|quick_exit", PROGRAMS, "struct error"),
]

# Header, who may include it.
HEADERS = [
    (r"sqlite3\.h", r"^(src/store/|mock-server/cloud/)"),
    (r"curl/.*", r"^src/http/"),
    (r"yaml\.h", r"^src/yaml/"),
    (r"openssl/.*", r"^src/(hash|cert)/"),
    (r"microhttpd\.h", r"^src/httpd/"),
    (r"ut(hash|list|array)\.h", r"^src/base/"),
    (r"(.*/)?(mock-server|cloud|front)(/.*|\.h)", r"^(mock-server|src/replay)/"),
]

# What of ours the mock may include: never the field tables, sign, or anything above.
MOCK_MAY = {
    "arena", "buf", "clock", "embed", "error", "hash", "httpd", "json", "macros", "map", "rng",
    "secret", "yaml",
}

MACHINE = re.compile(
    r"(?<![\w.])/(?:work|farm|root|tmp/w)/"
    r"|https?://(?:deb|registry|proxy|files|static|repo1?|index|mirror)[.][a-z]"
)
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
SLEEPS = re.compile(r"\b(?:u|nano)?sleep\(|\.sleep\(|(?:^|[;&|]|\bdo|\bthen)\s*sleep\s+[\d$\"]")
CONSTANT = re.compile(r"assert_true\((?:1|true)\)|assert_false\((?:0|false)\)")
BINARY = re.compile(r"\.(png|bin|gz|db|wasm)$")

FILE_LINES, FUNCTION_LINES = 600, 60


def tracked():
    out = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=TOP, check=True, stdout=subprocess.PIPE,
    ).stdout.decode()
    names = sorted({n for n in out.split("\0") if n})
    return [n for n in names if os.path.isfile(os.path.join(TOP, n))]


def read(name):
    with open(os.path.join(TOP, name), "rb") as f:
        return f.read().decode("utf-8", "replace")


def blank(match):
    return re.sub(r"[^\n]", " ", match.group())


def bare(text):
    """C without comments, strings and characters; lines keep their numbers."""
    return re.sub(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', blank, text,
                  flags=re.S)


class Lint:
    def __init__(self):
        self.files = tracked()
        self.bad = False
        self.complaints = []
        self.exceptions = {}
        self.used = set()
        for line in read(EXCEPTIONS).splitlines() if EXCEPTIONS in self.files else []:
            words = line.split(None, 2)
            if words and not line.startswith("#"):
                self.exceptions[(words[0], words[1])] = words[2] if len(words) > 2 else ""

    def excepted(self, rule, name):
        for key in ((rule, name), (rule, os.path.dirname(name) + "/")):
            if self.exceptions.get(key):
                self.used.add(key)
                return True
        return False

    def complain(self, name, line, what):
        self.complaints.append(f"  {name}:{line}: {what}" if line else f"  {name}: {what}")

    def check(self, name, function):
        self.complaints = []
        function()
        print("\n".join(self.complaints + [("not ok " if self.complaints else "ok ") + name]))
        self.bad = self.bad or bool(self.complaints)

    def matching(self, pattern):
        return [n for n in self.files if re.search(pattern, n)]

    # ---- the rules ------------------------------------------------------------------

    def banned(self):
        for name in self.matching(CODE):
            text = bare(read(name))
            for functions, allowed, instead in BANNED:
                rule = functions.split("|", 1)[0]
                if allowed and re.search(allowed, name):
                    continue
                hits = list(re.finditer(r"(?<![\w.>])(" + functions + r")\s*\(", text))
                if not hits or self.excepted(rule, name):
                    continue
                for hit in hits:
                    line = text.count("\n", 0, hit.start()) + 1
                    self.complain(name, line, f"{hit.group(1)}(): use {instead}")

    def literal_sql(self):
        for name in self.matching(CODE):
            text = read(name)
            for hit in re.finditer(r'sqlite3_exec\(\s*[^,]+,\s*(?=[^\s"])', text):
                if not self.excepted("sqlite3_exec", name):
                    self.complain(name, text.count("\n", 0, hit.start()) + 1,
                                  "sqlite3_exec() of a text that is not a literal")

    def includes(self):
        for name in self.matching(CODE):
            for number, line in enumerate(read(name).splitlines(), 1):
                hit = re.match(r'\s*#\s*include\s+[<"]([^>"]+)[>"]', line)
                if hit:
                    self.include(name, number, hit.group(1))

    def include(self, name, number, header):
        for pattern, allowed in HEADERS:
            if re.fullmatch(pattern, header) and not re.search(allowed, name):
                if not self.excepted("include", name):
                    self.complain(name, number, f"{header} is only for {allowed}")
        ours = re.fullmatch(r"alb-agent/(\w+)\.h", header)
        if name.startswith("mock-server/") and ours and ours.group(1) not in MOCK_MAY:
            self.complain(name, number, f"the mock knows nothing of the agent's {header}")
        if name.startswith("mock-server/") and re.match(r"(\.\./)*src/", header):
            self.complain(name, number, f"the mock knows nothing of {header}")
        private = re.fullmatch(r"(?:.*/)?(\w+)_priv\.h", header)
        if private and not os.path.isfile(os.path.join(TOP, os.path.dirname(name), header)):
            self.complain(name, number, f"{header} is for its own folder")

    def tested(self):
        units = {n for n in self.matching(r"^tests/unit/.*/test_.*\.c$")}
        for name in self.matching(r"^src/.*\.c$"):
            folders = name.split("/")[1:-1]
            test = "test_" + os.path.basename(name)
            places = {f"tests/unit/{'/'.join(folders)}/{test}", f"tests/unit/{'_'.join(folders)}/{test}"}
            if not places & units and not self.excepted("untested", name):
                self.complain(name, 0, f"has no {min(places)}")

    def documented(self):
        folders = {"/".join(n.split("/")[:2]) for n in self.files if re.match(r"src/\w+/", n)}
        for folder in sorted(folders | {"mock-server", "state"}):
            if any(n.startswith(folder + "/") for n in self.files):
                if folder + "/README.md" not in self.files:
                    self.complain(folder, 0, "has no README.md")

    def opened_by_a_comment(self):
        for name in self.matching(CODE):
            if not read(name).startswith("/*"):
                self.complain(name, 1, "does not open with what it is for")

    def sizes(self):
        for name in self.matching(r"^(src|include|mock-server|tests)/.*\.[ch]$"):
            text = read(name)
            limit = 10 * FUNCTION_LINES if name.startswith("tests/") else FUNCTION_LINES
            if text.count("\n") > FILE_LINES and not self.excepted("size", name):
                self.complain(name, 0, f"{text.count(chr(10))} lines, more than {FILE_LINES}")
            opened, title = 0, ""
            for number, line in enumerate(text.splitlines(), 1):
                if re.match(r"[A-Za-z_].*\(", line) and not line.rstrip().endswith(";"):
                    title = line
                if line.startswith("{"):
                    opened = number
                if line.startswith("}"):
                    if opened and number - opened - 1 > limit:
                        self.complain(name, opened, f"{number - opened - 1} lines: {title}")
                    opened = 0

    def machine(self):
        for name in self.files:
            if BINARY.search(name) or self.excepted("machine", name):
                continue
            for number, line in enumerate(read(name).splitlines(), 1):
                if MACHINE.search(line):
                    self.complain(name, number, "a path of a machine, or a package host")

    def finished(self):
        for name in self.matching(r"^(src|include|mock-server|tests|deploy|state)/.*"
                                  r"\.(c|h|sql|sh|py|mjs|js|md|txt)$|CMakeLists\.txt$"):
            for number, line in enumerate(read(name).splitlines(), 1):
                if UNFINISHED.search(line):
                    self.complain(name, number, "a mark of unfinished work")

    def honest_tests(self):
        for name in self.matching(r"^tests/.*\.(c|py|mjs|js|sh)$"):
            text = bare(read(name)) if name.endswith(".c") else read(name)
            for number, line in enumerate(text.splitlines(), 1):
                if SLEEPS.search(line) and not self.excepted("sleep", name):
                    self.complain(name, number, "waits for time instead of a condition")
                if CONSTANT.search(line):
                    self.complain(name, number, "asserts a constant")

    def migrations(self):
        names = self.matching(r"^state/migrations/\d{4}_\w+\.sql$")
        others = set(self.matching(r"^state/migrations/.*\.sql$")) - set(names)
        for name in sorted(others):
            self.complain(name, 0, "is not called NNNN_name.sql")
        for want, name in enumerate(names, 1):
            if int(os.path.basename(name)[:4]) != want:
                self.complain(name, 0, f"comes as number {want}")
        for line in read(RELEASED).splitlines() if RELEASED in self.files else []:
            if not line.strip() or line.startswith("#"):
                continue
            digest, name = line.split()
            path = os.path.join(TOP, name)
            body = open(path, "rb").read() if os.path.isfile(path) else b""
            if hashlib.sha256(body).hexdigest() != digest:
                self.complain(name, 0, "is released and must not change: write a new migration")

    def exceptions_needed(self):
        for rule, name in sorted(self.exceptions):
            if not self.exceptions[(rule, name)]:
                self.complain(EXCEPTIONS, 0, f"{rule} {name} has no reason")
            elif (rule, name) not in self.used:
                self.complain(EXCEPTIONS, 0, f"{rule} {name} is not needed any more")

    def run(self):
        self.check("no banned functions", self.banned)
        self.check("SQL is literal", self.literal_sql)
        self.check("includes point down", self.includes)
        self.check("each source file has a unit test", self.tested)
        self.check("each folder has a README.md", self.documented)
        self.check("each file says what it is for", self.opened_by_a_comment)
        self.check("files and functions are short", self.sizes)
        self.check("no machine paths, no package hosts", self.machine)
        self.check("nothing is marked unfinished", self.finished)
        self.check("tests wait for conditions and assert something", self.honest_tests)
        self.check("released migrations are unchanged", self.migrations)
        self.check("exceptions are reasoned and needed", self.exceptions_needed)


if __name__ == "__main__":
    lint = Lint()
    lint.run()
    sys.exit(1 if lint.bad else 0)
