"""A figure over versions and dates: what is marked, what is never mixed, how runs of one row are joined."""

from __future__ import annotations

import json
import math
from random import Random
from statistics import mean
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope import cli
from gilscope.arguments import DEFAULT_RESULTS
from gilscope.commands import output
from gilscope.history.joining import joined
from gilscope.history.series import history, version_order
from gilscope.history.summary import DatedFigure, Figure
from gilscope.stats.estimate import SAME, Estimate, student, student_quantile
from gilscope.values.records import Trial
from histories import made_run, stored

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.history.summary import FigureName

VERSIONS = [f"3.14.{patch}" for patch in range(8)]
PLANTED = "3.14.5"


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache and a working folder of its own, and a terminal of 80 columns."""
    monkeypatch.setattr(output, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(tmp_path)


def observation(  # noqa: PLR0913 - a figure is described by this many things
    log: float,
    version: str = "3.14.0",
    *,
    name: FigureName = "penalty",
    host: str = "lab",
    day: str = "2026-01-01",
    recipe: str = "GCC",
    compiler: str = "GCC 14",
    half_width: float | None = 0.01,
) -> DatedFigure:
    """A figure of a run."""
    figure = Figure(
        name=name,
        probe="cpu/primes",
        arm="3.14t",
        work="serial",
        version=version,
        build="free-threaded",
        recipe=recipe,
        circumstances={"Python": version, "compiler": compiler},
        twin_differs="",
        center=log,
        half_width=half_width,
        freedom=6,
        floor=0.004,
        is_of_one_cpu=name != "time",
    )
    return DatedFigure(host, f"{day} 03:04:05", figure)


def of_code(code: str, day: str, version: str = "3.14.0") -> DatedFigure:
    """A figure of a run of this code."""
    seen = observation(0.1, version, day=day)
    circumstances = {"Python": version, "code": code}
    return DatedFigure(seen.host, seen.started, msgspec.structs.replace(seen.figure, circumstances=circumstances))


def plant(folder: Path, slower: float = 1.05, noise: float = 0.005) -> None:
    """Three runs per version; from one version on, the free-threaded build is slower."""
    for version in VERSIONS:
        for number in range(3):
            factor = 1.08 * (slower if version >= PLANTED else 1.0)
            stored(folder, made_run(version, factor, run=f"{version}-{number}", noise=noise))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, list[dict[str, object]]]:
    """What ``gilscope history --json`` answers."""
    assert cli.main(["history", "--json", *arguments]) == 0
    answer: dict[str, list[dict[str, object]]] = json.loads(capsys.readouterr().out)
    return answer


class TestMarks:
    """A change beyond noise is the one that is marked."""

    def test_a_planted_regression_is_the_only_mark(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Five per cent from one version to the next, from files to the last line of the answer."""
        plant(tmp_path / "gilscope-results")
        status = cli.main(["history"])
        lines = capsys.readouterr().out.splitlines()
        marked = [line for line in lines if line.endswith(("worse", "better")) or "▲ up, worse " in line]

        assert status == 0
        assert {line.split()[0] for line in marked} == {PLANTED, "cpu/primes"}
        assert lines[-1] == "1 of 7 changes (1 series) is beyond noise."
        assert max(map(len, lines)) <= 80

    def test_a_smaller_gain_is_for_the_worse(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """That of one thread is judged by itself; what two gain hangs on what the machine gave."""
        plant(tmp_path / "gilscope-results")
        cli.main(["history", "gain"])
        out = capsys.readouterr().out
        closing = out.split("Changes beyond noise")[1]

        assert closing.count("▼ down, worse") == closing.count(PLANTED) == 1
        words = " ".join(closing.split())
        assert words.endswith("1 of 7 changes (2 series) is beyond noise. 7 without a yardstick were not judged.")
        assert out.count("no yardstick ") == 7

    @pytest.mark.parametrize(("with_yardsticks", "marked"), [(True, 2), (False, 0)])
    def test_times_are_marked_against_a_yardstick(
        self, capsys: pytest.CaptureFixture[str], marked: int, *, with_yardsticks: bool
    ) -> None:
        """The free-threaded build became slower by a fifth, and the machine by a half: only the former is told."""
        for day in range(1, 9):
            late = day > 5
            records = made_run(
                slower=1.2 if late else 1.0,
                mood=1.5 if late else 1.0,
                run=f"r{day}",
                day=f"2026-01-0{day}",
                noise=0.002,
                with_yardsticks=with_yardsticks,
            )
            stored(DEFAULT_RESULTS, records)
        told = asked(capsys, "time", "--by", "date")
        found = [
            (series["arm"], row["label"])
            for series in told["series"]
            for row in series["rows"]  # type: ignore[attr-defined]  # an answer's rows are lists
            if (row["change"] or {}).get("beyond_noise")
        ]

        assert found == [("3.14t", "2026-01-06")] * marked
        assert "capacity" not in json.dumps([series["work"] for series in told["series"]])

    @pytest.mark.parametrize("figure", ["gain", "scaling"])
    def test_what_threads_gain_is_held_against_what_the_machine_gave(
        self, capsys: pytest.CaptureFixture[str], figure: str
    ) -> None:
        """Late runs had one CPU instead of two: threads took twice as long, and so did processes that spin."""
        for day in range(1, 9):
            records = [
                msgspec.structs.replace(
                    record, wall_ns=2 * record.wall_ns, ends_ns=tuple(2 * end_ns for end_ns in record.ends_ns)
                )
                if day > 5 and isinstance(record, Trial) and record.lane.endswith("-2")
                else record
                for record in made_run(run=f"r{day}", day=f"2026-01-0{day}", noise=0.002, with_yardsticks=True)
            ]
            stored(DEFAULT_RESULTS, records)
        cli.main(["history", figure, "--lane", "threads-2", "--by", "date"])

        assert "None of 7 changes (1 series) are beyond noise.\n" in capsys.readouterr().out

    def test_a_yardstick_of_another_build_judges_no_time(self, capsys: pytest.CaptureFixture[str]) -> None:
        """It may be the yardstick that became faster."""
        for version in VERSIONS[:4]:
            stored(DEFAULT_RESULTS, made_run(version, run=version, slower=2.0, with_yardsticks=True))
        cli.main(["history", "time"])

        words = " ".join(capsys.readouterr().out.split())
        assert words.endswith("None of 0 changes (3 series) are beyond noise. 9 without a yardstick were not judged.")

    def test_moods_between_runs_are_not_marked(self, capsys: pytest.CaptureFixture[str]) -> None:
        """Runs that differ by far more than their own intervals: no change stands out of such runs."""
        draw = Random(5)  # noqa: S311 - noise, not secrets
        for day in range(1, 21):
            records = made_run(
                slower=math.exp(draw.gauss(0.1, 0.03)), run=str(day), day=f"2026-01-{day:02}", noise=0.001
            )
            stored(DEFAULT_RESULTS, records)
        cli.main(["history", "--by", "date"])

        assert "None of 19 changes (1 series) are beyond noise." in capsys.readouterr().out

    def test_a_noisy_series_is_not_marked(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """With launches that differ by a tenth, five per cent are told from nothing by nobody."""
        plant(tmp_path / "gilscope-results", noise=0.1)
        cli.main(["history"])

        assert "None of 7 changes (1 series) are beyond noise." in capsys.readouterr().out

    def test_the_change_by_hand(self) -> None:
        """From 10 % to 21 % more time is 10 % more."""
        told = history("penalty", "version", [observation(math.log(1.1)), observation(math.log(1.21), "3.14.1")])
        first, second = told.series[0].rows

        assert first.change is None
        assert second.estimate.value == pytest.approx(0.21)
        assert second.change is not None
        assert second.change.ratio.value == pytest.approx(1.1)


class TestRows:
    """What stands in one series, in which order, and what is said beside it."""

    def test_hosts_and_recipes_are_not_mixed(self) -> None:
        """A machine twice as fast is no change, and neither is a build with PGO."""
        runs = [observation(0.7), observation(0.0, host="other"), observation(0.2, recipe="GCC, PGO")]
        told = history("time", "version", [*runs, observation(0.7, "3.14.1")])

        assert {(series.host, series.recipe, len(series.rows)) for series in told.series} == {
            ("lab", "GCC", 2),
            ("other", "GCC", 1),
            ("lab", "GCC, PGO", 1),
        }
        assert told.marked == ()

    def test_other_hosts_in_files(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Two machines that measured the same versions are two series."""
        for host, slower in (("lab", 1.1), ("cloud", 1.3)):
            stored(tmp_path / host, made_run(slower=slower, run="same", host=host))
        answer = asked(capsys, "--results", "lab", "cloud")

        assert [series["host"] for series in answer["series"]] == sorted(
            f"{host} (CPU <of> a|kind, 2 of 4 CPUs, x86_64, Linux)" for host in ("cloud", "lab")
        )

    def test_by_date(self) -> None:
        """A row per day; which Python it was is told where it changed."""
        runs = [observation(0.1, day="2026-02-01"), observation(0.1), observation(0.1, "3.14.1", day="2026-03-01")]
        told = history("penalty", "date", runs)

        assert [(row.label, row.circumstances) for row in told.series[0].rows] == [
            ("2026-01-01", ()),
            ("2026-02-01", ()),
            ("2026-03-01", ("Python",)),
        ]

    def test_code_is_never_joined_with_other_code(self) -> None:
        """Two runs of one version before a change of the workload, one after it: two rows, labelled by their start."""
        days = ["2026-01-01", "2026-01-02", "2026-01-03"]
        runs = [of_code(code, day) for code, day in zip(("a", "a", "b"), days, strict=True)]
        told = history("penalty", "version", [*runs, of_code("b", "2026-01-03", "3.14.1")]).series[0]

        assert [(row.label, row.runs) for row in told.rows] == [
            ("3.14.0 from 2026-01-01 03:04:05", 2),
            ("3.14.0 from 2026-01-03 03:04:05", 1),
            ("3.14.1", 1),
        ]
        assert [row.circumstances for row in told.rows] == [(), ("code",), ()]

    def test_code_of_one_day_is_told_apart(self) -> None:
        """The time is the label then."""
        told = history("penalty", "date", [of_code("a", "2026-01-01"), of_code("b", "2026-01-01")]).series[0]

        assert [(row.label, row.runs) for row in told.rows] == [("2026-01-01 03:04:05", 1)] * 2

    def test_what_is_not_known_is_no_change(self) -> None:
        """Runs of older formats do not say which code they ran; they are not joined with those that do."""
        told = history("penalty", "version", [of_code("unknown", "2026-01-01"), of_code("b", "2026-01-02")]).series[0]

        assert [row.circumstances for row in told.rows] == [(), ()]

    def test_what_else_changed_is_told(self) -> None:
        """Another compiler may be why; another version is what the rows are about."""
        told = history("penalty", "version", [observation(0.1), observation(0.1, "3.14.1", compiler="GCC 15")])

        assert told.series[0].rows[1].circumstances == ("compiler",)

    def test_the_noise_floor_of_a_row_is_the_median_of_its_runs(self) -> None:
        """One run on a loud afternoon, or on a quiet night, does not decide what counts as noise."""
        runs = [observation(0.1) for _ in range(3)]
        loud = [
            msgspec.structs.replace(run, figure=msgspec.structs.replace(run.figure, floor=floor))
            for run, floor in zip(runs, (0.09, 0.001, 0.004), strict=True)
        ]

        assert history("penalty", "version", loud).series[0].rows[0].noise_floor == 0.004

    def test_single_launches_are_left_out_and_counted(self) -> None:
        """They have no interval, so nothing can be compared with them."""
        told = history("penalty", "version", [observation(0.1), observation(0.9, "3.14.1", half_width=None)])

        assert len(told.series[0].rows) == 1
        assert told.single_launches == 1

    def test_versions_are_sorted_as_versions(self) -> None:
        """Ten comes after nine, and pre-releases before the release."""
        mixed = ["3.10.1", "3.15.0", "odd", "3.15.0rc1", "3.9.20", "3.15.0a3+"]

        assert sorted(mixed, key=version_order) == ["odd", "3.9.20", "3.10.1", "3.15.0a3+", "3.15.0rc1", "3.15.0"]

    def test_a_long_series_shows_its_end_and_its_marks(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What is left out is counted; a marked row never is."""
        for day in range(28):
            for month in (1, 2):
                date = f"2026-{month:02}-{day + 1:02}"
                slower = 1.1 if date < "2026-01-09" else 1.2
                stored(DEFAULT_RESULTS, made_run(slower=slower, run=date, day=date, noise=0.002))
        cli.main(["history", "--by", "date"])
        out = capsys.readouterr().out

        assert "25 earlier rows without a mark are left out here" in out
        assert "\n2026-01-09" in out
        assert "\n2026-01-08" not in out


class TestJoined:
    """Runs of one row as one estimate."""

    def test_one_run_is_itself(self) -> None:
        """Nothing is lost or gained."""
        alone = observation(0.1).figure.log

        assert joined([alone], SAME).half_width == pytest.approx(alone.half_width)

    def test_runs_that_agree_narrow_the_interval(self) -> None:
        """Four runs halve the error of one, and have more degrees of freedom."""
        four = joined([observation(0.1).figure.log] * 4, SAME)
        error = 0.01 / student_quantile(6, 0.95) / 2

        assert four.half_width == pytest.approx(student_quantile(24, 0.95) * error)

    def test_two_runs_that_differ_widen_the_interval(self) -> None:
        """By more than either is uncertain by: the truth may lie at both, or beyond."""
        apart = joined([observation(0.1).figure.log, observation(0.2).figure.log], SAME)

        assert apart.value == pytest.approx(0.15)
        assert apart.low < 0.1
        assert apart.high > 0.2

    def test_what_runs_may_be_off_by_is_in_the_interval(self) -> None:
        """Four runs halve that too."""
        error = student(0.0, 0.03, 3)
        sure = Estimate(0.1, 0.1, 0.1, 6)

        assert joined([sure], error).standard_error == pytest.approx(0.03)
        assert joined([sure] * 4, error).standard_error == pytest.approx(0.015)

    @pytest.mark.parametrize("between", [0.0, 0.01, 0.05])
    def test_coverage(self, between: float) -> None:
        """The interval holds the truth about 19 times in 20, however much runs differ."""
        draw = Random(3)  # noqa: S311 - noise, not secrets
        error = 0.01 / student_quantile(6, 0.95)
        held = [
            joined(
                [observation(draw.gauss(0, math.hypot(between, error))).figure.log for _ in range(6)], SAME
            ).contains(0)
            for _ in range(1500)
        ]

        assert mean(held) == pytest.approx(0.95, abs=0.025)


class TestWrongUse:
    """What is not there is told with what there is."""

    def test_an_empty_folder(self, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
        """It says how to fill it."""
        (tmp_path / "gilscope-results").mkdir()

        assert cli.main(["history"]) == 6
        assert "no runs are stored in gilscope-results: measure one with `gilscope run`" in capsys.readouterr().err

    def test_no_such_folder(self, capsys: pytest.CaptureFixture[str]) -> None:
        """A share that is not there is named."""
        assert cli.main(["history", "--results", "share"]) == 6
        assert "cannot look into share" in capsys.readouterr().err

    def test_an_unknown_probe(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Those that there are are listed."""
        stored(tmp_path / "gilscope-results", made_run())

        assert cli.main(["history", "--probe", "cpu/prines"]) == 2
        assert "probes that have one: cpu/primes" in capsys.readouterr().err


def test_builds_that_must_not_be_compared_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A penalty against a twin that differs says so."""
    stored(tmp_path / "gilscope-results", made_run(differences=("PGO: yes against no",)))
    cli.main(["history"])

    assert "NOT COMPARABLE in all: the builds set against each other differ in PGO" in capsys.readouterr().out
