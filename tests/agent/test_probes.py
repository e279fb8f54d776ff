"""The plain probes, all of them in every CPython found: each works and gives one answer, or says why it cannot."""

from __future__ import annotations

import ast
import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

import targets
from gilscope import places
from gilscope.lab import protocol
from gilscope.places import AGENT
from gilscope.processes.families import kill_group
from gilscope.values.lanes import LaneSpec
from gilscope.workloads import probes as catalog
from targets import environment, models_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from agents import Agents
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Arm

    Answers = dict[tuple[str, str], dict[str, Any]]

PROBES = catalog.probes(*(places.PROBES / kind for kind in ("cpu", "native", "io", "shared")))
ARMS = [pytest.param(arm, id=arm.name) for arm in targets.AS_BUILT]
NEWEST = (targets.FREE_THREADED or targets.DEFAULT or targets.OTHERS)[-1]
"""The newest free-threaded build, where there is one."""
DRIVER = Path(__file__).parent / "every_probe.py"
LONGEST = 80
TIME_LIMIT_S = 240

LACKS = (
    "needs numpy: ",
    "there is no Python.h in ",
    "there is no compiler ",
    "does not support loading in subinterpreters",
    "cannot load module more than once per process",
    "asyncio knows one running event loop in the whole process before 3.12",
    "InterpreterPoolExecutor came with 3.14",
    "ProcessPoolExecutor cannot start processes by spawning",
    "ctypes has no PyDLL",
)
"""What a target may lack, and say so."""

MISSING_MODULE = re.compile(r"(?:ModuleNotFoundError: No module named|cannot import name '\w+' from) '(\w+)'")
"""What a build says that was made without a library which one of the standard library's modules needs.

Another implementation lacks single names.
"""


def lanes(probe: Probe, arm: Arm, models: Sequence[str], workers: int) -> list[LaneSpec]:
    """A lane for each of the models; a probe's ways are serial lanes."""
    if probe.ways:
        ways = probe.ways if "serial" in models else ()
        return [LaneSpec(arm=arm, model="serial", workers=1, way=way) for way in ways]
    return [LaneSpec(arm=arm, model=model, workers=1 if model == "serial" else workers) for model in models]


def asked(arm: Arm, bytecode: Path, models: Sequence[str], *, workers: int) -> Answers:
    """What one process answers to every probe under every model, by probe and model (or way)."""
    pairs = [(probe, lane) for probe in PROBES for lane in lanes(probe, arm, models, workers)]
    folder = bytecode / f"{arm.name}-{'-'.join(models)}-{workers}"
    return answered(arm.runtime.executable, environment(arm, bytecode), pairs, folder)


