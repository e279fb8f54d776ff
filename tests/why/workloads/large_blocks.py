# /// why
# [[causes]]
# kind = "heap"
# ///
"""Does making blocks of a mebibyte scale, 16 of them by each worker, none of them shared?

Memory that is given back in large pieces goes back to the system, and comes from there anew, page by page.
"""

BLOCKS = 16
SIZE = 1 << 20


def work():
    for _ in range(BLOCKS):
        bytearray(SIZE)
    return BLOCKS
