"""From a command line to what is printed and the status it ends with."""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, NoReturn

import msgspec
import pytest

import builders
from builders import HEADER, lane, runtime, trials, variants
from gilscope import cli, errors, store
from gilscope.commands import measuring
from gilscope.lab import measure, sources
from gilscope.lab.contest import Lab
from gilscope.lab.protocol import Imports
from gilscope.provision.environments import Environment, Environments, Provided
from gilscope.values.records import Calibration, ContestEnd
from gilscope.values.runtimes import Census, Unusable
from pretended import pretend_machine

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gilscope.lab.plan import Plan
    from gilscope.values.contests import Contest
    from gilscope.values.records import Record
    from gilscope.values.rules import Rules

PROBE_TEXT = '"""What is asked?"""\n\n\ndef work():\n    return 1\n'
BOTH = Census(
    runtimes=(runtime("3.14"), runtime("3.14t")),
    unusable=(Unusable(name="3.15t", kind="absent", reason="not found"),),
)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine of two CPUs with a free-threaded Python and its twin; the working folder is empty."""
    pretend_machine(monkeypatch, tmp_path, BOTH)


@pytest.fixture
def probe(tmp_path: Path) -> str:
    """The path of a probe without mistakes."""
    path = tmp_path / "mine.py"
    path.write_text(PROBE_TEXT)
    return str(path)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    """A run that measured a pair, in the default folder."""
    walls = {lane("3.14"): 1e8, lane("3.14", control=True): 1e8, lane("3.14t"): 1.1e8}
    return builders.stored(tmp_path / "gilscope-results" / f"{HEADER.id}.jsonl", walls)


def pretend(monkeypatch: pytest.MonkeyPatch, failed: Sequence[str] = (), *, has_trials: bool = True) -> list[Plan]:
    """Measure nothing and say that the lanes of this work failed; the plans that would have been measured."""
    plans: list[Plan] = []

    def measured(plan: Plan, *_: object) -> measure.Done:
        plans.append(plan)
        lanes = [(of.probe.id, lane) for of in plan.contests for lane in of.lanes if lane.work in failed]
        return measure.Done(tuple(lanes), has_trials=has_trials)

    monkeypatch.setattr(measure, "measure", measured)
    return plans


class TestWrongUse:
    """What is not there is told with what probably was meant; the status says of what kind the mistake is."""

    def test_unknown_suite(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The nearest suite is named."""
        status = cli.main(["run", "--suite", "quik"])

        assert status == 2
        assert "unknown suite 'quik'; did you mean 'quick'?" in capsys.readouterr().err

    def test_unknown_probe(self, capsys: pytest.CaptureFixture[str]) -> None:
        """The nearest probe is named."""
        status = cli.main(["run", "cpu/prines"])

        assert status == 2
        assert "did you mean 'cpu/primes'?" in capsys.readouterr().err

    def test_unknown_runtime(self, probe: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Those that there are are listed."""
        status = cli.main(["run", probe, "--on", "3.99"])

        assert status == 2
        assert "There are: 3.14, 3.14t." in capsys.readouterr().err

    def test_a_runtime_wished_for_but_absent(self, probe: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The reason is given."""
        status = cli.main(["run", probe, "--on", "3.15t"])

        assert status == 2
        assert "3.15t is absent: not found." in capsys.readouterr().err

    def test_no_runtime_at_all(
        self, probe: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What brings one is told."""
        monkeypatch.setattr(measuring, "take_census", lambda _=(): Census(runtimes=(), unusable=()))
        status = cli.main(["run", probe])

        assert status == 4
        assert "gilscope runtimes install" in capsys.readouterr().err

    def test_a_probe_with_mistakes(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """All of them are told, and what to do."""
        (tmp_path / "idle.py").write_text("def play(): ...\n")
        status = cli.main(["run", "idle.py"])
        told = capsys.readouterr().err

        assert status == 3
        assert "idle.py: has no docstring" in told
        assert "what could be measured: idle.py:play" in told

    def test_nothing_to_measure(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The reasons why every lane is left out are the message."""
        (tmp_path / "new.py").write_text('# /// script\n# requires-python = ">=3.99"\n# ///\n' + PROBE_TEXT)
        status = cli.main(["run", "new.py"])

        assert status == 2
        assert "nothing is left to measure: needs Python >=3.99" in capsys.readouterr().err


class TestRun:
    """What a run ends with."""

    def test_all_is_well(self, probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """The newest free-threaded runtime is measured against its twin where none is named."""
        plans = pretend(monkeypatch)
        status = cli.main(["run", probe, "--no-report"])

        assert status == 0
        assert [item.reference for item in plans[0].contests] == ["3.14:serial"]
        assert plans[0].contests[0].pair is not None

    @pytest.mark.parametrize(("chosen", "workers"), [([], {1, 2}), (["--workers", "3,99"], {1, 3, 99})])
    def test_workers_are_the_suites_unless_others_are_asked_for(
        self, chosen: list[str], workers: set[int], probe: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A person may ask for more than there are CPUs for."""
        plans = pretend(monkeypatch)

        assert cli.main(["run", probe, "--no-report", *chosen]) == 0
        assert {lane.workers for lane in plans[0].contests[0].lanes} == workers

    @pytest.mark.parametrize(("chosen", "told"), [([], True), (["--on", "3.14"], False)])
    def test_without_a_free_threaded_runtime_what_brings_one_is_told(
        self,
        chosen: list[str],
        told: bool,  # noqa: FBT001 - a parameter of the test
        probe: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """What is there is measured all the same; who asked for a default build knows."""
        monkeypatch.setattr(measuring, "take_census", lambda _=(): Census(runtimes=(runtime("3.14"),), unusable=()))
        pretend(monkeypatch)

        assert cli.main(["run", probe, "--no-report", *chosen]) == 0
        assert ("gilscope runtimes install" in capsys.readouterr().err) is told

    @pytest.mark.parametrize(("lacking", "status"), [(["3.14t"], 0), (["3.14", "3.14t"], 5)])
    def test_a_package_that_a_runtime_cannot_have_leaves_out_its_lanes(
        self,
        lacking: list[str],
        status: int,
        probe: str,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """Only where no runtime has it is nothing left; nobody is told to install what is here."""
        there = {"3.14": Environment(python="/env/python", versions={}), "3.14t": Environment(python="/t", versions={})}
        made = {name: environment for name, environment in there.items() if name not in lacking}
        answer = Provided(made, dict.fromkeys(lacking, "no wheel of it"), {})
        monkeypatch.setattr(Environments, "provided", lambda *_: answer)
        plans = pretend(monkeypatch)

        assert cli.main(["run", probe, "--no-report", "--with", "it"]) == status
        told = capsys.readouterr().err
        assert "gilscope runtimes install" not in told
        assert ("nothing is left to measure: no wheel of it" in told) == (status == 5)
        assert all(lane.arm.name == "3.14" for plan in plans for contest in plan.contests for lane in contest.lanes)

    @pytest.mark.parametrize(
        ("failed", "asked", "status"),
        [
            ([], [], 0),
            (["serial"], [], 1),
            (["serial", "threads-2"], [], 1),
            (["interpreters-2"], [], 0),
            (["interpreters-2"], ["--on", "3.14t"], 0),
            (["interpreters-2"], ["--models", "threads,interpreters"], 1),
            (["interpreters-2"], ["--lanes", "*:interpreters-*"], 1),
            (["capacity-2"], ["--models", "threads"], 0),
        ],
        ids=["none", "alone", "two", "a default's", "on a runtime", "a model's", "a lane", "the machine's"],
    )
    def test_failed_lanes_show_in_the_status(
        self, failed: list[str], asked: list[str], status: int, probe: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Only those that were asked for: the work alone, and models and lanes by their names."""
        pretend(monkeypatch, failed)

        assert cli.main(["run", probe, "--no-report", *asked]) == status

    def test_a_run_that_measured_nothing_has_failed(self, probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """No lane needs to have failed for that: none may have been able to."""
        pretend(monkeypatch, has_trials=False)

        assert cli.main(["run", probe, "--no-report"]) == 1

    def test_a_results_folder_that_cannot_be_made(
        self, probe: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Before anything is measured; the option that helps is named."""
        (tmp_path / "file").write_text("")
        status = cli.main(["run", probe, "--results", "file"])

        assert status == 6
        assert "--results" in capsys.readouterr().err

    def test_a_name_that_no_file_can_have(self, probe: str, capsys: pytest.CaptureFixture[str]) -> None:
        """What the system says of it is an error of ours, not a traceback."""
        status = cli.main(["run", probe, "--run", "x" * 5000])

        assert status == 6
        assert "too long" in capsys.readouterr().err

    def test_interrupted(
        self, probe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """What had been measured is kept, and the message says where."""

        def interrupt(*_: object) -> NoReturn:
            raise KeyboardInterrupt

        monkeypatch.setattr(Lab, "run", interrupt)
        status = cli.main(["run", probe, "--run", "mine"])
        told = capsys.readouterr().err.replace("\n", " ")

        assert status == 130
        assert "gilscope-results/mine.jsonl" in told
        assert store.read(tmp_path / "gilscope-results" / "mine.jsonl").header.id == "mine"

    def test_what_was_measured_is_not_measured_again(
        self, probe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A run that is continued measures what is missing: here nothing."""

        def at_once(_: object, of: Contest, rules: Rules) -> None:
            del rules
            kept.append(of)
            kept.append(ContestEnd(contest=of.id, reason="precise", seconds=1.0, launches=5))

        kept: list[Contest | ContestEnd] = []
        monkeypatch.setattr(Lab, "run", at_once)
        cli.main(["run", probe, "--run", "mine", "--no-report"])
        writer = store.RunWriter(tmp_path / "gilscope-results" / "mine.jsonl")
        for record in kept:
            writer.append(record)
        writer.close()
        plans = pretend(monkeypatch)
        again = cli.main(["run", probe, "--run", "mine", "--no-report"])

        assert again == 0
        assert plans == []
        assert "measured in run mine already" in capsys.readouterr().err

    def test_a_run_of_other_code_is_not_continued(
        self, probe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """It would hold a workload before and after a change under one name."""
        plans = pretend(monkeypatch)
        cli.main(["run", probe, "--no-report"])
        run = tmp_path / "gilscope-results" / "mine.jsonl"
        writer = store.RunWriter(run)
        of = plans[0].contests[0]
        end = ContestEnd(contest=of.id, reason="precise", seconds=1.0, launches=9)
        for record in (HEADER, of, sources.code(of, of.lanes[0].arm, Imports(), {}), end):
            writer.append(record)
        writer.close()
        (tmp_path / "mine.py").write_text(PROBE_TEXT.replace("1", "2"))
        status = cli.main(["run", probe, "--no-report", "--run", "mine"])
        told = capsys.readouterr().err

        assert (status, len(plans)) == (2, 1)
        assert "since run mine was measured, this has changed:\n  mine.py is another" in told
        assert "leave out --run" in told

    def test_an_interpreter_is_named_by_a_command_or_a_relative_path(
        self, probe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The census holds its absolute path; both ways to name it mean that one alone."""
        (tmp_path / "bin").mkdir()
        python = tmp_path / "bin" / "mine3"
        python.touch(mode=0o755)
        mine = msgspec.structs.replace(runtime("3.12"), name="3.12", executable=str(python))
        monkeypatch.setattr(measuring, "take_census", lambda _=(): Census(runtimes=(*BOTH.runtimes, mine), unusable=()))
        monkeypatch.setenv("PATH", str(python.parent))
        plans = pretend(monkeypatch)

        statuses = [cli.main(["run", probe, "--no-report", "--python", name]) for name in ("mine3", "./bin/mine3")]

        assert statuses == [0, 0]
        arms = {lane.arm.name for plan in plans for contest in plan.contests for lane in contest.lanes}
        assert (len(plans), arms) == (2, {"3.12"})

    @pytest.mark.parametrize(
        ("chosen", "name"),
        [
            (["--command", "python tool.py -j {workers}"], "python tool.py -j {workers}"),
            (["--command", "python tool.py", "--", "-j", "{workers}"], "python tool.py -j {workers}"),
            (["-m", "json.tool", "--", "--indent", "{workers}"], "python -m json.tool --indent {workers}"),
        ],
        ids=["command", "more of it", "module"],
    )
    def test_a_program_is_the_only_workload(
        self, chosen: list[str], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its lanes are the serial one, in which it has one worker, and those of its own workers."""
        (tmp_path / "tool.py").touch()
        plans = pretend(monkeypatch)

        assert cli.main(["run", "--no-report", *chosen]) == 0
        (contest,) = plans[0].contests
        assert contest.probe.id == name
        assert {lane.model for lane in contest.lanes} == {"serial", "own", "capacity"}

    @pytest.mark.parametrize("beside", [["cpu/primes"], ["--arg", "n=1"], ["--workers-arg", "jobs"]])
    def test_nothing_is_measured_beside_a_program(self, beside: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        """It takes no arguments but its own."""
        assert cli.main(["run", "-m", "json.tool", *beside]) == 2
        assert "--command and -m measure one program" in capsys.readouterr().err

    def test_options_overrule_the_suite(self, probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Seconds given by hand become the run's rules, and the seed its seed."""
        requests: list[measure.Request] = []

        def measured(_: object, request: measure.Request, *__: object) -> measure.Done:
            requests.append(request)
            return measure.Done((), has_trials=True)

        monkeypatch.setattr(measure, "measure", measured)
        cli.main(["run", probe, "--no-report", "--budget", "7", "--timeout", "8", "--seed", "0"])

        assert (requests[0].rules.budget_s, requests[0].rules.timeout_s, requests[0].seed) == (7.0, 8.0, 0)


class TestVariants:
    """What is given several times is set side by side, what is given once holds for all."""

    @pytest.mark.parametrize(
        ("chosen", "words"),
        [
            ([], "nothing to compare: give one of --python, --with, --rev, --env, --option twice"),
            (["--env", "A=1", "--option=-O"], "nothing to compare"),
            (["--env", "", "--env", "A=1", "--rev", "a", "--rev", "b"], "--rev and --env are both given several times"),
            (["--python", "a", "--python", "b", "--on", "3.14"], "--python names the builds to be compared"),
            (["--on", "3.14", "--option", "", "--option", "-X gil=0"], "3.14 cannot run without its GIL"),
            (["--option", "", "--option", "script.py"], "script.py is no option of an interpreter"),
        ],
        ids=["nothing", "once each", "two of them", "builds on a runtime", "no GIL", "a program"],
    )
    def test_wrong_use(self, chosen: list[str], words: str, probe: str, capsys: pytest.CaptureFixture[str]) -> None:
        """Each is told before anything starts, with the mend."""
        status = cli.main(["ab", probe, *chosen])

        assert status == 2
        assert words in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("chosen", "labels", "arms"),
        [
            (["--env", "", "--env", "JIT=1"], ["as built", "JIT=1"], ["3.14t", "3.14t JIT=1"]),
            (["--option", "", "--option", "-X gil=0"], ["as built", "-X gil=0"], ["3.14t", "3.14t-gil"]),
            (["--option", "", "--option", ""], ["as built", "as built-2"], ["3.14t", "3.14t as built-2"]),
            (["--on", "3.14", "--env", "A=1", "--env", "A=2"], ["A=1", "A=2"], ["3.14 A=1", "3.14 A=2"]),
        ],
        ids=["variables", "GIL", "itself", "a runtime"],
    )
    def test_they_are_arms_of_one_contest(
        self, chosen: list[str], labels: list[str], arms: list[str], probe: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """On the newest free-threaded runtime where none is named; no twin takes part."""
        plans = pretend(monkeypatch)
        status = cli.main(["ab", probe, "--no-report", *chosen])
        (contest,) = plans[0].contests

        assert status == 0
        assert [variant.label for variant in contest.variants] == labels
        assert list(dict.fromkeys(lane.arm.name for lane in contest.lanes)) == arms
        assert contest.reference == f"{arms[0]}:serial"

    def test_each_runtime_has_a_contest_of_its_own(self, probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Their ids differ, and so do those of an ordinary run that it is added to."""
        plans = pretend(monkeypatch)
        cli.main(["ab", probe, "--no-report", "--on", "*", "--env", "", "--env", "A=1"])
        cli.main(["run", probe, "--no-report", "--on", "*"])
        ids = [contest.id.rpartition("@")[2] for plan in plans for contest in plan.contests]

        assert ids == ["3.14 as built vs A=1", "3.14t as built vs A=1", "3.14t"]

    def test_what_is_given_once_holds_for_all(self, probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is in no label."""
        plans = pretend(monkeypatch)
        cli.main(["ab", probe, "--no-report", "--env", "A=1", "--option", "", "--option=-O"])
        (contest,) = plans[0].contests
        arms = {lane.arm.name: lane.arm for lane in contest.lanes}

        assert {name: (arm.options, arm.environ) for name, arm in arms.items()} == {
            "3.14t": ((), {"A": "1"}),
            "3.14t -O": (("-O",), {"A": "1"}),
        }

    def test_a_run_has_them_as_further_arms(self, probe: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Beside a pair, an arm of the free-threaded build each; one that is there already is not measured twice."""
        plans = pretend(monkeypatch)
        cli.main(["run", probe, "--no-report", "--option", "-X gil=0", "--option", "-X gil=1", "--env", "A=1"])
        (contest,) = plans[0].contests

        assert contest.variants == ()
        assert contest.reference == "3.14:serial"
        arms = dict.fromkeys(lane.arm.name for lane in contest.lanes)
        assert list(arms) == ["3.14", "3.14t", "3.14t+gil", "3.14t-gil", "3.14t A=1"]

    def test_they_are_compared_within_their_run_only(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """Two such runs have nothing for each other, and say so."""
        of = variants(lane("3.14t main"), lane("3.14t HEAD"))
        writer = store.RunWriter(tmp_path / "gilscope-results" / "mine.jsonl")
        measured: list[Record] = [HEADER, of, Calibration(contest=of.id, loops=10)]
        for record in [*measured, *trials(dict.fromkeys(of.lanes, 1e8))]:
            writer.append(record)
        writer.close()
        status = cli.main(["compare", "mine", "mine"])

        assert status == 2
        assert "variants are compared within a run" in capsys.readouterr().err

    def test_no_free_threaded_runtime_is_missed_where_one_is_measured(
        self, probe: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A contest of variants has no pair, and needs none."""
        pretend(monkeypatch)
        cli.main(["ab", probe, "--no-report", "--env", "", "--env", "A=1"])

        assert "No free-threaded Python was found" not in capsys.readouterr().err


class TestReport:
    """A stored run is told again."""

    def test_on_the_terminal(self, stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The latest run where none is named."""
        status = cli.main(["report"])
        told = " ".join(capsys.readouterr().out.split())

        assert status == 0
        assert told.index("On one thread, 3.14t takes") < told.index("throughput against 3.14:serial")
        assert "What 3.14t costs and gives" not in told
        assert f"gilscope report gilscope-results/{stored.name} --full" in told
        assert told.endswith(f"Raw trials: gilscope-results/{stored.name}")

    def test_in_full(self, stored: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """The answer comes first all the same."""
        status = cli.main(["report", "--full"])
        told = capsys.readouterr().out

        assert status == 0
        assert told.index("throughput against 3.14:serial") < told.index("What 3.14t costs and gives")
        assert "Noise floor" in told
        assert stored.name in told
        assert "--full" not in told

    @pytest.mark.usefixtures("stored")
    def test_as_data(self, capsysbinary: pytest.CaptureFixture[bytes]) -> None:
        """JSON and CSV hold as many figures, and nothing else is printed."""
        statuses = [cli.main(["report", "--json"])]
        document = json.loads(capsysbinary.readouterr().out)
        statuses.append(cli.main(["report", "--csv"]))
        head, *rows = csv.reader(capsysbinary.readouterr().out.decode().splitlines())

        assert statuses == [0, 0]
        assert document["run"]["id"] == HEADER.id
        assert head == list(document["figures"][0])
        assert [row[2] for row in rows] == [figure["figure"] for figure in document["figures"]]
        assert any(row[:3] == ["cpu/primes@3.14t", "3.14t:serial", "gain"] and float(row[3]) > 0 for row in rows)

    @pytest.mark.usefixtures("stored")
    @pytest.mark.parametrize(
        ("arguments", "environ", "has_colours"),
        [
            (["report"], {}, False),
            (["report", "--color", "always"], {"NO_COLOR": "1"}, True),
            (["--color", "always", "report"], {}, True),
            (["--color", "always", "report", "--color", "auto"], {}, False),
            (["report", "--color", "never"], {"FORCE_COLOR": "1", "TERM": "xterm"}, False),
            (["report"], {"FORCE_COLOR": "1", "TERM": "xterm"}, True),
        ],
    )
    def test_in_colour_where_asked(
        self,
        arguments: list[str],
        environ: dict[str, str],
        has_colours: bool,  # noqa: FBT001 - a parameter of the test
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        """By the option before or behind the command, else by what is customary; what is printed is no terminal."""
        for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE"):
            monkeypatch.delenv(name, raising=False)
        for name, value in environ.items():
            monkeypatch.setenv(name, value)

        assert cli.main(arguments) == 0
        assert ("\x1b[" in capsys.readouterr().out) == has_colours

    def test_as_a_page(self, stored: Path, tmp_path: Path) -> None:
        """Folders on the way are made."""
        status = cli.main(["report", str(stored), "--markdown", "new/page.md"])

        assert status == 0
        assert "| 3.14t:serial |" in (tmp_path / "new" / "page.md").read_text(encoding="utf-8")

    def test_as_a_picture(self, stored: Path, tmp_path: Path) -> None:
        """It is one that a browser shows."""
        status = cli.main(["report", stored.stem, "--svg", "picture.svg"])

        assert status == 0
        assert (tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<svg")

    def test_a_picture_is_dark_or_light(self, stored: Path, tmp_path: Path) -> None:
        """For pages of both themes, with the same words, and the command that was run above them."""
        for theme in ("dark", "light"):
            assert cli.main(["report", stored.stem, "--svg", f"{theme}.svg", "--theme", theme]) == 0
        dark, light = ((tmp_path / f"{theme}.svg").read_text(encoding="utf-8") for theme in ("dark", "light"))
        words = re.findall(r">([^<>]+)</text>", dark)

        assert dark != light
        assert words == re.findall(r">([^<>]+)</text>", light)
        assert words[0].split("&#160;") == ["gilscope", "run", "cpu/primes"]

    @pytest.mark.parametrize("columns", [80, 200])
    def test_a_picture_is_as_wide_as_columns_says(
        self, stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, columns: int
    ) -> None:
        """Rich draws a column 12.2 units wide, between margins of 9."""
        monkeypatch.setenv("COLUMNS", str(columns))
        assert cli.main(["report", stored.stem, "--svg", "picture.svg"]) == 0

        assert f'viewBox="0 0 {12.2 * columns + 18:.0f} ' in (tmp_path / "picture.svg").read_text(encoding="utf-8")

    @pytest.mark.usefixtures("stored")
    def test_a_page_that_cannot_be_written(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A file stands where a folder should be."""
        (tmp_path / "file").write_text("")
        status = cli.main(["report", "--markdown", "file/page.md"])

        assert status == 6
        assert "cannot write file/page.md" in capsys.readouterr().err

    @pytest.mark.usefixtures("stored")
    @pytest.mark.parametrize("name", ["yesterday", "x" * 5000])
    def test_an_unknown_run(self, name: str, capsys: pytest.CaptureFixture[str]) -> None:
        """The latest ones are listed, whatever was typed."""
        status = cli.main(["report", name])

        assert status == 6
        assert HEADER.id in capsys.readouterr().err

    def test_no_run_yet(self, capsys: pytest.CaptureFixture[str]) -> None:
        """What makes one is told."""
        status = cli.main(["report"])

        assert status == 6
        assert "gilscope run" in capsys.readouterr().err

    def test_paths_are_shown_as_they_are(
        self, stored: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Square brackets in a folder's name are no markup."""
        odd = tmp_path / "[red]a[" / "b]"
        odd.mkdir(parents=True)
        stored.rename(odd / stored.name)
        status = cli.main(["report", "--results", "[red]a[/b]"])

        assert status == 0
        assert "[red]a[/b]" in capsys.readouterr().out


def test_probes_are_listed_with_their_questions(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever wants to run one sees what it asks."""
    status = cli.main(["probes"])
    told = capsys.readouterr().out

    assert status == 0
    assert "cpu/primes" in told
    assert "?" in told


def test_runtimes_as_json_are_json_and_nothing_else(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    """A program can read it."""
    status = cli.main(["runtimes", "--json"])
    text = json.dumps(json.loads(capfdbinary.readouterr().out))

    assert status == 0
    assert all(f'"{name}"' in text for name in ("3.14", "3.14t", "3.15t"))


def test_an_interrupt_before_anything_runs_has_its_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """No traceback ends a command that was only looking around."""

    def interrupt(_: object = ()) -> NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(measuring, "take_census", interrupt)
    status = cli.main(["runtimes"])

    assert status == 130
    assert "interrupted" in capsys.readouterr().err


@pytest.mark.parametrize(
    "kind", [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
)
def test_every_error_is_in_the_tree_with_its_status(kind: type[errors.GilscopeError]) -> None:
    """The picture at the top of the file is what the code does."""
    rows = [line.strip("|`- ").split() for line in (errors.__doc__ or "").splitlines()]
    (row,) = [row for row in rows if row and row[0] == kind.__name__]

    assert row[1] == str(kind.exit_status)
