# /// why
# [[causes]]
# kind = "collector"
# ///
"""Does making garbage in cycles scale beside 20,000 live objects: 2,000 pairs by each worker?

Every collection stops all threads and looks at all objects. No object is shared.
"""

ALIVE = [[number] for number in range(20_000)]
PAIRS = 2_000


def work():
    for _ in range(PAIRS):
        one, other = [], []
        one.append(other)
        other.append(one)
    return PAIRS
