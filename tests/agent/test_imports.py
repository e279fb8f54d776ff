"""What a lane says that it has imported: the person's own modules by their files, packages by their versions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import targets
from agents import Agents, end
from gilscope.lab import protocol
from gilscope.lab.protocol import Imports
from gilscope.values.lanes import LaneSpec

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.values.probes import Probe
    from gilscope.values.runtimes import Arm

AS_BUILT = [pytest.param(arm, id=arm.name) for arm in targets.AS_BUILT]

WORK = """
import sys
sys.path.insert(0, {installed!r})
import json
import shop.prices
import plain
import odd_name

def work():
    import later
    return 1
"""


def asked(agents: Agents, arm: Arm, probe: Probe) -> Imports:
    """What an agent has imported after one trial; all is well with it then."""
    order = protocol.order(probe, LaneSpec(arm=arm, model="serial", workers=1))
    ended = end(agents.start(arm, order + protocol.trial_order(1) + protocol.IMPORTS + protocol.CLOSE))

    assert ended.kinds == ["Hello", "Ready", "Measured", "Imports", "Closed"], ended
    assert (ended.status, ended.printed) == (0, "")
    return next(answer for answer in ended.answers if isinstance(answer, Imports))


def installed(folder: Path) -> Path:
    """A folder of packages with metadata: one of its distribution's name, one of another, one that says nothing."""
    packages = folder / "site-packages"
    for name in ("plain", "odd_name", "_hook"):
        (packages / name).mkdir(parents=True)
        (packages / name / "__init__.py").write_text("import _hook\n" if name == "plain" else "")
    for name, version, top in (("plain", "1.2", "plain"), ("Odd-Thing", "3.4", "odd_name"), ("hook", "5", "_hook")):
        described = packages / f"{name.replace('-', '_')}-{version}.dist-info"
        described.mkdir()
        (described / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        (described / "top_level.txt").write_text(f"{top}\n")
    return packages


@pytest.mark.parametrize("arm", AS_BUILT)
def test_own_modules_and_versions_are_told(arm: Arm, agents: Agents, tmp_path: Path) -> None:
    """Also a module that is imported while the work runs; neither Python's nor the agent's own are the person's."""
    (tmp_path / "shop").mkdir()
    for name in ("shop/__init__.py", "shop/prices.py", "later.py"):
        (tmp_path / name).touch()
    probe = agents.write(WORK.format(installed=str(installed(tmp_path))))
    told = asked(agents, arm, probe)

    assert set(told.modules) == {"probe_0", "shop", "shop.prices", "later"}
    assert told.modules["probe_0"] == probe.path
    assert told.modules["shop.prices"] == str(tmp_path / "shop" / "prices.py")
    assert told.packages == {"plain": "1.2", "Odd-Thing": "3.4"}
    assert {"plain", "odd_name", "_hook"} <= set(told.pure)


@pytest.mark.parametrize("arm", AS_BUILT)
def test_extension_modules_are_named(arm: Arm, agents: Agents) -> None:
    """Those that are built in, too; modules of Python code are none."""
    told = asked(agents, arm, agents.write("import array, json\n\ndef work():\n    return 1\n"))

    assert {"array", "sys"} <= set(told.extensions)
    assert not {"json", "probe_0"} & set(told.extensions)


@pytest.mark.parametrize("arm", AS_BUILT)
def test_metadata_that_somebody_broke_ends_no_lane(arm: Arm, agents: Agents, tmp_path: Path) -> None:
    """What it says of others still counts."""
    packages = installed(tmp_path)
    (packages / "Odd_Thing-3.4.dist-info" / "METADATA").unlink()
    (packages / "Odd_Thing-3.4.dist-info" / "top_level.txt").write_bytes(b"\xff\xfe")
    source = WORK.format(installed=str(packages)).replace("import shop.prices\n", "").replace("    import later\n", "")

    assert asked(agents, arm, agents.write(source)).packages == {"plain": "1.2"}


@pytest.mark.parametrize("arm", AS_BUILT[-1:])
def test_modules_that_load_at_their_first_use_stay_asleep(arm: Arm, agents: Agents, tmp_path: Path) -> None:
    """Asking what was imported imports nothing."""
    (tmp_path / "lazy.py").write_text("raise SystemExit('woken')\n")
    source = """
import importlib.util, sys
spec = importlib.util.find_spec("lazy")
spec.loader = importlib.util.LazyLoader(spec.loader)
sys.modules["lazy"] = module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)

def work():
    return 1
"""

    assert "probe_0" in asked(agents, arm, agents.write(source)).modules


BROKEN = """
import sys
{broken}

def work():
    return 1
"""


@pytest.mark.parametrize(
    "broken", ["sys.excepthook = None", "del sys.stdout, sys.stderr, sys.stdin", "sys.meta_path = 7"]
)
@pytest.mark.parametrize("arm", AS_BUILT)
def test_a_script_that_breaks_python_is_asked_all_the_same(arm: Arm, broken: str, agents: Agents) -> None:
    """What was measured counts; what it had imported is not told where nothing can be imported any more."""
    probe = agents.write(BROKEN.format(broken=broken))
    told = asked(agents, arm, probe).modules

    assert told == {"probe_0": probe.path} or ("meta_path" in broken and told == {})
