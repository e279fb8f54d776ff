"""PEP 703's progress as a sheet: versions across, figures down."""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from gilscope.figures.scales import SCALES
from gilscope.render import numbers, scaling
from gilscope.render.cells import if_measured
from gilscope.render.names import listed
from gilscope.render.sheet import NOT_MEASURED, Column, Sheet, tabulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from gilscope.figures.standings import Mean, Standing
    from gilscope.history.machines import Machine
    from gilscope.stats.estimate import Estimate


class Figure(NamedTuple):
    """One row: its label, its text for a version, and the words behind ``gilscope run`` that measure it."""

    label: str
    cell: Callable[[Standing], str]
    measured_by: str


TITLE = "Free-threaded builds from version to version"

PROBES, OWN_WORK = "--suite quick", "work.py:crunch"
"""Words behind ``gilscope run`` that measure probes, and work of one's own."""

FEATURES = {
    "specialising": "specialising interpreter",
    "deferred_counts": "deferred reference counts",
    "jit": "JIT",
    "abi3t": "stable ABI for such builds (abi3t)",
    "interpreters": "subinterpreters by",
    "inherits_context": "threads inherit the context",
}
"""Labels of features, by the name that the probe of features gives them."""

HOW_TO_READ = (
    "Each version's free-threaded build against its twin, the default build of that version; geometric means over the "
    "work that all versions have, with its number. Gains of probes are of those that share nothing. A rung "
    "scales where the most threads that there are CPUs for get at least "
    f"{SCALES:g} of their number done against one worker thread, at both ends of the interval. Memory is resident, "
    "with each page once and in full, or PSS where runs are older."
)
OTHER_MACHINES = "Runs of several machines were found: each machine has a table of its own, and no mean holds two."


def sheets(machines: Sequence[Machine]) -> Iterator[Sheet]:
    """A sheet for every machine, which says from how many runs it was made."""
    for machine in machines:
        made = sheet(machine.standings)
        several = len(machines) > 1
        yield msgspec.structs.replace(
            made,
            title=f"{made.title}: {machine.host}" if several else made.title,
            notes=(*made.notes, _origin(machine), *([OTHER_MACHINES] if several else [])),
        )


def sheet(standings: Sequence[Standing]) -> Sheet:
    """Figures down and versions across; what no version has is named below, with the command that would measure it."""
    rows: list[Figure] = []
    missing: list[Figure] = []
    for figure in _figures(standings):
        has_some = any(figure.cell(standing) != NOT_MEASURED for standing in standings)
        (rows if has_some else missing).append(figure)
    by_name = dict(zip(_names(standings), standings, strict=True))
    columns: list[Column[Figure]] = [
        Column("figure", lambda figure: figure.label),
        *(Column(name, partial(_cell, standing)) for name, standing in by_name.items()),
    ]
    notes = (HOW_TO_READ, *_caveats(by_name), *_left_out(by_name), *_commands(missing))
    return tabulate(TITLE, columns, rows, notes)


def _figures(standings: Sequence[Standing]) -> list[Figure]:
    gains = sorted({count for standing in standings for count in standing.gains})
    own = sorted({count for standing in standings for count in standing.own_gains})
    own_penalty = Figure("penalty on one thread, your own work", lambda item: _penalty(item.own_penalty), OWN_WORK)
    return [
        Figure("release", lambda item: item.release, PROBES),
        Figure("build", lambda item: item.recipe, PROBES),
        Figure("penalty on one thread, probes", lambda item: _penalty(item.penalty), PROBES),
        Figure("penalty on one thread, scripts for pyperf", lambda item: _penalty(item.benchmarks), "--suite penalty"),
        *([own_penalty] if any(item.own_penalty is not None for item in standings) else []),
        *(Figure(f"gain of {count} threads, probes", partial(_gain, count), PROBES) for count in gains),
        *(Figure(f"gain of {count} threads, your own work", partial(_own_gain, count), OWN_WORK) for count in own),
        Figure("memory of one process", _memory, PROBES),
        Figure("start-up of the interpreter", lambda item: _penalty(item.start_up), "--suite workers birth/start"),
        Figure("rungs of the ladder that scale", _rungs, "--suite ladder"),
        *(Figure(label, partial(_feature, name), "--suite hazards gil/features") for name, label in FEATURES.items()),
    ]


