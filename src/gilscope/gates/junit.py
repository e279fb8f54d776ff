"""A check as a JUnit report, which most hosts of code show beside a job's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gilscope.render.check import because
from gilscope.render.visible import visible

if TYPE_CHECKING:
    from gilscope.expectations.judgements import Checked

SUITE = "gilscope"


def document(checked: Checked) -> str:
    """A report with a case for each clause: a failure where it was refuted, skipped where it is undecided."""
    refuted, undecided = len(checked.of("refuted")), len(checked.of("undecided"))
    counts = {"tests": str(len(checked.judgements)), "failures": str(refuted), "errors": "0", "skipped": str(undecided)}
    suites = Element("testsuites")
    suite = SubElement(suites, "testsuite", {"name": SUITE, "time": f"{checked.seconds:.3f}", **counts})
    for judgement in checked.judgements:
        clause = judgement.clause
        name = visible(clause.words)
        classname = visible(f"{SUITE}.{clause.workload} on {clause.runtime}")
        case = SubElement(suite, "testcase", name=name, classname=classname, time="0")
        if judgement.verdict == "refuted":
            SubElement(case, "failure", message=visible(because(judgement)), type=clause.kind)
        elif judgement.verdict == "undecided":
            SubElement(case, "skipped", message=visible(because(judgement)))
    indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suites, encoding="unicode")}\n'
