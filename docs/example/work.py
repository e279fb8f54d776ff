"""The requests of a day by the hour, from the lines of a server's log."""

from collections import Counter


def crunch():
    hours = Counter()
    for minute in range(24 * 60):
        line = f"{minute // 60:02}:{minute % 60:02} GET /shop/{minute % 7} 200"
        hours[line.partition(":")[0]] += 1
    return hours.most_common(3)
