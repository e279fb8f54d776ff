# /// why
# [[causes]]
# kind = "counts"
# object = "Rates.table"
# ///
"""Does reading a table that a class holds scale: 10,000 look-ups by each worker?

The count of the table moves; that of the class is deferred, and the small numbers in the table are immortal.
"""

LOOKUPS = 10_000


class Rates:
    table = dict.fromkeys(range(64), 5)


def work():
    total = 0
    for number in range(LOOKUPS):
        total += Rates.table[number & 63]
    return total
