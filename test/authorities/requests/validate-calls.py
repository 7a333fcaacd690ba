"""Findings about signed HTTP calls, by the models that AWS publishes with botocore. In: a list of calls
(record-node-calls.py) on standard input. Out: a list of texts, empty where all is well."""
import json
import sys
import urllib.parse

import botocore.session
from botocore.validate import ParamValidator

session = botocore.session.get_session()


def validated(model, name, parameters):
    if name not in model.operation_names:
        return [f"there is no operation {name}"]
    report = ParamValidator().validate(parameters, model.operation_model(name).input_shape)
    return [report.generate_report()] if report.has_errors() else []


def json_call(model, call):
    headers = {name.lower(): value for name, value in call["headers"].items()}
    prefix, _, name = headers.get("x-amz-target", "").rpartition(".")
    found = [] if prefix == model.metadata["targetPrefix"] else [f"the target is not {model.metadata['targetPrefix']}"]
    wanted = f"application/x-amz-json-{model.metadata['jsonVersion']}"
    if headers.get("content-type") != wanted:
        found.append(f"the content type is not {wanted}")
    return found + validated(model, name, json.loads(call["body"]))


def query_call(model, call):
    fields = dict(urllib.parse.parse_qsl(call["body"], strict_parsing=True))
    version = fields.pop("Version", None)
    found = [] if version == model.api_version else [f"the version is {version} and not {model.api_version}"]
    return found + validated(model, fields.pop("Action", ""), fields)


def object_call(model, call):
    """Reading an object is all that is done by REST here."""
    if call["method"] != "GET":
        return [f"{call['method']} of an object is not known here"]
    members = model.operation_model("GetObject").input_shape.members.values()
    known = [shape.serialization.get("name") for shape in members if shape.serialization.get("location") == "querystring"]
    given = urllib.parse.parse_qs(urllib.parse.urlsplit(call["url"]).query)
    return [f"GetObject has no parameter {name}" for name in given if name not in known]


def findings(call):
    model = session.get_service_model(call["service"])
    if model.signing_name != call["service"]:
        return [f"signed for {call['service']} and not for {model.signing_name}"]
    host = urllib.parse.urlsplit(call["url"]).netloc
    protocol = model.metadata["protocol"]
    if protocol == "rest-xml":
        return object_call(model, call)
    found = [] if host.startswith(f"{model.endpoint_prefix}.") else [f"{host} is not of {model.endpoint_prefix}"]
    return found + {"json": json_call, "query": query_call}[protocol](model, call)


print(json.dumps([f"{call['service']}: {text}" for call in json.load(sys.stdin) for text in findings(call)]))
