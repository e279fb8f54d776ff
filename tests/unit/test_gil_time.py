"""What workers do with their time where they take turns at a GIL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import lane, trial
from gilscope.figures.gil_time import gil_time

if TYPE_CHECKING:
    from gilscope.values.records import Trial

SERIAL, THREADS = lane("3.14"), lane("3.14", "threads", 2)


def spent(of: object, wall_ns: int, cpu_ns: int, queued_ns: int = 0) -> dict[int, list[Trial]]:
    """Two launches of one trial, whose workers had so much CPU time each."""
    spec = THREADS if of is THREADS else SERIAL
    made = trial(spec, 0, 0, wall_ns)
    workers = spec.workers
    changed = msgspec.structs.replace(made, cpu_ns=(cpu_ns,) * workers, wait_ns=(queued_ns,) * workers)
    return {0: [changed], 1: [changed]}


def test_what_a_serial_unit_sleeps_is_no_waiting_for_the_gil() -> None:
    """Ten units of 60 ns at work and 40 asleep: two threads at 160 ns a unit wait for the rest."""
    parts = gil_time(spent(THREADS, 1600, 600), spent(SERIAL, 1000, 600))

    assert parts is not None
    assert parts.ran.value == pytest.approx(600 / 1600)
    assert parts.slept.value == pytest.approx(400 / 1600)
    assert parts.waited.value == pytest.approx(600 / 1600)
    assert parts.queued.value == 0


def test_the_queue_for_a_cpu_is_no_waiting_for_the_gil() -> None:
    """All parts add up to one."""
    parts = gil_time(spent(THREADS, 1600, 600, 500), spent(SERIAL, 600, 600))

    assert parts is not None
    assert parts.queued.value == pytest.approx(500 / 1600)
    assert parts.ran.value + parts.waited.value + parts.slept.value + parts.queued.value == pytest.approx(1)


def test_nothing_is_said_without_the_run_queue() -> None:
    """A system that does not report it leaves waiting and queueing one thing."""
    unknown = {0: [msgspec.structs.replace(trial(THREADS, 0, 0, 1600), wait_ns=(None, None))]}

    assert gil_time(unknown, spent(SERIAL, 1000, 600)) is None
    assert gil_time({}, spent(SERIAL, 1000, 600)) is None
