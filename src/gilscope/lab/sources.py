"""The code behind a workload: which files were run, what they held, and the commit that they were at."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gilscope.processes import child
from gilscope.values.records import Code, SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gilscope.lab.protocol import Imports
    from gilscope.values.contests import Contest, Probe

DIGITS = 16
GIT_LIMIT_S = 10.0
DIRTY = "-dirty"


class Revision(NamedTuple):
    """The commit of a git repository, and whether files of it have been changed since."""

    commit: str
    is_dirty: bool


def code(contest: Contest, arm: str, imports: Imports, revision: Revision | None) -> Code:
    """Describe what the lanes of an arm ran: what one of them has imported, and the files that were ordered.

    Files that cannot be read are left out.
    """
    modules = {name: str(Path(path).resolve()) for name, path in imports.modules.items()}
    for path in _ordered(contest.probe):
        if str(path) not in modules.values():
            modules[path.stem] = str(path)
    digests = {name: digest(Path(path)) for name, path in modules.items()}
    return Code(
        contest=contest.id,
        arm=arm,
        modules={name: SourceFile(modules[name], held) for name, held in digests.items() if held is not None},
        libraries=imports.packages,
        commit=None if revision is None else revision.commit,
        is_dirty=revision is not None and revision.is_dirty,
    )


def digest(path: Path) -> str | None:
    """Return a digest of what a file holds now; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
    except OSError:
        return None


def revisions(contests: Iterable[Contest], environ: Mapping[str, str]) -> dict[str, Revision]:
    """Return the revisions of the contests' workloads, by contest, of those that lie in a git repository."""
    folders = {contest.id: path.parent for contest in contests for path in _ordered(contest.probe)[:1]}
    known = {folder: revision(folder, environ) for folder in set(folders.values())}
    found = {contest: known[folder] for contest, folder in folders.items()}
    return {contest: of_contest for contest, of_contest in found.items() if of_contest is not None}


def revision(folder: Path, environ: Mapping[str, str]) -> Revision | None:
    """Return the revision of the git repository that holds a folder; None where none does, or it has no commit."""
    ask = ("describe", "--always", "--dirty", "--abbrev=40", "--exclude=*")
    try:
        command = ["git", "--no-optional-locks", "-C", str(folder), *ask]
        ended = child.run(command, environ=environ, limit_s=GIT_LIMIT_S)
    except (OSError, ValueError):  # there is no git
        return None
    described = ended.output.strip()
    return Revision(described.removesuffix(DIRTY), described.endswith(DIRTY)) if ended.succeeded else None


def _ordered(probe: Probe) -> list[Path]:
    """The files that lanes are ordered to load: the workload's, and its setup's."""
    setup = probe.setup.path if probe.setup is not None else None
    return [Path(path).resolve() for path in (probe.path, setup) if path]
