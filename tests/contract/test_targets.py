"""The runtimes that tests run on: all that are here, or the part that the environment names."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import targets
from builders import runtime
from gilscope.errors import UsageError
from gilscope.values.runtimes import Census

FIRST = targets.MACHINE.runtimes[0].name
FOUND = Census(runtimes=tuple(map(runtime, ("3.8", "3.11", "3.13.0", "3.13", "3.13t"))), unusable=())


@pytest.mark.parametrize(
    ("named", "expected"),
    [
        ({}, ["3.8", "3.11", "3.13.0", "3.13", "3.13t"]),
        ({targets.SET: "3.11"}, ["3.11"]),
        ({targets.SET: "3.13t 3.11"}, ["3.11", "3.13t"]),
        ({targets.SET: "3.13*"}, ["3.13.0", "3.13", "3.13t"]),
        ({targets.SET: "3.14* 3.8"}, ["3.8"]),
    ],
    ids=["all", "one", "in the census' order", "a pattern", "one of them is not there"],
)
def test_a_set_names_runtimes_of_the_census(named: dict[str, str], expected: list[str]) -> None:
    """A name that means none is no mistake, so that one set serves many machines."""
    found = targets.chosen(FOUND, named)

    assert [one.name for one in found] == expected


@pytest.mark.parametrize("named", ["3.14*", "", "python3"])
def test_a_set_that_names_nothing_says_what_there_is(named: str) -> None:
    """No test would run, and that would look like success."""
    with pytest.raises(UsageError, match=r"names no runtime of this machine\. There are: 3\.8, 3\.11, 3\.13\.0, 3\.13"):
        targets.chosen(FOUND, {targets.SET: named})


@pytest.mark.parametrize(
    ("named", "status", "words"),
    [
        ("2.0", 4, "'2.0' names no runtime of this machine"),
        ("*", 0, f"{targets.SET}: {targets.MACHINE.runtimes[0].name}"),
    ],
    ids=["nothing", "something"],
)
def test_pytest_names_the_set_or_stops_before_the_first_test(named: str, status: int, words: str) -> None:
    """A set that is not there ends pytest with one line, and one that is there is named in its header."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-p", "no:cacheprovider", __file__]
    environ = {**os.environ, targets.SET: named}

    ended = subprocess.run(
        command, cwd=Path(__file__).parents[2], env=environ, capture_output=True, text=True, check=False
    )

    assert ended.returncode == status
    assert words in ended.stdout + ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
