"""Building a pair: names, flags, environment, what is missing and how far it is; nothing is started."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from gilscope.errors import InstallError
from gilscope.provision import build, recipe, toolchain
from gilscope.provision.making import environment
from gilscope.provision.tally import Tally, compilations
from gilscope.provision.wish import Wish
from gilscope.render.install_progress import InstallProgress, spoken, time_left
from recorder import Recorder

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make any start of a process fail the test."""

    def refuse(*arguments: object, **_: object) -> None:
        pytest.fail(f"a process was to be started: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", refuse)


@pytest.fixture
def progress() -> Recorder:
    """Return a progress that remembers."""
    return Recorder()


# builds


def place(data_dir: Path, name: str, executable: str) -> Path:
    """Put an installation in place."""
    path = data_dir / name / "bin" / executable
    path.parent.mkdir(parents=True)
    path.touch()
    return path


def test_a_pair_differs_in_the_gil_and_the_place_only(tmp_path: Path) -> None:
    """Else the penalty would be one of flags."""
    free_threaded, default = recipe.recipes("3.13.5", optimised=True, data_dir=tmp_path)

    flags = set(free_threaded.configure_arguments) ^ set(default.configure_arguments)
    assert flags == {"--disable-gil", f"--prefix={free_threaded.prefix}", f"--prefix={default.prefix}"}
    assert free_threaded.executable == tmp_path / "cpython-3.13.5-freethreaded-optimised" / "bin" / "python3.13t"
    assert default.executable == tmp_path / "cpython-3.13.5-default-optimised" / "bin" / "python3.13"


def test_whole_pairs_are_found_the_newest_first(tmp_path: Path) -> None:
    """Half a pair is none, and 3.13.10 is newer than 3.13.9."""
    place(tmp_path, "cpython-3.13.9-freethreaded-plain", "python3.13t")
    place(tmp_path, "cpython-3.13.9-default-plain", "python3.13")
    free_threaded = place(tmp_path, "cpython-3.13.10-freethreaded-plain", "python3.13t")
    default = place(tmp_path, "cpython-3.13.10-default-plain", "python3.13")
    place(tmp_path, "cpython-3.13.11-freethreaded-plain", "python3.13t")

    assert recipe.built(Wish("3.13"), optimised=False, data_dir=tmp_path) == (free_threaded, default)
    assert recipe.built(Wish("3.13"), optimised=True, data_dir=tmp_path) is None
    assert recipe.built(Wish("3.14"), optimised=False, data_dir=tmp_path / "absent") is None


def test_a_source_tree_has_its_name_only_once_it_is_whole(tmp_path: Path) -> None:
    """A tarball that was cut off leaves nothing that looks like a tree."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo("Python-3.13.5/configure"))
    good, bad = (tmp_path / f"python3.13_{name}.orig.tar.gz" for name in ("3.13.5", "3.13.6"))
    good.write_bytes(whole.getvalue())
    bad.write_bytes(whole.getvalue()[:40])
    shop = build.Workshop(tmp_path, lock=0)

    assert (shop.unpack(good) / "configure").exists()
    with pytest.raises(InstallError, match="cannot be unpacked"):
        shop.unpack(bad)
    assert not (shop.folder / "source" / "python3.13_3.13.6").exists()


def test_a_builds_environment_has_nothing_that_bends_python_or_make() -> None:
    """The user's compiler settings stay."""
    given = {"PYTHON_GIL": "1", "OPT": "1", "MAKEFLAGS": "-k", "LC_MESSAGES": "de", "CC": "clang", "HOME": "/h"}

    environ = environment(given)

    assert set(environ) == {"CC", "HOME", "LC_ALL", "PYTHON_FOR_REGEN"}


def test_missing_tools_are_told_with_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Before anything is downloaded."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(InstallError, match=r"a C compiler and make cannot be found.*apt-get install build-essential"):
        toolchain.check(tmp_path, optimised=False)


