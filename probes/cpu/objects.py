# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What does making, linking and dropping 2,000 small objects cost?

Allocation and reference counting are what the free-threaded build changed most (mimalloc, biased reference counts), so
this is where its price should show.
"""


class Node:
    def __init__(self, value, left=None, right=None):
        self.value = value
        self.left = left
        self.right = right


def tree(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return Node({"key": middle, "tags": (middle, str(middle))}, tree(low, middle), tree(middle + 1, high))


def total(node):
    if node is None:
        return 0
    return node.value["key"] + total(node.left) + total(node.right)


def work():
    return total(tree(0, 2_000))


def check(result):
    assert result == 1_999 * 2_000 // 2, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = work()
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
