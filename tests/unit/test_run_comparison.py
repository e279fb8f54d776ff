"""Two runs side by side: the ratios by hand, and what must be said beside them."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope import cli, store
from gilscope.arguments import DEFAULT_RESULTS
from gilscope.history.summarise import summary
from gilscope.history.two_runs import RunComparison, compare
from gilscope.values.contests import Contest
from gilscope.values.records import Trial
from histories import made_run, stored

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gilscope.values.records import Record


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A working folder of its own, and a terminal of 80 columns."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


def compared(tmp_path: Path, before: list[Record], after: list[Record]) -> RunComparison:
    """The comparison of two runs that were stored."""
    first, second = (
        summary(store.read(stored(tmp_path, records, name))) for name, records in (("before", before), ("after", after))
    )
    return compare(first, second)


def told(capsys: pytest.CaptureFixture[str], before: list[Record], after: list[Record]) -> str:
    """What the command prints, in one line."""
    for records in (before, after):
        stored(DEFAULT_RESULTS, records)
    assert cli.main(["compare", "r1", "r2"]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_the_ratios_by_hand(tmp_path: Path) -> None:
    """1.3 over 1.1 for all that the free-threaded build did, one for all others, on a machine half as fast.

    Of two times of one worker, of which one moved, nobody can say whether runs differ by that much; the penalty can.
    """
    before, after = (
        made_run(slower=1.1, with_yardsticks=True),
        made_run(slower=1.3, with_yardsticks=True, mood=2, run="r2"),
    )
    rows = compared(tmp_path, before, after).rows
    found = {(row.figure, f"{row.arm}:{row.work}"): (row.change.ratio.value, row.change.beyond_noise) for row in rows}

    assert {key for key, (_, mark) in found.items() if mark == "up"} == {
        ("penalty", "3.14t:serial"),
        ("time", "3.14t:threads-2"),
    }
    for key, (ratio, _) in found.items():
        assert ratio == pytest.approx(1.0 if key == ("time", "3.14:serial") else 1.3 / 1.1)
    penalty, time = (next(row for row in rows if row.figure == figure) for figure in ("penalty", "time"))
    assert (penalty.before.value, penalty.after.value) == pytest.approx((0.1, 0.3))
    assert time.after.value == pytest.approx(2 * time.before.value)


def test_times_without_a_yardstick_are_shown_and_not_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A machine half as fast is no change of the program; the table says why."""
    found = compared(tmp_path, made_run(), made_run(mood=2, run="r2"))
    times = [row.change for row in found.rows if row.figure == "time"]

    assert {(change.judged, change.beyond_noise) for change in times} == {(False, None)}
    assert [change.ratio.value for change in times] == pytest.approx([2.0] * 3)
    assert "no yardstick: not judged." in told(capsys, made_run(), made_run(mood=2, run="r2"))


def test_a_change_of_all_probes_is_marked_in_their_mean(tmp_path: Path) -> None:
    """In each of six probes the runs differ by too much to say; that all became slower is no mood."""
    moods = (1.0, 1.05, 0.96, 1.04, 0.95, 1.01)
    found = compared(tmp_path, several([1.1] * 6), several([1.1 * 1.1 * mood for mood in moods], run="r2"))
    (mean,) = found.means

    assert not any(row.change.beyond_noise for row in found.rows)
    assert (mean.figure, mean.arm, mean.work, mean.probes) == ("penalty", "3.14t", "serial", 6)
    assert mean.change.beyond_noise == "up"
    assert mean.change.ratio.value == pytest.approx(1.1 * math.prod(moods) ** (1 / 6))


def test_a_yardstick_with_other_loops_is_as_long(tmp_path: Path) -> None:
    """How many units it spins is found anew in every run, and its time counts by the unit."""
    before, after = made_run(with_yardsticks=True), made_run(with_yardsticks=True, run="r2")
    longer = [
        msgspec.structs.replace(record, wall_ns=3 * record.wall_ns, loops=3 * record.loops)
        if isinstance(record, Trial) and ":capacity-" in record.lane
        else record
        for record in after
    ]
    found = compared(tmp_path, before, longer).rows

    assert [row.change.ratio.value for row in found if row.figure == "time"] == pytest.approx([1.0] * 3)


@pytest.mark.parametrize(("probes", "means"), [(1, 0), (2, 1)])
def test_two_probes_have_a_mean(tmp_path: Path, probes: int, means: int) -> None:
    """The mean of one would be its row again."""
    found = compared(tmp_path, several([1.1] * probes), several([1.1] * probes, run="r2"))

    assert len(found.means) == means


