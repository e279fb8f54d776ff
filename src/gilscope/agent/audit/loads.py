"""Extension modules as they are loaded: which, on whose behalf, and what became of it.

Every loader of extensions, importlib's own and anybody else's, ends at `_imp.create_dynamic`, so that nothing is
missed: neither the second that turns the GIL on, whose warning Python leaves out, nor one whose refusal its importer
hides.
"""

from __future__ import annotations

import _imp
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Callable, Dict, List, Optional, Tuple

    Tell = Callable[[Dict[str, object]], None]

AGENT = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep
FROZEN = "<frozen importlib"
LIBRARY = os.path.dirname(os.__file__) + os.sep
INSTALLED = ("site-packages", "dist-packages")
INSIDE = ("<string>", "<script>")
"""Where the text stands that an interpreter runs for us: before 3.14, and since."""
MOST_FRAMES = 60
"""The longest chain that is told."""
MOST_CHARACTERS = 2_000
"""The longest text of an error that is told."""


def watch(tell: Tell, described: Callable[[ModuleType], Dict[str, object]]) -> None:
    """Have every load of an extension reported: before it begins, what the module says of itself, and its end.

    A module is read as soon as it was created: then Python decides on the GIL, and what runs afterwards may change what
    the object holds (modules of Cython 3.1 and later do so).
    """
    create, execute = _imp.create_dynamic, _imp.exec_dynamic

    def create_dynamic(spec: Any, file: Any = None) -> ModuleType:  # noqa: ANN401 - a spec, as importlib has it
        tell({"kind": "loads", "module": spec.name, "path": str(spec.origin), "chain": chain()})
        try:
            module = create(spec, file)
        except BaseException as error:
            tell({"kind": "fails", "module": spec.name, "error": words(error)})
            raise
        tell(dict(described(module), kind="declares", module=spec.name))
        return module

    def exec_dynamic(module: ModuleType) -> int:
        name = str(getattr(getattr(module, "__spec__", None), "name", ""))
        try:
            status = execute(module)
        except BaseException as error:
            tell({"kind": "fails", "module": name, "error": words(error)})
            raise
        tell({"kind": "loaded", "module": name})
        return status

    _imp.create_dynamic, _imp.exec_dynamic = create_dynamic, exec_dynamic


def chain() -> List[Tuple[str, int, str]]:
    """Return who imports now, innermost first: file, line and module, Python's own and ours apart.

    Each file is there once in a row.
    """
    found: List[Tuple[str, int, str]] = []
    frame: Optional[FrameType] = sys._getframe(1)  # noqa: SLF001 - the only way to the stack that makes no text of it
    while frame is not None and len(found) < MOST_FRAMES:
        path = frame.f_code.co_filename
        is_ours = path.startswith((FROZEN, AGENT, *INSIDE))
        is_pythons = path.startswith(LIBRARY) and not any(folder in path for folder in INSTALLED)
        if not is_ours and not is_pythons and (not found or found[-1][0] != path):
            found.append((path, frame.f_lineno or 0, str(frame.f_globals.get("__name__", ""))))
        frame = frame.f_back
    return found


def words(error: BaseException) -> Dict[str, str]:
    """Return what an error is and says, and what the error says at which it began."""
    root = error
    seen = set()
    while id(root) not in seen:
        seen.add(id(root))
        root = root.__cause__ or root.__context__ or root
    return {"type": type(error).__name__, "text": _text(error), "root": _text(root)}


def _text(error: BaseException) -> str:
    try:
        return str(error)[:MOST_CHARACTERS]
    except Exception:  # noqa: BLE001 - the error is a stranger's, and so is how it speaks
        return ""
