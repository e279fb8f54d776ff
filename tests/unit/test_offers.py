"""What could be measured of scripts, by their text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.workloads.offers import offers

if TYPE_CHECKING:
    from pathlib import Path

PYPERF = "import pyperf\n\nrunner = pyperf.Runner()\nrunner.bench_func('a', print)\n\n\ndef helper(): ...\n"


def test_scripts_offer_what_can_be_called_as_it_stands(tmp_path: Path) -> None:
    """A script for pyperf is one offer; what needs arguments, or cannot be parsed, is none."""
    (tmp_path / "work.py").write_text("def a(): ...\n\n\ndef b(n): ...\n\n\nasync def c(): ...\n")
    (tmp_path / "bm_x.py").write_text(PYPERF)
    (tmp_path / "empty.py").write_text("def b(n): ...\n")
    (tmp_path / "odd.py").write_text("def (:\n")
    (tmp_path / "raw.py").write_bytes(b"\xff\xfe")
    (tmp_path / "folder.py").mkdir()

    assert offers(tmp_path) == {"bm_x.py": ("bm_x.py",), "work.py": ("work.py:a", "work.py:c")}


def test_what_python_warns_of_is_the_persons_affair(tmp_path: Path) -> None:
    """A listing does not fail, and does not print it."""
    (tmp_path / "old.py").write_text("def a():\n    return '\\d'\n")

    assert offers(tmp_path) == {"old.py": ("old.py:a",)}
