"""What two revisions are compared by."""

from shop.prices import total


def f():
    return total()
