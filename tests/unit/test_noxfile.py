"""The noxfile's own needs: what its block asks for is what the package needs, and nox."""

from __future__ import annotations

import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


def test_the_noxfile_needs_what_the_package_needs_and_nox() -> None:
    """The controller runs in the noxfile's environment; a block in a script can name no project."""
    text = (ROOT / "noxfile.py").read_text("utf-8")
    block = text.partition("# /// script\n")[2].partition("# ///\n")[0]
    asked = tomllib.loads("\n".join(line.removeprefix("#").removeprefix(" ") for line in block.splitlines()))
    needed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["dependencies"]

    assert sorted(asked["dependencies"]) == sorted([*needed, *of("nox", asked["dependencies"])])
    assert of("nox", asked["dependencies"])


def of(name: str, requirements: list[str]) -> list[str]:
    """Those of the requirements that are about this package."""
    return [text for text in requirements if Requirement(text).name == name]
