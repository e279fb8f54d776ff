# /// why
# causes = []
# ///
"""Does it scale to make objects of one class, and to keep their attributes in a dict, all of it one's own?

The class is shared, and its count deferred. No more than one object lives at a time, so that nothing is collected.
"""

POINTS = 4_000


class Point:
    def __init__(self, x, y):
        self.x = x
        self.y = y


def work():
    total = 0
    for number in range(POINTS):
        point = Point(number, 2 * number)
        named = {"x": point.x, "y": point.y}
        total += named["x"] + named["y"]
    return total
