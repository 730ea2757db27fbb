"""GitHub annotations, read as a runner reads a line: the commands are ours alone, and decode to what was meant."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from linter.finding import Report, Unreadable
from linter.reporters.escape import TEXT, clip, plain
from linter.reporters.github import render
from tests.linter.reporters.samples import ATTACKS, CLEAN, FEW, FULL, REPORTS, RNN


def decode(text, *, is_property):
    codes = {"%0D": "\r", "%0A": "\n", "%25": "%", **({"%3A": ":", "%2C": ","} if is_property else {})}
    return re.sub("|".join(codes), lambda found: codes[found[0]], text)


def command(line):
    """Return (name, properties, message) where the runner sees a command in a line of a log, else None."""
    line = line.lstrip()
    if line.startswith("::") and (end := line.find("::", 2)) > 0:
        name, _, given = line[2:end].partition(" ")
        pairs = (item.split("=", 1) for item in given.split(",") if "=" in item)
        return (
            name,
            {key: decode(value, is_property=True) for key, value in pairs},
            decode(line[end + 2 :], is_property=False),
        )
    if found := re.search(r"##\[(\w+)", line):
        return found[1], {}, ""
    return None


def test_findings_become_annotations_worst_first():
    lines = render(FULL).splitlines()
    commands = [command(line) for line in lines]
    assert [item[0] for item in commands if item] == ["error", "error", "warning", "notice", "error", "notice"]
    name, properties, message = commands[1]
    assert name == "error"
    assert properties == {"file": "models/troubled.keras", "title": "RNN101 unbounded-recurrent-activation"}
    assert message == f"{RNN.message} (in encoder/lstm, lstm_1); fix (unsafe): set activation='tanh'"
    assert lines[-2:] == [
        "keras-lint: skipped DAT801, DAT802: needs sample data (--data)",
        "keras-lint: 2 models: 1 error, 1 warning, 1 info; 1 file not linted; 1 rule failed",
    ]


def test_a_clean_run_annotates_nothing():
    assert render(Report(models=(CLEAN,))) == "keras-lint: 1 model: no findings\n"


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_inside_its_annotation(attack):
    finding = replace(RNN, message=attack, layers=(attack,), fix=None)
    first, last = render(Report(models=(replace(CLEAN, path=attack, findings=(finding,)),))).splitlines()
    name, properties, message = command(first)
    assert name == "error"
    assert properties["file"] == plain(attack)
    assert message.startswith(plain(clip(attack, TEXT))[:1_000])
    assert command(last) is None


@FEW
@given(REPORTS)
def test_every_command_is_ours(report):
    text = render(report)
    lines = text.split("\n")
    assert lines.pop() == ""
    assert all(line.isprintable() for line in lines)
    commands = [found for line in lines if (found := command(line))]
    expected = (
        len(report.errors)
        + sum(1 for _ in report.findings())
        + sum(len(model.failures) + bool(model.unanalysed) for model in report.models)
    )
    assert len(commands) == expected
    assert {name for name, _, _ in commands} <= {"error", "warning", "notice"}
    assert all(set(properties) == {"file", "title"} for _, properties, _ in commands)
    paths = {plain(item.path) for item in (*report.models, *report.errors)}
    assert {properties["file"] for _, properties, _ in commands} <= paths
    assert all(line.startswith("keras-lint: ") for line in lines if not command(line))


def test_an_unreadable_file_is_an_error():
    (found, _) = render(Report(errors=(Unreadable("a,b:c.h5", "100% broken"),))).splitlines()
    assert found == "::error file=a%2Cb%3Ac.h5,title=not linted::100%25 broken"
