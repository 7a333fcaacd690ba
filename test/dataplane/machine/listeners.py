"""Sockets of the node that no mirrored packet may reach: listeners.py <ready file> <port> ...

Listens by UDP and TCP on every address and each port that is free, and says at its end (SIGTERM) what it received:
"<datagrams and connections>".
"""
import select
import signal
import socket
import sys

received = 0
sockets = []
for port in map(int, sys.argv[2:]):
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        listener = socket.socket(socket.AF_INET6, kind)
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        try:
            listener.bind(("::", port))
        except OSError:
            continue  # the kernel's own: geneve or vxlan
        if kind == socket.SOCK_STREAM:
            listener.listen()
        listener.setblocking(False)
        sockets.append(listener)

stopped = []
signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
with open(sys.argv[1], "w", encoding="ascii") as ready:
    ready.write(str(len(sockets)))
while not stopped:
    for listener in select.select(sockets, [], [], 0.1)[0]:
        try:
            if listener.type == socket.SOCK_STREAM:
                listener.accept()
            else:
                listener.recv(65535)
            received += 1
        except BlockingIOError:
            pass
print(received)
