# /// why
# [[causes]]
# kind = "lock"
# object = "stockroom.registry.Registry._lock"
# ///
"""Does looking things up in a library's registry scale: 50 look-ups by each worker?

Every look-up is done under the lock of a class of the library.
"""

from stockroom.registry import Registry

LOOKUPS = 50


def work():
    total = 0
    for number in range(LOOKUPS):
        total += Registry.shelf(number)
    return total
