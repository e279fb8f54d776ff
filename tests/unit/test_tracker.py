"""Where a version stands, from made-up contests with known answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import HEADER, HOST, PROBE, contest, lane, pair, records, runtime, trials, variants
from gilscope import cli
from gilscope.figures.ladder import ladder as climbed
from gilscope.figures.run import of_run
from gilscope.figures.standings import best_known, standings
from gilscope.history.machines import machines
from gilscope.render import ladder
from gilscope.render import models as model_sheets
from gilscope.render import tracker as sheets
from gilscope.values.contests import Skip
from gilscope.values.interventions import Intervention
from gilscope.values.records import Code, ContestEnd, Finding, Memory, Run, SourceFile
from gilscope.values.runtimes import Pair
from histories import made_run, stored

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from gilscope.figures.run import RunFigures
    from gilscope.figures.standings import Standing
    from gilscope.figures.values import ContestFigures
    from gilscope.figures.workers import LaneMemory
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.probes import Probe

TWIN = lane("3.14")
FREE = lane("3.14t")
THREADS = lane("3.14t", "threads", 2)
FOUR = lane("3.14t", "threads", 4)
ALONE = lane("3.14t", "threads", 1)
SCRIPT = msgspec.structs.replace(PROBE, id="pyperformance/nbody", kind="pyperf", benchmark="nbody")
RUNG = msgspec.structs.replace(PROBE, id="shared/counter", kind="shared")
OWN = msgspec.structs.replace(PROBE, id="work.py:crunch", kind="own")


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
    assert cells["JIT"] == "off"


def test_what_no_run_holds_is_named_with_what_would_measure_it() -> None:
    """No figure is made up, and a version without a pair has no standing."""
    (standing,) = standings([measured({TWIN: 1e8, FREE: 1.1e8})])
    sheet = sheets.sheet([standing])
    cells = {row[0]: row[1] for row in sheet.rows}

    assert list(cells) == ["release", "build", "penalty on one thread, probes"]
    assert cells["penalty on one thread, probes"].startswith("+10")
    assert (
        "Not measured yet: rungs of the ladder that scale. This would: gilscope run --suite ladder --on '*t'"
        in sheet.notes
    )
    assert len([note for note in sheet.notes if "--suite hazards gil/features" in note]) == 1
    assert standings([]) == ()


def test_what_one_version_has_is_marked_as_not_measured_in_the_others() -> None:
    """The row stands there, and the other cell is no figure."""
    (newer,) = standings([measured({TWIN: 1e8, FREE: 1.1e8}, held={TWIN: 10_000_000, FREE: 12_000_000})])
    (older,) = standings([older_build(measured({TWIN: 1e8, FREE: 1.1e8}))])
    (row,) = [row for row in sheets.sheet([older, newer]).rows if row[0] == "memory of one process"]

    assert row[1] == "-"
    assert row[2].startswith("+20")


class TestWork:
    """Probes, scripts and a person's own work have rows of their own, and columns are about one state of each."""

    def test_own_work_is_apart_from_probes(self) -> None:
        """Its penalty and its gain; both rows are there only for those who measured some."""
        walls = {TWIN: 1e8, FREE: 1.25e8, THREADS: 1.25e8}
        (standing,) = standings([measured(walls, OWN), measured({TWIN: 1e8, FREE: 1.1e8})])
        cells = {row[0]: row[1] for row in sheets.sheet([standing]).rows}

        assert cells["penalty on one thread, your own work"].startswith("+25")
        assert cells["gain of 2 threads, your own work"].startswith("1.6")
        assert cells["penalty on one thread, probes"].startswith("+10")
        assert standing.gains == {}

    def test_one_thread_has_no_gain(self) -> None:
        """A lane of one worker thread is a base for others."""
        (standing,) = standings([measured({TWIN: 1e8, FREE: 1e8, ALONE: 1e8, THREADS: 1e8})])

        assert list(standing.gains) == [2]

    def test_another_state_of_the_code_is_other_work(self) -> None:
        """What only one version has in this state is in no mean, and is named."""
        kept = [measured({TWIN: 1e8, FREE: 1.1e8}), older_build(measured({TWIN: 1e8, FREE: 1.2e8}))]
        walls = {TWIN: 1e8, FREE: 1.5e8}
        (old, new) = standings(
            [*kept, older_build(of_code(measured(walls, OWN), "1a")), of_code(measured(walls, OWN), "2b")]
        )
        (alike_old, alike_new) = standings(
            [*kept, older_build(of_code(measured(walls, OWN), "1a")), of_code(measured(walls, OWN), "1a")]
        )

        assert old.own_penalty is new.own_penalty is None
        assert old.left_out == new.left_out == ("work.py:crunch",)
        assert any(note.startswith("In no mean of 3.14t: work.py:crunch.") for note in sheets.sheet([old, new]).notes)
        assert alike_old.own_penalty is not None
        assert alike_new.own_penalty is not None
        assert alike_new.left_out == ()

    def test_long_lists_of_work_are_counted(self) -> None:
        """Three are named."""
        probes = [msgspec.structs.replace(OWN, id=f"work.py:f{number}") for number in range(5)]
        newer = [measured({TWIN: 1e8, FREE: 1.1e8}, probe) for probe in (PROBE, OWN, *probes)]
        older = [older_build(measured({TWIN: 1e8, FREE: 1.1e8}, probe)) for probe in (PROBE, OWN)]
        notes = sheets.sheet(standings([*newer, *older])).notes

        assert any("work.py:f0, work.py:f1, work.py:f2, 2 more." in note for note in notes)

    def test_work_that_turned_the_gil_on_is_named(self) -> None:
        """Its figures are those of a build with a GIL; a lane whose GIL is forced on says nothing."""
        made = measured({TWIN: 1e8, FREE: 1.1e8}, OWN)
        back = Finding(contest="c", lane="3.14t:serial", launch=0, phase="work", kind="GIL turned on", reason="x")
        forced = msgspec.structs.replace(back, lane="3.14t+gil:serial")
        turned, unturned = (
            standings([msgspec.structs.replace(made, findings=(finding,))]) for finding in (back, forced)
        )

        assert turned[0].gil_on == ("work.py:crunch",)
        assert unturned[0].gil_on == ()
        assert any(note.startswith("The GIL came back in 3.14t") for note in sheets.sheet(turned).notes)


