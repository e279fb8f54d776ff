"""Where code hosts and their jobs look: a summary in Markdown, annotations, JUnit's XML and Bencher's JSON."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gilscope import errors
from gilscope.commands import output

if TYPE_CHECKING:
    import argparse

    from gilscope.expectations.judgements import Checked

SUMMARY = "GITHUB_STEP_SUMMARY"
"""The variable with the file to which a job of GitHub's appends its summary."""
ACTIONS = "GITHUB_ACTIONS"
"""The variable that is ``true`` in such a job, which reads annotations from what is printed."""


def report(options: argparse.Namespace, checked: Checked) -> None:
    """Write a check to every file that was named, and to where this job's host looks.

    Raises:
        ResultsError: a file cannot be written.
    """
    from gilscope.gates import annotations, bmf, junit
    from gilscope.interchange import encoded
    from gilscope.render import check as render
    from gilscope.render import markdown

    text = markdown.of_blocks(render.blocks(checked))
    if options.markdown:
        output.write(options.markdown, text)
    if options.junit:
        output.write(options.junit, junit.document(checked))
    if options.bmf:
        output.write(options.bmf, encoded(bmf.metrics(checked)).decode())
    if options.badge:
        output.write(options.badge, encoded(bmf.badge(checked)).decode())
    if os.environ.get(SUMMARY):
        _append(Path(os.environ[SUMMARY]), text)
    if os.environ.get(ACTIONS) == "true":
        for line in annotations.lines(checked):
            sys.stderr.write(f"{line}\n")


def _append(path: Path, text: str) -> None:
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise errors.ResultsError(f"cannot write {path}: {error.strerror}") from error
