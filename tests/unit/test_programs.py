"""Programs as people type them: the words that each lane runs, and what is refused with what was probably meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import lane
from gilscope.errors import UsageError
from gilscope.workloads.programs import filled, program, words

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with a script, a package that can be run, and one that cannot."""
    (tmp_path / "tool.py").touch()
    for name in ("shop", "parts"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    (tmp_path / "shop" / "__main__.py").touch()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_program_is_read_as_a_shell_would_and_is_spread_where_it_says_so() -> None:
    """Its id is what was typed."""
    one, many = (program(words(text)) for text in ("python -m shop 'a b'", "python3 tool.py --jobs={workers}"))

    assert (one.id, one.command) == ("python -m shop a b", ("{python}", "-m", "shop", "a b"))
    assert (one.is_program, one.takes_workers, one.spreads_itself) == (True, False, True)
    assert (many.is_program, many.takes_workers) == (True, True)
    assert one.is_timed


def test_each_lane_has_its_own_interpreter_and_number_of_workers() -> None:
    """The interpreter with its options, and one worker in a serial lane."""
    probe = program(words("env A=1 {python} tool.py -j {workers} --name=w{workers}"))
    own, serial = lane("3.14t", "own", 4), lane("3.14t")
    with_options = msgspec.structs.replace(own, arm=msgspec.structs.replace(own.arm, options=("-X", "gil=0")))
    python = own.arm.runtime.executable

    assert filled(probe.command, own) == ["env", "A=1", python, "tool.py", "-j", "4", "--name=w4"]
    assert filled(probe.command, serial)[-2:] == ["1", "--name=w1"]
    assert filled(probe.command, with_options)[2:5] == [python, "-X", "gil=0"]


@pytest.mark.parametrize(
    "text",
    [
        "python",
        "python -c 'print({})'",
        "python -c '{}' {workers}",
        "python tool.py {}",
        "python tool.py '{\"jobs\": 1}' {a}b",
        "python -m installed",
        "python -X dev gone.py",
        "env {python} gone.py",
    ],
)
def test_what_only_running_shows_is_left_to_it(text: str) -> None:
    """Braces of the program's own, modules that may be installed, and scripts behind options."""
    assert program(words(text)).is_program


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "--command is empty: write a program, such as"),
        ("python 'tool.py", "--command python 'tool.py: no closing quotation"),
        ("python tool.py --jobs {worker}", "nothing is put in for {worker}; did you mean {workers}?"),
        ("python tool.py --jobs={jobs}", "nothing is put in for {jobs}; {workers} stands for the number of workers"),
        ("python tool.py --with={python}", "nothing is put in for {python}; it has to be a word of its own"),
        ("pyhton tool.py", "there is no program pyhton; did you mean python?"),
        ("A=1 python tool.py", "there is no program A=1; no shell is involved"),
        ("env A=1 true", "env would be run alike for every Python: begin with python"),
        ("/usr/bin/env", "each of them is put in, or write {python} where"),
        ("python toll.py", "there is no script toll.py"),
        ("python -m parts", "the package parts has no __main__.py"),
    ],
)
def test_a_program_that_cannot_be_run_is_refused_with_the_mend(text: str, message: str) -> None:
    """Before anything starts, from its words alone."""
    with pytest.raises(UsageError) as caught:
        program(words(text))

    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "first_line", "instead"),
    [
        ("pytest", "#!/opt/env/bin/python3.13", "is put in (python -m pytest ...), or write"),
        ("run.py", "#!/usr/bin/env python", "run.py ...), or write"),
        ("build", "#!/bin/sh", "is put in, or write"),
        ("python3.9", "\x7fELF", "is put in, or write"),
    ],
)
def test_a_script_that_one_python_runs_is_no_program_for_all(
    folder: Path, name: str, first_line: str, instead: str
) -> None:
    """How each of them runs it is told, as far as its first line shows; an interpreter is not even a script."""
    path = folder / name
    path.write_text(f"{first_line}\n")
    path.chmod(0o755)

    with pytest.raises(UsageError) as caught:
        program([str(path), "tool.py"])

    assert instead in str(caught.value)