def answered(
    executable: str, environ: Mapping[str, str], pairs: Sequence[tuple[Probe, LaneSpec]], folder: Path
) -> Answers:
    """What one process of this Python answers to these orders."""
    folder.mkdir()
    (folder / "orders").write_bytes(b"".join(protocol.order(probe, lane) for probe, lane in pairs))
    command = [executable, str(DRIVER), str(AGENT), str(folder / "orders"), str(folder / "answers")]
    process = subprocess.Popen(
        command, env=environ, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        printed, _ = process.communicate(timeout=TIME_LIMIT_S)
    finally:
        kill_group(process.pid)
    told = [json.loads(line) for line in (folder / "answers").read_text().splitlines()]
    assert len(told) == len(pairs), f"ended with {process.returncode} at {pairs[len(told)]}: {printed.decode()}"
    return {(probe.id, lane.way or lane.model): answer for (probe, lane), answer in zip(pairs, told, strict=True)}


@functools.cache
def here(bytecode: Path) -> dict[str, dict[str, Any]]:
    """What each probe's unit answers in this Python, where numpy is."""
    pairs = [(probe, lanes(probe, NEWEST, ("serial",), 1)[0]) for probe in PROBES]
    answers = answered(sys.executable, os.environ, pairs, bytecode / "expected")
    return {probe: answer for (probe, _), answer in answers.items()}


def strange(answers: Answers, bytecode: Path) -> Answers:
    """Those that are neither the probe's digest for every worker, nor that something is lacking."""
    return {
        (probe, model): answer
        for (probe, model), answer in answers.items()
        if not is_lack(answer) and not is_right(answer, here(bytecode)[probe])
    }


def is_right(answer: dict[str, Any], expected: dict[str, Any]) -> bool:
    """Whether all workers have the digest that is expected; one and the same, where this Python lacks something."""
    digests = set(answer.get("digests", ()))
    return digests == set(expected["digests"]) if not is_lack(expected) else len(digests) == 1


def is_lack(answer: dict[str, Any]) -> bool:
    """Whether the answer says what the target or its version lacks, in words that are known."""
    is_told = answer.get("kind") == "unsupported" and any(lack in answer["reason"] for lack in LACKS)
    return is_told or lacks_a_module(answer)


def lacks_a_module(answer: dict[str, Any]) -> bool:
    """Whether the answer is that the target was built without a module of the standard library."""
    missing = MISSING_MODULE.match(answer.get("reason", ""))
    return missing is not None and missing[1] in sys.stdlib_module_names


@pytest.mark.parametrize("arm", ARMS)
def test_every_probe_works_in_every_python(arm: Arm, bytecode: Path) -> None:
    """On one thread and on two, with the digest that it has in this Python; or it is told what is lacking."""
    assert strange(asked(arm, bytecode, ("serial", "threads"), workers=2), bytecode) == {}


@pytest.mark.parametrize("model", [model for model in models_of(NEWEST) if model != "joblib"])
def test_every_probe_works_under_every_model(model: str, bytecode: Path) -> None:
    """In the newest free-threaded Python: nothing in a probe stands against any place where its code can be.

    One of joblib's workers is this very process, which keeps its first probe; so joblib is tested elsewhere.
    """
    assert strange(asked(NEWEST, bytecode, (model,), workers=1), bytecode) == {}


@pytest.mark.skipif(not NEWEST.runtime.facts.is_cpython, reason="another implementation may lack more")
def test_only_what_needs_a_package_or_a_compiler_may_lack_anything_on_threads(bytecode: Path) -> None:
    """A probe that is unsupported everywhere would pass the tests above."""
    answers = asked(NEWEST, bytecode, ("threads",), workers=3)

    lacking = {
        probe for (probe, _), answer in answers.items() if "digests" not in answer and not lacks_a_module(answer)
    }

    assert lacking <= {probe.id for probe in PROBES if probe.dependencies or "extension" in probe.id}
    if targets.headers(NEWEST.runtime.executable) is not None:
        assert not any("there is no Python.h" in answer.get("reason", "") for answer in answers.values())


MISSING = "import no_such_package\ndef work(): pass\n"
UNDONE = "def setup(): raise NotImplementedError('there is no such thing')\ndef work(state): pass\n"


@pytest.mark.parametrize(
    ("source", "dependencies", "kind", "reason"),
    [
        (MISSING, ("it>=1", "more"), "unsupported", "needs it>=1 more: No module named 'no_such_package'"),
        (MISSING, (), "raised", "ModuleNotFoundError: No module named 'no_such_package'"),
        ("import sys\nfrom sys import nothing\n", ("it",), "unsupported", "cannot import name 'nothing'"),
        ("1 / 0\n", ("it",), "raised", "ZeroDivisionError: division by zero"),
        (UNDONE, (), "unsupported", "there is no such thing"),
    ],
    ids=["missing dependency", "missing module", "broken dependency", "broken probe", "setup"],
)
def test_what_a_target_lacks_is_no_failure_of_the_probe(
    agents: Agents, source: str, dependencies: tuple[str, ...], kind: str, reason: str
) -> None:
    """Where the probe says what it needs; anything else is its own mistake."""
    probe = msgspec.structs.replace(agents.write(source), dependencies=dependencies)

    failure = agents.ask(NEWEST, probe, models=("serial",))["serial"].failure

    assert failure.kind == kind
    assert failure.reason.startswith(reason)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_a_probe_is_a_script_of_its_own(probe: Probe, bytecode: Path) -> None:
    """Run by hand it prints its answer and the time of one unit, and leaves by itself."""
    if is_lack(here(bytecode)[probe.id]):
        pytest.skip(f"the Python that runs the tests lacks something: {here(bytecode)[probe.id]['reason']}")

    done = subprocess.run(
        [sys.executable, probe.path], capture_output=True, text=True, timeout=TIME_LIMIT_S, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r".+: one unit took \d+\.\d\d ms\n", done.stdout)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.id)
def test_a_probe_is_read_in_a_minute(probe: Probe) -> None:
    """Short, with a check of its answer, in a grammar that its oldest Python has."""
    text = Path(probe.path).read_text(encoding="utf-8")
    tree = ast.parse(text, feature_version=(3, 8))

    assert len(text.splitlines()) <= LONGEST
    assert "check" in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert probe.question.endswith("?")


@pytest.mark.parametrize("arm", targets.WITH_A_LIST, ids=lambda arm: arm.name)
def test_no_probe_hides_a_module(arm: Arm) -> None:
    """A probe's folder leads the import path while it runs: ``json.py`` there would be everybody's json."""
    scripts = {path.stem for path in places.PROBES.rglob("*.py")}
    taken = targets.standard_library(arm).union(*(probe.dependencies for probe in PROBES))

    assert scripts & taken == set()
