"""A fleet of made-up hosts: they measure made-up contests, some lines at each look, and can be lost in any way."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, TypeVar

import msgspec

from builders import HEADER, HOST
from gilscope.fleet.cluster import SchedulerLostError, SilentError
from gilscope.fleet.hosts import Host
from gilscope.fleet.values import Ending, HostFacts, HostSide, Look, Order, Planned, State
from gilscope.interchange import decoded, encoded
from gilscope.store import RunCopy
from gilscope.values.records import ContestEnd
from histories import made_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from gilscope.values.records import Record

Answer = TypeVar("Answer")

OURS = HostFacts(card=HOST, machine="here", versions={"gilscope": "1", "distributed": "2"}, code="code", own="own")


def facts(name: str, machine: str | None = None, **card: object) -> HostFacts:
    """What a host is that is like ours, on a machine of its own."""
    named = msgspec.structs.replace(HOST, name=name, **card)
    return msgspec.structs.replace(OURS, card=named, machine=machine or name)


def records_of(contest: str) -> list[Record]:
    """The records of a contest of this id."""
    _, of, *others = made_run(launches=1)
    ids = {"contest": contest}
    return [msgspec.structs.replace(of, id=contest), *(msgspec.structs.replace(each, **ids) for each in others)]


class MadeUpHost:
    """A host that has a plan, what it keeps of each run, and in how many looks it answers."""

    def __init__(self, name: str, plan: tuple[str, ...], **changes: object) -> None:
        self.address = f"tcp://{name}"
        self.facts = msgspec.structs.replace(facts(name), **changes)
        self.plan = plan
        self.threads = 1
        self.kept = b""
        self.contents: set[str] = set()
        self.coming: list[bytes] = []
        self.state: State | None = None
        self.carried_out: list[tuple[str, ...] | None] = []
        self.is_silent = False
        self.is_gone = False
        self.is_busy = False
        self.refuses = ""
        self.ends_with = Ending(status=0)
        self.lines_a_look = 50
        self.looks = 0
        self.at_look: dict[int, Callable[[], None]] = {}

    @property
    def name(self) -> str:
        return self.facts.card.name

    @property
    def measures(self) -> bool:
        return self.state is not None and self.state.ending is None

    def begin(self, order: Order) -> None:
        if self.is_busy:
            return
        self.carried_out.append(order.contests)
        ended = {line.contest for line in _records(self.kept) if isinstance(line, ContestEnd)}
        left = tuple(contest for contest in self.plan if contest not in ended)
        chosen = left if order.contests is None else order.contests
        if chosen and not self.kept:
            self.kept = encoded(HEADER) + b"\n"
        self.coming = [encoded(record) + b"\n" for contest in chosen for record in records_of(contest)]
        planned = Planned(contests=left, builds={"3.14": "digest"})
        self.state = State(run=order.run, host=order.host, number=order.number, planned=planned)

    def work(self) -> None:
        """Measure for as long as there is between two looks."""
        self.looks += 1
        self.at_look.pop(self.looks, lambda: None)()
        now, self.coming = self.coming[: self.lines_a_look], self.coming[self.lines_a_look :]
        self.kept += b"".join(now)
        if self.state is not None and not self.coming:
            self.state = msgspec.structs.replace(self.state, ending=self.ends_with)

    def stop(self) -> None:
        self.coming = []
        if self.measures and self.state is not None:
            self.state = msgspec.structs.replace(self.state, ending=Ending(status=143, words="interrupted"))


class MadeUpTask:
    """An order that was given."""

    def __init__(self) -> None:
        self.words: str | None = None

    async def failure(self) -> str | None:
        return self.words

    def release(self) -> None:
        """Nothing to forget."""


class MadeUpCluster:
    """The cluster of made-up hosts; it has no network, and so no time passes."""

    address = "tcp://made-up"

    def __init__(self, *hosts: MadeUpHost) -> None:
        self.hosts = {host.address: host for host in hosts}
        self.is_gone = False
        self.at_once: list[set[str]] = []
        self.forgotten: list[str] = []

    def _of(self, name: str) -> MadeUpHost:
        return next(host for host in self.hosts.values() if host.name == name)

    @property
    def side(self) -> HostSide:
        """What hosts of this cluster can do."""
        return HostSide(
            describe=lambda: b"",
            lacks=lambda digests: digests,
            unpack=lambda digest, _: digest,
            size=lambda _, name: len(self._of(name).kept),
            restore=self._restore,
            measure=lambda _: None,
            look=self._look,
            stop=lambda _, name: self._of(name).stop(),
            forget=lambda _, name: self.forgotten.append(name),
            states=list,
        )

    def _restore(self, _: str, name: str, content: bytes) -> str:
        self._of(name).kept = content
        return self._of(name).refuses

    def _look(self, _: str, name: str, offset: int) -> Look:
        host = self._of(name)
        host.work()
        self.at_once.append({other.name for other in self.hosts.values() if other.measures})
        lines = host.kept[offset:]
        return Look(lines[: lines.rfind(b"\n") + 1], None if host.state is None else encoded(host.state))

    async def threads(self) -> dict[str, int]:
        if self.is_gone:
            raise SchedulerLostError("the scheduler is gone")
        return {address: host.threads for address, host in self.hosts.items() if not host.is_gone}

    async def ask(
        self, address: str, function: Callable[..., Answer], *arguments: object, within_s: float = 0.0
    ) -> Answer:
        del within_s
        await asyncio.sleep(0)
        host = self.hosts[address]
        if host.is_silent or host.is_gone or self.is_gone:
            if host.is_silent:
                host.looks += 1
                host.at_look.pop(host.looks, lambda: None)()
            raise SilentError("no answer")
        if function == self.side.describe or not arguments:
            return encoded(host.facts)  # type: ignore[return-value] # what describe returns
        if arguments and isinstance(arguments[0], tuple):
            return tuple(item for item in arguments[0] if item not in host.contents)  # type: ignore[return-value]
        if len(arguments) == 2 and isinstance(arguments[1], bytes):
            host.contents.add(str(arguments[0]))
            return host.refuses  # type: ignore[return-value]
        return function(*arguments)

    def start(self, address: str, function: Callable[[bytes], None], order: bytes) -> MadeUpTask:
        del function
        self.hosts[address].begin(decoded(order, msgspec.json.Decoder(Order)))
        return MadeUpTask()


def hosts_of(cluster: MadeUpCluster) -> list[Host]:
    """The hosts as those that take part."""
    return [Host(host.address, host.facts) for host in cluster.hosts.values()]


def copies_in(folder: Path, cluster: MadeUpCluster) -> dict[Host, RunCopy]:
    """The copies of all hosts' records."""
    return {host: RunCopy(folder / f"{host.name}.jsonl") for host in hosts_of(cluster)}


def _records(content: bytes) -> Iterable[object]:
    from gilscope.values.records import Record  # noqa: PLC0415 - a union of types, no type

    for line in content.splitlines():
        with contextlib.suppress(msgspec.DecodeError):
            yield msgspec.json.decode(line, type=Record)
