"""What to run a workload on, from made-up trials: what is best, what ties, what stands against it, how it is told."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import msgspec
import pytest
from rich.console import Console

from builders import HEADER, contest, lane, pair, records, starved, trials
from gilscope.figures.run import of_run, together
from gilscope.figures.verdict import objections
from gilscope.render import report, terminal
from gilscope.render.verdict import sheet
from gilscope.values.records import Finding, FindingKind, Memory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gilscope.figures.values import ContestFigures
    from gilscope.figures.verdict import Verdict
    from gilscope.values.contests import LaneSpec

TWIN = lane("3.14")
CONTROL = lane("3.14", control=True)
PROCESSES = lane("3.14", "processes", 2)
FREE = lane("3.14t")
THREADS = lane("3.14t", "threads", 2)
ONE, TWO = lane("3.14", "capacity", 1), lane("3.14", "capacity", 2)
WALLS = {TWIN: 1e8, CONTROL: 1.001e8, FREE: 1.1e8, THREADS: 1.15e8}


def finding(of: LaneSpec, kind: FindingKind, phase: str = "work", reason: str = "why") -> Finding:
    """What happened to a lane."""
    return Finding(contest="cpu/primes@3.14t", lane=of.name, launch=1, phase=phase, kind=kind, reason=reason)


def measured(
    walls: Mapping[LaneSpec, float],
    findings: Sequence[Finding] = (),
    held: Mapping[LaneSpec, int] | None = None,
    differences: tuple[str, ...] = (),
    given: float | None = None,
) -> ContestFigures:
    """A contest of 3.14t and its twin whose lanes take so long, and hold so much, for part of which two had CPUs."""
    spinning = {} if given is None else {ONE: 5e7, TWO: 5e7 / given}
    of = contest(*walls, *spinning, builds=pair(differences))
    weighed = [
        Memory(contest=of.id, lane=item.name, launch=number, processes=1, resident_bytes=size)
        for item, size in (held or {}).items()
        for number in range(7)
    ]
    shown = [made for item, wall in spinning.items() for made in starved({item: wall}, 5e7 / wall)]
    run = records(of, trials(walls) + shown, findings)
    (made,) = of_run(
        type(run)(**{**{name: getattr(run, name) for name in run.__struct_fields__}, "memory": weighed})
    ).contests
    return made


def judged(*arguments: object, **named: object) -> Verdict:
    """The verdict on such a contest."""
    made = measured(*arguments, **named)  # type: ignore[arg-type]  # handed on as they are
    assert made.verdict is not None
    return made.verdict


def test_the_fastest_lane_is_best() -> None:
    """Two threads that take 115 ms get 200 / 115 of the work done."""
    choice = judged(WALLS).throughput

    assert choice.best == THREADS.name
    assert choice.figure.value == pytest.approx(200 / 115, rel=1e-3)
    assert choice.ties == ()


def test_what_cannot_be_told_from_the_best_ties_with_it() -> None:
    """Processes that are 0.05 % slower, where two copies of one lane differ by 0.1 %."""
    choice = judged({**WALLS, PROCESSES: 1.1506e8}).throughput

    assert (choice.best, choice.ties) == (THREADS.name, (PROCESSES.name,))


@pytest.mark.parametrize(("heap", "told"), [(0, False), (100_000, True)])
def test_the_memory_says_that_a_heap_is_in_it(heap: int, *, told: bool) -> None:
    """Where the probe was given one."""
    made = measured(WALLS)
    probe = msgspec.structs.replace(made.contest.probe, heap=heap)
    given = msgspec.structs.replace(made, contest=msgspec.structs.replace(made.contest, probe=probe))
    assert given.verdict is not None

    notes = sheet(given, given.verdict).notes

    assert any("100,000 live objects" in note for note in notes) is told


def test_the_best_of_ties_has_an_interval_for_the_highest_of_them() -> None:
    """The highest of two that cannot be told apart is partly so by chance."""
    alone = judged(WALLS).throughput.figure
    tied = judged({**WALLS, PROCESSES: 1.1506e8}).throughput.figure

    assert alone.confidence == pytest.approx(0.95)
    assert tied.confidence == pytest.approx(0.95**0.5)


def test_memory_can_turn_the_choice() -> None:
    """Two processes are four per cent faster than two threads, and hold twice as much."""
    walls = {**WALLS, PROCESSES: 1.1e8}
    verdict = judged(walls, held={TWIN: 10_000, FREE: 11_000, THREADS: 12_000, PROCESSES: 24_000})

    assert verdict.throughput.best == PROCESSES.name
    assert verdict.per_memory is not None
    assert verdict.per_memory.best == THREADS.name
    assert verdict.per_memory.figure.value == pytest.approx(200 / 115 / 1.2, rel=1e-3)


def test_without_weights_nothing_is_said_of_memory() -> None:
    """Runs of the first format weighed no lanes."""
    assert judged(WALLS).per_memory is None


OBJECTIONS = {
    "a wrong result in threads": (finding(THREADS, "disagreed", "check"), "not thread-safe"),
    "an exception in threads": (finding(THREADS, "raised"), "not thread-safe"),
    "an import that an interpreter refuses": (finding(lane("3.14t", "interpreters", 2), "raised", "load"), "fails"),
    "a deadlock": (finding(THREADS, "hung"), "fails"),
    "the GIL": (finding(FREE, "GIL turned on"), "GIL turned on"),
}


@pytest.mark.parametrize("name", OBJECTIONS)
def test_what_stands_against_lanes(name: str) -> None:
    """With the reason and the lane."""
    happened, kind = OBJECTIONS[name]
    others = {**WALLS, lane("3.14t", "interpreters", 2): 1.2e8}

    (objection,) = judged(others, [happened]).objections

    assert (objection.kind, objection.lanes, objection.reason) == (kind, (happened.lane,), "why")


def test_what_fails_alone_says_nothing_of_threads() -> None:
    """The serial lane raised too."""
    (objection,) = judged(WALLS, [finding(FREE, "raised"), finding(THREADS, "raised")]).objections

    assert (objection.kind, objection.lanes) == ("fails", (FREE.name, THREADS.name))


def test_threads_are_not_accused_of_work_that_is_not_repeatable() -> None:
    """They gave another result, as the reference did itself."""
    happened = [finding(THREADS, "disagreed", "check"), finding(TWIN, "not repeatable", "check")]
    (objection,) = judged(WALLS, happened).objections

    assert (objection.kind, set(objection.lanes)) == ("not repeatable", {THREADS.name, TWIN.name})


def test_builds_and_noise_stand_against_the_comparison() -> None:
    """Another compiler, and two copies of one lane that differ by a fifth."""
    told = judged({**WALLS, CONTROL: 1.2e8}, differences=("compiler: GCC 14, Clang 19",)).objections

    assert [item.kind for item in told] == ["not comparable", "noise"]
    assert "Clang 19" in told[0].reason
    assert "20%" in told[1].reason


@pytest.mark.parametrize(("floor", "kinds"), [(None, ["noise"]), (0.1, []), (0.101, ["noise"])])
def test_noise_stands_against_a_comparison_above_a_tenth(floor: float | None, kinds: list[str]) -> None:
    """People decide by a tenth; a floor that was not measured may be anywhere."""
    assert [item.kind for item in objections(contest(TWIN, CONTROL), (), floor, {})] == kinds


def text(*contests: ContestFigures) -> str:
    """The end of the report, on a terminal of 80 columns."""
    console = Console(file=io.StringIO(), width=80, highlight=False, markup=False)
    terminal.show(console, report.report(together(HEADER, contests)).summaries[-1:])
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_one_workload_is_told_in_a_paragraph() -> None:
    """What to run it on, what it costs on one thread, from how many workers it pays."""
    told = " ".join(text(measured(WALLS)).split())

    assert "For throughput, run it on 3.14t:threads-2: 1.74 " in told
    assert "On one thread, 3.14t costs +10 " in told
    assert "Its threads pay from 2 workers" in told
    assert all(len(line) <= 80 for line in text(measured(WALLS)).splitlines())


def test_where_nothing_beats_one_thread_that_is_told() -> None:
    """Ties are ties."""
    told = " ".join(text(measured({**WALLS, THREADS: 3e8})).split())

    assert "Nothing measured here beats 3.14:serial" in told


def test_noise_is_no_verdict() -> None:
    """Two copies of one lane that differ by a half leave nothing to say, not even that one thread is best."""
    told = " ".join(text(measured({**WALLS, CONTROL: 1.5e8, THREADS: 1.9e8})).split())

    assert "It was too noisy to tell what beats 3.14:serial" in told
    assert "run it there" not in told


def test_several_workloads_have_a_row_each() -> None:
    """With what was seen against them."""
    (row, other) = (
        report.report(together(HEADER, [measured(WALLS), measured(WALLS, [finding(FREE, "GIL turned on")])]))
        .summaries[-1]
        .rows
    )

    assert THREADS.name in row[1]
    assert (row[-1], other[-1]) == ("nothing seen", "the GIL came back")


def test_nothing_is_said_against_parallel_lanes_where_the_machine_gave_too_few_cpus() -> None:
    """Two processes that share nothing got 1.03 CPUs: that two threads gained nothing says nothing about them."""
    made = measured({**WALLS, THREADS: 2.1e8}, given=0.515)
    assert made.verdict is not None
    shown = sheet(made, made.verdict)
    (objection,) = [item for item in made.verdict.objections if item.kind == "capacity"]

    assert objection.lanes == (THREADS.name,)
    assert shown.notes[0].startswith(
        "Whether anything beats 3.14:serial cannot be told here: the machine gave 1.03 of 2 CPUs"
    )
    assert "run it there, on one thread" not in shown.notes[0]
    assert {even.is_open for even in made.break_evens} == {True}
    assert {row[1] for row in shown.rows if row[0].startswith("threads against")} == {"cannot be told"}


def test_what_wins_on_too_few_cpus_has_won() -> None:
    """Threads that gain nevertheless are said to."""
    made = measured(WALLS, given=0.515)
    assert made.verdict is not None

    assert sheet(made, made.verdict).notes[0].startswith("For throughput, run it on 3.14t:threads-2")
    assert {even.is_open for even in made.break_evens} == {False}


def test_enough_cpus_leave_nothing_open() -> None:
    """Where two processes got 1.9 CPUs, threads that gain nothing are no better."""
    made = measured({**WALLS, THREADS: 2.1e8}, given=0.95)

    assert made.verdict is not None
    assert "Nothing measured here beats 3.14:serial" in sheet(made, made.verdict).notes[0]
    assert {even.is_open for even in made.break_evens} == {False}
