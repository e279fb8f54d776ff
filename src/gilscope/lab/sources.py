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
    from gilscope.values.contests import Contest
    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Arm

DIGITS = 16
GIT_LIMIT_S = 10.0
DIRTY = "-dirty"
SUFFIX = ".py"


class Revision(NamedTuple):
    """The commit of a git repository, and whether files of it have been changed since."""

    commit: str
    is_dirty: bool


def code(contest: Contest, arm: Arm, imports: Imports, revisions: Mapping[Path, Revision]) -> Code:
    """Describe what the lanes of an arm ran: what one of them has imported, and the files that were ordered.

    Files that cannot be read are left out; those of a copy at another revision go by the paths of the person's own.
    """
    modules = {name: Path(path).resolve() for name, path in imports.modules.items()}
    for path in _ordered(contest.probe, arm):
        if path not in modules.values():
            modules[path.stem] = path
    digests = {name: digest(path) for name, path in modules.items()}
    folder = _folder(contest.probe, arm)
    revision = None if folder is None else revisions.get(folder)
    return Code(
        contest=contest.id,
        arm=arm.name,
        modules={
            name: SourceFile(arm.original(str(modules[name])), held)
            for name, held in digests.items()
            if held is not None
        },
        libraries=imports.packages,
        commit=None if revision is None else revision.commit,
        is_dirty=revision is not None and revision.is_dirty,
    )


def held(contest: Contest) -> dict[Path, str | None]:
    """Return digests of what the files hold that a contest's lanes are ordered to run."""
    arms = {lane.arm.name: lane.arm for lane in contest.lanes}
    return {path: digest(path) for arm in arms.values() for path in _ordered(contest.probe, arm)}


def of_modules(codes: Iterable[Code], arms: Mapping[str, Arm]) -> dict[Path, str | None]:
    """Return the digests on record of the person's own modules, by where their arms find them."""
    return {
        Path(arms[code.arm].place(module.path)): module.digest for code in codes for module in code.modules.values()
    }


def changed(before: Mapping[Path, str | None]) -> Path | None:
    """Return the first file that holds something else now than it did; None where all are as they were."""
    return next((path for path, was in before.items() if digest(path) != was), None)


def digest(path: Path) -> str | None:
    """Return a digest of what a file holds now; None where it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()[:DIGITS]
    except OSError:
        return None


def revisions(contests: Iterable[Contest], environ: Mapping[str, str]) -> dict[Path, Revision]:
    """Return the revisions of the folders of all workloads, of those that lie in a git repository."""
    arms = {(contest.id, lane.arm.name): (contest.probe, lane.arm) for contest in contests for lane in contest.lanes}
    folders = {_folder(probe, arm) for probe, arm in arms.values()}
    found = {folder: revision(folder, environ) for folder in folders if folder is not None}
    return {folder: of_folder for folder, of_folder in found.items() if of_folder is not None}


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


def _folder(probe: Probe, arm: Arm) -> Path | None:
    """The folder that a workload lies in, None where only the interpreter knows."""
    searched = probe.statement.search if probe.statement is not None else ()
    folders = [*(Path(arm.place(folder)) for folder in searched), *(path.parent for path in _ordered(probe, arm))]
    return next(iter(folders), None)


def _ordered(probe: Probe, arm: Arm) -> list[Path]:
    """The files that an arm's lanes are ordered to run: the workload's, its callables' and its words'."""
    targets = (probe.target, probe.setup, *(role.target for role in probe.roles))
    named = [probe.path, *(target.path for target in targets if target is not None)]
    scripts = [word for word in probe.command if word.endswith(SUFFIX)]
    return [Path(arm.place(str(Path(path).resolve()))) for path in (*filter(None, named), *scripts)]
