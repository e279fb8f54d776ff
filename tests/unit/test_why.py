"""Why threads do not scale, from made-up trials whose causes are known."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, get_args

import msgspec
import pytest

import asked
import builders
from builders import contest, lane, records, suspect, trials
from gilscope.figures import why
from gilscope.figures.answering import answer
from gilscope.figures.eliminating import elimination
from gilscope.figures.gains import Gains
from gilscope.figures.lanes import ContestLanes
from gilscope.figures.run import of_run
from gilscope.figures.tried import interventions
from gilscope.figures.why import causes_to_mend
from gilscope.render import why as render
from gilscope.render.report import report
from gilscope.stats.estimate import Estimate
from gilscope.values.elimination import APART, PUT_BACK, REMEDIES, Elimination, deferral, step
from gilscope.values.records import Calibration, Finding
from gilscope.values.watching import BlockedLine, Suspect, Watched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gilscope.values.contests import Contest
    from gilscope.values.interventions import Intervention
    from gilscope.values.lanes import LaneSpec
    from gilscope.values.records import Run, Trial

SERIAL, PLAIN = lane("3.14t"), lane("3.14t", "threads", 2)
PROCESSES = lane("3.14t", "processes", 2)
SPINNING = {lane("3.14t", "capacity", 1): 100.0, lane("3.14t", "capacity", 2): 100.0}
LANES = (SERIAL, PLAIN, PROCESSES, *SPINNING)
Changes = tuple["Intervention", ...]


TABLE, VALUES = suspect("TABLE"), suspect("the values of TABLE", "64 ints")
SHARED, LOCK = suspect("SHARED"), suspect("SHARED.lock", "_thread.lock")


def seen(*suspects: Suspect) -> list[Watched]:
    """A watched trial of the lane that is asked about."""
    return [builders.watched(contest(*LANES).id, PLAIN.name, *suspects)]


def measured(
    of: Contest, walls_ns: dict[LaneSpec, float], findings: Sequence[Finding] = (), *, gil: bool = False
) -> ContestLanes:
    """The lanes of a contest with these makespans."""
    made = [msgspec.structs.replace(trial, gil_after=gil) for trial in trials({**SPINNING, **walls_ns})]
    return lanes_of(of, made, findings)


def lanes_of(of: Contest, made: Sequence[Trial], findings: Sequence[Finding] = ()) -> ContestLanes:
    """The lanes of a contest with these trials."""
    return ContestLanes(of, trials=made, findings=findings, memory=(), code=(), calibration=None, end=None)


def first(threads: float, processes: float) -> ContestLanes:
    """The first contest of a question, by the makespans of two lanes beside a serial one of 100 us."""
    walls = {SERIAL: 1e5, PLAIN: threads * 1e3, PROCESSES: processes * 1e3}
    return measured(contest(*LANES), walls)


def altered(changes: Changes) -> LaneSpec:
    """The lane of threads with changes."""
    return msgspec.structs.replace(PLAIN, interventions=changes)


def stepped(
    name: str, walls_ns: dict[Changes, float], processes: float = 100, alone: float | None = None
) -> ContestLanes:
    """A step of an elimination; no changes stand for the lane as it is, and ``alone`` is one worker with the first."""
    made = step(contest(*LANES), name, PLAIN, [changes for changes in walls_ns if changes], [PROCESSES])
    walls = {altered(changes): wall * 1e3 for changes, wall in walls_ns.items()}
    if alone is not None:
        first_changes = next(filter(None, walls_ns))
        walls[msgspec.structs.replace(altered(first_changes), workers=1)] = alone * 1e3
    return measured(made, {SERIAL: 1e5, PROCESSES: processes * 1e3, **walls})


def known(*contests: ContestLanes, watched: Sequence[Watched] = ()) -> why.Why:
    """What contests say; something is known."""
    found = answer(contests, watched)
    assert found is not None
    return found


def answers_of(run: Run) -> tuple[why.Why, ...]:
    """The answers that a stored run holds."""
    return of_run(run).answers


@pytest.mark.parametrize(
    ("threads", "processes", "ending"),
    [
        (100, 100, "scales"),
        (104, 100, "scales"),
        (75, 100, "open"),
        (200, 200, "machine"),
        (200, 100, "causes"),
        (200, 118, "causes"),
    ],
)
def test_the_first_contest_says_whether_there_is_a_question(threads: float, processes: float, ending: str) -> None:
    """Nothing is lost, more is won than there was, processes lose as much, or something is lost that threads share."""
    assert known(first(threads, processes)).ending == ending


def test_gains_and_losses_are_in_workers() -> None:
    """Half of two CPUs is lost."""
    found = known(first(200, 100))

    assert (found.gain.value, found.given.value, found.lost.value) == pytest.approx((1, 2, 1), abs=0.01)
    assert found.ceilings[0].gain.value == pytest.approx(2)


@pytest.mark.parametrize(("wall", "falls_short"), [(100, False), (140, True)])
def test_interpreters_are_held_against_processes(wall: float, *, falls_short: bool) -> None:
    """What they gain less has its figure, and where their cores went instead."""
    interpreters = lane("3.14t", "interpreters", 2)
    walls = {SERIAL: 1e5, PLAIN: 2e5, PROCESSES: 1e5, interpreters: wall * 1e3}
    found = known(measured(contest(*LANES, interpreters), walls))

    assert (found.interpreters is not None) is falls_short
    assert ("interpreters gain 0.57" in "\n".join(render.ceiling(found))) is falls_short


def test_a_busy_machine_leaves_the_question_open() -> None:
    """Workers that had half of a CPU each say nothing, unless processes gain more in the very same rounds."""
    slow = {lane("3.14t", "capacity", 1): 100.0, lane("3.14t", "capacity", 2): 200.0}
    made = trials({**slow, SERIAL: 1e5, PLAIN: 2e5, PROCESSES: 2e5})
    off = [msgspec.structs.replace(trial, gil_after=False) for trial in made]

    assert known(lanes_of(contest(*LANES), off)).ending == "busy"


def test_the_gil_is_named_by_who_turned_it_on() -> None:
    """CPython's own warning says which module did."""
    warning = "The global interpreter lock (GIL) has been enabled to load module 'old._speedups', which ..."
    finding = Finding("work", "GIL turned on", "a module turned it on", warning, contest="c", lane=PLAIN.name, launch=0)
    walls = {SERIAL: 1e5, PLAIN: 2e5, PROCESSES: 1e5}
    found = known(measured(contest(*LANES), walls, [finding], gil=True))

    assert (found.ending, found.gil_module) == ("gil", "old._speedups")
    assert "old._speedups turned it on" in "\n".join(render.answer(found))


