"""What a command line asks to be installed becomes groups of arms: their interpreters, differences and reasons."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

import builders
from gilscope import errors, places
from gilscope.arguments import parse
from gilscope.commands import environments, output
from gilscope.commands.choosing import Part
from gilscope.lab.plan import group_of_pair
from gilscope.provision import active
from gilscope.provision.active import Active
from gilscope.provision.environments import Environment, Provided
from gilscope.values.packages import Packages
from gilscope.values.probes import Probe, Target
from gilscope.workloads.scripts import Script
from gilscope.workloads.suites import suite

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.lab.measure import Batch
    from gilscope.values.runtimes import Runtime

QUICK = suite(places.SUITES, "quick")
GROUP = group_of_pair(builders.pair(("PGO: yes against no",)))
PLAIN = msgspec.structs.replace(builders.PROBE, path="/home/ann/plain.py")
NUMPY = msgspec.structs.replace(PLAIN, id="numpy", dependencies=("numpy",))
OWN = msgspec.structs.replace(PLAIN, id="cpu/primes", path=str(places.PROBES / "cpu" / "primes.py"))
BENCHMARK = Script(id="pyperformance/mako", path="/bm/run_benchmark.py", prefix="pyperformance/")
ACTIVE = Active(
    folder="/home/ann/.venv",
    python="/home/ann/.venv/bin/python",
    versions={"rich": "14"},
    packages=Packages(editables=("/s",)),
)


class Asked:
    """Stands in for the environments of a run: remembers what was asked, and answers with versions or reasons."""

    def __init__(self) -> None:
        self.calls: list[tuple[list[str], Packages, Active | None]] = []
        self.versions = {"3.14t": "2.3.1", "3.14": "2.4.4"}
        self.reasons: dict[str, str] = {}

    def provided(self, runtimes: Sequence[Runtime], wanted: Packages, joined: Active | None = None) -> Provided:
        names = [runtime.name for runtime in runtimes]
        self.calls.append((names, wanted, joined))
        made = {
            name: Environment(python=f"/cache/{name}/bin/python", versions={"numpy": version})
            for name, version in self.versions.items()
            if name in names and name not in self.reasons
        }
        return Provided(made, self.reasons, {})


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Asked:
    """What is asked of the environments, none of which is made."""
    made = Asked()
    monkeypatch.setattr(environments, "Environments", lambda *_, **_options: made)
    monkeypatch.setattr(output, "cache_dir", lambda: tmp_path)
    return made


def batches(*workloads: Probe | Script, options: Sequence[str] = ()) -> tuple[Batch, ...]:
    """The batches of a command line with these options."""
    part = Part(parse(["run", *options]), QUICK, Path.cwd(), None, ())
    (made,) = environments.batches([(part, workloads)], [GROUP], may_build=True)
    return made


def test_what_needs_nothing_is_left_as_it_is(asked: Asked) -> None:
    """Nobody is asked for an environment."""
    (batch,) = batches(PLAIN, OWN)

    assert batch.workloads == (PLAIN, OWN)
    assert batch.groups == (GROUP,)
    assert asked.calls == []


def test_arms_are_started_in_the_environment_of_their_runtime(asked: Asked) -> None:
    """Both ways to start a free-threaded build share one; versions that differ stand among the differences."""
    (batch,) = batches(NUMPY)

    (group,) = batch.groups
    assert asked.calls == [(["3.14", "3.14t"], Packages(requirements=("numpy",)), None)]
    assert {arm.name: arm.python for arm in group.arms} == {
        "3.14": "/cache/3.14/bin/python",
        "3.14t": "/cache/3.14t/bin/python",
        "3.14t+gil": "/cache/3.14t/bin/python",
    }
    assert group.arms[0].packages == {"numpy": "2.4.4"}
    assert group.pair is not None
    assert group.pair.differences == ("PGO: yes against no", "numpy 2.3.1 against 2.4.4")


def test_an_arm_without_an_environment_has_the_reason(asked: Asked) -> None:
    """There is nothing to compare its packages with."""
    asked.reasons = {"3.14t": "no wheel"}
    ((group,),) = (batch.groups for batch in batches(NUMPY))

    assert group.lacking == {"3.14t": "no wheel", "3.14t+gil": "no wheel"}
    assert group.arms[1].python is None
    assert group.pair == GROUP.pair


def test_what_the_command_line_asks_for_is_for_all_workloads(asked: Asked) -> None:
    """Beside what each of them needs."""
    made = batches(PLAIN, NUMPY, options=["--with", "scipy", "--with", "numpy"])

    assert [call[1].requirements for call in asked.calls] == [("scipy", "numpy")]
    assert [batch.workloads for batch in made] == [(PLAIN, NUMPY)]


@pytest.mark.parametrize(
    ("options", "path", "is_installed"),
    [
        (["--with", "{shop}"], "src/shop/prices.py", True),
        (["--with-editable", "{shop}"], "src/shop/prices.py", True),
        (["--with-editable", "{shop}"], "../other.py", False),
        ([], "src/shop/prices.py", False),
    ],
)
@pytest.mark.usefixtures("asked")
def test_a_callable_of_an_installed_project_is_imported_from_there(
    tmp_path: Path, options: list[str], path: str, *, is_installed: bool
) -> None:
    """Its sources may lack what a build makes."""
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "pyproject.toml").touch()
    target = Target(name="total", path=os.path.normpath(shop / path), module="shop.prices", search=(str(shop / "src"),))
    workload = msgspec.structs.replace(PLAIN, target=target, setup=target)

    (batch,) = batches(workload, options=[option.format(shop=shop) for option in options])

    (made,) = batch.workloads
    assert isinstance(made, Probe)
    assert [part.installed for part in (made.target, made.setup) if part is not None] == [is_installed] * 2


def test_workloads_keep_their_order(asked: Asked) -> None:
    """Those that stand together and need alike packages share a batch."""
    made = batches(PLAIN, NUMPY, BENCHMARK, OWN)

    assert [[workload.id for workload in batch.workloads] for batch in made] == [
        ["cpu/primes"],
        ["numpy"],
        ["pyperformance/mako", "cpu/primes"],
    ]
    assert len(asked.calls) == 1


def test_a_runtime_that_a_workload_cannot_use_gets_no_environment(asked: Asked) -> None:
    """The plan leaves it out for its own reason."""
    batches(msgspec.structs.replace(NUMPY, requires_python=">=3.99"))

    assert asked.calls == [([], Packages(requirements=("numpy",)), None)]


def test_the_active_environment_is_for_a_persons_own_workloads(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is said, and how to leave it out; gilscope's probes and pyperformance's benchmarks get it on demand."""
    monkeypatch.setattr(active, "active", lambda _: ACTIVE)

    batches(PLAIN, OWN, BENCHMARK)
    assert asked.calls == [(["3.14", "3.14t"], Packages(), ACTIVE)]
    line = "With the active environment /home/ann/.venv (1 package, s as it is edited); --no-with-active leaves it out."
    assert line in capsys.readouterr().err

    batches(OWN)
    batches(PLAIN, options=["--no-with-active"])
    assert len(asked.calls) == 1
    assert capsys.readouterr().err == ""

    batches(OWN, BENCHMARK, options=["--with-active"])
    assert asked.calls[1:] == [(["3.14", "3.14t"], Packages(), ACTIVE)]


