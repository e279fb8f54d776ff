"""What `gilscope audit` takes: packages and files, what is known of them already, and how the answer is shown."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gilscope.arguments.measuring import packages
from gilscope.arguments.options import results, seconds

if TYPE_CHECKING:
    import argparse


def audit(command: argparse.ArgumentParser) -> None:
    """Take what is imported, on which runtimes, and how the answer is shown."""
    command.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="packages as pip names them, files of yours, or functions in these (work.py:parse), which are called from "
        "many threads too; the active environment where left out",
    )
    packages(command)
    command.add_argument(
        "--on",
        action="append",
        default=[],
        metavar="NAME",
        help="a runtime (default: free-threaded ones with their twins, and all that make interpreters with a GIL each)",
    )
    command.add_argument(
        "--allow", action="append", default=[], metavar="NAME", help="a module or package whose findings are known"
    )
    command.add_argument(
        "--price",
        metavar="TARGET",
        help="a function of yours, file.py:function: its file is audited, and what was found there is measured: with "
        "the GIL as it came and forced off, with and without the extension, in interpreters too",
    )
    command.add_argument("--budget", type=seconds, metavar="SECONDS", help="time for each workload of --price")
    command.add_argument(
        "--timeout", type=seconds, default=60.0, metavar="SECONDS", help="for each package (default: 60)"
    )
    command.add_argument("--json", action="store_true", help="every row and finding, as JSON")
    results(command)
    command.add_argument(
        "--markdown", type=Path, metavar="FILE", help="write the table and findings as Markdown instead"
    )
    command.add_argument("--sarif", type=Path, metavar="FILE", help="write the findings as SARIF too, for a code host")
