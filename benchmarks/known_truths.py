"""Workloads of which it is known by construction what two workers gain; benchmarks/verdicts.py measures them."""

from __future__ import annotations

import asyncio
import hashlib
import time
from threading import Lock, Thread

ADDITIONS = 20_000
FEW = 100
PAUSE_S = 0.002
BLOCK = bytes(2**21)
LOCK = Lock()


def arithmetic() -> int:
    """Add up numbers of a worker's own."""
    total = 0
    for number in range(ADDITIONS):
        total += number & 7
    return total


def locked() -> int:
    """Add up numbers while holding a lock that all threads share."""
    with LOCK:
        return arithmetic()


def made_lock() -> Lock:
    """Make the state that threads share, and of which every process has a copy."""
    return Lock()


def locked_by(lock: Lock) -> int:
    """Add up numbers while holding a lock that may be a copy."""
    with lock:
        return arithmetic()


def sleeping() -> None:
    """Wait, holding nothing."""
    time.sleep(PAUSE_S)


def sleeping_locked() -> None:
    """Wait while holding a lock that all threads share."""
    with LOCK:
        time.sleep(PAUSE_S)


def hashing() -> str:
    """Hash two megabytes in C, which releases the GIL."""
    return hashlib.sha256(BLOCK).hexdigest()


async def awaiting() -> None:
    """Wait in an event loop, which can do other things meanwhile."""
    await asyncio.sleep(PAUSE_S)


def small_pieces(workers: int) -> int:
    """Start a thread for each share of a sum that takes far less time than starting one."""
    sums: list[int] = []
    threads = [Thread(target=lambda: sums.append(sum(1 for _ in range(FEW // workers)))) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(sums)
