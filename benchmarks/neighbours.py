"""Busy neighbours: processes that take CPU time from what is measured."""

from __future__ import annotations

import multiprocessing
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def spinning(neighbours: int) -> Iterator[None]:
    """Some processes that take CPU time from what is measured."""
    processes = [multiprocessing.Process(target=spin, daemon=True) for _ in range(neighbours)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.join()


def spin() -> None:
    """Run for ever."""
    while True:
        pass
