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
TOP_LEVEL = "top_level.txt"
"""Where some builders write by which names a distribution is imported, one that is edited in its own folder too."""


class Contents:
    """What an environment holds: its distributions as subjects, and whose a file is."""

    def __init__(self, environment: Path) -> None:
        """Read the records of all distributions."""
        self.subjects: dict[str, Subject] = {}
        self._owners: dict[str, str] = {}
        for name, distribution in installed.distributions(environment).items():
            files = list(_recorded(distribution))
            self.subjects[name] = _subject(distribution, files)
            for path in files:
                self._owners[str(distribution.info.parent / path)] = name

    def owner(self, path: str) -> tuple[str, str]:
        """The distribution that a file belongs to and its version, both in words."""
        name = self._owners.get(path)
        if name is not None:
            return name, self.subjects[name].version
        return (LIBRARY, "") if "lib-dynload" in path else (OWN, "")


def of_file(path: Path, function: str, name: str) -> Subject:
    """A person's file under the name that they know it by; a function that is named is called too."""
    return Subject(name=name, version="", modules=(str(path),), is_file=True, function=function)


def _subject(distribution: Distribution, files: list[PurePosixPath]) -> Subject:
    """A distribution as what is imported of it; its own name is tried where nothing says more."""
    extensions = tuple(_extensions(files))
    names = _tops(files, extensions)
    is_elsewhere = not files or any(path.suffix == ".pth" for path in files)  # it is edited where it was written
    if not names and is_elsewhere:
        names = _listed(distribution)
    is_guessed = not names and not extensions and is_elsewhere
    return Subject(
        name=distribution.name,
        version=distribution.version,
        modules=(distribution.name.replace("-", "_"),) if is_guessed else names,
        extensions=extensions,
        is_guessed=is_guessed,
        is_local=(distribution.info / installed.DIRECT_URL).is_file(),
    )


def _recorded(distribution: Distribution) -> Iterator[PurePosixPath]:
    """The files of a distribution, relative to the folder that it was installed into; none of a damaged record."""
    try:
        with (distribution.info / "RECORD").open(encoding="utf-8", newline="") as record:
            yield from [PurePosixPath(row[0]) for row in csv.reader(record) if row]
    except (OSError, UnicodeDecodeError, csv.Error):
        return


def _listed(distribution: Distribution) -> tuple[str, ...]:
    try:
        return tuple((distribution.info / TOP_LEVEL).read_text("utf-8").split())
    except (OSError, UnicodeDecodeError):
        return ()


def _tops(files: list[PurePosixPath], extensions: tuple[str, ...]) -> tuple[str, ...]:
    """The names by which a distribution is imported, in order: its outermost packages and modules.

    Private ones count where there is nothing else, and then modules of packages without an ``__init__``.
    """
    packages = {path.parent for path in files if path.name.startswith(INIT) and _is_dotted(path.parent.parts)}
    outermost = [package for package in packages if packages.isdisjoint(package.parents)]
    modules = [path.with_suffix("") for path in files if path.suffix == ".py" and not path.name.startswith(INIT)]
    modules = [path for path in modules if _is_dotted(path.parts) and packages.isdisjoint(path.parents)]
    alone = [path for path in modules if len(path.parts) == 1]
    names = {".".join(path.parts) for path in chain(outermost, alone)}
    names.update(name for name in extensions if "." not in name)
    public = {name for name in names if not name.rpartition(".")[2].startswith("_")}
    private = {name for name in names if not name.startswith("__")}
    return tuple(sorted(public or private or {".".join(path.parts) for path in modules if len(path.parts) > 1}))


def _extensions(files: list[PurePosixPath]) -> Iterator[str]:
    """The names of a distribution's extension modules; a shared library that is none of them may be among these."""
    for path in files:
        stem = path.name.partition(".")[0]
        is_package = stem == "__init__"  # compiled as a whole: it is imported by the package's name
        if path.suffix in SUFFIXES and not is_package and _is_dotted((*path.parent.parts, stem)):
            yield ".".join((*path.parent.parts, stem))


def _is_dotted(parts: tuple[str, ...]) -> bool:
    return bool(parts) and all(part.isidentifier() for part in parts)
