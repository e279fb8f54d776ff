"""What workers weigh and in what order they stand, from made-up records whose answers are known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import HEADER, PROBE, contest, lane, pair, records, trials
from gilscope.figures.run import of_run, together
from gilscope.render import findings, numbers, workers
from gilscope.render.report import report
from gilscope.stats.estimate import Estimate
from gilscope.values.contests import Contest
from gilscope.values.lanes import LaneSpec
from gilscope.values.records import Finding, Memory

if TYPE_CHECKING:
    from collections.abc import Callable

    from gilscope.figures.values import ContestFigures
    from gilscope.render.sheet import Sheet
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec

MIB = 2**20
WAYS = ("thread", "interpreter", "spawn")


def way(arm: str, name: str, *, control: bool = False) -> LaneSpec:
    """A lane that is a way."""
    return msgspec.structs.replace(lane(arm, control=control), way=name)


def of_ways(*lanes: LaneSpec) -> Contest:
    """A contest of ways, the first of which is the reference."""
    probe = msgspec.structs.replace(PROBE, id="birth/start", kind="birth", ways=WAYS)
    return msgspec.structs.replace(contest(*lanes, builds=pair()), probe=probe)


def measured(
    interpreter_ns: float = 1e8, findings: tuple[Finding, ...] = (), lost: tuple[str, ...] = ()
) -> ContestFigures:
    """Threads of 1 ms, spawned processes of 500, and interpreters in between; 3.14t takes twice as long for all.

    Lanes that are ``lost`` have no trials.
    """
    walls = {way("3.14", "thread"): 1e6, way("3.14", "thread", control=True): 1.1e6}
    for arm, factor in (("3.14", 1), ("3.14t", 2)):
        for name, wall in zip(WAYS, (1e6, interpreter_ns, 5e8), strict=True):
            walls[way(arm, name)] = wall * factor
    kept = [trial for trial in trials(walls) if trial.lane not in lost]
    (made,) = of_run(records(of_ways(*walls), kept, findings)).contests
    return made


def of_format_2(size: int) -> dict[str, int]:
    """What Linux told then."""
    return {"pss_bytes": size, "uss_bytes": size // 2}


def resident(size: int) -> dict[str, int]:
    """What Linux tells now; the peak was a mebibyte higher."""
    return {"resident_bytes": size, "peak_bytes": size + MIB}


def unique(size: int) -> dict[str, int]:
    """What other systems tell."""
    return {"uss_bytes": size // 2}


def weighed(
    *held: tuple[LaneSpec, int], told: Callable[[int], dict[str, int]] = resident, launches: int = 5
) -> ContestFigures:
    """Lanes of these bytes, a little more with every launch: what all lanes share cancels in slopes and differences."""
    probe = msgspec.structs.replace(PROBE, id="memory/idle", kind="memory")
    of = msgspec.structs.replace(contest(*(spec for spec, _ in held)), probe=probe)
    memory = [
        Memory(
            contest=of.id,
            lane=spec.name,
            launch=launch,
            processes=1,
            **told(size + launch * 4096),
        )
        for spec, size in held
        for launch in range(launches)
    ]
    run = records(of, trials(dict.fromkeys((spec for spec, _ in held), 1e6), launches=launches))
    (made,) = of_run(msgspec.structs.replace(run, memory=memory)).contests
    return made


def several(model: str, first: int, further: int) -> list[tuple[LaneSpec, int]]:
    """Lanes of 1, 2, 4 and 8 workers of which the first weighs something else than the further ones."""
    return [(lane("3.14", model, count), first + further * (count - 1)) for count in (1, 2, 4, 8)]


def cells(sheet: Sheet, name: str) -> tuple[str, ...]:
    """The row that begins with this name."""
    return next(row for row in sheet.rows if row[0] == name)


# ways


def test_a_way_is_told_against_the_first_way_of_its_own_arm() -> None:
    """100 times as long as a thread in both arms, however slow the arm; the first way is compared with nothing."""
    ratios = {row.lane.name: row.of_first_way for row in measured().lanes}

    for arm in ("3.14", "3.14t"):
        assert ratios[f"{arm}:thread"] is None
        interpreter = ratios[f"{arm}:interpreter"]
        assert interpreter is not None
        assert interpreter.value == pytest.approx(100)


def test_the_sheet_of_ways_has_time_ratio_and_penalty() -> None:
    """A row says all that is known of a way."""
    sheet = workers.ways(measured())

    time, ratio, penalty = cells(sheet, "3.14t:interpreter")[1:]
    assert (time[:3], time[-3:]) == ("20.", " ms")
    assert (ratio[:4], penalty[:4]) == ("100 ", "+100")
    assert cells(sheet, "3.14:thread")[2:] == ("-", "-")
    assert not [row for row in sheet.rows if "#control" in row[0]]
    assert any("3.14t and 3.14: same version" in note for note in sheet.notes)


def test_a_way_that_is_not_there_is_a_row_with_its_reason() -> None:
    """And no finding besides; what went wrong is both."""
    lacking = Finding(
        contest="cpu/primes@3.14t",
        lane="3.14t:spawn",
        launch=0,
        phase="setup",
        kind="unsupported",
        reason="this system has no start method spawn",
    )
    broken = msgspec.structs.replace(lacking, lane="3.14:spawn", kind="raised", reason="OSError")
    made = measured(findings=(lacking, broken), lost=("3.14:spawn", "3.14t:spawn"))

    assert cells(workers.ways(made), "3.14t:spawn")[1] == "not there: this system has no start method spawn"
    assert cells(workers.ways(made), "3.14:spawn")[1] == "raised: OSError"
    assert [row[0] for row in findings.findings([made]).rows] == ["cpu/primes@3.14t 3.14:spawn"]


# orders


@pytest.mark.parametrize(("interpreter_ns", "holds"), [(1e8, True), (1.05e6, None), (5e5, False), (9e8, False)])
def test_an_order_in_time_is_decided_by_intervals_and_noise_floor(interpreter_ns: float, *, holds: bool | None) -> None:
    """A step within the ten per cent that two copies of the reference differ by cannot be told."""
    orders = measured(interpreter_ns).orders

    assert {(order.arm, order.quantity, order.holds) for order in orders} == {
        ("3.14", "time", holds),
        ("3.14t", "time", holds),
    }


def test_an_arm_without_one_of_the_ways_has_no_order() -> None:
    """Before 3.12 no interpreter has a GIL of its own, so there is nothing to say."""
    walls = {way("3.14", "thread"): 1e6, way("3.14", "spawn"): 1e8}
    (made,) = of_run(records(of_ways(*walls), trials(walls))).contests

    assert made.orders == ()
    assert workers.orders([made]).rows == ()


def test_the_sheet_of_orders_answers_and_says_by_how_much() -> None:
    """In words, with every step's figure."""
    row = workers.orders([measured()]).rows[0]

    assert row == ("3.14", "birth/start", "thread < interpreter < spawn", "holds", "100 ±0x, 5 ±0x")


