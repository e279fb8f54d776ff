"""What an audit finds of extensions that are made for it, on each Python that can tell."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from extensions import COMPILER, PACKAGES, Made, made
from gilscope import store
from gilscope.audit.auditing import Equipped, Wanted, audit
from gilscope.audit.subjects import Contents, of_file
from gilscope.processes.environment import without_python
from runs import Runs, one_line
from short import SHORT
from targets import CPYTHONS, headers

if TYPE_CHECKING:
    from gilscope.audit.values import Audit, Finding
    from gilscope.values.runtimes import Runtime

TIMEOUT_S = 6.0
ABLE = [arm.runtime for arm in CPYTHONS if arm.runtime.facts.own_gil]
NAMES = frozenset({*PACKAGES, "twice"})
THREADS: dict[str, str] = {
    "both": "clean",
    "broken": "not looked at",
    "closes": "not looked at",
    "delayed": "turns the GIL on",
    "dies": "crashes",
    "directly": "turns the GIL on",
    "fallback": "turns the GIL on",
    "gilonly": "clean",
    "hangs": "hangs",
    "interpretersonly": "turns the GIL on",
    "lazy": "turns the GIL on",
    "leaves": "crashes",
    "neither": "turns the GIL on",
    "nointerpreters": "clean",
    "nomodule": "turns the GIL on",
    "pure": "clean, pure Python",
    "single": "turns the GIL on",
    "singledeclared": "clean",
    "twice": "turns the GIL on",
}
"""Verdicts on a free-threaded build."""
INTERPRETERS: dict[str, str] = {
    "both": "clean",
    "broken": "not looked at",
    "closes": "not looked at",
    "delayed": "is refused",
    "dies": "crashes",
    "directly": "is refused",
    "fallback": "falls back",
    "gilonly": "is refused",
    "hangs": "hangs",
    "interpretersonly": "clean",
    "lazy": "is refused",
    "leaves": "crashes",
    "neither": "is refused",
    "nointerpreters": "is refused",
    "nomodule": "clean",
    "pure": "clean, pure Python",
    "single": "is refused",
    "singledeclared": "is refused",
    "twice": "is refused",
}

pytestmark = [
    pytest.mark.skipif(COMPILER is None, reason="no C compiler (cc) is on PATH"),
    pytest.mark.skipif(not ABLE, reason="no Python here makes interpreters with a GIL each"),
]


@pytest.fixture(scope="module", params=ABLE, ids=lambda runtime: runtime.name)
def environment(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """An environment of one Python with all packages in it."""
    runtime: Runtime = request.param
    if headers(runtime.executable) is None:
        pytest.skip(f"{runtime.name} was installed without its headers")
    return made(runtime, tmp_path_factory.mktemp("audit") / "env")


@pytest.fixture(scope="module")
def done(environment: Made, tmp_path_factory: pytest.TempPathFactory) -> Audit:
    """All of it, and a person's file."""
    file = tmp_path_factory.mktemp("own") / "work.py"
    file.write_text("import both\n\n\ndef work():\n    import neither\n    return neither.speed()\n")
    place = Equipped(environment.runtime, environment.python, Contents(environment.folder), NAMES)
    wanted = Wanted(NAMES, (of_file(file, "work", str(file)),))
    return audit([place], {}, wanted, without_python(os.environ), TIMEOUT_S, lambda *_: None)


def of(done: Audit, subject: str, *, in_interpreter: bool = False) -> list[Finding]:
    """What was found of a subject, in interpreters or outside of them."""
    return [
        found
        for found in done.findings
        if (Path(found.subject).name, found.in_interpreter) == (subject, in_interpreter)
    ]


def test_each_way_of_declaring_has_its_verdict(environment: Made, done: Audit) -> None:
    """In threads of a free-threaded build, in interpreters, and foretold on a default build."""
    name = environment.runtime.name
    rows = {row.subject: row for row in done.rows}
    assert {subject: rows[subject].interpreters[name] for subject in NAMES} == INTERPRETERS
    threads = {subject: rows[subject].threads.get(name) for subject in NAMES}
    if environment.runtime.facts.build == "free-threaded":
        assert threads == THREADS
    elif environment.runtime.facts.version < (3, 13):  # modules cannot declare anything of the GIL there
        assert set(threads.values()) == {None}
    else:
        foretold = "would turn the GIL on"
        expected = {name: foretold if kind == "turns the GIL on" else kind for name, kind in THREADS.items()}
        expected["singledeclared"] = foretold  # what it declares is compiled for free-threaded builds only
        assert threads == expected


def test_every_culprit_is_named_and_not_only_the_first(environment: Made, done: Audit) -> None:
    """Of three extensions that are imported one after another, the second and the third."""
    if environment.runtime.facts.version < (3, 13):
        pytest.skip("modules declare nothing of the GIL before 3.13")
    kinds = {"turns the GIL on", "would turn the GIL on"}
    blamed = {found.module for found in of(done, "twice") if found.kind in kinds}
    assert blamed == {"neither._speed", "single._speed"}


