"""Audits: what can be imported of a distribution, verdicts of what was seen, and how they are told."""

from __future__ import annotations

import json
import re
from argparse import Namespace
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from gilscope.arguments import parse
from gilscope.audit.auditing import Equipped, Wanted, subjects_of
from gilscope.audit.place import Place
from gilscope.audit.subjects import Contents, of_file
from gilscope.audit.values import (
    LIBRARY,
    OWN,
    Audit,
    Called,
    Declares,
    End,
    Error,
    Finding,
    Load,
    Row,
    Seen,
    Step,
    Subject,
)
from gilscope.audit.verdicts import findings, verdict
from gilscope.commands import audit as command
from gilscope.commands import newer, prices
from gilscope.errors import InstallError, UsageError
from gilscope.exchange import sarif
from gilscope.render import audit as render

if TYPE_CHECKING:
    from collections.abc import Sequence

REFUSED = Error(type="ImportError", text="", root="module a does not support loading in subinterpreters")
CHAIN = (Step(path="/env/a/__init__.py", line=3, module="a"), Step(path="/home/ann/work.py", line=7, module="work"))
FINDING = Finding(
    subject="work.py",
    runtime="3.14t",
    kind="turns the GIL on",
    module="a._speed",
    reason="it does not declare that it does without the GIL",
    distribution="a",
    version="1.0",
    chain=CHAIN,
)
AUDIT = Audit(
    date="2026-11-28",
    builds={"3.14t": "3.14.6 (GCC)"},
    apart=(),
    rows=(Row(subject="work.py", versions={"3.14t": ""}, threads={"3.14t": "turns the GIL on"}, interpreters={}),),
    findings=(FINDING,),
    seconds=1.0,
)


def loaded(module: str, *, needs_gil: bool | None = False, single_phase: bool = False) -> Load:
    """An extension that was loaded when its package was imported."""
    said = Declares(
        module=module, gil_on=False, needs_gil=needs_gil, single_phase=single_phase, interpreters=2, gil_slot=1
    )
    target = module.partition(".")[0]
    return Load(module=module, path=f"/env/{module}.so", target=target, chain=CHAIN, declared=said, is_over=True)


def refused(module: str) -> Load:
    """An extension that was not loaded."""
    return msgspec.structs.replace(loaded(module), declared=None, error=REFUSED)


def seen(*loads: Load, error: Error | None = None) -> Seen:
    """A package ``a`` that was imported, or was not."""
    return Seen(way="main", errors={"a": error}, loads=loads)


def place(
    main: Seen, interpreter: Seen | None = None, *, version: str = "1.0", extensions: tuple[str, ...] = ("a._speed",)
) -> Place:
    """A package ``a`` on a free-threaded build."""
    subject = Subject(name="a", version=version, modules=("a",), extensions=extensions)
    return Place(
        runtime="3.14t",
        is_free_threaded=True,
        foretells_gil=False,
        subject=subject,
        owner=lambda _: ("a", version),
        main=main,
        interpreter=interpreter,
        threads=None,
    )


def kinds(here: Place, default: Place | None = None) -> list[str]:
    """What was found there."""
    return [found.kind for found in findings(here, default)]


def distribution(site: Path, name: str, *files: str) -> None:
    """Write the records of a distribution."""
    info = site / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files))


