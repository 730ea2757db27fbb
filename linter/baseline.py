"""Baselines: the findings that a project knows of. Only what is beyond them counts."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

from linter.finding import ModelReport, Report
from linter.fingerprint import fingerprint

VERSION = 1


class BaselineError(ValueError):
    """A baseline file that cannot be used."""


def load(path: Path) -> Counter[tuple[str, str]]:
    """Return how often each (model, fingerprint) is known; raises BaselineError or OSError."""
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError):
        raise BaselineError(f"{path} is not a baseline: not JSON; write one with --write-baseline") from None
    if not isinstance(stored, dict) or stored.get("baseline") != VERSION or not isinstance(stored.get("models"), dict):
        raise BaselineError(f"{path} is not a baseline of version {VERSION}; write one with --write-baseline")
    known: Counter[tuple[str, str]] = Counter()
    for model, findings in stored["models"].items():
        for entry in findings:
            known[model, str(entry.get("fingerprint"))] += 1
    return known


def dump(report: Report) -> str:
    """Return the baseline of a report, one line a finding so that it reads well in a diff."""
    models = {
        model.path: [{"code": f.code, "layers": list(f.layers), "fingerprint": fingerprint(f)} for f in model.findings]
        for model in report.models
        if model.findings
    }
    return json.dumps({"baseline": VERSION, "models": models}, indent=1, sort_keys=True) + "\n"


def beyond(report: Report, known: Counter[tuple[str, str]]) -> Report:
    """Return the report without the findings that the baseline knows."""
    left = known.copy()

    def rest(model: ModelReport) -> ModelReport:
        kept = []
        for finding in model.findings:
            key = (model.path, fingerprint(finding))
            if left[key] > 0:
                left[key] -= 1
            else:
                kept.append(finding)
        return replace(model, findings=tuple(kept))

    return replace(report, models=tuple(rest(model) for model in report.models))
