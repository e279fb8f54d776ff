# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "nox>=2025.5",
#     "msgspec>=0.20",
#     "numpy>=1.26",
#     "packaging>=24",
#     "platformdirs>=4",
#     "psutil>=7",
#     "pyperf>=2.6",
#     "python-discovery>=1.9",
#     "rich>=14",
#     "rich-argparse>=1.6",
#     "scipy>=1.12",
#     "uv>=0.5",
# ]
#
# [tool.nox]
# script-venv-backend = "virtualenv"
# ///
"""The matrix a person runs: ``nox -s probes`` measures, ``nox -s tests`` tests; ``nox -l`` lists the rest.

The block above lets any nox start this file in an environment of its own; the controller then runs from ``src/``.
All environments are filled by pip, as the one of nox was, unless ``NOX_SCRIPT_VENV_BACKEND=uv`` and
``NOX_DEFAULT_VENV_BACKEND=uv`` ask for uv, which reads neither pip's configuration nor its certificates.
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import nox
import nox.command
import nox.project

ROOT = Path(__file__).parent
SOURCE = ROOT / "src"
sys.path.insert(0, str(SOURCE))

from gilscope import errors, store  # noqa: E402 - found by the line above
from gilscope.commands.measuring import take_census  # noqa: E402 - found by the same line
from gilscope.lab import measure  # noqa: E402 - found by the line above

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.values.runtimes import Runtime

nox.needs_version = ">=2025.5"
nox.options.sessions = ["tests"]
nox.options.reuse_existing_virtualenvs = True

NO_INSTALL = "GILSCOPE_NO_INSTALL"
NO_INSTALL_FLAG = "--no-install"
RESULTS = ROOT / "results"
REFERENCE, ANSWERS = RESULTS / "reference", RESULTS / "answers"
RUN = measure.new_run_id(datetime.now(UTC))
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")
OLDEST_CONTROLLER = (3, 11)
CHARTED = ("reference", "workers", "memory", "transport")
"""The suites whose reference runs are drawn beside the pages."""
REPORTED = {"own": ANSWERS, "numpy": ANSWERS, "unsafe": ANSWERS, "noisy": ANSWERS, "reference": REFERENCE}
"""The runs whose answers are drawn as a terminal shows them, by the end of their names, with their folders."""

census = functools.cache(take_census)
"""Every Python of this machine; none is started that answered before and has not changed since."""


def gilscope(session: nox.Session, *arguments: str, success: tuple[int, ...] = (0,)) -> None:
    """Run the controller in nox's own environment; an interrupt leaves it time to end its lanes."""
    path = os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))
    session.run(
        sys.executable,
        *("-m", "gilscope.cli", *arguments),
        env={"PYTHONPATH": path},
        external=True,
        success_codes=success,
        interrupt_timeout=10,
    )


def draw(session: nox.Session, reported: str, name: str, columns: int, theme: str = "dark") -> None:
    """Draw what a stored run shows first on a terminal of this width."""
    run, picture = store.runs(REPORTED[reported], f"*-{reported}")[-1], ROOT / "docs" / "images" / f"{name}.svg"
    session.env["COLUMNS"] = str(columns)
    gilscope(session, "report", str(run), "--svg", str(picture), "--theme", theme)


def free_threaded_found() -> bool:
    """Whether there is anything to measure a penalty on."""
    return any(runtime.facts.build == "free-threaded" for runtime in census().runtimes)


def absent() -> dict[str, str]:
    """The runtimes that the project wishes for and that are not there, each with the reason."""
    return {row.name: row.reason for row in census().unusable if row.kind == "absent"}


def names_of_runtimes() -> list[str]:
    """The free-threaded runtimes come first, since their contests measure their twins too; absent ones are skipped."""
    runtimes = sorted(census().runtimes, key=lambda runtime: runtime.facts.build == "default")
    listed = [runtime.name for runtime in runtimes]
    missing = sorted(absent(), key=lambda name: "t" not in name)
    return listed + missing if free_threaded_found() else missing + listed


def controllers() -> Iterator[tuple[str, str]]:
    """Name and path of the Pythons that run the controller's tests: nox's own, and the newest default build found."""
    own = sys.version_info[:2]
    yield f"{own[0]}.{own[1]}", sys.executable
    newest = [runtime for runtime in census().runtimes if is_another_controller(runtime)][-1:]
    yield from ((runtime.name, runtime.executable) for runtime in newest)


def plugged() -> Iterator[tuple[str, str]]:
    """Name and path of the Pythons for which the controller can be installed."""
    for runtime in census().runtimes:
        if runtime.facts.is_cpython and runtime.facts.version[:2] >= OLDEST_CONTROLLER:
            yield runtime.name, runtime.executable


def is_another_controller(runtime: Runtime) -> bool:
    """Whether the controller can run there, and its tests do not run there anyway."""
    version, facts = runtime.facts.version[:2], runtime.facts
    return facts.build == "default" and version >= OLDEST_CONTROLLER and version > sys.version_info[:2]


