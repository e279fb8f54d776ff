"""What ways observed, from made-up trials with known answers: estimates, words, and the sheets they are told in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import PROBE, contest, lane, records, trial
from gilscope.figures.observations import observations
from gilscope.figures.run import of_run
from gilscope.render.report import report
from gilscope.values.records import Finding, Trial

if TYPE_CHECKING:
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec

BARE = msgspec.structs.replace(lane("3.14"), way="bare")
CONTROL = msgspec.structs.replace(BARE, control=True)
LOCKED = msgspec.structs.replace(lane("3.14"), way="locked")
OBSERVES = {"p99": "s", "longest": "s", "lost": "updates", "lost_share": "per million updates", "lock": ""}


def look(of: LaneSpec, launch: int, number: int, **seen: float | str) -> Trial:
    """A trial that observed this."""
    return msgspec.structs.replace(trial(of, launch, number, 1e6), observed=dict(seen))


def of_probe(identifier: str, case: float | None = None) -> Contest:
    """A contest of these ways under a probe of this name."""
    kind = identifier.partition("/")[0]
    probe = msgspec.structs.replace(
        PROBE, id=identifier, kind=kind, ways=("bare", "locked"), observes=OBSERVES, case=case
    )
    return msgspec.structs.replace(contest(BARE, CONTROL, LOCKED), probe=probe)


LOOKS = [
    look(of, launch, number, p99=0.002, longest=0.003, lost=lost, lost_share=1e6 * lost / 500_000, lock=word)
    for of, losses, word in ((BARE, (0, 3, 6), "none"), (CONTROL, (9, 9, 9), "none"), (LOCKED, (0, 0, 0), "held"))
    for launch, lost in enumerate(losses)
    for number in range(2)
]


def test_numbers_become_estimates_and_words_sets() -> None:
    """Names that no trial of a lane told are left out."""
    told = observations([look(BARE, 0, 0, lock="b"), look(BARE, 1, 0, lock="a")], OBSERVES)

    assert [(item.name, item.words, item.estimate) for item in told] == [("lock", ("a", "b"), None)]


def test_a_contest_has_a_row_per_way_and_a_column_per_name() -> None:
    """Each with its unit; of what none of six looks saw, half of one may have been missed. The control is not shown."""
    told = report(of_run(records(of_probe("hazards/lost"), LOOKS)))

    (sheet,) = told.details
    assert [column.heading for column in sheet.columns] == [
        "way",
        "p99",
        "longest",
        "lost (updates)",
        "lost_share (per million updates)",
        "lock",
    ]
    assert [row[0] for row in sheet.rows] == ["3.14:bare", "3.14:locked"]
    assert sheet.rows[1][1:] == ("2 ±0 ms", "3 ±0 ms", "0 (below 0.50)", "0 seen", "held")


@pytest.mark.parametrize(("p99", "text"), [(0.0029, "2.9 ±0 ms"), (0.003, "longest 3 ±0 ms")])
def test_a_percentile_beyond_which_no_request_lies_is_the_longest(p99: float, text: str) -> None:
    """In a single look of the lane even: it had too few requests for it."""
    looks = [
        look(BARE, launch, number, p99=p99 if launch == number == 1 else 0.0029, longest=0.003)
        for launch in range(3)
        for number in range(2)
    ]
    told = report(of_run(records(of_probe("latency/threads", 0.005), looks)))

    sheet = next(sheet for sheet in told.summaries if "switch interval" in sheet.title)
    assert sheet.rows[0][1] == text
    assert told.details[0].rows[0][1] == ("-" if text.startswith("longest") else text)


def test_a_lane_that_hung_is_told_in_its_place() -> None:
    """As a deadlock is."""
    of = of_probe("hazards/deadlock")
    hung = Finding(contest=of.id, lane=LOCKED.name, launch=0, phase="work", kind="hung", reason="gave no answer")

    told = report(of_run(records(of, LOOKS, [hung])))

    assert told.details[0].rows[-1][:2] == ("3.14:locked", "hung: gave no answer")


def test_isolation_has_a_row_per_thing() -> None:
    """And a column per version and way."""
    told = report(of_run(records(of_probe("isolation/objects"), LOOKS)))

    sheet = next(sheet for sheet in told.summaries if sheet.title.startswith("isolation/objects"))
    assert [column.heading for column in sheet.columns] == ["thing", "3.14:bare", "3.14:locked"]
    assert sheet.rows[-1] == ("lock", "none", "held")


def test_a_convoy_has_a_column_per_switch_interval() -> None:
    """Its cells are the 99th percentiles."""
    told = report(of_run(records(of_probe("latency/threads", 0.005), LOOKS)))

    sheet = next(sheet for sheet in told.summaries if "switch interval" in sheet.title)
    assert [column.heading for column in sheet.columns] == ["workers", "0.005 s"]
    assert sheet.rows[0] == ("3.14:bare (threads)", "2 ±0 ms")
