"""Every way to show a Report: one pure function `render(report) -> str` a format, each in the file of its name.

A format's file is imported when it is first used, so that a plain text run pays for none of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

from linter.finding import Report

Render = Callable[..., str]


def _late(module: str) -> Render:
    """Return a function that imports `module` when it is called; keywords go to its `render`."""

    def render(report: Report, **keywords: Any) -> str:
        text: str = import_module(module).render(report, **keywords)
        return text

    return render


REPORTERS: Mapping[str, Render] = {
    "text": _late("linter.reporters.text"),
    "json": _late("linter.reporters.json"),
    "sarif": _late("linter.reporters.sarif"),
    "junit": _late("linter.reporters.junit"),
    "github": _late("linter.reporters.github"),
    "markdown": _late("linter.reporters.markdown"),
    "html": _late("linter.reporters.html"),
}
