"""Contests whose workers have roles: which lanes there are, what they are compared with, and what is made of them."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import builders
from gilscope import cli
from gilscope.errors import ResultsError
from gilscope.figures.run import of_run
from gilscope.history.summarise import summary
from gilscope.history.two_runs import compare
from gilscope.lab.comparisons import Comparisons
from gilscope.lab.plan import group_of_pair, plan
from gilscope.render.report import of_contest
from gilscope.values.probes import Probe, Role, Target
from gilscope.values.records import Calls, Finding, Trial
from gilscope.workloads import suites
from histories import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gilscope.figures.roles import RoleFigures
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec

SUITE = suites.suite(Path(__file__).parents[2] / "matrix" / "suites.toml", "quick")
READ = Role(name="read", target=Target(name="read", path="/work.py"), workers=3)
WRITE = Role(name="write", target=Target(name="write", path="/work.py"), workers=1)
PROBE = Probe(
    id="work.py:read*3,work.py:write*1", path="/work.py", question="?", kind="own", roles=(READ, WRITE), loops=1
)
MS = 1_000_000


def contest() -> Contest:
    """The only contest of the two roles on 3.14t and its twin."""
    (made,) = plan([PROBE], [group_of_pair(builders.pair())], SUITE, 2.0, 2.0).contests
    return made


def calls(count: int, ns: int = 200 * MS, median_ns: int = MS, p99_ns: int | None = None) -> Calls:
    """What one worker did."""
    return Calls(count=count, ns=ns, median_ns=median_ns, longest_ns=9 * MS, p99_ns=p99_ns)


def trial(lane: LaneSpec, launch: int, number: int, of_workers: Sequence[Calls]) -> Trial:
    """A trial in which each worker did this."""
    plain = builders.trial(lane, launch, number, 200 * MS, loops=1)
    return msgspec.structs.replace(plain, contest=contest().id, digest="observed", calls=tuple(of_workers))


def trials(of_lane: Callable[[LaneSpec], Sequence[Calls]]) -> list[Trial]:
    """Trials of every lane, in nine launches of two rounds."""
    lanes = contest().lanes
    return [trial(lane, launch, number, of_lane(lane)) for lane in lanes for launch in range(9) for number in range(2)]


def starved(lane: LaneSpec) -> list[Calls]:
    """The writer gets a quarter done beside the readers on the twin, and as much as alone without a GIL."""
    shrinks = len(lane.roles) > 1 and lane.arm.name == "3.14"
    of_reader = calls(60 if shrinks else 100, p99_ns=2 * MS)
    of_writer = calls(50 if shrinks else 200, median_ns=4 * MS if shrinks else MS)
    return [worker for role in lane.roles for worker in [of_reader if role == READ else of_writer] * role.workers]


def figures(measured: Sequence[Trial], findings: Sequence[Finding] = ()) -> dict[str, RoleFigures]:
    """The figures of every role, by arm and role."""
    (made,) = of_run(builders.records(contest(), measured, findings)).contests
    return {f"{row.arm}:{row.role}": row for row in made.roles}


def cells(measured: Sequence[Trial], findings: Sequence[Finding] = ()) -> dict[str, dict[str, str]]:
    """The texts of the only sheet, by row and column."""
    (made,) = of_run(builders.records(contest(), measured, findings)).contests
    (sheet,) = of_contest(made)
    headings = [column.heading for column in sheet.columns]
    return {row[0]: dict(zip(headings, row, strict=True)) for row in sheet.rows}


# lanes


def test_every_role_runs_alone_and_all_run_together_on_every_arm() -> None:
    """With its own number of workers; nothing spins beside them, and the first lane has a second copy."""
    made = contest()
    arms, works = ("3.14", "3.14t", "3.14t+gil"), ("read*3", "write*1", "read*3,write*1")

    assert made.reference == "3.14:read*3"
    assert {lane.name for lane in made.lanes} == {
        *(f"{arm}:{work}" for arm in arms for work in works),
        "3.14:read*3#control",
    }
    assert {lane.work: lane.workers for lane in made.lanes} == {"read*3": 3, "write*1": 1, "read*3,write*1": 4}
    assert {lane.model for lane in made.lanes} == {"roles"}


# what they are compared with


def lane(name: str) -> LaneSpec:
    """One of the contest's lanes."""
    return {each.name: each for each in contest().lanes}[name]


