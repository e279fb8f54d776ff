# /// why
# [[causes]]
# kind = "lock"
# object = "LOCK"
#
# [[causes]]
# kind = "counts"
# object = "ACCOUNT"
# ///
"""Does calling a shared object's method under a lock scale: 50 times 200 calls by each worker?

The lock lets one worker in at a time, so that the count costs little. Without the lock, the count costs all.
"""

from threading import Lock

TURNS = 50
CALLS = 200
LOCK = Lock()


class Account:
    def fee(self):
        return 3


ACCOUNT = Account()


def work():
    total = 0
    for _ in range(TURNS):
        with LOCK:
            for _ in range(CALLS):
                total += ACCOUNT.fee()
    return total
