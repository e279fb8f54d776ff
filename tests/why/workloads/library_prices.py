# /// why
# [[causes]]
# kind = "counts"
# object = "the values of stockroom.prices._per_item"
#
# [[also]]
# kind = "counts"
# object = "stockroom.prices._per_item"
# ///
"""Does pricing orders by a library scale: 200 orders of 64 items by each worker?

The prices lie in a dict of the library, which its caller never sees.
"""

from stockroom import prices

ORDERS = 200


def work():
    total = 0.0
    for _ in range(ORDERS):
        total += prices.of_everything()
    return total
