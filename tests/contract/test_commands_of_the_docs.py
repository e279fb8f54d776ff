"""Every command of gilscope's in the docs and in ``--help`` is run as it is written, in somebody's project."""

from __future__ import annotations

import itertools
import os
import re
import subprocess
import tomllib
from fnmatch import fnmatchcase
from importlib.util import find_spec
from typing import TYPE_CHECKING

import pytest
import uv

import builders
import own_project
from builders import lane
from documented import NOT_RUN, OURS, PAGES, Command, commands
from gilscope import cli
from gilscope.arguments import EXAMPLES
from own_project import PAIR

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links to interpreters and quotes of a shell are POSIX's")

FEWEST = 90
"""Commands that are found at least: a page whose blocks are no longer read would be tested by nothing."""

STATUS = {"gilscope run forms.py": 3}
"""How commands end that their page shows to fail; all others end with 0."""

NO_PACKAGES = 5
"""The exit status where nothing could be installed, which is no mistake of a page's where no index can be reached."""

OF_AN_INDEX = re.compile(r"numpy|--with pytest")
RUNS = ("RUN", "2026-01-02T030405Z", "2026-11-01T080000Z", "2026-11-21T080000Z")
"""Ids by which pages name stored runs; they hold a pair whatever Pythons are here."""


def examples() -> Iterator[Command]:
    """The commands at the end of ``gilscope --help``, each with its explanation behind some blanks."""
    for line in EXAMPLES.splitlines():
        if match := OURS.match(line.strip()):
            yield Command("--help", re.split(r" {3,}", match["text"])[0], "", {}, "")


WRITTEN = [*(command for page in PAGES for command in commands(page)), *examples()]
COMMANDS = list({(each.text, each.tables, each.printed, str(each.files)): each for each in WRITTEN}.values())
"""Each once, on however many pages it stands."""


def why_not(command: Command) -> str | None:
    """Why a command cannot be run with the Pythons and tools that are here, None where it can."""
    for part, reason in NOT_RUN.items():
        if part in command.text:
            return reason
    names = [runtime.name for runtime in PAIR]
    on = tomllib.loads(command.tables).get("tool", {}).get("gilscope", {}).get("on", [])
    words = command.words
    asked = [after for word, after in itertools.pairwise(words) if word == "--on"]
    for pattern in [*on, *asked, *re.findall(r"@([^:]+):", command.text)]:
        if not any(fnmatchcase(name, pattern) for name in names):
            return f"it speaks of {pattern}; here are {', '.join(names)}"
    if re.search(r"gil=0|main-t", command.text) and PAIR[-1].facts.build == "default":
        return "it needs a free-threaded Python, and there is none here"
    if words[0] == "page" and find_spec("altair") is None:
        return "altair is not installed"
    return None


@pytest.fixture(scope="module", autouse=True)
def _quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """All commands are quick, and share what they install."""
    with own_project.quick_gilscope(tmp_path_factory.mktemp("cache")):
        yield


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the project, beside build trees, in which a person is."""
    folder = tmp_path / "branch"
    monkeypatch.setenv("COMMIT", "0123abc")
    builds = {"../main": PAIR[0], ".": PAIR[0], "../main-t": PAIR[-1], "../branch-t": PAIR[-1]}
    folder.mkdir()
    for tree, runtime in builds.items():
        (folder / tree).mkdir(exist_ok=True)
        (folder / tree / "python").symlink_to(runtime.executable)
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize("command", COMMANDS, ids=[f"{command.page}: {command.text}" for command in COMMANDS])
def test_a_command_works_as_it_is_written(command: Command, here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It ends as its page says, prints what its page shows, and no traceback."""
    reason = why_not(command)
    if reason is not None:
        pytest.skip(reason)
    own_project.copy(here, command.files, command.tables)
    if "--rev" in command.text:
        own_project.commit(here)
    if "dist/" in command.text:
        subprocess.run([uv.find_uv_bin(), "build", "--quiet", "--wheel"], check=True)
    if command.words[0] not in {"run", "ab", "runtimes", "probes"}:
        store_runs(here)
        capsys.readouterr()

    status = cli.main(command.words)

    out, err = capsys.readouterr()
    if status == NO_PACKAGES and OF_AN_INDEX.search(command.text + "".join(command.files.values())):
        pytest.skip(f"no package can be had here: {err.strip().splitlines()[-1]}")
    assert status == STATUS.get(command.text, 0), out + err
    assert "Traceback" not in out + err
    assert one_line(command.printed) in one_line(out + err)


def store_runs(here: Path) -> None:
    """Store runs of a pair under the ids that pages name, and pyperf's files of one under names of those imported."""
    serial, threads = lane("3.14"), lane("3.14t", "threads", 2)
    walls = {serial: 1e8, lane("3.14", control=True): 1e8, lane("3.14t"): 1.1e8, threads: 1.2e8}
    for folder, run_id in itertools.product(("gilscope-results", "artefacts"), RUNS):
        builders.stored(here / folder / f"{run_id}.jsonl", walls)
    cli.main(["export", RUNS[0], "-o", "."])
    for build, name in (("3.14", "before"), ("3.14t", "after")):
        (here / f"{build}.json").rename(here / f"{name}.json")


def one_line(text: str) -> str:
    """A text without its line breaks, which depend on the width of a terminal."""
    return " ".join(text.split())


def test_all_pages_are_read() -> None:
    """There are as many commands as ever, and each status that is expected is that of a command."""
    texts = [command.text for command in COMMANDS]

    assert len(texts) >= FEWEST
    assert all(text in texts for text in STATUS)
