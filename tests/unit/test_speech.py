"""How the house speaks: the first line of every docstring is one plain sentence that can be read alone."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
MOST_WORDS = 20
BACK_REFERENCES = ("the same", "likewise", "such", "so many", "as above", "the latter", "the former")
PREPOSITIONS = frozenset(
    (
        "about",
        "above",
        "after",
        "against",
        "among",
        "as",
        "at",
        "before",
        "behind",
        "below",
        "beside",
        "between",
        "beyond",
        "but",
        "by",
        "for",
        "from",
        "in",
        "inside",
        "into",
        "like",
        "of",
        "off",
        "on",
        "onto",
        "out",
        "over",
        "per",
        "since",
        "through",
        "to",
        "towards",
        "under",
        "until",
        "with",
        "within",
        "without",
        "and",
        "also",
        "or",
        "only",
    )
)
FOR_PEOPLE = re.compile(r"\b(tell|tells|told|telling)\b", re.IGNORECASE)
"""Words for talking to people: code returns, records, prints, raises or reports."""


class Docstring(NamedTuple):
    """The first line of a docstring and where it stands."""

    place: str
    line: str


QUESTIONS = "measures"
"""The folder of built-in probes: a probe's first line is its question, which users read in tables, and stays theirs."""


def sources() -> list[Path]:
    """Every Python file whose docstrings are documentation: the package, the pages, the benchmarks, the noxfile."""
    return [
        *sorted((ROOT / "src").rglob("*.py")),
        *sorted((ROOT / "benchmarks").glob("*.py")),
        *sorted((ROOT / "docs").glob("*.py")),
        ROOT / "noxfile.py",
    ]


def docstrings(path: Path) -> list[Docstring]:
    """The first lines of a file's docstrings, but for the question of a probe."""
    found = []
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node)
            is_question = isinstance(node, ast.Module) and QUESTIONS in path.parts and path.name[0] != "_"
            if text and not is_question:
                name = getattr(node, "name", "the module")
                found.append(Docstring(f"{path.name}: {name}", text.partition("\n")[0]))
    return found


def faults(line: str) -> list[str]:
    """What is wrong with a first line."""
    words = re.findall(r"[\w'`./:+*-]+", line)
    lowered = f" {line.lower()} "
    wrong = [f"says {phrase!r}" for phrase in BACK_REFERENCES if re.search(rf"\b{phrase}\b(?! as\b)", lowered)]
    if words and words[0].lower() in PREPOSITIONS:
        wrong.append(f"begins with {words[0]!r}")
    if len(words) > MOST_WORDS:
        wrong.append(f"has {len(words)} words")
    if FOR_PEOPLE.search(line):
        wrong.append("tells")
    if not line.endswith((".", "?", ":")):
        wrong.append("does not end on its line")
    return wrong


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_first_lines_can_be_read_alone(path: Path) -> None:
    """The rule of speech in CONTRIBUTING, as far as it can be seen without reading."""
    wrong = [f"{place}: {'; '.join(found)}: {line}" for place, line in docstrings(path) if (found := faults(line))]

    assert wrong == [], "\n".join(wrong)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("The same for processes.", "says 'the same'"),
        ("Likewise in a pool.", "says 'likewise'"),
        ("Of every lane the median.", "begins with 'Of'"),
        ("What a worker told.", "tells"),
        ("A value that is", "does not end on its line"),
        ("One " + "word " * 20 + "more.", "has 22 words"),
    ],
)
def test_a_line_that_breaks_the_rule_is_found(line: str, fault: str) -> None:
    """Each part of the rule catches a line that breaks it alone."""
    assert faults(line) == [fault]


def test_a_plain_sentence_breaks_no_rule() -> None:
    """Nouns for values, verbs for actions."""
    assert faults("The makespan of a trial, in nanoseconds.") == []
    assert faults("Start a lane and wait until it is ready.") == []
