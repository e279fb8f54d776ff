"""A bench call in a person's code: trials are served inside it, while what surrounds it is alive."""

from __future__ import annotations

from . import stray
from .fault import LaneError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, NoReturn, Optional

    from .units import AnyRepeat


class Unwind(BaseException):
    """The way out of code from inside a bench call, past its ``except Exception``, through its ``finally``."""


class Benchmark:
    """One bench call, with the face of a loaded probe; ``refusal`` says why it cannot be measured, or is None.

    One that ``starts_program`` runs a program as its unit.
    """

    check = None
    ends_with_opening = True
    starts_program = False

    def __init__(self, name: str, make: Callable[[], AnyRepeat], inner_loops: Optional[int] = None) -> None:
        self.name = name
        self.inner_loops = inner_loops or 1
        self.refusal: Optional[str] = None
        self.description: Optional[str] = None
        self._make = make

    def fresh_state(self) -> object:
        """Return no state: a benchmark's is that of the code around it."""
        return None

    def repeat(self, _: object) -> AnyRepeat:
        """Return what one worker runs."""
        return self._make()


class Service:
    """Serves trials in one bench call, by ``body``, and keeps what became of that until the code has been left."""

    def __init__(self, body: Callable[[Benchmark], None]) -> None:
        self._body = body
        self._outcome: List[Optional[BaseException]] = []

    @property
    def is_done(self) -> bool:
        """Return whether the bench call was reached."""
        return bool(self._outcome)

    def serve(self, benchmark: Benchmark) -> NoReturn:
        """Serve trials, or none where that was done before, then unwind.

        Raises:
            Unwind: always, since nobody may go on behind the call.
        """
        stray.end_if_copy()
        if not self._outcome:
            self._outcome.append(self._error_of(benchmark))
        raise Unwind

    def finish(self) -> None:
        """Raise what ``body`` raised, which the code's own handlers must neither see nor swallow.

        Raises:
            LaneError: the benchmark cannot be measured.
            BaseException: whatever ``body`` raised.
        """
        (error,) = self._outcome
        if error is not None:
            raise error

    def _error_of(self, benchmark: Benchmark) -> Optional[BaseException]:
        if benchmark.refusal is not None:
            return LaneError(failure("load", "unsupported", benchmark.refusal))
        try:
            self._body(benchmark)
        except BaseException as error:  # noqa: BLE001 - it is raised again once the code has been left
            return error
        return None
