"""A rule's page: its docstring taken apart, its examples, and what it says of them.

Knows nothing of any output but Markdown.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass

from linter.finding import Finding
from linter.rule import Example, Rule

HEADINGS = ("What it does", "Why is this bad?", "The numbers behind", "References")


@dataclass(frozen=True, slots=True)
class Page:
    """What a rule says of itself: one line, and its sections by heading."""

    summary: str
    sections: dict[str, str]


def page(rule: type[Rule]) -> Page:
    """Return the page of a rule; raises ValueError where its headings are not the fixed ones, in their order."""
    first, *rest = inspect.cleandoc(rule.__doc__ or "").split("\n## ")
    sections = {head.strip(): body.strip() for head, _, body in (part.partition("\n") for part in rest)}
    if tuple(sections) != HEADINGS or not first.strip() or not all(sections.values()):
        raise ValueError(f"{rule.__name__} has the sections {tuple(sections)}, expected {HEADINGS}, each with text")
    return Page(" ".join(first.split()), sections)


def facts(rule: type[Rule]) -> str:
    """Return severity, evidence, certainty and whether the rule runs unasked, in one line."""
    runs = "on by default" if rule.default else "off by default: select it by its code"
    return f"severity **{rule.severity.value}** · evidence **{rule.evidence.value}** · {rule.certainty.value} · {runs}"


def body(rule: type[Rule], level: int) -> str:
    """Return the page below its title as Markdown, headings at `level`."""
    known, mark = page(rule), "#" * level
    text = [known.summary, facts(rule)]
    for heading in HEADINGS[:3]:
        text += [f"{mark} {heading}", known.sections[heading]]
    text += [f"{mark} Reported", *_shown(rule, rule.flagged)]
    text += [f"{mark} Not reported", *_shown(rule, rule.passing)]
    text += [f"{mark} Fix", *_fixes(rule)]
    text += [f"{mark} {HEADINGS[3]}", known.sections[HEADINGS[3]]]
    return "\n\n".join(text)


def _shown(rule: type[Rule], examples: tuple[Example, ...]) -> Iterator[str]:
    for example in examples:
        lines = [f"# {example.note}"] if example.note else []
        yield "\n".join(("```python", *lines, example.model, "```"))
        for finding in _found(rule, example):
            yield f"> {finding.severity.value}: {finding.message}"


def _fixes(rule: type[Rule]) -> Iterator[str]:
    fixes = dict.fromkeys(finding.fix for example in rule.flagged for finding in _found(rule, example) if finding.fix)
    for fix in fixes:
        yield f"- {fix.safety.value}: {fix.summary}"
    if not fixes:
        yield "What to do stands in the message."


def _found(rule: type[Rule], example: Example) -> tuple[Finding, ...]:
    """Return what the rule says of an example."""
    from linter import build

    return tuple(rule().check(eval(example.model, vars(build)).subject()))  # the text is ours: it stands in the rule
