"""Revisions of real git repositories: what a text names, where its files are lent, and what is left behind."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from gilscope.errors import UsageError
from gilscope.provision import revisions
from gilscope.provision.revisions import Repository
from gilscope.values.checkouts import Checkout

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")

GIT = shutil.which("git") or "git"
IDENTITY = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


def git(folder: Path, *arguments: str) -> str:
    """What a command of git's prints."""
    return subprocess.run(
        [GIT, *arguments], cwd=folder, env={**os.environ, **IDENTITY}, check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A repository of two commits: a function says 1 on the tag ``old``, and 2 on ``main``."""
    repository = tmp_path / "repository"
    (repository / "inner").mkdir(parents=True)
    git(repository, "init", "--quiet", "--initial-branch=main")
    for number in (1, 2):
        (repository / "inner" / "work.py").write_text(f"def f():\n    return {number}\n")
        git(repository, "add", ".")
        git(repository, "commit", "--quiet", "--message", f"it says {number}")
        if number == 1:
            git(repository, "tag", "old")
    return repository


def opened(folder: Path) -> Repository:
    """The repository of a folder."""
    return Repository(folder, os.environ)


@pytest.mark.parametrize("text", ["old", "main", "HEAD", "HEAD~1", "."])
def test_whatever_names_a_commit_is_a_revision(folder: Path, text: str) -> None:
    """Its meaning holds the commit and its subject, since the name may mean another one tomorrow."""
    revision = opened(folder).revision(text)
    is_old = text in {"old", "HEAD~1"}

    assert revision.label == ("working tree" if text == "." else text)
    assert re.fullmatch(
        rf"(the files here, upon )?commit [0-9a-f]{{10}} \(it says {1 if is_old else 2}\)", revision.meaning
    )
    assert revision.is_working_tree is (text == ".")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mian", "has no such revision; did you mean main?"),
        ("xyz", "has no such revision; its branches and tags: main, old"),
        ("--output=x", "does not begin with a dash"),
    ],
    ids=["nearly", "unknown", "an option of git's"],
)
def test_a_revision_that_is_none_is_told(folder: Path, text: str, words: str) -> None:
    """With the nearest name, or all of them."""
    with pytest.raises(UsageError, match=re.escape(words)):
        opened(folder).revision(text)


def test_a_folder_in_no_repository_is_told(tmp_path: Path) -> None:
    """With what to do."""
    with pytest.raises(UsageError, match="is in no git repository: change into the one"):
        Repository(tmp_path, {**os.environ, "GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})


def test_without_git_there_are_no_revisions(folder: Path) -> None:
    """It is named as what is missing."""
    with pytest.raises(UsageError, match="--rev needs git"):
        Repository(folder, {"PATH": ""})


def test_a_copy_has_the_files_of_its_revision_and_is_gone_in_the_end(folder: Path, tmp_path: Path) -> None:
    """The working tree is not touched, and git knows of no further one."""
    repository = opened(folder / "inner")
    work = folder / "inner" / "work.py"

    with repository.checked_out(repository.revision("old"), tmp_path / "copies") as checkout:
        assert "return 1" in (tmp_path / checkout.place(str(work))).read_text()
        assert "return 2" in work.read_text()

    assert list((tmp_path / "copies").iterdir()) == []
    assert len(git(folder, "worktree", "list").splitlines()) == 1
    assert git(folder, "status", "--porcelain") == ""


def test_an_interrupt_removes_a_copy_too(folder: Path, tmp_path: Path) -> None:
    """Whatever goes wrong while it is used."""
    repository = opened(folder)

    def interrupted() -> None:
        with repository.checked_out(repository.revision("old"), tmp_path / "copies"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list((tmp_path / "copies").iterdir()) == []
    assert len(git(folder, "worktree", "list").splitlines()) == 1


def test_one_revision_may_be_lent_twice(folder: Path, tmp_path: Path) -> None:
    """Each time in a folder of its own."""
    repository = opened(folder)
    head = repository.revision("HEAD")

    with repository.checked_out(head, tmp_path) as first, repository.checked_out(head, tmp_path) as second:
        assert first.folder != second.folder


def test_a_folder_that_a_revision_lacks_is_there_all_the_same(folder: Path, tmp_path: Path) -> None:
    """Lanes are started in it."""
    (folder / "newer").mkdir()
    repository = opened(folder / "newer")

    with repository.checked_out(repository.revision("old"), tmp_path / "copies") as checkout:
        assert (tmp_path / checkout.place(str(folder / "newer"))).is_dir()


def test_no_hook_of_the_repository_is_run(folder: Path, tmp_path: Path) -> None:
    """A checkout for a measurement is no checkout that somebody works in."""
    hook = folder / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path / 'ran'}\n")
    hook.chmod(0o755)
    repository = opened(folder)

    with repository.checked_out(repository.revision("old"), tmp_path / "copies"):
        assert not (tmp_path / "ran").exists()


def test_the_working_tree_is_used_where_it_is(folder: Path, tmp_path: Path) -> None:
    """With what is not committed, and nothing of it is removed."""
    repository = opened(folder)

    with repository.checked_out(repository.revision("."), tmp_path / "copies") as checkout:
        assert checkout.folder == str(folder)
    assert (folder / "inner" / "work.py").is_file()


@pytest.mark.parametrize(
    ("texts", "named"),
    [(["old", "HEAD"], "HEAD"), (["main", "old"], "main"), (["old"], None), (["HEAD", "."], None)],
    ids=["HEAD", "its branch", "another one", "the working tree too"],
)
def test_changes_that_are_not_committed_are_told(folder: Path, texts: list[str], named: str | None) -> None:
    """Where somebody may think that they are measured; files that git does not know are none."""
    (folder / "new.py").touch()
    repository = opened(folder)
    named_revisions = [repository.revision(text) for text in texts]
    clean = repository.left_out(named_revisions)
    (folder / "inner" / "work.py").write_text("changed")

    assert clean is None
    assert repository.left_out(named_revisions) == (
        None if named is None else f"inner/work.py: what is not committed is not in {named} (--rev . measures it)"
    )


def test_modules_are_found_in_the_copy_first() -> None:
    """Its folder, its ``src/``, and then what PYTHONPATH names, in the copy where that is in the repository."""
    checkout = Checkout(repository="/r", folder="/copy")
    own = os.pathsep.join(("/r/lib", "/elsewhere", ""))

    assert revisions.search_path(checkout, {"PYTHONPATH": own}).split(os.pathsep) == [
        "/copy",
        "/copy/src",
        "/copy/lib",
        "/elsewhere",
    ]


@pytest.mark.parametrize(
    ("name", "text", "is_project"),
    [
        ("pyproject.toml", "[project]\nname = 'x'\n", True),
        ("pyproject.toml", "[build-system]\nrequires = []\n", True),
        ("pyproject.toml", "[tool.ruff]\n", False),
        ("pyproject.toml", "no toml", False),
        ("setup.py", "", True),
        ("readme", "", False),
    ],
)
def test_a_project_says_how_it_is_installed(tmp_path: Path, name: str, text: str, *, is_project: bool) -> None:
    """Settings of a linter are none."""
    (tmp_path / name).write_text(text)
    checkout = Checkout(repository="/r", folder=str(tmp_path))

    assert revisions.project(checkout) == (str(tmp_path) if is_project else None)
