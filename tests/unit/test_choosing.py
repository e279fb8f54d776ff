"""What a run measures, by the command line and the project's pyproject.toml together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pytest

from builders import HOST, runtime
from gilscope import cli, places
from gilscope.commands import measuring, output
from gilscope.commands.choosing import unread_copies
from gilscope.lab import host, measure
from gilscope.values.runtimes import Census

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.lab.measure import Request
    from gilscope.lab.plan import Plan
    from gilscope.store import RunWriter
    from gilscope.values.contests import Contest

SUITE = """
description = "for tests"
lanes = ["*"]
workers = [2]
min_launches = 9
max_launches = 15
rounds = 4
trial_ms = 20
precision = 0.01
budget_s = 10
timeout_s = 60
"""
PROJECT = f"""
[tool.gilscope.workloads.resize]
target = "work.py:resize(512)"
args = {{ mode = "fast" }}
models = ["threads"]
workers = [3]

[tool.gilscope.workloads.load]
target = "work.py:load"

[tool.gilscope.suites.mine]
probes = ["resize", "work.py:load"]
{SUITE}
"""
WORK = "def resize(size, mode, turns=1): ...\n\n\ndef load(): ...\n\n\ndef spread(workers): ...\n"


class NoGuardian:
    """Guards nothing, since nothing is started."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing to end."""


