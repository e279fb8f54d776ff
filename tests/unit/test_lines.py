"""Lines from a child process: each is waited for as long as asked, whatever else comes."""

from __future__ import annotations

import contextlib
import os
import select
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gilscope.processes import lines as lines_room
from gilscope.processes.lines import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

SOON_S = 0.05
LATE_S = 10.0


@pytest.fixture(params=["pipes can be waited for", "only sockets can"])
def ends(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Lines, IO[bytes]]]:
    """The lines, and what they are written to, here and as it is on Windows."""
    if request.param == "only sockets can":
        monkeypatch.delattr(select, "poll")
    into, out = os.pipe()
    with os.fdopen(out, "wb", buffering=0) as writing:
        lines = Lines(os.fdopen(into, "rb", buffering=0))
        yield lines, writing
    lines.close()


def next_line(lines: Lines, within_s: float = LATE_S) -> bytes:
    """The next line, by so many seconds from now."""
    return lines.next(time.monotonic() + within_s)


def test_lines_come_one_by_one(ends: tuple[Lines, IO[bytes]]) -> None:
    """However they were written; an empty one is a line too."""
    lines, writing = ends
    writing.write(b"one\n\ntw")
    assert [next_line(lines), next_line(lines)] == [b"one", b""]
    writing.write(b"o\n")
    assert next_line(lines) == b"two"


def test_a_line_that_does_not_come_is_not_waited_for(ends: tuple[Lines, IO[bytes]]) -> None:
    """Half of one is none; it is whole once the rest is there."""
    lines, writing = ends
    writing.write(b"half")
    with pytest.raises(TimeoutError):
        next_line(lines, SOON_S)
    writing.write(b" and half\n")
    assert next_line(lines) == b"half and half"


def test_the_end_comes_after_the_last_line(ends: tuple[Lines, IO[bytes]]) -> None:
    """Which may have no end of its own; the end stays the end."""
    lines, writing = ends
    writing.write(b"one\nlast")
    writing.close()
    assert [next_line(lines), next_line(lines)] == [b"one", b"last"]
    for _ in range(2):
        with pytest.raises(EOFError):
            next_line(lines)


def test_a_time_that_is_over_is_over(ends: tuple[Lines, IO[bytes]]) -> None:
    """A flood that is always there must not be read for ever."""
    lines, writing = ends
    writing.write(b"flood\n")
    with pytest.raises(TimeoutError):
        next_line(lines, -1)
    assert next_line(lines) == b"flood"


def test_an_endless_line_comes_in_pieces(ends: tuple[Lines, IO[bytes]], monkeypatch: pytest.MonkeyPatch) -> None:
    """So that it is not kept: its first piece is there before its end."""
    monkeypatch.setattr(lines_room, "LONGEST_BYTES", 10)
    lines, writing = ends
    writing.write(b"x" * 25)
    assert next_line(lines) == b"x" * 25
    writing.write(b"y\n")
    assert next_line(lines) == b"y"


@pytest.mark.parametrize(("length", "pieces"), [(1_000_000, 0), (1_000_001, 1)])
def test_a_line_of_a_million_bytes_is_waited_for(ends: tuple[Lines, IO[bytes]], length: int, pieces: int) -> None:
    """And no longer one: what comes is kept until there is more of it than that."""
    lines, _ = ends
    lines._take(b"x" * length)

    assert [len(line) for line in lines._ready] == [length] * pieces
    assert len(lines._rest) == length * (1 - pieces)


@given(content=st.lists(st.sampled_from([b"a", b"bc", b"\r", b"\n", b"\n\n", b"\x1e{}"])), data=st.data())
def test_however_it_is_cut_the_lines_are_the_same(content: list[bytes], data: st.DataObject) -> None:
    """Chunks end where the other side's writes happen to end; only newlines end lines."""
    text = b"".join(content)
    cuts = data.draw(st.lists(st.integers(0, len(text)), max_size=6).map(sorted))
    into, out = os.pipe()
    lines = Lines(os.fdopen(into, "rb", buffering=0))
    heard: list[bytes] = []
    with os.fdopen(out, "wb", buffering=0) as writing:
        for begin, end in pairwise([0, *cuts, len(text)]):
            writing.write(text[begin:end])
            heard += so_far(lines)
    heard += all_others(lines)
    lines.close()

    *whole, rest = text.split(b"\n")
    assert heard == ([*whole, rest] if rest else whole)


def so_far(lines: Lines) -> list[bytes]:
    """The lines that are there already."""
    heard = []
    with contextlib.suppress(TimeoutError):
        while True:
            heard.append(next_line(lines, 0.0005))
    return heard


def all_others(lines: Lines) -> list[bytes]:
    """The lines until there will be none."""
    heard = []
    with contextlib.suppress(EOFError):
        while True:
            heard.append(next_line(lines))
    return heard


def test_what_is_closed_can_be_closed_again(ends: tuple[Lines, IO[bytes]]) -> None:
    """A lane is killed on its way out however it ended."""
    lines, _ = ends
    lines.close()
    lines.close()
