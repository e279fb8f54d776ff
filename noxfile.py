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
# ///
"""The matrix a person runs: ``nox -s probes`` measures, ``nox -s tests`` tests; ``nox -l`` lists the rest.

The block above lets any nox start this file in an environment of its own; the controller then runs from ``src/``.
"""

from __future__ import annotations

import os
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

from gilscope import errors, measure, store  # noqa: E402 - found by the line above
from gilscope.commands.measuring import take_census  # noqa: E402 - the same

if TYPE_CHECKING:
    from gilscope.model import Census

nox.needs_version = ">=2025.5"
nox.options.sessions = ["tests"]
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_existing_virtualenvs = True

NO_INSTALL = "GILSCOPE_NO_INSTALL"
NO_INSTALL_FLAG = "--no-install"
RESULTS = ROOT / "results"
RUN = measure.new_run_id(datetime.now(UTC))
PROJECT = nox.project.load_toml(ROOT / "pyproject.toml")


def gilscope(session: nox.Session, *arguments: str, success: tuple[int, ...] = (0,)) -> None:
    """Run the controller in this very environment; time enough to end its lanes when it is interrupted."""
    path = os.pathsep.join(filter(None, (str(SOURCE), os.environ.get("PYTHONPATH"))))
    session.run(
        sys.executable,
        *("-m", "gilscope.cli", *arguments),
        env={"PYTHONPATH": path},
        external=True,
        success_codes=success,
        interrupt_timeout=10,
    )


def session_names(census: Census) -> list[str]:
    """The free-threaded runtimes first, since their contests measure their twins too; absent ones are skipped."""
    found = sorted(census.runtimes, key=lambda runtime: runtime.facts.build == "default")
    absent = sorted((row.name for row in census.unusable if row.kind == "absent"), key=lambda name: "t" not in name)
    has_free_threaded = any(runtime.facts.build == "free-threaded" for runtime in found)
    listed = [runtime.name for runtime in found]
    return listed + absent if has_free_threaded else absent + listed


def has_free_threaded(census: Census) -> bool:
    """Whether there is anything to measure a penalty on."""
    return any(runtime.facts.build == "free-threaded" for runtime in census.runtimes)


def bring_free_threaded(session: nox.Session) -> None:
    """Install a free-threaded Python and its twin, unless that is turned off; once per invocation."""
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


COGGED = (
    "README.md",
    "docs/claims.md",
    "docs/convoy.md",
    "docs/explanation/precision.md",
    "docs/hazards.md",
    "docs/ladder.md",
    "docs/models.md",
    "docs/pep554.md",
    "docs/pep703.md",
    "docs/reference/commands.md",
    "docs/reference/probes.md",
    "docs/reference/results.md",
    "docs/reference/toml.md",
    "docs/transport.md",
    "docs/workers.md",
)
"""Pages with tables between cog's markers."""

CHARTED = ("reference", "workers", "memory", "transport")
"""Suites whose reference runs are drawn beside the pages."""

census = take_census()
install_tried = False


@nox.session(venv_backend="none")
@nox.parametrize("runtime", [nox.param(name, id=name) for name in session_names(census)])
def probes(session: nox.Session, runtime: str) -> None:
    """Measure the probes on one Python, a free-threaded one beside its twin; the report follows."""
    global census, install_tried  # noqa: PLW0603 - the sessions of one invocation share what they found
    if not has_free_threaded(census) and not install_tried:
        install_tried = True
        bring_free_threaded(session)
        census = take_census()
    absent = {row.name: row.reason for row in census.unusable if row.kind == "absent"}
    if runtime in absent:
        session.skip(absent[runtime])
    chosen = [argument for argument in session.posargs if argument != NO_INSTALL_FLAG]
    gilscope(
        session,
        *("run", "--on", runtime, "--run", RUN, "--results", str(RESULTS), "--no-report", *chosen),
        success=(0, errors.LANES_FAILED),
    )
    session.notify("report")


@nox.session(venv_backend="none")
def report(session: nox.Session) -> None:
    """Make docs/results.md and the tables again, from this invocation's run or the latest one."""
    stored = store.run_path(RESULTS, RUN)
    run = store.find(RESULTS, str(stored) if stored.exists() else None)
    gilscope(session, "report", str(run), "--markdown", str(ROOT / "docs" / "results.md"))
    gilscope(session, "report", str(run))


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests: unit, agent and contract, on every Python found.

    Two at a time, since most of them wait for processes; with more, those that have time limits would fail by chance.
    """
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "test"))
    session.run("pytest", "--numprocesses", "2", "--dist", "worksteal", *session.posargs)


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
def docs(session: nox.Session) -> None:
    """Make the generated tables and pictures again from the stored reference run; with --check, look for drift only."""
    session.install("-e", ".", *nox.project.dependency_groups(PROJECT, "docs"))
    if "--check" in session.posargs:
        session.run("cog", "--check", *COGGED)
        return
    session.run("cog", "-r", *COGGED)
    reference = str(max((RESULTS / "reference").glob("*-reference.jsonl")))
    gilscope(session, "report", reference, "--markdown", str(ROOT / "docs" / "results.md"))
    gilscope(session, "report", reference, "--svg", str(ROOT / "docs" / "images" / "report.svg"))
    session.install("-e", ".[page]")
    for suite in CHARTED:
        run = str(max((RESULTS / "reference").glob(f"*-{suite}.jsonl")))
        session.run("gilscope", "charts", run, "-o", str(ROOT / "docs" / "images"))


if __name__ == "__main__":
    nox.main()
