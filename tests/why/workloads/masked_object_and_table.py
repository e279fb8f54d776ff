# /// why
# [[causes]]
# kind = "counts"
# object = "STOCK"
#
# [[causes]]
# kind = "counts"
# object = "STOCK.table"
# ///
"""Does looking things up in a table that an object holds scale: 10,000 look-ups by each worker?

The object and its table are counted both, so that to free one of them wins nothing.
"""

LOOKUPS = 10_000


class Stock:
    def __init__(self):
        self.table = dict.fromkeys(range(64), 5)


STOCK = Stock()


def work():
    total = 0
    for number in range(LOOKUPS):
        total += STOCK.table[number & 63]
    return total
