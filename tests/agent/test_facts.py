"""facts.py tells the truth on every Python there is, and still parses on the oldest."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from unittest import mock

import msgspec
import pytest

import targets
from gilscope.agent import facts
from gilscope.places import FACTS_SCRIPT, PROBES, SMALL_AGENT, SMALL_FACTS_SCRIPT
from gilscope.processes.environment import without_python
from gilscope.values.runtimes import Facts

if TYPE_CHECKING:
    from pathlib import Path

OF_BOTH = [path for path in sorted(PROBES.rglob("*.py")) if 'requires-python = ">=2.7"' in path.read_text("utf-8")]
"""Probes for both versions of the language."""

FOUND = [pytest.param(path, id=text) for text, path in targets.executables()]


def run(executable: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run an interpreter to its end, in a clean environment."""
    return subprocess.run(
        [executable, "-B", *arguments],
        capture_output=True,
        check=False,
        env=without_python(os.environ),
        text=True,
        timeout=120,
    )


def tell(executable: str, code: str) -> Any:  # noqa: ANN401 -- whatever the JSON says
    """Return what an interpreter says of itself by another way than facts.py."""
    answer = run(executable, "-c", f"import json, sys, sysconfig; print(json.dumps({code}))").stdout
    return json.loads(answer or "null")


def started(executable: str) -> str:
    """Skip the test, saying why, where this executable does not start at all."""
    try:
        probe = run(executable, "-c", "pass")
    except (OSError, subprocess.TimeoutExpired) as error:
        pytest.skip(f"{executable} does not start: {error}")
    if probe.returncode:
        pytest.skip(f"{executable} does not start: {probe.stderr.strip()}")
    return executable


@pytest.mark.parametrize("executable", FOUND)
def test_every_python_answers(executable: str) -> None:
    """One line of JSON comes back with the nonce and all facts, and they agree with what is easily asked."""
    ended = run(started(executable), str(FACTS_SCRIPT), "nonce-1")
    (line,) = ended.stdout.split("\n")[1:-1]
    answer = json.loads(line)
    told = msgspec.convert(answer["facts"], Facts)

    assert (ended.returncode, ended.stderr, answer["nonce"]) == (0, "", "nonce-1")
    assert list(told.version) == tell(executable, "list(sys.version_info[:3])")
    assert (told.build == "free-threaded") == bool(tell(executable, "sysconfig.get_config_var('Py_GIL_DISABLED')"))
    assert told.gil_enabled == tell(executable, "getattr(sys, '_is_gil_enabled', lambda: sys.platform[:4] != 'java')()")
    assert told.executable == os.path.realpath(told.executable)
    assert not any("prefix=" in argument for argument in told.config_args)


@pytest.mark.parametrize("executable", FOUND)
def test_interpreters_are_what_the_version_has(executable: str) -> None:
    """The public module is there from 3.14 on, private ones before, and a GIL of one's own from 3.12 on."""
    answer = json.loads(run(started(executable), str(FACTS_SCRIPT), "n").stdout)
    told = msgspec.convert(answer["facts"], Facts)
    first = {(0, 0): None, (3, 8): "_xxsubinterpreters", (3, 13): "_interpreters", (3, 14): "concurrent.interpreters"}
    expected = first[max(version for version in first if version <= told.version)]
    if told.implementation != "CPython":
        pytest.skip(f"{executable} is {told.implementation}")

    assert told.interpreters_api == expected
    assert told.own_gil == (told.version >= (3, 12))


def test_a_free_threaded_build_tells_when_its_gil_is_on() -> None:
    """The GIL's state is asked of the running interpreter, not read from how it was built."""
    everyone = [str(parameter.values[0]) for parameter in FOUND]
    builds = [path for path in everyone if tell(path, "sysconfig.get_config_var('Py_GIL_DISABLED')")]
    if not builds:
        pytest.skip("no free-threaded build was found")

    told = [json.loads(run(path, "-X", "gil=1", str(FACTS_SCRIPT), "n").stdout)["facts"] for path in builds]

    assert {(row["build"], row["gil_enabled"]) for row in told} == {("free-threaded", True)}


