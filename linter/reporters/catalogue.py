"""What a rule's docstring says, for reports that explain: its summary and the sections under its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from inspect import cleandoc

from linter.finding import Severity


@dataclass(frozen=True, slots=True)
class Page:
    """The page of one rule; `sections` are (heading, Markdown)."""

    code: str
    name: str
    severity: Severity
    summary: str
    sections: tuple[tuple[str, str], ...]
    url: str

    @property
    def markdown(self) -> str:
        """The whole page."""
        return "\n\n".join([self.summary, *(f"## {heading}\n{body}" for heading, body in self.sections)])


def page(code: str) -> Page | None:
    """Return the page of a rule of the catalogue; None for a rule that is not ours or of another version."""
    return _pages().get(code)


@cache
def _pages() -> dict[str, Page]:
    from linter.rule import URL
    from linter.rules import RULES

    return {
        rule.code: Page(rule.code, rule.name, rule.severity, *_parts(rule.__doc__ or ""), f"{URL}{rule.code.lower()}")
        for rule in RULES
    }


def _parts(doc: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    summary, *rest = re.split(r"^## +(.+)$", cleandoc(doc), flags=re.MULTILINE)
    sections = zip(rest[::2], rest[1::2], strict=True)
    return summary.strip(), tuple((heading.strip(), body.strip()) for heading, body in sections)
