# /// why
# [[causes]]
# kind = "own lock"
# object = "PROGRESS"
#
# [[also]]
# kind = "counts"
# object = "PROGRESS"
# ///
"""Does writing to one dict scale where each worker has a key of its own: 10,000 writes?

Two keys are no help: the dict lets one thread change it at a time.
"""

from threading import get_ident

WRITES = 10_000
PROGRESS = {}


def work():
    worker = get_ident()
    for number in range(WRITES):
        PROGRESS[worker] = number & 63
    return WRITES
