# /// why
# [[causes]]
# kind = "lock"
# object = "LEDGER.lock"
#
# [[also]]
# kind = "counts"
# object = "LEDGER"
# ///
"""Does an object scale that guards its methods by a lock: 50 bookings, each of which calls itself once more?

The lock is an ``RLock``, which its owner may take again.
"""

from threading import RLock

BOOKINGS = 50
ENTRIES = 400


class Ledger:
    def __init__(self):
        self.lock = RLock()

    def book(self):
        with self.lock:
            return self.sum_of_entries()

    def sum_of_entries(self):
        total = 0
        with self.lock:
            for number in range(ENTRIES):
                total += number & 7
        return total


LEDGER = Ledger()


def work():
    total = 0
    for _ in range(BOOKINGS):
        total += LEDGER.book()
    return total
