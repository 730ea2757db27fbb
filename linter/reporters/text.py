"""The report for people at a terminal: by model, one block a finding, calm when there is nothing to say.

Imports little, and nothing from outside the standard library: this is the path of every plain run.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator

from linter.finding import Finding, ModelReport, Report
from linter.reporters.escape import TEXT, clip, log
from linter.reporters.tally import (
    clean,
    counts,
    described,
    facts,
    grouped,
    known,
    missed,
    plural,
    skipped,
    unfollowed,
    worst_first,
)

WIDTH = 88
SHOWN = 8
"""Layers, or codes, that are named before "and N more"."""
_SGR = {"bold": "1", "dim": "2", "error": "1;31", "warning": "1;33", "info": "1;36", "ok": "32"}


def render(report: Report, *, colour: bool = False, width: int = WIDTH) -> str:
    """Return the report as lines of at most `width` characters where words allow, with ANSI colours if asked for."""
    page = _Page(colour, width)
    lines: list[str] = []
    spaced, passed = False, {model.path for model in clean(report)}
    for model in report.models:
        block = list(_model(model, page, model.path in passed))
        before, spaced = spaced, bool(model.findings or model.failures)
        lines += ["", *block] if lines and (before or spaced) else block
    for block in ([*_skips(report, page), *_unreadable(report, page)], list(_summary(report, page))):
        lines += ["", *block] if lines and block and len(lines) + len(block) > 2 else block
    return "\n".join(lines) + "\n"


class _Page:
    """Wraps and colours."""

    def __init__(self, colour: bool, width: int) -> None:
        self.colour = colour
        self.width = max(width, 40)

    def paint(self, text: str, style: str) -> str:
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m" if self.colour else text

    def wrap(self, text: str, indent: str, style: str = "", hang: str = "") -> Iterator[str]:
        wrapper = textwrap.TextWrapper(
            self.width, indent, indent + hang, break_long_words=False, break_on_hyphens=False
        )
        return (self.paint(line, style) if style else line for line in wrapper.wrap(text))


def _model(model: ModelReport, page: _Page, passed: bool) -> Iterator[str]:
    path, about = log(model.path), page.paint(log(facts(model)), "dim")
    if passed:
        yield f"{page.paint('ok', 'ok')}  {path}  {about}"
    else:
        yield f"{page.paint(path, 'bold')}  {about}"
    for finding in worst_first(model.findings):
        yield ""
        yield from _finding(finding, page)
    if model.findings and (model.failures or model.unanalysed or model.sample):
        yield ""
    yield from _notes(model, page)


def _finding(finding: Finding, page: _Page) -> Iterator[str]:
    severity, code = finding.severity.value, page.paint(log(finding.code), "bold")
    how = page.paint(f"({known(finding)})", "dim")
    yield f"  {page.paint(severity, severity)} {code} {log(finding.name)}  {how}"
    if finding.layers:
        yield from page.wrap("in " + named(finding.layers), "    ", "dim", "   ")
    yield from page.wrap(clip(log(finding.message), TEXT), "    ")
    if finding.fix is not None:
        summary = clip(log(finding.fix.summary), TEXT)
        yield from page.wrap(f"fix ({finding.fix.safety.value}): {summary}", "    ", "ok", "  ")


def named(names: Iterable[str], shown: int = SHOWN) -> str:
    """Return the first few names, and how many more there are."""
    every = [clip(log(name)) for name in names]
    return ", ".join(every[:shown]) + (f" and {len(every) - shown:,} more" if len(every) > shown else "")


def _notes(model: ModelReport, page: _Page) -> Iterator[str]:
    for failure in model.failures:
        text = f"rule {log(failure.code)} failed: {clip(log(failure.message), TEXT)}"
        yield from page.wrap(text, "    ", "error", "  ")
    unanalysed = grouped(model.unanalysed)
    for item in unanalysed[:SHOWN]:
        yield from page.wrap(clip(log(unfollowed(item)), TEXT), "    ", "dim", "  ")
    if more := len(unanalysed[SHOWN:]):
        yield page.paint(f"    not analysed for other reasons: {more:,} more", "dim")
    if model.sample is not None:
        cut = f", ended by {log(model.sample.cut_by)}" if model.sample.cut_by else ""
        yield page.paint(f"    run on {plural(model.sample.n, 'sample')} in {model.sample.seconds:.1f} s{cut}", "dim")


def _skips(report: Report, page: _Page) -> Iterator[str]:
    for reason, codes in skipped(report.models).items():
        yield from page.wrap(f"skipped {named(codes)}: {clip(log(reason), TEXT)}", "", "dim", "  ")


def _unreadable(report: Report, page: _Page) -> Iterator[str]:
    for what, error in missed(report):
        first, *rest = page.wrap(f"{what} {log(error.path)}: {clip(log(error.message), TEXT)}", "", "", "  ")
        yield first.replace(what, page.paint(what, "error"), 1)
        yield from rest


def _summary(report: Report, page: _Page) -> Iterator[str]:
    worst = next(iter(counts(report)), None)
    failed = report.errors or any(model.failures for model in report.models)
    if len(report.models) == 1 and not (worst or failed):
        return  # its own line has said it
    yield page.paint(described(report), "error" if failed else worst.value if worst else "ok")
    if worst is not None:
        code = next(finding.code for _, finding in report.findings() if finding.severity is worst)
        yield page.paint(f"keras-lint explain {log(code)} says why, and what to do", "dim")