@nox.session(venv_backend="none")
def free_threaded(session: nox.Session) -> None:
    """Bring a free-threaded Python and its twin where none is found, unless -- --no-install says otherwise."""
    if free_threaded_found():
        return
    if NO_INSTALL in os.environ or NO_INSTALL_FLAG in session.posargs:
        session.warn(f"no free-threaded Python was found, and installing one is turned off ({NO_INSTALL})")
        return
    session.warn(
        "no free-threaded Python was found: one is installed now, with its twin, into your user data folder. "
        f"Where it must be built this takes minutes; turn it off with `-- {NO_INSTALL_FLAG}` or {NO_INSTALL}=1."
    )
    try:
        gilscope(session, "runtimes", "install")
    except nox.command.CommandFailed:
        session.warn("no free-threaded Python could be installed: only default builds are measured")
    census.cache_clear()


@nox.session(venv_backend="none", requires=["free_threaded"])
@nox.parametrize("runtime", [nox.param(name, id=name) for name in names_of_runtimes()])
def probes(session: nox.Session, runtime: str) -> None:
    """Measure the probes on one Python, a free-threaded one beside its twin; a summary of all follows."""
    if runtime in absent():
        session.skip(absent()[runtime])
    chosen = [argument for argument in session.posargs if argument != NO_INSTALL_FLAG]
    gilscope(
        session,
        *("run", "--suite", "quick", "--on", runtime, "--run", RUN, "--results", str(RESULTS), "--no-report", *chosen),
        success=(0, errors.LANES_FAILED),
    )
    session.notify("report")


@nox.session(venv_backend="none")
def report(session: nox.Session) -> None:
    """Make docs/results.md again, from this invocation's run or the latest one, and end with what it says in short."""
    stored = store.run_path(RESULTS, RUN)
    run = store.find(RESULTS, str(stored) if stored.exists() else None)
    page = ROOT / "docs" / "results.md"
    gilscope(session, "report", str(run), "--markdown", str(page))
    gilscope(session, "report", str(run))
    session.log(f"all tables of this run are in {page.relative_to(ROOT)}")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests: unit, agent and contract, on every Python found; the controller's own on its newest Python too.

    Two at a time, since most of them wait for processes; with more, those that have time limits would fail by chance.
    """
    test(session)
    for name, _ in () if session.posargs else list(controllers())[1:]:
        session.notify(f"quick_tests({name})")


@nox.session
@nox.parametrize("python", [nox.param(path, id=name) for name, path in controllers()])
def quick_tests(session: nox.Session) -> None:
    """Run the controller's own tests, which start no process, in under a minute."""
    test(session, "tests/unit")


def test(session: nox.Session, *what: str) -> None:
    """Run some of the tests, or all."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "test"))
    session.run("pytest", "--numprocesses", "3", "--dist", "worksteal", *what, *session.posargs)


@nox.session
@nox.parametrize("python", [nox.param(path, id=name) for name, path in plugged()])
def plugin(session: nox.Session) -> None:
    """Run the tests of the pytest plugin on each CPython that it can be installed for, free-threaded ones too."""
    session.install("-e", ".", "pytest>=8", "pytest-timeout>=2.3")
    session.run("pytest", "tests/contract/test_pytest_plugin.py", *session.posargs)


@nox.session(venv_backend="none")
def gate(session: nox.Session) -> None:
    """Hold the project itself to what its pyproject.toml expects of it, on the free-threaded Pythons found."""
    if not free_threaded_found():
        session.skip("no free-threaded Python was found")
    gilscope(session, "check", "--results", str(ROOT / "build" / "checks"), *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and formatting with ruff."""
    session.install(*nox.project.dependency_groups(PROJECT, "lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")


@nox.session
def types(session: nox.Session) -> None:
    """Check types with mypy, strictly."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "types"))
    session.run("mypy", "src", "tests", "noxfile.py")


@nox.session
def tables(session: nox.Session) -> None:
    """Make the docs' generated tables and pictures again from stored runs; with --check, look for drift only."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "tables"))
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    generated = [str(page.relative_to(ROOT)) for page in pages if "[[[cog" in page.read_text(encoding="utf-8")]
    if "--check" in session.posargs:
        session.run("cog", "--check", *generated)
        return
    session.run("cog", "-r", *generated)
    reference = str(store.runs(REFERENCE, "*-reference")[-1])
    gilscope(session, "report", reference, "--markdown", str(ROOT / "docs" / "results.md"))
    for theme in ("dark", "light"):
        draw(session, "own", f"verdict-{theme}", 100, theme)
    for reported in REPORTED:
        for columns in (80, 200):
            draw(session, reported, f"report-{reported}-{columns}", columns)
    session.install("-e", ".[page]")
    charts = ROOT / "build" / "charts"
    for suite in CHARTED:
        session.run("gilscope", "charts", str(store.runs(REFERENCE, f"*-{suite}")[-1]), "-o", str(charts))
    text = "".join(page.read_text(encoding="utf-8") for page in pages)
    for chart in charts.glob("*.svg"):
        if chart.name in text:
            shutil.copy(chart, ROOT / "docs" / "images")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the docs as a site in build/site, and check its links; no warning is let pass."""
    session.install(*nox.project.dependency_groups(PROJECT, "docs"))
    site = ROOT / "build" / "site"
    shutil.rmtree(site, ignore_errors=True)
    strict = ("--fail-on-warning", "--keep-going", "--nitpicky", "--fresh-env")
    folders = ("-c", str(ROOT / "docs"), "-d", str(ROOT / "build" / "doctrees"), str(ROOT), str(site))
    session.run("sphinx-build", *strict, *folders)
    session.run("python", str(ROOT / "docs" / "links.py"), str(site))
    session.log(f"the site begins at {site / 'index.html'}")


if __name__ == "__main__":
    nox.main()
