"""Which means copy their payload, told from made-up round trips whose answers are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import HEADER, PROBE, contest, lane, records, trial, trials
from gilscope.figures.run import of_run, together
from gilscope.figures.transport import Means, means
from gilscope.render import numbers
from gilscope.render import transport as rendered
from gilscope.render.report import report
from gilscope.stats.estimate import Estimate
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.values.lanes import LaneSpec

    Curve = Callable[[int], float]
    """Seconds of a trip by the payload's size."""

SIZES = (8, 1_000, 64_000, 1_000_000, 10_000_000, 100_000_000)
LOOPS = 10


def copying(size: int) -> float:
    """A gigabyte a second beside a trip of 30 microseconds."""
    return 30e-6 + size / 1e9


def flat(size: int) -> float:
    """The same for all."""
    del size
    return 30e-6


def way(name: str) -> LaneSpec:
    """A lane that is a way."""
    return msgspec.structs.replace(lane("3.14"), way=name)


def of_size(size: int, kind: str = "transport", **curves: Curve) -> ContestFigures:
    """The contest of one size."""
    lanes = {way(name): curve(size) * 1e9 * LOOPS for name, curve in curves.items()}
    probe = msgspec.structs.replace(PROBE, id=f"{kind}/bytes/{size}", kind=kind, ways=tuple(curves), case=size)
    (made,) = of_run(records(msgspec.structs.replace(contest(*lanes), probe=probe), trials(lanes))).contests
    return made


def told(curve: Curve, sizes: Sequence[int] = SIZES) -> Means:
    """What is said of one curve."""
    (one,) = means(of_size(size, pipe=curve) for size in sizes)
    return one


def noisy(size: int, launches: int = 7) -> ContestFigures:
    """Every launch takes another time, up to a hundred times as long, whatever the size."""
    spec = way("pipe")
    walls = [30_000 * LOOPS * 100 ** ((launch * 3 % 7) / 6) for launch in range(launches)]
    measured = [trial(spec, launch, number, wall) for launch, wall in enumerate(walls) for number in range(4)]
    probe = msgspec.structs.replace(PROBE, id=f"transport/bytes/{size}", kind="transport", ways=("pipe",), case=size)
    (made,) = of_run(records(msgspec.structs.replace(contest(spec), probe=probe), measured)).contests
    return made


def unfit(contests: Sequence[ContestFigures]) -> list[ContestFigures]:
    """The same contests, in which nothing was measured since the way was not there."""
    finding = Finding(
        contest="c", lane="3.14:pipe", launch=0, phase="setup", kind="unsupported", reason="came with 3.15"
    )
    return [msgspec.structs.replace(made, lanes=(), findings=(finding,)) for made in contests]


# verdicts


def test_a_time_in_proportion_to_the_size_is_a_copy() -> None:
    """Its growth is one, and its bandwidth that of the copying."""
    one = told(copying)

    assert one.verdict == "copies"
    assert one.growth is not None
    assert one.growth.low < 1 < one.growth.high + 0.01
    assert one.trips[-1].bandwidth.value == pytest.approx(1e9, rel=0.02)


def test_a_constant_time_is_flat() -> None:
    """Its growth is none, whatever the bandwidth comes to."""
    one = told(flat)

    assert one.verdict == "flat"
    assert one.growth is not None
    assert one.growth.low <= 0 <= one.growth.high
    assert [trip.size for trip in one.trips] == list(SIZES)


@pytest.mark.parametrize(
    ("curve", "sizes", "why"),
    [
        (lambda size: 30e-6 + size / 50e9, SIZES[:3], "a fast copy of 64 kB hides behind the trip"),
        (copying, SIZES[:3], "the same for a slow one"),
        (lambda size: 60e-6 + size / 20e9, SIZES[:4], "slow to grow, yet no faster than a copy"),
        (lambda size: 1e-6 * size**0.5, SIZES, "between a constant and a proportion"),
        (flat, SIZES[-1:], "one size"),
        (flat, (8, SIZES[-1]), "no two sizes within the span"),
    ],
)
def test_what_cannot_be_told_is_not_guessed(curve: Curve, sizes: Sequence[int], why: str) -> None:
    """Neither flat nor a copy."""
    assert told(curve, sizes).verdict == "cannot be told", why


@pytest.mark.parametrize(("exponent", "verdict"), [(0.52, "copies"), (0.48, "flat")])
def test_one_half_lies_between_a_constant_and_a_proportion(exponent: float, verdict: str) -> None:
    """A growth of a little more is a copy's, one of a little less is not."""
    assert told(lambda size: 1e-9 * size**exponent).verdict == verdict