def test_a_folder_that_make_mistakes_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Make splits names at spaces."""
    monkeypatch.setattr(shutil, "which", lambda _: "/usr/bin/true")

    with pytest.raises(InstallError, match="does not understand the name"):
        toolchain.check(tmp_path / "My Data", optimised=False)


def test_missing_modules_are_named_with_their_packages() -> None:
    """Those that are disabled or do not exist here are nobody's loss."""
    said = [
        "checking for stdlib extension module _ssl... missing",
        "checking for stdlib extension module _scproxy... n/a",
        "checking for stdlib extension module _testcapi... disabled",
        "checking for stdlib extension module zlib... yes",
        "checking for stdlib extension module nis... missing",
    ]

    modules = toolchain.missing_modules(said)

    assert modules == ("_ssl", "nis")
    assert toolchain.advice(modules).endswith("sudo apt-get install libssl-dev")


# progress

COMPILE = "gcc -c -O3 -I../Include -DPy_BUILD_CORE -o Objects/obmalloc.o ../../source/x/Objects/obmalloc.c\n"
MODULE = "gcc -fPIC -c ../../source/x/Modules/zlibmodule.c -o Modules/zlibmodule.o\n"


def test_compilations_are_counted() -> None:
    """Links and messages are not; modules name their source before the object."""
    assert compilations([COMPILE, MODULE, "gcc -o python Programs/python.o", "touch -c x", ""]) == 2


def test_a_pairs_progress_never_goes_back_and_ends_full(progress: Recorder) -> None:
    """A second build that was begun before weighs less; what is left is still counted right."""
    tally = Tally(progress, 2, 4, optimised=False)
    for weight in (290.0, 12.0):
        tally.begin_build("free-threaded")
        tally.begin("configure")
        tally.hear_configure("checking for gcc... gcc\n")
        tally.begin("make", weight)
        for _ in range(20):
            tally.hear_make(COMPILE)
        tally.begin("install")
        tally.hear_install("x")
    tally.close()

    shares = [done / total for done, total, _ in progress.advances if total is not None]
    assert shares == sorted(shares)
    assert 0.9 < shares[-1] <= 1.0
    assert ("free-threaded: Objects/obmalloc.c") in [text for _, _, text in progress.advances]


def test_profiling_tests_count_in_an_optimised_build(progress: Recorder) -> None:
    """They take longer than the compiling, on one CPU."""
    tally = Tally(progress, 1, 2, optimised=True)
    tally.begin_build("default")
    tally.begin("make", 1000.0)
    tally.hear_make("0:00:05 load avg: 1.10 [12/44] test_cmath\n")

    assert progress.advances[-1][0] == 8.0
    assert progress.advances[-1][2] == "default: profiling with test_cmath"


def test_an_optimised_pair_is_announced_as_taking_most_of_an_hour(progress: Recorder) -> None:
    """PGO compiles everything twice, and LTO makes each file cost several times as much."""
    assert 200 < Tally(progress, 2, 2, optimised=False).expected_s < 360
    assert 2000 < Tally(progress, 2, 2, optimised=True).expected_s < 3600


def test_time_left_is_told_when_the_rate_is_known() -> None:
    """A guess after the first second would be off by far."""
    assert time_left(1, 100, 1.0) == ""
    assert time_left(25, 100, 60.0) == "about 3 min left"
    assert spoken(40.2) == "40 s"


def test_without_a_terminal_a_line_comes_now_and_then() -> None:
    """Logs want lines, but not one per compilation."""
    now = [0.0]
    text = io.StringIO()
    console = Console(file=text, width=60)

    with InstallProgress(console, clock=lambda: now[0]) as shown:
        shown.step("Building [both]")
        for second in range(45):
            now[0] = float(second)
            shown.advance(second, 100, "free-threaded: Objects/obmalloc.c")
        shown.note("without _dbm")

    assert text.getvalue().splitlines() == [
        "Building [both]",
        "  20% after 20 s, about 80 s left (free-threaded: Objects/obmalloc.c)",
        "  40% after 40 s, about 60 s left (free-threaded: Objects/obmalloc.c)",
        "  without _dbm",
    ]


def test_a_terminal_gets_a_bar() -> None:
    """With the title above it, and gone at the end."""
    text = io.StringIO()
    console = Console(file=text, force_terminal=True, width=100)

    with InstallProgress(console) as shown:
        shown.step("Building")
        shown.advance(1, 2, "default: Objects/obmalloc.c")

    assert "Building" in text.getvalue()
    assert "obmalloc" in text.getvalue()
