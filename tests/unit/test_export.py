"""A stored run as values for pyperf's files, and those files read back."""

from __future__ import annotations

import random
from statistics import fmean, stdev
from typing import TYPE_CHECKING

import msgspec
import pytest

import builders
from gilscope.errors import ResultsError, UsageError
from gilscope.exchange import export
from gilscope.exchange import files as pyperf_files
from gilscope.figures.run import of_run
from gilscope.values.interventions import Intervention
from gilscope.values.records import Calibration

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.exchange.export import ArmFile, LaneBenchmark
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Trial

TWIN = builders.lane("3.14")
CONTROL = builders.lane("3.14", control=True)
FREE = builders.lane("3.14t")
TWO = builders.lane("3.14t", "threads", 2)
WALLS = {TWIN: 1e7, CONTROL: 1e7, FREE: 1.1e7, TWO: 1.2e7}
INNER_LOOPS = 5


def measured() -> list[Trial]:
    """Ten launches that drift and differ, one of them far out in one lane."""
    noise = random.Random(3)  # noqa: S311 - noise to repeat, not a secret
    return [
        builders.trial(lane, launch, number, wall * (1 + 0.05 * launch) * noise.gauss(1, 0.01) * far_out(lane, launch))
        for launch in range(10)
        for number in range(4)
        for lane, wall in WALLS.items()
    ]


def far_out(lane: LaneSpec, launch: int) -> float:
    """How much longer one lane takes in one launch."""
    return 1.5 if lane == FREE and launch == 4 else 1.0


@pytest.fixture(scope="module")
def contest() -> Contest:
    """The pair's contest."""
    return builders.contest(*WALLS, builds=builders.pair())


def exported(contest: Contest, trials: list[Trial], *, raw: bool = False) -> dict[str, dict[str, LaneBenchmark]]:
    """Per arm the series by name."""
    records = msgspec.structs.replace(
        builders.records(contest, trials),
        calibrations=[Calibration(contest=contest.id, loops=10, inner_loops=INNER_LOOPS)],
    )
    files = export.exported(records, raw=raw)
    return {file.arm: {series.name: series for series in file.series} for file in files}


def mean(series: LaneBenchmark) -> float:
    """What pyperf takes for the series."""
    return fmean(value for launch in series.launches for value in launch.values)


def test_workers_that_divide_the_work_run_no_more_loops() -> None:
    """A trial of ten loops is ten units, whatever their number."""
    own = builders.lane("3.14t", "own", 2)
    trials = [builders.trial(own, launch, number, 1e7) for launch in range(9) for number in range(4)]
    series = exported(builders.contest(own), trials, raw=True)["3.14t"]["cpu/primes[own-2]"]

    assert series.metadata["loops"] == 10
    assert mean(series) == pytest.approx(1e-2 / 10 / INNER_LOOPS, rel=1e-6)


def test_the_ratio_of_means_is_our_estimate(contest: Contest) -> None:
    """Robust and paired as ours is, of serial lanes and of others, though one launch is far out."""
    trials = measured()
    (ours,) = of_run(builders.records(contest, trials)).contests
    penalty = next(item.penalty for item in ours.penalties if item.arm == "3.14t")
    gain = next(row.gain for row in ours.lanes if row.lane == TWO)
    files = exported(contest, trials)

    reference = mean(files["3.14"]["cpu/primes"])

    assert mean(files["3.14t"]["cpu/primes"]) / reference == pytest.approx(1 + penalty.value, rel=1e-12)
    assert gain is not None
    assert reference / mean(files["3.14t"]["cpu/primes[threads-2]"]) == pytest.approx(gain.value, rel=1e-12)
    assert abs(penalty.value - 0.1) < 0.02


def test_values_are_seconds_per_unit(contest: Contest) -> None:
    """10 ms for 10 loops of 5 inner ones each, with a drift of up to half as much again."""
    reference = exported(contest, measured())["3.14"]["cpu/primes"]

    assert mean(reference) == pytest.approx(0.01 / 10 / INNER_LOOPS * 1.2, rel=0.05)
    assert reference.metadata["loops"] == 10
    assert reference.metadata["inner_loops"] == INNER_LOOPS


def test_the_reference_spreads_as_its_copy_does(contest: Contest) -> None:
    """Not as its own times, which drift by half, and not at all would be a lie."""
    reference = exported(contest, measured())["3.14"]["cpu/primes"]
    values = [launch.values[0] for launch in reference.launches]

    assert 0.001 < stdev(values) / fmean(values) < 0.02


def test_raw_values_are_the_trials(contest: Contest) -> None:
    """All of them, per worker and unit; the first of a cold launch would be warm-ups."""
    trials = measured()
    series = exported(contest, trials, raw=True)["3.14t"]["cpu/primes[threads-2]"]
    walls = [trial.wall_ns for trial in trials if trial.lane == TWO.name]

    values = [value for launch in series.launches for value in launch.values]

    assert values == pytest.approx([wall / 1e9 / 10 / INNER_LOOPS / 2 for wall in walls])
    assert series.metadata["loops"] == 20


def test_looks_at_something_are_no_benchmarks(contest: Contest) -> None:
    """How long a look took is nobody's figure."""
    looking = msgspec.structs.replace(contest.probe, observes={"lost": "updates"})

    assert exported(msgspec.structs.replace(contest, probe=looking), measured()) == {}
    run = builders.records(msgspec.structs.replace(contest, probe=looking), measured())
    assert export.left_out(run) == (f"{contest.id}: {export.OF_LOOKS}",)
    assert export.left_out(builders.records(contest, measured())) == ()


