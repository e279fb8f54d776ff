"""The Pythons that tests start agents in, and what they are lent: joblib, which one of the models needs."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from gilscope.lab.lane import common_environment, lane_environment
from gilscope.models import MODELS
from gilscope.runtimes.census import census
from gilscope.runtimes.twins import arms

if TYPE_CHECKING:
    from gilscope.values.runtimes import Arm

with tempfile.TemporaryDirectory() as _cache:
    CENSUS = census(os.environ, [sys.executable], [], Path(_cache))
AS_BUILT = [arms(runtime)[0] for runtime in CENSUS.runtimes]
DEFAULT = [arm for arm in AS_BUILT if arm.runtime.facts.build == "default"]
FREE_THREADED = [arm for arm in AS_BUILT if arm not in DEFAULT]
EDGES = [*DEFAULT[:1], *DEFAULT[1:][-1:], *FREE_THREADED[-1:]]
"""The oldest, the newest and the newest free-threaded one: for what differs by model, but hardly by version."""

PACKAGES = ("joblib", "cloudpickle")
"""Pure Python, so that what is installed for the tests can be lent to any Python that is new enough."""

NEW_ENOUGH = SpecifierSet(importlib.metadata.metadata("joblib")["Requires-Python"])


def models_of(arm: Arm) -> list[str]:
    """The models that the arm's runtime can run, with what the tests lend it."""
    fitting = [model.name for model in MODELS.values() if model.unfit(arm.runtime.facts) is None]
    return [name for name in fitting if name != "joblib" or has_joblib(arm)]


def has_joblib(arm: Arm) -> bool:
    """Whether joblib is lent to the arm's runtime."""
    return ".".join(map(str, arm.runtime.facts.version)) in NEW_ENOUGH


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
