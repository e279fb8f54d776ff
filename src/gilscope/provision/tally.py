"""How far a pair's builds are, read from what configure, make and the profiling tests print.

The unit is about one CPU's time for compiling one file. What runs on one CPU only weighs as much as the other CPUs
could have compiled meanwhile, so that the rate stays even and the time left can be estimated early.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gilscope.provision.progress import Progress

Phase = Literal["configure", "make", "install"]
PHASES: tuple[Phase, ...] = ("configure", "make", "install")

CHECKS = 780
COMPILATIONS = 290
INSTALLED_LINES = 1840
PROFILE_TESTS = 44
CONFIGURE_WEIGHT = 36.0
INSTALL_WEIGHT = 15.0
PROFILE_TEST_WEIGHT = 4.0
OPTIMISED_FILE_WEIGHT = 5.0
SECONDS_PER_UNIT = 0.65

COMPILATION = re.compile(r"\s-c\s.*?(?P<source>[\w.+-]+/[\w.+-]+\.(?:c|cc|S|s))(?=\s|$)")
PROFILE_TEST = re.compile(r"\[\s*\d+/(\d+)(?:/\d+)?\] (test_\w+)")


class Tally:
    """Adds up the phases of several builds and reports their progress."""

    def __init__(self, progress: Progress, builds: int, cpus: int, *, optimised: bool) -> None:
        self._progress = progress
        self._cpus = cpus
        self._builds_ahead = builds
        self._file_weight = OPTIMISED_FILE_WEIGHT if optimised else 1.0
        self._weights: dict[Phase, float] = {
            "configure": CONFIGURE_WEIGHT * cpus,
            "make": self.make_weight(2 * COMPILATIONS, PROFILE_TESTS) if optimised else COMPILATIONS,
            "install": INSTALL_WEIGHT * cpus,
        }
        self._label = self._text = ""
        self._behind = self._ahead = self._here = self._done_here = 0.0

    @property
    def expected_s(self) -> float:
        """A first guess at the time that all builds ahead take."""
        return self._builds_ahead * sum(self._weights.values()) * SECONDS_PER_UNIT / self._cpus

    def begin_build(self, label: str) -> None:
        """Another build begins."""
        self._label = label
        self._builds_ahead -= 1

    def begin(self, phase: Phase, weight: float | None = None) -> None:
        """Enter a phase, with a better estimate of its weight where there is one.

        Part of the phase may have been done before, for instance.
        """
        self.close()
        later = PHASES[PHASES.index(phase) + 1 :]
        self._ahead = self._builds_ahead * sum(self._weights.values()) + sum(self._weights[name] for name in later)
        self._here = self._weights[phase] if weight is None else weight
        self.add(0.0, phase)

    def add(self, units: float, text: str = "") -> None:
        """Count work of the current phase, at most the phase's weight.

        Without a text the last one stays. No work is reported too, so that a display can show that time goes by.
        """
        self._text = text or self._text
        self._done_here = min(self._done_here + units, self._here)
        total = self._behind + self._here + self._ahead
        self._progress.advance(self._behind + self._done_here, total, f"{self._label}: {self._text}")

    def close(self) -> None:
        """The current phase is done, whatever its count says."""
        self._behind += self._here
        self._here = self._done_here = 0.0

    def make_weight(self, files: int, profile_tests: int) -> float:
        """What make has to do, in units."""
        return files * self._file_weight + PROFILE_TEST_WEIGHT * profile_tests * self._cpus

    def hear_configure(self, line: str) -> None:
        """Count one of configure's checks."""
        self.add(self._weights["configure"] / CHECKS if line.startswith("checking ") else 0.0, "configuring")

    def hear_make(self, line: str) -> None:
        """Count a compilation or a profiling test."""
        if match := COMPILATION.search(line):
            self.add(self._file_weight, match["source"])
        elif match := PROFILE_TEST.search(line):
            self.add(PROFILE_TEST_WEIGHT * self._cpus, f"profiling with {match[2]}")
        elif not line:
            self.add(0.0)

    def hear_install(self, line: str) -> None:
        """Count a line of make install."""
        self.add(self._weights["install"] / INSTALLED_LINES if line else 0.0, "installing")


def compilations(dry_run: Iterable[str]) -> int:
    """Count the compilations that ``make -n`` announces."""
    return sum(1 for line in dry_run if COMPILATION.search(line))
