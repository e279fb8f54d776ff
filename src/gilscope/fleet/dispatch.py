"""Who measures what: each host the whole plan, or like hosts one plan among them, one contest after another.

A contest that was begun belongs to its host. Where that is lost, so is the contest, until somebody asks for the run
again; no other host begins it.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
from collections import defaultdict, deque
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeVar

import msgspec

from gilscope.errors import LANES_FAILED
from gilscope.fleet.cluster import FAREWELL_S, SEND_S, ForeignError, SilentError
from gilscope.fleet.values import Ending, State
from gilscope.interchange import decoded, encoded
from gilscope.store import read

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Iterable, Mapping, Sequence

    from gilscope.fleet.cluster import Cluster, Task
    from gilscope.fleet.content import Content
    from gilscope.fleet.hosts import Host
    from gilscope.fleet.values import HostSide, Order, Planned
    from gilscope.store import RunCopy

LOOK_S = 1.0
"""How often a host is looked at, where there are few."""
LOOKS_PER_S = 200
"""How many hosts are looked at in a second, where there are many."""
SILENT_S = 60.0
"""How long a host may be silent before it is lost."""
BEGIN_S = 120.0
"""How long a worker may be busy with something else before it begins an order."""

Answer = TypeVar("Answer")

_states = msgspec.json.Decoder(State)


class LostError(Exception):
    """A host is lost; the text says in which way."""


class Outcome(NamedTuple):
    """What became of a host: the exit status of what it measured, and what there is to say.

    A host that was lost, or could not begin, has no status.
    """

    host: str
    status: int | None
    words: str = ""


class Board(Protocol):
    """A display that follows the hosts."""

    def stands(self, state: State) -> None:
        """Where a host stands now."""

    def silent(self, host: str, seconds: float, reason: str) -> None:
        """A host has not answered for some seconds."""

    def ended(self, outcome: Outcome) -> None:
        """A host has done its part, or is lost."""


class Fleet:
    """A run on hosts, each of which has a copy of its records here.

    Orders are made after ``order``, which has a host's name, a number and contests put in.
    """

    def __init__(  # noqa: PLR0913 - who measures what, by which means, and who watches
        self,
        cluster: Cluster,
        side: HostSide,
        *,
        copies: Mapping[Host, RunCopy],
        contents: Sequence[Content],
        order: Order,
        board: Board,
    ) -> None:
        self._cluster = cluster
        self._side = side
        self._copies = copies
        self._contents = {content.digest: content for content in contents}
        self._order = order
        self._board = board
        self._numbers = itertools.count(time.time_ns())
        self._machines: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._pause_s = max(LOOK_S, len(copies) / LOOKS_PER_S)

    async def each(self) -> list[Outcome]:
        """Have every host measure the whole plan, and return what became of them.

        Raises:
            ResultsError: a copy cannot be written.
            SchedulerLostError: nobody is left to ask.
        """
        return await _at_once(self._told(host, self._whole(host)) for host in self._copies)

    async def split(self, alike: Callable[[Host, Planned], Hashable]) -> list[Outcome]:
        """Have like hosts share the plan, which they do where ``alike`` says one thing of them.

        A contest goes to whichever host is free; what one of them has measured before is not measured again.

        Raises:
            ResultsError: a copy cannot be written.
            SchedulerLostError: nobody is left to ask.
        """
        plans: dict[Host, Planned] = {}
        unplanned = await _at_once(self._told(host, self._plan(host, plans)) for host in self._copies)
        groups: dict[Hashable, list[Host]] = defaultdict(list)
        for host, plan in plans.items():
            groups[alike(host, plan)].append(host)
        shares = {host: share for members in groups.values() for host, share in self._shares(members, plans)}
        shared = await _at_once(self._told(host, self._share(host, share)) for host, share in shares.items())
        return [outcome for outcome in (*unplanned, *shared) if outcome is not None]

    def _shares(self, members: Sequence[Host], plans: Mapping[Host, Planned]) -> list[tuple[Host, deque[str]]]:
        """Hosts that are alike, each with the contests that are left for all of them."""
        measured = {contest for host in members for contest in _measured(self._copies[host])}
        planned = dict.fromkeys(contest for host in members for contest in plans[host].contests)
        left = deque(contest for contest in planned if contest not in measured)
        return [(host, left) for host in members]

    async def _told(self, host: Host, part: Coroutine[None, None, Answer]) -> Answer | Outcome:
        """Do a host's part, and show what became of it: that the host is lost is an outcome too."""
        try:
            outcome: Answer | Outcome = await part
        except LostError as error:
            outcome = Outcome(host.name, None, str(error))
        if isinstance(outcome, Outcome):
            self._board.ended(outcome)
        return outcome

    async def _whole(self, host: Host) -> Outcome:
        await self._prepare(host)
        async with self._machine(host):
            outcome = _outcome(host, await self._carry_out(host, None))
        await self._forget(host, outcome)
        return outcome

    async def _plan(self, host: Host, plans: dict[Host, Planned]) -> Outcome | None:
        """Note a host's plan; where it has none, that is its outcome."""
        await self._prepare(host)
        async with self._machine(host):
            state = await self._carry_out(host, ())
        if state.planned is None:
            return _outcome(host, state)
        plans[host] = state.planned
        return None

    async def _share(self, host: Host, contests: deque[str]) -> Outcome:
        """Measure contests on a host as long as there are any."""
        total = Outcome(host.name, 0)
        while contests and total.status in {0, LANES_FAILED}:
            async with self._machine(host):
                if contests:
                    outcome = _outcome(host, await self._carry_out(host, (contests.popleft(),)))
                    total = outcome if outcome.status else total
        await self._forget(host, total)
        return total

    def _order_for(self, host: Host) -> Order:
        """The order as a host gets it: where it has our probes itself, none are sent."""
        own = None if self._order.own == host.facts.own else self._order.own
        return msgspec.structs.replace(self._order, host=host.name, own=own)

    def _machine(self, host: Host) -> asyncio.Lock:
        """The lock of a host's machine: containers of one machine take turns, whatever they have in common."""
        return self._machines[host.facts.machine or host.name]

    async def _prepare(self, host: Host) -> None:
        """Send a host what it lacks: contents, and records of before; end what it still does for this run.

        Raises:
            LostError: it does not answer, or cannot keep what it is sent.
        """
        order, copy = self._order_for(host), self._copies[host]
        await self._answer(host, self._side.stop, order.run, order.host)
        wanted = tuple(digest for digest in (order.project, order.own) if digest is not None)
        for digest in await self._answer(host, self._side.lacks, wanted):
            _refuse(await self._answer(host, self._side.unpack, digest, self._contents[digest].packed))
        if await self._answer(host, self._side.size, order.run, order.host) < copy.size:
            _refuse(await self._answer(host, self._side.restore, order.run, order.host, copy.content()))

    async def _carry_out(self, host: Host, contests: tuple[str, ...] | None) -> State:
        """Have a host carry out an order, copy what it measures, and return where it stands in the end.

        Raises:
            LostError: the host is lost.
            ResultsError: the copy cannot be written.
            SchedulerLostError: nobody is left to ask.
        """
        order = msgspec.structs.replace(self._order_for(host), number=next(self._numbers), contests=contests)
        task = self._cluster.start(host.address, self._side.measure, encoded(order))
        try:
            return await self._follow(host, order, task)
        except LostError:
            raise
        except BaseException:  # Ctrl-C, or a disk that is full: what the host has measured so far is fetched, if it can
            with contextlib.suppress(Exception):
                async with asyncio.timeout(FAREWELL_S):
                    await self._cluster.ask(host.address, self._side.stop, order.run, order.host)
                    await self._follow(host, order, task)
            raise
        finally:
            task.release()

    async def _follow(self, host: Host, order: Order, task: Task) -> State:
        """Copy a host's records as they come, until its order has ended."""
        copy = self._copies[host]
        begun_s = heard_s = time.monotonic()
        has_begun = False
        while True:
            await asyncio.sleep(self._pause_s)
            try:
                look = await self._cluster.ask(host.address, self._side.look, order.run, order.host, copy.size)
            except SilentError as error:
                await self._bear(host, time.monotonic() - heard_s, error)
                continue
            except ForeignError as error:
                raise LostError(f"it cannot say where it stands: {error}") from error
            heard_s = time.monotonic()
            if look.lines:
                copy.append(look.lines)
            state = None if look.state is None else decoded(look.state, _states)
            if state is not None and state.number == order.number:
                has_begun = True
                self._board.stands(state)
                if state.ending is not None and not look.lines:
                    return state
            elif (failure := await task.failure()) is not None:
                raise LostError(f"it could not begin: {failure}")
            elif not has_begun and heard_s > begun_s + BEGIN_S:
                raise LostError(f"its worker has been busy with something else for {BEGIN_S:g} s")

    async def _bear(self, host: Host, silent_s: float, error: SilentError) -> None:
        """Bear it that a host does not answer, for a while.

        Raises:
            LostError: the scheduler has let it go, or it was silent for too long.
            SchedulerLostError: nobody is left to ask.
        """
        if host.address not in await self._cluster.threads():
            raise LostError(f"its worker is gone ({error})")
        if silent_s > SILENT_S:
            raise LostError(f"it has not answered for {silent_s:.0f} s ({error})")
        self._board.silent(host.name, silent_s, str(error))

    async def _forget(self, host: Host, outcome: Outcome) -> None:
        """Have a host remove records that are all here; that it does not is no matter."""
        if outcome.status in {0, LANES_FAILED}:
            order = self._order_for(host)
            with contextlib.suppress(SilentError, ForeignError):
                await self._cluster.ask(host.address, self._side.forget, order.run, order.host)

    async def _answer(self, host: Host, function: Callable[..., Answer], *arguments: object) -> Answer:
        """What a host answers that has just been there.

        Raises:
            LostError: it does not.
        """
        try:
            return await self._cluster.ask(host.address, function, *arguments, within_s=SEND_S)
        except (SilentError, ForeignError) as error:
            raise LostError(f"it does not answer: {error}") from error


def _refuse(words: str) -> None:
    """Give a host up that says what went wrong."""
    if words:
        raise LostError(words)


def _outcome(host: Host, state: State) -> Outcome:
    ending = state.ending or Ending(status=0)
    return Outcome(host.name, ending.status, ending.words)


def _measured(copy: RunCopy) -> set[str]:
    """The contests of a copy that have come to their end."""
    return {end.contest for end in read(copy.path).ends} if copy.size else set()


async def _at_once(parts: Iterable[Coroutine[None, None, Answer]]) -> list[Answer]:
    """Do several things at once; where one raises, all others are ended first."""
    tasks = [asyncio.ensure_future(part) for part in parts]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