def test_parts_of_a_run_share_their_environments_and_what_is_said(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Each has the packages that the project names for it; paths among them begin at the project."""
    monkeypatch.setattr(active, "active", lambda _: ACTIVE)
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "setup.py").touch()
    options = parse(["run"])
    parts = [Part(options, QUICK, tmp_path, "a", ("./shop",)), Part(options, QUICK, tmp_path, "b", ("numpy",))]

    first, second = environments.batches([(part, (PLAIN,)) for part in parts], [GROUP], may_build=True)

    assert [len(first), len(second)] == [1, 1]
    assert [call[1].requirements for call in asked.calls] == [(str(tmp_path / "shop"),), ("numpy",)]
    assert capsys.readouterr().err.count("--no-with-active") == 1


def test_an_active_environment_that_is_asked_for_must_be_there(asked: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message names the variable and other ways."""
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)

    with pytest.raises(errors.UsageError, match=r"VIRTUAL_ENV names it.*--with PACKAGE"):
        batches(PLAIN, options=["--with-active"])
    assert asked.calls == []


def test_nothing_left_for_want_of_a_package_is_a_failed_installation(asked: Asked) -> None:
    """Another status than that of a wrong use."""
    asked.reasons = {"3.14t": "offline", "3.14": "offline"}

    assert isinstance(environments.nothing_left(batches(NUMPY), "offline"), errors.InstallError)
    assert isinstance(environments.nothing_left(batches(PLAIN), "why"), errors.UsageError)
    assert str(environments.nothing_left(batches(PLAIN), "why")) == "nothing is left to measure: why"
