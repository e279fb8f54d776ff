"""The small agent, on every Python found: what it answers, which CPythons and others alike can run."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import targets
from gilscope.agent.timing import digest
from gilscope.lab import protocol
from gilscope.places import SMALL_AGENT, SMALL_FACTS_SCRIPT
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe, Target

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.runtimes import Arm

FOUND = (*targets.WITHOUT_AGENT, *targets.AS_BUILT)
AS_BUILT = [pytest.param(arm, id=arm.name) for arm in FOUND]
OF_PYTHON_3 = [pytest.param(arm, id=arm.name) for arm in FOUND if arm.runtime.facts.version >= (3,)]

WORK = """
def setup():
    return [3]

def work(numbers):
    print("said")
    return [True, None, (1,), (2, 'two'), {'key': [-5, 2 ** 70]}, 0.5, numbers]

def check(result):
    assert result[6] == [3]

def alone():
    return 'alone'
"""
RESULT = [True, None, (1,), (2, "two"), {"key": [-5, 2**70]}, 0.5, [3]]


def asked(arm: Arm, *orders: bytes) -> list[protocol.Answer]:
    """All that the small agent answers to orders, in one of the Pythons found."""
    command = [*arm.command, str(SMALL_AGENT), str(int(arm.runtime.facts.gil_enabled))]
    done = subprocess.run(command, input=b"".join(orders), capture_output=True, timeout=60, check=False)
    answers = [protocol.answer(line) for line in done.stdout.splitlines()]
    return [answer for answer in answers if answer is not None]


def opening(path: Path, arm: Arm, model: str = "serial", workers: int = 1, **changes: Any) -> bytes:  # noqa: ANN401 - fields
    """The order that opens a probe's work in one lane."""
    probe = Probe(id="x", path=str(path), question="?", kind="cpu", **changes)
    return protocol.order(probe, LaneSpec(arm=arm, model=model, workers=workers))


@pytest.fixture
def probe(tmp_path: Path) -> Path:
    """A probe that both versions of the language can run."""
    path = tmp_path / "probe.py"
    path.write_text(WORK)
    return path


@pytest.mark.parametrize("arm", AS_BUILT)
@pytest.mark.parametrize(("model", "workers"), [("serial", 1), ("threads", 1), ("threads", 3)])
def test_a_lane_answers_as_the_agent_does(arm: Arm, model: str, workers: int, probe: Path) -> None:
    """Greeting, readiness, trials and the end; digests are those of the other agent, whatever was printed."""
    hello, ready, *trials, imports, closed = asked(
        arm,
        opening(probe, arm, model, workers),
        protocol.trial_order(2),
        protocol.trial_order(1),
        protocol.IMPORTS,
        protocol.CLOSE,
    )

    assert hello == protocol.Hello(gil=arm.runtime.facts.gil_enabled, version=arm.runtime.facts.version_text)
    assert ready == protocol.Ready(gil=arm.runtime.facts.gil_enabled)
    assert [trial.loops for trial in trials if isinstance(trial, protocol.Measured)] == [2, 1]
    for trial in trials:
        assert isinstance(trial, protocol.Measured)
        assert trial.digests == (digest(RESULT),) * workers
        assert trial.wall_ns == max(trial.ends_ns)
        assert len(trial.cpu_ns) == len(trial.wait_ns) == workers
    assert (imports, closed) == (protocol.Imports(), protocol.Closed())


@pytest.mark.parametrize("arm", AS_BUILT)
def test_a_function_of_a_file_is_called(arm: Arm, probe: Path) -> None:
    """Work that knows nothing of us needs no more than a name."""
    target = Target(name="alone", path=str(probe))

    *_, trial, _ = asked(arm, opening(probe, arm, target=target), protocol.trial_order(1), protocol.CLOSE)

    assert isinstance(trial, protocol.Measured)
    assert trial.digests == (digest("alone"),)


@pytest.mark.parametrize("arm", AS_BUILT)
@pytest.mark.parametrize(
    ("text", "phase", "kind", "reason"),
    [
        ("def work(:", "load", "unparsable", "SyntaxError"),
        ("1 // 0", "load", "raised", "ZeroDivisionError"),
        ("def work():\n    raise ValueError('no')", "work", "raised", "ValueError: no"),
        ("def work():\n    return 1\ndef check(result):\n    assert result == 2, 'two'", "check", "raised", "two"),
    ],
)
@pytest.mark.parametrize("model", ["serial", "threads"])
def test_a_failure_says_where_and_why(  # noqa: PLR0913, PLR0917 - what fails, and what is said of it
    arm: Arm, model: str, text: str, phase: str, kind: str, reason: str, tmp_path: Path
) -> None:
    """The record names the phase, the kind and what was raised, and ends the lane."""
    path = tmp_path / "failing.py"
    path.write_text(text + "\n")

    *_, failed = asked(arm, opening(path, arm, model), protocol.trial_order(1), protocol.CLOSE)

    assert isinstance(failed, protocol.Failed)
    assert (failed.phase, failed.kind) == (phase, kind)
    assert reason in failed.reason


@pytest.mark.parametrize("arm", AS_BUILT[:1])
def test_what_it_cannot_do_is_unsupported(arm: Arm, probe: Path) -> None:
    """The controller orders none of it; an order all the same has an answer."""
    (_, failed) = asked(arm, opening(probe, arm, benchmark="bench"))

    assert isinstance(failed, protocol.Failed)
    assert failed.kind == "unsupported"


@pytest.mark.parametrize("arm", AS_BUILT[:1])
def test_a_controller_that_is_gone_ends_it(arm: Arm, probe: Path) -> None:
    """Without a further order it ends, and says nothing."""
    kinds = [type(answer).__name__ for answer in asked(arm, opening(probe, arm))]

    assert kinds == ["Hello", "Ready"]


@pytest.mark.parametrize("arm", OF_PYTHON_3)
def test_facts_are_told_where_little_can_be_imported(arm: Arm) -> None:
    """They are the agent's, as far as so little can know them."""
    facts = arm.runtime.facts
    command = [*arm.command, str(SMALL_FACTS_SCRIPT), "nonce", facts.executable]

    reply = json.loads(subprocess.check_output(command, text=True, timeout=60))

    assert reply["nonce"] == "nonce"
    told = {name: reply["facts"][name] for name in ("version", "version_text", "executable", "threads", "build")}
    assert told == {
        "version": list(facts.version),
        "version_text": facts.version_text,
        "executable": facts.executable,
        "threads": True,
        "build": "default",
    }
