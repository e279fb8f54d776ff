# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "io"
# ///
"""Does work with files overlap: 10 files of 64 KiB written and read again?

Every system call releases the GIL. Nothing is flushed to the disk (no fsync), so it is the kernel's cache that answers:
what remains is copying, and the calls themselves.
"""

import tempfile
from pathlib import Path

FILES = 10
SIZE = 65_536


def work():
    total = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(FILES):
            Path(folder, str(number)).write_bytes(bytes([number]) * SIZE)
        for number in range(FILES):
            total += Path(folder, str(number)).read_bytes().count(number)
    return total


def check(result):
    assert result == FILES * SIZE, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
