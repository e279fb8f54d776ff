"""Where interpreters are looked for; folders are real, but nothing in them is ever started."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gilscope.runtimes.candidates import NAME, Candidate, candidates, without_aliases

if TYPE_CHECKING:
    from pathlib import Path


def put(folder: Path, *names: str) -> Path:
    """Make a folder with empty files of these names."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).touch(mode=0o755)
    return folder


@pytest.mark.parametrize(
    "name",
    ["python", "python3", "python2.7", "python3.14", "python3.14t", "python3.13d", "pypy3.10", "python3.13t.exe"],
)
def test_names_of_interpreters(name: str) -> None:
    """A file called as interpreters are is a candidate."""
    match = NAME.fullmatch(name)

    assert match


@pytest.mark.parametrize("name", ["python3-config", "python3.13-gdb.py", "pythonw.exe", "ipython3", "python-build"])
def test_names_of_companions(name: str) -> None:
    """The scripts that are installed beside an interpreter are not candidates."""
    match = NAME.fullmatch(name)

    assert match is None


def test_inactive_pyenv_versions_are_listed(tmp_path: Path) -> None:
    """Every version below PYENV_ROOT is found, under its folder's name, without PATH or pyenv's help."""
    put(tmp_path / "versions" / "3.9.18" / "bin", "python", "python3-config")
    put(tmp_path / "versions" / "3.14t" / "bin", "python")

    found = candidates({"PYENV_ROOT": str(tmp_path)}, [], tmp_path / "none")

    assert [(row.label, row.origin) for row in found] == [("3.14t", "pyenv"), ("3.9.18", "pyenv")]


def test_pyenv_and_uv_are_found_below_home(tmp_path: Path) -> None:
    """Without variables of their own the stores are where the tools put them by default."""
    put(tmp_path / ".pyenv" / "versions" / "3.9.18" / "bin", "python")
    put(tmp_path / ".local" / "share" / "uv" / "python" / "cpython-3.14.6-linux" / "bin", "python3.14")

    found = candidates({"HOME": str(tmp_path)}, [], tmp_path / "none")

    assert [row.origin for row in found] == ["pyenv", "uv"]


def test_own_builds_come_before_the_rest(tmp_path: Path) -> None:
    """What was built here on purpose is named before what happens to lie on PATH."""
    folder = put(tmp_path / "bin", "python3.13")
    put(tmp_path / "pythons" / "3.13.5t" / "bin", "python3.13t")

    found = candidates({"PATH": str(folder)}, [], tmp_path / "pythons")

    assert [(row.label, row.origin) for row in found] == [("3.13.5t", "gilscope"), ("python3.13", "PATH")]


def test_shims_and_relative_folders_are_not_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shim starts another interpreter than its name says, and a relative folder depends on where one stands."""
    put(tmp_path / "shims", "python3.9")
    put(tmp_path / "here", "python3.9")
    monkeypatch.chdir(tmp_path)

    found = candidates({"PATH": f"{tmp_path / 'shims'}:here:"}, [], tmp_path / "none")

    assert found == ()


def test_a_dangling_link_is_kept(tmp_path: Path) -> None:
    """A link that leads nowhere is a broken interpreter, which the census names; it is not passed over."""
    folder = put(tmp_path / "bin")
    (folder / "python3.9").symlink_to(tmp_path / "gone")

    found = candidates({"PATH": str(folder)}, [], tmp_path / "none")

    assert [row.label for row in found] == ["python3.9"]


def test_aliases_of_one_interpreter_are_one_candidate(tmp_path: Path) -> None:
    """Links that end at one interpreter are asked once."""
    folder = put(tmp_path / "bin", "python3.11")
    (folder / "python3").symlink_to("python3.11")

    found = candidates({"PATH": str(folder)}, [], tmp_path / "none")

    assert [row.label for row in found] == ["python3"]


def test_links_to_a_dispatcher_stay_apart(tmp_path: Path) -> None:
    """Links to one program that acts by the name it is called by may be different interpreters."""
    put(tmp_path, "dispatcher")
    rows = []
    for name in ("python3.9", "python3.10"):
        (tmp_path / name).symlink_to("dispatcher")
        rows.append(Candidate(str(tmp_path / name), "PATH", name))

    kept = list(without_aliases(rows))

    assert kept == rows


def test_explicit_paths_come_first_and_need_not_exist(tmp_path: Path) -> None:
    """What the user names is kept as it was given, so that the census can say what is wrong with it."""
    folder = put(tmp_path / "bin", "python3.11")

    found = candidates({"PATH": str(folder)}, [str(tmp_path / "gone"), "python3.11"], tmp_path / "none")

    assert found == (
        Candidate(str(tmp_path / "gone"), "--python", str(tmp_path / "gone")),
        Candidate(str(folder / "python3.11"), "--python", "python3.11"),
    )
