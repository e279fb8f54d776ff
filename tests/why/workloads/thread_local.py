# /// why
# [[causes]]
# kind = "counts"
# object = "CONTEXT"
# on = "3.13t"
#
# [[also]]
# kind = "own lock"
# object = "CONTEXT"
# on = "3.13t"
#
# [[also]]
# kind = "heap"
# on = "3.13t"
# ///
"""Does counting in a ``threading.local`` scale: 10,000 steps by each worker?

What it holds is each worker's own, and yet the object is one, and so is its type, whose count 3.13 moves with each
assignment: no copy parts that. From 3.14 on both counts are deferred.
"""

from threading import local

STEPS = 10_000
CONTEXT = local()


def work():
    CONTEXT.depth = 0
    for _ in range(STEPS):
        CONTEXT.depth += 1
    return CONTEXT.depth
