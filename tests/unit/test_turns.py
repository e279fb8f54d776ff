"""Turns on a machine: one contest at a time, in the order in which they were asked for."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest

from gilscope import locks
from gilscope.lab import turns

if TYPE_CHECKING:
    from pathlib import Path

ENOUGH_S = 30


def _nobody_waits(_: int | None) -> None:
    pytest.fail("somebody waits")


class Another:
    """Somebody else who measures, in a thread of its own, until its ``end`` is set."""

    def __init__(self, folder: Path, order: list[str], name: str) -> None:
        self.begun, self.waiting, self.end = threading.Event(), threading.Event(), threading.Event()
        self.holders: list[int | None] = []
        self._thread = threading.Thread(target=self._measure, args=(folder, order, name))
        self._thread.start()

    def _measure(self, folder: Path, order: list[str], name: str) -> None:
        with turns.turn(folder, self._wait):
            order.append(name)
            self.begun.set()
            assert self.end.wait(ENOUGH_S)

    def _wait(self, holder: int | None) -> None:
        self.holders.append(holder)
        self.waiting.set()

    def over(self) -> None:
        """End it, and wait until it is."""
        self.end.set()
        self._thread.join(ENOUGH_S)


def test_who_has_ended_a_contest_comes_behind_those_that_waited_meanwhile(tmp_path: Path) -> None:
    """Otherwise a long run would keep out all others to its end."""
    order: list[str] = []
    long_run = Another(tmp_path, order, "first")
    assert long_run.begun.wait(ENOUGH_S)
    other = Another(tmp_path, order, "other")
    assert other.waiting.wait(ENOUGH_S)
    again = Another(tmp_path, order, "again")
    assert again.waiting.wait(ENOUGH_S)

    assert not other.begun.is_set()
    long_run.over()
    assert other.begun.wait(ENOUGH_S)
    assert not again.begun.is_set()
    other.over()
    again.over()

    assert order == ["first", "other", "again"]
    assert set(other.holders) <= {os.getpid(), None}
    assert long_run.holders == []


def test_a_turn_ends_with_an_error_too(tmp_path: Path) -> None:
    """The next one need not wait."""
    with pytest.raises(KeyboardInterrupt), turns.turn(tmp_path, _nobody_waits):
        raise KeyboardInterrupt
    with turns.turn(tmp_path, _nobody_waits):
        pass


def test_where_locks_cannot_be_nobody_is_waited_for(tmp_path: Path) -> None:
    """A folder that is not there keeps nobody from measuring."""
    with turns.turn(tmp_path / "none", _nobody_waits), turns.turn(tmp_path / "none", _nobody_waits):
        pass


def test_a_lock_says_who_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as the system says so."""
    path = tmp_path / "lock"
    with path.open("w") as first, path.open("w") as second:
        locks.take(first.fileno())
        with pytest.raises(locks.TakenError, match=f"process {os.getpid()}|another process"):
            locks.take(second.fileno())
        monkeypatch.setattr(locks, "LOCKS", tmp_path / "none")
        with pytest.raises(locks.TakenError, match="another process"):
            locks.take(second.fileno())
