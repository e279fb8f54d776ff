"""Do the intervals keep their word? Simulated contests of known truth, as Markdown tables.

Run ``python benchmarks/coverage.py`` (three minutes on one core); ``--runs`` trades time for certainty, ``--freedom``
prints the degrees of freedom that `gilscope.stats.intervals.freedom` stands for.
Progress goes to stderr, tables to stdout.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

import numpy as np
import scenarios
from candidates import CANDIDATES, biweights, ours
from scipy.optimize import brentq
from scipy.special import stdtrit

from gilscope import places
from gilscope.lab.stopping import MOST_ROUNDS, Costs, Stage, next_stage
from gilscope.stats import effort
from gilscope.stats.estimate import CONFIDENCE, Estimate, mean, student_quantile
from gilscope.stats.intervals import freedom, log_ratio_interval
from gilscope.stats.significance import distinguishable, noise_floor
from gilscope.values.rules import FIRST_LOOK
from gilscope.workloads.suites import suite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray

    from gilscope.values.rules import Rules

    FloatArray = NDArray[np.float64]

SEED = 20130620
LAUNCHES = tuple(range(4, 11))
ROUNDS = 6
DEFAULT_LAUNCHES = 13
SLOWDOWN = 0.03
OPENING_S = 0.3
PROMISED = (0.93, 0.97)

Table = tuple[str, list[str], "Iterator[list[str]]"]


def medians(rng: np.random.Generator, scenario: str, runs: int, launches: int, rounds: int = ROUNDS) -> FloatArray:
    """Launch medians of a lane's log ratio that is zero in truth, of shape ``(runs, launches)``."""
    times = scenarios.trial_times(rng, scenario, runs=runs, launches=launches, rounds=rounds)
    return np.median(scenarios.log_ratios(times), axis=-1)


def coverage_table(rng: np.random.Generator, runs: int) -> Table:
    """How often the 95 % interval holds the truth, and how wide it is, per scenario and number of launches."""

    def rows() -> Iterator[list[str]]:
        for scenario in (*scenarios.SCENARIOS, scenarios.LOPSIDED):
            row = [scenario]
            for launches in LAUNCHES:
                center, half = ours(medians(rng, scenario, runs, launches))
                row.append(f"{_share(np.abs(center) <= half)} ± {100 * np.median(half):.2f}")
            yield row

    title = f"Coverage in % and median half width in %, {ROUNDS} rounds a launch"
    return title, ["scenario", *(f"launches: {n}" for n in LAUNCHES)], rows()


def rounds_table(rng: np.random.Generator, runs: int) -> Table:
    """The least and the largest coverage over 4 to 10 launches, per scenario and number of rounds."""
    choices = (1, 2, 3, 10)

    def rows() -> Iterator[list[str]]:
        for scenario in scenarios.SCENARIOS:
            row = [scenario]
            for rounds in choices:
                found = []
                for launches in LAUNCHES:
                    center, half = ours(medians(rng, scenario, runs, launches, rounds))
                    found.append(np.mean(np.abs(center) <= half))
                row.append(f"{100 * min(found):.1f} to {100 * max(found):.1f}")
            yield row

    title = "Least and largest coverage in % over 4 to 10 launches, by rounds a launch"
    return title, ["scenario", *(f"rounds: {n}" for n in choices)], rows()


def candidates_table(rng: np.random.Generator, runs: int) -> Table:
    """Every candidate's range of coverage over all scenarios, and its width relative to Student's t."""
    choices = (4, 5, 7, 10, 20)

    def rows() -> Iterator[list[str]]:
        samples = {(name, n): medians(rng, name, runs, n) for name in scenarios.SCENARIOS for n in choices}
        widths = {key: np.mean(CANDIDATES["Student's t"](sample)[1]) for key, sample in samples.items()}
        for label, candidate in CANDIDATES.items():
            row = [label]
            for n in choices:
                shares, relative = [], {}
                for name in scenarios.SCENARIOS:
                    center, half = candidate(samples[name, n])
                    shares.append(np.mean(np.abs(center) <= half))
                    relative[name] = np.mean(half) / widths[name, n]
                mean = np.exp(np.mean(np.log(list(relative.values()))))
                row.append(f"{100 * min(shares):.1f} to {100 * max(shares):.1f}; {mean:.2f}")
            yield row

    title = "Candidates: least and largest coverage in % over all scenarios; mean width as a multiple of Student's"
    return title, ["candidate", *(f"launches: {n}" for n in choices)], rows()


