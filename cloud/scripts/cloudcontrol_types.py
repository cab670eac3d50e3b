#!/usr/bin/env python3
"""Writes the schema facts of the types that the embedded Cloud Control knows.

Each file in `src/services/cloudcontrol/types` holds the facts of one CloudFormation type: its identifiers, handlers and
tags, and the parts of its schema that can be checked. Texts and examples are left out. The source is the registry schemas
of us-east-1 as the package cfn-lint ships them (MIT-0), with its additions, such as `format: AWS::IAM::Role.Arn`.

    pip install cfn-lint
    python3 cloud/scripts/cloudcontrol_types.py                        # writes all files that are there
    python3 cloud/scripts/cloudcontrol_types.py --check                # writes nothing, fails if a file would change
    python3 cloud/scripts/cloudcontrol_types.py AWS::Logs::LogGroup    # adds a type
"""

import argparse
import importlib.util
import json
import sys
from pathlib import Path

TYPES = Path(__file__).resolve().parent.parent / "src" / "services" / "cloudcontrol" / "types"

# The keywords that can be checked.
KEYWORDS = (
    "$ref additionalProperties anyOf allOf arrayType const default dependencies dependentRequired enum "
    "enumCaseInsensitive exclusiveMaximum exclusiveMinimum format insertionOrder items maxItems maxLength maximum minItems minLength "
    "minProperties maxProperties minimum multipleOf not oneOf pattern patternProperties prefixItems properties required type "
    "uniqueItems"
).split()

# The members that hold paths of properties.
PATHS = ["createOnlyProperties", "conditionalCreateOnlyProperties", "readOnlyProperties", "writeOnlyProperties", "deprecatedProperties"]


def path(pointer):
    """Returns a path without its `/properties/` prefixes."""
    return pointer.removeprefix("/properties/").replace("/properties/", "/").replace("/items/", "/*/")


def reduced(schema):
    """Returns a schema with the keywords that can be checked."""
    if not isinstance(schema, dict):
        return schema
    result = {}
    for key in KEYWORDS:
        if key not in schema:
            continue
        value = schema[key]
        if key in ("properties", "patternProperties"):
            value = {name: reduced(one) for name, one in sorted(value.items())}
        elif key in ("anyOf", "allOf", "oneOf", "prefixItems"):
            value = [reduced(one) for one in value]
        elif key in ("items", "additionalProperties", "not"):
            value = reduced(value)
        result[key] = value
    return dict(sorted(result.items()))


def handler(value):
    """Returns the facts of a handler."""
    return {key: reduced(one) if key == "handlerSchema" else one for key, one in value.items()}


def references(value):
    """Returns the names of the definitions that a schema refers to."""
    if isinstance(value, dict):
        own = [value["$ref"].rsplit("/", 1)[1]] if str(value.get("$ref", "")).startswith("#/definitions/") else []
        return own + [name for one in value.values() for name in references(one)]
    return [name for one in value for name in references(one)] if isinstance(value, list) else []


def facts(schema):
    """Returns the facts of a type."""
    found = {"typeName": schema["typeName"], "primaryIdentifier": [path(one) for one in schema["primaryIdentifier"]]}
    if schema.get("additionalIdentifiers"):
        found["additionalIdentifiers"] = [[path(one) for one in names] for names in schema["additionalIdentifiers"]]
    found.update({name: [path(one) for one in schema[name]] for name in PATHS if schema.get(name)})
    found["required"] = schema.get("required", [])
    if schema.get("propertyTransform"):
        found["propertyTransform"] = {path(name): one for name, one in schema["propertyTransform"].items()}
    if schema.get("tagging"):
        found["tagging"] = schema["tagging"]
    found["handlers"] = {name: handler(schema["handlers"][name]) for name in sorted(schema.get("handlers", {}))}
    found["properties"] = {name: reduced(one) for name, one in sorted(schema["properties"].items())}
    definitions, waiting = {}, references(found["properties"])
    while waiting:
        name = waiting.pop()
        if name not in definitions:
            definitions[name] = reduced(schema["definitions"][name])
            waiting += references(definitions[name])
    if definitions:
        found["definitions"] = dict(sorted(definitions.items()))
    return found


def text(found):
    """Returns the text of a file: one property, definition or handler on each line."""
    lines = []
    for key, value in found.items():
        if key in ("handlers", "properties", "definitions"):
            inner = ",\n".join(f"  {json.dumps(name)}:{json.dumps(one, separators=(',', ':'))}" for name, one in value.items())
            lines.append(f' "{key}":{{\n{inner}\n }}')
        else:
            lines.append(f' "{key}":{json.dumps(value, separators=(",", ":"))}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main():
    """Runs the script."""
    parser = argparse.ArgumentParser(description="Writes the schema facts of types of Cloud Control.")
    parser.add_argument("types", nargs="*", metavar="TYPE", help="types to write (default: those that are there)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    arguments = parser.parse_args()
    package = importlib.util.find_spec("cfnlint")
    if package is None:
        sys.exit("cfn-lint is not installed; run `pip install cfn-lint`")
    schemas = Path(package.submodule_search_locations[0]) / "data" / "schemas"
    known = json.loads((schemas / "providers" / "us-east-1.json").read_text())
    stale = False
    for name in arguments.types or [file.stem.replace("-", "::") for file in sorted(TYPES.glob("*.json"))]:
        if name not in known:
            sys.exit(f"cfn-lint has no type {name}")
        new = text(facts(json.loads((schemas / "resources" / f"{known[name]}.json").read_text())))
        file = TYPES / f"{name.replace('::', '-')}.json"
        same = file.exists() and file.read_text() == new
        stale |= not same
        if not same and not arguments.check:
            file.write_text(new)
        print(f"{name}: {'unchanged' if same else 'changed'}")
    if arguments.check and stale:
        sys.exit(1)


if __name__ == "__main__":
    main()
