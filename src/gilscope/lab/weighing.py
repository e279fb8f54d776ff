"""The memory that a lane holds, over all its processes.

    resident    pages of files and of shared memory that any of the processes has mapped in, each counted once and in
                full, whoever else maps them; and anonymous pages, each once
    peak        the most that the largest of the processes ever had resident: ``VmHWM`` of ``proc(5)``, which is what
                ``ru_maxrss`` is of a process that asks for its own

The resident memory of a single process is its resident set size. Summed over several, that counts a page of the
interpreter once for each; and their proportional set sizes (PSS) count it in parts that depend on who else runs the
interpreter, so that a lane would weigh less the more lanes are beside it.

Workers of the work's own, and programs, are gone when a trial is over: they are weighed again and again in a further
unit that is not timed, and what all processes held together at the most counts.
"""

from __future__ import annotations

import contextlib
import re
import threading
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import psutil

PROC = Path("/proc")
KIB = 1024
NO_FILE = "0"
"""The inode of a mapping that has no file: anonymous memory, or the kernel's own page."""
_MAPPING = re.compile(
    r"^[0-9a-f]+-[0-9a-f]+ \S+ (\w+) (\S+) (\d+).*?^Rss: +(\d+) kB.*?^Anonymous: +(\d+) kB", re.MULTILINE | re.DOTALL
)
"""A mapping in ``smaps``: its offset in a file, device and inode, and how much of it is mapped in and anonymous."""
LOOK_S = 0.02
"""Seconds between two looks at what works."""


class Weight(NamedTuple):
    """What all processes of a lane hold, in bytes; None stands for what the system does not report.

    ``uss_bytes`` (pages that no other process maps) is there where ``resident_bytes`` is not. Processes that have ended
    are in neither, and their peaks in no peak.
    """

    processes: int
    resident_bytes: int | None
    uss_bytes: int | None
    peak_bytes: int | None

    @property
    def held_bytes(self) -> int:
        """What all processes hold now, counted in what the system reports."""
        return self.resident_bytes or self.uss_bytes or 0


def weight(pid: int, *, with_itself: bool = True) -> Weight | None:
    """Weigh a process with its descendants, or those alone; None where none lives, or can be looked at."""
    import psutil  # noqa: PLC0415 - only measuring needs it

    try:
        first = psutil.Process(pid)
        family = [*([first] if with_itself else []), *first.children(recursive=True)]
        return by_pages([process.pid for process in family]) if _counts_pages() else _by_unique_sets(family)
    except (psutil.Error, PermissionError):
        return None


class Watch:
    """A watch over a process and its descendants, or those alone, from a thread of its own; a context manager.

    ``heaviest`` is what they held together at the most, None where none was seen.
    """

    def __init__(self, pid: int, *, with_itself: bool) -> None:
        self.heaviest: Weight | None = None
        self._pid = pid
        self._with_itself = with_itself
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._is_over.set()
        self._thread.join()

    def _look(self) -> None:
        while True:
            seen = weight(self._pid, with_itself=self._with_itself)
            if seen is not None and (self.heaviest is None or seen.held_bytes > self.heaviest.held_bytes):
                self.heaviest = seen
            if self._is_over.wait(LOOK_S):
                return


@cache
def _counts_pages(proc: Path = PROC) -> bool:
    """Whether the kernel reports pages as `by_pages` needs them; older Linux does not."""
    with contextlib.suppress(OSError):
        return _field(_text(proc / "self" / "smaps_rollup"), "Pss_Anon") is not None
    return False


def by_pages(pids: Iterable[int], proc: Path = PROC) -> Weight | None:
    """Weigh processes by ``smaps``, ``smaps_rollup`` and ``status`` of ``proc(5)``.

    Those that end meanwhile are left out. Anonymous pages are shared by processes of which one forked the other, and
    so by none outside a lane: the sum of their parts (``Pss_Anon``) counts each once. Of a part of a file, the process
    counts that has most of it mapped in; others seldom have other pages of it.

    Returns:
        None where no process is left.

    Raises:
        PermissionError: a process belongs to somebody else.
    """
    files: dict[str, int] = defaultdict(int)
    anonymous, peaks = 0, []
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            smaps, rollup, status = (_text(proc / str(pid) / name) for name in ("smaps", "smaps_rollup", "status"))
            private, peak = _field(rollup, "Pss_Anon"), _field(status, "VmHWM")
            if private is None or peak is None:
                continue
            for place, size in _parts_of_files(smaps):
                files[place] = max(files[place], size)
            anonymous += private
            peaks.append(peak)
    if not peaks:
        return None
    return Weight(len(peaks), sum(files.values()) + anonymous, None, max(peaks))


def _by_unique_sets(processes: Sequence[psutil.Process]) -> Weight | None:
    """Weigh processes where there is no ``smaps``; only Windows knows their peaks. None where there is no process."""
    if not processes:
        return None
    infos = [process.memory_full_info() for process in processes]
    peaks = [getattr(info, "peak_wset", None) for info in infos]
    return Weight(len(infos), None, sum(info.uss for info in infos), max(filter(None, peaks), default=None))


def _parts_of_files(smaps: str) -> Iterator[tuple[str, int]]:
    """Yield every mapped part of a file: its device, inode and offset, and its bytes that are mapped in.

    Pages that the process wrote to in a private mapping are anonymous, and no longer the file's.
    """
    for offset, device, inode, resident, anonymous in _MAPPING.findall(smaps):
        if inode != NO_FILE:
            yield f"{device} {inode} {offset}", (int(resident) - int(anonymous)) * KIB


def _field(text: str, name: str) -> int | None:
    """The field of this name in bytes; None where there is none."""
    for line in text.splitlines():
        key, _, value = line.partition(":")
        if key == name:
            return int(value.split()[0]) * KIB
    return None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")
