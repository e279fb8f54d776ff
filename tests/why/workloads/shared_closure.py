# /// why
# [[causes]]
# kind = "counts"
# object = "closure of make.<locals>.weights"
# ///
"""Does a closure scale whose cell holds one tuple: 10,000 looks at the tuple by each worker?

The tuple is computed, since one that the compiler makes is immortal.
"""

LOOKS = 10_000


def make():
    weights = tuple(range(3))

    def weigh():
        total = 0
        for _ in range(LOOKS):
            total += weights[1]
        return total

    return weigh


work = make()
