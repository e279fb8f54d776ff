"""How long ``gilscope runtimes --json`` takes with a warm cache, beside a bare interpreter; the goal holds in one run.

The goal: at most three bare ``python -c pass`` and 150 ms.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

ROUNDS = 15
ALLOWANCE_S = 0.150


def main() -> None:
    """Time both in turn and print a Markdown table."""
    bare, listing = [sys.executable, "-c", "pass"], [sys.executable, "-m", "gilscope.cli", "runtimes", "--json"]
    seconds(listing)
    pairs = [(seconds(bare), seconds(listing)) for _ in range(ROUNDS)]
    bare_s, listing_s = (statistics.median(column) for column in zip(*pairs, strict=True))
    print("| command | median of 15 | goal |\n| --- | --- | --- |")
    print(f"| python -c pass | {bare_s * 1e3:.0f} ms | |")
    print(f"| gilscope runtimes --json, warm | {listing_s * 1e3:.0f} ms | {(3 * bare_s + ALLOWANCE_S) * 1e3:.0f} ms |")


def seconds(command: list[str]) -> float:
    """The wall time of one run."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
