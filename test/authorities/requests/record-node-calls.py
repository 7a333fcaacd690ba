"""Prints the calls that the capture node's Python programs make, without making them: each program runs with a module
`aws` that only notes what it is asked for. Usage: record-node-calls.py <folder of the programs>"""
import base64
import json
import os
import runpy
import sys
import tempfile
import types

calls = []
TOKEN = base64.b64encode(b"AWS:secret").decode()


def call(service, _region, url, method="GET", body=b"", headers=None):
    calls.append({"service": service, "url": url, "method": method, "body": body.decode(), "headers": headers or {}})
    return json.dumps({"authorizationData": [{"authorizationToken": TOKEN}]}).encode()


def play(program, *arguments):
    aws = types.ModuleType("aws")
    aws.call = call
    aws.endpoint = lambda service, region, dns_suffix: f"https://{service}.{region}.{dns_suffix}"
    aws.metadata = lambda path: "i-0123456789abcdef0"
    sys.modules["aws"] = aws
    sys.argv = [program, *arguments]
    try:
        runpy.run_path(program, run_name="__main__")
    except SystemExit:
        pass


programs = sys.argv[1]
with tempfile.TemporaryDirectory() as root:
    # What it fetches has another digest than it wants, so that it gives the launch up: all its calls in one run.
    os.makedirs(f"{root}/etc/traffic-mirror")
    piece = {"key": "agent-1.zip", "version": "v+1", "sha256": "0" * 64}
    with open(f"{root}/etc/traffic-mirror/manifest.json", "w", encoding="utf-8") as file:
        json.dump(
            {
                "region": "eu-west-1",
                "dns_suffix": "amazonaws.com",
                "code_endpoint": "https://code.s3.eu-west-1.amazonaws.com",
                "autoscaling_group_name": "capture-node",
                "launch_hook": "launch",
                "more_units": [],
                "files": piece,
                "agent": piece,
            },
            file,
        )
    os.environ["TRAFFIC_MIRROR_ROOT"] = root
    # The programs' own prints are not part of the answer.
    answer, sys.stdout = sys.stdout, sys.stderr
    play(f"{programs}/bootstrap")
    play(f"{programs}/registry-login", "true", "111122223333.dkr.ecr.eu-west-1.amazonaws.com/suricata:7")
    sys.stdout = answer
print(json.dumps(calls))