def test_a_role_beside_others_is_compared_with_itself_alone_on_its_arm() -> None:
    """What runs alone is what others are held against, but for the copy."""
    compared = Comparisons(contest())

    assert compared.others(lane("3.14t:read*3,write*1")) == {"read": "3.14t:read*3", "write": "3.14t:write*1"}
    assert compared.others(lane("3.14:read*3#control")) == {"read": "3.14:read*3"}
    assert not compared.others(lane("3.14:read*3"))
    assert not compared.others(lane("3.14t:write*1"))


def test_the_least_certain_role_decides_when_to_end() -> None:
    """The other one is known already."""
    compared = Comparisons(contest())
    alone, together = lane("3.14:write*1"), lane("3.14:read*3,write*1")
    for scatter in (1, 2, 1):
        compared.begin_launch()
        compared.add(lane("3.14:read*3"), trial(lane("3.14:read*3"), 0, 0, [calls(100)] * 3))
        compared.add(alone, trial(alone, 0, 0, [calls(200)]))
        compared.add(together, trial(together, 0, 0, [*[calls(100)] * 3, calls(100 * scatter)]))

    assert compared.log_ratios(together) == [
        [pytest.approx(math.log(2))],
        [pytest.approx(0)],
        [pytest.approx(math.log(2))],
    ]


def test_a_lane_without_roles_is_compared_with_the_reference() -> None:
    """By its makespans; what shows the machine's capacity is compared with nothing."""
    twin, free, spinning = builders.lane("3.14"), builders.lane("3.14t"), builders.lane("3.14", "capacity", 2)
    compared = Comparisons(builders.contest(twin, free, spinning))
    compared.begin_launch()
    for each, wall_ns in ((twin, 1e6), (free, 2e6), (spinning, 1e6)):
        compared.add(each, builders.trial(each, 0, 0, wall_ns))

    assert compared.log_ratios(free) == [[pytest.approx(math.log(2))]]
    assert not compared.others(twin)
    assert not compared.others(spinning)


# figures


def test_what_a_role_keeps_is_formed_on_its_own_arm() -> None:
    """And what the build gives it, against the reference's arm."""
    made = figures(trials(starved))
    kept = {name: row.kept.value for name, row in made.items() if row.kept is not None}
    gains = {name: row.gain.value for name, row in made.items() if row.gain is not None}

    assert kept["3.14:read*3"] == pytest.approx(0.6)
    assert kept["3.14:write*1"] == pytest.approx(0.25)
    assert kept["3.14t:write*1"] == pytest.approx(1)
    assert gains == {
        "3.14t:read*3": pytest.approx(1 / 0.6),
        "3.14t:write*1": pytest.approx(4),
        "3.14t+gil:read*3": pytest.approx(1 / 0.6),
        "3.14t+gil:write*1": pytest.approx(4),
    }
    assert made["3.14:write*1"].distinguishable
    assert not made["3.14t:write*1"].distinguishable


def test_a_rate_is_that_of_all_workers_of_a_role() -> None:
    """Each over the time that its own calls took."""

    def uneven(of: LaneSpec) -> list[Calls]:
        times = [calls(100, 100 * MS), calls(100, 200 * MS), calls(1, 200 * MS)]
        return [worker for role in of.roles for worker in (times if role == READ else [calls(10)])]

    alone = figures(trials(uneven))["3.14:read*3"].alone

    assert alone is not None
    assert alone.rate.value == pytest.approx(1000 + 500 + 5)


