"""pyperf's JSON files: the only room that knows pyperf, whose library writes and reads them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyperf  # type: ignore[import-untyped]  # pyperf carries no types

from gilscope.errors import ResultsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from gilscope.exchange.export import ArmFile, LaneBenchmark

    Times = dict[str, tuple[tuple[float, ...], ...]]
    """Per benchmark and run the values in seconds."""


def write(folder: Path, arms: Iterable[ArmFile]) -> list[Path]:
    """Write a file per arm, replacing older ones, and return their paths.

    Raises:
        ResultsError: they cannot be written, or there is nothing to write.
    """
    paths: list[Path] = []
    for arm in arms:
        path = folder / f"{arm.arm.replace('/', '_')}.json"
        suite = pyperf.BenchmarkSuite([_benchmark(benchmark) for benchmark in arm.series])
        try:
            folder.mkdir(parents=True, exist_ok=True)
            suite.dump(str(path), replace=True)
        except OSError as error:
            raise ResultsError(f"cannot write {path}: {error.strerror}") from error
        paths.append(path)
    if not paths:
        raise ResultsError("the run holds no trial to export")
    return paths


def read(paths: Sequence[Path]) -> tuple[dict[str, Times], set[str]]:
    """Read files, pyperf's own or ours.

    Returns:
        Per file, by its short name (its path where two would be called the same), the times in it; and the names of
        those benchmarks that are left out, since their values are no times.

    Raises:
        ResultsError: a file is missing, or pyperf cannot read it.
        UsageError: a file is named twice.
    """
    if len(set(paths)) < len(paths):
        raise UsageError("a file is named twice: comparing it with itself tells nothing")
    short = [path.name.removesuffix(".gz").removesuffix(".json") for path in paths]
    names = short if len(set(short)) == len(short) else [str(path) for path in paths]
    files: dict[str, Times] = {}
    left_out: set[str] = set()
    for name, path in zip(names, paths, strict=True):
        benchmarks = list(_benchmarks(path))
        files[name] = {benchmark.get_name(): _values(benchmark) for benchmark in benchmarks if _is_time(benchmark)}
        left_out |= {benchmark.get_name() for benchmark in benchmarks if not _is_time(benchmark)}
    return files, left_out


def _benchmark(benchmark: LaneBenchmark) -> pyperf.Benchmark:
    metadata = {"name": benchmark.name, **benchmark.metadata}
    return pyperf.Benchmark(
        [
            pyperf.Run(launch.values, launch.warmups, metadata=metadata, collect_metadata=False)
            for launch in benchmark.launches
            if launch.values
        ]
    )


def _benchmarks(path: Path) -> Iterator[pyperf.Benchmark]:
    try:
        yield from pyperf.BenchmarkSuite.load(str(path)).get_benchmarks()
    except OSError as error:
        raise ResultsError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ResultsError(f"{path} is no file of pyperf's: {error}") from error


def _is_time(benchmark: pyperf.Benchmark) -> bool:
    return bool(benchmark.get_unit() == "second")


def _values(benchmark: pyperf.Benchmark) -> tuple[tuple[float, ...], ...]:
    """The values of every run; runs that only calibrate have none and are left out."""
    return tuple(tuple(map(float, run.values)) for run in benchmark.get_runs() if run.values)
