# /// why
# [[causes]]
# kind = "lock"
# object = "LOCK"
# ///
"""Does work under one lock scale: 50 times 400 additions by each worker?"""

from threading import Lock

TURNS = 50
ADDITIONS = 400
LOCK = Lock()


def work():
    total = 0
    for _ in range(TURNS):
        with LOCK:
            for number in range(ADDITIONS):
                total += number & 7
    return total