def _names(standings: Sequence[Standing]) -> list[str]:
    """The headings of versions: the runtime's name, with its release where several builds have gone by that name."""
    counts = Counter(standing.version for standing in standings)
    with_release = Counter((standing.version, standing.release) for standing in standings)
    names = []
    for standing in standings:
        release = f" {standing.release}" if counts[standing.version] > 1 else ""
        recipe = f" ({standing.recipe})" if with_release[standing.version, standing.release] > 1 else ""
        names.append(f"{standing.version}{release}{recipe}")
    return names


def _caveats(standings: dict[str, Standing]) -> Iterator[str]:
    """Notes on builds that differ from their twins or each other, and on a GIL that came back."""
    for name, standing in standings.items():
        if standing.differences:
            yield (
                f"NOT COMPARABLE in all: {name} and its twin differ in {'; '.join(standing.differences)}. All figures "
                "of that column hold these differences too."
            )
    recipes = {name: standing.recipe for name, standing in standings.items()}
    if len(set(recipes.values())) > 1:
        made = "; ".join(f"{name}: {recipe}" for name, recipe in recipes.items())
        yield f"NOT COMPARABLE across: the versions were not built alike ({made}), and that moves a penalty too."
    for name, standing in standings.items():
        if standing.gil_on:
            yield f"The GIL came back in {name}, turned on by an extension module: {listed(standing.gil_on)}."


def _left_out(standings: dict[str, Standing]) -> Iterator[str]:
    """Notes on work that is in no mean, since another version has not got it."""
    for name, standing in standings.items():
        if standing.left_out:
            yield (
                f"In no mean of {name}: {listed(standing.left_out)}. Another version was not measured with it, or "
                "with another state of its code."
            )


def _commands(missing: Sequence[Figure]) -> Iterator[str]:
    """The figures that no run has, by the command that would measure them on every free-threaded Python."""
    labels: dict[str, list[str]] = defaultdict(list)
    for figure in missing:
        labels[figure.measured_by].append(figure.label)
    for words, of_command in labels.items():
        yield f"Not measured yet: {', '.join(of_command)}. This would: gilscope run {words} --on '*t'"


def _origin(machine: Machine) -> str:
    days = machine.first if machine.first == machine.last else f"{machine.first} to {machine.last}"
    return f"From {machine.runs} {'run' if machine.runs == 1 else 'runs'} of {days} on {machine.host}."


def _cell(standing: Standing, figure: Figure) -> str:
    return figure.cell(standing)


def _gain(count: int, standing: Standing) -> str:
    return _mean(standing.gains.get(count), numbers.ratio)


def _own_gain(count: int, standing: Standing) -> str:
    return _mean(standing.own_gains.get(count), numbers.ratio)


def _feature(name: str, standing: Standing) -> str:
    return standing.features.get(name, NOT_MEASURED)


def _penalty(mean: Mean | None) -> str:
    return _mean(mean, lambda ratio: numbers.signed_percent(ratio.relative()))


def _memory(standing: Standing) -> str:
    counted = [] if standing.quantity is None else [standing.quantity]
    return _mean(standing.memory, lambda ratio: numbers.signed_percent(ratio.relative()), *counted)


def _mean(mean: Mean | None, text: Callable[[Estimate], str], *words: str) -> str:
    return if_measured(mean, lambda mean: f"{text(mean.ratio)} ({', '.join([f'of {mean.contests}', *words])})")


def _rungs(standing: Standing) -> str:
    if not standing.rungs:
        return NOT_MEASURED
    return scaling.tally(rung.scales for rung in standing.rungs)
