"""pyperformance's benchmarks, read from data files like the installed one's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gilscope.errors import MatrixError, UsageError
from gilscope.workloads import pyperformance

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = """[benchmarks]

name\tmetafile
plain\t<local>
tree\t<local>
tree_io\t<local:tree>
#gone\t<local>
started\t<local>

[group default]
plain
"""
METADATA = '[project]\nname = "x"\nrequires-python = ">=3.8"\n[tool.pyperformance]\nname = "x"\n'
SCRIPT = '"""What it costs.\n\nMore.\n"""\nimport pyperf\npyperf.Runner().{}("x", print)\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Four benchmarks in three folders."""
    for name, method in (("plain", "bench_func"), ("tree", "bench_func"), ("started", "bench_command")):
        folder = tmp_path / f"bm_{name}"
        folder.mkdir()
        (folder / "pyproject.toml").write_text(METADATA)
        (folder / "run_benchmark.py").write_text(SCRIPT.format(method))
    (tmp_path / "bm_tree" / "pyproject.toml").write_text(METADATA + 'extra_opts = ["none"]\n')
    (tmp_path / "bm_tree" / "bm_tree_io.toml").write_text(
        '[project]\nrequires-python = ">=3.11"\n[tool.pyperformance]\nextra_opts = ["io", "--all"]\n'
    )
    (tmp_path / "MANIFEST").write_text(MANIFEST)
    return tmp_path


def test_every_line_of_the_manifest_is_a_script(home: Path) -> None:
    """Variants share a script, and have options and requirements of their own."""
    plain, tree, tree_io, started = pyperformance.benchmarks(home)

    assert plain.id == "pyperformance/plain"
    assert plain.path == str(home / "bm_plain" / "run_benchmark.py")
    assert (plain.question, plain.argv, plain.requires_python) == ("What it costs.", (), ">=3.8")
    assert tree.argv == ("none",)
    assert tree_io.path == tree.path
    assert (tree_io.argv, tree_io.requires_python) == (("io", "--all"), ">=3.11")
    assert started.id == "pyperformance/started"


def test_a_benchmark_needs_what_it_pins_or_else_names(home: Path) -> None:
    """Without pyperf, for which the agent stands in."""
    folder = home / "bm_plain"
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\ndependencies = ["pyperf", "pyperf-more", "numpy"]\n')
    assert pyperformance.benchmarks(home)[0].dependencies == ("pyperf-more", "numpy")

    (folder / "requirements.txt").write_text("numpy==2.4.4\n\n# why\nmako==1.1.4  # templates\npyperf>=2\n")
    assert pyperformance.benchmarks(home)[0].dependencies == ("numpy==2.4.4", "mako==1.1.4")


def test_all_unreadable_benchmarks_are_told_at_once(home: Path) -> None:
    """With their names."""
    (home / "bm_plain" / "pyproject.toml").write_text("[")
    (home / "bm_started" / "run_benchmark.py").unlink()

    with pytest.raises(MatrixError) as told:
        pyperformance.benchmarks(home)

    assert [mistake.partition(":")[0] for mistake in told.value.mistakes] == [
        "pyperformance/plain",
        "pyperformance/started",
    ]


def test_benchmarks_are_selected_by_either_name(home: Path) -> None:
    """By the manifest's, and by one that only the script will tell: then that one alone is wanted."""
    known = pyperformance.benchmarks(home)

    assert pyperformance.select(known, []) == known
    assert [script.id for script in pyperformance.select(known, ["tree*", "pyperformance/tree"])] == [
        "pyperformance/tree",
        "pyperformance/tree_io",
    ]
    (held,) = pyperformance.select(known, ["pyperformance/plain_reduce"])
    assert (held.id, held.pattern) == ("pyperformance/plain", "plain_reduce")
    assert {script.pattern for script in pyperformance.select(known, ["x"])} == {"x"}


def test_an_unknown_benchmark_is_told_with_the_nearest(home: Path) -> None:
    """As everywhere."""
    with pytest.raises(UsageError, match=r"did you mean 'pyperformance/tree_io'"):
        pyperformance.select(pyperformance.benchmarks(home), ["treeio"])


def test_a_missing_pyperformance_is_told_with_the_command_that_brings_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """That is pyperformance's own name, since ours is nobody's on an index."""
    monkeypatch.setattr(pyperformance, "find_spec", lambda _: None)

    with pytest.raises(UsageError, match="`pip install pyperformance` brings it"):
        pyperformance.folder()
