"""Bringing a Python for real: an apt with an archive of its own, a build that is interrupted, a silent mirror.

The archive is a folder, and the CPython in it is a few lines of shell that configure, make and install as the real one
does, in a second. The real one is built where GILSCOPE_TEST_BUILD is set.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import socket
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gilscope.errors import InstallError, UsageError
from gilscope.provision import build, debian, install, own_tree, recipe, uv
from gilscope.provision.apt_sources import Distribution
from gilscope.provision.wish import Wish

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.skipif(os.name == "nt", reason="builds and their children are for POSIX systems")

needs_apt = pytest.mark.skipif(
    any(shutil.which(tool) is None for tool in ("apt-get", "make", "gcc")), reason="apt-get, make or gcc is missing"
)


class Recorder:
    """A progress that remembers, and may be told to do something on an advance."""

    def __init__(self, on_advance: Callable[[str], None] = lambda _: None) -> None:
        self.steps: list[str] = []
        self.notes: list[str] = []
        self.advances: list[str] = []
        self.on_advance = on_advance

    def step(self, title: str) -> None:
        """Remember a title."""
        self.steps.append(title)

    def advance(self, done: float, total: float | None, text: str) -> None:
        """Remember what goes on."""
        assert total is not None
        assert 0 <= done <= total
        self.advances.append(text)
        self.on_advance(text)

    def note(self, text: str) -> None:
        """Remember a note."""
        self.notes.append(text)


# uv


def test_a_download_that_never_answers_is_given_up(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A firewall that swallows packets looks like this: each of the two builds is asked for again once, and no more."""
    with socket.create_server(("127.0.0.1", 0), backlog=64) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/python.tar.gz"
        system = {"os": "linux", "arch": {"family": "x86_64", "variant": None}, "libc": "gnu"}
        version = {"name": "cpython", "major": 3, "minor": 13, "patch": 5, "prerelease": ""}
        rows = {
            f"cpython-3.13.5{mark}-linux-x86_64-gnu": {**system, **version, "url": address, "variant": variant}
            for mark, variant in (("+freethreaded", "freethreaded"), ("", None))
        }
        (tmp_path / "downloads.json").write_text(json.dumps(rows))
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "UV_HTTP_RETRIES"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("UV_PYTHON_DOWNLOADS_JSON_URL", (tmp_path / "downloads.json").as_uri())
        monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "store"))
        monkeypatch.setenv("UV_HTTP_TIMEOUT", "1")

        with pytest.raises(InstallError, match=r"(?s)the download of 3\.13\.5 failed|knows no"):
            uv.bring(Wish("3.13"), Recorder())
        tried = connections(silent)

    assert tried <= 2 * len(("asked", "asked again"))
    assert uv.installed(Wish("3.13")) is None


def connections(listening: socket.socket) -> int:
    """How many connections wait to be accepted."""
    listening.settimeout(0)
    number = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            listening.accept()[0].close()
            number += 1
    return number


# an archive and a CPython in miniature

CONFIGURE = """\
#!/bin/sh
echo configured >> "$(dirname "$0")/configured"
gil=False
for argument in "$@"; do
    case $argument in --prefix=*) prefix=${argument#--prefix=};; --disable-gil) gil=True;; esac
done
name=python3.13; [ $gil = True ] && name=python3.13t
echo "checking for stdlib extension module _ssl... missing"
cat > Makefile <<END
.PHONY: all altinstall
all: a.o b.o
%.o:
\t@test ! -e $(dirname "$0")/broken
\t@echo "cc -c -o \\$@ source/Objects/\\$*.c"
\t@touch \\$@
altinstall: all
\tmkdir -p \\$(DESTDIR)$prefix/bin
\tprintf '#!/bin/sh\\necho $gil\\n' > \\$(DESTDIR)$prefix/bin/$name
\tchmod +x \\$(DESTDIR)$prefix/bin/$name
END
"""


def tarball(path: Path) -> Path:
    """Pack the CPython in miniature."""
    with tarfile.open(path, "w:xz") as archive:
        script = CONFIGURE.encode()
        member = tarfile.TarInfo("Python-3.13.5/configure")
        member.size, member.mode = len(script), 0o755
        archive.addfile(member, io.BytesIO(script))
    return path


def publish(root: Path, suite: str, version: str, *, sha256: str | None = None) -> None:
    """Write an archive with one source package into a folder."""
    pool = root / "pool"
    lists = root / "dists" / suite / "main" / "source"
    pool.mkdir(parents=True, exist_ok=True)
    lists.mkdir(parents=True)
    packed = tarball(pool / f"python3.13_{version}.orig.tar.xz").read_bytes()
    digest = sha256 or hashlib.sha256(packed).hexdigest()
    sources = (
        f"Package: python3.13\nFormat: 3.0 (quilt)\nBinary: python3.13\nArchitecture: any\nVersion: {version}-1\n"
        f"Directory: pool\nChecksums-Sha256:\n {digest} {len(packed)} python3.13_{version}.orig.tar.xz\n"
        f" {'0' * 64} 1 python3.13_{version}-1.dsc\n\n"
    ).encode()
    (lists / "Sources").write_bytes(sources)
    (root / "dists" / suite / "Release").write_text(
        f"Origin: Test\nSuite: {suite}\nCodename: {suite}\nComponents: main\nArchitectures: all\n"
        "Date: Thu, 01 Jan 2026 00:00:00 UTC\n"
        f"SHA256:\n {hashlib.sha256(sources).hexdigest()} {len(sources)} main/source/Sources\n"
    )