# memory


def test_memory_per_worker_is_the_slope() -> None:
    """What the first worker brings besides (imports, a tracker process) is no part of it."""
    (per_worker,) = weighed(*several("processes", 50 * MIB, 8 * MIB)).worker_memory

    assert (per_worker.arm, per_worker.model, per_worker.workers) == ("3.14", "processes", (1, 2, 4, 8))
    assert (per_worker.quantity, list(per_worker.amounts)) == ("resident", ["resident"])
    assert per_worker.best.value == pytest.approx(8 * MIB)


def test_two_numbers_of_workers_have_a_slope() -> None:
    """A line goes through two points."""
    made = weighed((lane("3.14", "processes", 1), 5 * MIB), (lane("3.14", "processes", 3), 21 * MIB))

    (per_worker,) = made.worker_memory
    assert per_worker.workers == (1, 3)
    assert per_worker.best.value == pytest.approx(8 * MIB)


def test_one_number_of_workers_has_no_slope() -> None:
    """The lane's own memory is shown all the same."""
    made = weighed((lane("3.14"), 5 * MIB))

    assert made.worker_memory == ()
    name, further, held, peak = cells(workers.memory(made), "3.14:serial")
    assert (name, further, held[:3], peak[:3]) == ("3.14:serial", "-", "5.0", "6.0")


