# /// why
# [[causes]]
# kind = "counts"
# object = "the values of RECORDS"
# ///
"""Does reading the records of one list scale: 200 passes over 64 of them by each worker?

The records are counted; their amounts are immortal.
"""

PASSES = 200


class Record:
    def __init__(self, amount):
        self.amount = amount


RECORDS = [Record(number) for number in range(64)]


def work():
    total = 0
    for _ in range(PASSES):
        for record in RECORDS:
            total += record.amount
    return total
