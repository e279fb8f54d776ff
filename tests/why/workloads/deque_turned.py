# /// why
# [[causes]]
# kind = "own lock"
# object = "TURNS"
#
# [[also]]
# kind = "counts"
# object = "TURNS"
# ///
"""Does one deque scale as a queue: 5,000 times on at one end and off at the other by each worker?

Its methods need no lock of the program's, since each of them holds the deque's own.
"""

from collections import deque

STEPS = 5_000
TURNS = deque()


def work():
    for number in range(STEPS):
        TURNS.append(number & 63)
        TURNS.popleft()
    return STEPS
