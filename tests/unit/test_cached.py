"""Files in the cache: whole or not there, and told apart by what made them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from gilscope import cached

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_fingerprint_changes_with_every_text_and_their_order() -> None:
    """Also where the texts joined are the same."""
    texts = (["ab", "c"], ["a", "bc"], ["c", "ab"], ["ab", "c", ""])

    assert len({cached.fingerprint(each) for each in texts}) == len(texts)
    assert cached.fingerprint(["ab", "c"]) == cached.fingerprint(iter(["ab", "c"]))
