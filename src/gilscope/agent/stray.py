"""Copies of a lane that ``fork`` made inside the probe's code; each reports itself and ends at once."""

from __future__ import annotations

import os

from .fault import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict

    from .records import Failure

    Report = Callable[[Failure], None]

_homes: Dict[int, Report] = {}


def settle(report: Report) -> None:
    """Call this process home; ``report`` sends what a copy of it has to say."""
    _homes.clear()
    _homes[os.getpid()] = report


def end_if_copy() -> None:
    """Return at home; anywhere else, report the copy and leave."""
    if not _homes or os.getpid() in _homes:
        return
    (report,) = _homes.values()
    report(failure("work", "forked", "the probe called fork and its copy returned: a lane must stay one process"))
    os._exit(0)