class TestSubjects:
    """What distributions let one import."""

    @pytest.fixture
    def contents(self, tmp_path: Path) -> Contents:
        """Three distributions: one of a namespace, one that is compiled whole, and one with a library inside."""
        site = tmp_path / "lib" / "python3.14" / "site-packages"
        distribution(site, "upb", "google/upb/__init__.py", "google/_upb.abi3.so")
        distribution(site, "whole", "whole/__init__.cpython-314-x86_64-linux-gnu.so", "whole/deep/inner/__init__.py")
        distribution(site, "lib", "lib/__init__.py", "lib.libs/libz-1.so", "lib/_a.pyd", "_lib.py", "single.py")
        return Contents(tmp_path)

    def test_the_outermost_packages_are_imported(self, contents: Contents) -> None:
        """Not what lies deeper, what is private, or a namespace that nobody owns."""
        assert contents.subjects["upb"].modules == ("google.upb",)
        assert contents.subjects["whole"].modules == ("whole",)
        assert contents.subjects["lib"].modules == ("lib", "single")

    def test_extensions_are_told_from_libraries(self, contents: Contents) -> None:
        """A folder whose name no module can have holds none."""
        assert contents.subjects["upb"].extensions == ("google._upb",)
        assert contents.subjects["lib"].extensions == ("lib._a",)
        assert contents.subjects["whole"].extensions == ()

    def test_named_ones_and_those_with_extensions_are_looked_at(self, contents: Contents) -> None:
        """All, where nothing is named, and what was installed alone by itself."""

        def looked_at(names: frozenset[str], wanted: Wanted) -> list[str]:
            place_ = Equipped(None, "python", contents, names)  # type: ignore[arg-type] # nobody asks for the runtime
            return [subject.name for subject in subjects_of(place_, [place_], wanted)]

        whole, nothing = frozenset({"whole"}), frozenset[str]()
        assert looked_at(whole, Wanted(whole)) == ["lib", "upb", "whole"]
        assert looked_at(whole, Wanted(whole | {"lib"})) == ["whole"]
        assert looked_at(nothing, Wanted(nothing)) == ["lib", "upb", "whole"]
        assert looked_at(nothing, Wanted(nothing, (of_file(Path("work.py"), "", "work.py"),))) == ["lib", "upb"]

    @pytest.mark.parametrize(
        ("files", "modules"),
        [
            (("_private.py", "__editable___a_finder.py"), ("_private",)),
            (("space/one.py", "space/two.py"), ("space.one", "space.two")),
            (("fast.cpython-314-x86_64-linux-gnu.so",), ("fast",)),
            (("a-stubs/__init__.pyi",), ()),
            (("__editable__.a.pth",), ("a",)),
            ((), ("a",)),
        ],
        ids=["private", "no package", "an extension alone", "stubs", "edited elsewhere", "no record"],
    )
    def test_what_is_strange_is_imported_too(
        self, tmp_path: Path, files: tuple[str, ...], modules: tuple[str, ...]
    ) -> None:
        """By its own name where no record says more; where there is no code, nothing is."""
        distribution(tmp_path / "lib" / "python3.14" / "site-packages", "a", *files)
        subject = Contents(tmp_path).subjects["a"]
        assert (subject.modules, subject.is_guessed) == (modules, modules == ("a",))

    def test_a_damaged_record_is_none(self, tmp_path: Path) -> None:
        """As one with a field that is longer than any path."""
        distribution(tmp_path / "lib" / "python3.14" / "site-packages", "a", "a/" + "x" * 200_000)
        assert Contents(tmp_path).subjects["a"].is_guessed