def test_a_failed_lane_answers_nothing() -> None:
    """There is no lane of threads to ask about."""
    finding = Finding("work", "raised", "ValueError", contest="c", lane=PLAIN.name, launch=0)

    assert answer([measured(contest(*LANES), {SERIAL: 1e5, PLAIN: 2e5}, [finding])], ()) is None


def test_a_suspect_costs_what_is_lost_once_it_is_back() -> None:
    """The values are to blame, and the dict that holds them is not; the rest is what nothing explains."""
    removal = Elimination(suspects=(TABLE, VALUES))
    back = {
        (): 200.0,
        removal.removed: 100.0,
        removal.without(TABLE): 102.0,
        removal.without(VALUES): 190.0,
        removal.uncounted(VALUES): 100.0,
    }
    found = known(
        first(200, 100),
        stepped(APART, {(): 200, removal.removed: 100}),
        stepped(PUT_BACK, back),
        watched=seen(TABLE, VALUES),
    )
    causes = {cause.suspect: cause for cause in found.causes}

    assert (causes[VALUES].judgement, causes[TABLE].judgement) == ("because of", "not because")
    assert causes[VALUES].cost.value == pytest.approx(2 - 200 / 190, abs=0.01)
    assert causes[TABLE].cost.value == pytest.approx(2 - 200 / 102, abs=0.01)
    assert causes_to_mend(found) == (VALUES,)
    assert found.regained is not None
    assert found.regained.value == pytest.approx(1)
    assert found.rest is not None
    assert found.rest.value == pytest.approx(0, abs=0.01)


def test_an_object_is_not_blamed_for_what_it_holds() -> None:
    """The lock inside comes back with the object, and costs all that the object does."""
    removal = Elimination(suspects=(SHARED, LOCK))
    back = {
        (): 200.0,
        removal.removed: 100.0,
        removal.without(SHARED): 200.0,
        removal.without(LOCK): 200.0,
        removal.uncounted(LOCK): 200.0,
    }
    found = known(first(200, 100), stepped(PUT_BACK, back), watched=seen(SHARED, LOCK))

    assert [(cause.kind, cause.judgement) for cause in found.causes if cause.suspect == LOCK] == [
        ("lock", "because of")
    ]
    assert [cause.judgement for cause in found.causes if cause.suspect == SHARED] == ["not because"]


