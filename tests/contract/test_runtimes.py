"""The census of the real machine, and what becomes of executables that only look like a Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import targets
from gilscope import store
from gilscope.processes.guardian import Guardian
from gilscope.runtimes.census import OLDEST, census
from gilscope.runtimes.interrogation import TIME_LIMIT_S, ask
from leftovers import gone
from patience import looked
from runs import Runs
from short import SHORT

if TYPE_CHECKING:
    from gilscope.runtimes.answers import FactsAnswer
    from gilscope.values.runtimes import Census, Runtime, Unusable

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the fakes are shell scripts")

FACTS = (
    r'{"nonce": "%s", "facts": {"executable": "/opt/pypy/bin/pypy3.10", "base_prefix": "/opt/pypy", '
    r'"implementation": "PyPy", "version": [3, 10, 14], "version_text": "3.10.14", "build": "default", '
    r'"gil_enabled": true, "compiler": "PyPy 7.3.17 with GCC 10.2.1", "config_args": [], "pgo": false, "lto": false, '
    r'"debug": false, "jit": "absent", "interpreters_api": null, "own_gil": false, "platform": "linux-x86_64"}}\n'
)
LAST_ARGUMENT = 'for nonce in "$@"; do :; done'


def script(path: Path, *lines: str) -> str:
    """Write a shell script that poses as an interpreter."""
    path.write_text("\n".join(("#!/bin/sh", *lines, "")))
    path.chmod(0o755)
    return str(path)


def posing_as_micropython(folder: Path) -> str:
    """A command that runs scripts as the small agent's are, says that it is MicroPython, and refuses options."""
    posing = folder / "posing.py"
    posing.write_text(
        "import sys\nsys.implementation.name = 'micropython'\ndel sys.argv[0]\nexec(open(sys.argv[0]).read())\n"
    )
    return script(folder / "micropython", 'test "$1" = -B && exit 1', f'exec {sys.executable} {posing} "$@"')


def asked(fake: str, limit_s: float = TIME_LIMIT_S) -> FactsAnswer:
    """What one executable answers."""
    with Guardian() as guardian:
        return ask(fake, os.environ, guardian, time_limit_s=limit_s)


def alone(tmp_path: Path, *explicit: str, path: str = "/nonexistent") -> Census:
    """Take a census of a machine with nothing but these executables and PATH."""
    environ = {"HOME": str(tmp_path), "PATH": path}
    return census(environ, explicit, [], tmp_path / "cache", builds=tmp_path / "builds")


def versions_below(folder: Path) -> set[str]:
    """Return the versions that a store has, from its folders' names alone."""
    return {
        entry.name.split("-")[1 if entry.name.startswith("cpython-") else 0]
        for entry in folder.glob("*")
        if (entry / "bin" / "python").exists() and not entry.is_symlink()
    }


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Census:
    """Take the census of the whole machine, asking every executable anew, also where tests run on a part of it."""
    return targets.machine(tmp_path_factory.mktemp("answers"), explicit=())


@pytest.mark.parametrize(
    ("origin", "variable", "default"),
    [
        ("pyenv", "PYENV_ROOT", "~/.pyenv"),
        ("uv", "UV_PYTHON_INSTALL_DIR", "~/.local/share/uv/python"),
    ],
)
def test_every_version_of_a_store_is_listed(everything: Census, origin: str, variable: str, default: str) -> None:
    """Each version that the store's folder names is a row: usable, or named for why not."""
    folder = Path(os.environ.get(variable, default)).expanduser()
    expected = versions_below(folder / "versions" if origin == "pyenv" else folder)
    if not expected:
        pytest.skip(f"{origin} has no Python here")
    found: list[Runtime | Unusable] = [*everything.runtimes, *everything.unusable]
    rows = [row for row in found if row.origin == origin]

    listed = {
        row.facts.version_text + ("+freethreaded" if row.facts.build == "free-threaded" else "")
        for row in rows
        if row.facts is not None
    }

    assert expected <= listed | {row.name for row in rows}


def test_names_are_unique_and_files_real(everything: Census) -> None:
    """Every name means one runtime, and every runtime can be started by its path."""
    names = [runtime.name for runtime in everything.runtimes]

    assert len(set(names)) == len(names) > 0
    assert all(os.access(runtime.executable, os.X_OK) for runtime in everything.runtimes)


def test_only_what_gilscope_can_measure_is_usable(everything: Census) -> None:
    """Nothing that the agent runs on is below 3.8; the old ones are rows all the same."""
    oldest = min(runtime.facts.version for runtime in everything.runtimes if runtime.facts.runs_agent)
    too_old = [row for row in everything.unusable if row.kind == "too old"]

    assert oldest >= OLDEST
    assert all(row.facts is not None and row.facts.version < OLDEST for row in too_old)


def test_a_second_census_starts_nothing(tmp_path: Path) -> None:
    """The fake counts how often it is started, and one that failed a moment ago is not tried again."""
    fake = script(tmp_path / "python3.9", f"echo started >> {tmp_path / 'count'}", "exit 3")
    first = alone(tmp_path, fake)

    second = alone(tmp_path, fake)

    assert second == first
    assert (tmp_path / "count").read_text() == "started\n"


def test_a_hanging_executable_and_its_children_are_killed(tmp_path: Path) -> None:
    """A wrapper that waits for its child is given up after the time limit, and neither is left behind."""
    child = tmp_path / "child"
    fake = script(tmp_path / "python3.9", f"sleep 600 & echo $! > {child}", "wait")

    def ask_for(limit_s: float) -> tuple[float, str | None]:
        return limit_s, asked(fake, limit_s).reason

    limit_s, reason = looked(ask_for, lambda _: child.exists() and bool(child.read_text().strip()))

    assert reason == f"it did not end within {limit_s:g} s"
    assert gone(int(child.read_text()))


