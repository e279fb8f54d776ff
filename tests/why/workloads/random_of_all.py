# /// why
# [[causes]]
# kind = "own lock"
# object = "random._inst"
#
# [[also]]
# kind = "counts"
# object = "random._inst"
#
# [[also]]
# kind = "counts"
# object = "random.random"
# ///
"""Does ``random.random()`` scale: 10,000 numbers for each worker?

The functions of the module are methods of one hidden generator, which gives one number at a time.
"""

import random

NUMBERS = 10_000


def work():
    for _ in range(NUMBERS):
        random.random()  # noqa: S311 - no secret comes of it
    return NUMBERS
