"""What a host does with an order: it measures as ``gilscope run`` would, and says in JSON what it does."""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack, closing
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from gilscope import errors
from gilscope.commands import choosing, measuring, output
from gilscope.fleet.values import Moment, Order, Planned, Waiting
from gilscope.interchange import decoded, encoded
from gilscope.render.names import listed
from gilscope.values.contests import EVERY_LANE, Skip
from gilscope.values.progress import left_s

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from gilscope.fleet.values import News
    from gilscope.lab.plan import Group, Plan
    from gilscope.values.contests import Contest
    from gilscope.values.probes import Probe
    from gilscope.values.progress import Progress
    from gilscope.values.records import ContestEnd
    from gilscope.values.rules import Rules
    from gilscope.values.watching import Watched
    from gilscope.workloads.scripts import Script

OFTEN_S = 0.5
"""How often a host says where it is."""
MOST_LANES = 6
"""The most lanes that a host names in its last words; the report has them all, with their reasons."""


def obey(options: argparse.Namespace) -> int:
    """Measure what an order names, into the file of records beside it.

    Raises:
        UsageError: this host has nothing to measure it on, or what was measured here before has changed.
        ResultsError: records cannot be written.
    """
    from gilscope import store
    from gilscope.arguments import parse
    from gilscope.lab import measure
    from gilscope.lab.environment import common_environment

    order = decoded(options.order.read_bytes(), msgspec.json.Decoder(Order))
    path = options.order.with_suffix(store.SUFFIX)
    asked = choosing.completed(parse(["run", *order.arguments]))
    parts = choosing.parts(asked)
    environ = common_environment(os.environ, output.bytecode_dir())
    with ExitStack() as until:
        lacking: list[Skip] = []
        whole = measuring.plan_of(asked, parts, environ, partial(_groups, asked, until, lacking))
        whole = msgspec.structs.replace(whole, skips=(*lacking, *whole.skips))
        left = measuring.continued(whole, path)
        _say(Planned(contests=tuple(contest.id for contest in left.contests), builds=_builds(whole.contests)))
        plan = _chosen(left, order.contests)
        if not plan.contests:
            return 0
        request = measuring.request_of(asked, parts[0].suite)
        with closing(measure.writer_of(path, request, anew=False)) as writer:
            announcer = Announcer(len(plan.contests))
            done = measure.measure(plan, request, writer, environ, announcer, output.locks_dir())
    failed = measuring.failed_lanes(done, parts, asked.lanes)
    status = measuring.status_of(done, failed)
    if status:
        words = f"failed: {listed(failed, MOST_LANES)}" if failed else "no lane came as far as a trial"
        output.console(stderr=True).print(words, soft_wrap=True)
    return status


class Announcer:
    """A lab's observer that says in JSON what is measured."""

    def __init__(self, contests: int) -> None:
        self._contests = contests
        self._begun = 0
        self._contest = ""
        self._precision = 0.0
        self._took_s: list[float] = []
        self._said_s = 0.0

    def waits(self, holder: int | None) -> None:
        """Say for whom."""
        _say(Waiting(holder=holder))

    def contest_begins(self, contest: Contest, rules: Rules) -> None:
        """Say which, and how long it may take."""
        self._begun += 1
        self._contest, self._precision = contest.id, rules.precision
        self._say_moment(launch=0, launches=0, left=rules.budget_s * (self._contests - self._begun + 1))

    def progress(self, progress: Progress) -> None:
        """Say where it is, now and then."""
        if time.monotonic() > self._said_s + OFTEN_S:
            left = left_s(progress, self._took_s, self._contests - self._begun)
            self._say_moment(progress.launch, progress.launches, left, progress.widest)

    def watched(self, record: Watched) -> None:
        """Say nothing."""

    def contest_ends(self, end: ContestEnd) -> None:
        """Note how long it took."""
        self._took_s.append(end.seconds)

    def _say_moment(self, launch: int, launches: int, left: float, widest: float | None = None) -> None:
        self._said_s = time.monotonic()
        _say(
            Moment(
                contest=self._contest,
                number=self._begun,
                of=self._contests,
                launch=launch,
                launches=launches,
                precision=self._precision,
                left_s=max(0.0, left),
                widest=widest if widest is not None and widest < 1 else None,
            )
        )


def _say(news: News) -> None:
    """Print a line for the worker that started us."""
    sys.stdout.buffer.write(encoded(news) + b"\n")
    sys.stdout.buffer.flush()


def _groups(
    options: argparse.Namespace, until: ExitStack, lacking: list[Skip], workloads: Sequence[Probe | Script]
) -> tuple[Group, ...]:
    """The groups of those runtimes that this host has; those that it lacks are noted.

    Raises:
        UsageError: it lacks all that were named.
        NoRuntimeError: it has none.
    """
    from gilscope.runtimes.twins import select

    census = measuring.take_census(options.python)
    found, reasons = [], {}
    for name in options.on:
        try:
            select(census, [name])
        except errors.UsageError as error:
            reasons[name] = str(error)
        else:
            found.append(name)
    if reasons and not found:
        raise errors.UsageError(" ".join(reasons.values()))
    lacking += [Skip(contest=f"*@{name}", lane=EVERY_LANE, reason=reason) for name, reason in reasons.items()]
    options.on = found
    return measuring.groups_of(options, until, workloads)


def _chosen(plan: Plan, contests: Iterable[str] | None) -> Plan:
    if contests is None:
        return plan
    chosen = frozenset(contests)
    return msgspec.structs.replace(plan, contests=tuple(each for each in plan.contests if each.id in chosen))


def _builds(contests: Iterable[Contest]) -> dict[str, str]:
    """Digests of the interpreters of all arms, by the arms' names."""
    arms = {lane.arm.name: lane.arm for contest in contests for lane in contest.lanes}
    return {name: arm.runtime.facts.binary or arm.runtime.facts.version_text for name, arm in sorted(arms.items())}