class TestVerdicts:
    """What was seen, as findings."""

    def test_a_refusal_that_its_importer_hides_is_a_fallback(self) -> None:
        """One that ends the import is none."""
        main = seen(loaded("a._speed"))
        assert kinds(place(main, seen(refused("a._speed")))) == ["falls back"]
        assert kinds(place(main, seen(refused("a._speed"), error=REFUSED))) == ["is refused"]
        assert kinds(place(main, seen(loaded("a._speed")))) == []

    def test_an_extension_that_was_not_tried_is_a_fallback_too(self) -> None:
        """Unless another was refused before, which explains it."""
        main = seen(loaded("a._speed"), loaded("a._more"))
        assert kinds(place(main, seen(loaded("a._speed")))) == ["falls back"]
        assert kinds(place(main, seen(refused("a._speed")))) == ["falls back"]

    def test_a_pure_wheel_beside_an_extension_is_a_fallback(self) -> None:
        """Another version may be made of other modules, and of none may not."""
        default = place(seen(loaded("a._speed")), version="2.0")
        assert kinds(place(seen(), version="2.0", extensions=()), default) == ["falls back"]
        assert kinds(place(seen(), version="1.0", extensions=()), default) == ["falls back"]
        assert kinds(place(seen(loaded("a._other")), version="1.0", extensions=("a._other",)), default) == []

    def test_an_extension_that_nobody_imports_here_is_a_fallback(self) -> None:
        """Although it is installed, and loads by its own name."""
        imported = loaded("a._speed")
        by_name = msgspec.structs.replace(imported, target="a._speed")
        assert kinds(place(seen(by_name)), place(seen(imported))) == ["falls back"]
        assert kinds(place(seen(imported), seen(by_name))) == ["falls back"]
        assert kinds(place(seen(by_name), seen(by_name))) == []

    def test_the_second_attempt_counts_too(self) -> None:
        """Python has the GIL back as soon as a module is created, whatever becomes of it."""
        failed = msgspec.structs.replace(loaded("a._speed", needs_gil=True), error=REFUSED)
        assert kinds(place(seen(failed, loaded("a._speed", needs_gil=True)))) == ["turns the GIL on"]
        assert kinds(place(seen(failed))) == ["turns the GIL on"]

    def test_a_gil_that_nobody_was_seen_to_turn_on_is_there_all_the_same(self) -> None:
        """Whatever loaded the extension, and wherever nothing can be read of it."""
        assert kinds(place(Seen(way="main", errors={"a": None}, loads=(), gil_on="a"))) == ["turns the GIL on"]
        unread = loaded("a._speed", needs_gil=None)
        assert unread.declared is not None
        turned = msgspec.structs.replace(unread, declared=msgspec.structs.replace(unread.declared, gil_on=True))
        found = list(findings(place(Seen(way="main", errors={"a": None}, loads=(unread, turned), gil_on="a")), None))
        assert [(finding.kind, finding.module) for finding in found] == [("turns the GIL on", "a._speed")]

    def test_pythons_own_extensions_are_refused_too(self) -> None:
        """And fall back; one that was there before anything was looked at does neither."""
        here = place(seen(loaded("a.readline")), seen(refused("a.readline"), error=REFUSED))
        here = here._replace(owner=lambda _: (LIBRARY, ""))
        assert kinds(here) == ["is refused"]
        assert kinds(here._replace(interpreter=seen(refused("a.readline")))) == ["falls back"]
        assert kinds(here._replace(interpreter=seen())) == []

    def test_what_could_not_be_looked_at_is_not_clean(self) -> None:
        """Neither where no extension could be loaded, nor where nothing could be started or nobody came to it."""
        error = Error(type="ImportError", text="", root="no library")
        here = place(Seen(way="main", errors={"a": None, "a._speed": error}, loads=()))
        assert verdict(here, findings(here, None), in_interpreter=False) == "not looked at"
        lacking = place(Seen(way="main", errors={}, loads=(), lacking="python cannot be started"))
        assert verdict(lacking, findings(lacking, None), in_interpreter=True) == "not looked at"
        untried = place(Seen(way="main", errors={"a": None}, loads=(), untried=("a._speed",)))
        assert verdict(untried, findings(untried, None), in_interpreter=False) == "not looked at"
        inside = place(seen(), Seen(way="interpreter", errors={}, loads=(), lacking="there is none"))
        assert verdict(inside, findings(inside, None), in_interpreter=True) == "not looked at"
        assert verdict(inside, findings(inside, None), in_interpreter=False) == "clean"

    def test_what_hangs_without_interpreters_is_not_clean_in_them(self) -> None:
        """There is nothing with which they could be compared."""
        here = place(Seen(way="main", errors={}, loads=(), ends={"a": End("hangs", "it did not end")}), seen())
        assert verdict(here, findings(here, None), in_interpreter=True) == "hangs"

    def test_a_name_that_was_guessed_is_no_import_that_fails(self) -> None:
        """Unless there is such a module, and it fails for another reason."""

        def kind(error: str) -> list[str]:
            here = place(seen(error=Error(type=error, text="", root="")), extensions=())
            return kinds(here._replace(subject=msgspec.structs.replace(here.subject, is_guessed=True)))

        assert kind("ModuleNotFoundError") == ["not looked at"]
        assert kind("ImportError") == ["cannot be imported"]

    def test_what_has_no_code_has_nothing_to_import(self) -> None:
        """Such as stubs of types."""
        here = place(Seen(way="main", errors={}, loads=()), extensions=())
        here = here._replace(subject=msgspec.structs.replace(here.subject, modules=()))
        assert verdict(here, [], in_interpreter=False) == "nothing to import"

    def test_what_cannot_be_imported_anywhere_is_nobodys_matter_unless_nothing_can(self) -> None:
        """One of several modules may need what is not installed."""
        error = Error(type="ImportError", text="", root="no b")
        here = place(Seen(way="main", errors={"a": None, "c": error}, loads=()))
        here = here._replace(subject=msgspec.structs.replace(here.subject, modules=("a", "c")))
        assert kinds(here) == ["not all looked at"]
        assert kinds(here, here._replace(main=Seen(way="main", errors={"a": None, "c": None}, loads=()))) == [
            "cannot be imported"
        ]
        assert kinds(place(seen(error=error))) == ["cannot be imported"]
        named = here._replace(main=Seen(way="main", errors={"a": error, "c": None}, loads=()))
        assert kinds(named) == ["cannot be imported"]

    def test_the_gravest_finding_is_the_verdict(self) -> None:
        """That something prints is none."""
        subject = place(seen())
        prints = msgspec.structs.replace(FINDING, kind="prints")
        assert verdict(subject, [prints], in_interpreter=False) == "clean"
        assert verdict(subject, [prints, FINDING], in_interpreter=False) == "turns the GIL on"
        assert verdict(subject, [FINDING], in_interpreter=True) == "clean"


