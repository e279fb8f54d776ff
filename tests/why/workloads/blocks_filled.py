# /// why
# [[causes]]
# kind = "heap"
# ///
"""Does filling 40 blocks of a mebibyte scale, each of them a worker's own and gone at once?

A block of that size may come from the system anew, page by page, and go back there.
"""

BLOCKS = 40
SIZE = 1 << 20


def work():
    size = 0
    for _ in range(BLOCKS):
        size += len(b"x" * SIZE)
    return size
