"""GitHub annotations: a workflow command a line, worst first as only ten of a kind are shown; then plain lines.

Nothing from a file begins a line, and what stands inside a command is encoded as GitHub decodes it.
"""

from __future__ import annotations

from collections.abc import Iterator

from linter.finding import Finding, ModelReport, Report, Severity
from linter.reporters.escape import TEXT, clip, github_data, github_property, log
from linter.reporters.tally import described, missed, skipped, unfollowed
from linter.reporters.text import named

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def render(report: Report) -> str:
    """Return the report as workflow commands."""
    pairs = sorted(report.findings(), key=lambda pair: -pair[1].severity.rank)
    lines = [_command("error", error.path, what, error.message) for what, error in missed(report)]
    lines += [_finding(model, finding) for model, finding in pairs]
    lines += [line for model in report.models for line in _notes(model)]
    skips = skipped(report.models).items()
    lines += [f"keras-lint: skipped {named(codes)}: {clip(log(reason), TEXT)}" for reason, codes in skips]
    return "\n".join([*lines, f"keras-lint: {described(report)}"]) + "\n"


def _finding(model: ModelReport, finding: Finding) -> str:
    text = finding.message
    if finding.layers:
        text += f" (in {named(finding.layers)})"
    if finding.fix is not None:
        text += f"; fix ({finding.fix.safety.value}): {finding.fix.summary}"
    return _command(COMMANDS[finding.severity], model.path, f"{finding.code} {finding.name}", text)


def _notes(model: ModelReport) -> Iterator[str]:
    for failure in model.failures:
        yield _command("error", model.path, f"{failure.code} failed", failure.message)
    if model.unanalysed:
        yield _command("notice", model.path, "not analysed", "; ".join(map(unfollowed, model.unanalysed)))


def _command(kind: str, path: str, title: str, text: str) -> str:
    return (
        f"::{kind} file={github_property(path)},title={github_property(clip(title))}::{github_data(clip(text, TEXT))}"
    )
