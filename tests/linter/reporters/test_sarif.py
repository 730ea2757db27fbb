"""SARIF: valid against the official schema, read by a second reader, and fingerprints that last."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given

from linter.finding import Report, Severity
from linter.reporters.sarif import LOCATIONS, render
from tests.linter.reporters.samples import CLEAN, DEAD, FEW, FULL, NOTE, REPORTS, RNN, TROUBLED

SCHEMA = json.loads(Path(__file__).with_name("sarif-schema-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)


def run_of(report):
    document = json.loads(render(report))
    VALIDATOR.validate(document)
    return document["runs"][0]


def prints(report):
    return [result["partialFingerprints"] for result in run_of(report)["results"]]


def test_the_schema_can_fail():
    document = json.loads(render(FULL))
    document["runs"][0]["results"][0]["level"] = "fatal"
    assert not VALIDATOR.is_valid(document)


def test_results_say_what_where_and_how():
    run = run_of(FULL)
    result = next(item for item in run["results"] if item["ruleId"] == "RNN101")
    assert result["level"] == "error"
    assert result["message"]["text"] == f"{RNN.message}\nFix (unsafe): set activation='tanh'"
    first, second = result["locations"]
    assert first["physicalLocation"]["artifactLocation"] == {"uri": "models/troubled.keras", "index": 0}
    assert first["logicalLocations"] == [{"name": "lstm", "fullyQualifiedName": "encoder/lstm", "kind": "layer"}]
    assert second["logicalLocations"][0]["fullyQualifiedName"] == "lstm_1"
    assert result["properties"]["measured"] == {"spectral_radius": 1.25}
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "RNN101"


def test_rules_carry_their_pages():
    rules = {rule["id"]: rule for rule in run_of(FULL)["tool"]["driver"]["rules"]}
    assert set(rules) == {"RNN101", "DED401", "CMP951", "INI210", "DAT801", "DAT802"}
    assert "Why is this bad?" in rules["RNN101"]["help"]["markdown"]
    assert rules["RNN101"]["defaultConfiguration"] == {"level": "error"}
    assert rules["RNN101"]["helpUri"] == RNN.url


def test_every_severity_has_its_level():
    levels = {item["ruleId"]: item["level"] for item in run_of(FULL)["results"]}
    assert levels == {"RNN101": "error", "DED401": "warning", "CMP951": "note"}


def test_what_was_not_judged_is_a_notification():
    invocation = run_of(FULL)["invocations"][0]
    assert invocation["executionSuccessful"] is False
    said = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert ("error", "the file is empty") in said
    assert ("error", "rule INI210 failed: ZeroDivisionError: division by zero") in said
    assert ("none", "skipped DAT801: needs sample data (--data)") in said
    assert ("note", "not analysed: crop (Lambda), what it computes is not in the configuration") in said
    assert run_of(Report(models=(CLEAN,)))["invocations"][0]["executionSuccessful"] is True


def test_fingerprints_survive_saving_again_and_moving():
    again = replace(
        RNN,
        message="recurrent activation relu is unbounded (0.875)",
        pointer="/model_config/config/layers/3",
        measured={"spectral_radius": 0.9},
        severity=Severity.WARNING,
        layers=RNN.layers[::-1],
    )
    moved = replace(TROUBLED, path="/elsewhere/b.h5", sha256="1" * 64, format="h5", findings=(NOTE, DEAD, again))
    assert prints(Report(models=(moved,))) == prints(FULL)


def test_fingerprints_tell_apart_rule_layers_and_repetition():
    variants = (RNN, replace(RNN, layers=("other",)), replace(RNN, code="RNN102"), RNN)
    found = [item["kerasLint/v1"] for item in prints(Report(models=(replace(TROUBLED, findings=variants),)))]
    assert len(set(found)) == 4


def test_many_layers_have_a_bounded_number_of_locations():
    many = replace(RNN, layers=tuple(f"layer_{index}" for index in range(5_000)))
    result = run_of(Report(models=(replace(TROUBLED, findings=(many,)),)))["results"][0]
    assert len(result["locations"]) == LOCATIONS
    assert len(result["properties"]["layers"]) == 5_000


def test_a_file_named_twice_is_one_artifact():
    run = run_of(Report(models=(TROUBLED, CLEAN, TROUBLED)))
    assert [item["location"]["uri"] for item in run["artifacts"]] == [TROUBLED.path, CLEAN.path]
    indices = {item["locations"][0]["physicalLocation"]["artifactLocation"]["index"] for item in run["results"]}
    assert indices == {0}


@FEW
@given(REPORTS)
def test_any_report_is_valid_and_harmless(report):
    text = render(report)
    text.encode("ascii")
    run = run_of(report)
    assert len(run["results"]) == sum(1 for _ in report.findings())
    for result in run["results"]:
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert not re.search(r"(?<!\\)(?:\\\\)*\[", result["message"]["text"])
        assert all(line.isprintable() for line in result["message"]["text"].split("\n"))
        for location in result["locations"]:
            uri = location["physicalLocation"]["artifactLocation"]["uri"]
            assert re.fullmatch(r"[\w.~/%:-]*", uri, re.ASCII)


def test_a_finding_without_words_shows_its_name_harmlessly():
    model = FULL.models[0]
    mute = replace(model.findings[0], message="", fix=None, name="a[b](c)")
    run = run_of(replace(FULL, models=(replace(model, findings=(mute,)),)))
    assert run["results"][0]["message"]["text"] == r"a\[b\](c)"


def test_a_second_reader_reads_it(tmp_path):
    loader = pytest.importorskip("sarif.loader", reason="needs sarif-tools")
    path = tmp_path / "report.sarif"
    path.write_text(render(FULL), encoding="utf-8")
    read = loader.load_sarif_file(str(path))
    counts = {severity: read.get_report().get_issue_count_for_severity(severity) for severity in read.get_severities()}
    assert counts == {"error": 1, "warning": 1, "note": 1}
    records = {record["Code"]: record for record in read.get_records()}
    assert records["RNN101"]["Location"] == "models/troubled.keras"
    assert read.get_distinct_tool_names() == ["keras-lint"]
