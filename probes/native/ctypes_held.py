# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "native"
# ///
"""Does a C function called through ``ctypes.PyDLL``, which keeps the GIL, run in parallel on threads?

libc sorts 40,000 words with its own ``strcmp``: no Python between the call and the return. ``ctypes_released`` is
the same but for one word, the pair by which introductions to the GIL explain it.
"""

import ctypes
import sys
import zlib

try:
    from ctypes import PyDLL
except ImportError:  # PyPy of 3.9 has none
    PyDLL = None

WORDS = 40_000
LIBC = (PyDLL or ctypes.CDLL)("msvcrt" if sys.platform == "win32" else None)
LIBC.qsort.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_size_t, ctypes.c_void_p)
LIBC.qsort.restype = None


def setup():
    if PyDLL is None:
        raise NotImplementedError("this Python's ctypes has no PyDLL")
    return b"".join(b"%07d\0" % (number * 7_919_991 % 9_999_991) for number in range(WORDS))


def work(words):
    table = (ctypes.c_char * len(words)).from_buffer_copy(words)
    LIBC.qsort(table, WORDS, 8, ctypes.cast(LIBC.strcmp, ctypes.c_void_p))
    return zlib.crc32(table.raw)


def check(result):
    words = setup()
    assert result == zlib.crc32(b"".join(sorted(words[at : at + 8] for at in range(0, len(words), 8)))), result


if __name__ == "__main__":
    import time

    state = setup()
    begun = time.perf_counter()
    answer = work(state)
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
