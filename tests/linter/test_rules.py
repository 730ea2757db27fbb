"""Every rule on its own examples, as they are written and in every other spelling that the same model can have."""

from __future__ import annotations

from typing import Any

import pytest

from linter import build
from linter.build import Built
from linter.commands.lint import audit
from linter.options import Options
from linter.rule import Example, Rule
from linter.rules import RULES
from tests.linter.spellings import SPELLINGS

OF_THE_FILE = ("CMP", "SEC", "DAT")
"""Rules about how a file is written or what data hold: another spelling is another case for them."""
UNLIKE: dict[tuple[str, str], str] = {}
"""Rule and spelling that do not go together, and why."""


def made(example: Example) -> Built:
    """The model of an example."""
    built = eval(example.model, vars(build))
    assert isinstance(built, Built)
    return built


def codes(rule: type[Rule], built: Built) -> set[str]:
    """What is found with only this rule selected."""
    found = audit(built.graph(), Options(select=(rule.code,)), "example", built.observation)
    assert not found.failures
    assert not found.skipped or not built.values
    return {finding.code for finding in found.findings}


def examples(kind: str) -> list[Any]:
    """A case for each example."""
    return [
        pytest.param(rule, example, id=f"{rule.code}-{i}")
        for rule in RULES
        for i, example in enumerate(getattr(rule, kind))
    ]


def respelled(kind: str) -> list[Any]:
    """A case for each example in each other spelling that it has."""
    out = []
    for rule in RULES:
        for i, example in enumerate(getattr(rule, kind)):
            for name, transform in SPELLINGS.items():
                if not rule.code.startswith(OF_THE_FILE) and (rule.code, name) not in UNLIKE:
                    built = transform(made(example))
                    if built is not None:
                        out.append(pytest.param(rule, built, id=f"{rule.code}-{i}-{name}"))
    return out


@pytest.mark.parametrize(("rule", "example"), examples("flagged"))
def test_flagged(rule: type[Rule], example: Example) -> None:
    assert codes(rule, made(example)) == {rule.code}


@pytest.mark.parametrize(("rule", "example"), examples("passing"))
def test_passing(rule: type[Rule], example: Example) -> None:
    assert codes(rule, made(example)) == set()


@pytest.mark.parametrize(("rule", "example"), examples("flagged"))
def test_pointers_lead_to_something_in_the_file(rule: type[Rule], example: Example) -> None:
    built = made(example)
    graph = built.graph()
    found = audit(graph, Options(select=(rule.code,)), "example", built.observation).findings
    for pointer in (finding.pointer for finding in found if finding.pointer):
        name, hash, path = pointer.partition("#")
        within = [graph.documents[name]] if hash else list(graph.documents.values())
        assert any(holds(document, path if hash else pointer) for document in within), pointer


def holds(document: Any, pointer: str) -> bool:
    """Whether a JSON pointer (RFC 6901) leads to a value."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, list) and key.isdecimal() and int(key) < len(document):
            document = document[int(key)]
        elif isinstance(document, dict) and key in document:
            document = document[key]
        else:
            return False
    return not pointer or pointer.startswith("/")


@pytest.mark.parametrize(("rule", "built"), respelled("flagged"))
def test_flagged_in_another_spelling(rule: type[Rule], built: Built) -> None:
    assert codes(rule, built) == {rule.code}


@pytest.mark.parametrize(("rule", "built"), respelled("passing"))
def test_passing_in_another_spelling(rule: type[Rule], built: Built) -> None:
    assert codes(rule, built) == set()


def test_every_spelling_is_met_by_many_rules() -> None:
    met: dict[str, set[str]] = {name: set() for name in SPELLINGS}
    for rule in RULES:
        for example in rule.flagged:
            for name, transform in SPELLINGS.items():
                if transform(made(example)) is not None:
                    met[name].add(rule.code)
    assert {name: len(found) >= 12 for name, found in met.items()} == dict.fromkeys(SPELLINGS, True)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_findings_are_complete(rule: type[Rule]) -> None:
    for example in rule.flagged:
        built = made(example)
        for finding in audit(built.graph(), Options(select=(rule.code,)), "example", built.observation).findings:
            assert not finding.message.endswith(".")
            assert finding.name == rule.name
            assert finding.url.endswith(f"#{rule.code.lower()}")
            assert set(finding.layers) <= {node.layer for node in built.graph().nodes}
            if finding.evidence.value != "config" and rule.code != "DAT804":  # names and shapes are no numbers
                assert finding.measured or finding.units, "what was seen in weights or samples is measured"


def test_a_rule_that_crashes_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RULES[0], "check", lambda self, model: 1 / 0)
    report = audit(made(RULES[0].flagged[0]).graph(), Options(), "example")
    assert [failure.code for failure in report.failures] == [RULES[0].code]
    assert "ZeroDivisionError" in report.failures[0].message
