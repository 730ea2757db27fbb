"""JUnit: counts that agree with the cases, one suite a file, and XML that any parser takes."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from hypothesis import given

from linter.finding import Report, Severity
from linter.reporters.escape import plain
from linter.reporters.junit import render
from tests.linter.reporters.samples import CLEAN, FEW, FULL, REPORTS, RNN

RESULTS = {"failure", "error", "skipped"}
TOTALS = {"name", "time", "tests", "failures", "errors"}
"""The attributes that Jenkins' schema (junit-10.xsd) has for all suites together."""


def check(root):
    """Assert what the common schema of JUnit files asks for, and that the counts are true."""
    assert root.tag == "testsuites"
    assert set(root.attrib) == TOTALS
    for holder in (root, *root):
        cases = list(holder.iter("testcase"))
        assert int(holder.get("tests")) == len(cases)
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            if attribute == "skipped" and holder is root:
                continue
            assert int(holder.get(attribute)) == sum(len(case.findall(tag)) for case in cases)
    for suite in root:
        assert suite.tag == "testsuite"
        assert set(suite.attrib) == TOTALS | {"skipped"}
        assert suite.get("name") is not None
        assert [child.tag for child in suite] == sorted((child.tag for child in suite), key="testcase system-out".index)
        assert suite.findall("testcase")
        for case in suite.findall("testcase"):
            assert {"classname", "name", "time"} == set(case.attrib)
            assert len([child for child in case if child.tag in RESULTS]) <= 1
            assert {child.tag for child in case} <= RESULTS | {"system-out"}
            for child in case:
                assert set(child.attrib) <= {"type", "message"}


def test_a_suite_a_file_and_a_case_a_finding():
    root = ET.fromstring(render(FULL))
    check(root)
    troubled, clean, broken = root
    names = [case.get("name") for case in troubled.findall("testcase")]
    assert names[:3] == [
        "RNN101 unbounded-recurrent-activation in encoder/lstm, lstm_1",
        "DED401 dead-units in dense",
        "CMP951 legacy-format",
    ]
    assert names[3:] == ["INI210", "DAT801", "DAT802"]
    assert troubled.find("testcase/failure").get("message") == RNN.message
    assert "fix (unsafe): set activation='tanh'" in troubled.find("testcase/failure").text
    assert (troubled.get("failures"), troubled.get("errors"), troubled.get("skipped")) == ("2", "1", "2")
    assert [case.get("name") for case in clean.findall("testcase")] == ["no findings"]
    assert broken.find("testcase/error").get("message") == "the file is empty"
    assert root.get("tests") == "8"


def test_information_does_not_fail():
    suite = ET.fromstring(render(FULL))[0]
    case = next(case for case in suite.findall("testcase") if case.get("name").startswith("CMP951"))
    assert [child.tag for child in case] == ["system-out"]


def test_a_clean_run_passes():
    root = ET.fromstring(render(Report(models=(CLEAN,))))
    check(root)
    assert (root.get("failures"), root.get("errors")) == ("0", "0")


@FEW
@given(REPORTS)
def test_any_report_is_xml_with_true_counts(report):
    text = render(report)
    root = ET.fromstring(text.encode("utf-8"))
    check(root)
    assert [suite.get("name") for suite in root] == [plain(item.path) for item in (*report.models, *report.errors)]
    graver = [finding for _, finding in report.findings() if finding.severity is not Severity.INFO]
    assert int(root.get("failures")) == len(graver)
