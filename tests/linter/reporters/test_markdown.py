"""Markdown, read by a CommonMark parser: tables that hold, and nothing from a file that becomes markup."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from markdown_it import MarkdownIt

from linter.finding import Report
from linter.reporters.escape import plain
from linter.reporters.markdown import LONGEST, render
from tests.linter.reporters.samples import ATTACKS, CLEAN, FEW, FULL, REPORTS, RNN, TROUBLED

PARSER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OUR_HTML = ("<br>", "<details>", "</details>", "<summary>")


def tokens(text):
    for token in PARSER.parse(text):
        yield token
        yield from token.children or ()


def markup(text):
    """Return the links, images and foreign HTML of a document."""
    found = []
    for token in tokens(text):
        if token.type == "link_open":
            found.append(token.attrs["href"])
        elif token.type == "image" or (token.type.startswith("html") and not token.content.startswith(OUR_HTML)):
            found.append(token.content)
    return found


def cells(text):
    """Return the text of every row of every table."""
    rows, inside = [], False
    for token in PARSER.parse(text):
        if token.type == "tr_open":
            rows.append([])
        inside = (inside or token.type in ("td_open", "th_open")) and token.type not in ("td_close", "th_close")
        if token.type == "inline" and inside:
            rows[-1].append("".join(child.content for child in token.children))
    return rows


def test_a_row_a_finding():
    rows = cells(render(FULL))
    assert [row[0] for row in rows] == ["", "error", "warning", "info"]
    error = rows[1]
    assert error[1].startswith("RNN101")
    assert error[2] == "encoder/lstm, lstm_1"
    assert RNN.message in error[3]
    assert "Fix (unsafe): set activation='tanh'" in error[3]
    assert markup(render(FULL)) == [RNN.url]


def test_nothing_is_silent():
    text = render(FULL)
    assert text.startswith("### keras-lint: 2 models: 1 error, 1 warning, 1 info; 1 file not linted; 1 rule failed\n")
    for part in ("the file is empty", "INI210", "DAT801, DAT802", "crop", "1 model without findings"):
        assert part in text


def test_a_clean_run_is_short():
    assert render(Report(models=(CLEAN,))).splitlines()[0] == "### keras-lint: 1 model: no findings"
    assert "|" not in render(Report(models=(CLEAN,)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_in_its_cell(attack):
    finding = replace(RNN, message=attack, layers=(attack,), name=attack, fix=None, url="")
    text = render(Report(models=(replace(CLEAN, findings=(finding,)),)))
    (head, row) = cells(text)
    assert len(head) == len(row) == 4
    assert markup(text) == []
    if len(attack) < 100:
        assert plain(attack).strip() in row[3].replace("\u200b", "")


def test_a_huge_report_fits_a_comment():
    many = tuple(replace(RNN, layers=(f"layer_{index}",)) for index in range(2_000))
    models = tuple(replace(TROUBLED, path=f"{index}.h5", findings=many) for index in range(5))
    text = render(Report(models=models))
    assert len(text) < LONGEST + 500
    assert "left out" in text


@FEW
@given(REPORTS)
def test_no_file_makes_markup(report):
    text = render(report)
    text.encode("utf-8")
    assert all(line.isprintable() for line in text.split("\n"))
    assert markup(text) == []
    assert all(len(row) == 4 for row in cells(text))
