"""What people type wrong: each mistake is told with its mend, before a lane starts where the text can tell."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, NamedTuple

import pytest

import own_project
from gilscope import cli
from own_project import PAIR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WRONG = {
    "wrong.py": ("PRICES = {'bread': 3}\n\n\ndef numbers():\n    yield 1\n\n\ndef one():\n    return sum(numbers())\n"),
    "loose.py": "from .tax import with_tax\n\n\ndef total():\n    return with_tax('bread', 3)\n",
}


class Ended(NamedTuple):
    """How a command ended: its status, all that it printed in one line, and how many lanes it had opened."""

    status: int
    printed: str
    lanes: int


NOBODY = "http://127.0.0.1:9/simple"
"""An index at a port that nobody listens at."""


@pytest.fixture(scope="module", autouse=True)
def _quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All commands are quick."""
    with own_project.quick_gilscope(tmp_path_factory.mktemp("cache")):
        yield


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The project's folder, in which a person is."""
    folder = tmp_path / "here"
    own_project.copy(folder, WRONG)
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels, which is all that can be had; uv remembers nothing."""
    wheels = tmp_path / "wheels"
    wheels.mkdir()
    settings = {"UV_OFFLINE": "1", "UV_NO_INDEX": "1", "UV_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1"}
    for name, value in {**settings, "PIP_FIND_LINKS": str(wheels), "UV_CACHE_DIR": str(tmp_path / "uv")}.items():
        monkeypatch.setenv(name, value)
    return wheels


@pytest.fixture
def gilscope(here: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs a command in the project."""
    assert here.is_dir()

    def run(*words: str) -> Ended:
        with own_project.opened_lanes() as opened:
            status = cli.main(list(words))
        out, err = capsys.readouterr()
        assert "Traceback" not in out + err
        return Ended(status, " ".join((out + err).split()), len(opened))

    return run


@pytest.mark.parametrize(
    ("text", "mend"),
    [
        ("work.py:crunhc", "work.py has no crunhc; did you mean work.py:crunch?"),
        ("shop.basket:Basket.totl", "class Basket has no method totl; did you mean Basket.total?"),
        ("wrong.py:PRICES", "wrong.py:PRICES is a dict, and nothing to call; write a function that uses it"),
        ("wrong.py:numbers", "is a generator: calling it runs none of its body. Measure a function that runs it"),
        ("bench/work.py:resize", "It takes (size): write bench/work.py:resize(...), --arg name=value, or --setup."),
        ("bench/work.py:resize(512, mode=fast)", "fast is no literal (number, string, list, dict ...); a string has"),
        ("loose.py:total", "lies in no package: there is no __init__.py beside it; add one, or import by full names"),
    ],
    ids=["not there", "no such method", "dict", "generator", "missing argument", "wrong literal", "relative import"],
)
def test_what_the_text_shows_is_told_before_anything_starts(
    gilscope: Callable[..., Ended], here: Path, text: str, mend: str
) -> None:
    """With what was probably meant; nothing is stored."""
    ended = gilscope("run", text)

    assert mend in ended.printed
    assert (ended.status, ended.lanes) == (2, 0)
    assert not (here / "gilscope-results").exists()


def wheel(folder: Path, version: str, tag: str) -> None:
    """A wheel of ``figures``, without anything in it."""
    info = f"figures-{version}.dist-info"
    with zipfile.ZipFile(folder / f"figures-{version}-{tag}.whl", "w") as file:
        file.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: figures\nVersion: {version}\n")
        file.writestr(f"{info}/WHEEL", f"Wheel-Version: 1.0\nGenerator: here\nRoot-Is-Purelib: true\nTag: {tag}\n")
        file.writestr(f"{info}/RECORD", "")


def test_a_missing_wheel(gilscope: Callable[..., Ended], offline: Path) -> None:
    """The newest version that has one is named."""
    wheel(offline, "1.0", "py3-none-any")
    wheel(offline, "2.0", "cp399-cp399-linux_x86_64")

    ended = gilscope("run", "--with", "figures==2.0", "work.py:crunch")

    assert "no wheel for " in ended.printed
    assert "of figures==2.0 (the newest version with one: 1.0)" in ended.printed
    assert (ended.status, ended.lanes) == (5, 0)


def test_versions_in_conflict(gilscope: Callable[..., Ended], offline: Path) -> None:
    """Both are named."""
    for version in ("1.0", "2.0"):
        wheel(offline, version, "py3-none-any")

    ended = gilscope("run", "--with", "figures==1.0", "--with", "figures==2.0", "work.py:crunch")

    assert "figures==1.0" in ended.printed
    assert "figures==2.0" in ended.printed
    assert (ended.status, ended.lanes) == (5, 0)


def test_no_network(gilscope: Callable[..., Ended], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The package is named, and what would help."""
    settings = {"UV_DEFAULT_INDEX": NOBODY, "UV_HTTP_RETRIES": "0", "UV_CACHE_DIR": str(tmp_path / "uv")}
    for name, value in {**settings, "PIP_INDEX_URL": NOBODY}.items():
        monkeypatch.setenv(name, value)

    ended = gilscope("run", "--with", "numpy", "work.py:crunch")

    assert "nothing is left to measure: " in ended.printed
    assert "numpy cannot be fetched (" in ended.printed
    assert "connect to the network, or name another index (UV_DEFAULT_INDEX)" in ended.printed
    assert (ended.status, ended.lanes) == (5, 0)


def test_a_dirty_tree(gilscope: Callable[..., Ended], here: Path) -> None:
    """What is not committed is no part of HEAD, which is said; what was asked for is measured all the same."""
    own_project.commit(here)
    (here / "bench.py").write_text("def f():\n    return 1\n")

    ended = gilscope("ab", "--rev", "main", "--rev", "HEAD", "bench.py:f")

    assert "bench.py: what is not committed is not in HEAD (--rev . measures it)" in ended.printed
    assert ended.status == 0
    assert ended.lanes > 0


def test_a_revision_that_does_not_exist(gilscope: Callable[..., Ended], here: Path) -> None:
    """The nearest name is offered."""
    own_project.commit(here)

    ended = gilscope("ab", "--rev", "mian", "--rev", "HEAD", "bench.py:f")

    assert "has no such revision; did you mean main?" in ended.printed
    assert (ended.status, ended.lanes) == (2, 0)


def test_a_command_that_fails(gilscope: Callable[..., Ended]) -> None:
    """Only running it shows: its status and its last words are a finding on every Python."""
    ended = gilscope("run", "--command", "python tool.py --job 2 --hobs")

    assert "unrecognized arguments: --hobs" in ended.printed
    assert ended.status == 1
    assert ended.lanes >= len(PAIR)
