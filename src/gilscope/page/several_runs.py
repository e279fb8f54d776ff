"""The content of pages over several runs: two side by side, and figures over versions, dates or hosts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from gilscope.page import headlines
from gilscope.page.content import Content, filled, undrawn
from gilscope.page.points import ChangePoint, HostPoint, LevelPoint, ScalingPoint, drawn
from gilscope.render import changes, history, hosts, numbers, run_comparison
from gilscope.render.sheet import BETTER, WORSE
from gilscope.values.lanes import lane_name, model_and_workers

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from gilscope.history.changes import Change
    from gilscope.history.hosts import AcrossHosts, HostsRow
    from gilscope.history.series import History, Series
    from gilscope.history.summary import FigureName
    from gilscope.history.two_runs import RunComparison
    from gilscope.render.sheet import Sheet

SCALES = {"penalty": (100.0, " (%)"), "gain": (1.0, ""), "scaling": (1.0, "")}
"""What a figure is multiplied by where it is drawn, and its unit; a time has the unit of its largest value."""


def of_comparison(compared: RunComparison) -> Content:
    """Two runs side by side; what changed most stands first."""
    headline = headlines.of_comparison(compared)
    hosts = " and ".join(compared.hosts)
    return Content(
        title=headline.title,
        answer=headline.answer,
        made=f"Two runs, measured on {hosts}.",
        changes=tuple(_changes(compared)),
        of_run=filled(run_comparison.sheets(compared)),
    )


def _changes(compared: RunComparison) -> Iterator[ChangePoint]:
    for row in sorted(compared.rows, key=lambda row: row.change.ratio.value, reverse=True):
        value, low, high = drawn(row.change.ratio.relative())
        is_penalty = row.figure == "penalty" and row.work == "serial"
        yield ChangePoint(
            panel=row.probe,
            probe=row.probe,
            arm=row.arm,
            model=row.work,
            lane=f"penalty {row.arm}" if is_penalty else lane_name(row.arm, row.work),
            value=value,
            low=low,
            high=high,
            answer=_answer(row.figure, row.change),
            text=changes.size(row.change),
        )


def of_history(followed: History) -> Content:
    """One figure over versions or dates."""
    headline = headlines.of_history(followed)
    return Content(
        title=headline.title,
        answer=headline.answer,
        made=f"{len(followed.series)} series, on {', '.join(dict.fromkeys(each.host for each in followed.series))}.",
        levels=tuple(point for series in followed.series for point in _levels(followed, series)),
        of_run=filled(map(undrawn, history.sheets(followed))),
    )


def _levels(followed: History, series: Series) -> Iterator[LevelPoint]:
    by, unit = _scale(followed.figure, max(row.estimate.value for row in series.rows))
    for row in series.rows:
        value, low, high = drawn(row.estimate.scaled(by))
        yield LevelPoint(
            group=series.host,
            panel=f"{series.probe}, {lane_name(series.arm, series.work)}{unit}",
            probe=series.probe,
            arm=series.arm,
            model=series.work,
            when=row.label,
            value=value,
            low=low,
            high=high,
            answer="no difference" if row.change is None else _answer(followed.figure, row.change),
            text=changes.figure(followed.figure, row.estimate),
        )


def of_hosts(
    compared: AcrossHosts, *others: AcrossHosts, answers: Mapping[str, Sequence[str]], findings: Sequence[Sheet] = ()
) -> Content:
    """Figures over hosts, after what each host answers; the first figure is drawn, and so are curves of scalings."""
    headline = headlines.of_hosts(compared, answers)
    every = (compared, *others)
    return Content(
        title=headline.title,
        answer=headline.answer,
        made=f"{len(compared.hosts)} hosts: {', '.join(host.name for host in compared.hosts)}.",
        hosts=tuple(point for row in compared.rows for point in _on_hosts(compared, row)),
        scalings=tuple(point for each in every if each.figure == "scaling" for point in _curves(each)),
        of_run=filled([hosts.answers(answers), *hosts.once(sheet for each in every for sheet in hosts.figures(each))]),
        findings=filled(findings),
        about=(hosts.legend(compared.hosts),),
    )


def _on_hosts(compared: AcrossHosts, row: HostsRow) -> Iterator[HostPoint]:
    by, unit = _scale(compared.figure, max((cell.estimate.value for cell in row.measured if cell.estimate), default=1))
    estimates = {cell.host: cell.estimate for cell in row.measured if cell.estimate is not None}
    for host in compared.shown:
        if host.name in estimates:
            value, low, high = drawn(estimates[host.name].scaled(by))
            yield HostPoint(
                group=row.arm.partition("+")[0],
                panel=f"{hosts.name(row)}{unit}",
                probe=row.probe,
                arm=row.arm,
                model=model_and_workers(row.work)[0],
                host=host.name,
                cpu=host.cpu,
                value=value,
                low=low,
                high=high,
                text=changes.figure(compared.figure, estimates[host.name]),
            )


def _curves(compared: AcrossHosts) -> Iterator[ScalingPoint]:
    """The points of every host's curves, each of which begins at one with one worker."""
    begun = set()
    for row in compared.rows:
        model, workers = model_and_workers(row.work)
        for point in _on_hosts(compared, row) if workers > 1 else ():
            at = {**msgspec.structs.asdict(point), "panel": f"{row.probe} {lane_name(row.arm, model)}"}
            key = (at["panel"], point.host)
            if key not in begun:
                begun.add(key)
                yield ScalingPoint(**{**at, "value": 1.0, "low": 1.0, "high": 1.0, "text": "1", "workers": 1})
            yield ScalingPoint(**at, workers=workers)


def _scale(figure: FigureName, largest: float) -> tuple[float, str]:
    """What a series is multiplied by, and its unit, which is that of its table."""
    if figure != "time":
        return SCALES[figure]
    size, unit = next((pair for pair in numbers.TIME_UNITS if largest >= pair[0]), numbers.TIME_UNITS[-1])
    return 1 / size, f" ({unit})"


def _answer(figure: FigureName, change: Change) -> str:
    """Whether a change is for the better or the worse, or no change beyond noise; the answers of `looks.ANSWERS`."""
    if not change.judged:
        return "not judged"
    mark = changes.mark(figure, change)
    return "better" if mark.endswith(BETTER) else "worse" if mark.endswith(WORSE) else "no difference"
