#!/usr/bin/env python3
"""metrics.py - reads Prometheus' text format 0.0.4 as strictly as its own parser and its lint do.

    metrics.py FILE             complains about what is wrong, exits 1; else prints how many samples
    metrics.py FILE SAMPLE      prints the value of one sample, written as name{label="value",...}
    metrics.py --names FILE     prints each series without its value

After prometheus.io/docs/instrumenting/exposition_formats and .../best_practices/naming: written
from the pages, and of no part of the agent.
"""
import re
import sys

NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*\Z")
LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*\Z")
VALUE = re.compile(r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|NaN|[+-]Inf)\Z")
SAMPLE = re.compile(r"([^ {]+)(?:\{(.*)\})? ([^ ]+)\Z")
PAIR = re.compile(r'([^=,]+)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|\Z)')
UNITS = ("milliseconds", "ms", "minutes", "hours", "days", "kilobytes", "megabytes")
KINDS = ("counter", "gauge", "histogram", "summary", "untyped")


class Wrong(Exception):
    pass


def labels_of(text):
    found, at = {}, 0
    while at < len(text):
        pair = PAIR.match(text, at)
        if not pair or not LABEL.match(pair[1]):
            raise Wrong(f"labels cannot be read: {text[at:]}")
        if pair[1] in found:
            raise Wrong(f"label {pair[1]} twice")
        found[pair[1]] = pair[2]
        at = pair.end()
    return found


class Family:
    def __init__(self, name):
        self.name, self.help, self.type, self.samples = name, None, None, []

    def takes(self, sample):
        if self.type in ("histogram", "summary") and sample == self.name:
            return False
        suffixes = {"histogram": ("_bucket", "_sum", "_count"), "summary": ("", "_sum", "_count")}
        return any(sample == self.name + s for s in suffixes.get(self.type, ("",)))

    def check(self):
        if not self.help:
            raise Wrong(f"{self.name}: no HELP")
        if self.type is None:
            raise Wrong(f"{self.name}: no TYPE")
        if (self.type == "counter") != self.name.endswith("_total"):
            raise Wrong(f"{self.name}: _total is the end of counters, and of nothing else")
        if set(self.name.split("_")) & set(UNITS):
            raise Wrong(f"{self.name}: not in base units")
        if self.type == "histogram":
            self.check_histogram()

    def check_histogram(self):
        rows = {}
        for name, labels, value in self.samples:
            rest = tuple(sorted((k, v) for k, v in labels.items() if k != "le"))
            row = rows.setdefault(rest, {"buckets": []})
            if name.endswith("_bucket"):
                if "le" not in labels:
                    raise Wrong(f"{name}: no le")
                row["buckets"].append((float(labels["le"]), value))
            else:
                row[name[len(self.name):]] = value
        for rest, row in rows.items():
            bounds = [b for b, _ in row["buckets"]]
            counts = [n for _, n in row["buckets"]]
            if not bounds or bounds[-1] != float("inf") or bounds != sorted(set(bounds)):
                raise Wrong(f"{self.name}{rest}: buckets do not rise to +Inf")
            if counts != sorted(counts) or row.get("_count") != counts[-1] or "_sum" not in row:
                raise Wrong(f"{self.name}{rest}: buckets, _sum and _count do not fit")


class Page:
    def __init__(self, text):
        self.families, self.now, self.values = {}, None, {}
        if not text.endswith("\n"):
            raise Wrong("the last line has no end")
        for number, line in enumerate(text.split("\n")[:-1], 1):
            try:
                self.take(line)
            except Wrong as why:
                raise Wrong(f"line {number}: {why}") from None
        for family in self.families.values():
            family.check()

    def take(self, line):
        if line.startswith("# HELP ") or line.startswith("# TYPE "):
            word, name, rest = line[2:].split(" ", 2)
            self.begin(word, name, rest)
        elif not line.startswith("#"):
            self.sample(line)

    def begin(self, word, name, rest):
        if not NAME.match(name):
            raise Wrong(f"no name: {name}")
        if name not in self.families:
            self.families[name] = self.now = Family(name)
        elif self.now.name != name:
            raise Wrong(f"{name}: begun again after another family")
        if self.now.samples:
            raise Wrong(f"{name}: {word} after its samples")
        if word == "HELP":
            if self.now.help is not None:
                raise Wrong(f"{name}: HELP twice")
            self.now.help = rest
            return
        if self.now.type is not None or rest not in KINDS:
            raise Wrong(f"{name}: TYPE twice, or none that exists: {rest}")
        self.now.type = rest

    def sample(self, line):
        found = SAMPLE.match(line)
        if not found or not NAME.match(found[1]) or not VALUE.match(found[3]):
            raise Wrong(f"no sample: {line}")
        labels = labels_of(found[2] or "")
        if not self.now or not self.now.takes(found[1]):
            raise Wrong(f"{found[1]}: not of the family that was begun")
        key = series(found[1], labels)
        if key in self.values:
            raise Wrong(f"{key}: twice")
        value = float(found[3])
        if self.now.type in ("counter", "histogram") and value < 0:
            raise Wrong(f"{key}: below zero")
        self.values[key] = found[3]
        self.now.samples.append((found[1], labels, value))


def series(name, labels):
    inside = ",".join(f'{k}="{v}"' for k, v in sorted(labels.items()))
    return f"{name}{{{inside}}}" if inside else name


def main():
    args = sys.argv[1:]
    names = args[0] == "--names" and args.pop(0)
    try:
        with open(args[0], encoding="utf-8") as f:
            page = Page(f.read())
        if names:
            print("\n".join(page.values))
        elif len(args) > 1:
            found = re.match(r"([^{]+)(?:\{(.*)\})?\Z", args[1])
            print(page.values[series(found[1], labels_of(found[2] or ""))])
        else:
            print(len(page.values))
    except (Wrong, KeyError) as why:
        sys.exit(f"{args[0]}: {why}")


if __name__ == "__main__":
    main()
