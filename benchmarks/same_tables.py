"""Do two checkouts print equal tables of every stored run? ``python benchmarks/same_tables.py OTHER_CHECKOUT``.

The report as Markdown, and the sheets of the page, of every stored run of ``results``, made by the code of this
checkout and by that of another one, such as ``git worktree add ../before REVISION``. Differences are printed; the exit
status is 1 where there are any. A change that only moves code leaves all of it as it was.
"""

from __future__ import annotations

import argparse
import difflib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
TEXTS = """
import sys
from pathlib import Path
import msgspec
from gilscope import store
from gilscope.commands.showing import read_report
from gilscope.page.content import content
from gilscope.render import markdown

path = Path(sys.argv[1])
report = read_report(path)
print(markdown.page(report))
page = content(report, store.read(path).trials)
for name in ("contests", "of_run", "findings", "about", "comparability", "lanes", "predictions", "penalties", "trips"):
    for item in msgspec.to_builtins(getattr(page, name)):
        print(name, item)
"""
"""What a checkout prints of a run; it uses names that both checkouts have."""
MOST_LINES = 40


def texts(checkout: Path, run: Path) -> list[str]:
    """Everything that a checkout's code prints of a run, line by line."""
    environ = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    ended = subprocess.run(
        [sys.executable, "-c", TEXTS, str(run)], env=environ, capture_output=True, text=True, check=True
    )
    return ended.stdout.splitlines()


def main() -> int:
    """Compare run by run, and print what differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("other", type=Path, help="the checkout to compare with")
    other = parser.parse_args().other.resolve()
    differing = 0
    for run in sorted((ROOT / "results").glob("*/**/*.jsonl")):
        before, after = texts(other, run), texts(ROOT, run)
        changes = list(difflib.unified_diff(before, after, "before", "after", lineterm="", n=0))
        differing += bool(changes)
        print(f"{run.stem}: {len(after)} lines, {'different' if changes else 'the same'}")
        print("\n".join(line[:240] for line in changes[:MOST_LINES]), end="\n" if changes else "")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
