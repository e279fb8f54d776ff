"""Which module turned a lane's GIL on, and on whose behalf, by what the lane printed (`agent/gil.py`)."""

from __future__ import annotations

import re
from pathlib import Path

MODULE = re.compile(r"load module '([^']+)'")
IMPORTED = re.compile(r"^  imported at (.+):(\d+)$", re.MULTILINE)
ASK = "`gilscope audit` names each, and measures with --price what that costs"
NOBODY = "a module that does not declare support"


def turned_on(printed: str) -> str:
    """Say which module turned the GIL on and which lines imported it, innermost first, as far as that was printed."""
    module = MODULE.search(printed)
    name = NOBODY if module is None else f"{module[1]}, which declares no support,"
    steps = [f"{'/'.join(Path(path).parts[-2:])}:{line}" for path, line in IMPORTED.findall(printed)]
    chain = f", imported at {' <- '.join(steps)}" if steps else ""
    return f"a free-threaded build runs with its GIL on: {name} turned it on{chain} ({ASK})"
