"""How often alike hosts are said to differ: ``python benchmarks/hosts.py`` prints a Markdown table.

Answers are drawn in which all hosts have one truth, each with an error that is estimated from a few launches. Cochran's
Q and Welch's F are what `gilscope.stats.heterogeneity` is held against.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import numpy as np

from alike import cochran, drawn, welch
from gilscope.stats.heterogeneity import p_of_alike
from gilscope.stats.intervals import freedom

HOSTS = (2, 5, 10, 40)
LAUNCHES = 5
ANSWERS = 2000
ERROR_RATE = 0.05


def main() -> None:
    """Print a row for each number of hosts."""
    print("| hosts | Q says they differ | Welch's F (1951) | as it is done here |")
    print("| --- | --- | --- | --- |")
    for number in HOSTS:
        draw = np.random.default_rng(number)
        answers = [drawn(draw, number, freedom(LAUNCHES)) for _ in range(ANSWERS)]
        wrong = (
            sum(test(estimates) < ERROR_RATE for estimates in answers) / ANSWERS
            for test in (cochran, welch, p_of_alike)
        )
        print(f"| {number} | {' | '.join(f'{100 * share:.1f} %' for share in wrong)} |")


if __name__ == "__main__":
    main()
