"""Streams that take nothing, or not all: the run is measured and stored, and what cannot be shown is said."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import pytest

from gilscope import cli, store
from runs import THIS_PYTHON, Runs
from short import SHORT

pytestmark = pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")

STREAMS = {
    "stdout closed": (">&-", 0),
    "stdout on a full disk": (">/dev/full", 6),
    "stderr closed": ("2>&-", 0),
    "stderr on a full disk": ("2>/dev/full", 0),
    "both closed": (">&- 2>&-", 0),
    "nobody reads": ("| head -c 1", None),
}


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_that_takes_nothing_ends_no_run(name: str, tmp_path: Path) -> None:
    """What was measured is stored."""
    where, status = STREAMS[name]
    ended = shell(tmp_path, where)

    assert status in {None, ended.returncode}, ended
    assert "Traceback" not in ended.stdout + ended.stderr
    (path,) = (tmp_path / "gilscope-results").glob("*.jsonl")
    assert store.read(path).ends


@pytest.mark.parametrize(
    "environ",
    [
        {"LC_ALL": "POSIX", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"TERM": "dumb"},
        {"TERM": ""},
        {"COLUMNS": "20"},
        {"COLUMNS": "0"},
        {"NO_COLOR": "1", "FORCE_COLOR": "1"},
    ],
    ids=lambda environ: " ".join(f"{name}={value}" for name, value in environ.items()),
)
def test_a_terminal_that_cannot_show_all_shows_escapes(environ: dict[str, str], tmp_path: Path) -> None:
    """And the run ends well."""
    ended = shell(tmp_path, "", environ)

    assert ended.returncode == 0, ended
    assert "Traceback" not in ended.stdout + ended.stderr


def shell(folder: Path, where: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """Measure something, with a shell's redirection."""
    runs = Runs(folder, folder / "cache")
    runs.script("work.py", "def work():\n    return 1\n")
    command = f"{sys.executable} -m gilscope.cli run work.py:work {' '.join((*THIS_PYTHON, *SHORT))} {where}"
    source = str(Path(cli.__file__).parents[1])
    return subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env={**runs.environ, "PYTHONPATH": source, **(environ or {})},
        check=False,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=240,
    )


def test_no_folder_for_temporary_files(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing could be started without one; what is stored can be shown."""

    def nowhere() -> NoReturn:
        raise FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/a']")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)

    assert cli.main(["runtimes"]) == 2
    assert "No usable temporary directory found in ['/a']: set TMPDIR" in capsys.readouterr().err


@pytest.mark.parametrize("argument", ["a\udcff.py:work", "--results=\udcff", "\udcff"])
def test_names_of_other_bytes_are_refused(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    """No result could hold them."""
    assert cli.main(["run", "cpu/primes", argument]) == 2
    assert "\\udcff" in capsys.readouterr().err


def test_a_locale_that_lacks_letters_of_a_name_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    """Its bytes are UTF-8, and Python may not read them so."""
    name = "größe".encode().decode("ascii", "surrogateescape")

    assert cli.main(["run", f"{name}.py:work"]) == 2
    assert "this locale does not have all letters of the name: set LC_ALL=C.UTF-8" in capsys.readouterr().err


def test_a_folder_of_other_bytes_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All paths in it would have them."""
    folder = os.path.join(os.fsencode(tmp_path), b"\xff")  # noqa: PTH118 - pathlib takes no bytes
    os.mkdir(folder)  # noqa: PTH102 - as above
    monkeypatch.chdir(os.fsdecode(folder))

    assert cli.main(["run", "cpu/primes"]) == 2
    assert "\\udcff: the name has bytes that are no UTF-8" in capsys.readouterr().err
