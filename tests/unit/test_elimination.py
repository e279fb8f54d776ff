"""What is removed to see who is to blame, and how each suspect is put back."""

from __future__ import annotations

from functools import partial

import msgspec
import pytest

import builders
from builders import contest, lane, watched
from gilscope.values.elimination import (
    APART,
    LEAST_SHARE,
    MOST_SUSPECTS,
    PUT_BACK,
    Elimination,
    root,
    step,
    suspects_of,
)
from gilscope.values.interventions import Intervention

PLAIN = lane("3.14t", "threads", 2)


suspect = partial(builders.suspect, module="work")
TABLE, VALUES = suspect("TABLE"), suspect("the values of TABLE", kind="64 ints")
SHARED, LOCK, LEN = suspect("SHARED"), suspect("SHARED.lock"), suspect("len", has_place=False, module="")


def labels(changes: tuple[Intervention, ...]) -> list[str]:
    """The changes in words."""
    return [change.label for change in changes]


def test_all_suspects_are_removed_by_copies_and_by_immortality() -> None:
    """Copies that another thread made are slow to count, and a built-in function has no place for a copy."""
    removal = Elimination(suspects=(TABLE, LEN), collector=True)

    assert labels(removal.removed) == ["own modules work", "immortal TABLE", "immortal len", "collector off"]
    assert labels(removal.without_collector()) == ["own modules work", "immortal TABLE", "immortal len"]
    assert labels(removal.immortal) == ["immortal TABLE", "immortal len"]


def test_a_suspect_is_put_back_alone() -> None:
    """All share it and count it again, but not what it holds; what has no place was shared all along."""
    removal = Elimination(suspects=(TABLE, VALUES, LEN))
    table, values, length = "immortal TABLE", "immortal the values of TABLE", "immortal len"

    assert labels(removal.without(TABLE)) == ["own modules work", values, length, "shared TABLE"]
    assert labels(removal.without(VALUES)) == ["own modules work", table, length, "shared the values of TABLE"]
    assert labels(removal.without(LEN)) == ["own modules work", table, values]
    assert labels(removal.uncounted(TABLE)) == ["own modules work", table, values, length, "shared TABLE"]


def test_locks_of_what_a_suspect_holds_are_put_back_alone() -> None:
    """They come back with it, so that it has to be told from them."""
    removal = Elimination(suspects=(SHARED, LOCK), collector=True)

    assert removal.one_by_one() == (
        removal.removed,
        removal.without(SHARED),
        removal.without(LOCK),
        removal.uncounted(LOCK),
        removal.without_collector(),
    )


def test_remedies_are_tried_for_causes_alone() -> None:
    """References to what a container holds cannot be deferred one by one, and not before 3.14."""
    removal = Elimination(suspects=(TABLE, VALUES))
    tried = removal.mended([TABLE], can_defer=True)

    assert tried == (
        removal.removed,
        removal.without(TABLE),
        removal.uncounted(TABLE),
        removal.only(TABLE),
        (Intervention("deferred", "TABLE"),),
    )
    assert removal.mended([TABLE], can_defer=False) == tried[:-1]
    assert removal.mended([VALUES], can_defer=True) == removal.mended([VALUES], can_defer=False)
    assert removal.mended([], can_defer=True) == ()


def test_locks_inside_the_values_of_a_container_are_told_from_the_values() -> None:
    """A group holds what its members hold."""
    values, lock = suspect("the values of POOL", kind="64 Slots"), suspect("POOL[3].lock")

    assert Elimination(suspects=(values, lock)).inside(values) == (lock,)
    assert Elimination(suspects=(values, lock, TABLE)).inside(TABLE) == ()


def test_without_copies_a_suspect_is_put_back_by_counting_it_again() -> None:
    """Where a lane with copies failed, immortality is all that there is."""
    removal = Elimination(suspects=(TABLE, SHARED), copies=False)

    assert labels(removal.removed) == ["immortal TABLE", "immortal SHARED"]
    assert labels(removal.without(TABLE)) == ["immortal SHARED"]
    assert removal.copied == ()


def test_a_remedy_shares_all_but_what_holds_the_cause() -> None:
    """Each of the others is shared once, by the global that its path begins with."""
    removal = Elimination(suspects=(VALUES, SHARED, LOCK, TABLE))

    assert labels(removal.only(VALUES)) == ["own modules work", "shared SHARED"]
    assert labels(removal.only(LOCK)) == ["own modules work", "shared TABLE"]


def test_what_an_object_holds_is_told_by_paths() -> None:
    """A name that another begins with is no holder."""
    other = suspect("SHARED_TOO.lock")
    removal = Elimination(suspects=(SHARED, LOCK, other, VALUES, TABLE))

    assert removal.inside(SHARED) == (LOCK,)
    assert removal.inside(TABLE) == (VALUES,)
    assert removal.inside(VALUES) == ()


@pytest.mark.parametrize(
    ("path", "module", "expected"),
    [
        ("TABLE", "work", "TABLE"),
        ("the values of SHARED.table", "work", "SHARED"),
        ('CONFIG["a.b"]["limits"]', "work", "CONFIG"),
        ("mypkg.cache._entries[3]", "mypkg.cache", "mypkg.cache._entries"),
        ("closure of make.<locals>.counter[0]", "work", "closure of make.<locals>.counter"),
        ("make_state().lock", "", "make_state()"),
    ],
)
def test_a_path_begins_with_a_global(path: str, module: str, expected: str) -> None:
    """It is what a person would give each thread a copy of."""
    assert root(suspect(path, module=module)) == expected


def test_the_busiest_are_suspected() -> None:
    """Whoever moved in hardly any look is not, and no more than can be put back one by one."""
    many = [suspect(f"X{number}", moved=10 + number) for number in range(MOST_SUSPECTS + 3)]
    idle = msgspec.structs.replace(TABLE, looks=1000, moved=round(1000 * LEAST_SHARE) - 1)

    assert suspects_of(watched("c", "l", *many, idle)) == tuple(reversed(many[3:]))
    assert suspects_of(watched("c", "l", idle)) == ()
    assert suspects_of(None) == ()


def test_a_step_sets_a_lane_beside_what_was_changed_in_it() -> None:
    """With the reference and the capacity of the first contest, and every change once."""
    serial, spin = lane("3.14t"), lane("3.14t", "capacity", 2)
    base = contest(serial, lane("3.14t", control=True), PLAIN, lane("3.14t", "processes", 2), spin)
    off = (Intervention("collector off"),)
    made = step(msgspec.structs.replace(base, watched=(PLAIN.name,)), APART, PLAIN, [off, off], [])

    assert [of.name for of in made.lanes] == [
        "3.14t:serial",
        "3.14t:capacity-2",
        "3.14t:threads-2",
        "3.14t:threads-2 with collector off",
        "3.14t:threads-1 with collector off",
    ]
    assert made.id == "cpu/primes@3.14t, everything apart"
    assert made.watched == ("3.14t:threads-2 with collector off",)
    back = step(base, PUT_BACK, PLAIN, [off], [])
    assert back.watched == ()
    assert [of.workers for of in back.lanes if of.interventions] == [2]


def test_modules_that_define_a_class_are_copied_too() -> None:
    """They may keep its instances, as that of loggers does."""
    logger = msgspec.structs.replace(suspect("LOG"), class_module="logging")

    assert labels(Elimination(suspects=(logger,)).copied) == ["own modules logging work"]
