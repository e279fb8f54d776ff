# /// why
# [[causes]]
# kind = "own lock"
# object = "EVENTS"
#
# [[causes]]
# kind = "counts"
# object = "LIMITS"
#
# [[also]]
# kind = "counts"
# object = "EVENTS"
# ///
"""Does appending one shared tuple to one list scale: 5,000 times on and off by each worker?

The list lets one thread change it at a time, and what it takes in is counted.
"""

APPENDS = 5_000
EVENTS = []
LIMITS = tuple(range(3))


def work():
    for _ in range(APPENDS):
        EVENTS.append(LIMITS)
        EVENTS.pop()
    return APPENDS
