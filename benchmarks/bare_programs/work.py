"""Ten workloads of unlike kinds, as people write them: nothing here knows that it is measured."""

import hashlib
import json
import os
import tempfile
import threading
import zlib
from concurrent.futures import ThreadPoolExecutor

from shop import orders

TABLE = {number: number * 0.5 for number in range(256)}
LOCK = threading.Lock()
COUNTED = {"calls": 0}
TEXT = json.dumps([{"name": f"item {number}", "price": number * 1.25} for number in range(400)])


class Point:
    """A point that moves."""

    def __init__(self, x: float, y: float) -> None:
        self.x = x
        self.y = y

    def moved(self, by: float) -> "Point":
        """A new point beside this one."""
        return Point(self.x + by, self.y - by)


class Node:
    """A node that knows its neighbour, and the neighbour knows it."""

    def __init__(self) -> None:
        self.other = self
        self.data = [0]


def arithmetic() -> float:
    """Multiply a float by a literal."""
    x = 1.0
    for _ in range(60_000):
        x *= 1.0001
        if x > 1e6:
            x = 1.0
    return x


def objects() -> float:
    """Make objects, and let them go."""
    point = Point(0.0, 0.0)
    for _ in range(12_000):
        point = point.moved(0.5)
    return point.x


def shared_dict() -> float:
    """Read and write a dict that all threads share."""
    total = 0.0
    for number in range(20_000):
        total += TABLE[number & 255]
        if number % 16 == 0:
            TABLE[number & 255] = (number & 255) * 0.5
    return total


def lock() -> int:
    """Count under a lock."""
    for _ in range(8_000):
        with LOCK:
            COUNTED["calls"] += 1
    return 8_000


def c_code() -> str:
    """Compress, hash and parse."""
    digest = ""
    for _ in range(2):
        packed = zlib.compress(TEXT.encode() * 4, 6)
        digest = hashlib.sha256(packed * 40).hexdigest()
        json.loads(TEXT)
    return digest


def files() -> int:
    """Write a few files, read them back, remove them."""
    size = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(12):
            path = os.path.join(folder, str(number))
            with open(path, "w", encoding="utf-8") as file:
                file.write(TEXT)
            with open(path, encoding="utf-8") as file:
                size += len(file.read())
    return size


def _spin(count: int) -> int:
    total = 0
    for number in range(count):
        total += number & 7
    return total


def own_pool() -> int:
    """Spread arithmetic over two threads of its own."""
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(_spin, [150_000] * 2))


def large_result() -> "list[int]":
    """Return a long list, made at once: one that grows is moved, or not, by what lies behind it in memory."""
    return list(range(50_000))


def cycles() -> int:
    """Make rubbish that only the collector can take away."""
    for _ in range(6_000):
        one, other = Node(), Node()
        one.other, other.other = other, one
    return 6_000


def package() -> int:
    """Price a few orders with the modules of a package."""
    return orders.total(40)
