"""pyperf's command-line options, which a script may read and its own must not collide with.

They are accepted, and have no effect but on what the script itself reads: how often and how long to run is the
controller's to say.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser
    from typing import Any, Dict

SWITCHES = (
    ("--rigorous",),
    ("--fast",),
    ("--debug-single-value",),
    ("-v", "--verbose"),
    ("-q", "--quiet"),
    ("--calibrate-loops",),
    ("--recalibrate-loops",),
    ("--calibrate-warmups",),
    ("--recalibrate-warmups",),
    ("-d", "--dump"),
    ("-m", "--metadata"),
    ("-g", "--hist"),
    ("-t", "--stats"),
    ("--copy-env",),
    ("--tracemalloc",),
    ("--track-memory",),
)
TEXTS = (
    ("-o", "--output"),
    ("--append",),
    ("--affinity",),
    ("--inherit-environ",),
    ("--compare-to",),
    ("--python-names",),
    ("--profile",),
    ("--hook",),
)
NUMBERS = (("--pipe",), ("--timeout",), ("--worker-task",))


def add(parser: ArgumentParser, defaults: Dict[str, Any]) -> None:
    """Give a parser all of pyperf's options; ``defaults`` are what the script's Runner was made with."""
    for names in SWITCHES:
        parser.add_argument(*names, action="store_true")
    for names in TEXTS:
        parser.add_argument(*names)
    for names in NUMBERS:
        parser.add_argument(*names, type=int)
    parser.add_argument("-p", "--processes", type=int, default=defaults["processes"])
    parser.add_argument("-n", "--values", type=int, default=defaults["values"])
    parser.add_argument("-w", "--warmups", type=int, default=defaults["warmups"])
    parser.add_argument("-l", "--loops", type=int, default=defaults["loops"])
    parser.add_argument("--min-time", type=float, default=defaults["min_time"])
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--no-locale", dest="locale", action="store_false")
    # A script that asks whether it is pyperf's worker asks whether it measures: here it always does.
    parser.add_argument("--worker", action="store_true", default=True)
