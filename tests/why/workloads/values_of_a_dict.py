# /// why
# [[causes]]
# kind = "counts"
# object = "the values of PRICES"
# ///
"""Does adding up the values of one dict scale: 200 passes over 64 prices by each worker?

Every price is counted up and down. The dict is asked for once in a pass, so that its own count hardly moves.
"""

PASSES = 200
PRICES = {number: number * 1.25 for number in range(64)}


def work():
    total = 0.0
    for _ in range(PASSES):
        for price in PRICES.values():
            total += price
    return total
