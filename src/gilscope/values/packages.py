"""Packages that a workload needs beside it, in the words of uv and pip."""

from __future__ import annotations

from typing import Self

import msgspec


class Packages(msgspec.Struct, frozen=True, kw_only=True):
    """Packages to be installed together.

    A requirement is a name with versions (``numpy==2.4.4``), or the absolute path of a project, an archive or a wheel.
    ``files`` are files of requirements, and ``editables`` projects whose edits take effect at once, by absolute paths.
    A project's path may end in extras: ``/home/ann/shop[fast]``.
    """

    requirements: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    editables: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.requirements or self.files or self.editables)

    def joined(self, other: Self) -> Self:
        """These packages and others, each once."""
        return type(self)(
            **{
                name: tuple(dict.fromkeys((*getattr(self, name), *getattr(other, name))))
                for name in self.__struct_fields__
            }
        )