class Asked:
    """What would have been measured: the plans and requests that were handed on."""

    def __init__(self) -> None:
        self.plans: list[Plan] = []
        self.requests: list[Request] = []
        self.paths: list[Path] = []

    def measure(self, plan: Plan, request: Request, writer: RunWriter, *_: object) -> measure.Done:
        """Measure nothing, and say that all went well."""
        self.plans.append(plan)
        self.requests.append(request)
        self.paths.append(writer.path)
        return measure.Done((), has_trials=True)

    @property
    def contests(self) -> dict[str, Contest]:
        """The contests of the only plan, by workload."""
        (plan,) = self.plans
        return {contest.probe.id: contest for contest in plan.contests}

    def works(self, workload: str) -> set[str]:
        """The lanes of a workload without their arms."""
        lanes = self.contests[workload].lanes
        return {lane.work for lane in lanes if not lane.shows_capacity}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    """A machine of four CPUs with a free-threaded Python and its twin, and a project in the working folder."""
    both = Census(runtimes=(runtime("3.13"), runtime("3.14"), runtime("3.14t")), unusable=())
    monkeypatch.setattr(measuring, "take_census", lambda _=(): both)
    monkeypatch.setattr(output, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setattr(host, "card", lambda: HOST)
    monkeypatch.setattr(host, "usable_cpus", lambda: 4.0)
    monkeypatch.setattr(host, "usable_cores", lambda: 4.0)
    monkeypatch.setattr(measure, "Guardian", NoGuardian)
    made = Asked()
    monkeypatch.setattr(measure, "measure", made.measure)
    monkeypatch.setenv("COLUMNS", "200")
    (tmp_path / "pyproject.toml").write_text(PROJECT)
    (tmp_path / "work.py").write_text(WORK)
    monkeypatch.chdir(tmp_path)
    return made


def run(*arguments: str) -> int:
    """Plan a run; its exit status."""
    return cli.main(["run", "--no-report", *arguments])


class TestEnd:
    """When a contest has measured enough."""

    @pytest.mark.parametrize(
        ("asked_for", "most"),
        [
            (("--suite", "quick"), 15),
            (("--suite", "quick", "--budget", "60"), measuring.MOST_LAUNCHES),
            (("--suite", "hazards", "--budget", "60"), 5),
        ],
        ids=["the suite's", "a budget", "a fixed number"],
    )
    def test_a_budget_of_ones_own_is_no_number_of_launches(
        self, asked: Asked, asked_for: tuple[str, ...], most: int
    ) -> None:
        """Who measures longer means it, unless the suite has as many launches at least as at most."""
        assert run("work.py:load", *asked_for) == 0
        assert asked.requests[0].rules.max_launches == most

    @pytest.mark.parametrize(("asked_for", "half_width"), [((), 0.01), (("--precision", "3%"), 0.03)])
    def test_variants_are_told_apart_more_finely(
        self, asked: Asked, asked_for: tuple[str, ...], half_width: float
    ) -> None:
        """Than arms are, unless a person says how finely."""
        variants = ["--env", "", "--env", "A=1", "--on", "3.14"]

        assert cli.main(["ab", "--no-report", *variants, *asked_for, "work.py:load"]) == 0
        assert asked.requests[0].rules.precision == half_width


class TestProject:
    """What pyproject.toml says."""

    def test_a_workload_is_measured_by_its_name(self, asked: Asked) -> None:
        """As if its table had been typed; its path is the project's, and its lanes are its own."""
        assert run("resize") == 0
        target = asked.contests["resize"].probe.target

        assert target is not None
        assert (target.name, target.arguments) == ("resize", "(512, mode='fast')")
        assert asked.works("resize") == {"serial", "threads-3"}

    def test_a_workload_is_found_from_below(
        self, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its paths begin at the project's folder, what is typed at the working folder."""
        (tmp_path / "part").mkdir()
        (tmp_path / "part" / "other.py").write_text("def here(): ...\n")
        monkeypatch.chdir(tmp_path / "part")

        assert run("resize", "other.py:here") == 0
        assert asked.contests["resize"].probe.path == str(tmp_path / "work.py")
        assert asked.contests["other.py:here"].probe.path == str(tmp_path / "part" / "other.py")

    def test_what_is_typed_comes_first(self, asked: Asked) -> None:
        """An argument, models and workers; the table has the rest."""
        typed = ["--arg", "mode=slow", "--arg", "turns=2", "--models", "processes", "--workers", "4"]

        assert run("resize", *typed) == 0
        target = asked.contests["resize"].probe.target
        assert target is not None
        assert target.arguments == "(512, mode='slow', turns=2)"
        assert asked.works("resize") == {"serial", "processes-4"}

    def test_workloads_with_models_of_their_own_share_a_run(self, asked: Asked) -> None:
        """Each is planned with its own; all others with the suite's."""
        assert run("resize", "load", "--suite", "mine") == 0
        assert asked.works("resize") == {"serial", "threads-3"}
        assert asked.works("load") > {"serial", "threads-2", "processes-2"}

    def test_a_suite_names_workloads(self, asked: Asked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """By their names or by paths, which begin at the project's folder too."""
        (tmp_path / "part").mkdir()
        monkeypatch.chdir(tmp_path / "part")

        assert run("--suite", "mine") == 0
        assert set(asked.contests) == {"resize", "work.py:load"}
        assert asked.requests[0].suite == "mine"

    def test_a_word_that_is_no_workload_is_told(self, asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
        """The nearest one is named; no probe has such a name."""
        assert run("resise") == 2
        assert "pyproject.toml: unknown workload 'resise'; did you mean 'resize'?" in capsys.readouterr().err
        assert asked.plans == []

    def test_defaults_hold_where_nothing_is_typed(self, asked: Asked, tmp_path: Path) -> None:
        """Runtimes, suite, budget and results; what is typed beats each of them."""
        text = 'on = ["3.13"]\nsuite = "mine"\nbudget_s = 7\nresults = "measured"\n'
        (tmp_path / "pyproject.toml").write_text("[tool.gilscope]\n" + text + PROJECT)

        assert run("load") == 0
        assert run("load", "--on", "3.14", "--suite", "quick", "--budget", "8", "--results", "out") == 0
        by_default, typed = asked.plans
        assert [plan.contests[0].reference for plan in (by_default, typed)] == ["3.13:serial", "3.14:serial"]
        assert [request.suite for request in asked.requests] == ["mine", "quick"]
        assert [request.rules.budget_s for request in asked.requests] == [7.0, 8.0]
        assert [path.parent.name for path in asked.paths] == ["measured", "out"]

    def test_stored_runs_are_found_where_the_project_keeps_them(
        self, asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """By the commands that show them, too."""
        del asked
        (tmp_path / "pyproject.toml").write_text('[tool.gilscope]\nresults = "measured"\n')

        assert cli.main(["report"]) == 6
        assert cli.main(["history"]) == 6
        assert capsys.readouterr().err.count("measured") >= 2

    def test_mistakes_in_the_file_end_a_command(
        self, asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Before anything is measured by half of it; what needs no project runs all the same."""
        (tmp_path / "pyproject.toml").write_text(PROJECT.replace("target", "targt"))

        assert run("load") == 3
        assert "did you mean 'target'?" in capsys.readouterr().err
        assert cli.main(["probes"]) == 0
        assert asked.plans == []


class TestLanes:
    """Models and lanes by name."""

    def test_models_are_measured_beside_the_serial_lane(self, asked: Asked) -> None:
        """Also one that the suite leaves out."""
        assert run("work.py:load", "--models", "joblib,asyncio", "--workers", "2") == 0
        assert asked.works("work.py:load") == {"serial", "joblib-2", "asyncio-2"}
        assert any(lane.control for lane in asked.contests["work.py:load"].lanes)

    def test_an_unknown_model_is_told(self, asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
        """With the nearest."""
        assert run("work.py:load", "--models", "thread") == 2
        assert "--models: unknown model 'thread'; did you mean 'threads'?" in capsys.readouterr().err
        assert asked.plans == []

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            (["work.py:spread"], "work.py:spread: it takes its number of workers and spreads its work itself"),
            (["work.py:spread"], "with --arg workers=1 it takes none, and these models call it"),
            (["--command", "python work.py {workers}"], "it takes its number of workers"),
            (["--roles", "work.py:load,work.py:spread(1)"], "roles are threads that share one process"),
        ],
    )
    def test_models_that_can_spread_nothing_are_refused(
        self, asked: Asked, capsys: pytest.CaptureFixture[str], typed: list[str], words: str
    ) -> None:
        """Before anything is measured, with what was probably meant."""
        assert run(*typed, "--models", "processes,interpreters") == 2
        assert words in capsys.readouterr().err
        assert asked.plans == []

    def test_models_that_spread_some_workloads_are_left_out_for_the_others(self, asked: Asked) -> None:
        """With the reason in the report."""
        assert run("work.py:spread", "work.py:load", "--models", "processes", "--workers", "2") == 0
        (skips,) = ({skip for skip in plan.skips if skip.lane == "processes"} for plan in asked.plans)

        assert asked.works("work.py:spread") == {"serial"}
        assert asked.works("work.py:load") == {"serial", "processes-2"}
        assert {skip.contest for skip in skips} == {"work.py:spread@3.14t"}

    @pytest.mark.parametrize(
        ("typed", "works"),
        [
            (["work.py:spread", "--models", "own"], {"serial", "own-2"}),
            (["work.py:spread", "--models", "serial"], {"serial"}),
            (["work.py:spread", "--models", "threads", "--arg", "workers=1"], {"serial", "threads-2"}),
        ],
    )
    def test_what_was_probably_meant_is_measured(self, asked: Asked, typed: list[str], works: set[str]) -> None:
        """The message's words are right."""
        assert run(*typed, "--workers", "2") == 0
        (workload,) = asked.contests
        assert asked.works(workload) == works

    def test_lanes_are_measured_by_globs(self, asked: Asked) -> None:
        """In place of the suite's, and of the models that the project names."""
        assert run("resize", "--lanes", "*@3.14t:threads-*", "--lanes", "*@3.14:processes-2", "--workers", "2,4") == 0
        lanes = {lane.name for lane in asked.contests["resize"].lanes if not lane.shows_capacity and not lane.control}

        assert lanes == {
            *("3.14:serial", "3.14t:serial", "3.14t+gil:serial"),
            *("3.14t:threads-2", "3.14t:threads-4", "3.14:processes-2"),
        }

    def test_a_glob_that_fits_nothing_is_told(self, asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
        """With an id that it could fit."""
        assert run("work.py:load", "--lanes", "threads-*") == 2
        told = capsys.readouterr().err

        assert "--lanes 'threads-*' fits no lane: it is a glob over ids such as work.py:load@3.14:serial" in told
        assert asked.plans == []

    def test_a_suite_of_a_file(self, asked: Asked, tmp_path: Path) -> None:
        """Its name in the run is what was typed."""
        (tmp_path / "own.toml").write_text("[short]" + SUITE + "[long]" + SUITE.replace("= 10", "= 99"))

        assert run("work.py:load", "--suite", "own.toml:long") == 0
        assert (asked.requests[0].suite, asked.requests[0].rules.budget_s) == ("own.toml:long", 99.0)


class TestNothingNamed:
    """A bare ``gilscope run``."""

    def test_what_could_be_run_is_listed(self, asked: Asked, capsys: pytest.CaptureFixture[str]) -> None:
        """Workloads by name, callables of scripts here, suites and probes; nothing is measured."""
        assert run() == 0
        told = " ".join(capsys.readouterr().out.split())

        assert asked.plans == []
        assert "resize work.py:resize(512)" in told
        assert "work.py work.py:load " in told
        assert "mine for tests" in told
        assert "quick an answer over a coffee" in told
        assert "cpu/* " in told

    def test_a_project_of_nobody_lists_what_is_there(
        self, asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Without a sheet for what it has not."""
        (tmp_path / "pyproject.toml").unlink()

        assert run("--on", "3.14") == 0
        assert "Workloads of this project" not in capsys.readouterr().out
        assert asked.plans == []


class TestUnreadCopies:
    """Files that look like ours, and are not those that are read."""

    def test_what_lies_here_and_is_not_read_is_told(
        self, asked: Asked, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """With the place of what is."""
        (tmp_path / "matrix").mkdir()
        (tmp_path / "matrix" / "suites.toml").touch()

        assert run("work.py:load") == 0
        told = " ".join(capsys.readouterr().err.split())
        assert f"matrix/suites.toml here is not read: gilscope reads its copies in {places.HOME}" in told
        assert len(asked.plans) == 1

    def test_several_are_told_together(self, tmp_path: Path) -> None:
        """One line is enough."""
        for name in ("matrix", "probes"):
            (tmp_path / name).mkdir()
        (tmp_path / "matrix" / "suites.toml").touch()

        assert (unread_copies(tmp_path) or "").startswith("matrix/suites.toml and probes here are not read: ")

    def test_our_own_folder_is_read(self) -> None:
        """In a checkout there is nothing to say."""
        assert unread_copies(places.HOME) is None
