"""What makes two hosts one, so that what was measured on them may be compared."""

from __future__ import annotations

import msgspec
import pytest

from builders import HOST, records
from gilscope.history.summarise import described, summary
from gilscope.history.summary import UNKNOWN
from gilscope.values.contests import Contest
from gilscope.values.records import Code, Finding, SourceFile, Trial
from histories import made_run

TUNED = msgspec.structs.replace(HOST, virtualisation="kvm", governor="performance")


def test_a_host_is_described_by_all_that_moves_a_time() -> None:
    """Name, processor, CPUs, architecture, system, what virtualises it, and how it clocks."""
    assert described(TUNED) == "lab (CPU <of> a|kind, 2 of 4 CPUs, x86_64, Linux, kvm, performance)"


def test_what_is_not_known_of_a_host_is_left_out() -> None:
    """A processor without a name goes by its architecture."""
    unknown = msgspec.structs.replace(TUNED, cpu=None, virtualisation=None, governor=None)

    assert described(unknown) == "lab (x86_64, 2 of 4 CPUs, x86_64, Linux)"


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"name": "cloud"}, False),
        ({"cpu": "another"}, False),
        ({"cpus_usable": 1.5}, False),
        ({"cpus_online": 8}, False),
        ({"machine": "aarch64"}, False),
        ({"system": "Debian"}, False),
        ({"virtualisation": "docker"}, False),
        ({"governor": "powersave"}, False),
        ({"kernel": "6.12"}, True),
        ({"load_1min": 3.0, "steal_percent": 2.0, "memory_bytes": 1}, True),
    ],
)
def test_hosts_are_told_apart_by_what_they_are(changes: dict[str, object], *, same: bool) -> None:
    """Not by what runs on them at the time, nor by a new kernel."""
    assert (described(msgspec.structs.replace(TUNED, **changes)) == described(TUNED)) is same


def circumstances(**changes: object) -> dict[str, str]:
    """Those of the penalty of a run whose code is known, with something of the code changed."""
    _, of, *rest = made_run()
    assert isinstance(of, Contest)
    code = Code(
        contest=of.id,
        arm="3.14t",
        modules={"work": SourceFile("/a/work.py", "1a")},
        libraries={"numpy": "2.3", "attrs": "25.1"},
        commit="0123456789abcdef",
    )
    twins = msgspec.structs.replace(code, arm="3.14")
    run = records(of, [item for item in rest if isinstance(item, Trial)])
    made = msgspec.structs.replace(run, code=(msgspec.structs.replace(code, **changes), twins))
    (penalty,) = [figure for figure in summary(made).figures if figure.name == "penalty"]
    return penalty.circumstances


def test_what_was_measured_is_a_circumstance() -> None:
    """The code by a digest, its commit, and what it imported; which GIL the lane had."""
    told = circumstances()

    assert told["commit"] == "0123456789ab"
    assert told["libraries"] == "attrs 25.1, numpy 2.3"
    assert told["GIL"] == "on"
    assert circumstances(is_dirty=True)["commit"] == "0123456789ab with changes"
    assert circumstances(commit=None)["commit"] == "none"


def test_code_is_told_apart_by_what_it_holds() -> None:
    """Not by where it lies."""
    before = circumstances()["code"]

    assert circumstances(modules={"work": SourceFile("/b/work.py", "1a")})["code"] == before
    assert circumstances(modules={"work": SourceFile("/a/work.py", "2b")})["code"] != before


def test_libraries_of_both_builds_are_told() -> None:
    """A penalty is against the twin's, too."""
    assert circumstances(libraries={"numpy": "2.4"})["libraries"] == "numpy 2.4 against attrs 25.1, numpy 2.3"
    assert circumstances(libraries={})["libraries"] == "none against attrs 25.1, numpy 2.3"


def test_a_run_of_an_older_format_does_not_say_what_it_measured() -> None:
    """That is not the same as nothing."""
    _, of, *rest = made_run()
    assert isinstance(of, Contest)
    run = records(of, [item for item in rest if isinstance(item, Trial)])
    (penalty,) = [figure for figure in summary(run).figures if figure.name == "penalty"]

    assert penalty.measured == (UNKNOWN, UNKNOWN, UNKNOWN)


def test_results_that_cannot_be_compared_have_no_digest() -> None:
    """That of the first process says nothing of the work."""
    _, of, *rest = made_run()
    assert isinstance(of, Contest)
    trials = [item for item in rest if isinstance(item, Trial)]
    note = Finding(contest=of.id, lane="3.14:serial", launch=0, phase="check", kind="not repeatable", reason="why")

    assert {figure.circumstances["result"] for figure in summary(records(of, trials)).figures} == {"d"}
    assert {figure.circumstances["result"] for figure in summary(records(of, trials, [note])).figures} == {"varies"}
