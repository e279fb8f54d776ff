"""How answers are held against the catalogue: what is right, what is wrong, and what cannot be told."""

from __future__ import annotations

import pytest

from why.catalogue import Cause, Declaration, Workload
from why.judging import Blamed, Said, Verdict, judged

COUNT = Cause("counts", "STOCK.table")
LOCK = Cause("own lock", "EVENTS")


def workload(*causes: Cause, also: tuple[Cause, ...] = ()) -> Workload:
    """A workload with these causes."""
    return Workload("w", "subject", "Does it?", Declaration(causes, also))


def said(*blamed: tuple[str, str | None]) -> Said:
    """An answer that blames these: kind and path of each."""
    return Said(tuple(Blamed(*each) for each in blamed))


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        (said(("counts", "STOCK.table"), ("own lock", "EVENTS")), "right"),
        (said(("counts", "STOCK.table")), "cannot be told"),
        (said(("counts", "STOCK.table"), ("object", "EVENTS")), "cannot be told"),
        (said(("counts", "STOCK.table"), ("own lock", None)), "cannot be told"),
        (said(("counts", "STOCK.table"), ("lock", "EVENTS")), "wrong"),
        (said(("counts", "STOCK")), "wrong"),
        (said(("object", "STOCK")), "wrong"),
        (said(("heap", None)), "wrong"),
        (said(("gil", "undeclared")), "wrong"),
        (said(("machine", None)), "cannot be told"),
        (said(), "cannot be told"),
        (Said(scales=True), "wrong"),
    ],
)
def test_two_causes_have_to_be_named_by_kind_and_object(answer: Said, verdict: Verdict) -> None:
    """Nothing less is right, and nothing else may be asserted."""
    assert judged(answer, workload(COUNT, LOCK), "3.14t").verdict == verdict


def test_what_is_true_besides_may_be_named_and_need_not() -> None:
    """The count of a list whose lock is the cause costs something too."""
    of_lock = workload(LOCK, also=(Cause("counts", "EVENTS"),))

    assert judged(said(("own lock", "EVENTS")), of_lock, "3.14t").verdict == "right"
    both = said(("own lock", "EVENTS"), ("counts", "EVENTS"))
    assert judged(both, of_lock, "3.14t").verdict == "right"
    assert judged(said(("counts", "EVENTS")), of_lock, "3.14t").verdict == "cannot be told"


def test_all_that_begins_as_declared_may_be_named_besides() -> None:
    """A queue is many objects."""
    of_queue = workload(Cause("lock", "JOBS.mutex"), also=(Cause("counts", "JOBS*"),))
    named = ("lock", "JOBS.mutex")

    assert judged(said(named, ("counts", "JOBS.not_full")), of_queue, "3.14t").verdict == "right"
    assert judged(said(named, ("counts", "the values of JOBS.queue")), of_queue, "3.14t").verdict == "right"
    assert judged(said(named, ("counts", "DONE")), of_queue, "3.14t").verdict == "wrong"


def test_what_scales_has_no_cause() -> None:
    """That the machine gave no more to processes either is not untrue, but names nothing."""
    assert judged(Said(scales=True), workload(), "3.14t").verdict == "right"
    assert judged(said(("machine", None)), workload(), "3.14t").verdict == "cannot be told"
    assert judged(said(("counts", "STOCK")), workload(), "3.14t").verdict == "wrong"


def test_the_machine_is_a_name_where_it_is_the_cause() -> None:
    """Without an object."""
    assert judged(said(("machine", None)), workload(Cause("machine")), "3.14t").verdict == "right"
    assert judged(said(), workload(Cause("machine")), "3.14t").verdict == "cannot be told"


def test_what_scales_on_some_machines_may_be_said_to_scale() -> None:
    """Two CPUs of one machine wait for the memory, and those of another have enough of it."""
    of_memory = Workload("w", "subject", "Does it?", Declaration((Cause("machine"),), may_scale=True))

    assert judged(Said(scales=True), of_memory, "3.14t").verdict == "cannot be told"
    assert judged(said(("machine", None)), of_memory, "3.14t").verdict == "right"
    assert judged(said(("counts", "POOL")), of_memory, "3.14t").verdict == "wrong"
    assert judged(Said(scales=True), workload(Cause("machine")), "3.14t").verdict == "wrong"


def test_the_module_that_turned_the_gil_on_is_named() -> None:
    """Another one would be wrong, and that it is on without a name is too little."""
    of_gil = workload(Cause("gil", "undeclared"))

    assert judged(said(("gil", "undeclared")), of_gil, "3.14t").verdict == "right"
    assert judged(said(("gil", "numpy")), of_gil, "3.14t").verdict == "wrong"
    assert judged(said(("gil", None)), of_gil, "3.14t").verdict == "cannot be told"


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("the values of stockroom.prices._per_item", "right"),
        ("the values of prices._per_item", "right"),
        ("stockroom.prices._per_item", "wrong"),
        ("the values of per_item", "wrong"),
    ],
)
def test_a_path_may_begin_where_the_code_begins(path: str, verdict: Verdict) -> None:
    """A container is not what it holds, and half a name is none."""
    of_library = workload(Cause("counts", "the values of stockroom.prices._per_item"))

    assert judged(said(("counts", path)), of_library, "3.14t").verdict == verdict


def test_a_cause_of_another_build_is_untrue_on_this_one() -> None:
    """And what has to be named on one build scales on the other."""
    local = workload(Cause("counts", "CONTEXT", on="3.13t"))
    answer = said(("counts", "CONTEXT"))

    assert judged(answer, local, "3.13t").verdict == "right"
    assert judged(answer, local, "3.14t").verdict == "wrong"
    assert judged(Said(scales=True), local, "3.14t").verdict == "right"


def test_a_verdict_says_what_was_untrue_and_what_is_missing() -> None:
    """So that the table can be acted upon."""
    verdict = judged(said(("counts", "STOCK")), workload(LOCK), "3.14t")

    assert str(verdict) == "wrong; untrue: counts STOCK; unnamed: own lock EVENTS"