def test_a_virtual_environment_tells_of_its_base(tmp_path: Path) -> None:
    """The interpreter is the one that the environment was made from."""
    run(sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv"))
    inside = next(path for path in (tmp_path / "venv").rglob("python*") if path.parent.name in {"bin", "Scripts"})

    told = json.loads(run(str(inside), str(FACTS_SCRIPT), "n").stdout)["facts"]

    assert told["base_prefix"] == os.path.realpath(sys.base_prefix)
    assert str(tmp_path) not in told["executable"]


@pytest.mark.parametrize("path", [FACTS_SCRIPT, SMALL_AGENT, SMALL_FACTS_SCRIPT, *OF_BOTH], ids=lambda path: path.stem)
def test_nothing_newer_than_python_2_is_used(path: Path) -> None:
    """No syntax that 2.7 cannot parse: it has to be named, and some of it runs on Jython."""
    tree = ast.parse(path.read_text("ascii"), feature_version=(3, 7))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.Nonlocal, ast.YieldFrom, ast.AsyncFunctionDef)

    found = [node.lineno for node in ast.walk(tree) if isinstance(node, newer)]
    annotated = [node.lineno for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.returns]
    keyword_only = [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.args.kwonlyargs
    ]

    assert (found, annotated, keyword_only) == ([], [], [])


@pytest.mark.parametrize(
    ("argument", "kept"),
    [
        ("--prefix=/opt/python", []),
        ("--libdir=/opt/lib", []),
        ("--enable-optimizations", ["--enable-optimizations"]),
        ("LDFLAGS=-L/opt/lib -Wl,-rpath,/opt/lib", []),
        ("CFLAGS=-O3 -ffile-prefix-map=/build=. -isystem /usr/include -g", ["CFLAGS=-O3 -g"]),
    ],
)
def test_places_are_taken_out_of_the_arguments(argument: str, kept: list[str]) -> None:
    """Where a build was made and installed says nothing of its speed; how it was made does."""
    arguments = facts.without_places([argument])

    assert arguments == kept


@pytest.mark.parametrize(
    ("arguments", "flags", "pgo", "lto"),
    [
        ([], [], None, None),
        (["--enable-optimizations", "--with-lto=thin"], [], True, True),
        (["--with-lto=no", "--without-lto"], [], None, None),
        ([], ["-fprofile-use", "-flto=8"], True, True),
        ([], ["-fprofile-instr-use=code.profclangd"], True, None),
        ([], ["-fprofile-generate", "-fno-lto"], None, None),
    ],
)
def test_optimisation_is_read_from_arguments_or_flags(
    arguments: list[str], flags: list[str], *, pgo: bool | None, lto: bool | None
) -> None:
    """Some builders pass the flags themselves and never ask configure; what is not on record is not there, or unknown.

    It is there for sure only where it is on record.
    """
    for is_whole in (True, False):
        told = (
            facts.profile_guided(arguments, flags, is_whole),
            facts.link_time_optimised(arguments, flags, is_whole),
        )

        assert told == ((bool(pgo), bool(lto)) if is_whole else (pgo, lto))


@pytest.mark.parametrize(
    ("recorded", "is_whole"),
    [
        (None, False),
        ("", True),
        ("'--prefix=/usr' '--enable-shared'", False),
        ("'--prefix=/usr/local'", True),
        ("'--prefix=/opt'", True),
    ],
)
def test_a_distribution_does_not_record_all(recorded: str | None, *, is_whole: bool) -> None:
    """Nor does Windows; a plain build of somebody's own has no arguments, and is a plain build."""
    with mock.patch("sysconfig.get_config_var", return_value=recorded):
        assert facts.records_all(facts.configure_arguments()) is is_whole


@pytest.mark.parametrize(
    ("argument", "state"),
    [
        ("--enable-experimental-jit", "on"),
        ("--enable-experimental-jit=yes", "on"),
        ("--enable-experimental-jit=yes-off", "off"),
        ("--enable-experimental-jit=interpreter", "absent"),
        ("--enable-shared", "absent"),
    ],
)
def test_the_jit_of_3_13_is_read_from_the_arguments(monkeypatch: pytest.MonkeyPatch, argument: str, state: str) -> None:
    """There, sys has no _jit to ask."""
    monkeypatch.delattr(sys, "_jit", raising=False)

    told = facts.jit_state([argument])

    assert told == state
