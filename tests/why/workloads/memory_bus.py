# /// why
# [[causes]]
# kind = "machine"
# ///
"""Does copying 32 MiB scale, within buffers that are nobody else's for as long?

The CPUs wait for the memory, and two of them for one memory.
"""

SIZE = 16 << 20
POOL = [(bytearray(SIZE), bytearray(SIZE)) for _ in range(2)]


def work():
    try:
        one, other = POOL.pop()
    except IndexError:
        one, other = bytearray(SIZE), bytearray(SIZE)
    memoryview(one)[:] = other
    memoryview(other)[:] = one
    POOL.append((one, other))
    return SIZE
