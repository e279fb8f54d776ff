"""Work with arguments."""


def resize(size, mode="slow"):
    step = 2 if mode == "fast" else 1
    return sum(range(0, size * 10, step))


def parse():
    return [word.upper() for word in ("to be or not to be " * 100).split()]
