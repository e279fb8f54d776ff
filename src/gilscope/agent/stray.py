"""Copies of a lane that ``fork`` made inside the probe's code: they tell, then end, and never become a second lane."""

from __future__ import annotations

import os

from .fault import failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Dict

    Tell = Callable[[Dict[str, str]], None]

_homes: Dict[int, Tell] = {}


def settle(tell: Tell) -> None:
    """Call this process home; ``tell`` is how a copy of it can say that it exists."""
    _homes.clear()
    _homes[os.getpid()] = tell


def end_if_copy() -> None:
    """Return at home; anywhere else, tell and leave."""
    if not _homes or os.getpid() in _homes:
        return
    (tell,) = _homes.values()
    tell(failure("work", "forked", "the probe called fork and its copy returned: a lane must stay one process"))
    os._exit(0)
