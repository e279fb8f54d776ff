# /// why
# [[causes]]
# kind = "machine"
# ///
"""Does copying 64 MiB within each worker's own memory scale?

The CPUs wait for the memory, and two of them for one memory.
"""

from threading import local

SIZE = 32 << 20
OWN = local()


def work():
    if not hasattr(OWN, "halves"):
        OWN.halves = bytearray(SIZE), bytearray(SIZE)
    one, other = OWN.halves
    memoryview(one)[:] = other
    memoryview(other)[:] = one
    return SIZE