@pytest.fixture
def archive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Return a folder that this machine takes for its distribution's archive; trixie is its release."""
    apt = tmp_path / "etc-apt"
    (apt / "sources.list.d").mkdir(parents=True)
    root = tmp_path / "debian"
    (apt / "sources.list").write_text(f"deb [trusted=yes] file:{root} trixie main\n")
    (tmp_path / "apt.conf").write_text('APT::Sandbox::User "root";\n')
    monkeypatch.setenv("APT_CONFIG", str(tmp_path / "apt.conf"))
    monkeypatch.setattr(debian, "APT", apt)
    monkeypatch.setattr(debian, "_distribution", lambda: Distribution("debian", "trixie"))
    return root


def bring(tmp_path: Path, progress: Recorder, wish: Wish = Wish("3.13")) -> tuple[Path, Path]:  # noqa: B008 - frozen
    """Take the way of the source package."""
    return debian.bring(wish, progress, optimised=False, data_dir=tmp_path / "data")


def system_folders() -> dict[str, float]:
    """Return when each file of the system's apt was changed."""
    roots = [Path(root) for root in ("/etc/apt", "/var/lib/apt", "/var/cache/apt")]
    return {str(path): path.stat().st_mtime for root in roots for path in (root, *root.rglob("*")) if path.exists()}


@needs_apt
def test_a_pair_is_built_from_the_archive_and_nothing_is_left_behind(archive: Path, tmp_path: Path) -> None:
    """Suites without it are passed over, and the system's apt is not touched."""
    publish(archive, "trixie", "3.12.9")
    publish(archive, "sid", "3.13.5")
    before = system_folders()
    progress = Recorder()

    free_threaded, default = bring(tmp_path, progress)

    assert system_folders() == before
    assert free_threaded == tmp_path / "data" / "cpython-3.13.5-freethreaded-plain" / "bin" / "python3.13t"
    assert subprocess.check_output([default], text=True) == "False\n"
    assert any("Objects/a.c" in text for text in progress.advances)
    assert any("without _ssl" in note and "libssl-dev" in note for note in progress.notes)
    assert recipe.built(Wish("3.13"), optimised=False, data_dir=tmp_path / "data") == (free_threaded, default)
    left = {path.name for path in (tmp_path / "data" / build.WORKSHOP).rglob("*") if path.is_file()}
    assert left == {"lock"}


@needs_apt
def test_an_interrupted_build_goes_on_where_it_was(archive: Path, tmp_path: Path) -> None:
    """Not even the archive is needed again."""
    publish(archive, "trixie", "3.13.5")

    def interrupt(text: str) -> None:
        if "Objects/a.c" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(tmp_path, Recorder(interrupt))
    assert recipe.built(Wish("3.13"), optimised=False, data_dir=tmp_path / "data") is None
    shutil.rmtree(archive)
    counted = next((tmp_path / "data").rglob("configured"))
    os.link(counted, tmp_path / "configured")

    bring(tmp_path, Recorder())

    assert (tmp_path / "configured").read_text().count("configured") == len(recipe.BUILDS)


@needs_apt
def test_what_an_interrupted_build_left_broken_is_built_anew(archive: Path, tmp_path: Path) -> None:
    """A file that was cut off would fail every time."""
    publish(archive, "trixie", "3.13.5")

    def interrupt(text: str) -> None:
        if "Objects/a.c" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(tmp_path, Recorder(interrupt))
    makefile = next((tmp_path / "data").rglob("Makefile"))
    makefile.write_text("all:\n\tfalse\n")
    progress = Recorder()

    bring(tmp_path, progress)

    assert any("begins anew" in note for note in progress.notes)


@needs_apt
def test_a_build_that_fails_tells_why_and_where_the_log_is(archive: Path, tmp_path: Path) -> None:
    """And is not taken for a whole one."""
    publish(archive, "trixie", "3.13.5")

    def break_it(text: str) -> None:
        if "configuring" in text or "make" in text:
            next((tmp_path / "data").rglob("configure")).with_name("broken").touch()

    with pytest.raises(InstallError, match=r"(?s)make -j\d+ failed for the free-threaded build \(.*gilscope.log\)"):
        bring(tmp_path, Recorder(break_it))
    assert recipe.built(Wish("3.13"), optimised=False, data_dir=tmp_path / "data") is None


