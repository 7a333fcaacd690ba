"""Readers that share mirror0 by the kernel's fanout, as Suricata's, Zeek's and Arkime's threads do.

fanout.py <ready file> <workers> <output folder>: at its end (SIGTERM) one capture file for each reader, and the
kernel's own count of what it could not hand over.
"""
import signal
import socket
import struct
import sys

SOL_PACKET, PACKET_STATISTICS, PACKET_FANOUT, PACKET_FANOUT_HASH = 263, 6, 18, 0
SO_RCVBUFFORCE = 33

ready, workers, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
readers = []
for _ in range(workers):
    reader = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    reader.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)
    reader.bind(("mirror0", 0))
    reader.setsockopt(SOL_PACKET, PACKET_FANOUT, 7 | PACKET_FANOUT_HASH << 16)
    reader.setblocking(False)
    readers.append(reader)

signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
with open(ready, "w", encoding="ascii") as file:
    file.write("ready")
signal.sigwait({signal.SIGTERM})
drops = 0
for number, reader in enumerate(readers):
    with open(f"{folder}/fanout-{number}.pcap", "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        while True:
            try:
                frame = reader.recv(65535)
            except BlockingIOError:
                break
            file.write(struct.pack("<IIII", 0, 0, len(frame), len(frame)) + frame)
    drops += struct.unpack("II", reader.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))[1]
print(drops)
