"""A check's ratios in Bencher's metric format, their intervals as bounds, and its verdict as a badge.

- Bencher's metric format (BMF): benchmarks by name, each with measures, each with a value and its bounds.
- A badge is JSON of the endpoint schema of Shields.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gilscope.expectations.judgements import Checked

COLOURS = {"held": "brightgreen", "undecided": "yellow", "refuted": "red"}


def metrics(checked: Checked) -> dict[str, dict[str, dict[str, float]]]:
    """The ratio of each clause that has one, by its workload and runtime, and by what it is."""
    found: dict[str, dict[str, dict[str, float]]] = defaultdict(dict)
    for judgement in checked.judgements:
        ratio, clause = judgement.ratio, judgement.clause
        if ratio is not None and ratio.is_bounded:
            lane = clause.lanes[0].partition(":")[2]
            found[f"{clause.workload} on {clause.runtime}"][f"{clause.kind}-{lane}"] = {
                "value": ratio.value,
                "lower_value": ratio.low,
                "upper_value": ratio.high,
            }
    return dict(found)


def badge(checked: Checked) -> dict[str, object]:
    """How many clauses are held, as a badge."""
    worst = next((verdict for verdict in ("refuted", "undecided") if checked.of(verdict)), "held")
    counts = [(len(checked.of(verdict)), verdict) for verdict in ("held", "refuted", "undecided")]
    message = ", ".join(f"{count} {verdict}" for count, verdict in counts if count) or "nothing expected"
    return {"schemaVersion": 1, "label": "gilscope", "message": message, "color": COLOURS[worst]}
