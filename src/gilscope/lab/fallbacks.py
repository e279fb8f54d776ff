"""Lanes in which Python code does what an extension does elsewhere, although nothing failed; pure.

A package that finds its extension refused, or installed without one, often goes on without a word, and what is compared
then is C with Python. An interpreter that is not the main one refuses what does not declare that it may load there; a
free-threaded build may get a wheel without extensions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gilscope.values.records import Fault

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gilscope.lab.protocol import Imports
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.runtimes import Pair

ASK = "(`gilscope audit` finds out what each import does)"


def refused(extensions: Iterable[str], refusals: Mapping[str, str]) -> Fault | None:
    """The fault of a lane whose interpreters refused what its arm loads elsewhere; None where there is none of it.

    Args:
        extensions: the extension modules that the arm's main interpreter has loaded.
        refusals: those that an interpreter of the lane refused, each with what Python said.
    """
    names = sorted(refusals.keys() & set(extensions))
    if not names:
        return None
    reason = f"its interpreters went on without {', '.join(names)}: {refusals[names[0]]} {ASK}"
    return Fault("work", "fell back", reason, "\n".join(f"{name}: {refusals[name]}" for name in names))


def without_extensions(
    lanes: Iterable[LaneSpec], pair: Pair | None, imports: Mapping[str, Imports]
) -> Iterator[tuple[str, Fault]]:
    """Lanes of a free-threaded build, by name, that have packages without extensions of which its twin loads some.

    Args:
        lanes: those of one contest.
        pair: the builds that are compared there.
        imports: what each arm's main interpreter has imported.
    """
    if pair is None or pair.twin is None:
        return
    theirs = imports.get(pair.twin.name)
    if theirs is None:
        return
    for lane in lanes:
        ours = imports.get(lane.arm.name)
        if ours is None or lane.arm.runtime != pair.free_threaded:
            continue
        names = sorted(set(ours.pure).intersection(name.partition(".")[0] for name in theirs.extensions))
        if names:
            reason = f"{', '.join(names)}: {pair.twin.name} has extensions of it, and {lane.arm.name} has none {ASK}"
            yield lane.name, Fault("work", "fell back", reason)
