"""What a lane has imported: the person's own modules with their files, and the versions of installed packages."""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib import metadata
    from typing import Dict, Iterator, List, Set, Tuple

    from .records import Imports

AGENT = os.path.dirname(os.path.realpath(__file__)) + os.sep
INSTALLED = frozenset(("site-packages", "dist-packages"))
"""Names of folders into which packages are installed."""
LOADERS = frozenset(("BuiltinImporter", "ExtensionFileLoader"))
"""What loads modules that are no Python code."""
SITE = frozenset(("sitecustomize", "usercustomize"))
"""Modules that an interpreter imports by itself, wherever they lie."""


def imported() -> Imports:
    """Return what the main interpreter has imported, apart from Python itself and the agent."""
    extensions = _extensions()  # before what is asked next imports some
    modules, packages = _sorted_out()
    # what a .pth file brings in by itself has such a name: nobody's work imports it
    named = {package for package in packages if not package.startswith("_")}
    return {
        "modules": modules,
        "packages": _versions(named) if named else {},
        "extensions": extensions,
        "pure": sorted(packages - {name.partition(".")[0] for name in extensions}),
    }


def own_modules() -> Dict[str, str]:
    """Return the files of the person's own modules, by name."""
    return _sorted_out()[0]


def _sorted_out() -> Tuple[Dict[str, str], Set[str]]:
    """Return the files of the person's own modules by name, and the names of installed packages."""
    library = os.path.dirname(os.__file__)  # sysconfig would import threading, which a script may have broken
    platform = os.path.join(sys.base_exec_prefix, getattr(sys, "platlibdir", "lib"), os.path.basename(library))
    pythons = tuple(os.path.realpath(path) + os.sep for path in (library, platform))
    modules: Dict[str, str] = {}
    packages: Set[str] = set()
    for name, path in _files():
        if INSTALLED.intersection(path.split(os.sep)):
            packages.add(name.partition(".")[0])
        elif name not in SITE and not path.startswith((AGENT, *pythons)):
            modules[name] = path
    return modules, packages


def _extensions() -> List[str]:
    """Return the names of the extension modules that are loaded, built-in ones too, whose loader is a class."""
    loaders = {name: namespace.get("__loader__") for name, namespace in _namespaces()}
    kinds = {name: loader if isinstance(loader, type) else type(loader) for name, loader in loaders.items()}
    return sorted(name for name, kind in kinds.items() if kind.__name__ in LOADERS)


def _files() -> Iterator[Tuple[str, str]]:
    """Yield each module that has a file."""
    for name, namespace in _namespaces():
        path = namespace.get("__file__")
        if isinstance(path, str) and os.path.isfile(path):
            yield name, os.path.realpath(path)


def _namespaces() -> Iterator[Tuple[str, Dict[str, object]]]:
    """Yield what each module holds, without waking those that are loaded at their first use."""
    for name, module in list(sys.modules.items()):
        if isinstance(module, type(sys)):
            try:
                yield name, object.__getattribute__(module, "__dict__")
            except AttributeError:  # PyPy's tables of C functions
                continue


def _versions(packages: Set[str]) -> Dict[str, str]:
    """Return the versions of the distributions that packages belong to, by the distributions' names.

    Most are called as their package is; of all others, each distribution is asked what it holds.
    """
    from contextlib import suppress  # noqa: PLC0415 - asked for once, and never beside a trial
    from importlib import metadata  # noqa: PLC0415 - for that reason too

    versions: Dict[str, str] = {}
    for package in packages:
        with suppress(Exception):  # there is none of that name, or somebody broke its metadata
            versions[package] = metadata.version(package)
    strange = packages - versions.keys()
    for distribution in metadata.distributions() if strange else ():
        with suppress(Exception):
            if strange.intersection(_top_level(distribution)):
                versions[distribution.metadata["Name"]] = distribution.version
    return versions


def _top_level(distribution: metadata.Distribution) -> Set[str]:
    """Return what a distribution lets one import, by its own list of names or by its files."""
    listed = distribution.read_text("top_level.txt")
    if listed is not None:
        return set(listed.split())
    return {file.parts[0].partition(".")[0] for file in distribution.files or ()}
