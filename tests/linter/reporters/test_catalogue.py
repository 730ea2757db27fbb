"""Rule pages as reports quote them."""

from __future__ import annotations

from linter.reporters.catalogue import page
from linter.rules import RULES


def test_every_rule_has_a_page():
    for rule in RULES:
        found = page(rule.code)
        assert found.summary
        assert "\n\n" not in found.summary
        assert [heading for heading, _ in found.sections][:2] == ["What it does", "Why is this bad?"]
        assert all(body for _, body in found.sections)
        assert found.url.endswith(rule.code.lower())


def test_an_unknown_rule_has_none():
    assert page("ZZZ999") is None
