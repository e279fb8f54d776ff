"""What the repository offers to code hosts: the action and the snippet are run, and what they write is read."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import msgspec
import pytest
from ruamel.yaml import YAML

from runs import as_a_user_has_it, lend

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
PAGE = ROOT / "docs" / "how-to" / "run-in-ci.md"
EXPRESSION = re.compile(r"\$\{\{\s*([\w.]+)\s*\}\}")
WORK = """
import threading


def steady():
    return 42


def who():
    return threading.current_thread() is threading.main_thread()
"""
PROJECT = """
[[tool.gilscope.expect]]
workload = "work.py:steady"
same-result = true

[[tool.gilscope.expect]]
workload = "work.py:who"
same-result = true
"""
UVX = f'#!/bin/sh\n[ "$1" = --from ] && shift 2\nshift\nexec "{sys.executable}" -m gilscope "$@"\n'
"""What stands for uvx: the gilscope under test, whatever it is asked to install."""
NOTHING = "#!/bin/sh\nexit 0\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="jobs are run by a POSIX shell here")


class Metric(msgspec.Struct, forbid_unknown_fields=True):
    """A metric of Bencher's format."""

    value: float
    lower_value: float | None = None
    upper_value: float | None = None


@pytest.fixture
def job(tmp_path: Path) -> dict[str, str]:
    """The environment of a job in a checkout of somebody's project, where uv and git do nothing."""
    lend(tmp_path / "cache")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("uv", NOTHING), ("uvx", UVX), ("git", NOTHING)):
        (tools / name).write_text(text)
        (tools / name).chmod(0o755)
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    (checkout / "work.py").write_text(WORK)
    (checkout / "pyproject.toml").write_text(PROJECT)
    return {
        **as_a_user_has_it(),
        "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "HERE": str(checkout),
    }


def run(script: str, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run one step of a job, as its host's shell does."""
    command = ["bash", "-eo", "pipefail", "-c", script]
    return subprocess.run(
        command, cwd=environ["HERE"], env=environ, capture_output=True, text=True, check=False, timeout=240
    )


def cases(report: Path) -> dict[str, list[str]]:
    """What became of each case of a JUnit report."""
    (suite,) = ET.parse(report).getroot().findall("testsuite")  # noqa: S314 - our own file
    found = {f"{case.get('classname')}": [child.tag for child in case] for case in suite.findall("testcase")}
    assert int(suite.get("tests", "")) == len(found)
    return found


REFUTED = re.compile(r"gilscope\.work\.py:who on .*")


def test_the_action_fails_a_job_and_says_why_wherever_its_host_looks(job: dict[str, str], tmp_path: Path) -> None:
    """Its own steps, with its defaults, on a project that declares what it expects."""
    action = YAML(typ="safe").load(ACTION)
    inputs = {f"inputs.{name}": str(field["default"]) for name, field in action["inputs"].items()}
    known = {**inputs, "github.action_path": str(ROOT)}
    summary = tmp_path / "summary.md"
    environ = {**job, "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    steps: list[dict[str, Any]] = [step for step in action["runs"]["steps"] if "run" in step]
    assert [step["shell"] for step in steps] == ["bash", "bash"]
    ended = [
        run(step["run"], environ | {name: _filled(value, known) for name, value in step.get("env", {}).items()})
        for step in steps
    ]
    assert [each.returncode for each in ended] == [0, 1], ended
    found = cases(Path(job["HERE"], "gilscope.xml"))
    refuted = {name for name, children in found.items() if children == ["failure"]}
    assert len(found) == 2
    assert all(map(REFUTED.fullmatch, refuted))
    assert len(refuted) == 1
    msgspec.json.decode(Path(job["HERE"], "gilscope-bmf.json").read_bytes(), type=dict[str, dict[str, Metric]])
    assert "| refuted |" in summary.read_text()
    assert re.search(
        r"^::error file=work\.py,line=9,title=refuted%3A work\.py%3Awho on .*::", ended[1].stderr, re.MULTILINE
    )


def test_the_snippet_for_gitlab_writes_the_report_that_it_names(job: dict[str, str]) -> None:
    """The lines of its script, one after the other."""
    (block,) = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL) if "artifacts:" in text]
    snippet = YAML(typ="safe").load(block)["gilscope"]
    ended = [run(line, {**job, "CI_BUILDS_DIR": job["HERE"]}) for line in snippet["script"]]
    assert [each.returncode for each in ended] == [0, 0, 1], ended
    assert len(cases(Path(job["HERE"], snippet["artifacts"]["reports"]["junit"]))) == 2


@pytest.mark.parametrize("schema", ["github-actions", "github-workflows", "gitlab-ci"])
def test_what_hosts_read_is_as_their_schemas_say(schema: str, tmp_path: Path) -> None:
    """The action, and both snippets of the page."""
    blocks = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    texts = {"github-actions": ACTION.read_text(), "github-workflows": f"on: push\n{blocks[0]}", "gitlab-ci": blocks[1]}
    file = tmp_path / "asked.yml"
    file.write_text(texts[schema])
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", str(file)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_the_hook_for_pre_commit_runs_a_command_that_is_there() -> None:
    """With the files behind it, as pre-commit puts them there."""
    (hook,) = YAML(typ="safe").load(ROOT / ".pre-commit-hooks.yaml")
    program, *words = hook["entry"].split()
    assert (program, hook["language"]) == ("gilscope", "python")
    ended = subprocess.run(
        [sys.executable, "-m", program, *words, "--help"], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0
    assert "WHAT" in ended.stdout


def _filled(text: object, known: Mapping[str, str]) -> str:
    """A value of a step's environment with the host's expressions filled in."""
    return EXPRESSION.sub(lambda found: known[found[1]], str(text))
