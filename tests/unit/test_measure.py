"""What a run is made of: which runtimes it takes by itself, and what is left of it when it is continued."""

from __future__ import annotations

import contextlib
import gc
import weakref
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import msgspec
import pytest

from builders import HEADER, RULES, contest, lane, pair, runtime
from gilscope import store
from gilscope.lab import measure, sources
from gilscope.lab.contest import Lab, Observer
from gilscope.lab.plan import Plan
from gilscope.values.records import ContestEnd
from gilscope.values.runtimes import Census

if TYPE_CHECKING:
    from gilscope.values.contests import Contest
    from gilscope.values.rules import Rules

SINGLE = msgspec.structs.replace(contest(lane("3.13"), lane("3.13", control=True)), id="cpu/primes@3.13")
PAIRED = contest(lane("3.14"), lane("3.14t"), builds=pair())


def census(*names: str) -> Census:
    """A machine with these runtimes."""
    return Census(runtimes=tuple(map(runtime, names)), unusable=())


def run_of(path: Path, *measured: Contest, ended: bool = True) -> Path:
    """A stored run that measured these contests, whole or cut off."""
    writer = store.RunWriter(path)
    writer.append(HEADER)
    for item in measured:
        writer.append(item)
        if ended:
            writer.append(ContestEnd(contest=item.id, reason="precise", seconds=1.0, launches=5))
    writer.close()
    return path


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (("3.12", "3.13t", "3.14t", "3.15"), ["3.14t"]),
        (("3.9", "3.14", "3.12"), ["3.14"]),
        ((), []),
    ],
)
def test_the_newest_free_threaded_runtime_is_taken_where_none_is_named(
    names: tuple[str, ...], chosen: list[str]
) -> None:
    """Or the newest of all, as a number and not as text."""
    assert [item.name for item in measure.newest(census(*names))] == chosen


def test_a_twin_is_found_though_it_was_not_chosen_and_not_measured_twice() -> None:
    """The free-threaded build brings it along; other default builds stay alone."""
    everything = census("3.13", "3.14", "3.14t")
    free = everything.runtimes[2]

    assert [group.name for group in measure.groups([free], everything)] == ["3.14t"]
    assert [group.name for group in measure.groups(everything.runtimes, everything)] == ["3.14t", "3.13"]
    assert [arm.name for arm in measure.groups([free], everything)[0].arms] == ["3.14", "3.14t", "3.14t+gil"]


def test_a_run_that_is_continued_measures_what_is_missing(tmp_path: Path) -> None:
    """What has ended is not measured again."""
    done = measure.measured_before(store.read(run_of(tmp_path / "run.jsonl", SINGLE)))

    assert measure.remaining(Plan((SINGLE, PAIRED), ()), done).contests == (PAIRED,)


def test_a_contest_that_was_cut_off_is_measured_again(tmp_path: Path) -> None:
    """It has begun and not ended."""
    done = measure.measured_before(store.read(run_of(tmp_path / "run.jsonl", SINGLE, ended=False)))

    assert measure.remaining(Plan((SINGLE,), ()), done).contests == (SINGLE,)


def test_a_twin_measured_in_a_pair_is_not_measured_alone(tmp_path: Path) -> None:
    """All arms of the later contest were measured, though in another one."""
    done = measure.measured_before(store.read(run_of(tmp_path / "run.jsonl", PAIRED)))
    alone = msgspec.structs.replace(contest(lane("3.14"), lane("3.14", control=True)), id="cpu/primes@3.14")

    assert measure.remaining(Plan((alone,), ()), done).contests == ()


def test_ids_of_runs_sort_by_their_start_wherever_they_are_made() -> None:
    """The clock's zone does not matter."""
    east = datetime(2026, 1, 2, 1, 30, tzinfo=timezone(timedelta(hours=9)))
    west = datetime(2026, 1, 1, 12, 0, tzinfo=timezone(timedelta(hours=-8)))

    assert measure.new_run_id(east) == "2026-01-01T163000Z"
    assert measure.new_run_id(east) < measure.new_run_id(west)


def test_what_a_contest_leaves_in_circles_is_gone_before_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands search for cycles seldom, and a run may take a day."""
    left: list[weakref.ref[Lab]] = []
    alive: list[int] = []

    def leave(_: Lab, of: Contest, rules: Rules) -> None:
        del of, rules
        alive.append(sum(each() is not None for each in left))
        circle = Lab.__new__(Lab)
        circle.revisions = {Path(): circle}  # type: ignore[dict-item] # a circle of any kind
        left.append(weakref.ref(circle))

    monkeypatch.setattr(Lab, "run", leave)
    monkeypatch.setattr(measure, "Guardian", contextlib.nullcontext)
    monkeypatch.setattr(sources, "revisions", lambda *_: {})
    request = measure.Request(suite="quick", rules=RULES, seed=1)
    writer = store.RunWriter(tmp_path / "run.jsonl", HEADER)
    gc.disable()
    try:
        measure.measure(
            Plan((SINGLE, PAIRED, SINGLE), ()),
            request,
            writer,
            {},
            cast("Observer", SimpleNamespace(waits=None)),
            tmp_path,
        )
    finally:
        gc.enable()
        writer.close()

    assert alive == [0, 0, 0]
