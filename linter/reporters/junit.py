"""JUnit XML: for the test pages of CI servers. A model is a suite; its findings and rules that did not run are cases.

Warnings and errors are failures, information passes with its text as output, a crash of a rule is an error, and so are
a file that could not be read and a model that could not be run on its data. A model without a finding has one case that
passes, so that it is seen. No time and no host stand in it: equal reports are equal.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

from linter.finding import Finding, ModelReport, Report, Severity, Unreadable
from linter.reporters.escape import plain
from linter.reporters.tally import facts, known, missed, unfollowed, worst_first


def render(report: Report) -> str:
    """Return the report as one XML document."""
    root = ET.Element("testsuites", {"name": plain(report.tool.name)})
    root.extend([*map(_suite, report.models), *(_missed(*pair) for pair in missed(report))])
    _count(root)
    del root.attrib["skipped"]  # schemas know it for suites alone
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="unicode")}\n'


def _suite(model: ModelReport) -> ET.Element:
    suite = _named_suite(model.path)
    for finding in worst_first(model.findings):
        _finding(suite, model, finding)
    for failure in model.failures:
        case = _case(suite, model.path, failure.code)
        ET.SubElement(case, "error", {"type": "crash", "message": plain(failure.message)})
    for skip in model.skipped:
        ET.SubElement(_case(suite, model.path, skip.code), "skipped", {"message": plain(skip.reason)})
    if not (model.findings or model.failures):
        _case(suite, model.path, "no findings")
    lines = [facts(model), *map(unfollowed, model.unanalysed)]
    ET.SubElement(suite, "system-out").text = "\n".join(map(plain, lines))
    _count(suite)
    return suite


def _finding(suite: ET.Element, model: ModelReport, finding: Finding) -> None:
    where = f" in {', '.join(map(plain, finding.layers))}" if finding.layers else ""
    case = _case(suite, model.path, f"{finding.code} {finding.name}{where}")
    lines = [f"{finding.severity.value}, {known(finding)}", finding.message]
    if finding.fix is not None:
        lines.append(f"fix ({finding.fix.safety.value}): {finding.fix.summary}")
    text = "\n".join(map(plain, lines))
    if finding.severity is Severity.INFO:
        ET.SubElement(case, "system-out").text = text
    else:
        about = {"type": finding.severity.value, "message": plain(finding.message)}
        ET.SubElement(case, "failure", about).text = text


def _missed(what: str, error: Unreadable) -> ET.Element:
    suite = _named_suite(error.path)
    name, kind = ("run on the data", what) if what == "not run" else ("read", "unreadable")
    ET.SubElement(_case(suite, error.path, name), "error", {"type": kind, "message": plain(error.message)})
    _count(suite)
    return suite


def _named_suite(path: str) -> ET.Element:
    return ET.Element("testsuite", {"name": plain(path)})


def _case(suite: ET.Element, path: str, name: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", {"classname": plain(path), "name": plain(name), "time": "0"})


def _count(element: ET.Element) -> None:
    """Set the counts of a suite, or of all of them."""
    cases = list(element.iter("testcase"))
    for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        element.set(attribute, str(sum(case.find(tag) is not None for case in cases)))
    element.set("tests", str(len(cases)))
    element.set("time", "0")
