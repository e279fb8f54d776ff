"""Source text becomes the bytecode that Python makes of a program, or of a module with a ``.pyc`` file.

Free-threaded builds make the constants of that code immortal, so that threads need not count references to them. The
built-in ``compile()``, which also compiles a module at its very first import, leaves them mortal (CPython's issue
118527): threads would then fight over counts that the person's program does not have. ``marshal``, through which every
``.pyc`` goes, makes them immortal again.
"""

from __future__ import annotations

import marshal
from importlib.machinery import SourceFileLoader

_compile_module = SourceFileLoader.source_to_code

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any


def compiled(text: Any, path: str) -> CodeType:  # noqa: ANN401 - text, bytes or a syntax tree, as compile() takes it
    """Compile a whole file, without any ``__future__`` of ours.

    Raises:
        SyntaxError: it cannot be parsed.
        ValueError: it holds null bytes.
    """
    return _as_loaded(compile(text, path, "exec", dont_inherit=True))


def import_as_later() -> None:
    """Give modules, at their first import, the code that they have at later ones, when there is a ``.pyc``."""
    SourceFileLoader.source_to_code = _source_to_code  # type: ignore[assignment, method-assign] # the only hook


def _source_to_code(loader: SourceFileLoader, *arguments: Any, **options: Any) -> CodeType:  # noqa: ANN401 - passed on
    return _as_loaded(_compile_module(loader, *arguments, **options))


def _as_loaded(fresh: CodeType) -> CodeType:
    code: CodeType = marshal.loads(marshal.dumps(fresh))  # noqa: S302 - written in this very line
    return code
