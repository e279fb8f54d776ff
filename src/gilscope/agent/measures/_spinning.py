"""The work of the lanes that show how many CPUs the machine gives: arithmetic in a process that shares nothing."""

from __future__ import annotations

TURNS = 1000


def work() -> None:
    """Spin for some microseconds, on nothing that any other worker could hold."""
    for _ in range(TURNS):
        pass
