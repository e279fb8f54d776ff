"""What travels to hosts and comes back: contents, copies of records, folders of runs, words, and the display."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zlib
from typing import TYPE_CHECKING

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from builders import HEADER, HOST
from gilscope import store
from gilscope.arguments import parse
from gilscope.arguments.fleet import words_for_hosts
from gilscope.errors import ResultsError, UsageError
from gilscope.fleet import content, folder
from gilscope.fleet.dispatch import Outcome
from gilscope.fleet.values import Ending, HostFacts, Moment, News, Order, Planned, State, Waiting
from gilscope.interchange import decoded, encoded
from gilscope.render.fleet import FleetProgress
from made_up_fleet import OURS, facts

if TYPE_CHECKING:
    from pathlib import Path

    from gilscope.fleet.content import Content

ASKED = folder.Asked(words=("--suite", "quick"), split=False, project="project", folder=".", own="own")
CONTENTS = [content.Content("own", b"o"), content.Content("project", b"p")]


class TestContent:
    """Folders travel by what they hold."""

    @staticmethod
    def project(place: Path) -> Path:
        (place / "pkg").mkdir(parents=True)
        (place / "pkg" / "work.py").write_text("def work(): pass\n")
        (place / "run.sh").write_text("true\n")
        (place / "run.sh").chmod(0o755)
        return place

    def packed(self, place: Path) -> Content:
        return content.pack(place, ["run.sh", "pkg/work.py", "pkg", "gone"])

    def test_it_is_elsewhere_what_it_is_here(self, tmp_path: Path) -> None:
        """Names, bytes, and who may be run."""
        home = content.unpack(self.packed(self.project(tmp_path / "here")), tmp_path / "there")

        assert (home / "pkg" / "work.py").read_text() == "def work(): pass\n"
        assert os.access(home / "run.sh", os.X_OK)
        assert not os.access(home / "pkg" / "work.py", os.X_OK)
        assert [path.name for path in (tmp_path / "there").iterdir()] == [home.name]

    def test_when_and_by_whom_it_was_made_is_no_content(self, tmp_path: Path) -> None:
        """Two clones of one state have one digest, and another byte makes another."""
        first, second = self.project(tmp_path / "a"), self.project(tmp_path / "b")
        os.utime(second / "run.sh", (1, 1))
        assert self.packed(first) == self.packed(second)

        (second / "run.sh").write_text("false")
        assert self.packed(first).digest != self.packed(second).digest

    def test_a_link_travels_as_what_it_leads_to(self, tmp_path: Path) -> None:
        """What it leads to may not be there on a host."""
        place = self.project(tmp_path / "here")
        (tmp_path / "data").write_text("data")
        (place / "data").symlink_to(tmp_path / "data")

        home = content.unpack(content.pack(place, ["data"]), tmp_path / "there")

        assert not (home / "data").is_symlink()
        assert (home / "data").read_text() == "data"

    @pytest.mark.parametrize("change", [lambda packed: packed[:-9], lambda _: b"", lambda _: zlib.compress(b"x")])
    def test_what_was_damaged_on_its_way_is_not_unpacked(self, tmp_path: Path, change: object) -> None:
        """The digest says so."""
        whole = self.packed(self.project(tmp_path / "here"))
        damaged = msgspec.structs.replace(whole, packed=change(whole.packed))  # type: ignore[operator] # a function
        with pytest.raises(ValueError, match=r"digest|not packed"):
            content.unpack(damaged, tmp_path / "there")
        assert not (tmp_path / "there").exists()

    @pytest.mark.parametrize(("name", "kind"), [("../out", b"0"), ("/out", b"0"), ("a/../../out", b"0"), ("out", b"2")])
    def test_nothing_is_written_elsewhere(self, tmp_path: Path, name: str, kind: bytes) -> None:
        """A name that leads out of the folder is refused, and a link, by each version of Python."""
        member = tarfile.TarInfo(name)
        member.type = kind
        member.linkname = "/"
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            archive.addfile(member)
        archived = buffer.getvalue()
        digest = hashlib.sha256(archived).hexdigest()[: content.DIGITS]
        with pytest.raises(ValueError, match="out"):
            content.unpack(content.Content(digest, zlib.compress(archived)), tmp_path / "there")
        assert not (tmp_path / "out").exists()
        assert list((tmp_path / "there").iterdir()) == []

    def test_too_much_is_refused_with_the_largest(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """It would be sent to every host."""
        monkeypatch.setattr(content, "MOST_BYTES", 20)
        with pytest.raises(UsageError, match=r"the largest are pkg/work.py"):
            self.packed(self.project(tmp_path))
        monkeypatch.setattr(content, "MOST_BYTES", 22)
        assert self.packed(tmp_path).digest


class TestCopies:
    """The copy of a run is the beginning of the other file, to the byte."""

    @given(cut=st.integers(0, 300))
    def test_one_that_was_cut_off_goes_on_where_it_was(
        self, tmp_path_factory: pytest.TempPathFactory, cut: int
    ) -> None:
        """Within a line too, as a full disk leaves it."""
        path = tmp_path_factory.mktemp("copies") / "alpha.jsonl"
        whole = encoded(HEADER) + b"\n" + b'{"type": "skip"}\n'
        path.write_bytes(whole[:cut])
        copy = store.RunCopy(path)
        assert copy.size == min(cut, len(whole))
        copy.append(whole[copy.size :])
        assert copy.content() == whole
        copy.close()
        assert path.read_bytes() == whole

    def test_two_clients_do_not_write_one(self, tmp_path: Path) -> None:
        """The second one is told who does."""
        copy = store.RunCopy(tmp_path / "alpha.jsonl")
        with pytest.raises(ResultsError, match="run alpha is being written by"):
            store.RunCopy(tmp_path / "alpha.jsonl")
        copy.close()


class TestFolders:
    """A fleet's run is a folder."""

    def test_it_says_what_was_asked_for(self, tmp_path: Path) -> None:
        """With the files that it takes, as they were; and runs of one second have names of their own."""
        first, second = (folder.begin(tmp_path, "r1", ASKED, CONTENTS) for _ in range(2))

        assert [first.path.name, second.path.name] == ["r1", "r1-2"]
        assert folder.begun_in(first.path) == first
        assert folder.begun_in(tmp_path / "r9") is None
        assert folder.find(tmp_path, None) == second.path
        assert folder.find(tmp_path, "r1") == first.path

    def test_what_is_not_there_is_said(self, tmp_path: Path) -> None:
        """With what is."""
        with pytest.raises(ResultsError, match=r"no run of a fleet is stored in .*; there are: none"):
            folder.find(tmp_path, None)
        folder.begin(tmp_path, "r1", ASKED, CONTENTS)
        with pytest.raises(ResultsError, match=r"no run r2 of a fleet is stored in .*; there are: r1"):
            folder.find(tmp_path, "r2")

    @pytest.mark.parametrize("damaged", [b"", b"{", b'{"words": 3}', b"\xff"])
    def test_a_damaged_one_is_not_continued(self, tmp_path: Path, damaged: bytes) -> None:
        """What it holds cannot be told."""
        (folder.begin(tmp_path, "r1", ASKED, CONTENTS).path / folder.FILE).write_bytes(damaged)
        with pytest.raises(ResultsError, match=r"cannot read what run .*r1 was begun with"):
            folder.begun_in(tmp_path / "r1")

    def test_one_that_lacks_its_files_is_not_continued(self, tmp_path: Path) -> None:
        """Others might be other files."""
        (folder.begin(tmp_path, "r1", ASKED, CONTENTS).path / folder.CONTENTS / "project").unlink()
        with pytest.raises(ResultsError, match=r"cannot read what run .*r1 was begun with"):
            folder.begun_in(tmp_path / "r1")

    def test_a_host_is_no_way_out_of_it(self, tmp_path: Path) -> None:
        """Its name is somebody else's."""
        with pytest.raises(UsageError, match="cannot be the id"):
            folder.records_of(tmp_path, "../out")

    def test_hosts_that_measured_nothing_have_no_file_to_show(self, tmp_path: Path) -> None:
        """An empty one was opened and no more."""
        place = folder.begin(tmp_path, "r1", ASKED, CONTENTS).path
        (place / "alpha.jsonl").write_bytes(b"")
        (place / "beta.jsonl").write_bytes(encoded(HEADER) + b"\n")
        assert folder.files(place) == [place / "beta.jsonl"]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["--scheduler", "tcp://a:1", "--suite", "quick", "--split"], ("--suite", "quick")),
        (["--on", "3.14t", "--hosts", "3", "cpu/*", "--wait=5"], ("--on", "3.14t", "cpu/*")),
        (["--run", "r1", "--results", "x"], ()),
        (["--with", "numpy", "-s", "import work", "work.f()"], ("--with", "numpy", "-s", "import work", "work.f()")),
        (["--share", "work.py:f", "--budget", "3"], ("--share", "work.py:f", "--budget", "3")),
    ],
)
def test_hosts_get_the_words_that_are_for_them(typed: list[str], words: tuple[str, ...]) -> None:
    """In order, as they were typed; all of them are known where they are typed."""
    assert words_for_hosts(typed) == words
    assert parse(["fleet", "run", *typed]).action == "run"
    parse(["run", *words])


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.5"])
def test_no_number_of_hosts(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    """At least one is waited for."""
    with pytest.raises(SystemExit):
        parse(["fleet", "run", f"--hosts={value}"])
    assert "is no number of hosts" in capsys.readouterr().err


MOMENT = Moment(contest="cpu/a@3.14t", number=2, of=8, launch=3, launches=9, precision=0.02, left_s=90.0, widest=0.031)
STATE = State(run="r1", host="alpha", number=1)


@pytest.mark.parametrize(
    "value",
    [
        Order(number=1, run="r1", host="alpha", arguments=("a",), contests=("cpu/a@3.14",)),
        msgspec.structs.replace(STATE, doing=MOMENT, ending=Ending(status=0)),
        msgspec.structs.replace(STATE, doing=Waiting(holder=3), planned=Planned(contests=("a",), builds={"3.14": "d"})),
        OURS,
    ],
)
def test_what_travels_is_the_same_on_the_other_side(value: Order | State | HostFacts) -> None:
    """As JSON, which no version of a pickle can spoil."""
    assert decoded(encoded(value), msgspec.json.Decoder(type(value))) == value


def test_news_are_told_apart() -> None:
    """By their kind."""
    for news in (MOMENT, Waiting(), Planned(contests=(), builds={})):
        assert decoded(encoded(news), msgspec.json.Decoder(News)) == news


class TestDisplay:
    """Where every host stands."""

    @staticmethod
    def shown(*, terminal: bool) -> tuple[FleetProgress, io.StringIO]:
        stream = io.StringIO()
        console = Console(file=stream, width=120, force_terminal=terminal, color_system=None)
        return FleetProgress(console, [HOST]), stream

    def test_without_a_terminal_there_is_a_line_for_each_contest(self) -> None:
        """Not for each trial."""
        board, stream = self.shown(terminal=False)
        with board:
            for launch in range(5):
                moment = msgspec.structs.replace(MOMENT, launch=launch)
                board.stands(msgspec.structs.replace(STATE, doing=moment, planned=Planned(contests=(), builds={})))
            board.stands(msgspec.structs.replace(STATE, doing=Waiting(holder=7)))
            board.silent("alpha", 12.0, "no answer")
            board.ended(Outcome("alpha", None, "its worker is gone"))

        assert stream.getvalue().splitlines() == [
            "alpha 2/8 cpu/a@3.14t, launch 0/9, ±3.1% of ±2%, about 90 s left",
            "alpha waits for process 7 of gilscope on its machine",
            "alpha has not answered for 12 s: no answer",
            "alpha is lost: its worker is gone. What it was measuring counts as lost there.",
        ]

    def test_on_a_terminal_every_host_has_a_row(self) -> None:
        """With its CPU's model; many are counted."""
        board, stream = self.shown(terminal=True)
        board = FleetProgress(board._console, [facts(f"host{number}").card for number in range(40)])
        with board:
            board.stands(msgspec.structs.replace(STATE, host="host1", doing=MOMENT))
            board._live.refresh()
        text = stream.getvalue()
        assert "CPU <of> a|kind" in text
        assert "2/8 cpu/a@3.14t" in text
        assert "and 10 more hosts" in text
        assert "host39" not in text
