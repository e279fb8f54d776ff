"""The GIL's real state in this process, and on whose behalf it was turned on."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional, TextIO, Type, Union

TURNED_ON = "(GIL) has been enabled to load module"
"""What Python warns of when a module that declares nothing turns the GIL on."""


def gil_enabled() -> bool:
    """Return whether this process holds a GIL now; builds before 3.13 always do."""
    ask = getattr(sys, "_is_gil_enabled", None)
    return True if ask is None else bool(ask())


def explain() -> None:
    """Have Python's warning that the GIL was turned on followed by the lines that imported, innermost first."""
    import warnings  # noqa: PLC0415 - only a process without a GIL needs it

    show = warnings.showwarning

    def showwarning(  # noqa: PLR0913, PLR0917 - as warnings calls it
        message: Union[Warning, str],
        category: Type[Warning],
        filename: str,
        lineno: int,
        file: Optional[TextIO] = None,
        line: Optional[str] = None,
    ) -> None:
        show(message, category, filename, lineno, file, line)
        if TURNED_ON in str(message):
            from .audit.loads import chain  # noqa: PLC0415 - few processes ever get here

            for path, number, _ in chain():
                sys.stderr.write("  imported at {}:{}\n".format(path, number))

    warnings.showwarning = showwarning
