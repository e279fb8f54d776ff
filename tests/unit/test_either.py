"""The file that calls either of two functions, as a variable says."""

from __future__ import annotations

import runpy
import sys
from typing import TYPE_CHECKING

import pytest

from gilscope.commands.either import OTHER, OWN, SIDE, either_of
from gilscope.values.probes import Target

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def targets(tmp_path: Path) -> tuple[Target, Target]:
    """A function of a module in a package, and a method of a class in a file; both take arguments."""
    package = tmp_path / "either_shop"
    package.mkdir()
    (package / "__init__.py").write_text("RATE = 2\n")
    (package / "old.py").write_text("from either_shop import RATE\n\ndef price(n):\n    return RATE * n\n")
    (tmp_path / "either_new.py").write_text(
        "class New:\n    @staticmethod\n    def price(n, more=0):\n        return n + more\n"
    )
    other = Target(
        name="price",
        path=str(package / "old.py"),
        module="either_shop.old",
        search=(str(tmp_path),),
        arguments="(21)",
    )
    return other, Target(name="New.price", path=str(tmp_path / "either_new.py"), arguments="(1, more=4)")


@pytest.mark.parametrize(("side", "expected"), [(OTHER, 42), (OWN, 5)])
def test_each_side_has_its_function_and_its_arguments(
    targets: tuple[Target, Target], side: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module of a package is imported by its name; the file is gone afterwards."""
    monkeypatch.setenv(SIDE, side)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "modules", dict(sys.modules))
    with either_of(*targets) as file:
        assert runpy.run_path(str(file))["work"]() == expected
    assert not file.exists()
