"""explain: one rule's page as Markdown."""

from __future__ import annotations

from linter.commands.page import body
from linter.rules import RULES
from linter.selection import UnknownCodeError


def explain(code: str) -> str:
    """Return the page of the rule `code`, in any case; raises UnknownCodeError where no rule has it."""
    for rule in RULES:
        if code.upper() == rule.code or code.lower() == rule.name:
            return f"# {rule.code} {rule.name}\n\n{body(rule, 2)}\n"
    raise UnknownCodeError(f"unknown rule {code!r}: no rule has this code or name (see `keras-lint rules`)")