class TestCalls:
    """What calls of a person's function in threads show."""

    @pytest.mark.parametrize(
        ("called", "expected"),
        [
            (None, []),
            (Called(alone=("1", "1"), other=None, error=None), []),
            (Called(alone=("1", "1"), other="2", error=None), ["differs in threads"]),
            (Called(alone=("1", "1"), other=None, error=REFUSED), ["fails in threads"]),
            (Called(alone=("1", "2"), other=None, error=None), ["says nothing of threads"]),
            (Called(alone=(), other=None, error=REFUSED), ["says nothing of threads"]),
        ],
        ids=["not called", "alike", "others", "an error", "never alike", "an error alone"],
    )
    def test_only_what_was_alike_alone_can_differ(self, called: Called | None, expected: list[str]) -> None:
        """What fails alone, or gives another result each time, is a note and no verdict."""
        here = place(seen())._replace(threads=Seen(way="threads", errors={}, loads=(), called=called))
        found = list(findings(here, None))
        assert [finding.kind for finding in found] == expected
        is_clean = not expected or expected == ["says nothing of threads"]
        assert (verdict(here, found, in_interpreter=False) == "clean") is is_clean


class TestTelling:
    """An audit as text, and for a code host."""

    def test_the_answer_names_who_does_what(self) -> None:
        """In the singular and in the plural."""
        assert render.answer(AUDIT) == "work.py on 3.14t: 1 turns the GIL on (work.py)."
        two = msgspec.structs.replace(FINDING, subject="a")
        both = msgspec.structs.replace(AUDIT, findings=(FINDING, two))
        assert render.answer(both) == "work.py on 3.14t: 2 turn the GIL on (work.py, a)."
        assert render.answer(msgspec.structs.replace(AUDIT, findings=())) == "work.py on 3.14t: nothing was found."

    def test_a_chain_ends_at_the_persons_line(self) -> None:
        """With the file's path, which can be opened."""
        (line,) = render.finding_lines([FINDING])
        assert line.startswith("work.py imports a 1.0: a._speed turns the GIL on (3.14t): it does not declare ")
        assert line.endswith("\n  a._speed <- a:3 <- /home/ann/work.py:7")

    def test_a_code_host_shows_it_at_the_line_that_imports(self) -> None:
        """By a path from the folder's root."""
        text = json.dumps(sarif.log([FINDING], Path("/home/ann")))
        (run,) = json.loads(text)["runs"]
        (result,) = run["results"]
        assert result["ruleId"] == "turns-the-gil-on"
        assert result["ruleId"] in {rule["id"] for rule in run["tool"]["driver"]["rules"]}
        (place_,) = result["locations"]
        assert place_["physicalLocation"] == {
            "artifactLocation": {"uri": "work.py"},
            "region": {"startLine": 7},
        }

    def test_a_code_host_is_shown_a_file_that_has_no_such_line(self) -> None:
        """By its address, and interpreters apart from threads."""
        found = msgspec.structs.replace(FINDING, subject="my work.py", distribution=OWN, module="", chain=())
        inside = msgspec.structs.replace(found, in_interpreter=True)
        results = json.loads(json.dumps(sarif.log([found, inside], Path("/home/ann"))))["runs"][0]["results"]
        artifacts = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in results}
        assert artifacts == {"my%20work.py"}
        assert len({result["partialFingerprints"]["finding/v2"] for result in results}) == 2

    def test_pythons_own_fallback_is_one_line(self) -> None:
        """For all that import it."""
        own = msgspec.structs.replace(FINDING, module="_decimal", distribution=LIBRARY, version="", kind="falls back")
        (line,) = render.finding_lines([msgspec.structs.replace(own, subject=name) for name in ("a", "b")])
        assert line.startswith("a, b import Python: _decimal falls back (3.14t)")


