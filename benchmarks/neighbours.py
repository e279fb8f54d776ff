"""Busy neighbours: processes that take CPU time from what is measured."""

from __future__ import annotations

import multiprocessing
import random
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


SPELL_S = (0.5, 6.0)


@contextmanager
def spinning(neighbours: int, *, in_spells: bool = False) -> Iterator[None]:
    """Some processes that take CPU time from what is measured, all the time or in spells of random length."""
    target = spin_now_and_then if in_spells else spin
    processes = [multiprocessing.Process(target=target, daemon=True) for _ in range(neighbours)]
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


def spin_now_and_then() -> None:
    """Run for ever, with pauses."""
    chance = random.Random()  # noqa: S311 - no secret
    while True:
        until_s = time.monotonic() + chance.uniform(*SPELL_S)
        while time.monotonic() < until_s:
            pass
        time.sleep(chance.uniform(*SPELL_S))
