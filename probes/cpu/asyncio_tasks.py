# /// script
# requires-python = ">=3.8"
# dependencies = []
# [tool.gilscope]
# kind = "cpu"
# ///
"""What do asyncio's tasks cost: 300 made, each switched to ten times, and gathered by one event loop?

With a loop in each of several threads (the models ``threads`` and ``asyncio-threads``), it asks whether loops run side
by side: they share what asyncio keeps of all loops and tasks.
"""

import asyncio

TASKS = 300
SWITCHES = 10


async def task(number):
    for _ in range(SWITCHES):
        await asyncio.sleep(0)
    return number


async def work():
    return sum(await asyncio.gather(*(task(number) for number in range(TASKS))))


def check(result):
    assert result == TASKS * (TASKS - 1) // 2, result


if __name__ == "__main__":
    import time

    begun = time.perf_counter()
    answer = asyncio.run(work())
    took = time.perf_counter() - begun
    print(f"{answer!r:.60}: one unit took {took * 1e3:.2f} ms")
