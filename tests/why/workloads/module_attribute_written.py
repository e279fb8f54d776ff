# /// why
# [[causes]]
# kind = "own lock"
# object = "globals()"
# ///
"""Does writing one global scale: 20,000 writes by each worker?

The variables of a module are one dict, which lets one thread change it at a time.
"""

WRITES = 20_000
latest = 0


def work():
    global latest  # noqa: PLW0603 - this is what is asked about
    for number in range(WRITES):
        latest = number & 63
    return WRITES