class TestBestKnown:
    """Of several contests about one thing, the one that knows it best."""

    def test_the_most_launches(self) -> None:
        """And the last, where several have as many."""
        few, first, last = (
            ended(measured({TWIN: 1e8, FREE: wall}), launches)
            for wall, launches in ((1.1e8, 9), (1.2e8, 15), (1.3e8, 15))
        )

        assert best_known([few, first, last]) == (last,)
        assert best_known([first, few]) == (first,)

    def test_a_rung_where_its_base_was_measured(self) -> None:
        """However many launches a suite had that measured no thread alone; one without a base is better than none."""
        walls = {TWIN: 1e8, FREE: 1e8, THREADS: 1e8}
        based = ended(measured({**walls, ALONE: 1e8}, RUNG), 5)
        without = ended(measured(walls, RUNG), 9)

        assert best_known([based, without]) == (based,)
        assert best_known([without]) == (without,)

    def test_contests_about_something_else_say_nothing(self) -> None:
        """Without a twin, with something changed to find a cause, or with variants."""
        known = measured({TWIN: 1e8, FREE: 1.1e8})
        alone = Pair(free_threaded=runtime("3.14t"), twin=None, differences=())
        changed = msgspec.structs.replace(FREE, interventions=(Intervention("collector off"),))
        others = [
            replaced(known, pair=alone),
            replaced(known, pair=None),
            replaced(known, lanes=(TWIN, changed)),
            replaced(known, variants=variants(lane("3.14t main"), lane("3.14t HEAD")).variants),
        ]

        assert best_known(others) == ()
        assert best_known([*others, known]) == (known,)


