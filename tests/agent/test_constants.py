"""The constants of a workload are as mortal as Python has them without us: threads count references to mortal ones."""

from __future__ import annotations

import json
import subprocess
from importlib.machinery import SourceFileLoader
from typing import TYPE_CHECKING

import msgspec
import pytest

import targets
from agents import Agents
from gilscope.agent import bytecode
from gilscope.agent.timing import digest
from gilscope.values.probes import Probe, Target
from targets import environment, models_of

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.runtimes import Arm

ARMS = [pytest.param(arm, id=arm.name) for arm in targets.CPYTHONS if arm in (*targets.EDGES, *targets.FREE_THREADED)]
"""Every free-threaded build, and of the default ones, where constants are mortal anyway, the oldest and the newest."""
POOLS = {"interpreter-pool", "process-pool", "joblib"}
"""These models take no tasks inside a bench call."""

KINDS = ("float", "large int", "tuple", "long string")
BESIDE = """
import sys

def immortal(values):
    return [sys.getrefcount(value) >= 2 ** 30 for value in values]

def of_beside():
    return immortal((2.71828, 7654321, ("beside", 5.5), "a long string with blanks, and one that no name can hold"))
"""
WORKLOAD = """
import beside

def of_function():
    return beside.immortal((3.14159, 1234567, ("file", 2.5), "a long string with commas, which no name could hold"))

def work():
    def of_nested():
        return beside.immortal((9.75, 9999999, ("nested", 1.25), "a long string of a nested function, with blanks"))

    return of_function() + of_nested() + beside.of_beside()

if __name__ == "__main__":
    print(str(work()).lower())
"""
SCRIPT = """
import os
import pyperf
import workload
from beside import immortal

def work():
    os.write(2, str(workload.work()).lower().encode() + b"\\n")

runner = pyperf.Runner()
runner.bench_func("function", work)
runner.timeit(
    "statement",
    "told = immortal((3.14159, 1234567, ('file', 2.5), 'a long string with commas, which no name could hold'))",
    teardown="os.write(2, str(told).lower().encode() + b'\\\\n')",
    globals=globals(),
)
"""


@pytest.fixture(params=ARMS)
def arm(request: pytest.FixtureRequest) -> Arm:
    """Each of these runtimes, as it was built."""
    arm: Arm = request.param
    return arm


@pytest.fixture
def workload(tmp_path: Path) -> Probe:
    """A file with constants of its own, and a module beside it with some more."""
    (tmp_path / "beside.py").write_text(BESIDE)
    (tmp_path / "workload.py").write_text(WORKLOAD)
    target = Target(name="work", path=str(tmp_path / "workload.py"))
    return Probe(id="w", path=str(tmp_path / "workload.py"), question="?", kind="cpu", target=target)


TELL = "import sys; sys.path[0] = {folder!r}; import workload; print(str(workload.work()).lower(), flush=True)"
IN_AN_INTERPRETER = "import _interpreters; _interpreters.run_string(_interpreters.create('isolated'), {tell!r})"


def bare(arm: Arm, folder: Path, *arguments: str) -> list[bool]:
    """What the workload says outside gilscope, at its second run, when its modules have a ``.pyc``."""
    environ = environment(arm, folder) | {"PYTHONPYCACHEPREFIX": str(folder / "bare")}
    command = [arm.runtime.executable, *arguments]
    runs = [subprocess.check_output(command, cwd=folder, env=environ, text=True) for _ in range(2)]
    told: list[bool] = json.loads(runs[-1])
    return told


def as_modules(arm: Arm, folder: Path) -> dict[str, list[bool]]:
    """What a module says by model; 3.13t keeps the constants of interpreters other than the main one mortal."""
    tell = TELL.format(folder=str(folder))
    told = dict.fromkeys(models_of(arm), bare(arm, folder, "-c", tell))
    if arm.runtime.facts.version >= (3, 13):
        within = bare(arm, folder, "-c", IN_AN_INTERPRETER.format(tell=tell))
        told |= {model: within for model in told if model.startswith("interpreter")}
    return told


def test_constants_are_those_of_a_module_in_every_model_and_launch(arm: Arm, workload: Probe, tmp_path: Path) -> None:
    """The first launch finds no ``.pyc`` of anything, the second one finds all."""
    expected = {model: {digest(told)} for model, told in as_modules(arm, tmp_path).items()}
    (tmp_path / "bytecode").mkdir()

    with Agents(tmp_path, tmp_path / "bytecode") as agents:
        for _ in ("first launch", "later launch"):
            ended = agents.ask(arm, workload)

            assert {model: {*one.trials[0].digests} for model, one in ended.items()} == expected


@pytest.mark.usefixtures("workload")
def test_constants_are_at_least_as_immortal_as_those_of_a_program(arm: Arm, tmp_path: Path) -> None:
    """On free-threaded builds; 3.13t alone leaves long strings of the program's own file mortal."""
    as_module, as_program = as_modules(arm, tmp_path)["threads"], bare(arm, tmp_path, "workload.py")

    assert all(as_module) is (arm.runtime.facts.build == "free-threaded")
    differing = {kind for kind, ours, its in zip(3 * KINDS, as_module, as_program, strict=True) if ours is not its}
    assert differing <= {"long string"}


@pytest.mark.parametrize("benchmark", ["function", "statement"])
def test_constants_of_a_script_for_pyperf_are_those_of_a_module(
    arm: Arm, benchmark: str, workload: Probe, tmp_path: Path
) -> None:
    """The script's functions are looked at, and a statement that it gives as text."""
    own = len(KINDS) if benchmark == "statement" else None
    expected = {model: told[:own] for model, told in as_modules(arm, tmp_path).items() if model not in POOLS}
    (tmp_path / "script.py").write_text(SCRIPT)
    script = msgspec.structs.replace(workload, path=str(tmp_path / "script.py"), target=None, benchmark=benchmark)
    (tmp_path / "bytecode").mkdir()

    with Agents(tmp_path, tmp_path / "bytecode") as agents:
        ended = agents.ask(arm, script, models=list(expected), workers=1)

    last = {model: json.loads(one.printed.splitlines()[-1]) for model, one in ended.items()}
    assert last == expected


def test_a_module_is_compiled_as_its_importer_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """What importlib passes on, such as 3.15's name of the module, goes to its own loader; here it is the level."""
    monkeypatch.setattr(SourceFileLoader, "source_to_code", SourceFileLoader.source_to_code)
    loader = SourceFileLoader("module", "module.py")
    plain = loader.source_to_code(b"assert 1.5 > 2.5", "module.py", _optimize=1)
    for _ in range(2):
        bytecode.import_as_later()

    assert loader.source_to_code(b"assert 1.5 > 2.5", "module.py", _optimize=1) == plain
    assert loader.source_to_code(b"assert 1.5 > 2.5", "module.py", _optimize=0) != plain


FUTURE = """
def annotated(number: int) -> str: ...

def work():
    return sorted(map(str, annotated.__annotations__.values()))
"""


def test_a_workload_is_compiled_without_any_future_of_ours(arm: Arm, tmp_path: Path) -> None:
    """The agent defers its own annotations; a file that does not say so has real ones."""
    (tmp_path / "future.py").write_text(FUTURE)
    target = Target(name="work", path=str(tmp_path / "future.py"))
    probe = Probe(id="f", path=str(tmp_path / "future.py"), question="?", kind="cpu", target=target)
    expected = digest([str(int), str(str)])

    with Agents(tmp_path, tmp_path) as agents:
        ended = agents.ask(arm, probe)

    assert {model: {*one.trials[0].digests} for model, one in ended.items()} == {model: {expected} for model in ended}