def test_a_child_that_keeps_the_pipe_open_does_not_hold_us(tmp_path: Path) -> None:
    """The executable has ended, but who it left behind would keep a reader waiting for ever."""
    fake = script(tmp_path / "python3.9", f"sleep 600 & echo $! > {tmp_path / 'child'}", "exit 0")

    answer = asked(fake)

    assert answer.reason == "it did not answer as a Python does"
    assert gone(int((tmp_path / "child").read_text()))


def test_endless_output_is_cut(tmp_path: Path) -> None:
    """The time limit is not waited for, and memory does not fill."""
    fake = script(tmp_path / "python3.9", "while :; do echo garbage garbage garbage; done")

    answer = asked(fake, 30)

    assert str(answer.reason).startswith("it printed more than 64 KiB")


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["echo hello"], "it did not answer as a Python does: hello"),
        (["echo no such version >&2", "exit 127"], "it ended with exit status 127: no such version"),
        (["kill -SEGV $$"], "it died of SIGSEGV"),
        ([f"printf '{FACTS}' wrong"], "it gave facts, but not the nonce it was asked with"),
        ([LAST_ARGUMENT, 'echo "{\\"nonce\\": \\"$nonce\\", \\"facts\\": {}}"'], "its facts are incomplete or wrong"),
    ],
    ids=["garbage", "failing", "crashing", "lying", "empty"],
)
def test_an_impostor_on_path_is_a_row_with_its_reason(tmp_path: Path, lines: list[str], reason: str) -> None:
    """Whatever is called python3.9 is listed, and nothing that it does stops the census."""
    (tmp_path / "bin").mkdir()
    fake = script(tmp_path / "bin" / "python3.9", *lines)

    found = alone(tmp_path, path=str(tmp_path / "bin"))
    row = next(row for row in found.unusable if row.executable == fake)

    assert (row.name, row.kind, row.origin) == ("python3.9", "broken", "PATH")
    assert row.reason.startswith(reason)


def test_files_that_cannot_be_started(tmp_path: Path) -> None:
    """Slips with ``--python`` are told apart."""
    plain = tmp_path / "plain"
    plain.write_text("text")
    orphan = script(tmp_path / "orphan")
    Path(orphan).write_text("#!/no/such/interpreter\n")

    found = alone(tmp_path, str(plain), orphan, str(tmp_path / "gone"), str(tmp_path))
    reasons = {row.executable: row.reason for row in found.unusable}

    assert reasons[str(plain)] == "it is not executable"
    assert "leads nowhere" in reasons[orphan]
    assert reasons[str(tmp_path / "gone")] == "there is no such file"
    assert reasons[str(tmp_path)] == "it is a folder"


def test_pypy_is_named_for_what_it_is(tmp_path: Path) -> None:
    """It is measured as CPython is, and called by its own name."""
    fake = script(tmp_path / "pypy3", LAST_ARGUMENT, f"printf '{FACTS}' \"$nonce\"")

    found = alone(tmp_path, fake)
    row = next(row for row in found.runtimes if row.executable == fake)

    assert (row.name, row.facts.is_cpython) == ("pypy3.10", False)


def test_what_can_give_no_facts_says_what_it_is(tmp_path: Path) -> None:
    """MicroPython refuses the options and lacks the modules; it has a smaller question to answer."""
    fake = posing_as_micropython(tmp_path)

    found = alone(tmp_path, fake)
    row = next(row for row in found.runtimes if row.executable == fake)

    assert (row.facts.implementation, row.facts.runs_agent) == ("MicroPython", False)


def test_an_implementation_without_the_agent_is_measured(tmp_path: Path) -> None:
    """One thread and two by the small agent, what the machine gives by another Python, and a reason for all else."""
    runs = Runs(tmp_path, tmp_path / "cache")
    fake = posing_as_micropython(tmp_path)
    runs.script("work.py", "def small():\n    return sum(range(20000))\n")
    asked_for = ("--models", "threads,processes", "--workers", "2")

    done = runs.gilscope("run", "work.py:small", "--python", fake, *SHORT, *asked_for)

    assert done.returncode == 0, done.stderr
    run = store.read(runs.stored())
    (contest,) = run.contests
    works = [lane.work for lane in contest.lanes]
    assert works == ["serial", "serial", "threads-2", "threads-2", "capacity-1", "capacity-2"]
    assert {trial.lane for trial in run.trials} == {lane.name for lane in contest.lanes}
    assert [(skip.lane.partition(":")[2], skip.reason) for skip in run.skips] == [
        ("processes-2", "on MicroPython, gilscope has one worker, or threads")
    ]


def test_an_environment_and_its_base_are_one_runtime(everything: Census, tmp_path: Path) -> None:
    """A link to a runtime found elsewhere adds no second row, but what the user points at is what is started."""
    base = [runtime for runtime in everything.runtimes if runtime.facts.is_cpython][-1]
    link = tmp_path / "python"
    link.symlink_to(base.executable)
    environ = {"HOME": str(tmp_path), "PATH": str(Path(base.executable).parent)}

    found = census(environ, [str(link)], [], tmp_path / "cache", builds=tmp_path / "builds")
    rows = [row for row in found.runtimes if row.facts.base_prefix == base.facts.base_prefix]

    assert [(row.executable, row.origin) for row in rows] == [(str(link), "--python")]
