"""How many damaged inputs end in anything but a clean error: ``python benchmarks/fuzzing.py --seconds 3600``.

Runs, suites, answers of interpreters, lines of lanes and caches are damaged at random: bytes are changed, fields are
given other values, files are cut off. Each variant is read as a command reads it, and runs are shown in full.
A Markdown table is printed; the exit status is 1 where a variant ended in an error that is not ours, or took too much
memory.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import sys
import tempfile
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import msgspec
from rich.console import Console

import histories
from builders import DEFAULT
from gilscope import places, store
from gilscope.errors import GilscopeError
from gilscope.figures.run import of_run
from gilscope.lab import protocol
from gilscope.processes import child
from gilscope.render import markdown, terminal
from gilscope.render.report import report
from gilscope.runtimes import answers
from gilscope.runtimes.interrogation import judge
from gilscope.workloads import suites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST_BYTES = 500_000_000
"""Memory that no variant may take."""
VALUES = ("0", "-1", "1e400", "NaN", "null", '""', "[]", "{}", "true", "1" + "0" * 400, '"\\ud800"', "9" * 19, "[[[[[[")
SHOWN = 5
"""Failures that are printed in full."""


class Reader(NamedTuple):
    """What reads something from outside, with an example of it that is whole."""

    name: str
    whole: bytes
    read: Callable[[Path], object]


def readers() -> Iterator[Reader]:
    """All that is read from outside."""
    run = b"\n".join(map(msgspec.json.encode, histories.made_run(launches=3)))
    yield Reader("runs", run, _show)
    yield Reader("suites", places.SUITES.read_bytes(), suites.suites)
    facts = msgspec.json.encode({"nonce": "N", "facts": DEFAULT})
    yield Reader("answers of interpreters", facts, _judge)
    trial = {"type": "trial", "loops": 1, "wall_ns": 9, "starts_ns": [0], "ends_ns": [9], "cpu_ns": [9], "wait_ns": [0]}
    line = json.dumps({**trial, "gil_before": True, "gil_after": True, "digests": ["d"]}).encode()
    yield Reader("lines of lanes", line, _hear)
    memory = msgspec.json.encode(answers.AnswerCache("script"))
    yield Reader("caches", memory, lambda path: answers.load(path.parent))


def _show(path: Path) -> None:
    """All that is shown of a run."""
    told = report(of_run(store.read(path)))
    markdown.page(told)
    terminal.show(Console(file=io.StringIO(), width=80), [*told.details, *told.summaries, *told.closing])


def _judge(path: Path) -> None:
    judge(child.Ended(0, path.read_bytes().decode(errors="replace")), "N")


def _hear(path: Path) -> None:
    try:
        protocol.answer(protocol.SEPARATOR + path.read_bytes())
    except protocol.GarbageError as error:
        raise GilscopeError(str(error)) from error


def damaged(whole: bytes, chance: random.Random) -> bytes:
    """A variant of something that is whole."""
    match chance.randrange(4):
        case 0:
            return whole[: chance.randrange(len(whole))]
        case 1:
            made = bytearray(whole)
            for _ in range(chance.randrange(1, 5)):
                made[chance.randrange(len(made))] = chance.randrange(256)
            return bytes(made)
        case 2:
            place = chance.randrange(len(whole))
            return whole[:place] + chance.randbytes(chance.randrange(1, 9)) + whole[place:]
        case _:
            return _with_another_value(whole, chance)


def _with_another_value(whole: bytes, chance: random.Random) -> bytes:
    """Something else in the place of a value behind a colon or an equals sign."""
    signs = [place for place, byte in enumerate(whole) if byte in b":="]
    place = chance.choice(signs) + 1
    end = min((found for sign in b",}\n" if (found := whole.find(sign, place)) >= 0), default=len(whole))
    return whole[:place] + chance.choice(VALUES).encode() + whole[end:]


def main() -> int:
    """Damage and read until the time is over."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    chance = random.Random(options.seed)  # noqa: S311 - damage, no secret
    every = list(readers())
    tried, clean = ({reader.name: 0 for reader in every} for _ in range(2))
    failed: list[str] = []
    until_s = time.monotonic() + options.seconds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, answers.FILE_NAME)
        while time.monotonic() < until_s:
            reader = chance.choice(every)
            path.write_bytes(damaged(reader.whole, chance))
            tried[reader.name] += 1
            try:
                reader.read(path)
            except GilscopeError:
                clean[reader.name] += 1
            except Exception:  # noqa: BLE001 - that is what is looked for
                failed.append(f"{reader.name}: {path.read_bytes()[:2000]!r}\n{traceback.format_exc()}")
    print("| what is read | variants | refused |\n|---|--:|--:|")
    for name, count in tried.items():
        print(f"| {name} | {count} | {clean[name]} |")
    peak = 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"\n{len(failed)} of {sum(tried.values())} ended in another error; at most {peak / 1e6:.0f} MB were held.")
    print(*failed[:SHOWN], sep="\n")
    return int(bool(failed) or peak > MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
