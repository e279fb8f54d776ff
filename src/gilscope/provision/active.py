"""The virtual environment that a person is in: its interpreter, and its packages for other interpreters to have."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from gilscope.interchange import decoded
from gilscope.provision import installed, requirements
from gilscope.values.packages import Packages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gilscope.provision.installed import Distribution
    from gilscope.values.runtimes import Runtime

VARIABLE = "VIRTUAL_ENV"
NEED = "Requires-Dist:"
OURS = "gilscope"
"""The package that is left out with all that only it needs, where it is installed beside a person's own."""


class Active(msgspec.Struct, frozen=True, kw_only=True):
    """The environment that a person is in.

    ``packages`` ask for what it holds, by names without versions where an index has them; ``versions`` are its own.
    """

    folder: str
    python: str
    versions: dict[str, str]
    packages: Packages

    def is_of(self, runtime: Runtime) -> bool:
        """Whether its interpreter is this runtime."""
        own = os.path.realpath(self.python)
        return own in {os.path.realpath(runtime.executable), runtime.facts.executable}

    def satisfies(self, wanted: Packages) -> bool:
        """Whether it holds all of the packages already, as far as names with versions say it."""
        plain = requirements.by_name(wanted)
        return Packages(requirements=plain) == wanted and all(self._holds(Requirement(text)) for text in plain)

    def _holds(self, requirement: Requirement) -> bool:
        version = self.versions.get(canonicalize_name(requirement.name))
        return (
            version is not None and not requirement.extras and requirement.specifier.contains(version, prereleases=True)
        )


def active(environ: Mapping[str, str]) -> Active | None:
    """The environment that is active; None where there is none, or where it holds nothing but gilscope."""
    folder = Path(environ.get(VARIABLE) or os.devnull)
    if not (folder / "pyvenv.cfg").is_file():
        return None
    held = _without_ours(installed.distributions(folder))
    if not held:
        return None
    editables: list[str] = []
    wanted: list[str] = []
    for distribution in held.values():
        editable, text = _as_requirement(distribution)
        (editables if editable else wanted).append(text)
    return Active(
        folder=str(folder),
        python=str(installed.python(folder)),
        versions={name: distribution.version for name, distribution in held.items()},
        packages=Packages(requirements=tuple(wanted), editables=tuple(editables)),
    )


class _DirectUrl(msgspec.Struct):
    """The file ``direct_url.json`` of a package that no index brought (PEP 610)."""

    url: str
    dir_info: dict[str, bool] = {}
    vcs_info: dict[str, str] = {}
    subdirectory: str | None = None


def _as_requirement(distribution: Distribution) -> tuple[bool, str]:
    """Whether a package is editable, and what asks for it: its name, its address, or its folder."""
    try:
        direct = decoded((distribution.info / installed.DIRECT_URL).read_bytes(), msgspec.json.Decoder(_DirectUrl))
    except (OSError, msgspec.MsgspecError):
        return False, distribution.name
    if urlsplit(direct.url).scheme == "file":
        path = requirements.path_of_url(direct.url)
        if not path.exists():
            return False, distribution.name
        if direct.dir_info.get("editable"):
            return True, str(path)
    url = f"{direct.vcs_info['vcs']}+{direct.url}@{direct.vcs_info['commit_id']}" if direct.vcs_info else direct.url
    fragment = f"#subdirectory={direct.subdirectory}" if direct.subdirectory else ""
    return False, f"{distribution.name} @ {url}{fragment}"


def _without_ours(held: dict[str, Distribution]) -> dict[str, Distribution]:
    """The packages of an environment without gilscope and what nothing but gilscope needs."""
    if OURS not in held:
        return held
    needs = {name: _needs(distribution.info) for name, distribution in held.items()}
    asked_for = {name for name, distribution in held.items() if (distribution.info / "REQUESTED").is_file()}
    theirs = held.keys() - _with_needs([OURS], needs)
    kept = _with_needs((theirs | asked_for) - {OURS}, needs)
    return {name: distribution for name, distribution in held.items() if name in kept}


def _with_needs(names: Iterable[str], needs: dict[str, set[str]]) -> set[str]:
    """Packages and all that they need, as far as it is in the table of needs."""
    reached: set[str] = set()
    ahead = list(names)
    while ahead:
        name = ahead.pop()
        if name in needs and name not in reached:
            reached.add(name)
            ahead += needs[name]
    return reached


def _needs(info: Path) -> set[str]:
    """The names of the packages that one needs here, extras apart."""
    names: set[str] = set()
    for text in _requirements(info):
        try:
            requirement = Requirement(text)
        except InvalidRequirement:  # what an old package says may be no requirement today
            continue
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            names.add(canonicalize_name(requirement.name))
    return names


def _requirements(info: Path) -> Iterator[str]:
    """The requirements in a package's metadata, which end at the first empty line; the description may be long."""
    with contextlib.suppress(OSError), (info / "METADATA").open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if not line.strip():
                return
            if line.startswith(NEED):
                yield line.removeprefix(NEED).strip()
