#!/usr/bin/env python3
"""Regenerates the `shapes.json` files of the embedded cloud from AWS's service models.

A service that checks its inputs against AWS's shapes keeps them in `shapes.json` beside its code. The file holds, for
each operation in the service's `operations.rs`, the shape of its input and all shapes below it, in the words of the
service model that botocore ships (`botocore/data/SERVICE/VERSION/service-2.json.gz`). Nothing in it is written by
hand: to add an operation, add its line to `operations.rs` and run this script.

    pip install botocore
    python3 cloud/scripts/shapes.py            # writes the files
    python3 cloud/scripts/shapes.py --check    # writes nothing, fails if a file would change
    python3 cloud/scripts/shapes.py kms        # writes one of them

Members that only newer models have appear when botocore is newer; the script prints the version that it read.

The files differ from the models in one thing: `shape.rs` compiles patterns with the `regex` crate, which has neither
surrogates nor `\\p{Print}` nor look-around, so `PATTERNS` says how such a pattern is written for it. Patterns that
allow every text are left out.
"""

import argparse
import gzip
import json
import re
import sys
from pathlib import Path

SERVICES = Path(__file__).resolve().parent.parent / "src" / "services"

# The folder of each service under `src/services`, and its name in botocore.
MODELS = {
    "autoscaling": "application-autoscaling",
    "bedrock": "bedrock",
    "cloudcontrol": "cloudcontrol",
    "cost_explorer": "ce",
    "kms": "kms",
    "pricing": "pricing",
    "quotas": "service-quotas",
    "sagemaker": "sagemaker",
    "tagging": "resourcegroupstaggingapi",
}

# The traits of a shape that `shape.rs` reads, in the order in which they are written.
TRAITS = ["type", "required", "members", "member", "key", "value", "min", "max", "pattern", "enum"]

# Patterns that the `regex` crate does not have, each with its equivalent.
PATTERNS = {
    # Surrogates stand for all of Unicode beyond the first plane.
    "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\r\\n\\t]*": "[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F]*",
    "\\p{Print}+": "[ -~]+",
    "(?!\\s*$).+": ".*\\S.*",
    # No space at either end.
    "^(?! )[\\p{L}\\p{N}\\p{Z}-_]*(?<! )$": "([\\p{L}\\p{N}_-]([\\p{L}\\p{N}\\p{Z}_-]*[\\p{L}\\p{N}_-])?)?",
    # No control characters, colons, slashes and bars, and no space at either end.
    "(?!((^[ ]+.*)|(.*([\\u0000-\\u001f]|[\\u007f-\\u009f]|[:/|])+.*)|(.*[ ]+$))).+": (
        "[^\\p{Cc}:/| ]([^\\p{Cc}:/|]*[^\\p{Cc}:/| ])?"
    ),
    # The limit of the length says the same, and the pattern would take too much memory.
    "[\\p{L}\\p{M}\\p{Z}\\p{N}\\p{P}]{0,1024}": "[\\p{L}\\p{M}\\p{Z}\\p{N}\\p{P}]*",
    # No two dots in a row.
    "/(?!.*\\.\\.)[a-zA-Z0-9/_.\\-]+": "/(\\.|\\.?[a-zA-Z0-9/_\\-](\\.?[a-zA-Z0-9/_\\-])*\\.?)",
    # Surrogates, as above.
    "[\\u0020-\\uD7FF\\uE000-\\uFFFD\\uD800\\uDC00-\\uDBFF\\uDFFF\\t]*": "[^\\x00-\\x08\\x0A-\\x1F]*",
    # Without the look-behind, a name may also end with a dash.
    "(arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:[a-z\\-]*\\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)": (
        "(arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:[a-z\\-]*\\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})"
    ),
    "(arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:[a-z\\-]*\\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(?<!-)(\\/[0-9]{1,9})?": (
        "(arn:aws[a-z\\-]*:sagemaker:[a-z0-9\\-]*:[0-9]{12}:[a-z\\-]*\\/)?([a-zA-Z0-9]([a-zA-Z0-9-]){0,62})(\\/[0-9]{1,9})?"
    ),
}

