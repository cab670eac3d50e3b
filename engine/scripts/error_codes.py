#!/usr/bin/env python3
"""Writes engine/src/sdk/codes/models.json: the error codes of AWS's service models for each call that the sources name.

Needs botocore (`pip install botocore`). `--check` writes nothing and fails if the file would change.
"""

import json
import re
import sys
from pathlib import Path

import botocore
from botocore.loaders import Loader

ENGINE = Path(__file__).resolve().parent.parent
FILE = ENGINE / "src/sdk/codes/models.json"

# The services whose tables are checked, by the name in calls.
SERVICES = ["bedrock", "budgets", "cloudwatch", "ecr", "iam", "kms", "logs", "s3", "secretsmanager", "servicequotas", "sns", "sts"]

# Names in tests, policies and messages that no call has.
NOT_CALLED = {"AssumeRole", "Call"}

# The names of models in botocore that are not those of the calls.
MODELS = {"servicequotas": "service-quotas"}

# Calls of S3 are named by the permission that they need where that has another name than the operation.
OPERATIONS = {
    "GetBucketPublicAccessBlock": "GetPublicAccessBlock",
    "GetEncryptionConfiguration": "GetBucketEncryption",
    "GetLifecycleConfiguration": "GetBucketLifecycleConfiguration",
    "PutBucketPublicAccessBlock": "PutPublicAccessBlock",
    "PutEncryptionConfiguration": "PutBucketEncryption",
    "PutLifecycleConfiguration": "PutBucketLifecycleConfiguration",
}


def named_calls():
    """Returns the calls that the sources name, by service. Permissions, which have other names, are not among them."""
    calls = {service: set() for service in SERVICES}
    pattern = re.compile(r'"(%s):([A-Z][A-Za-z0-9]+)"' % "|".join(SERVICES))
    for path in (ENGINE / "src").rglob("*.rs"):
        if "permissions" in path.relative_to(ENGINE).parts:
            continue
        for service, call in pattern.findall(path.read_text()):
            calls[service].add(call)
    return {service: found - NOT_CALLED for service, found in calls.items()}


def codes_of(model, call):
    """Returns the error codes of a call with their HTTP status, null where the model has none."""
    shapes = model["shapes"]
    is_cbor = model["metadata"].get("protocol") == "smithy-rpc-v2-cbor"
    for reference in model["operations"][OPERATIONS.get(call, call)].get("errors", []):
        name = reference["shape"]
        error = shapes[name].get("error", {})
        status = error.get("httpStatusCode")
        code = error.get("code", name)
        yield code, status
        # The CBOR protocol sends the name of the shape, and the older code in a header.
        if is_cbor and code != name:
            yield name, status


def main():
    loader = Loader()
    services = {}
    for service, calls in named_calls().items():
        model = loader.load_service_model(MODELS.get(service, service), "service-2")
        codes = {code: status for call in calls for code, status in codes_of(model, call)}
        services[service] = {"calls": sorted(calls), "codes": dict(sorted(codes.items()))}
    text = json.dumps({"botocore": botocore.__version__, "services": services}, indent=1) + "\n"
    if "--check" not in sys.argv:
        FILE.write_text(text)
    elif FILE.read_text() != text:
        sys.exit(f"{FILE} is out of date: run {__file__}")


if __name__ == "__main__":
    main()
