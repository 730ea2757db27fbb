"""The JSON report: the fields of DESIGN, strict JSON, and nothing lost on the way back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from linter.finding import Report
from linter.reporters.json import render
from tests.linter.reporters.samples import FEW, FULL, REPORTS, RNN, TROUBLED


def strict(text):
    def refuse(token):
        raise ValueError(token)

    def unique(pairs):
        assert len({key for key, _ in pairs}) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def test_the_fields_are_those_of_the_contract():
    document = strict(render(FULL))
    assert list(document) == ["schema", "tool", "models", "errors"]
    assert document["schema"] == 1
    model = document["models"][0]
    assert set(model) == {
        *("path", "sha256", "format", "keras_version", "parameters", "findings", "skipped", "failures"),
        *("unanalysed", "graph", "layers", "signal", "sample", "sandbox"),
    }
    assert set(model["graph"]) == {"nodes", "edges"}
    assert set(model["layers"][0]) == {"path", "class", "units", "parameters", "dead", "bound", "worst", "histogram"}
    assert set(model["signal"][0]) == {"layer", "predicted", "sampled"}
    assert set(model["sample"]) == {"n", "cut_by", "seconds"}
    assert set(model["findings"][0]) == {
        *("code", "name", "severity", "evidence", "certainty", "message", "layers", "units", "pointer", "measured"),
        *("fix", "url"),
    }
    assert document["errors"] == [{"path": "models/broken.h5", "message": "the file is empty"}]


def test_enums_are_strings_and_tuples_lists():
    finding = strict(render(FULL))["models"][0]["findings"][2]
    assert finding["severity"] == "error"
    assert finding["layers"] == ["encoder/lstm", "lstm_1"]
    assert finding["fix"] == {"safety": "unsafe", "summary": "set activation='tanh'"}


@pytest.mark.parametrize(
    ("value", "wire"), [(float("nan"), "NaN"), (float("inf"), "Infinity"), (float("-inf"), "-Infinity"), (1e300, 1e300)]
)
def test_what_json_has_no_number_for_is_a_string(value, wire):
    finding = replace(RNN, measured={"radius": value})
    report = Report(models=(replace(TROUBLED, findings=(finding,)),))
    assert strict(render(report))["models"][0]["findings"][0]["measured"] == {"radius": wire}


def test_the_order_of_mappings_does_not_show():
    one, other = (replace(RNN, measured=dict(pairs)) for pairs in ([("a", 1.0), ("b", 2.0)], [("b", 2.0), ("a", 1.0)]))
    assert render(Report(models=(replace(TROUBLED, findings=(one,)),))) == render(
        Report(models=(replace(TROUBLED, findings=(other,)),))
    )


@FEW
@given(REPORTS)
def test_any_report_is_strict_ascii_json(report):
    text = render(report)
    text.encode("ascii")
    assert "\x1b" not in text
    document = strict(text)
    json.dumps(document, ensure_ascii=False).encode("utf-8")
    assert len(document["models"]) == len(report.models)
