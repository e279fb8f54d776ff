"""A check as a JUnit report, which most hosts of code show beside a job's tests.

The format has no owner; a report is valid by the schema of Apache Ant's task and by that of Jenkins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from gilscope.render.check import because
from gilscope.render.visible import visible

if TYPE_CHECKING:
    from gilscope.expectations.judgements import Checked

SUITE = "gilscope"
HOST = "localhost"
"""The host that a report names: the schema asks for one, and a report may travel."""


def document(checked: Checked) -> str:
    """A report with a case for each clause: a failure where it was refuted, skipped where it is undecided."""
    refuted, undecided = len(checked.of("refuted")), len(checked.of("undecided"))
    counts = {"tests": str(len(checked.judgements)), "failures": str(refuted), "errors": "0", "skipped": str(undecided)}
    suites = Element("testsuites")
    about = {"name": SUITE, "id": "0", "package": SUITE, "hostname": HOST, "timestamp": checked.date.partition("+")[0]}
    suite = SubElement(suites, "testsuite", {**about, "time": f"{checked.seconds:.3f}", **counts})
    SubElement(suite, "properties")
    for judgement in checked.judgements:
        clause = judgement.clause
        name = visible(clause.words)
        classname = visible(f"{SUITE}.{clause.workload} on {clause.runtime}")
        case = SubElement(suite, "testcase", name=name, classname=classname, time="0")
        if judgement.verdict == "refuted":
            failure = SubElement(case, "failure", message=visible(because(judgement)), type=clause.kind)
            failure.text = visible(because(judgement))
        elif judgement.verdict == "undecided":
            SubElement(case, "skipped", message=visible(because(judgement)))
    SubElement(suite, "system-out")
    SubElement(suite, "system-err")
    indent(suites)
    return f'<?xml version="1.0" encoding="utf-8"?>\n{tostring(suites, encoding="unicode")}\n'
