"""What is installed in an environment, read from its folders without starting its interpreter."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from pathlib import Path

SEED = "pip"
"""What an environment holds to be filled with, and nobody asked for."""
DIRECT_URL = "direct_url.json"
"""What a distribution's metadata hold where no index brought it (PEP 610)."""


class Distribution(NamedTuple):
    """A package as it is installed; ``info`` is the folder of its metadata."""

    name: str
    version: str
    info: Path


def python(environment: Path) -> Path:
    """The interpreter of an environment."""
    return environment / "Scripts" / "python.exe" if os.name == "nt" else environment / "bin" / "python"


def sites(environment: Path) -> tuple[Path, ...]:
    """The folders of an environment that hold its packages."""
    return (*environment.glob("lib/python*/site-packages"), environment / "Lib" / "site-packages")


def distributions(environment: Path) -> dict[str, Distribution]:
    """All packages of an environment by their canonical names, in order; names and versions are their folders'."""
    found: dict[str, Distribution] = {}
    for site in sites(environment):
        for info in sorted(site.glob("*.dist-info")):
            name, _, version = info.name.removesuffix(".dist-info").rpartition("-")
            canonical = canonicalize_name(name)
            if canonical != SEED:
                found[canonical] = Distribution(canonical, version, info)
    return dict(sorted(found.items()))


def versions(environment: Path) -> dict[str, str]:
    """The version of every package of an environment by its name."""
    return {name: distribution.version for name, distribution in distributions(environment).items()}
