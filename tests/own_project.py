"""Somebody's project, a copy of ``tests/project`` in a repository of its own, and gilscope made quick for it."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import targets
from gilscope.commands import measuring, output
from gilscope.lab import measure
from gilscope.lab.lane import Target
from gilscope.values.runtimes import Census
from gilscope.workloads import suites

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gilscope.lab.plan import Plan
    from gilscope.workloads.suites import Suite

TEXT = Path(__file__).with_name("project")
GIT = shutil.which("git")
IDENTITY = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
PAIR = tuple(arms[-1].runtime for arms in (targets.DEFAULT, targets.FREE_THREADED) if arms)
"""The newest default build and the newest free-threaded one of those that are tested on, as far as there are any."""

ONE_PROBE = "cpu/primes"
MOST_CONTESTS = 2


@contextlib.contextmanager
def quick_gilscope(cache: Path) -> Iterator[None]:
    """Have commands of gilscope's know the pair alone, measure little, and keep what they make in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        named, measured = suites.named, measure.measure
        patch.setattr(suites, "named", lambda *asked: _tiny(named(*asked)))
        patch.setattr(measure, "measure", lambda plan, *of_a_run: measured(_some_of(plan), *of_a_run))
        patch.setattr(measuring, "take_census", lambda _=(): Census(runtimes=PAIR, unusable=()))
        patch.setattr(output, "cache_dir", lambda: cache)
        patch.delenv("PYTHONPATH", raising=False)
        # A place for uv: where pip alone knows one, pip would build the project, with a download for each environment.
        # NumPy takes minutes to build; where it has no wheel in the version that a page names, its lanes are left out.
        settings = {"COLUMNS": "200", "UV_FIND_LINKS": str(cache), "UV_NO_BUILD_PACKAGE": "numpy"}
        for name, value in {**IDENTITY, **settings}.items():
            patch.setenv(name, value)
        yield


def _tiny(suite: Suite) -> Suite:
    """A suite with one launch of one round: one and two threads, roles and programs."""
    return msgspec.structs.replace(
        suite,
        probes=(ONE_PROBE,) if any("*" in probe for probe in suite.probes) else suite.probes,
        lanes=("*",),
        without=("*+gil:*", "*:interpreters*", "*:processes*", "*:asyncio*", "*:*-pool*", "*:joblib*"),
        workers=(2,),
        min_launches=1,
        max_launches=1,
        rounds=1,
        trial_ms=1,
    )


def _some_of(plan: Plan) -> Plan:
    """The first contests of a plan: a glob may stand for many."""
    return msgspec.structs.replace(plan, contests=plan.contests[:MOST_CONTESTS])


@contextlib.contextmanager
def opened_lanes() -> Iterator[list[str]]:
    """The runtimes in which lanes and inquiries have been opened, each time it happens."""
    opened: list[str] = []
    begin = Target.__init__

    def noted(self: Target, *arguments: object, **named: object) -> None:
        opened.append(str(arguments))
        begin(self, *arguments, **named)  # type: ignore[arg-type]  # whatever it is called with

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Target, "__init__", noted)
        yield opened


def copy(folder: Path, files: Mapping[str, str] | None = None, tables: str = "") -> None:
    """Copy the project, with further files or others, and more at the end of its ``pyproject.toml``."""
    shutil.copytree(TEXT, folder, ignore=shutil.ignore_patterns("__pycache__"), dirs_exist_ok=True)
    for name, text in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(tables)


def commit(folder: Path) -> None:
    """Make a repository of the project: ``main``, and a branch that is one commit ahead of it."""
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "as it was")
    git(folder, "checkout", "--quiet", "-b", "faster")
    with (folder / "bench.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef newer():\n    return f()\n")
    git(folder, "commit", "--quiet", "--all", "--message", "as it is")


def git(folder: Path, *arguments: str) -> None:
    """Run a command of git's in the project."""
    if GIT is None:
        pytest.skip("git is not installed")
    subprocess.run([GIT, *arguments], cwd=folder, env={**os.environ, **IDENTITY}, check=True, capture_output=True)
