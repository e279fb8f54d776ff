"""Programs that pose as a Python, and lanes that lie: nothing that they say is believed before it was looked at."""

from __future__ import annotations

import json

import pytest

from faults.catalogue import ANSWERS, LINES, TRIALS, Answer
from gilscope.lab import protocol
from gilscope.processes import child
from gilscope.runtimes.interrogation import judge

NONCE = "NONCE"
TRIAL = {
    "type": "trial",
    "loops": 1,
    "wall_ns": 1000,
    "starts_ns": [0],
    "ends_ns": [1000],
    "cpu_ns": [1000],
    "wait_ns": [0],
    "gil_before": True,
    "gil_after": True,
    "digests": ["d"],
}


@pytest.mark.parametrize("case", ANSWERS, ids=lambda case: repr(case.printed[:40]))
def test_an_answer_of_no_python_has_a_reason(case: Answer) -> None:
    """It is one line, and steers no terminal."""
    printed = case.printed.decode(errors="replace")
    cut_short = "it printed more than 64 KiB" if len(printed) > 65_536 else None
    answer = judge(child.Ended(0, printed, "", cut_short), NONCE)

    assert answer.facts is None
    assert answer.reason is not None
    assert case.said in answer.reason or not case.said
    assert answer.reason.isprintable()


def test_the_trial_makes_sense_without_the_fault() -> None:
    """Or else the cases would show nothing."""
    assert isinstance(protocol.answer(protocol.SEPARATOR + json.dumps(TRIAL).encode()), protocol.Measured)


@pytest.mark.parametrize(("name", "value"), TRIALS, ids=[f"{name} {value[:20]}" for name, value in TRIALS])
def test_a_trial_that_cannot_be_is_garbage(name: str, value: str) -> None:
    """Somebody else wrote to the lane's answers."""
    text = json.dumps({**TRIAL, name: "HERE"}).replace('"HERE"', value)

    with pytest.raises(protocol.GarbageError):
        protocol.answer(protocol.SEPARATOR + text.encode())


@pytest.mark.parametrize("line", LINES, ids=lambda line: repr(line[:24]))
def test_a_line_that_is_no_record_is_garbage(line: bytes) -> None:
    """With the mark of a record before it; without one, somebody printed it."""
    with pytest.raises(protocol.GarbageError):
        protocol.answer(protocol.SEPARATOR + line)
    assert protocol.answer(line) is None
