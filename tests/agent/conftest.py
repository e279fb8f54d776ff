"""Agents for the tests of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from agents import Agents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def bytecode(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all tests keep what was compiled, as a controller does: each of them would pay for it again."""
    return tmp_path_factory.mktemp("bytecode")


@pytest.fixture
def agents(tmp_path: Path, bytecode: Path) -> Iterator[Agents]:
    """Agents that live no longer than a test."""
    with Agents(tmp_path, bytecode) as made:
        yield made
