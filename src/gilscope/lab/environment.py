"""The environment of lanes: the user's, without what bends a Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.processes.environment import SEARCH, without_python

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gilscope.values.runtimes import Arm


def common_environment(environ: Mapping[str, str], bytecode: Path) -> dict[str, str]:
    """Return the environment that all lanes share: the user's without what bends a Python, but with PYTHONPATH.

    The bytecode folder is ours, so that an installation without ``.pyc`` files (or a user who forbids writing them)
    does not compile at every launch. Scripts that install what they lack, as one of pyperformance's does, may do so in
    an environment, but not in an interpreter of the user's.
    """
    search = {SEARCH: environ[SEARCH]} if environ.get(SEARCH) else {}
    ours = {"PYTHONPYCACHEPREFIX": str(bytecode), "PYTHONIOENCODING": "utf-8", "PIP_REQUIRE_VIRTUALENV": "1"}
    return without_python(environ) | search | ours


def lane_environment(common: Mapping[str, str], arm: Arm, hash_seed: int) -> dict[str, str]:
    """One lane's environment; the forced GIL travels here since spawned workers inherit it."""
    gil = {"PYTHON_GIL": "1"} if arm.gil_forced else {}
    return {**common, "PYTHONHASHSEED": str(hash_seed), **gil, **arm.environ}
