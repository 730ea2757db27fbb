"""explain: one rule's page as Markdown."""

from __future__ import annotations

from inspect import cleandoc

from linter.commands.page import body, facts
from linter.plugins import catalogue
from linter.rule import Rule
from linter.rules import RULES
from linter.selection import UnknownCodeError


def explain(code: str, plugins: tuple[str, ...] = ()) -> str:
    """Return the page of the rule `code`, in any case; raises UnknownCodeError where no rule has it, or PluginError."""
    for rule in catalogue(plugins):
        if code.upper() == rule.code or code.lower() == rule.name:
            return f"# {rule.code} {rule.name}\n\n{body(rule, 2) if rule in RULES else _theirs(rule)}\n"
    raise UnknownCodeError(f"unknown rule {code!r}: no rule has this code or name (see `keras-lint rules`)")


def _theirs(rule: type[Rule]) -> str:
    """Return the page of another distribution's rule, whose headings are its own."""
    return f"{facts(rule)} · of {rule.__module__.partition('.')[0]}\n\n{cleandoc(rule.__doc__ or '')}"
