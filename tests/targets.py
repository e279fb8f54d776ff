"""The Pythons that tests run on: the census of this machine or a part of it, and the joblib that they are lent."""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
from packaging.specifiers import SpecifierSet

from gilscope.errors import UsageError
from gilscope.lab.environment import common_environment, lane_environment
from gilscope.models import MODELS
from gilscope.runtimes.candidates import candidates
from gilscope.runtimes.census import census
from gilscope.runtimes.twins import arms, select
from gilscope.values.lanes import OWN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gilscope.values.runtimes import Arm, Census, Runtime

SET = "GILSCOPE_TEST_RUNTIMES"
"""The environment variable that names the runtimes to test on, by names or patterns of names; unset, all are tested."""


ANSWERS = "GILSCOPE_TEST_ANSWERS"
"""The environment variable that names a folder of answers, so that processes which share the tests ask only once."""


def machine(answers: Path, explicit: tuple[str, ...] = (sys.executable,)) -> Census:
    """The census of the whole machine; what the folder of answers does not hold is asked, and kept there."""
    return census(os.environ, explicit, [], answers)


def chosen(everything: Census, environ: Mapping[str, str]) -> tuple[Runtime, ...]:
    """The runtimes that the environment names, in the census' order; a name may mean none as long as another does.

    Raises:
        UsageError: the whole set names nothing that is there.
    """
    if SET not in environ:
        return select(everything, [])
    found: set[str] = set()
    for name in environ[SET].split():
        with contextlib.suppress(UsageError):
            found |= {runtime.name for runtime in select(everything, [name])}
    if not found:
        there = ", ".join(runtime.name for runtime in everything.runtimes)
        raise UsageError(f"{SET}={environ[SET]!r} names no runtime of this machine. There are: {there}.")
    return tuple(runtime for runtime in everything.runtimes if runtime.name in found)


with tempfile.TemporaryDirectory() as _answers:
    MACHINE = machine(Path(os.environ.get(ANSWERS, _answers)))
_CHOSEN = chosen(MACHINE, os.environ)
RUNTIMES = tuple(runtime for runtime in _CHOSEN if runtime.facts.runs_agent)
WITHOUT_AGENT = [arms(runtime)[0] for runtime in _CHOSEN if not runtime.facts.runs_agent]
"""Those that only the small agent serves: none on most machines."""
AS_BUILT = [arms(runtime)[0] for runtime in RUNTIMES]
ARMS = [arm for runtime in RUNTIMES for arm in arms(runtime)]
CPYTHONS = [arm for arm in AS_BUILT if arm.runtime.facts.is_cpython]
OTHERS = [arm for arm in AS_BUILT if arm not in CPYTHONS]
DEFAULT = [arm for arm in CPYTHONS if arm.runtime.facts.build == "default"]
FREE_THREADED = [arm for arm in CPYTHONS if arm not in DEFAULT]
EDGES = [*DEFAULT[:1], *DEFAULT[1:][-1:], *FREE_THREADED[-1:], *OTHERS[-1:]]
"""The oldest, the newest, the newest free-threaded one and another: for what differs by model, hardly by version."""

NEWEST_DEFAULT = (DEFAULT or FREE_THREADED or OTHERS)[-1]
"""The newest default build, or the newest free-threaded one where there is no other: for what is tested once."""


def executables() -> list[tuple[str, str]]:
    """Short texts and paths: of the chosen runtimes, or of all files on the machine that may be a Python."""
    if SET in os.environ:
        return [(f"{runtime.origin}-{runtime.name}", runtime.executable) for runtime in RUNTIMES]
    found = candidates(os.environ, [sys.executable], platformdirs.user_data_path("gilscope") / "pythons")
    return [(f"{candidate.origin}-{candidate.label}", candidate.path) for candidate in found]


@functools.cache
def headers(executable: str) -> Path | None:
    """The folder in which an interpreter has its ``Python.h``, or None: many are installed without."""
    code = "import sysconfig; print(sysconfig.get_path('include'))"
    folder = Path(subprocess.check_output([executable, "-c", code], text=True).strip())
    return folder if (folder / "Python.h").exists() else None


WITH_A_LIST = [arm for arm in AS_BUILT if arm.runtime.facts.version >= (3, 10)]
"""Those that can list the modules of their standard library."""


@functools.cache
def standard_library(arm: Arm) -> frozenset[str]:
    """The names of the modules that come with one of those Pythons."""
    code = "import sys; print(*sys.stdlib_module_names)"
    return frozenset(subprocess.check_output([arm.runtime.executable, "-c", code], text=True).split())


PACKAGES = ("joblib", "cloudpickle")
"""Pure Python, so that what is installed for the tests can be lent to any Python that is new enough."""

NEW_ENOUGH = SpecifierSet(importlib.metadata.metadata("joblib")["Requires-Python"])


def models_of(arm: Arm) -> list[str]:
    """The models that spread any work, as far as the arm's runtime can run them with what the tests lend it."""
    fitting = [name for name, model in MODELS.items() if model.unfit(arm.runtime.facts) is None and name != OWN]
    return [name for name in fitting if name != "joblib" or has_joblib(arm)]


def has_joblib(arm: Arm) -> bool:
    """Whether joblib is lent to the arm's runtime: its newest release cannot be imported on every PyPy."""
    return arm.runtime.facts.is_cpython and ".".join(map(str, arm.runtime.facts.version)) in NEW_ENOUGH


def environment(arm: Arm, bytecode: Path, hash_seed: int = 7) -> dict[str, str]:
    """A lane's environment, in which joblib can be imported; ``bytecode`` outlives the lane."""
    made = lane_environment(common_environment(os.environ, bytecode), arm, hash_seed)
    return {**made, "PYTHONPATH": str(_lent(bytecode))} if has_joblib(arm) else made


def _lent(folder: Path) -> Path:
    """A folder that holds nothing but the packages."""
    lent = folder / "lent"
    if not lent.exists():
        lent.mkdir()
        for name in PACKAGES:
            spec = importlib.util.find_spec(name)
            assert spec is not None
            assert spec.origin is not None
            (lent / name).symlink_to(Path(spec.origin).parent)
    return lent
