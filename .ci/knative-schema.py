"""Prints the JSON schema of a Kubernetes resource, from its definition (CRD); unknown members are refused by it.

    python knative-schema.py DEFINITION
"""

import json
import sys

import yaml


def refuse_unknown(schema):
    """Members that are not named are mistakes, unless the definition says that there may be any."""
    if isinstance(schema, list):
        return [refuse_unknown(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {key: refuse_unknown(value) for key, value in schema.items()}
    keeps_all = schema.get("x-kubernetes-preserve-unknown-fields", False)
    if isinstance(schema.get("properties"), dict) and "additionalProperties" not in schema and not keeps_all:
        strict["additionalProperties"] = False
    if schema.get("x-kubernetes-int-or-string"):
        strict.pop("type", None)
    return strict


with open(sys.argv[1]) as file:
    definition = yaml.safe_load(file)
[version] = [version for version in definition["spec"]["versions"] if version["storage"]]
schema = refuse_unknown(version["schema"]["openAPIV3Schema"])
# Every resource has these, and a definition leaves them to Kubernetes.
schema["properties"].update(apiVersion={"type": "string"}, kind={"type": "string"}, metadata={"type": "object"})
print(json.dumps(schema))
