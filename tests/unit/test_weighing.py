"""What a lane weighs, from folders that look like the kernel's."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from gilscope.lab import weighing
from gilscope.lab.weighing import Watch, Weight, by_pages

if TYPE_CHECKING:
    from pathlib import Path


KIB = 1024
LIBRARY = "00:13 77                         /opt/a folder/libpython3.14.so"
HEAP = "00:00 0                                  [heap]"
KERNELS_PAGE = "00:00 0                          [vdso]"
SHARED = "00:1a 5                                /memfd:block (deleted)"


def mapping(place: str, resident: int, anonymous: int = 0, offset: int = 0) -> str:
    """One mapping as ``smaps`` has it, with some of its fields, in KiB."""
    return (
        f"7f00-7f10 r-xp {offset:08x} {place}\nSize: 9999 kB\nRss: {resident} kB\nPss: 1 kB\n"
        f"Anonymous: {anonymous} kB\nVmFlags: rd ex mr\n"
    )


def process(proc: Path, pid: int, *mappings: str, anonymous: int = 0, peak: int = 1) -> int:
    """A process with these mappings; return its number."""
    folder = proc / str(pid)
    folder.mkdir()
    (folder / "smaps").write_text("".join(mappings), encoding="utf-8")
    rollup = f"0000-ffff ---p 00000000 00:00 0   [rollup]\nRss: 1 kB\nPss_Anon: {anonymous} kB\n"
    (folder / "smaps_rollup").write_text(rollup, encoding="utf-8")
    (folder / "status").write_text(f"Name:\tpython\nVmPeak:\t9999 kB\nVmHWM:\t   {peak} kB\n", encoding="utf-8")
    return pid


def kib(weight: Weight | None) -> tuple[int, int, int]:
    """Processes, and KiB resident and at the peak."""
    assert weight is not None
    assert weight.resident_bytes is not None
    assert weight.peak_bytes is not None
    assert weight.uss_bytes is None
    return weight.processes, weight.resident_bytes // KIB, weight.peak_bytes // KIB


def test_files_count_in_full_and_what_was_written_to_them_is_anonymous(tmp_path: Path) -> None:
    """Of 400 KiB of the library's data, 100 are the process's own by now; the kernel's page is nobody's."""
    library = mapping(LIBRARY, 4000), mapping(LIBRARY, 400, anonymous=100, offset=4096)
    others = mapping(HEAP, 900, anonymous=900), mapping(KERNELS_PAGE, 8)
    pid = process(tmp_path, 7, *library, *others, anonymous=1000, peak=6000)

    assert kib(by_pages([pid], tmp_path)) == (1, 4000 + 300 + 1000, 6000)


def test_a_file_counts_once_for_all_processes_of_a_lane(tmp_path: Path) -> None:
    """The one that has most of it mapped in says how much; two parts of a file, and two files, are not one."""
    one = process(tmp_path, 7, mapping(LIBRARY, 4000), mapping(SHARED, 64), anonymous=1000, peak=6000)
    two = process(tmp_path, 8, mapping(LIBRARY, 5000), mapping(SHARED, 64, offset=64), anonymous=500, peak=7000)

    assert kib(by_pages([one, two], tmp_path)) == (2, 5000 + 64 + 64 + 1500, 7000)


def test_processes_that_end_meanwhile_are_left_out(tmp_path: Path) -> None:
    """One is gone, of one the last file is gone, and one waits for its parent: it has no memory any more."""
    lives = process(tmp_path, 7, mapping(LIBRARY, 4000), anonymous=1000, peak=6000)
    ends = process(tmp_path, 8, mapping(LIBRARY, 9000), anonymous=9000, peak=9000)
    (tmp_path / "8" / "status").unlink()
    waits = process(tmp_path, 9)
    (tmp_path / "9" / "smaps_rollup").write_text("", encoding="utf-8")
    (tmp_path / "9" / "status").write_text("Name:\tpython\nState:\tZ (zombie)\n", encoding="utf-8")

    assert kib(by_pages([lives, ends, waits, 10], tmp_path)) == (1, 5000, 6000)
    assert by_pages([ends, waits, 10], tmp_path) is None


@pytest.mark.parametrize(
    ("fields", "counts"), [(None, False), ("Rss: 1 kB\nPss: 1 kB\n", False), ("Rss: 1 kB\nPss_Anon: 0 kB\n", True)]
)
def test_old_kernels_do_not_count_anonymous_pages_apart(tmp_path: Path, fields: str | None, *, counts: bool) -> None:
    """Then, as without the file, what a lane weighs is what psutil finds."""
    if fields is not None:
        (tmp_path / "self").mkdir()
        (tmp_path / "self" / "smaps_rollup").write_text(fields, encoding="utf-8")

    assert weighing._counts_pages(tmp_path) is counts


def test_a_watch_keeps_the_most_that_it_saw(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first look comes at once and there is one at the end; what nobody saw weighs nothing."""
    seen = [None, 700, 900, 800]
    looks: list[tuple[int, bool]] = []

    def weight(pid: int, *, with_itself: bool) -> Weight | None:
        looks.append((pid, with_itself))
        held = seen[min(len(looks), len(seen)) - 1]
        if len(looks) == len(seen):
            everything_seen.set()
        return None if held is None else Weight(2, held, None, 1000)

    everything_seen = threading.Event()
    monkeypatch.setattr(weighing, "weight", weight)
    monkeypatch.setattr(weighing, "LOOK_S", 0.0)
    with Watch(7, with_itself=False) as watch:
        assert everything_seen.wait(60)

    assert watch.heaviest == Weight(2, 900, None, 1000)
    assert set(looks) == {(7, False)}
    monkeypatch.setattr(weighing, "weight", lambda *_, **__: None)
    with Watch(7, with_itself=True) as nothing:
        pass
    assert nothing.heaviest is None
