"""The command ``why``: which contests it measures, one after the other, and what it prints in the end."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import runtime, suspect, trials, watched
from gilscope import cli, store
from gilscope.lab import measure
from gilscope.values.records import Calibration, ContestEnd
from gilscope.values.runtimes import Census
from pretended import pretend_machine

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from gilscope.lab.plan import Plan
    from gilscope.values.contests import Contest
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Record

SOURCE = "TABLE = {}\n\n\ndef busy():\n    return 1\n\n\ndef other():\n    return 2\n"
MACHINE = Census(runtimes=(runtime("3.14"), runtime("3.14t")), unusable=())
VALUES = suspect("the values of TABLE", "64 ints", moved=60)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine of two CPUs with a free-threaded Python and its twin, and a file with two functions."""
    pretend_machine(monkeypatch, tmp_path, MACHINE)
    (tmp_path / "work.py").write_text(SOURCE)


def pretend(
    monkeypatch: pytest.MonkeyPatch, wall_of: Callable[[LaneSpec], float], *, wavering: bool = False
) -> list[Contest]:
    """Measure nothing, and store trials of these makespans in us instead; the contests that were asked for.

    With ``wavering``, threads are slower by a fifth in every second launch.
    """
    asked: list[Contest] = []

    def measured(plan: Plan, _: object, writer: store.RunWriter, *__: object) -> measure.Done:
        for contest in plan.contests:
            for record in records(contest, wall_of, wavering=wavering):
                writer.append(record)
        asked.extend(plan.contests)
        return measure.Done((), has_trials=True)

    monkeypatch.setattr(measure, "measure", measured)
    return asked


def records(contest: Contest, wall_of: Callable[[LaneSpec], float], *, wavering: bool) -> Iterator[Record]:
    """All that one contest leaves in a run."""
    yield contest
    yield Calibration(contest=contest.id, loops=10)
    has_gil = any(lane.arm.name == "3.14" for lane in contest.lanes)
    for trial in trials({lane: 1000 * wall_of(lane) for lane in contest.lanes}):
        slower = 1.22 if wavering and trial.launch % 2 and ":threads" in trial.lane else 1.0
        wall_ns = round(slower * trial.wall_ns)
        yield msgspec.structs.replace(trial, contest=contest.id, gil_after=has_gil, wall_ns=wall_ns)
    for name in contest.watched:
        yield watched(contest.id, name, VALUES)
    yield ContestEnd(contest=contest.id, reason="precise", seconds=3.0, launches=7)


def contended(lane: LaneSpec) -> float:
    """A makespan that doubles where threads share the counted values of the table."""
    labels = {change.label for change in lane.interventions}
    is_apart = "own modules" in labels and "shared the values of TABLE" not in labels and "shared TABLE" not in labels
    is_uncounted = "immortal the values of TABLE" in labels
    return 200 if lane.model == "threads" and not is_apart and not is_uncounted else 100


def scaling(_: LaneSpec) -> float:
    """Every lane does as well as the serial one."""
    return 100


class TestWrongUse:
    """What cannot be asked ends with status 2 and what can be."""

    @pytest.mark.parametrize(
        ("typed", "words"),
        [
            ([], "name what does not scale"),
            (["work.py:busy", "--on", "3.14", "--on", "3.14t"], "one runtime"),
            (["work.py:busy", "--workers", "1"], "two or more"),
            (["work.py:busy", "--workers", "2,4"], "one number"),
            (["work.py:busy", "work.py:other"], "one workload"),
        ],
    )
    def test_one_thing_is_asked_at_a_time(
        self, typed: list[str], words: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One workload on one runtime, on several threads."""
        assert cli.main(["why", *typed]) == 2
        assert words in capsys.readouterr().err

    def test_work_that_spreads_itself_is_not_asked_about(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Its threads are its own affair."""
        (tmp_path / "own.py").write_text("def spread(workers):\n    return 1\n")

        assert cli.main(["why", "own.py:spread"]) == 2
        assert "this spreads itself" in capsys.readouterr().err


class TestSteps:
    """Each step is planned from what the one before has shown."""

    def test_a_loss_is_followed_to_its_cause_and_remedy(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Ceiling, everything apart, put back, remedies: the values' counts are named, with an own copy's gain."""
        asked = pretend(monkeypatch, contended)

        assert cli.main(["why", "work.py:busy"]) == 0
        printed = capsys.readouterr().out
        assert [contest.id.partition(", ")[2] for contest in asked] == [
            "",
            "everything apart",
            "put back",
            "remedies",
        ]
        assert "because of" in printed
        assert "reference counts of the values of `TABLE` (64 ints)" in printed
        assert "give each thread its own copy of `TABLE`" in printed

    def test_what_scales_is_asked_no_further(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The first contest has threads beside interpreters and processes, and one lane that is watched."""
        asked = pretend(monkeypatch, scaling)

        assert cli.main(["why", "work.py:busy"]) == 0
        assert "It scales" in capsys.readouterr().out
        assert [lane.name for lane in asked[0].lanes] == [
            "3.14t:serial",
            "3.14t:serial#control",
            "3.14t:threads-2",
            "3.14t:interpreters-2",
            "3.14t:processes-2",
            "3.14t:capacity-1",
            "3.14t:capacity-2",
        ]
        assert asked[0].watched == ("3.14t:threads-2",)
        assert len(asked) == 1

    def test_what_is_open_is_asked_again_as_long_as_there_is_time(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Every second launch says that it scales, and the others that it does not."""
        asked = pretend(monkeypatch, scaling, wavering=True)

        assert cli.main(["why", "work.py:busy"]) == 0
        assert "Cannot be told" in capsys.readouterr().out
        assert [contest.id.partition(", ")[2] for contest in asked] == [
            "",
            "everything apart",
            "everything apart, 2",
            "everything apart, 3",
        ]

    def test_the_answer_as_json_has_its_evidence(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nothing else is on the standard output."""
        pretend(monkeypatch, contended)

        assert cli.main(["why", "work.py:busy", "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["ending"] == "causes"
        assert [cause["kind"] for cause in found["causes"] if cause["suspect"]] == ["counts"]
        assert found["watched"]["suspects"][0]["path"] == "the values of TABLE"

    def test_the_stored_run_says_it_again(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The report has the headline, the cause and the advice of the command."""
        pretend(monkeypatch, contended)
        cli.main(["why", "work.py:busy", "--run", "asked"])
        headline = next(line for line in capsys.readouterr().out.splitlines() if " that the machine gave " in line)

        assert cli.main(["report", "asked"]) == 0
        printed = capsys.readouterr().out
        assert headline in printed
        assert "reference counts of the values of `TABLE` (64 ints)" in printed
        assert "What to do: give each thread its own copy of `TABLE`" in printed

    def test_a_build_with_a_gil_has_its_turns_and_what_would_be_gained_instead(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """The threads of the free-threaded twin among them; nothing is watched."""
        asked = pretend(monkeypatch, lambda lane: 200 if lane.work == "threads-2" and lane.arm.name == "3.14" else 100)

        assert cli.main(["why", "work.py:busy", "--on", "3.14"]) == 0
        printed = capsys.readouterr().out
        assert "threads take turns at the GIL" in printed
        assert "instead: 3.14t:threads-2" in printed
        assert asked[0].watched == ()
