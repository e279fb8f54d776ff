"""The shape of the house in figures, of this checkout or others: ``python benchmarks/house.py [CHECKOUT ...]``.

It reads source only: files at the top of the package, rooms and the arrows between them, modules in circles, lengths of
files and functions, and docstrings whose first line breaks the rule of speech that ``tests/unit/test_speech.py`` holds.
"""

from __future__ import annotations

import ast
import runpy
import statistics
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
SPEECH = runpy.run_path(str(ROOT / "tests" / "unit" / "test_speech.py"))
CIRCLES = runpy.run_path(str(ROOT / "tests" / "unit" / "test_circles.py"))
LONG_FILE = 300

Graph = dict[str, set[str]]


def in_circles(graph: Graph) -> set[str]:
    """The modules that are left when those that import nothing left, or that nothing left imports, are taken away."""
    left = dict(graph)
    while True:
        used = set().union(*left.values()) if left else set()
        loose = {name for name, targets in left.items() if not targets & left.keys() or name not in used}
        if not loose:
            return set(left)
        left = {name: targets for name, targets in left.items() if name not in loose}


def lengths_of_functions(paths: list[Path]) -> list[int]:
    """Lines of every function, in order."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    trees = (ast.walk(ast.parse(path.read_text("utf-8"))) for path in paths)
    return sorted(
        (node.end_lineno or 0) - node.lineno + 1 for tree in trees for node in tree if isinstance(node, kinds)
    )


def figures(checkout: Path) -> dict[str, str]:
    """The figures of one checkout, by name."""
    package = checkout / "src" / "gilscope"
    known = CIRCLES["named_modules"](package)
    graph = CIRCLES["imports"](package, CIRCLES["OURS"])
    rooms = {name.partition(".")[0] for name in known}
    arrows = {
        (name.partition(".")[0], target.partition(".")[0]) for name, targets in graph.items() for target in targets
    }
    arrows = {(one, other) for one, other in arrows if one != other and one not in {"cli", "commands"}}
    functions = lengths_of_functions(list(known.values()))
    long = [name for name, path in known.items() if len(path.read_text("utf-8").splitlines()) > LONG_FILE]
    sources = [*known.values(), *(checkout / "benchmarks").glob("*.py"), *(checkout / "docs").glob("*.py")]
    lines = [docstring.line for path in sources for docstring in SPEECH["docstrings"](path)]
    return {
        "files at the top of the package": str(len(list(package.glob("*.py")))),
        "rooms": str(len(rooms)),
        "arrows between rooms, the command line's aside": str(len(arrows)),
        "rows in the table of imports": str(rows_of_the_table(checkout)),
        "modules in circles": str(len(in_circles(graph))),
        f"files over {LONG_FILE} lines": str(len(long)),
        "functions": str(len(functions)),
        "their median, 90th percentile and longest": (
            f"{statistics.median(functions):g}, {functions[int(0.9 * len(functions))]}, {functions[-1]} lines"
        ),
        "docstrings": str(len(lines)),
        "of them break the rule of speech": str(sum(bool(SPEECH["faults"](line)) for line in lines)),
    }


def rows_of_the_table(checkout: Path) -> int:
    """How many rooms the table of who may import whom has; it used to stand in a test."""
    declared, tested = checkout / "docs" / "rooms.toml", checkout / "tests" / "unit" / "test_imports.py"
    if declared.exists():
        return len(tomllib.loads(declared.read_text("utf-8")))
    return len(runpy.run_path(str(tested))["MAY_IMPORT"])


def main() -> None:
    """Print a row per figure and a column per checkout."""
    checkouts = [Path(argument).resolve() for argument in sys.argv[1:]] or [ROOT]
    columns = [figures(checkout) for checkout in checkouts]
    print("| figure | " + " | ".join(checkout.name for checkout in checkouts) + " |")
    print("|---|" + "---|" * len(checkouts))
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns) + " |")


if __name__ == "__main__":
    main()
