"""What people may do where their work cannot find a module."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Iterator, Optional, Tuple

ELSEWHERE = "; --with PACKAGE installs one for every runtime, --with . all that the project here names"
INSTALLED = "; it is in {source}, where it is found once its project is installed: --with-editable {folder}"
ON_PATH = "; it is in {source}, where no Python looks by itself: PYTHONPATH={source} has it look there"
PROJECT_FILES = ("pyproject.toml", "setup.py", "setup.cfg")


def hint(error: ModuleNotFoundError) -> str:
    """Return the mend: the project in whose ``src`` the module lies, or else how anything is installed."""
    name = (error.name or "").partition(".")[0]
    for start in (_folder_of_import(error.__traceback__), os.getcwd()):
        for folder in _up_to_top(start):
            source = os.path.join(folder, "src")
            if name and _holds(source, name):
                mend = INSTALLED if _has_any(folder, PROJECT_FILES) else ON_PATH
                return mend.format(source=os.path.relpath(source), folder=os.path.relpath(folder))
    return ELSEWHERE


def _holds(source: str, name: str) -> bool:
    """Return whether a package or a module of this name lies in a folder."""
    return os.path.isdir(os.path.join(source, name)) or os.path.isfile(os.path.join(source, name + ".py"))


def _has_any(folder: str, names: Tuple[str, ...]) -> bool:
    return any(os.path.exists(os.path.join(folder, name)) for name in names)


def _folder_of_import(trace: Optional[TracebackType]) -> str:
    """Return the folder of the last file that a traceback goes through: the one that wanted the module."""
    folder = ""
    while trace is not None:
        path = trace.tb_frame.f_code.co_filename
        folder = os.path.dirname(path) if os.path.isfile(path) else folder
        trace = trace.tb_next
    return os.path.abspath(folder)


def _up_to_top(folder: str) -> Iterator[str]:
    """Yield a folder and those above it, up to the topmost of its project or repository."""
    yield folder
    while not _has_any(folder, (*PROJECT_FILES, ".git")) and folder != os.path.dirname(folder):
        folder = os.path.dirname(folder)
        yield folder