@pytest.mark.parametrize(
    ("uncounted", "held", "kind"),
    [
        (100, 50, "counts"),
        (120, 50, "counts"),
        (160, 50, "own lock"),
        (198, 50, "own lock"),
        (198, 0, "object"),
        (None, 50, "object"),
    ],
)
def test_immortality_tells_counts_from_locks(uncounted: float | None, held: int, kind: str) -> None:
    """What is left where nobody counts the references is the lock, if it was seen held.

    Where it was not, counts of what the object holds may be to blame, which came back with it.
    """
    table = msgspec.structs.replace(TABLE, held=held)
    removal = Elimination(suspects=(table,))
    back = {(): 200.0, removal.removed: 100.0, removal.without(table): 200.0}
    mended = {**back, removal.only(table): 101.0}
    if uncounted is not None:
        mended[removal.uncounted(table)] = uncounted
    steps = [stepped(APART, {(): 200, removal.removed: 100}), stepped(PUT_BACK, back), stepped(REMEDIES, mended)]
    found = known(first(200, 100), *steps, watched=seen(table))

    assert [cause.kind for cause in found.causes if cause.suspect == table] == [kind]
    assert [remedy.path for remedy in found.remedies] == ["TABLE"]
    assert found.remedies[0].gain.value == pytest.approx(200 / 101)


@pytest.mark.parametrize(("wall", "is_advice"), [(105, True), (200, False)])
def test_only_what_helps_is_advice(wall: float, *, is_advice: bool) -> None:
    """A deferred count helps where it is read by threads' stacks alone."""
    removal = Elimination(suspects=(TABLE,))
    back = {(): 200.0, removal.removed: 100.0, removal.without(TABLE): 200.0}
    mended = {**back, removal.uncounted(TABLE): 100.0, deferral(TABLE): wall}
    steps = [stepped(APART, {(): 200, removal.removed: 100}), stepped(PUT_BACK, back), stepped(REMEDIES, mended)]
    found = known(first(200, 100), *steps, watched=seen(TABLE))

    assert [(remedy.kind, remedy.path) for remedy in found.remedies] == ([("deferred", "TABLE")] if is_advice else [])
    assert "deferred" in [tried.kind for tried in found.tried]


def test_what_processes_gain_beyond_copies_is_the_heap() -> None:
    """Nothing comes back with own copies, and all of it with own processes."""
    removal = Elimination(suspects=(TABLE,))
    found = known(first(200, 100), stepped(APART, {(): 200, removal.removed: 200}), watched=seen(TABLE))
    costs = {cause.kind: cause.judgement for cause in found.causes}

    assert costs == {"heap": "because of", "machine": "not because"}
    assert found.rest is not None
    assert found.rest.value == pytest.approx(0, abs=0.01)
    assert "allocator" in "\n".join(render.answer(found))


@pytest.mark.parametrize(("alone", "judgement"), [(100, "because of"), (198, "not because")])
def test_what_one_worker_loses_with_copies_is_no_heap(alone: float, judgement: str) -> None:
    """Another thread made the copies, and counting references to what that owns is slow, for one worker as for two."""
    removal = Elimination(suspects=(TABLE,))
    apart = stepped(APART, {(): 200, removal.removed: 200}, alone=alone)

    found = known(first(200, 100), apart, watched=seen(TABLE))

    assert {cause.kind: cause.judgement for cause in found.causes}["heap"] == judgement


