"""What the pages of the documentation show of stored runs; cog calls these functions from between its markers.

A run is found by the suite at the end of its name in ``results/reference``, README's verdict in ``results/answers``. A
page says what no run holds.
"""

from __future__ import annotations

import argparse
import html
import inspect
import tomllib
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import FieldInfo, fields

from gilscope import places, store
from gilscope.arguments import parser
from gilscope.audit.values import Audit
from gilscope.claims.judgements import judged
from gilscope.claims.statements import claims as claims_file
from gilscope.commands import showing
from gilscope.figures.ladder import ladder as climbed
from gilscope.figures.side_by_side import standings as standings_of
from gilscope.figures.standings import best_known, standings
from gilscope.interchange import decoded
from gilscope.render import audit as render_audit
from gilscope.render import claims, in_words, ladder, markdown, models, pairs, probes, side_by_side, tracker
from gilscope.values.records import RunHeader
from gilscope.workloads import probes as catalog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from gilscope.render.sheet import Sheet

REFERENCE = Path("results/reference")
ANSWERS = Path("results/answers")
DOCS = Path("docs")
ROOMS = DOCS / "rooms.toml"
WORDS = DOCS / "architecture.md"
EXAMPLE = DOCS / "example" / "work.py"

MEASURED = {
    "results.md": ("Every probe on every Python: penalties, gains and the cores behind them, in full.", "reference"),
    "pep703.md": ("The free-threaded builds of one version after the other, each beside its default build.", "**/*"),
    "pep554.md": ("On which versions subinterpreters run side by side.", "models"),
    "runtimes.md": (
        "Which of CPython, PyPy, Jython and MicroPython run threads side by side.",
        "runtimes",
        "starts",
    ),
    "models.md": ("How much two workers of each model get done on each version, or why they cannot run.", "models"),
    "workers.md": (
        "How long a worker takes to start, to do a task and to end, and what it weighs.",
        "workers",
        "memory",
    ),
    "transport.md": ("How long a payload takes to a worker and back, by each means and size.", "transport"),
    "ladder.md": ("How much of two cores is left as threads share more and more.", "ladder"),
    "convoy.md": ("How long requests wait beside threads, interpreters and processes that compute.", "latency"),
    "hazards.md": ("How often races and deadlocks were seen, and which operations stayed atomic.", "hazards"),
    "audit.md": ("What widely used packages do under free threading and in interpreters.",),
    "pyperformance.md": ("Which of pyperformance's benchmarks run under which model, and scale.", "pyperformance"),
    "penalties.md": ("Ten penalties as pyperf and gilscope measure them in the same minutes.", "penalty/*"),
    "claims.md": ("What others published, and whether these runs hold it, contradict it or cannot judge it.", "*"),
}
"""Every page of results: what it shows, and the runs behind it, by suite or as globs in `REFERENCE`.

Behind the audit's page is no run.
"""

PICTURE = """\
<picture>
  <source media="(prefers-color-scheme: dark)" srcset="docs/images/verdict-dark.svg">
  <img src="docs/images/verdict-light.svg" alt="{words}">
</picture>

"""
"""README's picture, which the session that makes these pages draws from the same run."""

read_report = cache(showing.read_report)
"""Several pages show one run, and its figures take seconds."""


def stored(suite: str, folder: Path = REFERENCE) -> Path | None:
    """The newest run of a suite on record, by the start in its header."""
    return next(reversed(store.runs(folder, f"*-{suite}")), None)


def newest_pair(suite: str) -> str:
    """What the newest free-threaded build of a run costs and gives."""
    path = stored(suite)
    if path is None:
        return _nobody(suite)
    report = read_report(path)
    newest = max(report.run.pairs, key=lambda pair: pair.contests[0].lanes[0].lane.arm.runtime.facts.version)
    return _text([pairs.summary(newest)], [report.run.header])


def example() -> str:
    """The function of one's own that README has a verdict on."""
    return f"`{EXAMPLE.name}`:\n\n```python\n{EXAMPLE.read_text(encoding='utf-8')}```\n"