def test_a_tail_is_the_longest_call_where_one_worker_had_too_few() -> None:
    """Alone, all readers have a 99th percentile; beside the writer, one of them has none."""

    def crowded(of: LaneSpec) -> list[Calls]:
        readers = [calls(200, p99_ns=2 * MS), calls(200, p99_ns=4 * MS), calls(200, p99_ns=3 * MS)]
        if len(of.roles) > 1:
            readers[1] = calls(50)
        return [worker for role in of.roles for worker in (readers if role == READ else [calls(10)])]

    row = figures(trials(crowded))["3.14:read*3"]

    assert row.alone is not None
    assert row.together is not None
    assert (row.alone.has_p99, row.together.has_p99) == (True, False)
    assert (row.alone.tail.value, row.together.tail.value) == pytest.approx((0.003, 0.009))


def test_a_contest_of_roles_has_no_figures_of_whole_lanes() -> None:
    """Its trials all take as long, which would look like lanes of one speed."""
    (made,) = of_run(builders.records(contest(), trials(starved))).contests

    assert made.lanes == ()
    assert made.verdict is None
    assert made.noise_floor == pytest.approx(0)


# several runs


def test_a_role_has_a_time_and_a_gain_in_a_history() -> None:
    """Between two calls of all its workers: a reader's 100 calls in 0.2 s are 60 beside the writer on the twin."""
    summarised = summary(builders.records(contest(), trials(starved)))
    found = {(figure.name, figure.arm, figure.work): math.exp(figure.center) for figure in summarised.figures}

    assert found["time", "3.14", "read*3"] == pytest.approx(0.2 / 300)
    assert found["time", "3.14", "read*3 beside write*1"] == pytest.approx(0.2 / 180)
    assert found["time", "3.14t", "write*1 beside read*3"] == pytest.approx(0.2 / 200)
    assert found["gain", "3.14t", "write*1 beside read*3"] == pytest.approx(4)
    assert {name for name, _, _ in found} == {"time", "gain"}


def test_a_role_is_compared_between_runs_and_not_judged() -> None:
    """No lane that spins runs beside roles, by which a slower machine could be told from a slower role."""

    def slower(lane: LaneSpec) -> list[Calls]:
        return [msgspec.structs.replace(worker, ns=2 * worker.ns) for worker in starved(lane)]

    before, after = (summary(builders.records(contest(), trials(pace))) for pace in (starved, slower))
    rows = {(row.arm, row.work): row.change for row in compare(before, after).rows}

    assert rows["3.14t", "write*1 beside read*3"].ratio.value == pytest.approx(2)
    assert not any(change.judged for change in rows.values())
    assert len(rows) == 3 * 4


def test_an_export_says_that_roles_are_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their trials all take as long; nothing else is in this run."""
    monkeypatch.chdir(tmp_path)
    path = stored(tmp_path, [builders.HEADER, contest(), *trials(starved)])

    assert cli.main(["export", str(path)]) == ResultsError.exit_status
    said = capsys.readouterr().err
    assert f"Left out: {contest().id}: roles are measured by their calls a second" in said
    assert "the run holds no trial to export" in said


# the sheet


def test_the_sheet_has_a_row_for_every_role_of_every_arm() -> None:
    """Alone, beside the others, and the ratio of both."""
    row = cells(trials(starved))["3.14:write*1"]

    assert row["alone"] == "1 ±0 k/s"
    assert row["beside the others"] == "250 ±0 /s"
    assert row["kept"] == "25 ±0%"
    assert row["a call, beside"] == "4 ±0 ms"
    assert row["tail, beside"] == "longest 9 ±0 ms"
    assert cells(trials(starved))["3.14t:write*1"]["kept"].startswith("~ 100")
    assert cells(trials(starved))["3.14t:write*1"]["against 3.14"] == "4 ±0x"


def test_a_lane_that_failed_says_why_in_its_place() -> None:
    """The role alone keeps its figures."""
    name = "3.14:read*3,write*1"
    hung = Finding(
        contest=contest().id, lane=name, launch=0, phase="work", kind="hung", reason="gave no answer", detail=""
    )
    measured = [each for each in trials(starved) if each.lane != name]
    row = cells(measured, [hung])["3.14:write*1"]

    assert row["alone"] == "1 ±0 k/s"
    assert row["beside the others"] == "hung: gave no answer"
    assert row["kept"] == "-"
