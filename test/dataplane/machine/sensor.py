"""What a sensor does with its files, for those that Debian does not have: sensor.py zeek|arkime|plain [<argument> ...].

It reads mirror0 as one of a fanout group, writes a line for each packet, begins a new file each second and finishes
its last on SIGTERM. On a full disk Zeek and the plain one lose lines and go on; Arkime ends, as its writer does.
"""
import os
import signal
import socket
import sys
import time

SOL_PACKET, PACKET_FANOUT, SO_RCVBUFFORCE = 263, 18, 33
kind = sys.argv[1]
if kind == "zeek":
    folder, done, name = ".", os.environ["SPOOL_DONE"], "conn.log"
elif kind == "arkime":
    folder = next(word for word in sys.argv if word.startswith("pcapDir="))[8:]
    done, name = None, None  # the entry point hands over what is closed
else:
    folder, done, name = os.environ["SPOOL_OPEN"], os.environ["SPOOL_DONE"], "sensor.log"

ending = False


def end(*_):
    global ending
    ending = True


class Log:
    """One file, unbuffered: what has been written is there, or an error."""

    def __init__(self):
        self.path = os.path.join(folder, name or f"node-{time.time_ns()}.pcap")
        self.file = None
        self.lines = 0

    def write(self, line):
        try:
            if self.file is None:
                self.file = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
            if os.write(self.file, line) != len(line):
                raise OSError("half a line was written")
            self.lines += 1
        except OSError as problem:
            if kind == "arkime":
                sys.exit(f"a write has failed: {problem}")

    def close(self):
        if self.file is None:
            return
        os.close(self.file)
        if done is not None and self.lines > 0:
            try:
                os.rename(self.path, os.path.join(done, f"{time.time_ns()}-{name}"))
            except OSError:
                pass  # it stays, and is found at the next start


def main():
    signal.signal(signal.SIGTERM, end)
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    tap.bind(("mirror0", 0))
    tap.setsockopt(SOL_PACKET, PACKET_FANOUT, 23)
    tap.settimeout(0.1)
    log, number, began = Log(), 0, time.monotonic()
    while not ending:
        try:
            frame = tap.recv(65536)
            number += 1
            log.write(f"{number} {len(frame)}\n".encode())
        except TimeoutError:
            pass
        if time.monotonic() > began + 1:
            log.close()
            log, began = Log(), time.monotonic()
    log.close()


main()
