"""What an environment's distributions let one import, read from their records without starting an interpreter."""

from __future__ import annotations

import csv
from itertools import chain
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gilscope.audit.values import LIBRARY, OWN, Subject
from gilscope.provision import installed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gilscope.provision.installed import Distribution

SUFFIXES = (".so", ".pyd")
INIT = "__init__."


class Contents:
    """What an environment holds: its distributions as subjects, and whose a file is."""

    def __init__(self, environment: Path) -> None:
        """Read the records of all distributions."""
        self.subjects: dict[str, Subject] = {}
        self._owners: dict[str, str] = {}
        for name, distribution in installed.distributions(environment).items():
            files = [PurePosixPath(path) for path in _recorded(distribution)]
            self.subjects[name] = Subject(
                name=name, version=distribution.version, modules=_tops(files), extensions=tuple(_extensions(files))
            )
            for path in files:
                self._owners[str(distribution.info.parent / path)] = name

    def owner(self, path: str) -> tuple[str, str]:
        """The distribution that a file belongs to and its version, both in words."""
        name = self._owners.get(path)
        if name is not None:
            return name, self.subjects[name].version
        return (LIBRARY, "") if "lib-dynload" in path else (OWN, "")


def _recorded(distribution: Distribution) -> Iterator[str]:
    """The files of a distribution, relative to the folder that it was installed into."""
    try:
        with (distribution.info / "RECORD").open(encoding="utf-8", newline="") as record:
            yield from (row[0] for row in csv.reader(record) if row)
    except (OSError, UnicodeDecodeError):
        return


def _tops(files: list[PurePosixPath]) -> tuple[str, ...]:
    """The names by which a distribution is imported: its outermost packages and modules, in order."""
    packages = {path.parent for path in files if path.name.startswith(INIT) and _is_dotted(path.parent.parts)}
    outermost = [package for package in packages if packages.isdisjoint(package.parents)]
    alone = [
        PurePosixPath(path.stem)
        for path in files
        if path.suffix == ".py" and len(path.parts) == 1 and path.stem.isidentifier()
    ]
    names = {".".join(path.parts) for path in chain(outermost, alone)}
    return tuple(sorted(name for name in names if not name.rpartition(".")[2].startswith("_")))


def _extensions(files: list[PurePosixPath]) -> Iterator[str]:
    """The names of a distribution's extension modules; a shared library that is none of them may be among these."""
    for path in files:
        stem = path.name.partition(".")[0]
        is_package = stem == "__init__"  # compiled as a whole: it is imported by the package's name
        if path.suffix in SUFFIXES and not is_package and _is_dotted((*path.parent.parts, stem)):
            yield ".".join((*path.parent.parts, stem))


def _is_dotted(parts: tuple[str, ...]) -> bool:
    return bool(parts) and all(part.isidentifier() for part in parts)
