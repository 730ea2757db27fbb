"""A model that was linted and could not be run on its data: it is said so, and is neither clean nor a file not read."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from linter.finding import Report, Unreadable
from linter.reporters import REPORTERS
from tests.linter.reporters.samples import CLEAN, FULL, TROUBLED

WHY = "the data have no column that fits"
QUIET = Report(models=(CLEAN,), errors=(Unreadable(CLEAN.path, WHY),))
BOTH = replace(FULL, errors=(*FULL.errors, Unreadable(TROUBLED.path, WHY)))
SPEAKING = ("text", "markdown", "github", "html")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        if self.lasttag not in ("style", "script"):
            self.said.append(data)


def said(report: Report, format: str) -> str:
    """Return what somebody reads, on one line."""
    document = REPORTERS[format](report)
    if format == "html":
        parser = _Text()
        parser.feed(document)
        document = "".join(parser.said)
    return " ".join(document.replace("`", "").split())


@pytest.mark.parametrize("format", SPEAKING)
def test_it_is_not_run_and_not_clean(format: str) -> None:
    text = said(QUIET, format)
    assert "1 model: no findings; 1 model not run on the data" in text
    assert WHY in text
    for wrong in ("not linted", "Not linted", "ok ", "without findings"):
        assert wrong not in text


@pytest.mark.parametrize("format", SPEAKING)
def test_beside_a_file_that_was_not_read(format: str) -> None:
    text = said(BOTH, format)
    assert "1 file not linted; 1 model not run on the data" in text
    assert text.count("not run") >= 2
    assert "RNN101" in text


@pytest.mark.parametrize("format", ["text", "markdown", "html"])
def test_each_is_called_what_it_is(format: str) -> None:
    text = said(BOTH, format).replace(": models", " models")
    assert "not linted models/broken.h5" in text
    assert "not run models/troubled.keras" in text


def test_two_suites() -> None:
    root = ET.fromstring(REPORTERS["junit"](QUIET))
    linted, run = root.findall("testsuite")
    assert (linted.get("errors"), run.get("errors")) == ("0", "1")
    (case,) = run.findall("testcase")
    (error,) = case.findall("error")
    assert case.get("name") == "run on the data"
    assert (error.get("type"), error.get("message")) == ("not run", WHY)
