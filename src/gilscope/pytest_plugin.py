"""The pytest plugin: a fixture ``gilscope`` that holds functions to what is expected of them.

Everything is measured in processes of its own, by the interpreter under which pytest runs. Here, nothing is imported
but the standard library and pytest, so that the fixture itself turns no GIL on.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import threading
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

BUDGET_S = 20.0
ENDED_AS_MEANT = (0, 1)
"""Exit statuses of commands that came to a verdict."""
OWN_GIL = (3, 12)
"""The first version in which interpreters own a GIL (PEP 684)."""
NOT_AT_MODULE_LEVEL = (
    "{} cannot be called in another process: name a function at the level of its module, with arguments, if it needs "
    "any, by functools.partial"
)


class UndecidedWarning(UserWarning):
    """What was expected could neither be held nor refuted here; the text says what would decide it."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take how long bounds are measured, and the build of Python that this one is held against."""
    group = parser.getgroup("gilscope")
    group.addoption(
        "--gilscope-budget",
        type=float,
        default=BUDGET_S,
        metavar="SECONDS",
        help="for each bound that the fixture gilscope holds (default: %(default)g)",
    )
    group.addoption("--gilscope-twin", metavar="PATH", help="the default build that penalties are held against")


@pytest.fixture
def gilscope(request: pytest.FixtureRequest) -> Gilscope:
    """What holds functions to what is expected of them, each call a verdict: fine, a failure, or a warning."""
    return Gilscope(request.config.getoption("--gilscope-budget"), request.config.getoption("--gilscope-twin"))


class Gilscope:
    """Holds functions to what is expected of them.

    Each method returns ``held`` or ``undecided``, with an `UndecidedWarning`, and fails the test where it is refuted.
    Functions are called in other processes, so that they stand at the level of a module; arguments come with
    ``functools.partial``. A test that several threads run at once (as pytest-run-parallel has them do) asks once.
    """

    def __init__(self, budget_s: float, twin: str | None) -> None:
        self._budget_s = budget_s
        self._twin = twin
        self._lock = threading.Lock()
        self._known: dict[tuple[str, ...], list[dict[str, Any]]] = {}

    def overlaps(self, function: Callable[..., object], *, workers: int = 2) -> str:
        """Expect that threads are inside a function at one time; this needs no quiet machine."""
        return self._checked(function, "--overlap", str(workers), "--workers", str(workers))

    def same_result(
        self, function: Callable[..., object], *, models: Sequence[str] = ("threads",), workers: int = 2
    ) -> str:
        """Expect one result of a function in every model that is named, such as threads and interpreters."""
        return self._checked(function, "--same-result", "--models", ",".join(models), "--workers", str(workers))

    def scales(self, function: Callable[..., object], *, at_least: float = 0.8, workers: int = 2) -> str:
        """Expect that threads get at least a share of what the machine gives to processes that share nothing."""
        bound = f">= {100 * at_least:g} % of the machine"
        return self._checked(function, "--scaling", bound, "--workers", str(workers))

    def penalty(self, function: Callable[..., object], *, at_most: float) -> str:
        """Expect that a function is slower than on the twin (``--gilscope-twin``) by at most a share of its time.

        The test fails where no twin is named.
        """
        if self._twin is None:
            pytest.fail("a penalty is held against a default build: name it by --gilscope-twin PATH", pytrace=False)
        return self._checked(function, "--penalty", f"<= {100 * at_most:g} %", "--python", self._twin)

    def no_slower_than(self, function: Callable[..., object], other: Callable[..., object], *, by: float = 0.05) -> str:
        """Expect that a function takes at most a share more time than another one, on one thread."""
        bound = f"<= {100 * by:g} %"
        return self._checked(function, "--no-slower-than", target(other), "--slower", bound)

    def keeps_gil_off(self, *modules: str) -> str:
        """Expect that importing modules leaves the GIL off, or without any, that all did which this process imported.

        The test is skipped on a build that always has its GIL.
        """
        if not sysconfig.get_config_var("Py_GIL_DISABLED"):
            pytest.skip("this build always has its GIL")
        if modules:
            return self._audited(modules, "turns the GIL on", in_interpreter=False)
        if not sys._is_gil_enabled():  # type: ignore[attr-defined]  # noqa: SLF001 - the only name that it has
            return "held"
        if os.environ.get("PYTHON_GIL") == "1" or sys._xoptions.get("gil") == "1":  # noqa: SLF001 - as above
            return _undecided("the GIL is forced on (PYTHON_GIL, -X gil)", frames=2)
        pytest.fail("the GIL was turned on; `gilscope audit` says by which import", pytrace=False)

    def loads_in_interpreters(self, *modules: str) -> str:
        """Expect that modules load in an interpreter with a GIL of its own, with all their extensions.

        The test is skipped before 3.12, which has no such interpreters.
        """
        if sys.version_info < OWN_GIL:
            pytest.skip("interpreters own a GIL from 3.12 on")
        return self._audited(modules, "is refused", "falls back", "crashes", "hangs", in_interpreter=True)

    def _checked(self, function: Callable[..., object], *words: str) -> str:
        """Have a function checked, and return the verdict."""
        options = ("--budget", f"{self._budget_s:g}", "--no-with-active", "--python", sys.executable)
        with tempfile.TemporaryDirectory(prefix="gilscope-") as results:
            asked = ("check", target(function), *words, *options)
            judgements = self._asked(asked, "judgements", "--results", results)
        verdicts = {judgement["verdict"]: judgement for judgement in judgements}
        for verdict in ("refuted", "undecided"):
            if verdict in verdicts:
                return _told(verdict, verdicts[verdict])
        return "held"

    def _audited(self, modules: Sequence[str], *kinds: str, in_interpreter: bool) -> str:
        """Have modules imported elsewhere, and return whether nothing of these kinds was found."""
        with tempfile.TemporaryDirectory(prefix="gilscope-") as folder:
            file = Path(folder, "imports.py")
            file.write_text("".join(f"import {name}\n" for name in modules), "utf-8")
            asked = ("audit", str(file), "--no-with-active", "--python", sys.executable)
            findings = self._asked(asked, "findings", known_as=(*modules, *kinds))
        for found in findings:
            if found["kind"] in kinds and found["in_interpreter"] is in_interpreter:
                pytest.fail(f"{found['module'] or modules[0]} {found['kind']}: {found['reason']}", pytrace=False)
            if found["kind"] == "cannot be imported":
                pytest.fail(f"{', '.join(modules)}: {found['reason']}", pytrace=False)
        return "held"

    def _asked(
        self, words: tuple[str, ...], key: str, *options: str, known_as: tuple[str, ...] = ()
    ) -> list[dict[str, Any]]:
        """Run a command once, whoever asks, and return what its JSON has under a key."""
        with self._lock:
            name = known_as or words
            if name not in self._known:
                self._known[name] = _run([*words, *options])[key]
            return self._known[name]


