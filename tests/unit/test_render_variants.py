"""Variants as sheets: the words of an answer, what is said beside it, and one table for several workloads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import PROBE, lane, records, trials, variants
from gilscope.figures.run import RunFigures, of_run
from gilscope.figures.variants import Comparison
from gilscope.render import variants as render
from gilscope.render.report import of_contest, report
from gilscope.stats.estimate import UNKNOWN, Estimate
from gilscope.values.contests import Variant
from gilscope.values.records import Finding

if TYPE_CHECKING:
    from gilscope.render.sheet import Sheet

MAIN, CONTROL = lane("3.14t main"), lane("3.14t main", control=True)
HEAD, THREADS = lane("3.14t HEAD"), lane("3.14t HEAD", "threads", 2)
MAIN_THREADS = lane("3.14t main", "threads", 2)
WALLS = {MAIN: 1e8, CONTROL: 1.01e8, HEAD: 0.9e8, MAIN_THREADS: 1e8, THREADS: 1e8}


def measured(*findings: Finding, probes: tuple[str, ...] = ("cpu/primes",)) -> RunFigures:
    """A run in which HEAD is 10 % faster than main on one thread, and as fast on two."""
    made = variants(*WALLS)
    labelled = (
        msgspec.structs.replace(made.variants[0], meaning="commit 123"),
        msgspec.structs.replace(made.variants[1], differences=("numpy 2.5 against 2.4",)),
    )
    contests = [
        msgspec.structs.replace(
            made, id=f"{name}@3.14t", probe=msgspec.structs.replace(PROBE, id=name), variants=labelled
        )
        for name in probes
    ]
    runs = [
        records(of, [msgspec.structs.replace(trial, contest=of.id) for trial in trials(WALLS)], findings)
        for of in contests
    ]
    whole = msgspec.structs.replace(
        runs[0],
        contests=tuple(contests),
        trials=tuple(trial for run in runs for trial in run.trials),
        calibrations=tuple(item for run in runs for item in run.calibrations),
    )
    return of_run(whole)


def cells(sheet: Sheet, name: str) -> dict[str, str]:
    """The row that begins with this name, by heading."""
    row = next(row for row in sheet.rows if row[0] == name)
    return dict(zip((column.heading for column in sheet.columns), row, strict=True))


def answered() -> Sheet:
    """The sheet that compares the lanes of one workload."""
    (contest,) = measured().contests
    return next(iter(render.sheets(contest)))


def test_an_answer_is_a_difference_with_its_direction() -> None:
    """Beside it stand the ratio that it rests on, and both times."""
    row = cells(answered(), HEAD.name)

    assert row["ratio"].startswith("0.9")
    assert row["answer"].startswith("10")
    assert row["answer"].endswith("% faster, better")


def test_no_difference_is_told_with_what_is_still_possible() -> None:
    """The reader sees how much could have been missed."""
    row = cells(answered(), THREADS.name)

    assert row["answer"].startswith("no difference that could be told: 0.99% faster to 1% slower is possible")


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [
        (0.0, float("inf"), "even a factor of two is possible"),
        (0.499, 1.1, "even a factor of two is possible"),
        (0.9, 2.01, "even a factor of two is possible"),
        (0.5, 1.9, "50% faster to 90% slower is possible"),
    ],
    ids=["one launch", "below", "above", "within"],
)
def test_a_percentage_is_told_where_it_says_something(low: float, high: float, words: str) -> None:
    """Beyond a factor of two, hardly anything is known."""
    comparison = Comparison(ratio=UNKNOWN.exp(), possible=Estimate(1.0, low, high), floor=0.0)

    assert render._answer(comparison) == f"no difference that could be told: {words}"


def test_labels_and_differences_are_explained_below() -> None:
    """What a label stood for, and in what else the variants differ."""
    notes = " ".join(answered().notes)

    assert "main: commit 123." in notes
    assert "HEAD differs from main in numpy 2.5 against 2.4." in notes


def test_other_results_are_told_beside_the_ratio() -> None:
    """Once, however many launches saw it."""
    found = [
        Finding(
            contest="cpu/primes@3.14t", lane=HEAD.name, launch=number, phase="check", kind="differs", reason="other"
        )
        for number in range(2)
    ]
    (contest,) = measured(*found).contests
    notes = [note for sheet in render.sheets(contest) for note in sheet.notes if "NOT THE SAME RESULTS" in note]

    assert notes == [f"cpu/primes: {render.DIFFERS.format(HEAD.name, MAIN.name)}"]


def test_several_workloads_have_a_row_each_and_their_mean_below() -> None:
    """Lanes stand beside each other; what could not be told from none is marked."""
    run = measured(probes=("cpu/primes", "cpu/objects"))
    (sheet,) = render.overviews(run.contests, run.variants)

    assert sheet.title == "3.14t HEAD against 3.14t main"
    assert [column.heading for column in sheet.columns] == ["workload", "serial", "threads-2"]
    assert [row[0] for row in sheet.rows] == ["cpu/primes", "cpu/objects", "geometric mean"]
    assert all(row[1].startswith("0.9") and row[1].endswith(", better") for row in sheet.rows)
    assert all(row[2].startswith("~ 1") for row in sheet.rows)
    assert "main: commit 123." in sheet.notes


def test_one_workload_has_no_mean() -> None:
    """It would be its own; nor are the notes said again that stand below its lanes."""
    run = measured()
    (sheet,) = render.overviews(run.contests, run.variants)

    assert [row[0] for row in sheet.rows] == ["cpu/primes"]
    assert sheet.notes == (render.MARKS,)


def test_a_report_of_variants_shows_times_ratios_and_no_verdict() -> None:
    """What to run the workload on is not the question."""
    run = measured()
    made = report(run)

    assert [sheet.title.partition(":")[2] for sheet in made.details if sheet.rows] == [
        f" {PROBE.question}",
        " time against main",
    ]
    assert [sheet.title for sheet in made.summaries if sheet.rows] == ["3.14t HEAD against 3.14t main"]


def test_a_probe_with_ways_has_both_tables() -> None:
    """The ways are compared as lanes are."""
    (contest,) = measured().contests
    of = contest.contest
    ways = msgspec.structs.replace(
        contest, contest=msgspec.structs.replace(of, probe=msgspec.structs.replace(of.probe, ways=("a",)))
    )

    assert "time against main" in [sheet.title.partition(": ")[2] for sheet in of_contest(ways)]


PAIRS = {
    lane("3.15 main"): 1e8,
    lane("3.15 main", control=True): 1e8,
    lane("3.15t main"): 1.1e8,
    lane("3.15 branch"): 1e8,
    lane("3.15t branch"): 1.32e8,
}


@pytest.fixture
def pairs() -> RunFigures:
    """Two pairs of builds: 10 % penalty on main, 32 % on the branch."""
    return of_run(records(variants(*PAIRS), trials(PAIRS)))


def test_pairs_of_builds_have_a_table_of_penalties(pairs: RunFigures) -> None:
    """1.32 over 1.1 is a fifth more."""
    (contest,) = pairs.contests
    _, sheet = render.sheets(contest)

    assert cells(sheet, "main")["penalty, one thread"].startswith("+10")
    assert cells(sheet, "main")["answer"] == "-"
    assert cells(sheet, "branch")["penalty, one thread"].startswith("+32")
    assert cells(sheet, "branch")["change against main"].startswith("+20")
    assert cells(sheet, "branch")["answer"].endswith("slower, worse")


def test_the_change_of_a_penalty_stands_with_the_free_threaded_build(pairs: RunFigures) -> None:
    """The default builds' table has none."""
    default, free_threaded = render.overviews(pairs.contests, pairs.variants)

    assert "change of penalty" not in {column.heading for column in default.columns}
    assert cells(free_threaded, "cpu/primes")["change of penalty"].startswith("+20")


def test_contests_without_variants_have_no_such_sheets() -> None:
    """Nor a place in the overviews."""
    (contest,) = measured().contests
    plain = msgspec.structs.replace(contest, variants=None)

    assert list(render.sheets(plain)) == []
    assert list(render.overviews([plain], measured().variants)) == []


def test_a_variant_is_a_value() -> None:
    """It is a key of what is found of it."""
    assert len({Variant(label="a", arms=("b",)), Variant(label="a", arms=("b",))}) == 1