def test_nothing_is_said_of_the_heap_beside_a_busy_neighbour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes and threads may have had another share of the machine."""
    monkeypatch.setitem(SPINNING, lane("3.14t", "capacity", 2), 140.0)
    removal = Elimination(suspects=(TABLE,))
    found = known(first(200, 110), stepped(APART, {(): 200, removal.removed: 200}, 110), watched=seen(TABLE))

    assert {cause.kind: cause.judgement for cause in found.causes}["heap"] == "cannot be told"
    assert found.ending != "machine"


def test_nothing_is_said_of_the_heap_while_suspects_are_busy() -> None:
    """Somebody shares the object all the same, as a registry that is there once."""
    removal = Elimination(suspects=(TABLE,))
    apart = stepped(APART, {(): 200, removal.removed: 200})
    left = msgspec.structs.replace(seen(TABLE)[0], contest=apart.contest.id, lane=altered(removal.removed).name)
    found = known(first(200, 100), apart, watched=[*seen(TABLE), left])

    assert [(cause.kind, cause.judgement) for cause in found.causes if cause.cost.value > 0.5] == [
        ("object", "cannot be told")
    ]
    assert "`TABLE`" in "\n".join(render.answer(msgspec.structs.replace(found, ending="causes")))


def test_imports_that_wait_for_one_another_are_no_heap() -> None:
    """Neither copies nor immortality keep them apart, and processes do."""
    at = BlockedLine(file="w.py", line=1, function="work", within="_ModuleLock.acquire", text="import a", share=0.2)
    watched = [msgspec.structs.replace(seen(TABLE)[0], lines=(at,))]
    removal = Elimination(suspects=(TABLE,))
    found = known(first(200, 100), stepped(APART, {(): 200, removal.removed: 200}), watched=watched)

    assert [cause.kind for cause in found.causes if cause.judgement == "because of"] == ["imports"]
    assert "imports inside the work" in "\n".join(render.answer(found))


def test_modules_that_stay_busy_are_asked_for_by_imports() -> None:
    """There is one table of them in a process, whatever is copied."""
    removal = Elimination(suspects=(TABLE,))
    apart = stepped(APART, {(): 200, removal.removed: 200})
    left = builders.watched(apart.contest.id, altered(removal.removed).name, suspect("sys.modules"))
    found = known(first(200, 100), apart, watched=[*seen(TABLE), left])

    assert [cause.kind for cause in found.causes if cause.judgement == "because of"] == ["imports"]


def test_what_a_fresh_process_lacks_is_no_suspect_any_more() -> None:
    """It came into being while the work ran, and the others are asked about without it."""
    removal = Elimination(suspects=(TABLE, VALUES))
    made = step(contest(*LANES), APART, PLAIN, [removal.removed], [PROCESSES])
    finding = Finding("setup", "missing", "there is none", "TABLE\nthe keys of TABLE", contest="c", lane="c", launch=0)
    failed = msgspec.structs.replace(finding, lane=altered(removal.removed).name)
    apart = measured(made, {SERIAL: 1e5, PLAIN: 2e5, PROCESSES: 1e5}, [failed])
    asked = [first(200, 100), apart]

    assert elimination(known(*asked, watched=seen(TABLE, VALUES)), asked) == Elimination(suspects=(VALUES,))


def test_the_lock_of_a_method_is_its_objects() -> None:
    """A bound method has no lock that anybody takes."""
    method = msgspec.structs.replace(suspect("random.random", "builtin_function_or_method"), owner="random._inst")
    removal = Elimination(suspects=(method,))
    back = {(): 200.0, removal.removed: 100.0, removal.without(method): 200.0, removal.uncounted(method): 200.0}
    found = known(first(200, 100), stepped(PUT_BACK, back), watched=seen(method))
    (cause,) = (cause for cause in found.causes if cause.suspect is not None)

    assert (cause.kind, cause.suspect and cause.suspect.path) == ("own lock", "random._inst")


def test_copies_that_failed_leave_immortality() -> None:
    """The next step is planned without them, and the answer says why."""
    removal = Elimination(suspects=(TABLE,))
    made = step(contest(*LANES), APART, PLAIN, [removal.removed, removal.immortal], [PROCESSES])
    copied = altered(removal.removed)
    failed = Finding("check", "disagreed", "its result is not that of x", contest="c", lane=copied.name, launch=0)
    apart = measured(made, {SERIAL: 1e5, PLAIN: 2e5, PROCESSES: 1e5, altered(removal.immortal): 1e5}, [failed])
    found = known(first(200, 100), apart, watched=seen(TABLE))

    assert elimination(found, [first(200, 100), apart]) == msgspec.structs.replace(removal, copies=False)
    assert found.dropped == ("its result is not that of x",)


def test_pauses_make_the_collector_a_suspect() -> None:
    """A tenth of the time is stopped."""
    paused = [
        msgspec.structs.replace(trial, gil_after=False, paused_ns=trial.wall_ns // 10)
        for trial in trials({**SPINNING, SERIAL: 1e5, PLAIN: 2e5, PROCESSES: 1e5})
    ]
    stopped = lanes_of(contest(*LANES), paused)

    assert elimination(known(stopped), [stopped]).collector
    assert not elimination(known(first(200, 100)), [first(200, 100)]).collector


def test_differences_are_formed_launch_by_launch() -> None:
    """A launch in which all lanes are slow changes no difference."""
    lanes = first(200, 100)

    assert Gains([lanes], SERIAL).difference(PROCESSES, PLAIN).half_width == pytest.approx(0, abs=0.01)


def test_every_contest_that_has_both_lanes_narrows_a_difference() -> None:
    """Seven launches each, of which those of a step without processes are silent on these."""
    removal = Elimination(suspects=(TABLE,))
    apart, back = stepped(APART, {(): 200, removal.removed: 100}), stepped(PUT_BACK, {(): 200, removal.removed: 100})
    without = msgspec.structs.replace(back.contest, lanes=tuple(x for x in back.contest.lanes if x != PROCESSES))
    gains = Gains([first(200, 100), apart, measured(without, {SERIAL: 1e5, PLAIN: 2e5})], SERIAL)

    assert len(gains.by_launch(PLAIN)) == 21
    assert gains.difference(PROCESSES, PLAIN).freedom == 13
    assert gains.difference(altered(removal.immortal), PLAIN).half_width == math.inf


def test_the_steps_go_on_with_the_model_that_gained_most_at_first() -> None:
    """Another one may gain more over all steps, and was not measured beside what is apart."""
    interpreters = lane("3.14t", "interpreters", 2)
    removal = Elimination(suspects=(TABLE,))
    both = measured(contest(*LANES, interpreters), {SERIAL: 1e5, PLAIN: 2e5, PROCESSES: 1e5, interpreters: 1.01e5})
    apart = stepped(APART, {(): 200, removal.removed: 200}, processes=105)
    heap = next(cause for cause in known(both, apart, watched=seen(TABLE)).causes if cause.kind == "heap")

    assert heap.cost.value == pytest.approx(2 * (100 / 105 - 0.5), abs=0.01)


def test_workers_that_wait_for_the_last_one_have_uneven_work() -> None:
    """One of two has three times as much to do; processes share no list of who does what, and are even."""
    made = [
        msgspec.structs.replace(trial, ends_ns=(trial.ends_ns[0] // 3, *trial.ends_ns[1:]), gil_after=False)
        if trial.lane == PLAIN.name
        else msgspec.structs.replace(trial, gil_after=False)
        for trial in trials({**SPINNING, SERIAL: 1e5, PLAIN: 1.5e5, PROCESSES: 1e5})
    ]
    found = known(lanes_of(contest(*LANES), made))

    late = [
        msgspec.structs.replace(trial, ends_ns=(trial.ends_ns[0] // 3, *trial.ends_ns[1:]))
        for trial in made
        if ":capacity-2" in trial.lane
    ]
    others = [trial for trial in made if ":capacity-2" not in trial.lane]

    assert found.ending == "uneven"
    assert known(lanes_of(contest(*LANES), [*others, *late])).ending == "causes"
    assert "wait for the last one to end for 33" in "\n".join(render.answer(found))


def test_an_open_answer_is_asked_again_until_it_is_told() -> None:
    """Where nothing is known of what comes back, or nothing came back of a loss that may be none."""
    removal = Elimination(suspects=(TABLE,))
    asked = known(first(200, 100), watched=seen(TABLE))
    told = known(first(200, 100), stepped(APART, {(): 200, removal.removed: 100}), watched=seen(TABLE))
    vain = known(first(200, 100), stepped(APART, {(): 200, removal.removed: 200}), watched=seen(TABLE))

    assert [why.is_undecided(item) for item in (asked, told, vain)] == [True, False, False]
    assert [why.is_regained(item) for item in (asked, told, vain)] == [False, True, False]
    assert why.is_undecided(msgspec.structs.replace(vain, ending="open"))
    assert not why.is_undecided(known(first(100, 100)))


def test_a_namespace_is_parted_by_own_modules_alone() -> None:
    """Nothing puts it back by itself, so that it is named where no other suspect is to blame."""
    namespace = msgspec.structs.replace(suspect("globals()", has_place=False), held=60, module="work")
    removal = Elimination(suspects=(namespace, TABLE))
    back = {(): 200.0, removal.removed: 100.0, removal.without(TABLE): 101.0}
    steps = [stepped(APART, {(): 200, removal.removed: 100}), stepped(PUT_BACK, back)]
    innocent = known(first(200, 100), *steps, watched=seen(namespace, TABLE))
    guilty = {**back, removal.without(TABLE): 200.0}
    beside = known(first(200, 100), steps[0], stepped(PUT_BACK, guilty), watched=seen(namespace, TABLE))

    assert removal.without(namespace) not in removal.one_by_one()
    assert blamed(innocent) == [("own lock", "globals()")]
    assert blamed(beside) == [("object", "TABLE")]


def blamed(of: why.Why) -> list[tuple[str, str]]:
    """What something is lost because of, by kind and path."""
    causes = [cause for cause in of.causes if cause.judgement == "because of"]
    return [(cause.kind, cause.suspect.path) for cause in causes if cause.suspect is not None]


def test_what_nobody_saw_busy_is_said_to_be_in_the_modules() -> None:
    """Own copies of all modules win it back, and no object was suspected."""
    removal = Elimination(suspects=())
    found = known(first(200, 100), stepped(APART, {(): 200, removal.removed: 100}), watched=seen())

    assert [(cause.kind, cause.judgement) for cause in found.causes if cause.cost.value > 0.5] == [
        ("object", "because of")
    ]
    assert "nobody saw busy" in "\n".join(render.answer(found))


def test_the_spec_of_a_module_is_asked_by_imports() -> None:
    """Nothing but an import inside the work asks for it."""
    spec = suspect("json.__spec__", "_frozen_importlib.ModuleSpec")
    removal = Elimination(suspects=(spec,))
    back = {(): 200.0, removal.removed: 140.0, removal.without(spec): 200.0}
    found = known(
        first(200, 100), stepped(APART, {(): 200, removal.removed: 140}), stepped(PUT_BACK, back), watched=seen(spec)
    )

    assert [cause.kind for cause in found.causes if cause.judgement == "because of"] == ["imports"]
    assert "imports inside the work, each of which asks `json.__spec__`" in "\n".join(render.answer(found))


@pytest.mark.parametrize(
    ("low", "high", "judged"),
    [
        (0.11, 0.3, "because of"),
        (0.09, 0.19, "not because"),
        (0.09, 0.21, "cannot be told"),
        (-0.3, 0.1, "not because"),
    ],
)
def test_a_cost_is_judged_by_both_ends(low: float, high: float, judged: str) -> None:
    """A twentieth of each of two workers is worth a word, and twice that is needed to rule a suspect out."""
    assert why.judgement(Estimate((low + high) / 2, low, high), 2) == judged


def test_what_was_tried_goes_from_one_change_to_all_but_one() -> None:
    """The lane as it stands comes first and the best other model last; equal changes count once."""
    found = answers_of(asked.run())[0]

    assert [(item.kind, item.path, round(item.gain.value, 1)) for item in found.tried] == [
        ("as it stands", "", 1.0),
        ("own copy", "TABLE", 2.0),
        ("uncounted", "", 2.0),
        ("everything apart", "", 2.0),
        ("put back", "the values of TABLE", 1.0),
        ("put back uncounted", "the values of TABLE", 2.0),
        ("other model", "processes-2", 2.0),
    ]


def test_what_was_not_measured_was_not_tried() -> None:
    """The first contest has the lane as it stands and the other model; without copies, only counting was stopped."""
    removal = Elimination(suspects=(TABLE,))
    apart = stepped(APART, {(): 200, removal.immortal: 100})

    assert [item.kind for item in known(first(200, 100)).tried] == ["as it stands", "other model"]
    assert [item.kind for item in known(first(200, 100), apart, watched=seen(TABLE)).tried] == [
        "as it stands",
        "uncounted",
        "other model",
    ]


def test_a_collector_is_tried_alone_and_back() -> None:
    """Off and frozen by itself, and on again where everything else is apart."""
    removal = Elimination(suspects=(TABLE,), collector=True)
    gains = {changes: Estimate(1.0, 0.9, 1.1) for changes in (*removal.apart(), *removal.one_by_one())}

    assert [(item.kind, item.path) for item in interventions(removal, gains.get)] == [
        ("uncounted", ""),
        ("collector", "collector off"),
        ("collector", "collector frozen"),
        ("everything apart", ""),
        ("put back", "TABLE"),
        ("collector on", ""),
    ]


class TestStored:
    """A stored run says what the command said."""

    def test_each_question_is_answered_by_its_own_steps(self) -> None:
        """Another question of the run, which has no steps, is open; what nobody asked about has no answer."""
        run = asked.run()
        question = run.contests[0]
        other = msgspec.structs.replace(question, id="other@3.14t")
        mine = [trial for trial in run.trials if trial.contest == question.id]
        beside = [msgspec.structs.replace(trial, contest=other.id) for trial in mine]
        both = msgspec.structs.replace(
            run,
            contests=(*run.contests, other),
            calibrations=(*run.calibrations, Calibration(contest=other.id, loops=10)),
            trials=(*run.trials, *beside),
        )

        assert [len(found.tried) for found in answers_of(both)] == [7, 2]
        assert answers_of(records(contest(SERIAL, PLAIN), trials({SERIAL: 1e6, PLAIN: 2e6}))) == ()

    def test_the_sheet_has_a_row_for_each_cause(self) -> None:
        """The headline is its title, and what to do stands below."""
        sheet = render.answer_sheet(answers_of(asked.run())[0])

        assert sheet.title.startswith("threads-2 on 3.14t: 1 ±0 of 2")
        assert [row[:2] for row in sheet.rows] == [
            ("because of", "reference counts of the values of `TABLE` (64 ints)"),
            ("not explained", ""),
        ]
        assert sheet.notes[0].startswith("What to do: give each thread its own copy of `TABLE` (measured: 2")

    @pytest.mark.parametrize("ending", [ending for ending in get_args(why.Ending) if ending != "causes"])
    def test_every_other_ending_has_one_row(self, ending: why.Ending) -> None:
        """In the words of the command, with what is lost."""
        found = msgspec.structs.replace(known(first(200, 100)), ending=ending)
        (row,) = render.answer_sheet(found).rows

        assert f"{row[0]}: {row[1]}." in render.answer(found)
        assert row[2].startswith("1")

    def test_the_evidence_follows_the_answer(self) -> None:
        """What was tried, who was suspected, and where workers were blocked."""
        tried, suspects, blocked = render.evidence(answers_of(asked.run())[0])

        assert [row[0] for row in tried.rows] == [
            "as it stands",
            "own copy of `TABLE`",
            "nobody counts references to suspects",
            "everything apart",
            "put back: the values of `TABLE`",
            "put back, uncounted: the values of `TABLE`",
            "processes-2",
        ]
        assert suspects.rows[0][0] == "the values of TABLE"
        assert blocked.rows[0][0] == "table.py:7"

    def test_only_the_question_says_what_to_run_on(self) -> None:
        """Its steps have changed lanes, which nobody runs."""
        made = report(of_run(asked.run()))
        titles = [sheet.title for sheet in (*made.summaries, *made.details) if sheet.rows]

        assert [title for title in titles if title.startswith(("What to run", "Break-even", "Scaling"))] == [
            "What to run cpu/primes on",
            "Break-even of cpu/primes@3.14t",
        ]


def test_the_answer_is_a_paragraph_and_a_table() -> None:
    """Each line has its figure, and says nothing beyond it."""
    removal = Elimination(suspects=(TABLE, VALUES))
    back = {(): 200.0, removal.removed: 100.0, removal.without(TABLE): 102.0, removal.without(VALUES): 200.0}
    back[removal.uncounted(VALUES)] = 100.0
    mended = {**back, removal.only(VALUES): 101.0}
    steps = [stepped(APART, {(): 200, removal.removed: 100}), stepped(PUT_BACK, back), stepped(REMEDIES, mended)]
    lines = render.answer(known(first(200, 100), *steps, watched=seen(TABLE, VALUES)))

    assert lines[0].startswith("threads-2 on 3.14t: 1 ±0 of 2")
    assert "because of" in lines[1]
    assert "reference counts of the values of `TABLE` (64 ints)" in lines[1]
    assert "not because" in lines[2]
    assert "`TABLE` (its counts, its lock)" in lines[2]
    assert "not explained" in lines[3]
    assert "give each thread its own copy of `TABLE` (measured: 1.9" in lines[4]
