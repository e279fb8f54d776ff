# /// why
# [[causes]]
# kind = "collector"
# ///
"""Does work scale that ends with a collection of its own, as some servers do after each request?

Everybody waits for everybody's collections.
"""

import gc

ADDITIONS = 5_000


def work():
    total = 0
    for number in range(ADDITIONS):
        total += number & 7
    gc.collect()
    return total
