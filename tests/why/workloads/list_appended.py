# /// why
# [[causes]]
# kind = "own lock"
# object = "EVENTS"
#
# [[also]]
# kind = "counts"
# object = "EVENTS"
# ///
"""Does appending to one list scale: 5,000 times on and off by each worker?

A list lets one thread change it at a time.
"""

APPENDS = 5_000
EVENTS = []


def work():
    for number in range(APPENDS):
        EVENTS.append(number & 63)
        EVENTS.pop()
    return APPENDS