class TestCommand:
    """What is asked for."""

    @pytest.mark.parametrize("pattern", ["a", "a.*", "work.py"])
    def test_what_is_known_is_allowed(self, pattern: str) -> None:
        """By the module, its distribution, or whoever imports it."""
        assert command.is_allowed(FINDING, [pattern])
        assert not command.is_allowed(FINDING, ["b"])

    def test_a_name_may_be_spelled_as_pip_takes_it(self) -> None:
        """And in any case."""
        found = msgspec.structs.replace(FINDING, distribution="ruamel-yaml")
        assert command.is_allowed(found, ["Ruamel.Yaml"])
        assert command.is_allowed(found, ["ruamel_*"])

    def test_a_file_that_is_not_there_is_refused(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """And so is a price of what is no function of a file."""
        monkeypatch.chdir(tmp_path)
        with pytest.raises(UsageError, match=r"work\.py: there is no such file"):
            command.ask(parse(["audit", "work.py"]))
        with pytest.raises(UsageError, match="name a function of a file of yours"):
            command.ask(parse(["audit", "lxml", "--price", "lxml.etree:parse"]))
        with pytest.raises(UsageError, match="say what is to be audited"):
            command.ask(parse(["audit"]))

    def test_a_price_is_of_what_was_found_on_the_newest_runtime(self) -> None:
        """A GIL that is turned on is forced off, and its module left out."""
        facts = Namespace(build="free-threaded")
        runtimes = [Namespace(name=name, facts=facts) for name in ("3.13t", "3.14t")]
        (price,) = prices.prices(AUDIT, "work.py", runtimes)  # type: ignore[arg-type] # all of it that is asked
        assert (price.runtime, price.models) == ("3.14t", "threads")
        assert price.variants == ("", "PYTHON_GIL=0", "GILSCOPE_WITHOUT=a._speed")

    def test_what_cannot_be_had_anywhere_is_an_error(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is no finding that a package has a name which the index does not know."""
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("gilscope.commands.measuring.take_census", lambda _: None)
        monkeypatch.setattr(command, "_runtimes", lambda *_: ())
        monkeypatch.setattr(command, "equipped", lambda *_: ([], {"3.14t": {"lxlm": "lxlm was not found"}}))
        with pytest.raises(InstallError, match="lxlm was not found"):
            command.ask(parse(["audit", "lxlm"]))


def test_a_stored_audit_is_of_no_machine() -> None:
    """It names no folder in which packages were installed, and no address."""
    stored = Path(__file__).parents[2] / "results" / "reference" / "audit.json"
    assert re.findall(r"/site-packages/|https?://", stored.read_text("utf-8")) == []


class Index:
    """Environments of a newer version, whose index says what it is asked for."""

    def __init__(self) -> None:
        """Nothing was asked for yet."""
        self.asked: list[str] = []

    def newest(self, _: str, name: str) -> str:
        """One more than there is."""
        self.asked.append(name)
        return "2.0"

    def provided(self, *_: object) -> Namespace:
        """An environment of it, somewhere."""
        return Namespace(environments={"3.14t": Namespace(python="/newer/bin/python")})


class TestNewer:
    """Whether a newer version is clean."""

    def asked(
        self, monkeypatch: pytest.MonkeyPatch, found: Sequence[Finding], *, is_local: bool = False
    ) -> tuple[list[str], str]:
        """What the index was asked for, and what is said of the newest version in which this is found."""
        subject = Subject(name="a", version="1.0", modules=("a",), is_local=is_local)
        here = Equipped(Namespace(name="3.14t"), "python", Namespace(subjects={"a": subject}), frozenset())  # type: ignore[arg-type] # all of it that is asked
        monkeypatch.setattr(newer, "audit", lambda *_: Namespace(findings=tuple(found)))
        index, progress = Index(), Namespace(step=lambda _: None, advance=lambda *_: None)
        done = newer.with_newer(AUDIT, [here], index, {}, 1.0, progress)  # type: ignore[arg-type] # as above
        return index.asked, done.findings[0].newer

    def test_it_is_clean_only_where_nothing_is_found(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """One that cannot be imported turns no GIL on either."""
        other = msgspec.structs.replace(FINDING, kind="cannot be imported")
        assert self.asked(monkeypatch, []) == (["a"], "2.0 is clean of it")
        assert self.asked(monkeypatch, [FINDING])[1] == "2.0, the newest, is no better"
        assert self.asked(monkeypatch, [other])[1] == "2.0, the newest, cannot be imported instead"

    def test_nobody_is_asked_for_what_is_the_persons_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A stranger may have taken the name."""
        assert self.asked(monkeypatch, [], is_local=True) == ([], "")