def _run(words: Sequence[str]) -> dict[str, Any]:
    """Run a command of gilscope, and return its JSON; without a verdict, the test fails with its words."""
    search = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)
    command = [sys.executable, "-m", "gilscope", *words, "--json"]
    environ = {**os.environ, "PYTHONPATH": search, "NO_COLOR": "1"}
    environ.pop("GITHUB_STEP_SUMMARY", None)  # a job's summary is for checks that somebody asked for by themselves
    environ.pop("GITHUB_ACTIONS", None)
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if ended.returncode not in ENDED_AS_MEANT or not ended.stdout.strip():
        pytest.fail(ended.stderr.strip() or f"gilscope ended with status {ended.returncode}", pytrace=False)
    answer: dict[str, Any] = json.loads(ended.stdout)
    return answer


def target(function: Callable[..., object]) -> str:
    """A function in words as the command line takes them, with its arguments: ``file.py:name(512)``.

    The test fails where it cannot be found from another process.
    """
    arguments = ""
    if isinstance(function, partial):
        named = [*map(repr, function.args), *(f"{name}={value!r}" for name, value in function.keywords.items())]
        arguments, function = f"({', '.join(named)})", function.func
    name = getattr(function, "__qualname__", "<")
    module = sys.modules.get(getattr(function, "__module__", ""))
    path = getattr(module, "__file__", None)
    if "<" in name or module is None or path is None:
        pytest.fail(NOT_AT_MODULE_LEVEL.format(getattr(function, "__name__", function)), pytrace=False)
    return f"{path if path.endswith('.py') else module.__name__}:{name}{arguments}"


def _told(verdict: str, judgement: dict[str, Any]) -> str:
    """Fail the test for what is refuted, or warn of what is undecided."""
    clause, reason = judgement["clause"], judgement["because"]
    text = f"{clause['workload']}: {clause['words']}: {reason}"
    if verdict == "refuted":
        pytest.fail(text, pytrace=False)
    return _undecided(text, frames=4)


def _undecided(text: str, frames: int) -> str:
    """Warn at the line of the test, some frames away."""
    warnings.warn(UndecidedWarning(text), stacklevel=1 + frames)
    return "undecided"
