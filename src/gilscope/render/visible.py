"""Text from outside made fit for a terminal: what would steer it is shown as escapes.

Control codes set titles and move the cursor, and marks of direction reverse what stands behind them.
"""

from __future__ import annotations


def visible(text: str) -> str:
    """The text with all that cannot be printed as escapes, but for line breaks and tabs."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character in "\n\t" else ascii(character)[1:-1] for character in text
    )
