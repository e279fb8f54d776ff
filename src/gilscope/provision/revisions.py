"""Revisions of a person's git repository, each with its files in a folder of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import tempfile
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gilscope.errors import UsageError
from gilscope.processes import child
from gilscope.values.checkouts import Checkout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

NO_REPOSITORY = "not a git repository"
"""What git calls a folder that is in none."""

HERE = "."
"""What stands for the working tree, with what is not committed."""

WORKING_TREE = "working tree"
SHOWN = 10
"""Digits of a commit that people read."""

MOST_NAMES = 8
"""Branches and tags that are listed where a name is none of them."""

LIMIT_S = 600.0
"""A large repository takes minutes to check out, and nothing else that is asked of git takes long."""

_NO_NAME = re.compile(r"[^\w.-]+")
"""What a revision may hold and a folder's name should not."""


class Revision(NamedTuple):
    """A commit, or the working tree upon it where ``is_working_tree`` says so; ``text`` is what a person typed."""

    text: str
    commit: str
    subject: str
    is_working_tree: bool

    @property
    def label(self) -> str:
        """What tables call it."""
        return WORKING_TREE if self.is_working_tree else self.text

    @property
    def meaning(self) -> str:
        """The commit that it stands for now."""
        return f"{'the files here, upon ' if self.is_working_tree else ''}commit {self.commit[:SHOWN]} ({self.subject})"


class Repository:
    """The git repository that a folder belongs to."""

    def __init__(self, folder: Path, environ: Mapping[str, str]) -> None:
        """Find it.

        Raises:
            UsageError: there is no git, or the folder is in no repository.
        """
        self._environ = {**environ, "GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        self._folder = folder
        ended = self._git("rev-parse", "--show-toplevel")
        if NO_REPOSITORY in ended.errors:
            raise UsageError(f"--rev: {folder} is in no git repository: change into the one whose revisions you mean")
        if not ended.succeeded:
            raise UsageError(f"--rev: git cannot read the repository of {folder}: {ended.last_words(3)}")
        self.folder = Path(ended.output.rstrip("\n"))

    def revision(self, text: str) -> Revision:
        """The revision that a text names: a branch, a tag, a commit, or the working tree (``.``).

        Raises:
            UsageError: there is none; the text says what was probably meant.
        """
        if text.startswith("-"):
            raise UsageError(f"--rev {text}: a revision does not begin with a dash")
        named = "HEAD" if text == HERE else f"{text}^{{commit}}"
        ended = self._git("log", "-1", "--no-show-signature", "--format=%H %s", named, "--")
        if not ended.succeeded:
            raise UsageError(f"--rev {text}: {self._missing(text)}")
        commit, _, subject = ended.output.strip().partition(" ")
        return Revision(text, commit, subject, text == HERE)

    def left_out(self, revisions: Sequence[Revision]) -> str | None:
        """What a person may take for a part of these revisions, in words; None where all is well."""
        changed = self._git("status", "--porcelain", "--untracked-files=no").output.splitlines()
        if not changed or any(revision.is_working_tree for revision in revisions):
            return None
        head = self.revision("HEAD").commit
        of_head = next((revision.text for revision in revisions if revision.commit == head), None)
        if of_head is None:
            return None
        files = f"{len(changed)} changed files" if len(changed) > 1 else changed[0][3:]
        return f"{files}: what is not committed is not in {of_head} (--rev {HERE} measures it)"

    @contextlib.contextmanager
    def checked_out(self, revision: Revision, below: Path) -> Iterator[Checkout]:
        """Lend the files of a revision in a folder that is removed; the working tree's stay where they are.

        Args:
            revision: one of this repository's.
            below: a folder for copies; it is made where needed.

        Raises:
            UsageError: git cannot check it out, or there is no place for it.
        """
        if revision.is_working_tree:
            yield Checkout(repository=str(self.folder), folder=str(self.folder))
            return
        try:
            below.mkdir(parents=True, exist_ok=True)
            named = f"{self.folder.name}-{_NO_NAME.sub('-', revision.text)}-"  # what an installer shows
            copy = Path(tempfile.mkdtemp(prefix=named, dir=below)).resolve()
        except OSError as error:
            raise UsageError(f"--rev {revision.text}: it cannot be copied to {below}: {error.strerror}") from error
        try:
            no_hooks = f"core.hooksPath={os.devnull}"
            ended = self._git("-c", no_hooks, "worktree", "add", "--detach", str(copy), revision.commit)
            if not ended.succeeded:
                raise UsageError(f"--rev {revision.text}: git cannot check it out: {ended.last_words()}")
            (copy / self._folder.relative_to(self.folder)).mkdir(parents=True, exist_ok=True)
            yield Checkout(repository=str(self.folder), folder=str(copy))
        finally:
            self._git("worktree", "remove", "--force", str(copy))
            shutil.rmtree(copy, ignore_errors=True)
            self._git("worktree", "prune")

    def _missing(self, text: str) -> str:
        names = self._git("for-each-ref", "--format=%(refname:short)").output.split()
        near = get_close_matches(text, names, n=1)
        listed = ", ".join(names[:MOST_NAMES]) + (" ..." if names[MOST_NAMES:] else "")
        hint = f"did you mean {near[0]}?" if near else f"its branches and tags: {listed or 'none yet'}"
        return f"{self.folder} has no such revision; {hint}"

    def _git(self, *arguments: str) -> child.Ended:
        try:
            return child.run(["git", *arguments], environ=self._environ, limit_s=LIMIT_S, folder=self._folder)
        except OSError as error:
            raise UsageError(f"--rev needs git, which cannot be started: {error}") from error


def search_path(checkout: Checkout, environ: Mapping[str, str]) -> str:
    """The PYTHONPATH by which a copy's modules are found: its folder, its ``src/``, then the person's own path."""
    folders = (checkout.folder, str(Path(checkout.folder) / "src"))
    own = (folder for folder in environ.get("PYTHONPATH", "").split(os.pathsep) if folder)
    return os.pathsep.join((*folders, *map(checkout.place, own)))


def project(checkout: Checkout) -> str | None:
    """The folder of a copy that can be installed, None where it says nowhere how."""
    folder = Path(checkout.folder)
    with contextlib.suppress(OSError, ValueError):  # no such file, or none that can be read
        if {"project", "build-system"} & tomllib.loads((folder / "pyproject.toml").read_text("utf-8")).keys():
            return checkout.folder
    return checkout.folder if (folder / "setup.py").is_file() else None