def test_work_in_which_something_was_changed_is_no_benchmark(contest: Contest) -> None:
    """Nobody runs it so."""
    changed = msgspec.structs.replace(contest.lanes[-1], interventions=(Intervention("collector off"),))
    run = builders.records(msgspec.structs.replace(contest, lanes=(*contest.lanes[:-1], changed)), measured())

    assert export.exported(run, raw=False) == ()
    assert export.left_out(run) == (f"{contest.id}: {export.OF_CHANGES}",)


def test_metadata_tell_what_was_measured(contest: Contest) -> None:
    """All of it in types that pyperf takes."""
    metadata = exported(contest, measured())["3.14t"]["cpu/primes[threads-2]"].metadata

    assert metadata["model"] == "threads"
    assert metadata["workers"] == 2
    assert metadata["build"] == "free-threaded"
    assert metadata["gil_enabled"] == 0
    assert metadata["py_gil_disabled"] == 1
    assert metadata["python_version"] == "3.14.0"
    assert metadata["gilscope_values"] == "paired"
    assert all(isinstance(value, str | int | float) for value in metadata.values())


def test_a_lane_without_its_reference_keeps_its_own_time(contest: Contest) -> None:
    """There is nothing to pair it with."""
    trials = [trial for trial in measured() if trial.lane == TWO.name]

    files = exported(contest, trials)

    assert list(files) == ["3.14t"]
    assert mean(files["3.14t"]["cpu/primes[threads-2]"]) == pytest.approx(0.012 / 100 * 1.2, rel=0.05)


def test_a_pyperf_benchmark_keeps_its_name_until_it_is_taken(contest: Contest) -> None:
    """Two scripts may call theirs the same."""
    probes = [
        msgspec.structs.replace(builders.PROBE, id=f"{script}:nbody", benchmark="nbody") for script in ("a.py", "b.py")
    ]
    contests = [msgspec.structs.replace(contest, id=f"{probe.id}@3.14t", probe=probe) for probe in probes]
    trials = [msgspec.structs.replace(trial, contest=of.id) for of in contests for trial in measured()]
    records = msgspec.structs.replace(builders.records(contest, trials), contests=contests)

    twin, free = export.exported(records, raw=False)

    assert [series.name for series in twin.series] == ["nbody", "b.py:nbody"]
    assert [series.name for series in free.series] == [
        "nbody",
        "nbody[threads-2]",
        "b.py:nbody",
        "b.py:nbody[threads-2]",
    ]


def test_files_are_read_back_as_they_were_written(contest: Contest, tmp_path: Path) -> None:
    """Through pyperf's own library."""
    trials = measured()
    files = exported_files(contest, trials)

    paths = pyperf_files.write(tmp_path / "new", files)
    times, left_out = pyperf_files.read(paths)

    assert [path.name for path in paths] == ["3.14.json", "3.14t.json"]
    assert left_out == set()
    assert list(times["3.14t"]) == ["cpu/primes", "cpu/primes[threads-2]"]
    assert times["3.14"]["cpu/primes"] == tuple(launch.values for launch in files[0].series[0].launches)


def exported_files(contest: Contest, trials: list[Trial]) -> tuple[ArmFile, ...]:
    """The pair's two files."""
    return export.exported(builders.records(contest, trials), raw=False)


def test_files_are_told_apart_by_their_paths_where_names_are_the_same(contest: Contest, tmp_path: Path) -> None:
    """Two runs' files of one arm are called the same."""
    files = exported_files(contest, measured())
    first, second = (pyperf_files.write(tmp_path / name, files)[0] for name in ("one", "two"))

    assert list(pyperf_files.read([first, second])[0]) == [str(first), str(second)]
    with pytest.raises(UsageError, match="named twice"):
        pyperf_files.read([first, first])


@pytest.mark.parametrize(("text", "words"), [("[1]", "no file of pyperf's"), ("{", "no file of pyperf's")])
def test_a_file_that_is_not_pyperfs_is_told(tmp_path: Path, text: str, words: str) -> None:
    """Not as a traceback."""
    path = tmp_path / "x.json"
    path.write_text(text)

    with pytest.raises(ResultsError, match=words):
        pyperf_files.read([path])


def test_files_that_cannot_be_read_or_written_are_told(contest: Contest, tmp_path: Path) -> None:
    """And a run without trials is."""
    (tmp_path / "file").touch()

    with pytest.raises(ResultsError, match="cannot read"):
        pyperf_files.read([tmp_path / "absent.json"])
    with pytest.raises(ResultsError, match="cannot write"):
        pyperf_files.write(tmp_path / "file" / "below", exported_files(contest, measured()))
    with pytest.raises(ResultsError, match="no trial"):
        pyperf_files.write(tmp_path, ())


def test_an_arm_called_after_a_branch_is_a_file_in_the_folder(tmp_path: Path) -> None:
    """A slash in its name is no further folder."""
    serial = builders.lane("3.14t origin/main")
    of = builders.contest(serial)
    trials = builders.trials({serial: 1e7})

    (path,) = pyperf_files.write(tmp_path, export.exported(builders.records(of, trials), raw=True))

    assert path == tmp_path / "3.14t origin_main.json"
    assert path.is_file()
