# /// why
# causes = []
# ///
"""Does work scale that reads one shared dict and takes one shared lock, once in a millisecond?

Their counts move, and the lock is held, and it costs nothing.
"""

from threading import Lock

ADDITIONS = 20_000
SETTINGS = {"step": 1_000_000}
LOCK = Lock()
DONE = [0]


def work():
    step = SETTINGS["step"]
    total = 0
    for number in range(ADDITIONS):
        total += number & 7
    with LOCK:
        DONE[0] += 1
    return total + step
