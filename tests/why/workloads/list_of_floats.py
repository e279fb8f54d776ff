# /// why
# [[causes]]
# kind = "heap"
# on = "3.14t"
# ///
"""Does making a list of 40,000 new floats scale, all of them a worker's own?

What two threads of a bare program get done of what one does, in 20 runs each: 1.75 to 1.99 on 3.13t, where nothing is
lost, and 1.1 to 1.96 on 3.14t, whose processes get 1.9.
"""

FLOATS = 40_000


def work():
    return len([number * 1.5 for number in range(FLOATS)])