class TestBuilds:
    """A column is a build: what goes by one name may be several, and not all may be compared."""

    def test_releases_of_one_name_are_columns(self) -> None:
        """Each has its release in its heading, and pre-releases come first."""
        made = measured({TWIN: 1e8, FREE: 1.1e8})
        releases = ("3.14.0", "3.14.0rc1", "3.14.0b2", "3.14.2")
        texts = [with_facts(made, version_text=text, version=numbers(text)) for text in releases]
        sheet = sheets.sheet(standings(texts))

        assert [column.heading for column in sheet.columns] == [
            "figure",
            *(f"3.14t {text}" for text in ("3.14.0b2", "3.14.0rc1", "3.14.0", "3.14.2")),
        ]
        assert not any("NOT COMPARABLE" in note for note in sheet.notes)

    def test_recipes_of_one_release_are_columns_and_not_comparable(self) -> None:
        """A penalty with PGO says nothing about one without."""
        made = measured({TWIN: 1e8, FREE: 1.1e8})
        sheet = sheets.sheet(standings([made, with_facts(made, pgo=False)]))

        assert [column.heading for column in sheet.columns[1:]] == [
            "3.14t 3.14.0 (GCC, LTO against GCC, PGO, LTO)",
            "3.14t 3.14.0 (GCC, PGO, LTO)",
        ]
        (note,) = [note for note in sheet.notes if note.startswith("NOT COMPARABLE across")]
        assert "GCC, LTO against GCC, PGO, LTO" in note

    def test_a_twin_that_differs_is_told(self) -> None:
        """Every figure of the column holds the difference."""
        made = replaced(measured({TWIN: 1e8, FREE: 1.1e8}), pair=pair(("PGO: yes against no",)))
        notes = sheets.sheet(standings([made])).notes

        assert any(note.startswith("NOT COMPARABLE in all: 3.14t and its twin differ in PGO: yes") for note in notes)


class TestMachines:
    """Figures of two machines are in no mean together."""

    def test_each_has_its_own_standings(self) -> None:
        """The machine that measured last comes first."""
        runs = [
            run_of("a", "2026-01-01", "lab", 1.1e8),
            run_of("b", "2026-02-01", "cloud", 1.3e8),
            run_of("c", "2026-01-02", "lab", 1.2e8),
        ]
        cloud, lab = machines(runs)

        assert [machine.host.partition(" ")[0] for machine in (cloud, lab)] == ["cloud", "lab"]
        assert (lab.runs, lab.first, lab.last) == (2, "2026-01-01", "2026-01-02")
        assert penalties(cloud.standings) == [pytest.approx(1.3)]
        assert penalties(lab.standings) == [pytest.approx(1.2)]
        for sheet, of in zip(sheets.sheets([cloud, lab]), (cloud, lab), strict=True):
            assert sheet.title.endswith(of.host)
            assert sheet.notes[-2].endswith(f"on {of.host}.")

    def test_copies_of_a_run_count_once(self) -> None:
        """In whatever folders they were found."""
        (machine,) = machines([run_of("a", "2026-01-01", "lab", 1.1e8)] * 2)
        (sheet,) = sheets.sheets([machine])

        assert machine.runs == 1
        assert sheet.notes[-1].startswith("From 1 run of 2026-01-01 on lab")

    def test_runs_without_a_pair_are_of_no_machine(self) -> None:
        """They say nothing of a free-threaded build."""
        alone = of_run(records(contest(TWIN), trials({TWIN: 1e8})))

        assert machines([alone]) == ()


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's folder, on a terminal of 80 columns."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


