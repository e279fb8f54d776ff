"""What has been bought and is to be sent."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from .prices import total


async def send():
    await asyncio.sleep(0.001)
    return total()


def pack():
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.submit(total).result() for _ in range(2))


def pack_with(workers):
    with ThreadPoolExecutor(workers) as pool:
        return sum(future.result() for future in [pool.submit(total) for _ in range(4)])
