"""Signed requests to AWS with nothing but Python's own library, because stock images have no AWS tools: what the
bootstrap and registry-login need. Instance metadata by IMDSv2, signature version 4 (AWS, "Signature Version 4 signing
process").

AWS_EC2_METADATA_SERVICE_ENDPOINT and AWS_ENDPOINT_URL lead elsewhere, as they do for AWS's own tools.
"""
import datetime
import hashlib
import hmac
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request

METADATA = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254").rstrip("/")
TRIES = int(os.environ.get("TRAFFIC_MIRROR_TRIES", "8"))


def send(request, timeout=20):
    """The body of the answer. Tries again, with growing pauses, what a moment later may work."""
    for attempt in range(TRIES):
        try:
            # No proxy: everything asked here is in the VPC.
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(request, timeout=timeout) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            text = error.read(400).decode("utf-8", "replace")
            # A role that is minutes old may still be refused (IAM is eventually consistent).
            if attempt == TRIES - 1 or error.code not in (403, 429, 500, 502, 503, 504):
                raise RuntimeError(f"{request.full_url} answered {error.code}: {text}") from None
        except OSError as error:
            if attempt == TRIES - 1:
                raise RuntimeError(f"{request.full_url} cannot be reached: {error}") from None
        time.sleep(min(2**attempt / 4, 15))
    raise RuntimeError(f"{request.full_url}: no try was allowed")


def metadata(path):
    token = send(
        urllib.request.Request(
            f"{METADATA}/latest/api/token", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "300"}
        )
    ).decode()
    request = urllib.request.Request(f"{METADATA}/latest/{path}", headers={"X-aws-ec2-metadata-token": token})
    return send(request).decode()


def credentials():
    role = metadata("meta-data/iam/security-credentials/").split("\n")[0]
    return json.loads(metadata(f"meta-data/iam/security-credentials/{role}"))


def endpoint(service, region, dns_suffix):
    return os.environ.get("AWS_ENDPOINT_URL") or f"https://{service}.{region}.{dns_suffix}"


def call(service, region, url, method="GET", body=b"", headers=None):
    """The body of the answer to one signed request. The path of `url` must need no escaping."""
    keys = credentials()
    place = urllib.parse.urlsplit(url)
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    signed = {
        **{name.lower(): value for name, value in (headers or {}).items()},
        "host": place.netloc,
        "x-amz-content-sha256": digest,
        "x-amz-date": now,
        "x-amz-security-token": keys["Token"],
    }
    names = ";".join(sorted(signed))
    query = "&".join(sorted(place.query.split("&"))) if place.query else ""
    lines = [f"{name}:{signed[name]}" for name in sorted(signed)]
    canonical = "\n".join([method, place.path or "/", query, *lines, "", names, digest])
    scope = f"{now[:8]}/{region}/{service}/aws4_request"
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = f"AWS4{keys['SecretAccessKey']}".encode()
    for part in (now[:8], region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    signed["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={keys['AccessKeyId']}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    del signed["host"]
    return send(urllib.request.Request(url, data=body or None, method=method, headers=signed))
