"""The catalogue that ``gilscope why`` is held against: complete, well declared, and running on every Python found."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import targets
from why.catalogue import CONTENTS, WORKLOADS, Workload, workloads

if TYPE_CHECKING:
    from gilscope.values.runtimes import Arm

DRIVER = Path(__file__).parent / "side_by_side.py"
TIME_LIMIT_S = 120
FEWEST = 30
ASKED = {
    "inside a library": 3,
    "two causes that mask each other": 4,
    "it scales": 3,
    "limited by the machine": 2,
    "allocator, nothing shared": 2,
    "patterns of ftscalingbench": 4,
}
"""How many workloads each subject needs, where one is not enough."""

OF_OBJECTS = frozenset(("counts", "own lock", "lock"))
"""Kinds of cause that are about one object."""

MAY_LACK = {"gil_turned_on": ("there is no Python.h in ", "there is no compiler "), "one_cpu": ("this system has no ",)}
"""What a target may lack that some workloads need."""


def test_every_file_is_in_the_contents_once() -> None:
    """A workload that nobody lists would never be run."""
    listed = Counter(name for names in CONTENTS.values() for name in names)

    assert set(listed) == {path.stem for path in WORKLOADS.glob("*.py")}
    assert set(listed.values()) == {1}


def test_there_are_as_many_of_each_as_were_asked_for() -> None:
    """One of every subject, and more of what a diagnosis easily gets wrong."""
    assert set(ASKED) <= set(CONTENTS)
    assert [subject for subject, names in CONTENTS.items() if len(names) < ASKED.get(subject, 1)] == []
    assert sum(map(len, CONTENTS.values())) >= FEWEST


@pytest.mark.parametrize("workload", workloads(), ids=lambda workload: workload.name)
def test_a_declaration_says_what_its_subject_promises(workload: Workload) -> None:
    """Causes of objects name the object, what scales has no cause, and what masks has two."""
    causes = workload.declaration.causes
    named = [*causes, *workload.declaration.also]

    assert workload.question.endswith("?")
    assert all(cause.object is not None for cause in named if cause.kind in OF_OBJECTS)
    assert len(set(named)) == len(named)
    if workload.subject == "two causes that mask each other":
        assert len(causes) == 2
    elif workload.subject not in {"it scales", "patterns of ftscalingbench"}:
        assert len(causes) == 1


def test_a_cause_of_one_build_is_none_on_another() -> None:
    """``threading.local`` has a deferred count from 3.14 on."""
    (local,) = (workload for workload in workloads() if workload.subject == "threading.local")

    assert [cause.object for cause in local.causes("3.13t")] == ["CONTEXT"]
    assert local.truths("3.14t") == ()


@pytest.mark.parametrize("arm", [pytest.param(arm, id=arm.name) for arm in targets.AS_BUILT])
def test_two_threads_get_what_one_gets(arm: Arm) -> None:
    """Each call returns one result, alone or side by side; what a declaration names is there."""
    answers = looked_at(arm)

    strange = {name: answer for name, answer in answers.items() if not is_lack(name, answer) and not is_right(answer)}
    assert strange == {}


def looked_at(arm: Arm) -> dict[str, dict[str, Any]]:
    """What one process of a Python makes of every workload, by name.

    Those that change the process for good (by its CPU or its GIL) change no result.
    """
    orders = [
        {
            "path": str(workload.path),
            "objects": [cause.object for cause in workload.declaration.causes if cause.kind in OF_OBJECTS],
        }
        for workload in workloads()
    ]
    done = subprocess.run(
        [arm.runtime.executable, "-B", str(DRIVER)],
        input="\n".join(map(json.dumps, orders)),
        capture_output=True,
        text=True,
        timeout=TIME_LIMIT_S,
        check=False,
    )
    lines = done.stdout.splitlines()
    assert len(lines) == len(orders), f"ended with {done.returncode}: {done.stderr}"
    return {workload.name: json.loads(line) for workload, line in zip(workloads(), lines, strict=True)}


def is_lack(name: str, answer: dict[str, Any]) -> bool:
    """Whether the answer is that the target lacks what this workload needs."""
    return any(answer.get("lacks", "").startswith(lack) for lack in MAY_LACK.get(name, ()))


def is_right(answer: dict[str, Any]) -> bool:
    """Whether three calls returned one result, no error, and every object was found."""
    returned = set(answer.get("results", ()))
    return (
        len(answer.get("results", ())) == 3
        and len(returned) == 1
        and "Error" not in "".join(returned)
        and not answer["missing"]
    )
