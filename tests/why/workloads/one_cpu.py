# /// why
# [[causes]]
# kind = "machine"
# ///
"""Does arithmetic scale in a process that a library keeps on the first CPU?

What holds on to a CPU when it is imported takes all others away from every thread that comes after it.
"""

import os

ADDITIONS = 20_000


def keep_to_the_first_cpu():
    if not hasattr(os, "sched_setaffinity"):
        raise NotImplementedError("this system has no sched_setaffinity")
    for cpu in range(os.cpu_count()):
        try:
            os.sched_setaffinity(0, {cpu})
        except OSError:
            continue
        return


keep_to_the_first_cpu()


def work():
    total = 0
    for number in range(ADDITIONS):
        total += number & 7
    return total
