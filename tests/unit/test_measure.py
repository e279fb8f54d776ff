"""What a run is made of: which runtimes it takes by itself, and what is left of it when it is continued."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import HEADER, contest, lane, pair, runtime
from gilscope import store
from gilscope.lab import measure
from gilscope.lab.plan import Plan
from gilscope.values.records import ContestEnd
from gilscope.values.runtimes import Census

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.contests import Contest

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
