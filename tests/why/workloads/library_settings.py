# /// why
# [[causes]]
# kind = "counts"
# object = "stockroom.settings.current"
# ///
"""Does asking a library for its settings scale: 10,000 times by each worker?

They are one object, which everybody is handed.
"""

from stockroom import settings

LOOKS = 10_000


def work():
    total = 0
    for _ in range(LOOKS):
        total += settings.get().retries
    return total
