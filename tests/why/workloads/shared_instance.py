# /// why
# [[causes]]
# kind = "counts"
# object = "ACCOUNT"
# ///
"""Does calling a method of one object scale: 10,000 calls by each worker?

The object is read from the module for every call, and its count goes up and down. The class, its method and the number
that it returns cost nothing, since their counts are deferred, or never move.
"""

CALLS = 10_000


class Account:
    def fee(self):
        return 3


ACCOUNT = Account()


def work():
    total = 0
    for _ in range(CALLS):
        total += ACCOUNT.fee()
    return total