class TestCommand:
    """``gilscope tracker`` from files to the table."""

    def test_a_persons_runs_make_a_column_for_each_build(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """On the terminal, within its width."""
        for number, (version, slower) in enumerate((("3.14.0", 1.3), ("3.14.2", 1.1))):
            stored(here / "gilscope-results", made_run(version, slower, run=version, day=f"2026-01-0{number + 1}"))
        status = cli.main(["tracker"])
        lines = capsys.readouterr().out.splitlines()
        (row,) = [line for line in lines if "thread, probes" in line and "penalty" in line]

        assert status == 0
        assert row.index("+30") < row.index("+10")
        assert max(map(len, lines)) <= 80
        assert "From 2 runs of 2026-01-01 to 2026-01-02" in " ".join(" ".join(lines).split())

    def test_folders_of_other_machines_have_tables_of_their_own(
        self, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Several folders may be named."""
        stored(here / "gilscope-results", made_run(host="lab"))
        stored(here / "share", made_run(host="cloud", run="r2"))
        status = cli.main(["tracker", "--results", "gilscope-results", "share"])
        out = " ".join(capsys.readouterr().out.split())

        assert status == 0
        assert out.count("Free-threaded builds from version to version: ") == 2
        assert "no mean holds two" in out

    def test_as_markdown(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Into a file, and nothing on the terminal."""
        stored(here / "gilscope-results", made_run())
        status = cli.main(["tracker", "--markdown", "progress.md"])
        text = (here / "progress.md").read_text("utf-8")

        assert status == 0
        assert "| figure | 3.14t |" in text
        assert capsys.readouterr().out == ""

    def test_an_empty_folder_says_what_to_run(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """And so does one that is not there."""
        (here / "gilscope-results").mkdir()

        for arguments in ([], ["--results", "nowhere"]):
            assert cli.main(["tracker", *arguments]) == 6
            assert "gilscope run --suite quick --on '*t'" in capsys.readouterr().err

    def test_runs_without_a_pair_say_what_to_run(self, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A default build alone has no progress to show."""
        header, of, *rest = made_run()
        alone = msgspec.structs.replace(of, pair=None)
        stored(here / "gilscope-results", [header, alone, *rest])

        assert cli.main(["tracker"]) == 2
        assert "gilscope runtimes install" in capsys.readouterr().err

    def test_a_file_that_cannot_be_read_is_named_and_left_out(
        self, here: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The others make the table."""
        stored(here / "gilscope-results", made_run())
        (here / "gilscope-results" / "notes.jsonl").write_text("{}\n")
        status = cli.main(["tracker"])
        told = capsys.readouterr()

        assert status == 0
        assert "notes.jsonl" in told.err
        assert "3.14t" in told.out


def numbers(text: str) -> tuple[int, int, int]:
    """The numbers of a version, whatever pre-release it is."""
    major, minor, rest = text.split(".")
    return int(major), int(minor), int(rest[0])


def replaced(made: ContestFigures, **changes: object) -> ContestFigures:
    """The figures with another contest behind them."""
    return msgspec.structs.replace(made, contest=msgspec.structs.replace(made.contest, **changes))


def older_build(made: ContestFigures) -> ContestFigures:
    """The figures as if the pair of 3.13 had given them: its lanes keep their names, and so it has penalties only."""
    of_build = tuple(msgspec.structs.replace(penalty, arm="3.13t") for penalty in made.penalties)
    older = Pair(free_threaded=runtime("3.13t"), twin=runtime("3.13"), differences=())
    return replaced(msgspec.structs.replace(made, penalties=of_build), pair=older)


def with_facts(made: ContestFigures, **facts: object) -> ContestFigures:
    """The figures as if the free-threaded build had been another one of its name."""
    twin = runtime("3.14")
    return replaced(made, pair=Pair(free_threaded=runtime("3.14t", **facts), twin=twin, differences=()))


def of_code(made: ContestFigures, digest: str) -> ContestFigures:
    """The figures of work whose module has this digest, on whatever free-threaded build."""
    modules = {"work": SourceFile("/a/work.py", digest)}
    codes = tuple(Code(contest=made.contest.id, arm=arm, modules=modules) for arm in ("3.13t", "3.14t"))
    return msgspec.structs.replace(made, code=codes)


def ended(made: ContestFigures, launches: int) -> ContestFigures:
    """The figures of a contest that had so many launches."""
    end = ContestEnd(contest=made.contest.id, reason="precise", seconds=1, launches=launches)
    return msgspec.structs.replace(made, end=end)


def run_of(name: str, day: str, host: str, wall: float) -> RunFigures:
    """The figures of a run of one contest on a machine of this name."""
    header = msgspec.structs.replace(HEADER, id=name, started=f"{day} 03:04:05")
    run = records(contest(TWIN, FREE, builds=pair()), trials({TWIN: 1e8, FREE: wall}))
    host_card = msgspec.structs.replace(HOST, name=host)
    return of_run(msgspec.structs.replace(run, header=msgspec.structs.replace(header, host=host_card)))


def penalties(of: Sequence[Standing]) -> list[float]:
    """The penalties of versions, as ratios."""
    return [standing.penalty.ratio.value for standing in of if standing.penalty is not None]


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
