"""A subject on one runtime, with all that was seen of it there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from gilscope.audit.values import LIBRARY, OWN, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from gilscope.audit.values import Kind, Load, Seen, Subject


class Place(NamedTuple):
    """A subject in the environment of one runtime, with what was seen there.

    ``foretells_gil`` is whether a default build is asked what a free-threaded one would do. ``owner`` tells the
    distribution, and its version, that a file belongs to.
    """

    runtime: str
    is_free_threaded: bool
    foretells_gil: bool
    subject: Subject
    owner: Callable[[str], tuple[str, str]]
    main: Seen
    interpreter: Seen | None
    threads: Seen | None

    def is_of_the_library(self, load: Load) -> bool:
        """Whether an extension belongs to Python."""
        return self.owner(load.path)[0] == LIBRARY

    def finding(
        self, kind: Kind, load: Load | None, reason: str, *, module: str = "", in_interpreter: bool = False
    ) -> Finding:
        """A finding whose culprit is an extension, or else the subject itself."""
        subject = self.subject
        if load is not None:
            distribution, version = self.owner(load.path)
        else:
            distribution, version = (OWN, "") if subject.is_file else (subject.name, subject.version)
        return Finding(
            subject=subject.name,
            runtime=self.runtime,
            kind=kind,
            module="" if load is None and subject.is_file else module if load is None else load.module,
            reason=reason,
            distribution=distribution,
            version=version,
            chain=() if load is None else load.chain,
            in_interpreter=in_interpreter,
        )