def verdicts_table(rng: np.random.Generator, runs: int) -> Table:
    """How often a contest calls a lane different: planted slowdown and identical lanes, floor from its own control."""
    choices = (7, 9, 11, DEFAULT_LAUNCHES, 15)

    def rows() -> Iterator[list[str]]:
        for scenario in scenarios.SCENARIOS:
            row = [scenario]
            for launches in choices:
                shares = [_called(rng, scenario, runs, launches, slowdown) for slowdown in (SLOWDOWN, 0.0)]
                row.append(" / ".join(shares))
            yield row

    title = f"Called different, in % of contests: with {SLOWDOWN:.0%} planted / with nothing, {ROUNDS} rounds a launch"
    return title, ["scenario", *(f"launches: {n}" for n in choices)], rows()


def _called(rng: np.random.Generator, scenario: str, runs: int, launches: int, slowdown: float) -> str:
    """The share of contests that call the lane different from the reference, as `stats.distinguishable` does."""
    shape = {"runs": runs, "launches": launches, "rounds": ROUNDS}
    times = scenarios.trial_times(rng, scenario, **shape, slowdown=slowdown)
    center, half = ours(np.median(scenarios.log_ratios(times), axis=-1))
    control, spread = ours(np.median(scenarios.log_ratios(times, scenarios.CONTROL), axis=-1))
    return _share(np.abs(center) > np.hypot(half, np.abs(control) + spread))


