# /// why
# [[causes]]
# kind = "heap"
# ///
"""Does making compressors scale, 40 of them by each worker, each for a line of text?

zlib takes its quarter of a mebibyte from the C library, which gives it back to the system soon after.
"""

import zlib

LINES = 40
LINE = b"to be or not to be, that is the question"


def work():
    size = 0
    for _ in range(LINES):
        compressor = zlib.compressobj(1)
        size += len(compressor.compress(LINE) + compressor.flush())
    return size
