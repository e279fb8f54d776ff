"""Every figure of a run as a list: none is missing, and each has its unit and what it is compared with."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from builders import contest, lane, pair, records, trials
from gilscope.exchange import listing
from gilscope.figures.run import of_run
from gilscope.stats.estimate import Estimate
from gilscope.values.records import ContestEnd, Finding, Memory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.run import RunFigures

TWIN = lane("3.14")
WALLS = {
    TWIN: 1e8,
    lane("3.14", control=True): 1.003e8,
    lane("3.14t"): 1.1e8,
    lane("3.14t+gil"): 1.05e8,
    lane("3.14t", "threads", 2): 1.15e8,
    lane("3.14t", "threads", 2, control=True): 1.16e8,
    lane("3.14t", "threads", 4): 2.1e8,
    lane("3.14", "capacity", 1): 1e8,
    lane("3.14", "capacity", 2): 1.01e8,
}


def measured() -> RunFigures:
    """A run of one contest with a lane of every kind, and with memory."""
    of = contest(*WALLS, builds=pair())
    memory = [
        Memory(
            contest=of.id,
            lane=spec.name,
            launch=launch,
            processes=1,
            resident_bytes=spec.workers * 2**24 + launch,
            peak_bytes=2**25 + launch,
        )
        for spec in WALLS
        for launch in range(7)
    ]
    finding = Finding(contest=of.id, lane="3.14t:x", launch=0, phase="work", kind="raised", reason="no")
    end = ContestEnd(contest=of.id, reason="budget", seconds=11.4, launches=7)
    return of_run(msgspec.structs.replace(records(of, trials(WALLS), [finding]), memory=tuple(memory), ends=(end,)))


def estimates(value: object) -> Iterator[Estimate]:
    """All estimates in a value, however deep."""
    if isinstance(value, Estimate):
        yield value
    elif isinstance(value, msgspec.Struct):
        yield from (found for name in value.__struct_fields__ for found in estimates(getattr(value, name)))
    elif isinstance(value, dict):
        yield from (found for item in value.values() for found in estimates(item))
    elif isinstance(value, tuple):
        yield from (found for item in value for found in estimates(item))


def test_no_figure_is_missing() -> None:
    """Every estimate that a contest's figures hold is in the list; a penalty as what exceeds one."""
    run = measured()
    listed = {(item.value, item.low, item.high) for item in listing.figures(run)}
    held = list(estimates(run.contests))
    missing = [
        item for item in held if not {(each.value, each.low, each.high) for each in (item, item.relative())} & listed
    ]

    assert len(held) > 50
    assert missing == []


def test_each_says_what_it_is() -> None:
    """The contest, the lane, the unit, and the lane that it is compared with."""
    found = {(item.lane, item.figure): item for item in listing.figures(measured())}
    gain, penalty = found["3.14t:threads-2", "gain"], found["3.14t:serial", "penalty"]

    assert gain.contest == "cpu/primes@3.14t"
    assert (gain.unit, gain.compared_with) == ("ratio", "3.14:serial")
    assert isinstance(gain.value, float)
    assert round(gain.value, 2) == 1.74
    assert (penalty.unit, penalty.compared_with, round(float(penalty.value), 2)) == ("fraction", "3.14:serial", 0.1)
    assert found["3.14t:threads-2", "efficiency"].compared_with == "3.14t:serial"
    assert found["3.14t:threads-2", "memory, resident"].unit == "bytes"
    assert found["3.14:serial", "time per unit"].unit == "s"
    assert found["3.14t:threads-2", "trials counted"].low is None


def test_a_row_has_all_digits_and_no_words_for_what_is_not_known() -> None:
    """An end that is infinite is none, in CSV and in JSON."""
    open_figure = listing.Figure(figure="gain", value=1 / 3, low=0.25, high=float("inf"), unit="ratio")
    (row,) = listing.rows([open_figure])

    assert dict(zip(listing.COLUMNS, row, strict=True)) == {
        "contest": "",
        "lane": "",
        "figure": "gain",
        "value": "0.3333333333333333",
        "low": "0.25",
        "high": "",
        "unit": "ratio",
        "compared_with": "",
    }
    assert json.loads(msgspec.json.encode(open_figure))["high"] is None


def test_a_document_has_what_is_no_figure_too() -> None:
    """The header, verdicts, and what went wrong."""
    document = json.loads(msgspec.json.encode(listing.document(measured())))

    assert document["run"]["suite"] == "quick"
    assert document["verdicts"]["cpu/primes@3.14t"]["outcome"]["best"] == "3.14t:threads-4"
    assert [finding["kind"] for finding in document["findings"]] == ["raised"]
    assert len(document["figures"]) > 50
