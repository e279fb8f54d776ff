# /// why
# [[causes]]
# kind = "uneven"
# ///
"""Does work scale whose heavy tasks all fall to one of two workers, in the ratio of three to one?

A worker alone has a light task and a heavy one in turn. Of two, the first that came has the light ones.
"""

from itertools import cycle
from threading import current_thread

LIGHT, HEAVY = 10_000, 30_000
CALLERS = []
IN_TURN = cycle((LIGHT, HEAVY))


def work():
    worker = current_thread()
    if worker not in CALLERS:
        CALLERS.append(worker)
    at_work = [caller for caller in CALLERS if caller.is_alive()]
    if at_work == [worker]:
        add(next(IN_TURN))
    else:
        add(LIGHT if at_work[0] is worker else HEAVY)
    return LIGHT + HEAVY


def add(numbers):
    total = 0
    for number in range(numbers):
        total += number & 7
    return total
