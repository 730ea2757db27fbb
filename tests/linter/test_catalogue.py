"""The catalogue itself: complete, in order, documented; its document is the one that the rules make."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

import linter.rules
from linter import build
from linter.build import Built
from linter.commands.docs import GROUPS, anchors, render_catalogue
from linter.commands.explain import explain
from linter.commands.page import HEADINGS, page
from linter.commands.rules import summary
from linter.finding import Severity
from linter.rule import URL, Rule
from linter.rules import RULES
from linter.selection import UnknownCodeError

FOLDER = Path(inspect.getfile(linter.rules)).parent
OF_CONTAINERS = {"SEC005", "SEC007", "SEC009"}
"""Rules about what lies around a configuration: their cases are files, in the tests of the readers."""
OFF = {"INI208", "DED409", "NRM603"}
CATALOGUE = """
RNN101 unbounded-recurrent-activation error
RNN102 unbounded-recurrent-gate error
RNN103 slow-recurrent-path info
RNN104 no-forget-bias info
INI201 glorot-before-relu info
INI202 mismatched-gain info
INI203 selu-without-lecun warning
INI204 constant-kernel error
INI205 fixed-scale-kernel warning
INI206 cloned-kernels warning
INI207 bias-start warning
INI208 zero-bias-before-relu info
INI209 miscounted-fan info
INI210 signal-fades warning
INI211 signal-explodes warning
INI212 born-dead-risk warning
INI213 untrained-weights warning
ACT301 linear-stack warning
ACT302 saturating-stack warning
ACT303 doubled-activation warning
ACT304 relu-before-softmax warning
ACT305 activation-parameter error
ACT306 prelu-per-position warning
ACT307 mixed-leaky-slopes info
ACT308 broken-selu warning
ACT309 softmax-inside warning
DED401 dead-units warning
DED402 proven-dead-units warning
DED403 likely-dead-units info
DED404 saturated-units warning
DED405 always-on-units info
DED406 dormant-units info
DED407 duplicate-units warning
DED408 disconnected-units warning
DED409 activation-rate info
OUT501 softmax-on-one-unit error
OUT502 loss-activation-mismatch error
OUT503 rectified-output warning
OUT504 bounded-output info
OUT505 logits-twice error
OUT506 categorical-on-one-unit error
NRM601 bias-before-batchnorm info
NRM602 dropout-before-batchnorm info
NRM603 unpenalised-rectifiers info
NRM605 excessive-dropout warning
NUM701 non-finite-weights error
NUM702 exploded-weights warning
NUM703 collapsed-batchnorm info
NUM704 half-precision-overflow warning
NUM705 gradient-out-of-range warning
DAT801 unscaled-inputs warning
DAT802 constant-features info
DAT803 non-finite-inputs error
DAT804 data-mismatch error
TRN901 learning-rate warning
TRN902 unclipped-recurrent info
CMP951 legacy-format info
CMP952 weights-mismatch error
SEC001 embedded-code error
SEC002 foreign-module error
SEC003 unsafe-api error
SEC004 external-file error
SEC005 hdf5-link error
SEC006 archive-trick error
SEC007 decompression-bomb error
SEC008 pickled-content error
SEC009 saved-model-ops error
SEC010 json-trick warning
SEC011 needs-custom-code info
"""
EACH = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)


def test_complete_and_in_order() -> None:
    listed = [line.split() for line in CATALOGUE.strip().splitlines()]
    assert [[rule.code, rule.name, rule.severity.value] for rule in RULES] == listed


def test_off_by_default() -> None:
    assert {rule.code for rule in RULES if not rule.default} == OFF


def test_every_file_is_a_rule_and_every_rule_a_file() -> None:
    files = {path.stem for path in FOLDER.glob("*.py")} - {"__init__"}
    assert files == {rule.__module__.rpartition(".")[2] for rule in RULES}


@EACH
def test_names(rule: type[Rule]) -> None:
    assert re.fullmatch(r"[A-Z]{3}\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    stem = rule.__module__.rpartition(".")[2]
    assert stem == rule.name.replace("-", "_")
    assert rule.__name__.lower() == stem.replace("_", "")
    assert getattr(rule, "__final__", False), "a rule is final: it is not subclassed"
    assert isinstance(rule.severity, Severity)


@EACH
def test_page(rule: type[Rule]) -> None:
    assert inspect.getmodule(rule).__doc__ == f"{rule.code}."  # type: ignore[union-attr]
    known = page(rule)
    assert tuple(known.sections) == HEADINGS
    assert known.summary.endswith(".")
    assert known.summary == summary(rule.__doc__), "the first line says it all"
    assert all(len(text) > 5 for text in known.sections.values())


@EACH
def test_examples_are_models(rule: type[Rule]) -> None:
    if rule.code not in OF_CONTAINERS:
        assert len(rule.flagged) >= 1
        assert len(rule.passing) >= 1
    for example in (*rule.flagged, *rule.passing):
        assert isinstance(eval(example.model, vars(build)), Built)
    written = [example.model for example in (*rule.flagged, *rule.passing)]
    assert len(set(written)) == len(written)


@EACH
def test_explain(rule: type[Rule]) -> None:
    text = explain(rule.code)
    assert text.startswith(f"# {rule.code} {rule.name}\n")
    assert text == explain(rule.name) == explain(rule.code.lower())
    for heading in (*HEADINGS, "Reported", "Not reported", "Fix"):
        assert f"\n## {heading}\n" in text
    for example in rule.flagged:
        assert example.model in text
    assert text.count("\n> ") >= len(rule.flagged), "what the rule says of its examples stands below them"


def test_explain_of_no_rule() -> None:
    with pytest.raises(UnknownCodeError, match="XYZ999"):
        explain("XYZ999")


def test_document_is_current() -> None:
    stored = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert stored == render_catalogue(), "run: keras-lint docs --output linter/rules/README.md"


def test_links_of_findings_lead_somewhere() -> None:
    places = set(anchors(render_catalogue()))
    assert places == {rule.code.lower() for rule in RULES}
    assert URL.endswith("/linter/rules/README.md#")


def test_every_family_has_its_heading() -> None:
    assert set(GROUPS) == {rule.code[:3] for rule in RULES}