def test_a_chain_ends_at_the_persons_line(done: Audit) -> None:
    """Also where the import stands in a function, which nobody has called."""
    for found in of(done, "work.py"):
        assert [Path(step.path).name for step in found.chain] == ["__init__.py", "work.py"]
        assert (found.module, found.chain[0].module, found.chain[-1].line) == ("neither._speed", "neither", 5)
    (refused,) = [found for found in of(done, "work.py", in_interpreter=True) if found.module == "neither._speed"]
    assert refused.chain[-1].line == 5


def test_a_refusal_has_its_reason(done: Audit) -> None:
    """What the module says of itself, which Python's own message leaves out."""

    def reason(subject: str) -> str:
        (found,) = [found for found in of(done, subject, in_interpreter=True) if found.kind == "is refused"]
        return found.reason

    assert reason("single") == "it is initialised in a single phase"
    assert reason("nointerpreters") == "it declares that it supports no other interpreters"
    assert reason("gilonly") == "it supports interpreters only that share the GIL"


PLAIN = """
import builtins, sys
assert not hasattr(builtins, "was_executed")
builtins.was_executed = True
assert len(sys.argv) == 1 and sys.argv[0].endswith("work.py")
class Field:
    size: int
annotations = getattr(Field, "__annotations__", {})
assert annotations["size"] is int
if __name__ == "__main__":
    import neither
"""
"""A file that is run once in a process, as it would be without an audit."""


def test_a_file_is_imported_as_what_it_is(environment: Made, tmp_path: Path) -> None:
    """Once, by its own rules, and as a module of its package; two of one name are two."""
    name = environment.runtime.name
    package = tmp_path / "src" / "shop"
    package.mkdir(parents=True)
    files = {
        tmp_path / "work.py": PLAIN,
        package / "__init__.py": "from . import work\n",
        package / "work.py": "from .prices import price\n\n\ndef work():\n    from . import later\n",
        package / "prices.py": "price = 1\n",
        package / "later.py": "import single\n",
    }
    for file, text in files.items():
        file.write_text(text)
    place = Equipped(environment.runtime, environment.python, Contents(environment.folder), frozenset())
    wanted = Wanted(frozenset({"pure"}), tuple(of_file(file, "", str(file)) for file in files))
    done = audit([place], {}, wanted, without_python(os.environ), TIMEOUT_S, lambda *_: None)
    own = [file.as_posix() for file in files]
    assert {row.subject: row.interpreters[name] for row in done.rows if row.subject in own} == dict(
        zip(own, ["is refused", "clean, pure Python", "is refused", "clean, pure Python", "is refused"], strict=True)
    )
    assert {finding.kind for finding in done.findings if finding.subject in own} <= {
        *("is refused", "turns the GIL on", "would turn the GIL on"),
    }


RACES = """
import time
inside = []

def steady():
    return 42

def shared():
    inside.append(1)
    time.sleep(0.05)
    here = len(inside)
    inside.pop()
    return here

def alone():
    if shared() > 1:
        raise ValueError("others are there")

def varying():
    return time.perf_counter_ns()

async def awaited():
    return shared()

def generated():
    yield shared()
"""


CALLED = {
    "steady": "clean, pure Python",
    "shared": "differs in threads",
    "alone": "fails in threads",
    "varying": "clean, pure Python",
    "awaited": "differs in threads",
    "generated": "differs in threads",
}
"""Verdicts on a file whose function of this name is called."""


def test_a_function_is_called_from_many_threads(environment: Made, tmp_path: Path) -> None:
    """Where its results there are others than alone, or it fails, it has shared something."""
    name = environment.runtime.name
    if environment.runtime.facts.build != "free-threaded":
        pytest.skip(f"{name} has a GIL: threads are asked on free-threaded builds")
    place = Equipped(environment.runtime, environment.python, Contents(environment.folder), frozenset())
    files = []
    for function in CALLED:
        file = tmp_path / f"{function}.py"
        file.write_text(RACES)
        files.append(of_file(file, function, file.name))
    wanted = Wanted(frozenset({"pure"}), tuple(files))
    done = audit([place], {}, wanted, without_python(os.environ), TIMEOUT_S, lambda *_: None)
    assert {Path(row.subject).stem: row.threads[name] for row in done.rows if row.subject != "pure"} == CALLED


@pytest.mark.parametrize("environment", ABLE[-2:], indirect=True, ids=lambda runtime: runtime.name)
def test_a_lane_whose_extension_fell_back_is_marked(environment: Made, tmp_path: Path) -> None:
    """In interpreters, which refuse it; the lane of the main interpreter has it. A twin has no such package."""
    runs = Runs(tmp_path, tmp_path / "cache")
    runs.script("work.py", "import fallback\n\n\ndef work():\n    return fallback.speed()\n")
    options = ("--models", "interpreters", "--workers", "2", "--run", "told")
    ended = runs.gilscope("run", "--python", environment.python, *SHORT, *options, "work.py:work")
    findings = store.read(store.run_path(runs.results, "told")).findings
    lanes = {finding.lane.partition(":")[2] for finding in findings if finding.kind == "fell back"}
    assert lanes == {"interpreters-2", "interpreters-2#control"}
    assert "went on without fallback._speed" in one_line(ended.stdout)
    assert ":interpreters-2!" in ended.stdout