# Patterns that allow every text.
ANYTHING = {".*", "[\\S\\s]*"}


def load_model(name):
    """Returns the newest service model of that name, and the version of botocore that it comes from."""
    try:
        import botocore
    except ImportError:
        sys.exit("botocore is not installed; run `pip install botocore`")
    folder = Path(botocore.__file__).parent / "data" / name
    version = max(path.name for path in folder.iterdir() if path.is_dir())
    packed = folder / version / "service-2.json.gz"
    if packed.exists():
        text = gzip.decompress(packed.read_bytes())
    else:
        text = packed.with_suffix("").read_bytes()
    return json.loads(text), botocore.__version__


def handled_operations(service):
    """Returns the operations that have a line in the service's `operations.rs`."""
    text = (SERVICES / service / "operations.rs").read_text()
    return sorted(re.findall(r'^\s*"(\w+)" =>', text, re.MULTILINE))


def references(shape):
    """Returns the names of the shapes that a shape refers to."""
    members = list(shape.get("members", {}).values())
    members += [shape[part] for part in ("member", "key", "value") if part in shape]
    return [member["shape"] for member in members]


def translated(pattern):
    """Returns a pattern as the `regex` crate reads it, or nothing if it allows every text."""
    if pattern in ANYTHING:
        return None
    pattern = PATTERNS.get(pattern, pattern)
    if re.search(r"\(\?<?[=!]|\\p\{Print\}|\\u[Dd][89A-Fa-f]", pattern):
        sys.exit(f"PATTERNS lacks an equivalent of {pattern}")
    return pattern


def reduced(shape):
    """Returns the traits of a shape that matter for checking inputs, with references as plain names."""
    result = {}
    for trait in TRAITS:
        value = shape.get(trait)
        if trait == "members" and value is not None:
            value = {name: member["shape"] for name, member in value.items()}
        elif trait in ("member", "key", "value") and value is not None:
            value = value["shape"]
        elif trait == "pattern" and value is not None:
            value = translated(value)
        if value is None or value == [] or value == {}:
            continue
        result[trait] = value
    return result


def generate(service):
    """Returns the text of the service's `shapes.json`, and the version of botocore."""
    model, version = load_model(MODELS[service])
    operations = {}
    for name in handled_operations(service):
        if name not in model["operations"]:
            sys.exit(f"{service}: the model has no operation {name}")
        operations[name] = model["operations"][name]["input"]["shape"]
    shapes = {}
    open_shapes = list(operations.values())
    while open_shapes:
        name = open_shapes.pop()
        if name not in shapes:
            shapes[name] = reduced(model["shapes"][name])
            open_shapes += references(model["shapes"][name])
    return render(operations, shapes), version


def render(operations, shapes):
    """Returns the file's text: one operation or shape on each line, so that changes are readable."""

    def lines(entries):
        return ",\n".join(f"{json.dumps(name)}: {json.dumps(entry)}" for name, entry in sorted(entries.items()))

    return f'{{\n"operations": {{\n{lines(operations)}\n}},\n"shapes": {{\n{lines(shapes)}\n}}\n}}\n'


def main():
    """Runs the script."""
    parser = argparse.ArgumentParser(description="Regenerates shapes.json from AWS's service models.")
    parser.add_argument("services", nargs="*", metavar="SERVICE", help="services to regenerate (default: all)")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file would change")
    arguments = parser.parse_args()
    unknown = [service for service in arguments.services if service not in MODELS]
    if unknown:
        parser.error(f"unknown services {', '.join(unknown)}; there are {', '.join(MODELS)}")
    stale = False
    for service in arguments.services or MODELS:
        text, version = generate(service)
        path = SERVICES / service / "shapes.json"
        same = path.exists() and path.read_text() == text
        stale |= not same
        if not same and not arguments.check:
            path.write_text(text)
        print(f"{service}: {'unchanged' if same else 'changed'} (botocore {version})")
    if arguments.check and stale:
        sys.exit(1)


if __name__ == "__main__":
    main()
