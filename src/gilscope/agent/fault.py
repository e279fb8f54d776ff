"""An exception as plain text that can cross any boundary."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .records import Failure

LONGEST_REASON = 500
LONGEST_DETAIL = 8000


class LaneError(Exception):
    """The end of a lane that cannot go on; ``record`` holds the phase, the kind and the reason."""

    def __init__(self, record: Failure) -> None:
        super().__init__(record["reason"])
        self.record = record


def failure(phase: str, kind: str, reason: str, detail: str = "") -> Failure:
    """Make a failure record; long texts are cut (a traceback keeps its end, where the error is)."""
    return {
        "phase": phase,
        "kind": kind,
        "reason": sendable(reason[:LONGEST_REASON]),
        "detail": sendable(detail[-LONGEST_DETAIL:]),
    }


def sendable(text: str) -> str:
    """Spell out the lone surrogates of a text, since no UTF-8 can hold them."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def raised(phase: str, error: BaseException) -> Failure:
    """Make the failure record of an exception, even of one whose ``__str__`` raises."""
    import traceback  # noqa: PLC0415 - only failing lanes need it

    name = type(error).__name__
    try:
        message = str(error)
    except BaseException:  # noqa: BLE001 - a hostile __str__ may raise anything at all
        message = "(its text could not be made)"
    try:
        detail = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    except BaseException:  # noqa: BLE001 - the traceback ends with the text that a hostile __str__ refuses
        detail = ""
    kind = "unparsable" if phase == "load" and isinstance(error, SyntaxError) else "raised"
    if phase == "load" and isinstance(error, ModuleNotFoundError):
        from . import missing  # noqa: PLC0415 - only lanes that fail in this way need it

        message += missing.hint(error)
    return failure(phase, kind, "{}: {}".format(name, message) if message else name, detail)