def test_an_order_in_memory_is_decided_by_intervals() -> None:
    """Lighter than a thread is a process that weighs nothing; as heavy as a process is an interpreter, within noise."""
    threads, processes = several("threads", 5 * MIB, MIB), several("processes", 5 * MIB, 8 * MIB)
    lighter, equal, between = (several("interpreters", 5 * MIB, size) for size in (MIB // 2, 8 * MIB, 3 * MIB))
    told = [weighed(*threads, *middle, *processes).orders for middle in (lighter, equal, between)]

    assert [(order.quantity, order.holds) for (order,) in told] == [
        ("resident", False),
        ("resident", None),
        ("resident", True),
    ]


@pytest.mark.parametrize(
    ("told", "quantity", "further"),
    [
        (resident, "resident", ["1 ±0 MiB"]),
        (of_format_2, "PSS", ["1 ±0 MiB", "512 ±0 KiB"]),
        (unique, "USS", ["512 ±0 KiB"]),
    ],
)
def test_memory_goes_by_the_name_of_what_was_counted(
    told: Callable[[int], dict[str, int]], quantity: str, further: list[str]
) -> None:
    """Runs of format 2 keep their columns; only Linux tells pages."""
    lanes = [
        *several("threads", 5 * MIB, MIB),
        *several("interpreters", 5 * MIB, 4 * MIB),
        *several("processes", 5 * MIB, 8 * MIB),
    ]
    made = weighed(*lanes, told=told)
    sheet = workers.memory(made)
    headings = [column.heading for column in sheet.columns]

    assert [(order.quantity, order.holds) for order in made.orders] == [(quantity, True)]
    assert made.quantity == quantity
    assert headings[1] == f"{quantity} per further worker"
    assert f"{quantity} with 8" in headings
    assert ("peak with 8" in headings) is (quantity == "resident")
    assert list(cells(sheet, "3.14:threads")[1 : 1 + len(further)]) == further


def test_quantities_are_never_compared_with_each_other() -> None:
    """A contest with both has a figure in what all of its lanes have, and none where they have nothing in common."""
    lanes = [(lane("3.14"), 5 * MIB), (lane("3.14", "threads", 2), 6 * MIB)]

    def mixed(size: int) -> dict[str, int]:
        return of_format_2(size) if size < 6 * MIB else unique(size)

    def apart(size: int) -> dict[str, int]:
        return resident(size) if size < 6 * MIB else unique(size)

    assert weighed(*lanes, told=mixed).quantity == "USS"
    assert {row.memory for row in weighed(*lanes, told=apart).lanes} == {None}


def test_one_launch_tells_no_order() -> None:
    """A difference without an interval is none."""
    lanes = [
        *several("threads", 5 * MIB, MIB),
        *several("interpreters", 5 * MIB, 4 * MIB),
        *several("processes", 5 * MIB, 8 * MIB),
    ]

    assert [order.holds for order in weighed(*lanes, launches=1).orders] == [None]


def test_a_run_from_before_memory_was_weighed_still_reads() -> None:
    """Its lanes have none."""
    assert {row.memory for row in measured().lanes} == {None}


def test_a_contest_about_workers_has_no_summary_of_costs_and_gains() -> None:
    """Nothing was spread over workers, so nothing was gained."""
    made = report(together(HEADER, [measured(), weighed(*several("threads", 5 * MIB, MIB))]))

    assert [sheet.title for sheet in made.summaries] == [workers.orders([]).title]
    assert len(made.details) == 2


@pytest.mark.parametrize(
    ("size", "text"), [(512, "0.5 ±0 KiB"), (3 * MIB, "3 ±0 MiB"), (2**31, "2 ±0 GiB"), (-2 * MIB, "-2 ±0 MiB")]
)
def test_bytes_are_told_in_the_largest_unit_that_fits(size: float, text: str) -> None:
    """As binary multiples."""
    estimate = Estimate(size, size, size)

    assert numbers.memory(estimate) == text
    assert numbers.signed_memory(estimate) == (text if size < 0 else f"+{text}")
