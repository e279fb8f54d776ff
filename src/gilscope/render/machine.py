"""The machine and the builds that a run was made with, as sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.render.sheets import NOT_MEASURED, Column, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.figures.values import ContestFigures
    from gilscope.values.records import HostCard
    from gilscope.values.runtimes import Facts


def host(card: HostCard) -> Sheet:
    """The host card; what this system does not tell reads n/a."""
    rows = (
        ("CPU", card.cpu),
        ("CPUs online, usable", f"{card.cpus_online}, {card.cpus_usable:g}"),
        ("affinity, cgroup quota", f"{_or_na(card.affinity)}, {_or_na(card.cgroup_quota)}"),
        ("memory", None if card.memory_bytes is None else f"{card.memory_bytes / 2**30:.1f} GiB"),
        ("system", card.system),
        ("kernel", f"{card.kernel} {card.machine}"),
        ("virtualisation", card.virtualisation),
        ("governor", card.governor),
        ("load before the run", None if card.load_1min is None else f"{card.load_1min:.2f}"),
        ("steal time", None if card.steal_percent is None else f"{card.steal_percent:.1f} %"),
    )
    return Sheet(
        title="Machine",
        columns=(Column("fact"), Column("value")),
        rows=tuple((name, _or_na(value)) for name, value in rows),
    )


def _or_na(value: object) -> str:
    return "n/a" if value is None else str(value)


def builds(contests: Iterable[ContestFigures]) -> Sheet:
    """A row per runtime that was measured: what its build was made with."""
    runtimes = {lane.lane.arm.runtime.name: lane.lane.arm.runtime.facts for item in contests for lane in item.lanes}
    return Sheet(
        title="Builds",
        columns=tuple(map(Column, ("runtime", "version", "build", "compiler", "PGO", "LTO", "debug", "JIT", "flags"))),
        rows=tuple((name, *_build(facts)) for name, facts in runtimes.items()),
    )


def _build(facts: Facts) -> tuple[str, ...]:
    yes = {True: "yes", False: "no"}
    return (
        facts.version_text,
        facts.build,
        facts.compiler,
        yes[facts.pgo],
        yes[facts.lto],
        yes[facts.debug],
        facts.jit,
        " ".join(facts.config_args) or NOT_MEASURED,
    )
