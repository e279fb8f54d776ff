"""What an import costs: work with the GIL as it came and forced off, with an extension and without."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gilscope.arguments import parse
from gilscope.commands import choosing, comparing, output
from gilscope.workloads.targets import label

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from gilscope.audit.values import Audit
    from gilscope.values.runtimes import Runtime

WITHOUT = "GILSCOPE_WITHOUT"
"""The variable that leaves modules out of a lane (`agent/without.py`)."""
AS_IT_COMES, GIL_OFF = "", "PYTHON_GIL=0"


class Price(NamedTuple):
    """What is measured for what was found on a runtime: variants in the words of ``--env``, and models."""

    title: str
    runtime: str
    variants: tuple[str, ...]
    models: str


def measure(options: argparse.Namespace, audit: Audit, runtimes: Sequence[Runtime], packages: Sequence[str]) -> int:
    """Measure each price of the person's work beside these packages, as ``gilscope ab`` does, and show it.

    Returns:
        The exit status: 0, or that of the first which failed.
    """
    subject = label(Path(options.price.rpartition(":")[0]).resolve())
    wanted = list(prices(audit, subject, runtimes))
    console = output.console()
    if not wanted:
        console.print(f"Nothing was found that {subject} imports: there is no price to be measured.")
    status = 0
    with tempfile.TemporaryDirectory(prefix="gilscope-") as folder:
        file = Path(folder, "requirements.txt")
        file.write_text("".join(f"{text}\n" for text in packages), "utf-8")
        for price in wanted:
            console.print(price.title, style="bold", soft_wrap=True)
            ended = comparing.compare_variants(choosing.completed(parse(_words(options, price, file))))
            status = status or ended
    return status


def prices(audit: Audit, subject: str, runtimes: Sequence[Runtime]) -> Iterator[Price]:
    """What is worth measuring of what one subject imports, on the newest runtime that shows it."""
    for kind, in_interpreter in (("turns the GIL on", False), ("falls back", True), ("is refused", True)):
        for runtime in reversed(runtimes):
            is_default = runtime.facts.build == "default"
            found = [
                finding
                for finding in audit.findings
                if (finding.subject, finding.runtime, finding.kind) == (subject, runtime.name, kind)
                and finding.in_interpreter == in_interpreter
                and finding.chain
            ]
            if not found or is_default != in_interpreter:
                continue
            modules = ",".join(dict.fromkeys(finding.module for finding in found))
            yield Price(
                title=f"The price of {modules} on {runtime.name}: {kind}{' in interpreters' * in_interpreter}",
                runtime=runtime.name,
                variants=(AS_IT_COMES, *(() if in_interpreter else (GIL_OFF,)), f"{WITHOUT}={modules}"),
                models="interpreters,interpreters-shared,processes" if in_interpreter else "threads",
            )
            break


def _words(options: argparse.Namespace, price: Price, packages: Path) -> list[str]:
    """The words behind ``gilscope`` that measure a price; several ``--with`` would be variants."""
    words = ["ab", "--on", price.runtime, "--models", price.models, "--results", str(options.results)]
    for variant in price.variants:
        words += ["--env", variant]
    for flag, values in (
        ("--with-requirements", [*options.requirements, packages]),
        ("--with-editable", options.editables),
    ):
        for value in values:
            words += [flag, str(value)]
    if options.budget is not None:
        words += ["--budget", str(options.budget)]
    return [*words, options.price]
