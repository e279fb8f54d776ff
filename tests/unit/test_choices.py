"""What could be run, as sheets."""

from __future__ import annotations

import pytest

from gilscope.render.choices import sheets


@pytest.mark.parametrize(("count", "end"), [(8, "work.py:f7"), (9, "work.py:f7, 1 more")])
def test_many_callables_of_a_script_are_counted(count: int, end: str) -> None:
    """Eight are enough to see what is meant."""
    names = [f"work.py:f{number}" for number in range(count)]
    _, scripts, *_ = sheets(workloads={}, callables={"work.py": names}, suites={}, kinds={})

    assert scripts.rows[0][1].endswith(end)


def test_every_choice_has_the_command_that_takes_it() -> None:
    """A sheet for each kind, in the order in which a person looks for them."""
    workloads, scripts, suites, probes = sheets(
        workloads={"resize": "w.py:f"}, callables={}, suites={"quick": "over a coffee"}, kinds={"io": 1, "cpu": 2}
    )

    assert (workloads.rows, scripts.rows, suites.rows) == ((("resize", "w.py:f"),), (), (("quick", "over a coffee"),))
    assert probes.rows == (("cpu/*", "2 probes"), ("io/*", "1 probe"))
    assert suites.notes == ("Measure by one: gilscope run --suite NAME.",)
