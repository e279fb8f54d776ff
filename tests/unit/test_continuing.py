"""A run that is continued: what has changed since it was measured."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from builders import HEADER, contest, lane, runtime
from gilscope.lab import sources
from gilscope.lab.continuing import changes
from gilscope.lab.protocol import Imports
from gilscope.values.checkouts import Checkout
from gilscope.values.lanes import LaneSpec
from gilscope.values.probes import Target
from gilscope.values.records import ContestEnd, Run
from gilscope.values.runtimes import Arm

if TYPE_CHECKING:
    from gilscope.values.contests import Contest


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A person's file in the working folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "work.py").write_text("def f(): ...\n")
    return tmp_path / "work.py"


def of(work: Path, arm: Arm | None = None, arguments: str = "()") -> Contest:
    """A contest of a callable of that file."""
    made = contest(lane("3.14") if arm is None else LaneSpec(arm=arm, model="serial", workers=1))
    target = Target(name="f", path=str(work), arguments=arguments)
    return msgspec.structs.replace(made, probe=msgspec.structs.replace(made.probe, path=str(work), target=target))


def measured(*contests: Contest, **imports: str) -> Run:
    """A run that has measured these; its lanes have imported further modules."""
    code = [sources.code(item, item.lanes[0].arm, Imports(modules=imports), {}) for item in contests]
    ends = [ContestEnd(contest=item.id, reason="precise", seconds=1.0, launches=9) for item in contests]
    return Run(path=Path("run.jsonl"), header=HEADER, contests=contests, code=tuple(code), ends=tuple(ends))


def built(**facts: object) -> Arm:
    """The arm of a build."""
    return Arm(name="3.14", runtime=runtime("3.14", **facts))


def test_what_is_as_it_was_may_be_continued(work: Path) -> None:
    """Code, call, packages and build."""
    assert changes(measured(of(work)), [of(work)]) == ()


def test_another_file_is_told(work: Path, tmp_path: Path) -> None:
    """Also one that the workload only imports, and one that is gone; each once."""
    for name in ("shop.py", "gone.py"):
        (tmp_path / name).write_text("# before\n")
    run = measured(of(work), of(work), shop=str(tmp_path / "shop.py"), gone=str(tmp_path / "gone.py"))
    work.write_text("def f(): return 1\n")
    (tmp_path / "shop.py").write_text("# after\n")
    (tmp_path / "gone.py").unlink()

    assert set(changes(run, [of(work)])) == {
        "work.py is another",
        "shop.py is another",
        "gone.py cannot be read any more",
    }
    assert len(changes(run, [of(work)])) == 3


def test_code_of_other_workloads_may_change(work: Path, tmp_path: Path) -> None:
    """They are not measured again."""
    run = measured(of(work))
    work.write_text("def f(): return 1\n")
    other = of(tmp_path / "other.py")

    assert changes(run, [msgspec.structs.replace(other, probe=msgspec.structs.replace(other.probe, id="other"))]) == ()


def test_code_may_not_change_between_arms(work: Path) -> None:
    """A run would hold the workload before on one Python, and after on another."""
    run = measured(of(work))
    work.write_text("def f(): return 1\n")
    later = msgspec.structs.replace(of(work, msgspec.structs.replace(built(), name="3.15")), id="cpu/primes@3.15")

    assert changes(run, [later]) == ("work.py is another",)


def test_files_of_a_revision_are_looked_for_in_its_copy(work: Path, tmp_path: Path) -> None:
    """Each run makes a copy of its own; one that is asked for no more says nothing."""

    def at(folder: str, text: str) -> Arm:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "work.py").write_text(text)
        checkout = Checkout(repository=str(tmp_path), folder=str(tmp_path / folder))
        return msgspec.structs.replace(built(), name="3.14 main", checkout=checkout)

    run = measured(of(work, at("first", "# main\n")))
    (tmp_path / "first" / "work.py").unlink()

    assert changes(run, [of(work, at("second", "# main\n"))]) == ()
    assert changes(run, [of(work, at("third", "# main, later\n"))]) == ("work.py is another",)
    assert changes(run, [of(work)]) == ()


def test_another_call_is_told(work: Path) -> None:
    """A workload that the project names keeps its name when its arguments change."""
    assert changes(measured(of(work)), [of(work, arguments="(2)")]) == (
        "cpu/primes is another workload: what is called, with which arguments, or on what",
    )


def test_other_packages_are_told(work: Path) -> None:
    """What is installed for an arm decides what is measured."""
    before, after = (
        msgspec.structs.replace(built(), packages=versions) for versions in ({"a": "1"}, {"a": "2", "b": "1"})
    )

    assert changes(measured(of(work, before)), [of(work, after)]) == ("a of 3.14: 1, now 2", "b of 3.14: none, now 1")


def test_another_build_is_told(work: Path) -> None:
    """Whatever workload is asked for: a run has one build of a name."""
    run = measured(of(work, built(binary="1a", commit="aa")))
    now = of(work, built(binary="2b", commit="bb"))
    other = msgspec.structs.replace(now, probe=msgspec.structs.replace(now.probe, id="other"))

    assert changes(run, [other]) == ("the build 3.14: 3.14.0 (aa), now 3.14.0 (bb)",)


def test_what_was_cut_off_may_change(work: Path) -> None:
    """It is measured again, whole."""
    run = msgspec.structs.replace(measured(of(work)), ends=())
    work.write_text("def f(): return 1\n")

    assert changes(run, [of(work)]) == ()


def test_older_runs_are_continued_as_before(work: Path) -> None:
    """They hold nothing that could be compared."""
    run = msgspec.structs.replace(measured(of(work)), code=())
    work.write_text("def f(): return 1\n")

    assert changes(run, [of(work, built(binary="2b"), arguments="(2)")]) == ()
