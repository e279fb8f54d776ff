# /// why
# [[causes]]
# kind = "heap"
# ///
"""Does making a list of 40,000 new floats scale, all of them a worker's own?

Pages are taken from the system and given back, and all threads have one set of pages.
"""

FLOATS = 40_000


def work():
    return len([number * 1.5 for number in range(FLOATS)])