def test_a_time_is_judged_by_the_yardstick_with_as_many_workers(tmp_path: Path) -> None:
    """A machine that gave two workers one CPU made two threads slower, and their yardstick alike."""
    before, after = made_run(with_yardsticks=True), made_run(with_yardsticks=True, run="r2")
    starved = [
        msgspec.structs.replace(record, wall_ns=2 * record.wall_ns)
        if isinstance(record, Trial) and record.lane.endswith("-2")
        else record
        for record in after
    ]
    found = {row.work: row for row in compared(tmp_path, before, starved).rows if row.figure == "time"}

    assert found["threads-2"].after.value == pytest.approx(2 * found["threads-2"].before.value)
    assert found["threads-2"].change.ratio.value == pytest.approx(1.0)


def several(slower: Sequence[float], run: str = "r1") -> list[Record]:
    """A run of several probes, in each of which the free-threaded build is slower by a factor of its own."""
    records: list[Record] = []
    for number, factor in enumerate(slower):
        header, contest, *rest = made_run(slower=factor, run=run)
        assert isinstance(contest, Contest)
        probe = msgspec.structs.replace(contest.probe, id=f"cpu/{number}")
        records += [] if records else [header]
        records += [msgspec.structs.replace(contest, id=probe.id, probe=probe)]
        records += [msgspec.structs.replace(record, contest=probe.id) for record in rest]
    return records


def test_what_one_run_only_has_is_listed(tmp_path: Path) -> None:
    """A lane that the second run had not, by the run that has it."""
    shorter = made_run(run="r2")
    without = [record for record in shorter if getattr(record, "lane", "") != "3.14t:threads-2"]
    missing = compared(tmp_path, made_run(), without).one_sided

    assert [(only.run, only.figure, only.arm, only.work) for only in missing] == [("r1", "time", "3.14t", "threads-2")]


def test_nothing_is_said_of_hosts_and_builds_that_agree(capsys: pytest.CaptureFixture[str]) -> None:
    """The noise floors always are."""
    text = told(capsys, made_run(noise=0.01), made_run(run="r2", noise=0.01))

    assert "NOT COMPARABLE" not in text
    assert "Noise floors:" in text


def test_another_host_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """Its name stands below the numbers."""
    assert "NOT COMPARABLE hosts: lab (" in told(capsys, made_run(), made_run(run="r2", host="cloud"))


def test_another_build_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """In what it differs, and what else may explain a change."""
    text = told(capsys, made_run(), made_run("3.14.1", run="r2", pgo=False, compiler="GCC 15.1.0"))

    assert "NOT COMPARABLE builds: GCC, PGO, LTO, then GCC, LTO." in text
    assert "Python: 3.14.0, then 3.14.1." in text
    assert "compiler: GCC 14.2.0, then GCC 15.1.0." in text


@pytest.mark.parametrize(("length", "is_told"), [(60, True), (61, False)])
def test_long_circumstances_are_only_said_to_have_changed(tmp_path: Path, length: int, *, is_told: bool) -> None:
    """A line of flags in full, twice, would bury what else is said; up to sixty characters in all are shown."""
    before, after = "a" * 30, "b" * (length - 30)
    found = compared(tmp_path, made_run(compiler=before), made_run(run="r2", compiler=after))

    told_in_full = f"compiler: {before}, then {after}"
    for row in found.rows:
        assert (told_in_full in row.differences) is is_told
        assert ("compiler changed" in row.differences) is not is_told


def test_digests_are_only_said_to_have_changed(tmp_path: Path) -> None:
    """Nobody can read them; a commit is shown."""
    after = made_run(run="r2", binary="2b", commit="bb")
    found = compared(tmp_path, made_run(binary="1a", commit="aa"), after)

    for row in found.rows:
        assert "interpreter's commit: aa, then bb" in row.differences
        assert "interpreter's files changed" in row.differences


def test_twins_that_differ_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The penalty holds this difference too."""
    text = told(capsys, made_run(differences=("LTO: yes against no",)), made_run(run="r2"))

    assert "the builds set against each other differ in LTO: yes against no." in text


def test_a_lane_that_is_in_two_contests_is_compared_once(tmp_path: Path) -> None:
    """The reference of two pairs is measured twice."""
    header, of, *rest = made_run()
    copies = [msgspec.structs.replace(record, contest="again") for record in rest if hasattr(record, "contest")]
    doubled = [header, of, *rest, msgspec.structs.replace(of, id="again"), *copies]
    rows = compared(tmp_path, doubled, doubled).rows

    assert len(rows) == len({(row.figure, row.arm, row.work) for row in rows}) == 4


def test_as_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same numbers, for a program."""
    paths = [stored(tmp_path, made_run(slower=slower, run=run)) for run, slower in (("a", 1.1), ("b", 1.2))]
    assert cli.main(["compare", "--json", *map(str, paths)]) == 0
    answer = json.loads(capsys.readouterr().out)

    assert (answer["before"], answer["after"]) == ("a", "b")
    assert len(answer["rows"]) == 4


def test_no_such_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The latest are listed."""
    stored(DEFAULT_RESULTS, made_run())

    assert cli.main(["compare", "r1", "r9"]) == 6
    assert "there is no run 'r9' in gilscope-results; the latest are: r1" in capsys.readouterr().err
