"""Counts and orders that several reporters share. Knows reports, no medium."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from linter.finding import Evidence, Finding, ModelReport, Report, Severity, Unreadable
from linter.graph import Unanalysed

WORST_FIRST = tuple(sorted(Severity, key=lambda severity: -severity.rank))
_WHERE = {
    Evidence.CONFIG: "by the configuration",
    Evidence.WEIGHTS: "from the weights",
    Evidence.SAMPLE: "on the sample",
}


def plural(count: int, noun: str) -> str:
    """Return "1 model", "2 models"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by severity; within one severity they keep their order."""
    return sorted(findings, key=lambda finding: -finding.severity.rank)


def counts(report: Report) -> dict[Severity, int]:
    """Return how many findings there are of each severity, worst first, without those of which there are none."""
    found = Counter(finding.severity for _, finding in report.findings())
    return {severity: found[severity] for severity in WORST_FIRST if found[severity]}


def described(report: Report) -> str:
    """Return "2 models: 1 error, 3 warnings" or "1 model: no findings", and what could not be read."""
    words = [_counted(count, severity) for severity, count in counts(report).items()]
    parts = [f"{plural(len(report.models), 'model')}: {', '.join(words) or 'no findings'}"] if report.models else []
    kinds = [what for what, _ in missed(report)]
    if unread := kinds.count("not linted"):
        parts.append(f"{plural(unread, 'file')} not linted")
    if unrun := kinds.count("not run"):
        parts.append(f"{plural(unrun, 'model')} not run on the data")
    if failed := sum(len(model.failures) for model in report.models):
        parts.append(f"{plural(failed, 'rule')} failed")
    return "; ".join(parts) or "no models"


def not_run(report: Report) -> frozenset[str]:
    """Return the paths of models that were linted, and could not be run on the data."""
    return frozenset(error.path for error in report.errors) & {model.path for model in report.models}


def missed(report: Report) -> list[tuple[str, Unreadable]]:
    """Return each error with what it is: "not linted", or "not run" of a model that was linted without the data."""
    unrun = not_run(report)
    return [("not run" if error.path in unrun else "not linted", error) for error in report.errors]


def clean(report: Report) -> list[ModelReport]:
    """Return the models of which there is nothing to say: no finding, no failure, no run that failed."""
    unrun = not_run(report)
    return [model for model in report.models if not (model.findings or model.failures or model.path in unrun)]


def _counted(count: int, severity: Severity) -> str:
    return f"{count:,} info" if severity is Severity.INFO else plural(count, severity.value)


def skipped(models: Iterable[ModelReport]) -> dict[str, list[str]]:
    """Return reason -> codes of the rules that did not run for it, over all models."""
    reasons: dict[str, dict[str, None]] = {}
    for model in models:
        for skip in model.skipped:
            reasons.setdefault(skip.reason, {})[skip.code] = None
    return {reason: sorted(codes) for reason, codes in reasons.items()}


def known(finding: Finding) -> str:
    """Return how a finding is known: "proven by the configuration"."""
    return f"{finding.certainty.value} {_WHERE[finding.evidence]}"


def unfollowed(item: Unanalysed) -> str:
    """Return "not analysed: crop (Lambda), why"; what is said of the whole file goes without a name."""
    what = f"{item.layer} ({item.class_name})" if item.layer and item.class_name else item.layer or item.class_name
    return "not analysed: " + ", ".join(part for part in (what, item.reason) if part)


def grouped(items: Iterable[Unanalysed], shown: int = 3) -> list[Unanalysed]:
    """Return one item for those of one class and reason: "a, b, c and 4 more"."""
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:
        groups.setdefault((item.class_name, item.reason), []).append(item.layer)
    out = []
    for (class_name, reason), layers in groups.items():
        more = f" and {len(layers) - shown:,} more" if len(layers) > shown else ""
        out.append(Unanalysed(", ".join(filter(None, layers[:shown])) + more, class_name, reason))
    return out


def facts(model: ModelReport) -> str:
    """Return what a file is: "keras, Keras 3.15.1, 12,345 parameters"."""
    version = f"Keras {model.keras_version}" if model.keras_version else ""
    size = plural(model.parameters, "parameter") if model.parameters is not None else "parameters unknown"
    return ", ".join(part for part in (model.format, version, size) if part)
