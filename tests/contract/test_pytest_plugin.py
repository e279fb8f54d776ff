"""The fixture ``gilscope`` in tests of somebody's own, by the Python that runs these."""

from __future__ import annotations

import sys
import sysconfig

import pytest

from runs import lend

WORK = """
    import threading
    from functools import partial

    LOCK = threading.Lock()

    def crunch(count=20_000):
        total = 0
        for number in range(count):
            total += number * number
        return total

    def who():
        return threading.current_thread() is threading.main_thread()

    class Parser:
        @staticmethod
        def parse(count):
            return crunch(count)
"""
IS_FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
HAS_OWN_GIL = sys.version_info >= (3, 12)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project of one module, whose tests know what all Pythons here said to these."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(pytester.path / "cache"))
    lend(pytester.path / "cache")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    pytester.makepyfile(work=WORK)
    return pytester


def test_each_call_has_a_verdict(project: pytest.Pytester) -> None:
    """What is refuted fails its test, with the reason and no traceback of ours; what is held passes."""
    project.makepyfile("""
        from work import Parser, partial, who

        def test_held(gilscope):
            assert gilscope.same_result(partial(Parser.parse, count=50)) == "held"

        def test_refuted(gilscope):
            gilscope.same_result(who)

        def test_not_found(gilscope):
            gilscope.same_result(lambda: 1)
    """)

    result = project.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*work.py:who: one result in threads: *threads-2: *"])
    result.stdout.fnmatch_lines(["*cannot be called in another process: name a function at the level of its module*"])
    result.stdout.no_fnmatch_line("*pytest_plugin.py:*")


def test_a_busy_machine_fails_no_test(project: pytest.Pytester) -> None:
    """Bounds and overlaps are held or undecided, and a warning stands at the line of the test."""
    project.makepyfile("""
        from work import crunch, partial

        def test_bounds(gilscope):
            assert gilscope.no_slower_than(crunch, partial(crunch, 20_000), by=0.3) in {"held", "undecided"}
    """)

    result = project.runpytest_subprocess("-p", "no:cacheprovider", "--gilscope-budget", "2")

    outcomes = result.parseoutcomes()
    assert (outcomes.get("passed"), outcomes.get("failed")) == (1, None)


def test_the_build_is_asked_about_itself(project: pytest.Pytester) -> None:
    """What it cannot show is skipped, with the reason."""
    project.makepyfile("""
        def test_gil(gilscope):
            gilscope.keeps_gil_off()
            gilscope.keeps_gil_off("json")

        def test_interpreters(gilscope):
            gilscope.loads_in_interpreters("json")

        def test_nothing_of_the_kind(gilscope):
            gilscope.loads_in_interpreters("no_such_module")
    """)

    result = project.runpytest_subprocess("-p", "no:cacheprovider", "-rs")

    passed = IS_FREE_THREADED + HAS_OWN_GIL
    result.assert_outcomes(passed=passed, failed=int(HAS_OWN_GIL), skipped=3 - passed - HAS_OWN_GIL)
    if not IS_FREE_THREADED:
        result.stdout.fnmatch_lines(["SKIPPED*this build always has its GIL"])


def test_who_does_not_name_it_pays_nothing(project: pytest.Pytester) -> None:
    """The plugin imports nothing of ours but itself."""
    project.makepyfile("""
        import sys

        def test_nothing():
            ours = {name for name in sys.modules if name.partition(".")[0] == "gilscope"}
            assert ours <= {"gilscope", "gilscope.pytest_plugin"}
            assert "numpy" not in sys.modules and "msgspec" not in sys.modules
    """)

    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_a_twin_is_named_for_penalties(project: pytest.Pytester) -> None:
    """Without one, the test says what to do."""
    project.makepyfile("""
        from work import crunch

        def test_penalty(gilscope):
            gilscope.penalty(crunch, at_most=0.5)
    """)

    result = project.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*name it by --gilscope-twin PATH*"])


def test_threads_that_run_one_test_measure_once(project: pytest.Pytester) -> None:
    """As pytest-run-parallel has them do."""
    project.makepyfile("""
        from concurrent.futures import ThreadPoolExecutor
        import gilscope.pytest_plugin as plugin

        asked = []

        def run(words):
            asked.append(words)
            return {"judgements": [{"verdict": "held"}]}

        def crunch():
            return 1

        def test_many(gilscope, monkeypatch):
            monkeypatch.setattr(plugin, "_run", run)
            with ThreadPoolExecutor(4) as pool:
                assert set(pool.map(gilscope.overlaps, [crunch] * 4)) == {"held"}
            assert len(asked) == 1
    """)

    project.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