def own_verdict() -> str:
    """The newest verdict on that function: a picture for light and dark pages, with its words in place of it."""
    path = stored("own", ANSWERS)
    if path is None:
        return f"Nobody has measured {EXAMPLE} here yet: `gilscope run {EXAMPLE}:crunch` does.\n"
    report = read_report(path)
    (contest,) = report.run.contests
    assert contest.verdict is not None  # noqa: S101 - a function of one's own has one
    return PICTURE.format(words=html.escape(in_words.paragraph(contest, contest.verdict))) + _text(
        [], [report.run.header]
    )


def in_full(suite: str) -> str:
    """The summaries of a run, then every contest."""
    path = stored(suite)
    if path is None:
        return _nobody(suite)
    report = read_report(path)
    return _text([*report.summaries, *report.details, *report.closing], [report.run.header])


def every_model(*only: str) -> str:
    """Which models there are on which version; all of them, or those named."""
    path = stored("models")
    if path is None:
        return _nobody("models")
    report = read_report(path)
    return _text([models.matrix(report.run.contests, store.read(path).skips, only)], [report.run.header])


def every_runtime() -> str:
    """One workload on every implementation of Python found here: one thread, two, start and memory."""
    path, of_starts = stored("runtimes"), stored("starts")
    if path is None or of_starts is None:
        return "Nobody has measured this here yet: the command at the end of this page does.\n"
    report, starting = read_report(path), read_report(of_starts)
    (contest,) = report.run.contests
    starts = {each.contest.probe.command[1]: each.lanes[0].time_per_unit for each in starting.run.contests}
    shown = side_by_side.sheet(contest.contest.probe.id, standings_of(contest, starts))
    return _text([shown], [report.run.header, starting.run.header])


def progress() -> str:
    """Every version's free-threaded build against its twin, from all runs on record."""
    reports = [read_report(path) for path in store.runs(REFERENCE, "**/*")]
    known = standings(best_known(contest for report in reports for contest in report.run.contests))
    return _text([tracker.sheet(known)], [report.run.header for report in reports])


def every_claim() -> str:
    """What was said by others, and what the runs on record say of it."""
    runs = [store.read(path) for path in store.runs(REFERENCE)]
    told = judged(claims_file(places.CLAIMS), runs)
    return _text(claims.sheets(told), [run.header for run in runs])


def every_probe() -> str:
    """The catalogue."""
    return markdown.of_sheet(probes.sheet(catalog.probes(*catalog.folders())))


def rungs() -> str:
    """The contention ladder."""
    path = stored("ladder")
    if path is None:
        return _nobody("ladder")
    report = read_report(path)
    return _text([ladder.sheet(climbed(report.run.contests))], [report.run.header])


def overview() -> str:
    """Every page of results with what it shows, on which days and on which machine that was measured."""
    rows = []
    for page, (shows, *runs) in MEASURED.items():
        headers = [_header(path) for path in _behind(runs)]
        days = sorted({header.started[:10] for header in headers} if runs else (audit.date[:10] for audit in _audits()))
        when = " to ".join(dict.fromkeys([*days[:1], *days[-1:]])) or "not yet"
        rows.append(f"| [{_title(DOCS / page)}]({page}) | {shows} | {when} | {'; '.join(_machines(headers)) or '-'} |")
    return "\n".join(["| page | what it shows | measured on | machine |", "|---|---|---|---|", *rows, ""])


def audited() -> str:
    """What an audit of packages found, which is stored as its own JSON."""
    return "".join(markdown.of_blocks([render_audit.answer(audit), render_audit.table(audit)]) for audit in _audits())


def _audits() -> Iterator[Audit]:
    path = REFERENCE / "audit.json"
    if path.is_file():
        yield decoded(path.read_bytes(), msgspec.json.Decoder(Audit))


def words() -> str:
    """The words of the architecture's table, in alphabetical order, each with a heading that can be linked to."""
    lines = WORDS.read_text(encoding="utf-8").partition("## Words")[2].partition("\n## ")[0].splitlines()
    _, *rows = (line.strip("| ").split(" | ", 1) for line in lines if line.startswith("| "))
    texts = {word: meaning[0].upper() + meaning[1:] for word, meaning in rows}
    return "\n".join(f"## {word}\n\n{texts[word]}.\n" for word in sorted(texts, key=str.lower))


def rooms() -> str:
    """What lives in each room of the package, and which others it may import."""
    table = tomllib.loads(ROOMS.read_text(encoding="utf-8"))
    rows = [f"| {_room(name)} | {row['holds']} | {_imports(row.get('imports', []))} |" for name, row in table.items()]
    return "\n".join(["| room | what lives there | may import |", "|---|---|---|", *rows, ""])