@pytest.mark.parametrize(("longer_s", "verdict"), [(0.98e-3, "flat"), (1.0e-3, "cannot be told")])
def test_what_no_core_could_have_copied_is_flat(longer_s: float, verdict: str) -> None:
    """At 100 GB/s, 99 MB more take 0.99 ms: less is too fast for a copy, more may be one behind a slow trip."""
    times = {1_000_000: 0.01, 100_000_000: 0.01 + longer_s}
    contests = []
    for size, seconds in times.items():
        made = of_size(size, pipe=flat)
        (row,) = made.lanes
        exact = msgspec.structs.replace(row, time_per_unit=Estimate(seconds, seconds, seconds))
        contests.append(msgspec.structs.replace(made, lanes=(exact,)))

    assert [one.verdict for one in means(contests)] == [verdict]


@pytest.mark.parametrize(("smallest", "is_within"), [(1_000, True), (999, False)])
def test_a_payload_of_a_hundredth_is_within_the_span(smallest: int, *, is_within: bool) -> None:
    """What is smaller than a hundredth of the largest is too far away to compare with."""
    assert (told(copying, (smallest, 100_000)).growth is not None) is is_within


def test_noise_leaves_the_verdict_open() -> None:
    """An interval that holds one half says neither; a single launch has no interval at all."""
    for launches in (7, 1):
        (one,) = means(noisy(size, launches) for size in SIZES)
        assert one.verdict == "cannot be told"


def test_the_smaller_sizes_have_no_part_in_the_growth() -> None:
    """Only what lies within two decades of the largest does: below it, the trip's own time is all there is."""
    in_full, near = told(copying), told(copying, SIZES[-3:])

    assert in_full.growth == near.growth


# what is not there


def test_a_way_that_was_never_measured_says_why() -> None:
    """With the reason of the version that lacks it, and no trip."""
    (one,) = means(unfit([of_size(size, pipe=flat) for size in SIZES]))

    assert (one.absence, one.trips, one.growth, one.verdict) == ("came with 3.15", (), None, "cannot be told")


def test_other_contests_are_left_alone() -> None:
    """Cases that are no sizes, and kinds that are no transport."""
    assert means([of_size(8, kind="birth", thread=flat)]) == ()


# sheets


def test_every_cell_of_the_verdicts_says_something() -> None:
    """A way that one arm lacks is not a hole in the table."""
    both = [of_size(size, pipe=copying, queue=flat) for size in SIZES]
    verdicts, _ = rendered.sheets(means([*both, *unfit([of_size(8, other=flat)])]))

    assert [column.heading for column in verdicts.columns] == ["means", "3.14"]
    assert [row[0] for row in verdicts.rows] == ["pipe", "queue", "other"]
    assert verdicts.rows[0][1].startswith("copies, growth 0.99")
    assert verdicts.rows[1][1].startswith("flat, growth 0.00")
    assert verdicts.rows[2][1] == "not measured"


def test_the_trips_of_a_shape_are_one_sheet() -> None:
    """A column for each size, a row for each means that was measured, and its bandwidth one way."""
    measured = [of_size(size, pipe=copying) for size in SIZES]
    _, trips = rendered.sheets(means([*measured, *unfit([of_size(8, other=flat)])]))

    headings = [column.heading for column in trips.columns]
    assert headings == ["means", "8 B", "1 kB", "64 kB", "1 MB", "10 MB", "100 MB", "bandwidth"]
    (row,) = trips.rows
    assert (row[0], row[-1][-4:]) == ("3.14:pipe", "MB/s")
    assert "us" in row[1]
    assert "ms" in row[-2]


def test_a_run_of_transport_begins_with_its_sheets() -> None:
    """And other runs have none."""
    made = report(together(HEADER, [of_size(size, pipe=copying) for size in SIZES]))
    other = report(together(HEADER, [of_size(8, kind="birth", thread=flat)]))

    assert [sheet.title for sheet in made.summaries][:2] == [
        "Is it copied? bytes",
        "Round trip by size of the payload: bytes",
    ]
    assert not [sheet for sheet in other.summaries if "copied" in sheet.title]


def test_a_slope_of_nothing_is_shown_with_its_interval() -> None:
    """Though the interval is many times as wide as the slope."""
    assert numbers.slope(Estimate(0.001, -0.049, 0.051)) == "0.001 ±0.050"
