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
# ///
"""Does counting in a ``threading.local`` scale: 10,000 steps by each worker?

What it holds is each worker's own, and yet the object is one. From 3.14 on its count is deferred.
"""

from threading import local

STEPS = 10_000
CONTEXT = local()


def work():
    CONTEXT.depth = 0
    for _ in range(STEPS):
        CONTEXT.depth += 1
    return CONTEXT.depth
