"""Scripts written for pyperf, told by their text."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

import pytest

from gilscope.errors import MatrixError
from gilscope.values.probes import Probe
from gilscope.workloads import probes as catalog
from gilscope.workloads import scripts
from gilscope.workloads.scripts import Script

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = '"""What does it cost?"""\nimport pyperf\n\ndef work(): ...\n\npyperf.Runner().bench_func("x", work)\n'


@pytest.mark.parametrize(
    "text",
    [
        SCRIPT,
        "from pyperf import Runner\nRunner().timeit('pass')",
        "def main():\n    import pyperf as p\n    p.Runner()",
    ],
)
def test_a_script_with_a_runner_is_for_pyperf(text: str) -> None:
    """However it names it."""
    assert scripts.is_for_pyperf(ast.parse(text))


@pytest.mark.parametrize(
    "text",
    [
        "import pyperf\npyperf.perf_counter()",
        "class Runner: ...\nRunner()",
        "import pyperformance\npyperformance.Runner()",
        "from .pyperf import Runner\nRunner()",
    ],
)
def test_a_script_without_pyperfs_runner_is_not(text: str) -> None:
    """Neither the name alone nor the import alone will do."""
    assert not scripts.is_for_pyperf(ast.parse(text))


def test_a_script_is_selected_by_its_path(tmp_path: Path) -> None:
    """With the options meant for it; its functions are no probes unless named."""
    path = tmp_path / "bm_x.py"
    block = '# /// script\n# requires-python = ">=3.12"\n# dependencies = ["pyperf>=2", "numpy"]\n# ///\n'
    path.write_text(block + SCRIPT)

    whole, one, function = catalog.select(
        [tmp_path], [str(path), f"{path}:some*", f"{path}:work"], argv=("--fast", "everything")
    )

    assert isinstance(whole, Script)
    assert (whole.id, whole.pattern, whole.argv) == ("bm_x.py", "*", ("--fast", "everything"))
    assert (whole.requires_python, whole.question) == (">=3.12", "What does it cost?")
    assert whole.dependencies == ("numpy",)
    assert isinstance(one, Script)
    assert one.pattern == "some*"
    assert isinstance(function, Probe)
    assert function.target is not None
    assert function.target.name == "work"


def test_a_script_that_cannot_be_read_is_told_as_a_probe_is(tmp_path: Path) -> None:
    """A syntax error hides what a script is for."""
    path = tmp_path / "bm_x.py"
    path.write_text("import pyperf\nrunner = pyperf.Runner(\n")

    with pytest.raises(MatrixError, match=r"bm_x\.py"):
        catalog.select([tmp_path], [str(path)])
