"""Figures as sheets of text: what stands in which cell, and what is said beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import contest, lane, pair, records, trials
from gilscope.figures.run import by_pair, of_run
from gilscope.render import findings, notes, pairs, scaling, throughput
from gilscope.render.sheet import NOT_MEASURED, Sheet
from gilscope.values.contests import EVERY_LANE, Skip
from gilscope.values.records import ContestEnd, Finding
from gilscope.values.runtimes import Pair

if TYPE_CHECKING:
    from gilscope.figures.values import ContestFigures
    from gilscope.values.runtimes import Pair

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
FREE = lane("3.14t")
FREE_THREADS = lane("3.14t", "threads", 2)
FREE_FOUR = lane("3.14t", "threads", 4)
WALLS = {TWIN: 1e8, CONTROL: 1.005e8, FREE: 1.1e8, FREE_THREADS: 1.1e8, FREE_FOUR: 2.2e8}
SKIP = Skip(contest="cpu/primes@3.14t", lane="3.14t:interpreters-2", reason="no subinterpreters")
FINDING = Finding(
    contest="cpu/primes@3.14t", lane="3.14t:processes-2", launch=0, phase="work", kind="raised", reason="ValueError: no"
)


def measured(builds: Pair | None = None) -> ContestFigures:
    """A free-threaded build 10 % slower than its twin, whose threads scale to two and no further."""
    of = contest(*WALLS, builds=builds or pair())
    end = ContestEnd(contest=of.id, reason="budget", seconds=11.4, launches=7)
    run = msgspec.structs.replace(records(of, trials(WALLS), [FINDING]), ends=[end])
    (made,) = of_run(run).contests
    return made


def cells(sheet: Sheet, name: str) -> dict[str, str]:
    """The row that begins with this name, by heading."""
    row = next(row for row in sheet.rows if row[0] == name)
    return dict(zip((column.heading for column in sheet.columns), row, strict=True))


def test_the_summary_tells_cost_gain_and_break_even() -> None:
    """One row per probe answers the project's question."""
    row = cells(pairs.summary(*by_pair([measured()])), "cpu/primes")

    assert row["penalty, one thread"].startswith("+10 ")
    assert row["with its GIL on"] == NOT_MEASURED
    assert row["best gain, threads"].startswith("1.8")
    assert row["best gain, threads"].endswith(" threads-2")
    assert row["threads pay from (workers)"].startswith("1.1")


def test_several_probes_have_a_geometric_mean_of_their_penalties() -> None:
    """10 % and 30 % make 19.58 %: the root of 1.1 x 1.3; one probe alone needs no mean."""
    slower = {**WALLS, FREE: 1.3e8}
    (other,) = of_run(records(contest(*slower, builds=pair()), trials(slower))).contests
    (both,) = by_pair([measured(), other])

    assert both.mean_penalties["3.14t"].value == pytest.approx(0.1958, abs=0.002)
    assert cells(pairs.summary(both), "geometric mean")["penalty, one thread"].startswith("+19.")
    assert not any(row[0] == "geometric mean" for row in pairs.summary(*by_pair([other])).rows)


def test_a_penalty_within_the_noise_is_marked() -> None:
    """The tilde that the note explains stands before it."""
    walls = {TWIN: 1e8, CONTROL: 1.05e8, FREE: 1.001e8}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests
    sheet = pairs.summary(*by_pair([made]))

    assert cells(sheet, "cpu/primes")["penalty, one thread"].startswith("~ ")
    assert any("~" in note for note in sheet.notes)


def test_a_lane_that_never_pays_says_within_what_was_measured() -> None:
    """No number of workers is made up."""
    walls = {TWIN: 1e8, CONTROL: 1e8, FREE: 1.1e8, FREE_THREADS: 3e8}
    (made,) = of_run(records(contest(*walls, builds=pair()), trials(walls))).contests

    assert cells(pairs.summary(*by_pair([made])), "cpu/primes")["threads pay from (workers)"] == "not within 2"
    assert cells(scaling.break_evens(made), "3.14t:threads")["pays from"] == "not within 2"


def test_the_reference_is_named_and_the_control_has_no_row() -> None:
    """A gain against itself would say nothing, and a second copy would only confuse."""
    sheet = throughput.sheet(measured())

    assert cells(sheet, "3.14:serial")["gain"] == "reference"
    assert not [row for row in sheet.rows if "#control" in row[0]]


