# /// why
# [[causes]]
# kind = "lock"
# object = "JOBS.mutex"
#
# [[also]]
# kind = "counts"
# object = "JOBS*"
# ///
"""Does one ``queue.Queue`` scale: 300 jobs put in and taken out by each worker?

It is a deque behind one lock, with conditions to wait on.
"""

from queue import Queue

ROUNDS = 300
JOBS = Queue()


def work():
    for number in range(ROUNDS):
        JOBS.put(number & 63)
        JOBS.get()
    return ROUNDS
