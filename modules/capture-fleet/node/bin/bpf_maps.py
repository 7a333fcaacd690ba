"""Reads and writes the maps of the BPF programs, pinned in a folder: bpf(2), without a capability and without libbpf.

Python, because Debian's bpftool wants capabilities that the agent has not.
"""
import ctypes
import errno
import os
import platform
import struct

FOLDER = os.environ.get("TRAFFIC_MIRROR_MAPS", "/sys/fs/bpf/tc/globals")
SYSCALL = {"x86_64": 321, "aarch64": 280}[platform.machine()]
LOOKUP_ELEM, UPDATE_ELEM, DELETE_ELEM, OBJ_GET, LOOKUP_BATCH = 1, 2, 3, 7, 24
BATCH = 8192  # entries of one call: what it takes for the values of many processors has to be had in one piece
libc = ctypes.CDLL(None, use_errno=True)


def bpf(command, attributes, fine=()):
    """What the call returns, and the attributes as the kernel left them. `fine`: errors that are answers."""
    buffer = ctypes.create_string_buffer(attributes.ljust(128, b"\0"), 128)
    result = libc.syscall(SYSCALL, command, buffer, 128)
    if result < 0 and ctypes.get_errno() not in fine:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result, buffer.raw


def opened(name):
    path = ctypes.create_string_buffer(f"{FOLDER}/{name}".encode())
    return bpf(OBJ_GET, struct.pack("=QII", ctypes.addressof(path), 0, 0))[0]


def processors():
    """How many values an entry of a map by processor has: every processor that the machine may get has one."""
    with open("/sys/devices/system/cpu/possible", encoding="ascii") as file:
        ranges = [[int(end) for end in part.split("-")] for part in file.read().strip().split(",")]
    return sum(each[-1] - each[0] + 1 for each in ranges)


def entries(handle, key_size, value_size):
    """Each (key, value) of a hash map, to be looked at before the next is asked for."""
    keys, values = (ctypes.create_string_buffer(BATCH * size) for size in (key_size, value_size))
    key_view, value_view = memoryview(keys), memoryview(values)
    mark = ctypes.create_string_buffer(8)
    where = [ctypes.addressof(buffer) for buffer in (mark, keys, values)]
    begin = 0
    while True:
        # The end is an error to the kernel, which comes with the last entries.
        attributes = struct.pack("=QQQQIIQQ", begin, *where, BATCH, handle, 0, 0)
        result, answer = bpf(LOOKUP_BATCH, attributes, (errno.ENOENT,))
        for n in range(struct.unpack_from("=I", answer, 32)[0]):
            yield key_view[n * key_size : (n + 1) * key_size], value_view[n * value_size : (n + 1) * value_size]
        if result < 0:
            return
        begin = where[0]


def lookup(handle, key, value_size):
    key, value = ctypes.create_string_buffer(key, len(key)), ctypes.create_string_buffer(value_size)
    bpf(LOOKUP_ELEM, struct.pack("=IxxxxQQQ", handle, ctypes.addressof(key), ctypes.addressof(value), 0))
    return value.raw


def update(handle, key, value):
    key, value = ctypes.create_string_buffer(key, len(key)), ctypes.create_string_buffer(value, len(value))
    bpf(UPDATE_ELEM, struct.pack("=IxxxxQQQ", handle, ctypes.addressof(key), ctypes.addressof(value), 0))


def delete(handle, key):
    """One that is not there is as good."""
    key = ctypes.create_string_buffer(key, len(key))
    bpf(DELETE_ELEM, struct.pack("=IxxxxQ", handle, ctypes.addressof(key)), (errno.ENOENT,))
