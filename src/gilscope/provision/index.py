"""Whose settings say where packages come from: uv's, or pip's alone."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.processes import child
from gilscope.processes.environment import without_python

if TYPE_CHECKING:
    from collections.abc import Mapping

UV_SETTINGS = (
    *("UV_INDEX", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_EXTRA_INDEX_URL"),
    *("UV_FIND_LINKS", "UV_NO_INDEX", "UV_CONFIG_FILE"),
)
PIP_SETTINGS = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_NO_INDEX", "PIP_CONFIG_FILE")
SETTINGS = (*UV_SETTINGS, *PIP_SETTINGS)
"""Variables that name indexes, or files in which they are named."""

LIMIT_S = 30.0
_PLACE = re.compile(r"^\S+\.(?:index-url|extra-index-url|find-links|no-index)=", re.MULTILINE)


def only_pip_knows(environ: Mapping[str, str], executable: str) -> bool:
    """Whether places of packages are set for pip and none for uv, which reads no setting of pip's.

    Args:
        environ: the person's environment.
        executable: an interpreter that may have pip where gilscope's own has none.
    """
    if any(environ.get(name) for name in UV_SETTINGS) or any(map(Path.is_file, _uv_files(environ))):
        return False
    return any(_names_a_place(python, environ) for python in dict.fromkeys((sys.executable, executable)))


def _names_a_place(python: str, environ: Mapping[str, str]) -> bool:
    """Whether the settings of this interpreter's pip name a place of packages; not without a pip."""
    command = [python, "-m", "pip", "config", "list"]
    try:
        ended = child.run(command, environ=without_python(environ), limit_s=LIMIT_S)
    except OSError:
        return False
    return ended.succeeded and _PLACE.search(ended.output) is not None


def _uv_files(environ: Mapping[str, str]) -> tuple[Path, ...]:
    """The files in which a person, or the system's keeper, may have set something for uv."""
    home = environ.get("XDG_CONFIG_HOME") or environ.get("APPDATA") or Path(environ.get("HOME", "")) / ".config"
    return Path(home, "uv", "uv.toml"), Path("/etc/uv/uv.toml")
