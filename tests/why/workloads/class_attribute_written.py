# /// why
# [[causes]]
# kind = "own lock"
# object = "Meter"
#
# [[also]]
# kind = "lock"
# object = "Meter"
#
# [[also]]
# kind = "heap"
# ///
"""Does writing one attribute of a class scale: 2,000 writes by each worker?

Whoever changes a class holds the lock of all classes, and voids what is known of this one. That lock is in no object.
"""

WRITES = 2_000


class Meter:
    reading = 0


def work():
    for number in range(WRITES):
        Meter.reading = number & 63
    return WRITES
