"""Workloads: what workers run, loaded as the controller ordered."""

from __future__ import annotations

from . import bytecode, probe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, List, Optional, Protocol, Tuple

    from .records import LaneOrder
    from .units import AnyRepeat

    class Workload(Protocol):
        """A probe, a benchmark or any other work, as every crew sees it.

        ``check`` is None where no result is looked at; one unit does ``inner_loops`` times what is asked about.
        """

        @property
        def ends_with_opening(self) -> bool:
            """Return whether it can be run only while what was set up around it is alive."""

        @property
        def check(self) -> Optional[Callable[[object], None]]:
            """Return a function that raises where a result is wrong."""

        @property
        def inner_loops(self) -> int:
            """Return how many times one unit does what is asked about."""

        def fresh_state(self) -> object:
            """Make the state that one worker needs."""

        def repeat(self, state: object) -> AnyRepeat:
            """Return what one worker runs."""

    Share = Tuple[Workload, object, Optional[Callable[[], None]]]
    """A worker's workload and state, and what it does first in each new thread."""


def opened(order: LaneOrder, body: Callable[[Workload], None]) -> None:
    """Load what the order names and call ``body`` with it, which is alive for as long as ``body`` runs.

    Raises:
        LaneError: it cannot be loaded.
        BaseException: whatever ``body`` raised.
    """
    bytecode.import_as_later()
    if order["benchmark"] is not None:
        from . import script  # noqa: PLC0415 - only scripts written for pyperf need it

        script.opened(order, order["benchmark"], body)
    elif order["command"]:
        from . import programs  # noqa: PLC0415 - few workloads are programs

        body(probe.LoadedProbe(programs.unit(order["command"]), None, None))
    elif order["way"] is not None:
        probe.opened_way(order, order["way"], body)
    elif order["target"] is not None or order["statement"] is not None:
        from . import forms  # noqa: PLC0415 - only a person's own work comes in many forms

        forms.opened(order, body)
    else:
        body(probe.loaded(order))


def states(probe: Workload, order: LaneOrder) -> List[object]:
    """Return one state per worker, or a single one for all."""
    count = order["workers"]
    return [probe.fresh_state()] * count if order["shared"] else [probe.fresh_state() for _ in range(count)]
