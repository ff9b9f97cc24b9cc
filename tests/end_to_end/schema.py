"""Holds events against the JSON Schema that the program prints of them. It must not know any field itself."""

import functools
import json
import subprocess

import jsonschema


@functools.cache
def _validators(program):
    """By type of event. Each takes the fields that the manual tells of and no others, for everything must be told there."""
    printed = subprocess.run([program, "help", "events", "--schema"], capture_output=True, check=True).stdout
    schema = json.loads(printed)
    jsonschema.Draft202012Validator.check_schema(schema)
    return {one["properties"]["type"]["const"]: jsonschema.Draft202012Validator({**one, "additionalProperties": False})
            for one in schema["oneOf"]}


def check(program, output):
    """Check every event in what a run with --json wrote; what was cut off by a kill is left out."""
    for line in output.splitlines(keepends=True):
        if line.startswith("{") and line.endswith("\n"):
            event = json.loads(line)
            fault = next(_validators(program)[event["type"]].iter_errors(event), None)
            assert fault is None, f"{fault.message} in {line}"
