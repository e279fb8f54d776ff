"""What the options --option, --env and --rev change of the arms that are measured."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope import errors
from gilscope.commands import output

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from contextlib import ExitStack

    from gilscope.lab.plan import Group
    from gilscope.provision.revisions import Revision
    from gilscope.runtimes.variants import Change
    from gilscope.values.checkouts import Checkout
    from gilscope.values.probes import Probe, Target
    from gilscope.workloads.scripts import Script


def asked(
    options: argparse.Namespace, workloads: Sequence[Probe | Script], until: ExitStack
) -> dict[str, tuple[Change, ...]]:
    """The changes that a command line asks for, by the option that does; copies of revisions last ``until`` its end.

    Raises:
        UsageError: one of them cannot be made.
    """
    from gilscope.runtimes import variants

    return {
        "--option": variants.of_options(options.option),
        "--env": variants.of_variables(options.env),
        "--rev": _of_revisions(options.rev, workloads, until),
    }


def with_further_arms(group: Group, changes: Sequence[Change]) -> Group:
    """A group with a further arm for each change; one that it has is not added.

    Raises:
        UsageError: the runtime cannot be started so.
    """
    arms = {arm.name: arm for arm in group.arms}
    own = arms[group.name]
    for arm in (change.of(own) for change in changes):
        arms.setdefault(arm.name, arm)
    return msgspec.structs.replace(group, arms=tuple(arms.values()))


def _of_revisions(texts: Sequence[str], workloads: Sequence[Probe | Script], until: ExitStack) -> tuple[Change, ...]:
    """A change for each revision, in whose copy all that is to be measured has been found."""
    if not texts:
        return ()
    from gilscope.provision.revisions import Repository, project, search_path
    from gilscope.runtimes.variants import Change, distinct

    repository = Repository(Path.cwd(), os.environ)
    for workload in workloads:
        _refuse_ours(workload, repository.folder)
    revisions = [repository.revision(text) for text in texts]
    note = repository.left_out(revisions)
    if note is not None:
        _say(note)
    changes: list[Change] = []
    for label, revision in zip(distinct([revision.label for revision in revisions]), revisions, strict=True):
        checkout = until.enter_context(repository.checked_out(revision, output.cache_dir() / "revisions"))
        if not revision.is_working_tree:
            until.callback(_forget_bytecode, Path(checkout.folder))
        for workload in workloads:
            _find(workload, revision, checkout)
        changes.append(
            Change(
                label=label,
                meaning=revision.meaning,
                environ={"PYTHONPATH": search_path(checkout, os.environ)},
                checkout=checkout,
                project=project(checkout),
            )
        )
    return tuple(changes)


def _refuse_ours(workload: Probe | Script, repository: Path) -> None:
    """Refuse a probe of gilscope's own, unless it is gilscope whose revisions are compared."""
    from gilscope import places

    path = Path(workload.path)
    is_ours = path.is_relative_to(places.PROBES) or path.is_relative_to(places.BUILT_IN_PROBES)
    if is_ours and not path.is_relative_to(repository):
        raise errors.UsageError(
            f"--rev: {workload.id} is a probe of gilscope's, which no revision of {repository} changes: "
            f"name something of yours, such as bench.py:function"
        )


def _find(workload: Probe | Script, revision: Revision, checkout: Checkout) -> None:
    """Find the files of a workload in a copy, lend those that the revision lacks, and check what they define.

    Raises:
        UsageError: a callable is not there, or cannot be called so.
    """
    from gilscope.workloads import targets

    for path in _files(workload):
        there = Path(checkout.place(str(path)))
        if not there.exists():
            _say(f"{targets.label(path)} is not in {revision.text}: the one here is measured there too")
            there.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, there)
    for target, has_state in _targets(workload):
        if target.path is not None:
            try:
                targets.check_copy(target, Path(checkout.place(target.path)), has_state=has_state)
            except errors.UsageError as error:
                raise errors.UsageError(f"--rev {revision.text}: {error}") from error


def _files(workload: Probe | Script) -> list[Path]:
    """The files of a workload that its text names."""
    from gilscope.workloads.scripts import Script

    words = () if isinstance(workload, Script) else workload.command
    scripts = (str(Path(word).resolve()) for word in words if word.endswith(".py"))
    paths = [workload.path, *(target.path for target, _ in _targets(workload)), *scripts]
    return [Path(path) for path in dict.fromkeys(paths) if path and Path(path).is_file()]


def _targets(workload: Probe | Script) -> Iterator[tuple[Target, bool]]:
    """The callables of a workload, each with whether it gets what a setup makes."""
    from gilscope.workloads.scripts import Script

    if isinstance(workload, Script):
        return
    if workload.target is not None:
        yield workload.target, workload.setup is not None
    if workload.setup is not None:
        yield workload.setup, False
    yield from ((role.target, False) for role in workload.roles)


def _forget_bytecode(copy: Path) -> None:
    """Remove what lanes compiled of a copy that will be gone: no later run finds it under this name."""
    shutil.rmtree(output.bytecode_dir() / copy.relative_to(copy.anchor), ignore_errors=True)


def _say(note: str) -> None:
    output.console(stderr=True).print(f"{note}.", style="yellow")