def _room(name: str) -> str:
    return f"`{name}/`" if (places.PACKAGE / name).is_dir() else f"`{name}`"


def _imports(rooms: Sequence[str]) -> str:
    if rooms == ["*"]:
        return "all but `agent`"
    return ", ".join(f"`{name}`" for name in rooms) or "nothing of ours"


def _text(shown: Iterable[Sheet], headers: Sequence[RunHeader]) -> str:
    made = "; ".join(f"`{header.id}` (suite {header.suite}, {header.started[:10]})" for header in headers)
    sheets = [markdown.of_sheet(sheet) for sheet in shown if sheet.rows]
    return "\n".join([*sheets, f"From {made}, on {', '.join(_machines(headers))}."])


def _machines(headers: Iterable[RunHeader]) -> list[str]:
    return sorted({f"{header.host.cpu}, {header.host.cpus_usable:g} usable CPUs" for header in headers})


def _behind(runs: Iterable[str]) -> Iterator[Path]:
    """The newest run on record of each suite, and all runs that a glob stands for."""
    for name in runs:
        if "*" in name:
            yield from store.runs(REFERENCE, name)
        elif (path := stored(name)) is not None:
            yield path


def _header(path: Path) -> RunHeader:
    with path.open("rb") as lines:
        return msgspec.json.decode(lines.readline(), type=RunHeader)


def _title(page: Path) -> str:
    """The heading at the top of a page."""
    lines = page.read_text(encoding="utf-8").splitlines()
    return next(line.removeprefix("# ") for line in lines if line.startswith("# "))


def _nobody(suite: str) -> str:
    return f"Nobody has measured this here yet: `gilscope run --suite {suite} --on '*'` does.\n"


def commands() -> str:
    """What every command says of itself when asked for help."""
    actions = parser()._subparsers  # noqa: SLF001 - argparse tells its commands nowhere else
    assert actions is not None  # noqa: S101 - the command line has commands
    (choices,) = (action.choices for action in actions._group_actions)  # noqa: SLF001 - the same
    assert isinstance(choices, dict)  # noqa: S101 - they have names
    return "\n".join(f"## gilscope {name}\n\n```text\n{_help(command)}```\n" for name, command in choices.items())


def _help(command: argparse.ArgumentParser) -> str:
    command.formatter_class = partial(argparse.RawDescriptionHelpFormatter, width=100)
    return command.format_help()


def keys(table: type[msgspec.Struct]) -> str:
    """A Struct's fields with their types and defaults, and what its docstring says of them."""
    rows = [f"| `{item.encode_name}` | {_type(item.type)} | {_default(item)} |" for item in fields(table)]
    lineage = [kind for kind in table.__mro__ if issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct]
    about = "\n\n".join(inspect.cleandoc(kind.__doc__ or "") for kind in lineage)
    return "\n".join([about.replace("``", "`"), "", "| key | type | default |", "|---|---|---|", *rows, ""])


ROOMS_OF_VALUES = ("checkouts", "contests", "lanes", "probes", "records", "rules", "runtimes")
"""The rooms of values that a type of a field may come from."""


def _type(kind: object) -> str:
    named = kind.__name__ if isinstance(kind, type) else str(kind)
    for prefix in (
        "typing.",
        *(f"gilscope.values.{room}." for room in ROOMS_OF_VALUES),
    ):
        named = named.replace(prefix, "")
    return "`" + named.replace("|", "or").replace("NoneType", "null") + "`"


def _default(field: FieldInfo) -> str:
    if field.required:
        return "required"
    value = field.default if field.default is not msgspec.NODEFAULT else field.default_factory()
    return "none" if value is None or value in ((), {}) else f"`{value}`"


def faults() -> str:
    """The kinds of faults that are tried, and how many cases there are of each."""
    from faults.catalogue import KINDS  # noqa: PLC0415 - tests are found where the page says so

    rows = [f"| {kind.wrong} | {kind.right} | {kind.cases} |" for kind in KINDS]
    whole = f"| all | | {sum(kind.cases for kind in KINDS)} |"
    return "\n".join(["| input | what becomes of it | cases |", "|---|---|--:|", *rows, whole]) + "\n"
