"""The machine and the builds that a run was made with, as sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate
from gilscope.values.runtimes import in_a_word

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.figures.values import ContestFigures, CpusUsed
    from gilscope.values.records import CoreKind, HostCard
    from gilscope.values.runtimes import Runtime


def host(card: HostCard, used: CpusUsed | None) -> Sheet:
    """The host card, and what was used of it; facts that the system does not give read n/a."""
    columns: list[Column[tuple[str, object]]] = [
        Column("fact", lambda fact: fact[0]),
        Column("value", lambda fact: _or_na(fact[1])),
    ]
    facts = (
        ("CPU", card.cpu),
        ("CPUs online, usable", f"{card.cpus_online}, {card.cpus_usable:g}"),
        ("affinity, cgroup quota", f"{_or_na(card.affinity)}, {_or_na(card.cgroup_quota)}"),
        ("cores, most CPUs of one", f"{_or_na(card.cores)}, {_or_na(card.siblings)}"),
        ("sockets, NUMA nodes", f"{_or_na(card.sockets)}, {_or_na(card.numa_nodes)}"),
        ("kinds of core, the fastest first", ", ".join(map(_kind, card.kinds)) or None),
        ("CPUs used", None if used is None else f"{used.used:g} of {used.cpus:g}"),
        ("memory", None if card.memory_bytes is None else f"{card.memory_bytes / 2**30:.1f} GiB"),
        ("system", card.system),
        ("kernel", f"{card.kernel} {card.machine}"),
        ("virtualisation", card.virtualisation),
        ("governor", card.governor),
        ("load before the run", None if card.load_1min is None else f"{card.load_1min:.2f}"),
        ("steal time", None if card.steal_percent is None else f"{card.steal_percent:.1f} %"),
    )
    return tabulate("Machine", columns, facts)


def _kind(kind: CoreKind) -> str:
    return f"{kind.cores} with {kind.cpus} CPUs"


def _or_na(value: object) -> str:
    return "n/a" if value is None else str(value)


def builds(contests: Iterable[ContestFigures]) -> Sheet:
    """The builds of all runtimes that were measured: what they were made with."""
    columns: list[Column[Runtime]] = [
        Column("runtime", lambda runtime: runtime.name),
        Column("version", lambda runtime: runtime.facts.version_text),
        Column("build", lambda runtime: runtime.facts.build),
        Column("compiler", lambda runtime: runtime.facts.compiler),
        Column("PGO", lambda runtime: in_a_word(runtime.facts.pgo)),
        Column("LTO", lambda runtime: in_a_word(runtime.facts.lto)),
        Column("debug", lambda runtime: in_a_word(runtime.facts.debug)),
        Column("JIT", lambda runtime: runtime.facts.jit),
        Column("commit", lambda runtime: runtime.facts.commit or NOT_MEASURED, wide=True),
        Column("flags", lambda runtime: " ".join(runtime.facts.config_args) or NOT_MEASURED),
    ]
    measured = (lane.arm.runtime for contest in contests for lane in contest.contest.lanes)
    runtimes = {runtime.name: runtime for runtime in measured}
    return tabulate("Builds", columns, runtimes.values())
