"""The hosts of a cluster that may take part in a run, and why others may not."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.fleet.cluster import ForeignError, SilentError
from gilscope.fleet.values import HostFacts
from gilscope.interchange import decoded

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gilscope.fleet.cluster import Cluster
    from gilscope.fleet.values import HostSide, Planned

ONE_A_HOST = "{} is a worker of this host already, and one measures on a host: start one for each host"

_facts = msgspec.json.Decoder(HostFacts)


class Host(msgspec.Struct, frozen=True, eq=False):
    """A host that takes part, by the worker at this address."""

    address: str
    facts: HostFacts

    @property
    def name(self) -> str:
        """What it calls itself."""
        return self.facts.card.name


class Refused(NamedTuple):
    """A worker that takes no part, and why; a spare one is of a host that does."""

    name: str
    reason: str
    is_spare: bool = False


def alike(host: Host, planned: Planned) -> tuple[object, ...]:
    """What hosts have in common that may share a plan: the CPU's model, the kernel, and all builds."""
    card = host.facts.card
    return (card.cpu or card.machine, card.system, card.kernel, card.cpus_usable, tuple(sorted(planned.builds.items())))


async def present(cluster: Cluster, side: HostSide, ours: HostFacts) -> tuple[list[Host], list[Refused]]:
    """The hosts that take part, by name, and the workers that do not; ``ours`` is what they are held against.

    Raises:
        SchedulerLostError: nobody is left to ask.
    """
    threads = await cluster.threads()
    addresses = sorted(threads)
    answers = await asyncio.gather(*(_described(cluster, side, address) for address in addresses))
    hosts: dict[str, Host] = {}
    refused = []
    for address, answer in zip(addresses, answers, strict=True):
        if isinstance(answer, str):
            refused.append(Refused(address, answer))
            continue
        name = answer.card.name
        called = f"{name} ({address})"
        reason = _reason(answer, ours, threads[address])
        if reason is not None:
            refused.append(Refused(called, reason))
        elif name in hosts:
            refused.append(Refused(called, ONE_A_HOST.format(hosts[name].address), is_spare=True))
        else:
            hosts[name] = Host(address, answer)
    return [hosts[name] for name in sorted(hosts)], refused


async def _described(cluster: Cluster, side: HostSide, address: str) -> HostFacts | str:
    try:
        return decoded(await cluster.ask(address, side.describe), _facts)
    except SilentError as error:
        return f"it does not answer: {error}"
    except (ForeignError, msgspec.DecodeError) as error:
        return (
            f"its gilscope is another, or it has none ({error}): install gilscope[fleet] of one version wherever a "
            "worker is started"
        )


def _reason(facts: HostFacts, ours: HostFacts, threads: int) -> str | None:
    """Why a worker takes no part; None where it does."""
    versions = differences(facts.versions, ours.versions)
    if versions:
        return f"{versions}: install one version on all hosts"
    if facts.code != ours.code:
        return (
            f"its gilscope {facts.versions['gilscope']} is not the same as here: install one state of it on all hosts"
        )
    if threads != 1:
        return f"it has {threads} threads, and measures one contest at a time: start it with --nthreads 1"
    return None


def differences(theirs: Mapping[str, str], ours: Mapping[str, str]) -> str:
    """Say in which packages versions differ; empty where in none."""
    return ", ".join(
        f"its {name} is {theirs.get(name)}, and here is {version}"
        for name, version in ours.items()
        if theirs.get(name) != version
    )
