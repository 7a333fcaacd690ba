"""moto's server behind standard input and output instead of a port.

A call is two lengths (32 bits each, big endian), a head in JSON (method, path, headers) and a body; an answer is the same
with status and headers. Calls are answered one after another, in the order in which they came. Without sockets, threads
and a web server between, a call costs a quarter of the processor time that it costs with `moto_server`.

moto's application is the one that `moto_server` runs; what it is called with is WSGI (PEP 3333), with the two names for
the path as it was sent that moto reads besides. Ends when its input does: it cannot outlive whoever started it.
"""

import sys

# Not the folder of this file: `events` or `lambda` must not be taken for packages.
del sys.path[0]

import io
import json
import os
import struct
import traceback
from collections import defaultdict
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote_to_bytes

import botocore
from moto import backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

# moto lists its own folder for every call.
MODULES = frozenset(backends.list_of_moto_modules())
backends.list_of_moto_modules = lambda: MODULES

LENGTHS = struct.Struct(">II")

calls = sys.stdin.buffer
answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
# What moto prints is no answer.
os.dup2(sys.stderr.fileno(), sys.stdout.fileno())


def read(length):
    data = calls.read(length)
    if len(data) < length:
        os._exit(0)
    return data


def environment(head, body):
    path, _, query = head["path"].partition("?")
    environ = {
        "REQUEST_METHOD": head["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "REQUEST_URI": head["path"],
        "RAW_URI": head["path"],
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in head["headers"].items():
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    environ["CONTENT_LENGTH"] = str(len(body))
    return environ


def answer(application, environ):
    began = []
    written = []

    def start_response(status, headers, exc_info=None):
        began[:] = [int(status.split(" ", 1)[0]), headers]
        return written.append

    parts = application(environ, start_response)
    try:
        written.extend(parts)
    finally:
        if hasattr(parts, "close"):
            parts.close()
    return began[0], began[1], b"".join(written)


def lighten_transactions():
    """moto copies the whole table before every transaction, to put it back where one is cancelled: seconds with thousands
    of items. What a transaction names is all that it can change."""
    models = sys.modules["moto.dynamodb.models"]
    from moto.dynamodb.models.dynamo_type import DynamoType

    original = models.DynamoDBBackend.transact_write_items
    copy = models.copy

    def copied(table, transact_items):
        light = copy.copy(table)
        light.items = defaultdict(dict)
        for partition, held in table.items.items():
            light.items[partition] = dict(held) if isinstance(held, dict) else held
        for operation in (next(iter(item.values())) for item in transact_items):
            key = operation.get("Key") or operation.get("Item") or {}
            held, last = light.items, table.hash_key_attr
            if table.range_key_attr is not None and table.hash_key_attr in key:
                held, last = held.get(DynamoType(key[table.hash_key_attr]), {}), table.range_key_attr
            name = DynamoType(key[last]) if last in key else None
            if name in held:
                held[name] = copy.deepcopy(held[name])
        return light

    def transact(backend, transact_items):
        def deepcopy(thing, *rest):
            return copied(thing, transact_items) if isinstance(thing, models.Table) else copy.deepcopy(thing, *rest)

        models.copy = SimpleNamespace(copy=copy.copy, deepcopy=deepcopy)
        try:
            return original(backend, transact_items)
        finally:
            models.copy = copy

    models.DynamoDBBackend.transact_write_items = transact


lightened = False
application = DomainDispatcherApplication(create_backend_app)
while True:
    head_length, body_length = LENGTHS.unpack(read(LENGTHS.size))
    head = json.loads(read(head_length))
    body = read(body_length)
    # moto loads a service when it is first asked for it, which takes a second.
    if not lightened and "moto.dynamodb.models" in sys.modules:
        lighten_transactions()
        lightened = True
    try:
        # Not moto's: where botocore has AWS's models of its APIs.
        if head["path"] == "/_models":
            status, headers, data = 200, [], str(Path(botocore.__file__).parent / "data").encode()
        else:
            status, headers, data = answer(application, environment(head, body))
    except Exception as error:
        traceback.print_exc()
        said = "".join(traceback.format_exception_only(type(error), error))
        status, headers, data = 500, [["content-type", "text/plain"]], said.encode()
    answer_head = json.dumps({"status": status, "headers": headers}).encode()
    answers.write(LENGTHS.pack(len(answer_head), len(data)) + answer_head + data)
    answers.flush()
