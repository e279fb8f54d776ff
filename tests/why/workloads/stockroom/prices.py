"""What everything costs."""

_per_item = {number: number * 1.25 for number in range(64)}


def of_everything():
    total = 0.0
    for price in _per_item.values():
        total += price
    return total
