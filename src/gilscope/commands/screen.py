"""The console of all commands: text reaches it as it is, but for what would steer a terminal.

What goes to the standard error is told by the way: where that takes no more, the work goes on.
"""

from __future__ import annotations

import contextlib
import sys
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from rich.console import Console
from rich.segment import Segment

from gilscope.render.visible import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import ConsoleOptions, RenderableType


class Screen(Console):
    """A console without markup, names of emoji and guessed highlights."""

    def __init__(
        self, *, stderr: bool, color_system: Literal["auto", "standard"] | None = "auto", no_color: bool | None = None
    ) -> None:
        """Print to the standard output, or to the standard error."""
        file = cast("IO[str]", _BestEffort(sys.stderr)) if stderr else None
        super().__init__(
            file=file, highlight=False, markup=False, emoji=False, color_system=color_system, no_color=no_color
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Turn anything into pieces of text; rich's own control codes are pieces of another kind."""
        for segment in super().render(renderable, options):
            yield segment if segment.control else Segment(visible(segment.text), segment.style)


class _BestEffort:
    """A stream whose losses are no errors: it may lie on a full disk, or nobody reads it any more."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
        return len(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever the stream has
        return getattr(self._stream, name)
