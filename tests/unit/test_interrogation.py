"""What is made of an executable's answer, and how long it is remembered; nothing is started here."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope.processes.child import Ended
from gilscope.runtimes import answers
from gilscope.runtimes.answers import AnswerCache, FactsAnswer
from gilscope.runtimes.candidates import Candidate
from gilscope.runtimes.interrogation import judge, start_failure
from gilscope.values.runtimes import Facts

if TYPE_CHECKING:
    from pathlib import Path

FACTS: dict[str, object] = {
    "executable": "/bin/python",
    "base_prefix": "/",
    "implementation": "CPython",
    "version": [3, 13, 5],
    "version_text": "3.13.5",
    "build": "default",
    "gil_enabled": True,
    "compiler": "GCC 14.2.0",
    "config_args": [],
    "pgo": False,
    "lto": False,
    "debug": False,
    "jit": "absent",
    "interpreters_api": None,
    "own_gil": False,
    "platform": "linux-x86_64",
}
NOW_S = 1_000_000.0


def printed(nonce: str, facts: dict[str, object]) -> str:
    """Return what facts.py would print."""
    return msgspec.json.encode({"nonce": nonce, "facts": facts}).decode() + "\n"


def test_a_good_answer_becomes_facts() -> None:
    """Lines that start-up files print around the answer do no harm."""
    answer = judge(Ended(0, "welcome\n" + printed("n1", FACTS) + "bye\n", ""), "n1")

    assert answer.facts == msgspec.convert(FACTS, Facts)
    assert answer.reason is None


@pytest.mark.parametrize(
    ("ended", "reason"),
    [
        (Ended(-11, "", "Fatal\nlast words\n"), "it died of SIGSEGV: last words"),
        (Ended(127, "", "pyenv: command not found\n"), "it ended with exit status 127: pyenv: command not found"),
        (Ended(3, printed("n1", FACTS), ""), "it ended with exit status 3"),
        (Ended(0, "hello\n", ""), "it did not answer as a Python does: hello"),
        (Ended(0, "", ""), "it did not answer as a Python does"),
        (Ended(0, "", "\x1b[31mred\x1b[0m"), "it did not answer as a Python does:  [31mred [0m"),
        (Ended(0, printed("n2", FACTS), ""), "it gave facts, but not the nonce it was asked with"),
        (Ended(-9, "", "", "it did not end within 10 s"), "it did not end within 10 s"),
    ],
)
def test_a_bad_answer_says_what_was_wrong(ended: Ended, reason: str) -> None:
    """Crashes, garbage and lies are told apart, and the executable's own last line is quoted, made harmless."""
    answer = judge(ended, "n1")

    assert answer == FactsAnswer(reason=reason)


@pytest.mark.parametrize("change", [{"pgo": "yes"}, {"version": [3, 13]}, {"build": "odd"}])
def test_facts_of_the_wrong_shape_are_refused(change: dict[str, object]) -> None:
    """A liar that echoes the nonce still has to tell every fact in its own type."""
    answer = judge(Ended(0, printed("n1", {**FACTS, **change}), ""), "n1")

    assert answer.facts is None
    assert str(answer.reason).startswith("its facts are incomplete or wrong")
    assert next(iter(change)) in str(answer.reason)


def test_missing_facts_are_named() -> None:
    """The reason says which fact was left out."""
    answer = judge(Ended(0, printed("n1", {k: v for k, v in FACTS.items() if k != "lto"}), ""), "n1")

    assert "`lto`" in str(answer.reason)


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.EACCES, "not executable"), (errno.ENOENT, "leads nowhere"), (errno.ENOEXEC, "not a program")],
)
def test_what_cannot_be_started_says_why(tmp_path: Path, number: int, words: str) -> None:
    """The system's error numbers are put in words."""
    file = tmp_path / "python"
    file.touch()

    reason = start_failure(str(file), OSError(number, os.strerror(number)))

    assert words in reason


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    """Both are ordinary slips with ``--python``."""
    missing = start_failure(str(tmp_path / "gone"), OSError(errno.ENOENT, ""))
    folder = start_failure(str(tmp_path), OSError(errno.EACCES, ""))

    assert (missing, folder) == ("there is no such file", "it is a folder")


def executable(folder: Path) -> str:
    """Make a file that stands for an interpreter."""
    file = folder / "python3.13"
    file.write_text("1")
    return str(file)


def own_answer(path: str) -> FactsAnswer:
    """Return facts that the file at this path gave of itself."""
    return FactsAnswer(facts=msgspec.convert({**FACTS, "executable": os.path.realpath(path)}, Facts))


