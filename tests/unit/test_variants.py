"""What a person changes of an arm: texts of the command line become options, variables, names and variants."""

from __future__ import annotations

import msgspec
import pytest

from builders import runtime
from gilscope.errors import UsageError
from gilscope.runtimes.variants import (
    Change,
    distinct,
    of_options,
    of_requirements,
    of_variables,
    together,
    with_differences,
)
from gilscope.values.checkouts import Checkout
from gilscope.values.contests import Variant
from gilscope.values.runtimes import Arm

FREE = Arm(name="3.14t", runtime=runtime("3.14t"))
DEFAULT = Arm(name="3.14", runtime=runtime("3.14"))


def test_options_are_parted_as_a_shell_does() -> None:
    """An empty text is none, and makes the arm as it was built."""
    none, gil, both = of_options(["", "-X gil=0", "-O -W 'error:a b'"])

    assert (none.of(FREE).name, none.of(FREE).options) == ("3.14t", ())
    assert gil.of(FREE).command[1:] == ("-X", "gil=0")
    assert both.options == ("-O", "-W", "error:a b")


@pytest.mark.parametrize("text", ["-c pass", "-m", "-mtimeit", "script.py", "-", "gil=0", "-X gil=0 script.py"])
def test_a_program_is_no_option(text: str) -> None:
    """The interpreter would run it instead of the workload."""
    with pytest.raises(UsageError, match="is no option of an interpreter"):
        of_options([text])


@pytest.mark.parametrize("read", [of_options, of_variables])
def test_a_quotation_mark_that_is_not_closed_is_named(read: type) -> None:
    """In words, with the text."""
    with pytest.raises(UsageError, match="No closing quotation"):
        read(["-X 'gil=0"])


def test_variables_are_parted_as_a_shell_does() -> None:
    """Their values may hold blanks and further equals signs."""
    none, some = of_variables(["", "PYTHON_JIT=1 OTHER='a b=c'"])

    assert (none.of(FREE).name, none.of(FREE).environ) == ("3.14t", {})
    assert some.environ == {"PYTHON_JIT": "1", "OTHER": "a b=c"}


@pytest.mark.parametrize("text", ["PYTHON_JIT", "=1", "A=1 B"])
def test_a_variable_has_a_name_and_a_value(text: str) -> None:
    """How to write one, and how to write none, is in the message."""
    with pytest.raises(UsageError, match="write NAME=VALUE, such as --env PYTHON_JIT=1, or '' for none"):
        of_variables([text])


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (of_options(["-X gil=0"])[0], "3.14t-gil"),
        (of_variables(["PYTHON_GIL=0"])[0], "3.14t-gil"),
        (of_options(["-X gil=1"])[0], "3.14t+gil"),
        (of_options(["-O"])[0], "3.14t -O"),
        (of_variables(["A=b:c"])[0], "3.14t A=b_c"),
        (Change(label="main"), "3.14t main"),
    ],
)
def test_an_arm_is_named_after_what_is_changed(change: Change, name: str) -> None:
    """No name holds a colon, which ends it in the name of a lane."""
    assert change.of(FREE).name == name


@pytest.mark.parametrize(
    ("change", "forced"),
    [
        (of_options(["-X gil=1"])[0], True),
        (of_options(["-Xgil=1"])[0], True),
        (of_variables(["PYTHON_GIL=1"])[0], True),
        (of_options(["-X gil=0"])[0].after(of_variables(["PYTHON_GIL=1"])[0]), False),
        (of_options(["-O"])[0], False),
    ],
    ids=["option", "one word", "variable", "the option overrules the variable", "another option"],
)
def test_a_gil_that_is_forced_on_was_not_turned_on_by_a_module(change: Change, *, forced: bool) -> None:
    """A finding would accuse one otherwise."""
    assert change.of(FREE).gil_forced is forced


@pytest.mark.parametrize("change", [of_options(["-X gil=0"])[0], of_variables(["PYTHON_GIL=0"])[0]])
def test_a_default_build_does_not_run_without_its_gil(change: Change) -> None:
    """Said before it dies at its start, or, before 3.13, does not even notice."""
    with pytest.raises(UsageError, match=r"3\.14 cannot run without its GIL: .* --on 3\.14t"):
        change.of(DEFAULT)
    assert not of_options(["-X gil=1"])[0].of(DEFAULT).gil_forced


def test_what_holds_for_all_is_joined_under_the_label_of_the_variant() -> None:
    """Options add up, and of a variable that both set, the variant's value counts."""
    checkout = Checkout(repository="/r", folder="/copy")
    for_all = together(
        [*of_variables(["A=1 B=1"]), Change(label="main", checkout=checkout), *of_requirements(["numpy"])]
    )
    arm = of_variables(["B=2"])[0].after(for_all).of(FREE)

    assert for_all.label == ""
    assert (arm.name, arm.environ) == ("3.14t B=2", {"A": "1", "B": "2"})
    assert (arm.checkout, arm.requirements) == (checkout, ("numpy",))


def test_a_thing_beside_itself_gets_a_number() -> None:
    """Two worktrees of one revision show what a difference of none looks like."""
    assert list(distinct(["HEAD", "main", "HEAD", "", ""])) == ["HEAD", "main", "HEAD-2", "", "as built-2"]
    assert [change.label for change in of_requirements(["numpy", "numpy"])] == ["numpy", "numpy-2"]


def test_variants_say_in_what_else_they_differ() -> None:
    """Builds and packages, arm by arm; what is alike is not named."""
    old = Arm(name="3.14 old", runtime=runtime("3.14"), packages={"numpy": "2.4.4", "six": "1"})
    new = Arm(
        name="3.14 new", runtime=runtime("3.14", lto=False), packages={"numpy": "2.5.5", "six": "1", "extra": "3"}
    )
    first, second = with_differences([Variant(label=arm.name[5:], arms=(arm.name,)) for arm in (old, new)], [old, new])

    assert first.differences == ()
    assert second.differences == ("LTO: no against yes", "extra 3 against none", "numpy 2.5.5 against 2.4.4")


def test_a_changed_arm_serialises() -> None:
    """It is stored with its run."""
    arm = Change(label="x", options=("-O",), environ={"A": "1"}, checkout=Checkout(repository="/r", folder="/c")).of(
        FREE
    )

    assert msgspec.json.decode(msgspec.json.encode(arm), type=Arm) == arm


@pytest.mark.parametrize(
    ("path", "place"),
    [("/r/a/b.py", "/copy/a/b.py"), ("/r", "/copy"), ("/rest/b.py", "/rest/b.py"), ("src", "src")],
    ids=["below", "the repository", "outside", "relative"],
)
def test_a_checkout_holds_what_lies_in_the_repository(path: str, place: str) -> None:
    """All else is where it was; an arm without one moves nothing."""
    arm = msgspec.structs.replace(FREE, checkout=Checkout(repository="/r", folder="/copy"))

    assert (arm.place(path), FREE.place(path)) == (place, path)
