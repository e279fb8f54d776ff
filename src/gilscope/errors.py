"""Every error a user can meet, each with its exit status.

    GilscopeError                 1
    |-- UsageError                2   the command line asks for something that is not there
    |-- MatrixError               3   a TOML file, a probe's header or a probe's text is wrong
    |-- NoRuntimeError            4   no interpreter to measure on
    |-- InstallError              5   a runtime, or a package without which nothing runs, could not be had
    |   `-- NoWheelError          5   packages have no wheel for a runtime, and nothing may be built
    |-- ResultsError              6   results cannot be written or read
    `-- ControllerInterruptedError 130   Ctrl-C

Status 1 also ends a check that refuted something, and an audit that found something; 7 ends a check that left something
undecided, where `--strict` asks for that.

Status 1 also ends a run in which a lane failed that was asked for (the work alone, or a model or lane that was named),
and one in which nothing could be measured: what could be measured was, and the findings say what could not.
"""

from __future__ import annotations

LANES_FAILED = 1
"""The status of a run in which a lane failed that was asked for, or in which nothing was measured."""


FOUND = 1
"""The status of an audit that found something, and of a check that refuted something."""
UNDECIDED = 7
"""The status of a check that left something undecided, where that is to count."""


class GilscopeError(Exception):
    """What happened, what was probably meant and what to do: the text is written for the user."""

    exit_status = 1


class UsageError(GilscopeError):
    """The command line names something that does not exist or contradicts itself."""

    exit_status = 2


class MatrixError(GilscopeError):
    """One or more mistakes in matrix files or probes, all reported at once."""

    exit_status = 3

    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class NoRuntimeError(GilscopeError):
    """No interpreter was found that the request could run on."""

    exit_status = 4


class InstallError(GilscopeError):
    """A runtime or a package could not be downloaded or built; the text says what was tried."""

    exit_status = 5


class NoWheelError(InstallError):
    """Packages have no wheel for a runtime, and nothing may be built; ``requirements`` asked for them."""

    def __init__(self, text: str, requirements: tuple[str, ...]) -> None:
        super().__init__(text)
        self.requirements = requirements


class ResultsError(GilscopeError):
    """The results folder cannot be written, or a stored run cannot be read."""

    exit_status = 6


class ControllerInterruptedError(GilscopeError):
    """The user pressed Ctrl-C; what had been measured is kept."""

    exit_status = 130
