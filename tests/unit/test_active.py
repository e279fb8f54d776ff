"""The environment that a person is in: what it holds, what others need to have it too, and what is only ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

import builders
from gilscope.provision.active import Active, active
from gilscope.values.packages import Packages

if TYPE_CHECKING:
    from pathlib import Path


class Venv:
    """A virtual environment made of empty files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.site = folder / "lib" / "python3.14" / "site-packages"
        self.site.mkdir(parents=True)
        (folder / "pyvenv.cfg").touch()

    def add(self, name: str, *needs: str, url: dict[str, object] | None = None, requested: bool = False) -> None:
        """Install a package; ``url`` is its PEP 610 record."""
        info = self.site / f"{name}-1.0.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", *(f"Requires-Dist: {need}" for need in needs)]
        (info / "METADATA").write_text("\n".join(lines) + "\n")
        if url is not None:
            (info / "direct_url.json").write_text(json.dumps(url))
        if requested:
            (info / "REQUESTED").touch()

    def read(self) -> Active | None:
        """What is made of it where it is active."""
        return active({"VIRTUAL_ENV": str(self.folder)})


@pytest.fixture
def venv(tmp_path: Path) -> Venv:
    """An environment that holds nothing."""
    return Venv(tmp_path / "venv")


def held(venv: Venv) -> set[str]:
    """The names of what it holds for others."""
    found = venv.read()
    return set() if found is None else set(found.versions)


def test_an_environment_is_read_by_its_folders(venv: Venv, tmp_path: Path) -> None:
    """Names without versions, so that others may take another one where they must; projects as they are edited."""
    (tmp_path / "shop").mkdir()
    venv.add("numpy")
    venv.add("pip")
    venv.add("shop", url={"url": (tmp_path / "shop").as_uri(), "dir_info": {"editable": True}})
    venv.add("till", url={"url": (tmp_path / "shop").as_uri(), "dir_info": {}})
    venv.add(
        "hat", url={"url": "https://e.org/hat", "vcs_info": {"vcs": "git", "commit_id": "abc"}, "subdirectory": "x"}
    )
    venv.add("wheel", url={"url": "file:///gone/wheel-1.0-py3-none-any.whl", "archive_info": {}})

    found = venv.read()

    assert found is not None
    assert found.python == str(venv.folder / "bin" / "python")
    assert found.versions == dict.fromkeys(("hat", "numpy", "shop", "till", "wheel"), "1.0")
    assert found.packages == Packages(
        requirements=(
            "hat @ git+https://e.org/hat@abc#subdirectory=x",
            "numpy",
            f"till @ {(tmp_path / 'shop').as_uri()}",
            "wheel",
        ),
        editables=(str(tmp_path / "shop"),),
    )


def test_where_none_is_active_there_is_none(tmp_path: Path, venv: Venv) -> None:
    """A variable that leads nowhere, and an environment without packages, are none."""
    assert active({}) is None
    assert active({"VIRTUAL_ENV": ""}) is None
    assert active({"VIRTUAL_ENV": str(tmp_path)}) is None
    assert venv.read() is None


def test_gilscope_and_what_only_it_needs_is_left_out(venv: Venv) -> None:
    """What a project needs too, or a person asked for, stays."""
    venv.add("gilscope", "numpy", "rich", "scipy", "page; extra == 'page'", requested=True)
    venv.add("rich", "pygments")
    venv.add("scipy", "numpy")
    for name in ("numpy", "pygments", "page"):
        venv.add(name)
    assert held(venv) == {"page"}

    venv.add("shop", "pygments")
    assert held(venv) == {"page", "shop", "pygments"}

    (venv.site / "scipy-1.0.dist-info" / "REQUESTED").touch()
    assert held(venv) == {"page", "shop", "pygments", "scipy", "numpy"}


def test_gilscope_alone_is_no_environment_of_a_persons(venv: Venv) -> None:
    """Nobody would want it on every runtime."""
    venv.add("gilscope", "rich")
    venv.add("rich")

    assert venv.read() is None


def test_its_interpreter_is_that_of_a_runtime(venv: Venv, tmp_path: Path) -> None:
    """Through the link that it is."""
    base = tmp_path / "python3.14"
    base.touch()
    (venv.folder / "bin").mkdir()
    (venv.folder / "bin" / "python").symlink_to(base)
    venv.add("numpy")
    found = venv.read()

    assert found is not None
    assert found.is_of(builders.runtime("3.14", executable=str(base)))
    assert not found.is_of(builders.runtime("3.14", executable="/opt/3.14/bin/python3.14"))


@pytest.mark.parametrize(
    ("wanted", "is_enough"),
    [
        (Packages(), True),
        (Packages(requirements=("numpy", "NumPy>=1,<2")), True),
        (Packages(requirements=("numpy>1",)), False),
        (Packages(requirements=("numpy[fast]",)), False),
        (Packages(requirements=("scipy",)), False),
        (Packages(requirements=("numpy", "shop @ file:///shop")), False),
        (Packages(editables=("/shop",)), False),
        (Packages(files=("/needs.txt",)), False),
    ],
)
def test_it_is_enough_where_names_and_versions_say_so(venv: Venv, wanted: Packages, *, is_enough: bool) -> None:
    """Whatever else is asked for might not be in it."""
    venv.add("numpy")
    found = venv.read()

    assert found is not None
    assert found.satisfies(wanted) == is_enough