def engine_table(rng: np.random.Generator, runs: int) -> Table:
    """How often lanes are called different where the engine chooses launches and rounds by the rules of ``default``."""
    rules = suite(places.SUITES, "default").rules

    def rows() -> Iterator[list[str]]:
        for scenario in scenarios.SCENARIOS:
            ended = [_ended(rng, scenario, runs // 20, rules, slowdown) for slowdown in (SLOWDOWN, 0.0)]
            called = [_share(np.array([is_called for is_called, _ in contests])) for contests in ended]
            launches = np.mean([launches for _, launches in ended[0]])
            yield [scenario, *called, f"{launches:.1f}"]

    title = f"Called different, in % of contests of three lanes run by the rules of `default`, {SLOWDOWN:.0%} planted"
    return title, ["scenario", "planted", "nothing planted", "launches"], rows()


def _ended(rng: np.random.Generator, scenario: str, runs: int, rules: Rules, slowdown: float) -> list[tuple[bool, int]]:
    """Whether each contest called the lane different in the end, and after how many launches."""
    shape = {"runs": runs, "launches": rules.max_launches, "rounds": MOST_ROUNDS}
    times = scenarios.trial_times(rng, scenario, **shape, slowdown=slowdown)
    lanes = (scenarios.CONTROL, scenarios.LANE)
    ratios = np.stack([scenarios.log_ratios(times, lane) for lane in lanes], axis=1)
    return [_contest(dict(zip("cl", contest.tolist(), strict=True)), rules) for contest in ratios]


def _contest(drawn: dict[str, list[list[float]]], rules: Rules) -> tuple[bool, int]:
    """One contest of a control ``c`` and a lane ``l``, run as `gilscope.lab.contest` would run it."""
    seen: dict[str, list[list[float]]] = {name: [] for name in drawn}
    stage: Stage | str = Stage(rules.min_launches, rules.rounds, frozenset(drawn))
    launches, elapsed_s = 0, 0.0
    trial_s = dict.fromkeys((*drawn, "reference"), rules.trial_ms / 1000)
    while isinstance(stage, Stage):
        for name in stage.lanes:
            seen[name] += [launch[: stage.rounds] for launch in drawn[name][launches : launches + stage.launches]]
        elapsed_s += stage.launches * (OPENING_S + stage.rounds * (len(stage.lanes) + 1) * rules.trial_ms / 1000)
        launches += stage.launches
        stage = next_stage(seen, Costs(elapsed_s=elapsed_s, opening_s=OPENING_S, trial_s=trial_s), rules)
    lane, control = (log_ratio_interval(seen[name]) for name in "lc")
    return distinguishable(lane, noise_floor(control)), launches


def best_table(rng: np.random.Generator, runs: int) -> Table:
    """How often the interval of the best of several lanes holds its truth: its own, and that of `outcome.choose`."""
    choices = (2, 4, 8)
    spreads = {"all equal": 0.0, "1 % apart in all": 0.01, "3 % apart in all": 0.03, "10 % apart in all": 0.1}

    def rows() -> Iterator[list[str]]:
        for launches in (FIRST_LOOK, DEFAULT_LAUNCHES):
            for label, spread in spreads.items():
                cells = [_best(rng, runs, lanes, launches, spread) for lanes in choices]
                yield [label, str(launches), *cells]

    title = (
        "Best of several lanes: its own interval holds the truth in % / that of the highest / the best is named in %"
    )
    return title, ["lanes", "launches", *(f"lanes: {lanes}" for lanes in choices)], rows()


def _best(rng: np.random.Generator, runs: int, lanes: int, launches: int, spread: float) -> str:
    """Shares of contests whose lanes are evenly spread, chosen from as `gilscope.figures.outcome.choose` does."""
    truths = np.linspace(0.0, -spread, lanes)
    logs = truths[:, None] + scenarios.TRIAL_SD * rng.standard_normal((runs, lanes, launches))
    centers, errors = biweights(logs - scenarios.TRIAL_SD * rng.standard_normal((runs, 1, launches)))
    best, contests = centers.argmax(axis=1), np.arange(runs)
    ahead, error = biweights(logs[contests, best][:, None] - logs)
    are_ties = np.abs(ahead) <= _quantile(launches, lanes - 1) * error
    are_ties[contests, best] = True
    quantiles = np.array([_quantile(launches, number) for number in range(1, lanes + 1)])
    off = np.abs(centers[contests, best] - truths[best]) / errors[contests, best]
    held = off <= quantiles[are_ties.sum(axis=1) - 1]
    return " / ".join(_share(shares) for shares in (off <= quantiles[0], held, are_ties[:, 0]))


def _quantile(launches: int, number: int) -> float:
    """Student's quantile of an interval that holds together with others, as `stats.simultaneous` makes it."""
    return student_quantile(freedom(launches), CONFIDENCE ** (1 / number))


def orders_table(rng: np.random.Generator, runs: int) -> Table:
    """What it brings to run every order in reverse too: median half width where the machine drifts in each launch."""
    choices = (2, 4, 6)

    def rows() -> Iterator[list[str]]:
        for scenario in ("independent noise", "drift in launches"):
            row = [scenario]
            for rounds in choices:
                halves = []
                for in_pairs in (False, True):
                    shape = {"runs": max(500, runs // 5), "launches": FIRST_LOOK, "rounds": rounds}
                    times = scenarios.trial_times(rng, scenario, **shape, in_pairs=in_pairs)
                    halves.append(np.median(ours(np.median(scenarios.log_ratios(times), axis=-1))[1]))
                row.append(" / ".join(f"{100 * half:.2f}" for half in halves))
            yield row

    title = f"Median half width in % over {FIRST_LOOK} launches: every order drawn / every second one a reverse"
    return title, ["scenario", *(f"rounds: {n}" for n in choices)], rows()


def suite_table(rng: np.random.Generator, runs: int) -> Table:
    """How often the interval of a suite's geometric mean holds the truth, probes differing in noise by e-folds."""
    choices = (4, 5, 7, 10)
    sizes = (2, 5, 20)

    def rows() -> Iterator[list[str]]:
        for scenario in ("ordinary launches", "bursts", "far-out launches", "all together"):
            shares = [[_suite_share(rng, scenario, runs, n, probes) for probes in sizes] for n in choices]
            yield [scenario, *(" / ".join(share) for share in shares)]

    title = f"Coverage in % of the geometric mean over {', '.join(map(str, sizes))} probes"
    return title, ["scenario", *(f"launches: {n}" for n in choices)], rows()


def _suite_share(rng: np.random.Generator, scenario: str, runs: int, launches: int, probes: int) -> str:
    """The share of suites whose interval holds zero."""
    suites = max(200, runs // 10)
    samples = medians(rng, scenario, suites * probes, launches)
    samples *= np.exp(rng.normal(0.0, 0.5, (suites * probes, 1)))
    center, half = ours(samples)
    degrees = freedom(launches)
    intervals = [Estimate(c, c - h, c + h, degrees) for c, h in zip(center.tolist(), half.tolist(), strict=True)]
    means = [mean(intervals[first : first + probes]) for first in range(0, len(intervals), probes)]
    return _share(np.array([mean.contains(0.0) for mean in means]))


def stopping_table(rng: np.random.Generator, runs: int) -> Table:
    """What looking at the interval while measuring does to its coverage: after each launch, or where it is due."""
    rules = {
        "each launch from 4": (4, 0.0),
        "each launch from 7": (7, 0.0),
        "where due from 7": (7, np.inf),
        "where due from 7, at most doubling": (7, 2.0),
        "from 9, at most doubling": (9, 2.0),
        "from 11, at most doubling": (11, 2.0),
    }
    most = 40

    def rows() -> Iterator[list[str]]:
        for scenario in ("ordinary launches", "far-out launches"):
            samples = medians(rng, scenario, runs, most)
            looks = {n: ours(samples[:, :n]) for n in range(4, most + 1)}
            for wanted in (9, 15, 25):
                target = float(np.median(looks[wanted][1]))
                shares = [_stopped(looks, target, first, growth) for first, growth in rules.values()]
                yield [scenario, f"± {100 * target:.2f}", *shares]

    return (
        "Coverage in % where the width decides when to stop (launches run)",
        ["scenario", "target in %", *rules],
        rows(),
    )


def first_look_table(rng: np.random.Generator, runs: int) -> Table:
    """Coverage of the contests that end at their first look, since their interval is narrow enough by then."""
    choices = (3, 4, 5, 7, FIRST_LOOK, DEFAULT_LAUNCHES)

    def rows() -> Iterator[list[str]]:
        for scenario in ("ordinary launches", "far-out launches"):
            samples = medians(rng, scenario, runs, 25)
            for wanted in (9, 15, 25):
                target = float(np.median(ours(samples[:, :wanted])[1]))
                row = [scenario, f"± {100 * target:.2f}"]
                for first in choices:
                    center, half = ours(samples[:, :first])
                    ends = half <= target
                    row.append(f"{_share(np.abs(center)[ends] <= half[ends])} ({_share(ends)})")
                yield row

    title = "Coverage in % of contests that end at their first look (share of contests that do, in %)"
    return title, ["scenario", "target in %", *(f"at {first}" for first in choices)], rows()


def _stopped(looks: dict[int, tuple[FloatArray, FloatArray]], target: float, first: int, growth: float) -> str:
    """Coverage and mean number of launches of one stopping rule; a growth of 0 looks after each launch."""
    centers, halves = (np.stack([looks[n][part] for n in looks], axis=1) for part in (0, 1))
    numbers = np.array(list(looks))
    per_error = np.array([student_quantile(freedom(n), CONFIDENCE) / np.sqrt(n) for n in looks])
    at = np.full(len(centers), first - numbers[0])
    rows = np.arange(len(centers))
    for _ in numbers:
        half = halves[rows, at]
        expected = (half / per_error[at])[:, None] * per_error
        far_enough = (expected <= target) | (numbers >= (growth * numbers[at])[:, None])
        later = far_enough & (np.arange(numbers.size) > at[:, None])
        due = np.where(later.any(axis=1), later.argmax(axis=1), numbers.size - 1)
        at = np.where(half <= target, at, due)
    return f"{_share(np.abs(centers[rows, at]) <= halves[rows, at])} ({numbers[at].mean():.1f})"


def warm_up_table(rng: np.random.Generator, runs: int) -> Table:
    """Steady trials that are dropped, and warm-up of three trials that is found, by launches seen together."""
    choices = (1, 3, 5, 10)
    trials = 10
    excess = np.log1p(np.array([1.0, 0.3, 0.08]))

    def rows() -> Iterator[list[str]]:
        for scenario in scenarios.SCENARIOS:
            row = [scenario]
            for launches in choices:
                shape = {"runs": max(400, runs // 20), "launches": launches, "rounds": trials}
                times = scenarios.trial_times(rng, scenario, **shape)[..., scenarios.LANE]
                dropped = np.array([effort.warm_up_end(contest) for contest in times.tolist()])
                times[:, :, : excess.size] *= np.exp(excess)
                found = np.array([effort.warm_up_end(contest) for contest in times.tolist()])
                row.append(
                    f"{100 * np.mean(dropped) / trials:.1f} / {_share(dropped > 0)} / {_share(found == excess.size)}"
                )
            yield row

    title = (
        f"Warm-up in launches of {trials} trials: good trials dropped in % / contests that lose any in % / "
        "warm-up of 100, 30 and 8 % ended exactly right in %"
    )
    return title, ["scenario", *(f"launches: {n}" for n in choices)], rows()


def freedom_table(rng: np.random.Generator, runs: int) -> Table:
    """The degrees of freedom that give 95 % over a mixture of launches, beside the rule of `stats.freedom`."""

    def rows() -> Iterator[list[str]]:
        for n in (*range(3, 13), 15, 20, 30, 40):
            shapes = _launch_shapes(rng, runs, n)
            ratios = {name: np.abs(np.divide(*biweights(sample))) for name, sample in shapes.items()}
            mixture = float(np.quantile(np.concatenate(list(ratios.values())), 0.95))
            fitted = brentq(lambda degrees, goal=mixture: stdtrit(degrees, 0.975) - goal, 0.5, 1e4)
            used = student_quantile(freedom(n), 0.95)
            shares = [np.mean(ratio <= used) for ratio in ratios.values()]
            yield [str(n), f"{fitted:.2f}", str(freedom(n)), *(f"{100 * share:.1f}" for share in shares)]

    shapes = list(_launch_shapes(rng, 1, 4))
    return "Degrees of freedom, and coverage in % by shape", ["launches", "fitted", "used", *shapes], rows()


def _launch_shapes(rng: np.random.Generator, runs: int, launches: int) -> dict[str, FloatArray]:
    """Launch medians of several symmetric shapes, each of shape ``(runs, launches)``."""
    shape = (runs, launches)
    far = {share: 10 * rng.choice([-1, 1], shape) * (rng.random(shape) < share) for share in (0.1, 0.2)}
    return {
        "normal": rng.standard_normal(shape),
        "t with 3 degrees": rng.standard_t(3, shape),
        "10 % far out": rng.standard_normal(shape) + far[0.1],
        "20 % far out": rng.standard_normal(shape) + far[0.2],
    }


def _share(hits: NDArray[np.bool_]) -> str:
    """A share in percent."""
    return f"{100 * np.mean(hits):.1f}"


def print_table(table: Table, started: float) -> None:
    """Print a table as Markdown, each row as soon as it is there."""
    title, head, rows = table
    lines = [f"\n{title}\n", _line(head), _line("---" for _ in head)]
    for number, row in enumerate(rows, 1):
        lines.append(_line(row))
        sys.stderr.write(f"\r{time.monotonic() - started:5.0f} s  {title[:60]}: row {number} ")
        sys.stderr.flush()
    sys.stderr.write("\n")
    sys.stdout.write("\n".join(lines) + "\n")


def _line(cells: Sequence[str] | Iterator[str]) -> str:
    return f"| {' | '.join(cells)} |"


TABLES: tuple[Callable[[np.random.Generator, int], Table], ...] = (
    coverage_table,
    rounds_table,
    candidates_table,
    verdicts_table,
    best_table,
    orders_table,
    suite_table,
    first_look_table,
    stopping_table,
    warm_up_table,
    engine_table,
)


def main() -> None:
    """Print every table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=20_000, help="simulated contests per cell")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--freedom", action="store_true", help="print the degrees of freedom instead")
    chosen = parser.parse_args()
    rng = np.random.default_rng(chosen.seed)
    started = time.monotonic()
    for table in (freedom_table,) if chosen.freedom else TABLES:
        print_table(table(rng, chosen.runs), started)


if __name__ == "__main__":
    main()
