"""The code behind a workload: its files with digests, and the commit that it was at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import contest, lane
from gilscope.lab import sources
from gilscope.lab.protocol import Imports
from gilscope.lab.sources import Revision
from gilscope.processes import child
from gilscope.processes.child import Ended
from gilscope.values.checkouts import Checkout
from gilscope.values.probes import Role, Statement, Target
from gilscope.values.records import SourceFile

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.contests import Contest


ARM = lane("3.14").arm


def of_files(path: Path, setup: Path | None = None) -> Contest:
    """A contest of a workload in a file."""
    made = contest(lane("3.14"))
    target = None if setup is None else Target(name="load", path=str(setup))
    return msgspec.structs.replace(made, probe=msgspec.structs.replace(made.probe, path=str(path), setup=target))


def test_code_is_what_was_imported_and_what_was_ordered(tmp_path: Path) -> None:
    """A file that is both counts once, by the name under which it was imported."""
    for name in ("work", "shop", "load"):
        (tmp_path / f"{name}.py").write_text(f"# {name}\n")
    imports = Imports(
        modules={"pack.work": str(tmp_path / "work.py"), "shop": str(tmp_path / "shop.py")}, packages={"numpy": "2.3"}
    )
    revisions = {tmp_path: Revision("1a", is_dirty=True)}
    code = sources.code(of_files(tmp_path / "work.py", tmp_path / "load.py"), ARM, imports, revisions)

    assert set(code.modules) == {"pack.work", "shop", "load"}
    assert code.modules["shop"].path == str(tmp_path / "shop.py")
    assert code.modules["shop"].digest == sources.digest(tmp_path / "shop.py")
    assert (code.arm, code.libraries, code.commit, code.is_dirty) == ("3.14", {"numpy": "2.3"}, "1a", True)


def test_what_cannot_be_read_has_no_digest(tmp_path: Path) -> None:
    """It may be gone again."""
    code = sources.code(of_files(tmp_path / "gone.py"), ARM, Imports(), {})

    assert sources.digest(tmp_path / "gone.py") is None
    assert (code.modules, code.commit, code.is_dirty) == ({}, None, False)


def test_a_digest_is_of_what_a_file_holds(tmp_path: Path) -> None:
    """Not of its name or its time."""
    paths = [tmp_path / name for name in ("a.py", "b.py", "c.py")]
    for path, text in zip(paths, ("x = 1\n", "x = 1\n", "x = 2\n"), strict=True):
        path.write_text(text)
    one, same, other = map(sources.digest, paths)

    assert one == same != other


@pytest.mark.parametrize(
    ("ended", "expected"),
    [
        (Ended(0, "1a2b3c\n"), Revision("1a2b3c", is_dirty=False)),
        (Ended(0, "1a2b3c-dirty\n"), Revision("1a2b3c", is_dirty=True)),
        (Ended(128, "", "fatal: not a git repository"), None),
        (Ended(0, "1a2b", cut_short="it did not end within 10 s"), None),
    ],
)
def test_a_revision_is_what_git_says(
    ended: Ended, expected: Revision | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Outside of a repository there is none."""
    monkeypatch.setattr(child, "run", lambda *_, **__: ended)

    assert sources.revision(tmp_path, {}) == expected


def test_without_git_there_is_no_revision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody needs it to measure."""

    def absent(*_: object, **__: object) -> Ended:
        raise FileNotFoundError("git")

    monkeypatch.setattr(child, "run", absent)

    assert sources.revision(tmp_path, {}) is None


def test_a_copy_at_a_revision_goes_by_the_persons_own_paths(tmp_path: Path) -> None:
    """Its files are read where they lie, and its commit is its own."""
    mine, copy = tmp_path / "mine", tmp_path / "copy"
    for folder in (mine, copy):
        folder.mkdir()
        (folder / "work.py").write_text(f"# {folder.name}\n")
    arm = msgspec.structs.replace(ARM, checkout=Checkout(repository=str(mine), folder=str(copy)))
    revisions = {mine: Revision("1a", is_dirty=True), copy: Revision("2b", is_dirty=False)}
    code = sources.code(of_files(mine / "work.py"), arm, Imports(modules={"work": str(copy / "work.py")}), revisions)

    assert code.modules == {"work": SourceFile(str(mine / "work.py"), sources.digest(copy / "work.py") or "")}
    assert (code.commit, code.is_dirty) == ("2b", False)


def test_roles_programs_and_statements_have_places_too(tmp_path: Path) -> None:
    """What each role calls, the scripts among a program's words, and where a statement imports from."""
    for name in ("read", "tool"):
        (tmp_path / f"{name}.py").touch()
    made = of_files(tmp_path / "tool.py")
    role = Role(name="read", target=Target(name="f", path=str(tmp_path / "read.py")), workers=2)
    words = ("python", str(tmp_path / "tool.py"), "data.csv")
    of_roles, of_program = (
        msgspec.structs.replace(made, probe=msgspec.structs.replace(made.probe, path="", **fields))
        for fields in ({"roles": (role,)}, {"command": words})
    )

    statement = Statement(code="f()", setup="import read", search=(str(tmp_path), "/lib"))
    of_statement = msgspec.structs.replace(
        made, probe=msgspec.structs.replace(made.probe, path="", statement=statement)
    )
    revisions = {tmp_path: Revision("1a", is_dirty=False)}

    assert sources.code(of_statement, ARM, Imports(), revisions).commit == "1a"
    assert sources.code(of_roles, ARM, Imports(), {}).modules.keys() == {"read"}
    assert sources.code(of_program, ARM, Imports(), {}).modules.keys() == {"tool"}


def test_each_folder_is_asked_about_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those of workloads without a file, and those in no repository, are left out."""
    asked: list[Path] = []

    def revision(folder: Path, _: object) -> Revision | None:
        asked.append(folder)
        return None if folder.name == "sub" else Revision("1a", is_dirty=False)

    monkeypatch.setattr(sources, "revision", revision)
    contests = [
        msgspec.structs.replace(of_files(tmp_path / name), id=name) for name in ("one.py", "two.py", "sub/three.py")
    ]
    installed = msgspec.structs.replace(contests[0].probe, path="")
    contests.append(msgspec.structs.replace(contests[0], id="installed", probe=installed))

    assert sources.revisions(contests, {}).keys() == {tmp_path}
    assert sorted(asked) == [tmp_path, tmp_path / "sub"]