def test_serial_lanes_have_neither_scaling_nor_efficiency() -> None:
    """The cells say that nothing was measured there."""
    row = cells(throughput.sheet(measured()), "3.14t:serial")

    assert row["scaling"] == row["efficiency"] == NOT_MEASURED


def test_oversubscribed_lanes_are_marked_and_the_mark_is_explained() -> None:
    """Four workers on two CPUs."""
    sheet = throughput.sheet(measured())

    assert "3.14t:threads-4*" in [row[0] for row in sheet.rows]
    assert "3.14t:threads-2" in [row[0] for row in sheet.rows]
    assert "* more workers than usable CPUs." in sheet.notes


def test_copies_are_marked_and_the_mark_is_explained() -> None:
    """Four processes on two CPUs, each with a copy of what threads share."""
    walls = {TWIN: 1e8, FREE_THREADS: 1e8, lane("3.14", "processes", 4): 1e8}
    of = contest(*walls)
    shared = msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, shared=True))
    (made,), (unshared,) = (of_run(records(one, trials(walls))).contests for one in (shared, of))
    sheet = throughput.sheet(made)

    assert [row[0] for row in sheet.rows] == ["3.14:serial", "3.14t:threads-2", "3.14:processes-4* (own copy)"]
    assert notes.OWN_COPY in sheet.notes
    assert notes.OWN_COPY not in throughput.sheet(unshared).notes


def test_a_contest_tells_its_noise_floor_and_why_it_ended() -> None:
    """The reader sees how far the figures can be trusted."""
    notes = " ".join(throughput.sheet(measured()).notes)

    assert "Noise floor: 0.5%" in notes
    assert "The time budget ended it: 7 launches in 11 s." in notes
    assert "10 units per worker and trial" in notes


def test_a_contest_that_was_cut_off_says_so() -> None:
    """A run that was killed shows what there is, and is not taken for a whole one."""
    cut_off = msgspec.structs.replace(measured(), end=None)

    assert "This contest was cut off; what had been measured is shown." in throughput.sheet(cut_off).notes


def test_a_contest_without_its_control_has_no_noise_floor() -> None:
    """It is unknown, not zero."""
    (made,) = of_run(records(contest(TWIN, FREE, builds=pair()), trials({TWIN: 1e8, FREE: 1.1e8}))).contests

    assert "Noise floor: unknown" in throughput.sheet(made).notes[0]


def test_builds_that_differ_are_called_not_comparable() -> None:
    """In the detail and in the summary, with what they differ in."""
    made = measured(pair(differences=("PGO: yes against no",)))

    for sheet in (throughput.sheet(made), pairs.summary(*by_pair([made]))):
        (note,) = [note for note in sheet.notes if note.startswith("NOT COMPARABLE")]
        assert "3.14t and 3.14 differ in PGO: yes against no" in note


def test_builds_that_agree_are_said_to() -> None:
    """That nothing differs is information too."""
    assert list(notes.comparability(pair())) == [
        "3.14t and 3.14: same version, compiler, optimisation and flags.",
    ]


def test_a_build_without_a_twin_says_what_it_is_compared_with() -> None:
    """Its gain is against itself, which is easily misread."""
    (note,) = notes.comparability(msgspec.structs.replace(pair(), twin=None))

    assert "3.14t has no twin" in note


def test_findings_name_lane_kind_phase_and_reason() -> None:
    """A row says what happened to whom."""
    (row,) = findings.findings([measured()]).rows

    assert row == ("cpu/primes@3.14t 3.14t:processes-2", "raised", "work", "ValueError: no")


def test_skips_are_counted_over_probes() -> None:
    """A lane that no probe could use is one row, not a row per probe."""
    (row,) = findings.skips([SKIP, msgspec.structs.replace(SKIP, contest="io/sleeping@3.14t")]).rows

    assert row == ("3.14t:interpreters-2", "2", "no subinterpreters")


def test_a_script_that_was_left_out_whole_is_named() -> None:
    """It has no lanes that could be listed."""
    (row,) = findings.skips([Skip(contest="bm.py@3.14t", lane=EVERY_LANE, reason="ImportError: pyperf")]).rows

    assert row == ("bm.py@3.14t", "1", "ImportError: pyperf")


def test_lanes_that_warmed_up_are_told() -> None:
    """What was left out of the figures is said."""
    made = measured()
    cold = msgspec.structs.replace(made.lanes[0], cold_rounds=2)
    sheet = throughput.sheet(msgspec.structs.replace(made, lanes=(cold, *made.lanes[1:])))

    assert any("Still warming" in note and "3.14:serial 2" in note for note in sheet.notes)
