"""Markdown: for comments on pull requests and job summaries. A table a model; models without findings fold away.

Names stand as code, everything else from a file as escaped text. The whole stays below what hosts take for a comment.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.finding import Finding, ModelReport, Report
from linter.reporters.escape import clip, link, markdown, markdown_code
from linter.reporters.tally import (
    clean,
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

LONGEST = 60_000
"""Characters of the document; hosts refuse comments of 65,536 and more."""
SHOWN = 5
"""Layers of a finding that are named."""
MESSAGE = 600
"""Characters of a message."""


def render(report: Report) -> str:
    """Return the report as a Markdown document."""
    blocks = [f"### {markdown(report.tool.name)}: {described(report)}", *_errors(report)]
    blocks += [_table(model) for model in report.models if model.findings or model.failures]
    blocks += [block for block in (_clean(report), *_notes(report)) if block]
    return "\n\n".join(_within(blocks, LONGEST)) + "\n"


def _within(blocks: list[str], room: int) -> Iterator[str]:
    """Yield blocks while there is room for them; say how many are left out."""
    for index, block in enumerate(blocks):
        room -= len(block) + 2
        if room < 100:
            yield f"*{plural(len(blocks) - index, 'part')} of this report left out: too long for a comment.*"
            return
        yield block


def _errors(report: Report) -> Iterator[str]:
    if report.errors:
        yield "\n".join(f"- {what}: {_code(error.path)}: {_text(error.message)}" for what, error in missed(report))


def _table(model: ModelReport) -> str:
    lines = [f"**{_code(model.path)}** {_text(facts(model))}"]
    if model.findings:
        lines += ["", "| | rule | layers | what, and what to do |", "|---|---|---|---|"]
    budget = LONGEST // 2
    for index, finding in enumerate(rows := worst_first(model.findings)):
        row = _row(finding)
        budget -= len(row)
        if budget < 0:
            lines += ["", f"*and {plural(len(rows) - index, 'finding')} more*"]
            break
        lines.append(row)
    if model.failures:
        lines += ["", *(f"- rule {_code(item.code)} failed: {_text(item.message)}" for item in model.failures)]
    return "\n".join(lines)


def _row(finding: Finding) -> str:
    url = link(finding.url)
    code = f"[{markdown(finding.code)}]({url})" if url else markdown(finding.code)
    text = f"{_text(finding.message)} *({known(finding)})*"
    if finding.fix is not None:
        text += f"<br>**Fix** ({finding.fix.safety.value}): {_text(finding.fix.summary)}"
    return f"| **{finding.severity.value}** | {code}<br>{_text(finding.name)} | {_layers(finding.layers)} | {text} |"


def _layers(layers: tuple[str, ...]) -> str:
    more = f" and {len(layers) - SHOWN:,} more" if len(layers) > SHOWN else ""
    return ", ".join(map(_code, layers[:SHOWN])) + more


def _clean(report: Report) -> str:
    passed = clean(report)
    if not passed:
        return ""
    lines = "\n".join(f"- {_code(model.path)} {_text(facts(model))}" for model in passed[:200])
    more = f"\n- and {len(passed) - 200:,} more" if len(passed) > 200 else ""
    return f"<details><summary>{plural(len(passed), 'model')} without findings</summary>\n\n{lines}{more}\n\n</details>"


def _notes(report: Report) -> Iterator[str]:
    lines = [
        f"- {_code(model.path)} {_text(unfollowed(item))}"
        for model in report.models
        for item in grouped(model.unanalysed)[:SHOWN]
    ]
    for reason, codes in skipped(report.models).items():
        lines.append(f"- skipped {', '.join(map(markdown, codes))}: {_text(reason)}")
    if lines:
        yield f"<details><summary>Not looked at</summary>\n\n{chr(10).join(lines)}\n\n</details>"


def _code(name: str) -> str:
    return markdown_code(clip(name))


def _text(text: str) -> str:
    return markdown(clip(text, MESSAGE))
