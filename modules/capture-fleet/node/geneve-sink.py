#!/usr/bin/python3
"""Takes the fleet's GENEVE packets, counts them and throws them away.

A placeholder for the capture node proper: it shows that traffic arrives, it does not analyse or keep it.
Environment: GENEVE_PORT. The counts go to the journal once a minute.
"""
import os
import socket
import time

REPORT_SECONDS = 60


def main():
    sink = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sink.bind(("0.0.0.0", int(os.environ["GENEVE_PORT"])))
    sink.settimeout(REPORT_SECONDS)
    buffer = bytearray(65535)
    packets = size = 0
    report_at = time.monotonic() + REPORT_SECONDS
    while True:
        try:
            size += sink.recv_into(buffer)
            packets += 1
        except socket.timeout:
            pass
        if time.monotonic() >= report_at:
            print(f"packets={packets} bytes={size}", flush=True)
            report_at = time.monotonic() + REPORT_SECONDS


main()
