"""Made-up values for tests: runtimes, lanes, contests and trials with known answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from gilscope import store
from gilscope.values.contests import Contest, Variant
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Probe
from gilscope.values.records import Calibration, ContestEnd, Finding, HostCard, Run, RunHeader, Trial
from gilscope.values.rules import Rules
from gilscope.values.runtimes import Arm, Facts, Pair, Runtime
from gilscope.values.watching import BlockedLine, Suspect, Watched

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEFAULT = Facts(
    executable="/opt/3.14/bin/python3.14",
    base_prefix="/opt/3.14",
    implementation="CPython",
    version=(3, 14, 6),
    version_text="3.14.6",
    build="default",
    gil_enabled=True,
    compiler="GCC 14.2.0",
    config_args=("--with-lto",),
    pgo=True,
    lto=True,
    debug=False,
    jit="off",
    interpreters_api="concurrent.interpreters",
    own_gil=True,
    platform="linux-x86_64",
)

RULES = Rules(min_launches=3, max_launches=5, rounds=4, trial_ms=20, precision=0.01, budget_s=60, timeout_s=10)

PROBE = Probe(id="cpu/primes", path="/probes/cpu/primes.py", question="How fast?", kind="cpu")

HOST = HostCard(
    name="lab",
    system="Linux",
    kernel="6.1",
    machine="x86_64",
    cpu="CPU <of> a|kind",
    cpus_online=4,
    cpus_usable=2.0,
    affinity=4,
    cgroup_quota=2.0,
    load_1min=0.1,
    steal_percent=0.0,
    virtualisation=None,
    governor=None,
    memory_bytes=2**34,
)

HEADER = RunHeader(
    schema=1,
    id="2026-01-02T030405Z",
    started="2026-01-02 03:04:05",
    gilscope="0.1.0",
    suite="quick",
    seed=7,
    rules=RULES,
    host=HOST,
)


def runtime(name: str, **changes: object) -> Runtime:
    """A runtime of this name; a trailing ``t`` makes it free-threaded, and the digits its version."""
    numbers = tuple(int(part) for part in name.rstrip("t").split("."))
    version = (*numbers, 0, 0)[:3]
    facts: dict[str, object] = {
        "version": version,
        "version_text": ".".join(map(str, version)),
        "build": "free-threaded" if name.endswith("t") else "default",
        "gil_enabled": not name.endswith("t"),
        "own_gil": version >= (3, 12, 0),
    }
    made = msgspec.structs.replace(DEFAULT, **{**facts, **changes})
    return Runtime(name=name, executable=f"/opt/{name}/bin/python", origin="PATH", facts=made)


def pair(differences: tuple[str, ...] = ()) -> Pair:
    """3.14t and its twin."""
    return Pair(free_threaded=runtime("3.14t"), twin=runtime("3.14"), differences=differences)


def lane(name: str, model: str = "serial", workers: int = 1, *, control: bool = False) -> LaneSpec:
    """A lane of the arm of this name; ``+gil`` forces the GIL on, and a variant's label stands behind a blank."""
    version = name.partition(" ")[0].removesuffix("+gil")
    arm = Arm(name=name, runtime=runtime(version), gil_forced=name.endswith("+gil"))
    return LaneSpec(arm=arm, model=model, workers=workers, control=control)


def contest(*lanes: LaneSpec, builds: Pair | None = None) -> Contest:
    """A contest of these lanes, the first of which is the reference."""
    return Contest(id="cpu/primes@3.14t", probe=PROBE, lanes=lanes, reference=lanes[0].name, pair=builds)


def variants(*lanes: LaneSpec) -> Contest:
    """A contest whose lanes belong to variants: each arm is that of the label behind its blank."""
    arms: dict[str, dict[str, None]] = {}
    for of in lanes:
        arms.setdefault(of.arm.name.partition(" ")[2], {})[of.arm.name] = None
    made = tuple(Variant(label=label, arms=tuple(names)) for label, names in arms.items())
    return msgspec.structs.replace(contest(*lanes), variants=made)


def trial(of: LaneSpec, launch: int, number: int, wall_ns: float, loops: int = 10) -> Trial:
    """A trial in which every worker of ours was busy from the gate to the end."""
    wall, workers = round(wall_ns), of.units_per_loop
    return Trial(
        contest="cpu/primes@3.14t",
        lane=of.name,
        launch=launch,
        round=number,
        loops=loops,
        wall_ns=wall,
        starts_ns=(0,) * workers,
        ends_ns=(wall,) * workers,
        cpu_ns=(wall,) * workers,
        wait_ns=(0,) * workers,
        others_ns=(0,) * workers,
        system_ns=(0,) * workers,
        voluntary=(0,) * workers,
        involuntary=(0,) * workers,
        faults=(0,) * workers,
        collections=0,
        digest="d",
        gil_before=True,
        gil_after=True,
    )


def trials(walls_ns: Mapping[LaneSpec, float], launches: int = 7, rounds: int = 4) -> list[Trial]:
    """Trials of lanes whose makespans are known; the noise is the same in all lanes of a round and cancels."""
    return [
        trial(of, launch, number, wall * (1 + 0.01 * ((launch + number) % 3)))
        for of, wall in walls_ns.items()
        for launch in range(launches)
        for number in range(rounds)
    ]


def suspect(path: str, kind: str = "dict", *, moved: int = 50, has_place: bool = True, module: str = "") -> Suspect:
    """An object whose count moved in so many of a hundred looks."""
    return Suspect(
        path=path, kind=kind, size=None, looks=100, moved=moved, held=0, waited=0, has_place=has_place, module=module
    )


def watched(contest: str, lane: str, *suspects: Suspect, lines: Sequence[BlockedLine] = ()) -> Watched:
    """A watched trial of a lane in which these were busy."""
    return Watched(
        contest=contest,
        lane=lane,
        launch=0,
        wall_ns=1,
        cpu_ns=1,
        looks=100,
        candidates=9,
        others=5,
        suspects=suspects,
        lines=tuple(lines),
    )


def starved(walls_ns: Mapping[LaneSpec, float], given: float) -> list[Trial]:
    """Trials whose workers had a CPU for that share of the time."""
    return [
        msgspec.structs.replace(made, cpu_ns=tuple(round(given * end_ns) for end_ns in made.ends_ns))
        for made in trials(walls_ns)
    ]


def records(of: Contest, measured: Sequence[Trial], findings: Sequence[Finding] = (), host: HostCard = HOST) -> Run:
    """A run of this one contest."""
    return Run(
        path=Path("run.jsonl"),
        header=msgspec.structs.replace(HEADER, host=host),
        contests=(of,),
        calibrations=(Calibration(contest=of.id, loops=10),),
        trials=tuple(measured),
        findings=tuple(findings),
    )


def stored(path: Path, walls: Mapping[LaneSpec, float]) -> Path:
    """Store a run of one contest of the pair, named by its file, in which lanes took these ns."""
    of = contest(*walls, builds=pair())
    writer = store.RunWriter(path)
    writer.append(msgspec.structs.replace(HEADER, id=path.stem))
    writer.append(of)
    writer.append(Calibration(contest=of.id, loops=10))
    for item in trials(walls):
        writer.append(item)
    writer.append(ContestEnd(contest=of.id, reason="precise", seconds=3.0, launches=7))
    writer.close()
    return writer.path
