# /// why
# may_scale = true
# [[causes]]
# kind = "machine"
# ///
"""Does copying 48 MiB scale, from one buffer to another that nobody else has for as long?

The CPUs wait for the memory, and two of them for one memory. Both buffers together are larger than most caches. There
are machines whose memory has enough for two.
"""

SIZE = 48 << 20
POOL = []


def work():
    try:
        source, target = POOL.pop()
    except IndexError:
        source, target = bytearray(SIZE), bytearray(SIZE)
    memoryview(target)[:] = source
    POOL.append((source, target))
    return SIZE
