# /// why
# [[causes]]
# kind = "counts"
# object = "CONFIG"
#
# [[causes]]
# kind = "counts"
# object = 'CONFIG["limit"]'
# ///
"""Does reading one large number from one dict scale: 10,000 times by each worker?

The dict is counted, and so is the number, which is too large to be one of those that Python keeps.
"""

READS = 10_000
CONFIG = {"limit": int("1000000")}


def work():
    total = 0
    for _ in range(READS):
        total += CONFIG["limit"]
    return total
