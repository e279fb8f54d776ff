"""Summaries of stored runs: the report's own figures, with the builds and hosts behind them; pure."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from gilscope.figures import contest, lanes
from gilscope.figures.code import digest_of_code
from gilscope.history.summary import UNKNOWN, Figure, FigureName, Lack, Setting, Summary, Yardstick
from gilscope.values.lanes import lane_name, work_of
from gilscope.values.records import CANNOT_BE_COMPARED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gilscope.figures.lanes import ContestLanes
    from gilscope.figures.roles import RoleFigures
    from gilscope.figures.values import ContestFigures, LaneFigures, Penalty
    from gilscope.stats.estimate import Estimate
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Code, HostCard, Run
    from gilscope.values.runtimes import Arm, Facts

DIGITS = 12
"""Digits of commits that are shown."""


def summary(run: Run) -> Summary:
    """The summary of a run, for histories and comparisons; a lane of two contests counts once.

    Variants and revisions have none: what a label such as HEAD stood for in one run, it does not in the next.
    """
    figures: dict[tuple[str, str, str, str], Figure] = {}
    for measured in lanes.contests(run):
        if measured.contest.probe.observes or measured.contest.variants:
            continue
        for figure in _FiguresOfContest(measured, run).figures():
            figures.setdefault((figure.name, figure.probe, figure.arm, figure.work), figure)
    header = run.header
    return Summary(
        run=header.id,
        started=header.started,
        host=described(header.host),
        setting=_setting(run),
        damaged=len(run.damages),
        figures=tuple(figures.values()),
    )


def described(host: HostCard) -> str:
    """What two hosts must have in common to be compared; a new kernel makes no other host."""
    parts = [
        host.cpu or host.machine,
        f"{host.cpus_usable:g} of {host.cpus_online} CPUs",
        host.machine,
        host.system,
        *(part for part in (host.virtualisation, host.governor) if part),
    ]
    return f"{host.name} ({', '.join(parts)})"


def _setting(run: Run) -> Setting:
    """The host of a run with what was measured there, and what was not though it was asked for."""
    arms = {lane.arm.name: lane.arm.runtime.facts for contest in run.contests for lane in contest.lanes}
    probes = {contest.id: contest.probe.id for contest in run.contests}
    skipped = (Lack(skip.contest.rpartition("@")[0], skip.lane, "left out") for skip in run.skips)
    failed = (
        Lack(probes[finding.contest], finding.lane, finding.kind) for finding in run.findings if finding.fails_lane
    )
    return Setting(
        started=run.header.started,
        card=run.header.host,
        builds={arm: f"{facts.version_text} ({facts.recipe})" for arm, facts in sorted(arms.items())},
        lacks=tuple(dict.fromkeys((*failed, *skipped))),
    )


class _FiguresOfContest:
    """One contest's figures on the log scale."""

    def __init__(self, measured: ContestLanes, run: Run) -> None:
        self.measured = measured
        self.contest: ContestFigures = contest.figures(measured, run.header.host)
        self.run = run
        twin = measured.contest.pair and measured.contest.pair.twin
        self.twin = twin.facts if twin else None

    def figures(self) -> Iterator[Figure]:
        of_revisions = {lane.arm.name for lane in self.measured.lanes if lane.arm.checkout is not None}
        for penalty in self.contest.penalties:
            if penalty.arm not in of_revisions:
                yield self._penalty(penalty)
        for row in self.contest.lanes:
            if row.lane.arm.name not in of_revisions and not row.lane.interventions:
                yield from self._of_lane(row)
        for role in self.contest.roles:
            if role.arm not in of_revisions:
                yield from self._of_role(role)

    def _of_lane(self, row: LaneFigures) -> Iterator[Figure]:
        of_lane: dict[FigureName, Estimate | None] = {
            "time": row.time_per_unit,
            "gain": row.gain,
            "scaling": row.scaling,
        }
        for name, estimate in of_lane.items():
            if estimate is not None:
                yield self._figure(name, row.lane, estimate.log())

    def _of_role(self, row: RoleFigures) -> Iterator[Figure]:
        """The time between two calls of a role, alone and beside the others, and its gain beside them."""
        roles = self.contest.contest.probe.roles
        alone, together = (lane_name(row.arm, work) for work in (row.role, work_of(roles)))
        beside = f"{row.role} beside {work_of(tuple(role for role in roles if role.label != row.role))}"
        if row.alone is not None:
            yield self._figure("time", self.measured.by_name[alone], row.alone.rate.log().negated())
        if row.together is not None:
            yield self._figure("time", self.measured.by_name[together], row.together.rate.log().negated(), beside)
        if row.gain is not None:
            yield self._figure("gain", self.measured.by_name[together], row.gain.log(), beside)

    def _penalty(self, penalty: Penalty) -> Figure:
        lane = self.measured.by_name[lane_name(penalty.arm, penalty.way or "serial")]
        return self._figure("penalty", lane, penalty.ratio.log())

    def _figure(self, name: FigureName, lane: LaneSpec, log: Estimate, work: str | None = None) -> Figure:
        facts = lane.arm.runtime.facts
        floor = self.contest.noise_floor or 0.0
        has_interval = log.is_bounded and math.isfinite(floor) and log.freedom > 0
        pair = self.contest.contest.pair
        against_twin = name in {"penalty", "gain"} and pair is not None
        is_of_one_cpu = name != "time" and lane.workers == 1
        return Figure(
            name=name,
            probe=self.contest.contest.probe.id,
            arm=lane.arm.name,
            work=work or lane.work,
            version=facts.version_text,
            build=facts.build + ("+gil" if lane.arm.gil_forced else ""),
            recipe=facts.recipe_against(self.twin if against_twin else None),
            circumstances=self._circumstances(lane, against_twin=against_twin),
            twin_differs="; ".join(pair.differences) if pair is not None and against_twin else "",
            center=log.value,
            half_width=log.half_width if has_interval else None,
            freedom=log.freedom,
            floor=floor if math.isfinite(floor) else 0.0,
            is_of_one_cpu=is_of_one_cpu,
            yardstick=None if is_of_one_cpu else self._over_yardstick(name, lane),
        )

    def _over_yardstick(self, name: FigureName, lane: LaneSpec) -> Yardstick | None:
        """A time over that of as many processes that spin, a gain or scaling over the CPUs that those got."""
        spinning = (other for other in self.measured.contest.lanes if other.shows_capacity)
        yardstick = next((other for other in spinning if other.workers == lane.workers), None)
        base = self.measured.reference if name == "gain" else self.measured.find(lane.arm.name)
        log = None
        if name == "time":
            log = self.measured.spinning.log_time(lane)
        elif base is not None:
            log = self.measured.spinning.log_of_capacity(lane, base)
        if yardstick is None or log is None or not log.is_bounded or log.freedom <= 0:
            return None
        return Yardstick(f"{yardstick.work}, {_fingerprint(yardstick.arm.runtime.facts)}", log)

    def _circumstances(self, lane: LaneSpec, *, against_twin: bool) -> dict[str, str]:
        header, facts = self.run.header, lane.arm.runtime.facts
        code = self.measured.code.get(lane.arm.name)
        arms = [lane.arm, *([self.measured.reference.arm] if against_twin and self.measured.reference else [])]
        return {
            "code": UNKNOWN if code is None else digest_of_code(code, self.contest.contest.probe),
            "commit": UNKNOWN if code is None else _commit(code),
            "libraries": " against ".join(dict.fromkeys(map(self._libraries, arms))),
            "interpreter's commit": facts.commit or UNKNOWN,
            "interpreter's files": facts.binary or UNKNOWN,
            "GIL": self._gil(lane),
            "Python": facts.version_text,
            "compiler": facts.compiler,
            "flags": " ".join(facts.config_args),
            "kernel": header.host.kernel,
            "gilscope": header.gilscope,
            "question": self.contest.contest.probe.question,
            "result": self._digest(),
        }

    def _libraries(self, arm: Arm) -> str:
        """The versions of what an arm has imported."""
        code = self.measured.code.get(arm.name)
        if code is None:
            return UNKNOWN
        return ", ".join(f"{name} {version}" for name, version in sorted(code.libraries.items())) or "none"

    def _gil(self, lane: LaneSpec) -> str:
        """Whether the lane ended any trial with the GIL on."""
        rounds = self.measured.paired.trials.get(lane.name, ())
        return "on" if any(trial.gil_after for of_launch in rounds for trial in of_launch) else "off"

    def _digest(self) -> str:
        """The digest of the reference lane's results: another one shows that the probe is another."""
        contest, reference = self.contest.contest.id, self.contest.contest.reference
        if any(finding.kind in CANNOT_BE_COMPARED for finding in self.contest.findings):
            return "varies"
        return next(
            (trial.digest for trial in self.run.trials if (trial.contest, trial.lane) == (contest, reference)), ""
        )


def _commit(code: Code) -> str:
    if code.commit is None:
        return "none"
    return code.commit[:DIGITS] + " with changes" * code.is_dirty


def _fingerprint(facts: Facts) -> str:
    """A build in all that moves the time of a loop; yardsticks that share it differ by the machine's mood."""
    words = (facts.version_text, facts.build, facts.compiler, facts.recipe, *facts.config_args, facts.platform)
    return " ".join(words)