@needs_apt
def test_what_the_archive_lists_but_does_not_have_is_passed_over(archive: Path, tmp_path: Path) -> None:
    """A mirror that lags, and a file that is not what the list says; a later suite may do better."""
    publish(archive, "trixie", "3.13.6")
    (archive / "pool" / "python3.13_3.13.6.orig.tar.xz").unlink()
    publish(archive, "forky", "3.13.7", sha256="0" * 64)
    publish(archive, "sid", "3.13.8")

    free_threaded, _ = bring(tmp_path, Recorder())

    assert "3.13.8" in str(free_threaded)


@needs_apt
def test_a_release_that_is_nowhere_is_told_with_those_that_are(archive: Path, tmp_path: Path) -> None:
    """So that the user can ask for one of them."""
    publish(archive, "trixie", "3.13.5")

    with pytest.raises(InstallError, match=r"trixie has 3\.13\.5"):
        bring(tmp_path, Recorder(), Wish("3.13", "3.13.99"))


def test_two_builds_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They would write the same files."""
    monkeypatch.setattr(build, "LOCK_PATIENCE_S", 0.0)

    with build.workshop(tmp_path), pytest.raises(InstallError, match="another build goes on"), build.workshop(tmp_path):
        pass


# a source tree of one's own


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A source tree of the CPython in miniature, with what an editor and a build left in it."""
    folder = tmp_path / "cpython"
    (folder / "Include").mkdir(parents=True)
    (folder / "configure").write_text(CONFIGURE)
    (folder / "configure").chmod(0o755)
    (folder / "Include" / "patchlevel.h").write_text('#define PY_MAJOR_VERSION 3\n#define PY_VERSION "3.13.5+"\n')
    (folder / "left.o").touch()
    return folder


def bring_own(tree: Path, progress: Recorder | None = None) -> tuple[Path, Path]:
    """Build a pair from a tree, below its parent."""
    return own_tree.bring(tree, progress or Recorder(), optimised=False, data_dir=tree.parent / "data")


@needs_apt
def test_a_tree_is_built_as_it_stands_and_once(tree: Path) -> None:
    """Nothing is written to it, and what it holds decides: a changed file makes another pair, a touched one none."""
    before = {path: path.read_bytes() for path in tree.rglob("*") if path.is_file()}
    first = bring_own(tree)
    (tree / "configure").touch()
    again = Recorder()
    second = bring_own(tree, again)
    (tree / "README").write_text("changed\n")
    third = bring_own(tree)

    assert {path: path.read_bytes() for path in before} == before
    assert [path.name for path in first] == ["python3.13t", "python3.13"]
    assert subprocess.check_output([first[1]], text=True) == "False\n"
    assert first == second != third
    assert again.steps == []
    assert {path.name for path in (tree.parent / "data" / build.WORKSHOP).rglob("*") if path.is_file()} == {"lock"}


@needs_apt
def test_of_a_repository_what_git_ignores_is_left_out(tree: Path) -> None:
    """What was built in it is ignored there, and is no part of the sources."""
    git = shutil.which("git")
    if git is None:
        pytest.skip("git is missing")
    subprocess.run([git, "init", "-q", str(tree)], check=True)
    (tree / ".gitignore").write_text("*.o\nMakefile\n")
    (tree / "Makefile").write_text("all:\n\tfalse\n")

    names = {str(path) for path in own_tree.sources(tree)}
    pair = bring_own(tree)

    assert names == {".gitignore", "configure", "Include/patchlevel.h"}
    assert all(path.exists() for path in pair)


def test_a_folder_that_is_no_tree_is_a_usage_error(tree: Path) -> None:
    """With what it lacks."""
    (tree / "configure").unlink()
    with pytest.raises(UsageError, match="no source tree of CPython: it has no configure"):
        bring_own(tree)
    (tree / "Include" / "patchlevel.h").unlink()
    with pytest.raises(UsageError, match=r"no source tree of CPython: No such file or directory: .*patchlevel\.h"):
        bring_own(tree)


def test_a_tree_without_git_that_was_built_in_is_told_how_to_be_clean(tree: Path) -> None:
    """Its objects are of one configuration."""
    (tree / "Makefile").touch()

    with pytest.raises(InstallError, match="make distclean"):
        bring_own(tree)


# the real thing


@needs_apt
@pytest.mark.skipif(
    "GILSCOPE_TEST_BUILD" not in os.environ, reason="compiles two Pythons for minutes; set GILSCOPE_TEST_BUILD=1"
)
@pytest.mark.timeout(3600)
def test_the_real_cpython_is_built_from_the_real_archive(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """With the modules that probes use, and with the GIL that each build is named for."""
    monkeypatch.setenv("UV_PYTHON_INSTALL_DIR", str(tmp_path / "uv"))
    monkeypatch.setenv("UV_OFFLINE", "1")
    before = system_folders()

    pair = install.install("3.13t", optimised=False, progress=Recorder(), data_dir=tmp_path / "data")

    assert system_folders() == before
    script = "import sys, hashlib, zlib, ctypes, sqlite3, _interpreters; print(sys._is_gil_enabled())"
    assert [subprocess.check_output([python, "-c", script], text=True).strip() for python in pair] == ["False", "True"]
