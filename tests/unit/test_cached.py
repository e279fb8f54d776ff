"""Files in the cache: whole or not there, and told apart by what made them."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import NoReturn

import pytest

from gilscope import cached
from gilscope.places import PACKAGE


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    """Nothing else is left beside it."""
    for content in (b"first", b"second"):
        cached.replace(tmp_path / "new" / "file", content)

    assert {path.name: path.read_bytes() for path in (tmp_path / "new").iterdir()} == {"file": b"second"}


def test_what_cannot_be_written_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full when the draft has begun."""

    def full(path: Path, _: bytes) -> NoReturn:
        path.touch()
        raise OSError(28, "No space left on device")

    cached.replace(tmp_path / "file", b"first")
    monkeypatch.setattr("pathlib.Path.write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        cached.replace(tmp_path / "file", b"second")

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"file": b"first"}


def test_the_code_is_another_with_any_module_that_summaries_are_made_by(tmp_path: Path) -> None:
    """No list of modules is kept by hand: whichever of them changes, what they made before is obsolete."""
    import gilscope.history.archive  # noqa: PLC0415 - what it imports is what is asked about
    import gilscope.history.summarise  # noqa: F401, PLC0415 - the same

    copy = tmp_path / "gilscope"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    whole = cached.of_code(copy)
    modules = [name for name in sys.modules if name.startswith("gilscope.") and ".agent" not in name]
    assert {"gilscope.models", "gilscope.figures.verdict", "gilscope.figures.break_even"} <= set(modules)
    files = [Path(str(sys.modules[name].__file__)).relative_to(PACKAGE) for name in modules]
    for name in {file.parent: file for file in files}.values():  # one of every room: all of a folder are read alike
        path = copy / name
        before = path.read_text("utf-8")
        path.write_text(before + "\n", "utf-8")

        assert cached.of_code(copy) != whole, name

        path.write_text(before, "utf-8")
    assert cached.of_code(copy) == whole


def test_a_fingerprint_changes_with_every_text_and_their_order() -> None:
    """Also where the texts joined are the same."""
    texts = (["ab", "c"], ["a", "bc"], ["c", "ab"], ["ab", "c", ""])

    assert len({cached.fingerprint(each) for each in texts}) == len(texts)
    assert cached.fingerprint(["ab", "c"]) == cached.fingerprint(iter(["ab", "c"]))
