#!/usr/bin/env python3
"""schema.py SCHEMA FILE: does the JSON document fit?  Knows the few words of JSON Schema that ours
use, so that nothing has to be installed; says the first place that does not fit, and exits 1."""
import json
import sys

KINDS = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
         "null": type(None)}


def is_of(kind, value):
    return isinstance(value, KINDS[kind]) and not (kind == "integer" and isinstance(value, bool))


def check(schema, value, at="$"):
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "const" in schema and value != schema["const"]:
        sys.exit(f"{at}: {value!r}")
    if "enum" in schema and value not in schema["enum"]:
        sys.exit(f"{at}: {value!r}")
    if kinds and not any(is_of(k, value) for k in kinds):
        sys.exit(f"{at}: {value!r}")
    if isinstance(value, dict):
        for name in schema.get("required", []):
            if name not in value:
                sys.exit(f"{at}: no {name}")
        for name, v in value.items():
            sub = schema.get("properties", {}).get(name, schema.get("additionalProperties"))
            if sub is None and "properties" in schema:
                sys.exit(f"{at}.{name}: not in the schema")
            if sub:
                check(sub, v, f"{at}.{name}")
    if isinstance(value, list):
        for i, v in enumerate(value):
            check(schema.get("items", {}), v, f"{at}[{i}]")


with open(sys.argv[1]) as schema_file, open(sys.argv[2]) as document_file:
    check(json.load(schema_file), json.load(document_file))
