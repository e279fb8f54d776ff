"""Simulated contests of known truth: raw trial times of a reference, its control and a lane.

The machine's troubles (drift, steps, bursts) run along one time line that all lanes of a contest share, in the order of
their rounds: random in every second one and reversed in the next, as the engine runs them. A lane's own troubles
(noise, outliers, launch effects) hit it alone. A lane is slower than the reference by ``slowdown`` and by nothing else,
so ``log1p(slowdown)`` is what an interval has to hold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gilscope.values.rules import PAIR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]

LANES = 3
REFERENCE, CONTROL, LANE = range(LANES)

TRIAL_NS = 15_000_000
TRIAL_SD = 0.015
"""Log standard deviation of a trial on a quiet machine."""

OUTLIER_SHARE = 0.1
"""Trials that take 1.3 to 3 times as long, where there are outliers."""

FAR_SHARE = 0.1
"""Processes that are 10 to 30 % slow for as long as they live, where launches go far out."""

SCENARIOS: dict[str, frozenset[str]] = {
    "independent noise": frozenset(),
    "drift": frozenset({"drift"}),
    "drift in launches": frozenset({"drift in launches"}),
    "steps": frozenset({"steps"}),
    "bursts": frozenset({"bursts"}),
    "outliers": frozenset({"outliers"}),
    "t with 2 degrees": frozenset({"t2"}),
    "ordinary launches": frozenset({"launches"}),
    "far-out launches": frozenset({"far launches"}),
    "unequal noise": frozenset({"unequal"}),
    "all together": frozenset({"drift", "steps", "bursts", "outliers", "far launches", "unequal"}),
}
"""What troubles a contest, by the name it has in tables."""

LOPSIDED = "far-out launches of one lane"
"""Outside the promise: what goes far out on one side only moves the location itself."""


def trial_times(  # noqa: PLR0913 - a simulated contest is described by this many numbers
    rng: np.random.Generator,
    scenario: str,
    *,
    runs: int,
    launches: int,
    rounds: int,
    slowdown: float = 0.0,
    in_pairs: bool = True,
) -> FloatArray:
    """Trial times in nanoseconds, of shape ``(runs, launches, rounds, LANES)``; every run is a contest of its own.

    Without ``in_pairs``, the order of every round is drawn for itself.
    """
    shape = (runs, launches, rounds, LANES)
    effects = frozenset({"far launches"}) if scenario == LOPSIDED else SCENARIOS[scenario]
    logs = _trial_noise(rng, shape, effects) + _launch_effects(rng, shape, effects, lopsided=scenario == LOPSIDED)
    order = np.argsort(rng.random(shape), axis=-1)
    if in_pairs:
        order[:, :, 1::PAIR] = LANES - 1 - order[:, :, : rounds - 1 : PAIR]
    logs += np.take_along_axis(_machine(rng, shape, effects), order, axis=-1)
    logs[..., LANE] += np.log1p(slowdown)
    return TRIAL_NS * np.exp(logs)


def log_ratios(times: FloatArray, lane: int = LANE) -> FloatArray:
    """The paired log ratios of a lane to the reference, of shape ``(runs, launches, rounds)``."""
    return np.log(times[..., lane] / times[..., REFERENCE])


def _trial_noise(rng: np.random.Generator, shape: tuple[int, ...], effects: frozenset[str]) -> FloatArray:
    """Log noise of each trial by itself: normal or long-tailed, five times larger in one lane, with outliers."""
    deviations = np.full(LANES, TRIAL_SD)
    if "unequal" in effects:
        deviations[LANE] *= 5
    draws = rng.standard_t(2, shape) if "t2" in effects else rng.standard_normal(shape)
    noise = draws * deviations
    if "outliers" in effects:
        noise += np.where(rng.random(shape) < OUTLIER_SHARE, np.log(rng.uniform(1.3, 3.0, shape)), 0.0)
    return noise


def _launch_effects(
    rng: np.random.Generator, shape: tuple[int, ...], effects: frozenset[str], *, lopsided: bool
) -> FloatArray:
    """The log offset of each process, constant over its rounds.

    It is 1 %, or 0.5 to 3 % with one process in ten 10 to 30 % slow.
    """
    runs, launches, _, lanes = shape
    processes = (runs, launches, 1, lanes)
    if "launches" in effects:
        return 0.01 * rng.standard_normal(processes)
    if "far launches" not in effects:
        return np.zeros(processes)
    offsets = rng.uniform(0.005, 0.03, (runs, 1, 1, 1)) * rng.standard_normal(processes)
    far = rng.random(processes) < FAR_SHARE
    if lopsided:
        far[..., :LANE] = False
    return offsets + np.where(far, np.log(rng.uniform(1.1, 1.3, processes)), 0.0)


def _machine(rng: np.random.Generator, shape: tuple[int, ...], effects: frozenset[str]) -> FloatArray:
    """Log slowness of the machine at each slot of the contest's time line, shaped like the trials."""
    runs, slots = shape[0], int(np.prod(shape[1:]))
    slowness = np.zeros((runs, slots))
    if "drift" in effects:
        slowness += np.log1p(0.2 * np.linspace(0.0, 1.0, slots))
    if "drift in launches" in effects:
        slowness += np.tile(np.log1p(0.2 * np.linspace(0.0, 1.0, slots // shape[1])), shape[1])
    if "steps" in effects:
        jumps = np.log1p(rng.uniform(0.05, 0.2, (runs, slots))) * rng.choice([-1.0, 1.0], (runs, slots))
        slowness += np.cumsum(np.where(rng.random((runs, slots)) < 4 / slots, jumps, 0.0), axis=1)
    if "bursts" in effects:
        slowness += _bursts(rng, runs, slots)
    return slowness.reshape(shape)


def _bursts(rng: np.random.Generator, runs: int, slots: int, share: float = 0.2, length: float = 4.0) -> FloatArray:
    """The slowness from a neighbour that comes and goes.

    It is there a fifth of the time, for four trials on average, and makes trials 1.2 to 2 times slower.
    """
    stop = 1 / length
    start = stop * share / (1 - share)
    busy = rng.random(runs) < share
    strength = np.log(rng.uniform(1.2, 2.0, runs))
    slowness = np.empty((runs, slots))
    for slot in range(slots):
        slowness[:, slot] = np.where(busy, strength, 0.0)
        toss = rng.random(runs)
        begins, ends = ~busy & (toss < start), busy & (toss < stop)
        strength = np.where(begins, np.log(rng.uniform(1.2, 2.0, runs)), strength)
        busy = (busy | begins) & ~ends
    return slowness
