# /// why
# [[causes]]
# kind = "counts"
# object = "the values of PRICES"
#
# [[also]]
# kind = "counts"
# object = "PRICES"
# ///
"""Does adding up the values of one dict scale: 200 passes over 64 prices by each worker?

Every price is counted up and down. The dict is counted a few times in a pass, which costs little beside its prices.
"""

PASSES = 200
PRICES = {number: number * 1.25 for number in range(64)}


def work():
    total = 0.0
    for _ in range(PASSES):
        for price in PRICES.values():
            total += price
    return total
