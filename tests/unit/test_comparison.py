"""pyperf's files side by side."""

from __future__ import annotations

import random

from gilscope.exchange import comparison
from gilscope.render import comparison as render


def runs(mean: float, seed: int, number: int = 8) -> list[list[float]]:
    """Runs of three values around a mean, one in a hundred apart."""
    noise = random.Random(seed)  # noqa: S311 - noise to repeat, not a secret
    return [[mean * noise.gauss(1, 0.01) for _ in range(3)] for _ in range(number)]


FILES = {
    "old": {"same": runs(1e-3, 1), "slower": runs(2e-3, 2), "gone": runs(1.0, 3)},
    "new": {"same": runs(1e-3, 4), "slower": runs(2.4e-3, 5), "come": runs(1.0, 6)},
}


def test_a_ratio_holds_the_truth_and_says_whether_it_differs() -> None:
    """20 % are found, none is not."""
    compared = comparison.comparison(FILES)

    cells = {name: cells[1] for name, cells in compared.rows}
    same, slower = cells["same"], cells["slower"]
    assert same is not None
    assert same.ratio is not None
    assert slower is not None
    assert slower.ratio is not None
    assert same.ratio.low < 1 < same.ratio.high
    assert not same.distinguishable
    assert slower.ratio.low < 1.2 < slower.ratio.high
    assert slower.distinguishable


def test_the_mean_is_geometric_and_over_common_benchmarks() -> None:
    """Those of one file alone have no ratio."""
    compared = comparison.comparison(FILES)

    mean = compared.means[1]
    assert mean is not None
    assert mean.low < 1.2**0.5 < mean.high
    assert [name for name, _ in compared.rows] == ["same", "slower", "gone", "come"]
    assert dict(compared.rows)["gone"][1] is None
    come = dict(compared.rows)["come"][1]
    assert come is not None
    assert come.ratio is None


def test_one_run_has_no_interval() -> None:
    """Nothing is known of how runs differ."""
    compared = comparison.comparison({"a": {"x": runs(1.0, 1, 1)}, "b": {"x": runs(2.0, 2, 1)}})

    cell = compared.rows[0][1][1]
    assert cell is not None
    assert cell.ratio is not None
    assert (cell.ratio.low, cell.ratio.high) == (0.0, float("inf"))
    assert not cell.distinguishable


def test_the_sheet_says_that_ratios_are_unpaired() -> None:
    """And what was left out."""
    sheet = render.sheet(comparison.comparison(FILES), ["memory"])

    assert [column.heading for column in sheet.columns] == ["benchmark", "old", "new", "ratio"]
    rows = {row[0]: row[1:] for row in sheet.rows}
    assert rows["same"][2].startswith("~ 1.0")
    assert rows["slower"][2].startswith("1.")
    assert rows["gone"][1:] == ("-", "-")
    assert rows["geometric mean"][2].startswith("1.")
    assert "unpaired" in sheet.notes[0]
    assert "memory" in sheet.notes[1]


def test_one_file_is_shown_without_ratios() -> None:
    """There is nothing to compare it with."""
    sheet = render.sheet(comparison.comparison({"old": FILES["old"]}))

    assert [column.heading for column in sheet.columns] == ["benchmark", "old"]
    assert sheet.notes == ()