def test_facts_are_remembered_while_the_file_is_the_same(tmp_path: Path) -> None:
    """Even long after, since an interpreter's facts do not change by themselves."""
    path = executable(tmp_path)
    memory = AnswerCache("script")
    memory.remember(path, own_answer(path), NOW_S)

    recalled = memory.recall(path, NOW_S + 10_000_000)

    assert recalled == own_answer(path)


def test_a_replaced_file_is_asked_again(tmp_path: Path) -> None:
    """An upgrade in place voids the answer."""
    path = executable(tmp_path)
    memory = AnswerCache("script")
    memory.remember(path, own_answer(path), NOW_S)
    (tmp_path / "python3.13").write_text("another interpreter")

    recalled = memory.recall(path, NOW_S)

    assert recalled is None


@pytest.mark.parametrize("answer", [FactsAnswer(reason="hangs"), FactsAnswer(facts=msgspec.convert(FACTS, Facts))])
@pytest.mark.parametrize(("age_s", "remembered"), [(0, True), (599, True), (600, False), (-60, False)])
def test_failures_and_wrappers_are_soon_asked_again(
    tmp_path: Path, answer: FactsAnswer, age_s: float, *, remembered: bool
) -> None:
    """A failure may pass, and a wrapper may lead elsewhere tomorrow; a clock set back does not make either last."""
    path = executable(tmp_path)
    memory = AnswerCache("script")
    memory.remember(path, answer, NOW_S)

    recalled = memory.recall(path, NOW_S + age_s)

    assert recalled == (answer if remembered else None)


def test_the_cache_comes_back_from_disk(tmp_path: Path) -> None:
    """What one census learned, the next one knows."""
    path = executable(tmp_path)
    with answers.lent(tmp_path / "cache") as memory:
        memory.remember(path, own_answer(path), NOW_S)
        memory.discovery = answers.Discovery("print", NOW_S, (Candidate(path, "system", "python3.13"),))

    again = answers.load(tmp_path / "cache")

    assert again.recall(path, NOW_S) == own_answer(path)
    assert again.recall_discovery("print", NOW_S) == (Candidate(path, "system", "python3.13"),)


def test_another_script_voids_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers to other questions are of no use."""
    path = executable(tmp_path)
    with answers.lent(tmp_path) as memory:
        memory.remember(path, own_answer(path), NOW_S)
    script = tmp_path / "facts.py"
    script.write_text("print('other')")
    monkeypatch.setattr(answers, "FACTS_SCRIPT", script)

    recalled = answers.load(tmp_path).recall(path, NOW_S)

    assert recalled is None


def test_files_that_are_gone_leave_the_cache(tmp_path: Path) -> None:
    """The cache does not grow with every interpreter that ever was."""
    path = executable(tmp_path)
    memory = AnswerCache("script")
    memory.remember(path, own_answer(path), NOW_S)
    (tmp_path / "python3.13").unlink()

    answers.save(tmp_path / "cache", memory)

    assert memory.answers == {}


@pytest.mark.parametrize("content", [b"", b"{", b'{"script": 1}', b"\xff\xfe"])
def test_a_damaged_cache_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    """A cache is never a reason to fail."""
    (tmp_path / answers.FILE_NAME).write_bytes(content)

    memory = answers.load(tmp_path)

    assert memory.answers == {}


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    """Here a file stands where the folder should be."""
    obstacle = tmp_path / "cache"
    obstacle.write_text("in the way")

    with answers.lent(obstacle) as memory:
        memory.remember(executable(tmp_path), FactsAnswer(reason="hangs"), NOW_S)

    assert obstacle.read_text() == "in the way"


def test_an_unchanged_cache_is_not_written(tmp_path: Path) -> None:
    """A warm census leaves the disk alone."""
    with answers.lent(tmp_path / "cache"):
        pass

    assert not (tmp_path / "cache").exists()


@pytest.mark.parametrize(("fingerprint", "age_s"), [("other", 0), ("print", 90_000)])
def test_discovery_is_repeated_when_folders_changed_or_a_day_passed(fingerprint: str, age_s: float) -> None:
    """What no listing shows, Windows' registry for one, can change without a trace."""
    memory = AnswerCache("script", discovery=answers.Discovery("print", NOW_S, ()))

    found = memory.recall_discovery(fingerprint, NOW_S + age_s)

    assert found is None


@pytest.mark.parametrize(("age_s", "remembered"), [(0, True), (86_399, True), (86_400, False), (-1, False)])
def test_discovery_holds_for_a_day(age_s: float, *, remembered: bool) -> None:
    """To the second; a clock set back does not make it last."""
    memory = AnswerCache("script", discovery=answers.Discovery("print", NOW_S, ()))

    assert (memory.recall_discovery("print", NOW_S + age_s) is not None) is remembered
