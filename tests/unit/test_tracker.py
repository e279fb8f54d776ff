"""Where a version stands, from made-up contests with known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import PROBE, contest, lane, pair, records, runtime, trials
from gilscope.figures.ladder import ladder as climbed
from gilscope.figures.run import of_run
from gilscope.figures.standings import standings
from gilscope.render import ladder
from gilscope.render import models as model_sheets
from gilscope.render import tracker as sheets
from gilscope.values.contests import Probe, Skip
from gilscope.values.records import Finding, Memory, Run
from gilscope.values.runtimes import Pair

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gilscope.figures.values import ContestFigures
    from gilscope.figures.workers import LaneMemory
    from gilscope.values.contests import LaneSpec

TWIN = lane("3.14")
FREE = lane("3.14t")
THREADS = lane("3.14t", "threads", 2)
FOUR = lane("3.14t", "threads", 4)
ALONE = lane("3.14t", "threads", 1)
SCRIPT = msgspec.structs.replace(PROBE, id="pyperformance/nbody", kind="pyperf", benchmark="nbody")
RUNG = msgspec.structs.replace(PROBE, id="shared/counter", kind="shared")


def measured(
    walls: Mapping[LaneSpec, float], probe: Probe = PROBE, held: Mapping[LaneSpec, int] | None = None
) -> ContestFigures:
    """A contest of 3.14t and its twin about a probe."""
    of = msgspec.structs.replace(contest(*walls, builds=pair()), probe=probe)
    weighed = [
        Memory(contest=of.id, lane=item.name, launch=number, processes=1, resident_bytes=size)
        for item, size in (held or {}).items()
        for number in range(7)
    ]
    run: Run = msgspec.structs.replace(records(of, trials(walls)), memory=weighed)
    (made,) = of_run(run).contests
    return made


def test_penalties_are_geometric_means_apart_for_scripts() -> None:
    """Own probes: 10 % and 21 % make 15.4 %; a script written for pyperf counts for itself."""
    contests = [measured({TWIN: 1e8, FREE: 1.1e8}), measured({TWIN: 1e8, FREE: 1.21e8})]
    (standing,) = standings([*contests, measured({TWIN: 1e8, FREE: 1.3e8}, SCRIPT)])

    assert standing.penalty is not None
    assert standing.penalty.ratio.value == pytest.approx((1.1 * 1.21) ** 0.5)
    assert standing.penalty.contests == 2
    assert standing.benchmarks is not None
    assert standing.benchmarks.ratio.value == pytest.approx(1.3)


def test_versions_are_set_side_by_side_over_the_same_probes() -> None:
    """A benchmark that one of two versions has not is in no mean; a version without any keeps nobody from theirs."""
    second = msgspec.structs.replace(SCRIPT, id="pyperformance/float", benchmark="float")
    newer = [measured({TWIN: 1e8, FREE: 1e8 * slower}, probe) for slower, probe in ((1.3, SCRIPT), (1.1, second))]
    elder = Pair(free_threaded=runtime("3.13t"), twin=runtime("3.13"), differences=())
    older = [
        msgspec.structs.replace(each, contest=msgspec.structs.replace(each.contest, pair=elder))
        for each in (measured({TWIN: 1e8, FREE: 1e8}), newer[0])
    ]
    _, alone = standings([*newer, older[0]])
    _, beside = standings([*newer, *older])

    assert alone.benchmarks is not None
    assert alone.benchmarks.contests == 2
    assert beside.benchmarks is not None
    assert beside.benchmarks.contests == 1
    assert beside.benchmarks.ratio.value == pytest.approx(1.3)


def test_gains_are_of_probes_that_share_nothing_within_the_cpus() -> None:
    """Two threads on two CPUs; four are left out, and so is a rung of the ladder."""
    walls = {TWIN: 1e8, FREE: 1.1e8, THREADS: 1.25e8, FOUR: 2.5e8}
    (standing,) = standings([measured(walls), measured({**walls, THREADS: 9e8}, RUNG)])

    assert list(standing.gains) == [2]
    assert standing.gains[2].ratio.value == pytest.approx(200 / 125)


def test_a_rung_scales_where_threads_get_more_done_than_one_worker_thread() -> None:
    """The main thread takes 1.0 s and one worker 2.0: two in 2.5 s are 1.6 times the worker, and less than main."""
    walls = {TWIN: 1e8, FREE: 1e8, ALONE: 2e8}
    slow = msgspec.structs.replace(RUNG, id="shared/lock")
    without_base = msgspec.structs.replace(RUNG, id="shared/set_read")
    contests = [measured({**walls, THREADS: 2.5e8}, RUNG), measured({**walls, THREADS: 5e8}, slow)]
    (standing,) = standings([*contests, measured({TWIN: 1e8, FREE: 1e8, THREADS: 1e8}, without_base)])

    assert [rung.scales for rung in standing.rungs] == [True, False]
    assert standing.rungs[0].scaling.value == pytest.approx(1.6)
    (_, *cells) = next(row for row in sheets.sheet([standing]).rows if row[0].startswith("rungs"))
    assert cells == ["1 of 2"]


def test_memory_is_the_serial_lanes_over_the_twins() -> None:
    """A fifth more."""
    (standing,) = standings([measured({TWIN: 1e8, FREE: 1.1e8}, held={TWIN: 10_000_000, FREE: 12_000_000})])

    assert standing.memory is not None
    assert standing.memory.ratio.value == pytest.approx(1.2)
    cells = {row[0]: row[1] for row in sheets.sheet([standing]).rows}
    assert cells["memory of one process"].endswith("(of 1, resident)")


def test_memory_that_is_counted_otherwise_has_no_part_in_the_mean() -> None:
    """Runs of format 2 have PSS, which depends on who else runs the interpreter."""
    walls, held = {TWIN: 1e8, FREE: 1.1e8}, {TWIN: 10_000_000, FREE: 12_000_000}
    resident = measured(walls, held=held)
    lanes = [
        lane if lane.memory is None else msgspec.structs.replace(lane, memory=of_format_2(lane.memory))
        for lane in measured(walls, held={**held, FREE: 20_000_000}).lanes
    ]
    (standing,) = standings([msgspec.structs.replace(resident, lanes=tuple(lanes)), resident])

    assert standing.quantity == "resident"
    assert standing.memory is not None
    assert standing.memory.contests == 1
    assert standing.memory.ratio.value == pytest.approx(1.2)


def of_format_2(memory: LaneMemory) -> LaneMemory:
    """The memory of a lane as if it had been counted as PSS."""
    return msgspec.structs.replace(memory, amounts={"PSS": memory.best})


def test_start_up_is_the_birth_of_a_bare_interpreter() -> None:
    """Its end, by the same way, is another figure."""
    lanes = [msgspec.structs.replace(item, way="python") for item in (TWIN, FREE)]
    contests = [
        measured(
            dict(zip(lanes, walls, strict=True)),
            msgspec.structs.replace(PROBE, id=name, kind="birth", ways=("python",)),
        )
        for name, walls in {"birth/start": (1e8, 1.4e8), "birth/end": (1e8, 9e8)}.items()
    ]
    (standing,) = standings(contests)

    assert standing.start_up is not None
    assert standing.start_up.ratio.value == pytest.approx(1.4)


def test_features_are_what_their_probe_saw() -> None:
    """Of the version's own lane, not of its twin's."""
    probe = msgspec.structs.replace(
        PROBE, id="gil/features", kind="gil", ways=("features",), observes={"jit": "", "abi3t": ""}
    )
    lanes = [msgspec.structs.replace(item, way="features") for item in (TWIN, FREE)]
    seen = [
        msgspec.structs.replace(item, observed={"jit": "absent" if item.lane.startswith("3.14:") else "off"})
        for item in trials(dict.fromkeys(lanes, 1e8))
    ]
    of = msgspec.structs.replace(contest(*lanes, builds=pair()), probe=probe)
    (standing,) = standings(of_run(records(of, seen)).contests)

    assert standing.features == {"jit": "off"}
    cells = {row[0]: row[1] for row in sheets.sheet([standing]).rows}
    assert (cells["JIT"], cells["stable ABI for such builds (abi3t)"]) == ("off", "-")


def test_what_no_run_holds_is_marked() -> None:
    """No figure is made up, and a version without a pair has no standing."""
    (standing,) = standings([measured({TWIN: 1e8, FREE: 1.1e8})])
    cells = {row[0]: row[1] for row in sheets.sheet([standing]).rows}

    assert cells["memory of one process"] == "-"
    assert cells["penalty on one thread, own probes"].startswith("+10")
    assert standings([]) == ()


def test_the_table_of_models_has_no_empty_cell() -> None:
    """Measured, failed with its reason, left out with its reason, or not asked for."""
    pool = lane("3.14t", "thread-pool", 2)
    of = contest(TWIN, FREE, THREADS, pool, lane("3.14", "capacity", 2), builds=pair())
    failed = Finding(contest=of.id, lane=pool.name, launch=0, phase="work", kind="raised", reason="ValueError")
    (made,) = of_run(records(of, trials({TWIN: 1e8, FREE: 1.1e8, THREADS: 1.1e8}), [failed])).contests
    skip = Skip(contest=of.id, lane="3.14:interpreter-pool-2", reason="came later")
    sheet = model_sheets.matrix([made], [skip])
    rows = {row[0]: dict(zip([column.heading for column in sheet.columns], row, strict=True)) for row in sheet.rows}
    why = dict(note.rstrip(".").split(": ", 1) for note in sheet.notes[1:])

    assert "capacity" not in rows["3.14t"]
    assert rows["3.14t"]["threads"].startswith("2")
    assert why[rows["3.14t"]["thread-pool"]] == "raised: ValueError"
    assert why[rows["3.14"]["interpreter-pool"]] == "came later"
    assert why[rows["3.14"]["threads"]] == model_sheets.NOT_ASKED
    assert all(cell for row in sheet.rows for cell in row)


def test_the_ladder_has_its_best_rung_first() -> None:
    """Rungs down, arms across against one worker thread; then that one against the owner."""
    walls = {TWIN: 1e8, lane("3.14", "threads", 1): 1e8, lane("3.14", "threads", 2): 2e8}
    walls |= {FREE: 0.8e8, ALONE: 1e8, FOUR: 1e8}
    slow = msgspec.structs.replace(RUNG, id="shared/lock")
    sheet = ladder.sheet(climbed([measured({**walls, THREADS: 3e8}, slow), measured({**walls, THREADS: 1.1e8}, RUNG)]))

    assert [column.heading for column in sheet.columns] == ["rung", "3.14", "3.14t", "owner, 3.14", "owner, 3.14t"]
    assert [row[0] for row in sheet.rows] == ["shared/counter", "shared/lock", "rungs that scale"]
    assert sheet.rows[-1][1:3] == ("0 of 2", "1 of 2")
    figures = [[cell.partition(" ")[0] for cell in row[1:]] for row in sheet.rows[:-1]]
    assert figures == [["1", "1.82", "1", "1.25"], ["1", "0.667", "1", "1.25"]]
