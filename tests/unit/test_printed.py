"""What a child prints to standard error: both ends are kept, however much there is between them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from gilscope.processes import printed

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(os.name == "nt", reason="files that somebody prints to are trimmed on POSIX systems")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Iterator[printed.Printed]:
    """A file that is trimmed from a hundred bytes on, to eight of either end."""
    monkeypatch.setattr(printed, "MOST_BYTES", 100)
    monkeypatch.setattr(printed, "KEPT_BYTES", 8)
    made = printed.Printed()
    yield made
    made.close()


def test_little_is_kept_whole(small: printed.Printed) -> None:
    """And its end is as long as asked."""
    os.write(small.fileno(), b"one\ntwo\n")
    small.trim()

    assert small.end(100) == b"one\ntwo\n"
    assert small.end(4) == b"two\n"
    assert small.total_bytes() == 8


def test_the_middle_of_much_is_let_go(small: printed.Printed) -> None:
    """Whoever prints goes on behind it, and disk space does not grow with what is printed."""
    for number in range(1000):
        os.write(small.fileno(), b"%07d\n" % number)
        small.trim()
        assert os.fstat(small.fileno()).st_size <= 100

    assert small.total_bytes() == 8000
    shown = small.end(64)
    assert shown.startswith(b"0000000\n")
    assert shown.endswith(b"0000998\n0000999\n")
    assert b"[... %d bytes ...]" % small.dropped_bytes in shown
