# /// why
# causes = []
# ///
"""Does arithmetic on a worker's own numbers scale: 20,000 additions?"""

ADDITIONS = 20_000


def work():
    total = 0
    for number in range(ADDITIONS):
        total += number & 7
    return total
