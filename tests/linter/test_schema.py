"""The edges: reports come back as they went, the published schema is current and holds, wrong settings are named."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from dataclasses import fields

import jsonschema
import pytest
from hypothesis import given

from linter import schema
from linter.finding import Report, Severity
from linter.options import FailOn, Limits, Options
from linter.reporters import json as reporter
from tests.linter.reporters.samples import FEW, FULL, REPORTS

VALIDATOR = jsonschema.Draft202012Validator(json.loads(schema.PUBLISHED.read_text(encoding="utf-8")))


def test_the_published_schema_is_current():
    jsonschema.Draft202012Validator.check_schema(VALIDATOR.schema)
    assert schema.PUBLISHED.read_text(encoding="utf-8") == schema.published(), "run `python -m linter.schema`"


def test_a_report_comes_back_as_it_went():
    assert schema.report(reporter.render(FULL)) == FULL


@FEW
@given(REPORTS)
def test_any_report_is_valid_and_comes_back(report):
    text = reporter.render(report)
    VALIDATOR.validate(json.loads(text))
    back = schema.report(text)
    assert reporter.render(back) == text
    if equal_to_itself(report):
        assert back == report


def equal_to_itself(report):
    """Whether a report has no NaN and no lone surrogate, the two that cannot come back as they were."""
    try:
        repr(report).encode("utf-8")
    except UnicodeEncodeError:
        return False
    text = json.dumps(json.loads(reporter.render(report)))
    return '"NaN"' not in text and "\\\\ud" not in text


def drop(document, *path):
    *above, last = path
    for key in above:
        document = document[key]
    del document[last]


@pytest.mark.parametrize(
    "path",
    [
        ("schema",),
        ("errors",),
        ("models", 0, "path"),
        ("models", 0, "sandbox"),
        ("models", 0, "findings", 0, "severity"),
        ("models", 0, "layers", 0, "class"),
    ],
)
def test_the_published_schema_asks_for_every_field(path):
    document = json.loads(reporter.render(FULL))
    drop(document, *path)
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("models", 0, "findings", 0, "severity"), "fatal"),
        (("models", 0, "findings", 0, "layers"), "lstm"),
        (("models", 0, "layers", 0, "units"), "eight"),
        (("models", 0, "findings", 0, "measured"), {"radius": "huge"}),
    ],
)
def test_a_wrong_value_is_refused_by_both(path, value):
    document = json.loads(reporter.render(FULL))
    *above, last = path
    inner = document
    for key in above:
        inner = inner[key]
    inner[last] = value
    assert not VALIDATOR.is_valid(document)
    with pytest.raises(schema.SchemaError, match=re.escape(".".join(map(str, path)))):
        schema.report(json.dumps(document))


def test_a_report_of_a_later_version_is_read_and_of_another_schema_refused():
    document = json.loads(reporter.render(FULL))
    document["novelty"] = document["models"][0]["novelty"] = 1
    assert schema.report(json.dumps(document)) == FULL
    with pytest.raises(schema.SchemaError, match="schema: 2 is not 1"):
        schema.report('{"schema": 2}')


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"models": [1]}', b"\xff\xfe", '{"tool": "\\ud800"}'])
def test_what_is_no_report_is_an_error_of_ours(text):
    with pytest.raises(schema.SchemaError):
        schema.report(text)


def test_non_finite_numbers_come_back():
    text = reporter.render(FULL).replace("1.25", '"NaN"').replace("0.375", '"-Infinity"')
    measured = {name: value for _, f in schema.report(text).findings() for name, value in f.measured.items()}
    assert math.isnan(measured["spectral_radius"])
    assert measured["share"] == -math.inf


def test_options_of_a_table():
    table = {
        "select": ["RNN", "INI2"],
        "ignore": ["RNN103"],
        "severity": {"RNN101": "info"},
        "fail_on": "never",
        "input_range": [0, 255],
        "per_layer_ignores": {"encoder/*": ["ACT"]},
        "limits": {"max_seconds": 10},
    }
    expected = Options(
        select=("RNN", "INI2"),
        ignore=("RNN103",),
        severity={"RNN101": Severity.INFO},
        fail_on=FailOn.NEVER,
        input_range=(0.0, 255.0),
        per_layer_ignores={"encoder/*": ("ACT",)},
        limits=Limits(max_seconds=10.0),
    )
    assert schema.options(table) == schema.options(json.dumps(table)) == expected
    assert schema.options({}) == Options()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"selct": []}, "unknown key 'selct'; known are select, ignore"),
        ({"limits": {"max_sample": 1}}, "limits: unknown key 'max_sample'; known are max_samples"),
        ({"select": "RNN"}, "select: input should be a valid array, received 'RNN'"),
        ({"select": [1]}, "select.0: "),
        ({"fail_on": "fatal"}, "fail_on: input should be 'error', 'warning', 'info' or 'never', received 'fatal'"),
        ({"severity": {"RNN101": "off"}}, "severity.RNN101: "),
        ({"limits": {"max_samples": "10"}}, "limits.max_samples: "),
        ({"limits": {"max_samples": True}}, "limits.max_samples: "),
        ({"limits": {"max_samples": -1}}, "limits.max_samples: -1 is below 0"),
        ({"limits": {"max_seconds": float("inf")}}, "limits.max_seconds: "),
        ({"input_range": [1, 0]}, "input_range: [1.0, 0.0] is not [low, high]"),
        ({"input_range": [1]}, "input_range"),
        ({"select": {1}}, "not what JSON can say"),
        ("[]", "input should be an object"),
        ("{", "invalid JSON"),
    ],
)
def test_wrong_options_are_named(table, said):
    with pytest.raises(schema.SchemaError) as caught:
        schema.options(table)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.problems


def test_the_schema_of_options_knows_every_field():
    document = schema.options_schema("#/components/schemas/{model}")
    assert set(document["properties"]) == {field.name for field in fields(Options)}
    assert set(document["$defs"]["Limits"]["properties"]) == {field.name for field in fields(Limits)}
    assert document["additionalProperties"] is False
    assert document["properties"]["limits"]["$ref"] == "#/components/schemas/Limits"


def test_the_wire_format_itself_needs_no_pydantic():
    code = "import sys, linter.finding, linter.options; print('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
    assert Report() == schema.report(reporter.render(Report()))
