#!/usr/bin/python3
"""Installs the agent of Session Manager where the image has none, as Debian's images do not.

The package comes by HTTPS from the bucket that AWS keeps for it in this region. Environment: SSM_AGENT_URL.
A failure is tried again by systemd and does not touch the node's health: capturing does not need the agent.
"""
import os
import shutil
import subprocess
import tempfile
import urllib.request


def main():
    if shutil.which("amazon-ssm-agent") or os.path.exists("/snap/amazon-ssm-agent"):
        print("the image brings the agent", flush=True)
        return
    if not shutil.which("dpkg"):
        print("not a Debian-like image, and it brings no agent: Session Manager will not reach this node", flush=True)
        return
    with tempfile.TemporaryDirectory() as folder:
        package = os.path.join(folder, "amazon-ssm-agent.deb")
        with urllib.request.urlopen(os.environ["SSM_AGENT_URL"], timeout=60) as answer, open(package, "wb") as file:
            shutil.copyfileobj(answer, file)
        subprocess.run(["dpkg", "--install", package], check=True)
    subprocess.run(["systemctl", "enable", "--now", "amazon-ssm-agent.service"], check=True)


main()
