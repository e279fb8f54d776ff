# /// why
# [[causes]]
# kind = "own lock"
# object = "doubled"
#
# [[also]]
# kind = "counts"
# object = "doubled"
# ///
"""Does one function behind ``lru_cache`` scale: 5,000 hits by each worker?

A cache with a limit notes which of its entries was asked for last, one thread at a time.
"""

from functools import lru_cache

HITS = 5_000


@lru_cache(maxsize=128)
def doubled(number):
    return 2 * number


def work():
    total = 0
    for number in range(HITS):
        total += doubled(number & 63)
    return total
