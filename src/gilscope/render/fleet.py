"""The progress of a fleet: a table of its hosts on a terminal, a line for each news elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from rich.live import Live
from rich.table import Table
from rich.text import Text

from gilscope.fleet.values import Moment, Waiting
from gilscope.render import numbers
from gilscope.render.progress import named

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType

    from rich.console import Console

    from gilscope.fleet.dispatch import Outcome
    from gilscope.fleet.values import State
    from gilscope.values.records import HostCard

MANY = 30
"""Rows of hosts that are drawn at most; of the others, their number."""


class FleetProgress:
    """The display of what every host measures; where there is no terminal, it prints what is new."""

    def __init__(self, console: Console, cards: Iterable[HostCard] = ()) -> None:
        self._console = console
        self._cpus = {card.name: card.cpu or card.machine for card in cards}
        self._rows: dict[str, str] = dict.fromkeys(self._cpus, "has its turn later")
        self._printed: dict[str, str] = {}
        self._live = Live(console=console, transient=True, refresh_per_second=2)

    def __enter__(self) -> Self:
        """Begin to draw."""
        if self._console.is_terminal:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self._live.stop()

    def stands(self, state: State) -> None:
        """Show where a host stands."""
        if state.ending is None:
            begins = state.doing is None and state.host in self._printed
            self._show(state.host, _doing(state), key=self._printed[state.host] if begins else _contest(state))

    def replaced(self, worker: str, states: Iterable[State]) -> None:
        """Show all that a worker does now, whose runs may be anybody's."""
        for state in states:
            self._show(state.host, f"{_doing(state)} (run {state.run})", key=_doing(state))
            break
        else:
            self._show(worker, "measures nothing", key="")

    def silent(self, host: str, seconds: float, reason: str) -> None:
        """Show that a host does not answer."""
        since = f" for {seconds:.0f} s" if seconds else ""
        self._show(host, f"has not answered{since}: {reason}", key="silent")

    def ended(self, outcome: Outcome) -> None:
        """Show what became of a host, in a line that stays."""
        words = f": {outcome.words}" if outcome.words else ""
        match outcome.status:
            case None:
                text = f"is lost{words}. What it was measuring counts as lost there."
            case 0:
                text = "has measured its part"
            case _:
                text = f"ended with status {outcome.status}{words}"
        self._rows[outcome.host] = text
        self._draw()
        style = "dim" if outcome.status == 0 else "yellow"
        self._console.print(Text(f"{outcome.host} {text}", style=style), soft_wrap=True)

    def _show(self, host: str, text: str, key: str) -> None:
        self._rows[host] = text
        if self._console.is_terminal:
            self._draw()
        elif self._printed.get(host) != key:
            self._printed[host] = key
            self._console.print(Text(f"{host} {text}", style="dim"), soft_wrap=True)

    def _draw(self) -> None:
        table = Table.grid(padding=(0, 2))
        for host, text in list(self._rows.items())[:MANY]:
            table.add_row(host, Text(self._cpus.get(host, ""), style="dim"), text)
        if len(self._rows) > MANY:
            table.add_row(f"and {len(self._rows) - MANY} more hosts")
        self._live.update(table)


def _contest(state: State) -> str:
    return state.doing.contest if isinstance(state.doing, Moment) else _doing(state)


def _doing(state: State) -> str:
    match state.doing:
        case Moment() as moment:
            return ", ".join(_parts(moment))
        case Waiting(holder=holder):
            return f"waits for {named(holder)} of gilscope on its machine"
        case None:
            return "looks for Pythons and packages" if state.planned is None else "is about to begin"


def _parts(moment: Moment) -> Iterable[str]:
    yield f"{moment.number}/{moment.of} {moment.contest}"
    if moment.launches:
        yield f"launch {moment.launch}/{moment.launches}"
    if moment.widest is not None:
        yield f"±{numbers.plain_percent(moment.widest)} of ±{numbers.plain_percent(moment.precision)}"
    yield f"about {numbers.duration(moment.left_s)} left"
