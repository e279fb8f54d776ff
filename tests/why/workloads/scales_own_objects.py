# /// why
# causes = []
# ///
"""Does it scale to make objects of one class, and to keep them in a list and a dict of one's own?

The class is shared, and its count deferred.
"""

POINTS = 2_000


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def work():
    points = [Point(number, 2 * number) for number in range(POINTS)]
    by_place = {point.x: point for point in points}
    return sum(by_place[place].y for place in by_place)
