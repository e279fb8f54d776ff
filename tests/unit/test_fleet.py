"""A fleet: who measures what, and what is left where hosts, schedulers and clients are lost."""

from __future__ import annotations

import asyncio
import itertools
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope.commands.fleet import exit_status
from gilscope.errors import LANES_FAILED, ResultsError
from gilscope.fleet import dispatch
from gilscope.fleet.cluster import SchedulerLostError
from gilscope.fleet.content import Content
from gilscope.fleet.dispatch import Fleet, Outcome
from gilscope.fleet.hosts import alike, present
from gilscope.fleet.values import Ending, Order, State
from gilscope.store import RunCopy, read
from made_up_fleet import OURS, MadeUpCluster, MadeUpHost, copies_in, facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from gilscope.fleet.hosts import Host

PLAN = ("cpu/a@3.14", "cpu/b@3.14", "cpu/c@3.14", "cpu/d@3.14")
ORDER = Order(number=0, run="r1", host="", arguments=("--suite", "quick"), own="own")


class Noted:
    """A board that keeps what it is shown."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []
        self.silences: list[tuple[str, str]] = []

    def stands(self, state: State) -> None: ...

    def silent(self, host: str, seconds: float, reason: str) -> None:
        assert seconds >= 0
        self.silences.append((host, reason))

    def ended(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dispatch, "LOOK_S", 0.0)
    monkeypatch.setattr(dispatch, "LOOKS_PER_S", 10**9)


def measured(
    folder: Path, cluster: MadeUpCluster, *, split: bool = False, board: Noted | None = None, **changes: object
) -> dict[str, Outcome]:
    """What becomes of a run on a cluster, by host."""
    copies = copies_in(folder, cluster)
    contents = [Content("own", b"packed"), Content("project", b"packed")]
    fleet = Fleet(
        cluster,  # type: ignore[arg-type] # made up
        cluster.side,
        copies=copies,
        contents=contents,
        order=msgspec.structs.replace(ORDER, **changes),
        board=board or Noted(),
    )
    try:
        outcomes = asyncio.run(fleet.split(alike) if split else fleet.each())
    finally:
        for copy in copies.values():
            copy.close()
    return {outcome.host: outcome for outcome in outcomes}


def ended(folder: Path, host: str) -> list[str]:
    """The contests that a host has measured to their end, each as often as it was."""
    path = folder / f"{host}.jsonl"
    lines = [msgspec.json.decode(line) for line in path.read_bytes().splitlines()]
    return [line["contest"] for line in lines if line["type"] == "contest end"]


class TestEach:
    """Every host measures the whole plan."""

    def test_every_host_has_all_its_records_here(self, tmp_path: Path) -> None:
        """Byte by byte, and the hosts need not keep theirs."""
        cluster = MadeUpCluster(MadeUpHost("alpha", PLAN), MadeUpHost("beta", PLAN[:2]))

        assert measured(tmp_path, cluster) == {name: Outcome(name, 0) for name in ("alpha", "beta")}

        for host in cluster.hosts.values():
            assert (tmp_path / f"{host.name}.jsonl").read_bytes() == host.kept
            assert tuple(end.contest for end in read(tmp_path / f"{host.name}.jsonl").ends) == host.plan
        assert sorted(cluster.forgotten) == ["alpha", "beta"]

    def test_a_host_is_sent_what_it_lacks_alone(self, tmp_path: Path) -> None:
        """Its own probes are as good as ours where they are the same."""
        same = MadeUpHost("same", PLAN)
        other = MadeUpHost("other", PLAN, own="another")
        has_it = MadeUpHost("has", PLAN)
        has_it.contents.add("project")

        measured(tmp_path, MadeUpCluster(same, other, has_it), project="project")

        assert same.contents == {"project"}
        assert other.contents == {"project", "own"}
        assert has_it.contents == {"project"}

    def test_a_host_that_cannot_keep_what_it_is_sent_is_lost_with_the_reason(self, tmp_path: Path) -> None:
        """The others measure."""
        full = MadeUpHost("full", PLAN)
        full.refuses = "no space left"
        outcomes = measured(tmp_path, MadeUpCluster(full, MadeUpHost("beta", PLAN)), project="project")

        assert outcomes == {"full": Outcome("full", None, "no space left"), "beta": Outcome("beta", 0)}

    def test_what_a_host_says_of_its_end_is_its_outcome(self, tmp_path: Path) -> None:
        """A lane failed on one, and another has no Python of that name; its records are not forgotten."""
        failed, lacking = MadeUpHost("failed", PLAN), MadeUpHost("lacking", ())
        failed.ends_with = Ending(status=LANES_FAILED)
        lacking.ends_with = Ending(status=2, words="No runtime is called '3.15t'.")
        cluster = MadeUpCluster(failed, lacking)

        assert measured(tmp_path, cluster) == {
            "failed": Outcome("failed", LANES_FAILED),
            "lacking": Outcome("lacking", 2, "No runtime is called '3.15t'."),
        }
        assert cluster.forgotten == ["failed"]

    def test_hosts_of_one_machine_never_measure_at_once(self, tmp_path: Path) -> None:
        """Containers that share no folder share a kernel, by which they are known."""
        hosts = [MadeUpHost(name, PLAN, machine="one boot") for name in ("alpha", "beta", "gamma")]
        for host in hosts:
            host.lines_a_look = 3
        apart = MadeUpHost("delta", PLAN)
        apart.lines_a_look = 3
        cluster = MadeUpCluster(*hosts, apart)

        measured(tmp_path, cluster)

        together = [names & {"alpha", "beta", "gamma"} for names in cluster.at_once]
        assert max(map(len, together)) == 1
        assert any(len(names) > 1 for names in cluster.at_once)


class TestSplit:
    """Like hosts share one plan."""

    def test_like_hosts_measure_each_contest_once(self, tmp_path: Path) -> None:
        """Whoever is free takes the next one."""
        cluster = MadeUpCluster(*(MadeUpHost(name, PLAN) for name in ("alpha", "beta", "gamma")))
        cluster.hosts["tcp://alpha"].lines_a_look = 3

        outcomes = measured(tmp_path, cluster, split=True)

        shares = {name: ended(tmp_path, name) for name in ("alpha", "beta", "gamma")}
        assert sorted(itertools.chain(*shares.values())) == sorted(PLAN)
        assert len(shares["alpha"]) == 1
        assert set(outcomes.values()) == {Outcome(name, 0) for name in shares}

    @pytest.mark.parametrize("card", [{"cpu": "another"}, {"kernel": "another"}, {"cpus_usable": 1.0}])
    def test_unlike_hosts_share_nothing(self, tmp_path: Path, card: dict[str, object]) -> None:
        """Their figures are of different things: each kind takes the whole plan."""
        unlike = MadeUpHost("beta", PLAN)
        unlike.facts = facts("beta", **card)  # type: ignore[arg-type] # fields of a card
        cluster = MadeUpCluster(MadeUpHost("alpha", PLAN), unlike)

        measured(tmp_path, cluster, split=True)

        assert ended(tmp_path, "alpha") == ended(tmp_path, "beta") == list(PLAN)

    def test_a_contest_that_a_host_began_is_lost_with_it(self, tmp_path: Path) -> None:
        """No other host begins it, and all other contests are measured."""
        alpha, beta = MadeUpHost("alpha", PLAN), MadeUpHost("beta", PLAN)
        alpha.lines_a_look = 3
        alpha.at_look[4] = lambda: setattr(alpha, "is_gone", True)
        board = Noted()
        cluster = MadeUpCluster(alpha, beta)

        outcomes = measured(tmp_path, cluster, split=True, board=board)

        (begun,) = (contests for contests in alpha.carried_out if contests)
        assert begun is not None
        assert outcomes["alpha"] == Outcome("alpha", None, "its worker is gone (no answer)")
        assert outcomes["alpha"] in board.outcomes
        assert sorted(ended(tmp_path, "beta")) == sorted(set(PLAN) - set(begun))

    def test_a_host_that_cannot_plan_takes_none(self, tmp_path: Path) -> None:
        """Its contests would be lost."""
        lacking = MadeUpHost("alpha", PLAN)
        lacking.begin = lambda order: setattr(  # type: ignore[method-assign] # another end
            lacking,
            "state",
            State(run=order.run, host="alpha", number=order.number, ending=Ending(status=4, words="no Python")),
        )
        lacking.ends_with = Ending(status=4, words="no Python")

        outcomes = measured(tmp_path, MadeUpCluster(lacking, MadeUpHost("beta", PLAN)), split=True)

        assert outcomes == {"alpha": Outcome("alpha", 4, "no Python"), "beta": Outcome("beta", 0)}
        assert ended(tmp_path, "beta") == list(PLAN)

    def test_a_host_whose_gilscope_was_killed_takes_no_further_contest(self, tmp_path: Path) -> None:
        """The others take them, and the signal is its outcome."""
        killed, other = MadeUpHost("alpha", PLAN), MadeUpHost("beta", PLAN)
        killed.at_look = {2: lambda: setattr(killed, "ends_with", Ending(status=-9, words="killed"))}

        outcomes = measured(tmp_path, MadeUpCluster(killed, other), split=True)

        assert outcomes["alpha"] == Outcome("alpha", -9, "killed")
        assert len([contests for contests in killed.carried_out if contests]) == 1
        assert sum(len(contests or ()) for contests in (*killed.carried_out, *other.carried_out)) == len(PLAN)


class TestFaults:
    """Nothing that was measured is lost, and nothing is measured twice."""

    def test_a_host_that_is_silent_for_a_while_goes_on(self, tmp_path: Path) -> None:
        """What it measured meanwhile comes with the next look."""
        host = MadeUpHost("alpha", PLAN)
        host.lines_a_look = 3
        host.at_look = {3: lambda: setattr(host, "is_silent", True), 6: lambda: setattr(host, "is_silent", False)}
        board = Noted()

        assert measured(tmp_path, MadeUpCluster(host), board=board) == {"alpha": Outcome("alpha", 0)}

        assert board.silences == [("alpha", "no answer")] * 3
        assert ended(tmp_path, "alpha") == list(PLAN)
        assert host.carried_out == [None]

    def test_a_host_that_stays_silent_is_lost(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Once it was silent for too long, and no later."""
        monkeypatch.setattr(dispatch, "SILENT_S", 0.0)
        host = MadeUpHost("alpha", PLAN)
        host.at_look = {2: lambda: setattr(host, "is_silent", True)}
        host.lines_a_look = 3

        (outcome,) = measured(tmp_path, MadeUpCluster(host)).values()

        assert outcome.status is None
        assert outcome.words.startswith("it has not answered for ")

    def test_a_worker_that_does_something_else_is_not_waited_for_without_end(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Somebody else's task may take a day."""
        monkeypatch.setattr(dispatch, "BEGIN_S", 0.0)
        host = MadeUpHost("alpha", PLAN)
        host.is_busy = True

        (outcome,) = measured(tmp_path, MadeUpCluster(host)).values()

        assert outcome == Outcome("alpha", None, "its worker has been busy with something else for 0 s")

    def test_a_scheduler_that_is_lost_ends_the_run(self, tmp_path: Path) -> None:
        """What came before is kept."""
        host = MadeUpHost("alpha", PLAN)
        host.lines_a_look = 3
        cluster = MadeUpCluster(host)
        host.at_look = {3: lambda: setattr(cluster, "is_gone", True)}

        with pytest.raises(SchedulerLostError):
            measured(tmp_path, cluster)

        kept = (tmp_path / "alpha.jsonl").read_bytes()
        assert kept
        assert host.kept.startswith(kept)

    @pytest.mark.parametrize("split", [False, True])
    def test_a_run_goes_on_where_it_was(self, tmp_path: Path, *, split: bool) -> None:
        """The client was killed; meanwhile one host measured on, another lost its disk."""
        alpha, beta = MadeUpHost("alpha", PLAN), MadeUpHost("beta", PLAN)
        alpha.lines_a_look = beta.lines_a_look = 3
        cluster = MadeUpCluster(alpha, beta)
        alpha.at_look = {15: lambda: setattr(cluster, "is_gone", True)}
        with pytest.raises(SchedulerLostError):
            measured(tmp_path, cluster, split=split)
        cluster.is_gone = False
        copied = (tmp_path / "alpha.jsonl").read_bytes()
        alpha.lines_a_look = 1000
        alpha.work()
        assert len(alpha.kept) >= len(copied) > 0
        beta.kept = b""

        measured(tmp_path, cluster, split=split)

        for host in (alpha, beta):
            assert (tmp_path / f"{host.name}.jsonl").read_bytes() == host.kept
        both = ended(tmp_path, "alpha") + ended(tmp_path, "beta")
        assert sorted(both) == sorted(PLAN if split else 2 * PLAN)

    def test_a_full_disk_here_ends_all_hosts(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """They keep what they have, and measure no more."""
        alpha, beta = MadeUpHost("alpha", PLAN), MadeUpHost("beta", PLAN)
        alpha.lines_a_look = beta.lines_a_look = 3
        add, appended = RunCopy.append, itertools.count()

        def full(copy: RunCopy, content: bytes) -> None:
            if next(appended) > 4:
                raise ResultsError("No space left on device")
            add(copy, content)

        monkeypatch.setattr(RunCopy, "append", full)
        with pytest.raises(ResultsError, match="No space left"):
            measured(tmp_path, MadeUpCluster(alpha, beta))

        assert not alpha.measures
        assert not beta.measures
        for host in (alpha, beta):
            assert host.kept.startswith((tmp_path / f"{host.name}.jsonl").read_bytes())


class TestHosts:
    """Who may take part."""

    @staticmethod
    def found(*hosts: MadeUpHost) -> tuple[list[Host], Mapping[str, str]]:
        cluster = MadeUpCluster(*hosts)
        there, refused = asyncio.run(present(cluster, cluster.side, OURS))  # type: ignore[arg-type] # made up
        return there, {worker.name: worker.reason for worker in refused}

    def test_all_that_are_as_we_are(self) -> None:
        """By name."""
        there, refused = self.found(MadeUpHost("beta", PLAN), MadeUpHost("alpha", PLAN))

        assert [host.name for host in there] == ["alpha", "beta"]
        assert refused == {}

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"versions": {"gilscope": "0", "distributed": "2"}}, "its gilscope is 0, and here is 1"),
            ({"versions": {"gilscope": "1", "distributed": "3"}}, "its distributed is 3, and here is 2"),
            ({"versions": {"gilscope": "1"}}, "its distributed is None, and here is 2"),
            ({"code": "another"}, "its gilscope 1 is not the same as here"),
        ],
    )
    def test_another_version_is_refused_by_name(self, changes: dict[str, object], reason: str) -> None:
        """Its records might mean something else."""
        there, refused = self.found(MadeUpHost("alpha", PLAN, **changes))

        assert there == []
        assert reason in refused["alpha (tcp://alpha)"]

    def test_a_worker_with_several_threads_is_refused(self) -> None:
        """Somebody else's task could run beside a contest."""
        host = MadeUpHost("alpha", PLAN)
        host.threads = 2

        assert "it has 2 threads" in self.found(host)[1]["alpha (tcp://alpha)"]

    def test_one_worker_of_a_host_takes_part(self) -> None:
        """The others are refused with the address of that one."""
        first, second = MadeUpHost("alpha", PLAN), MadeUpHost("alpha", PLAN)
        second.address = "tcp://second"
        there, refused = self.found(second, first)

        assert [host.address for host in there] == ["tcp://alpha"]
        assert refused["alpha (tcp://second)"].startswith("tcp://alpha is a worker of this host already")

    def test_one_that_does_not_answer_is_refused(self) -> None:
        """It is said so."""
        silent = MadeUpHost("alpha", PLAN)
        silent.is_silent = True

        assert self.found(silent)[1] == {"tcp://alpha": "it does not answer: no answer"}


@pytest.mark.parametrize(("status", "ends_with"), [(0, 0), (1, 1), (2, 2), (6, 6), (None, 1), (143, 1), (-9, 1)])
def test_a_host_that_was_ended_or_lost_has_failed(status: int | None, ends_with: int) -> None:
    """A signal that ended its gilscope is none that ended ours."""
    assert exit_status(Outcome("alpha", status)) == ends_with
