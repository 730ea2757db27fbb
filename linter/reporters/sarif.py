"""SARIF 2.1.0: for code scanning. The file is the physical location, the layers are logical ones.

A result's fingerprint comes from what it is about (`linter.fingerprint`), so that a model saved again, or moved, keeps
its alerts. What could not be read, what crashed, what was skipped and what could not be followed are notifications of
the invocation.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from linter.finding import Finding, ModelReport, Report, Severity
from linter.fingerprint import fingerprint
from linter.reporters.catalogue import page
from linter.reporters.escape import link, plain, sarif, uri
from linter.reporters.json import plain_data
from linter.reporters.tally import unfollowed

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
HOME = "https://github.com/keras-act/keras-act"
LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}
LOCATIONS = 100
"""Layers of a finding that get a location of their own; all of them stand in its properties."""

Json = dict[str, Any]


def render(report: Report) -> str:
    """Return the report as a SARIF log of one run."""
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]}
    return json.dumps(log, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _run(report: Report) -> Json:
    codes, files = _codes(report), _files(report)
    results = [
        _result(finding, files.index(uri(model.path)), model, codes, count)
        for model in report.models
        for finding, count in _counted(model)
    ]
    return {
        "tool": {"driver": _driver(report, codes)},
        "invocations": [_invocation(report, codes)],
        "artifacts": [_artifact(next(model for model in report.models if uri(model.path) == file)) for file in files],
        "results": results,
    }


def _files(report: Report) -> list[str]:
    """Return the URI of every model once, also of one that was named twice."""
    return list(dict.fromkeys(uri(model.path) for model in report.models))


def _codes(report: Report) -> dict[str, int]:
    """Return the index of every rule that the log refers to."""
    found = {finding.code for _, finding in report.findings()}
    found |= {failure.code for model in report.models for failure in model.failures}
    found |= {skip.code for model in report.models for skip in model.skipped}
    return {code: index for index, code in enumerate(sorted(set(map(plain, found))))}


def _driver(report: Report, codes: dict[str, int]) -> Json:
    names = {plain(finding.code): finding.name for _, finding in report.findings()}
    version = {"version": plain(report.tool.version)} if report.tool.version else {}
    rules = [_descriptor(code, names.get(code, "")) for code in codes]
    return {"name": plain(report.tool.name), **version, "informationUri": HOME, "rules": rules}


def _descriptor(code: str, name: str) -> Json:
    known = page(code)
    if known is None:
        return {"id": code, **({"name": plain(name)} if name else {})}
    purpose = next((body for _, body in known.sections), known.summary)
    return {
        "id": known.code,
        "name": known.name,
        "shortDescription": {"text": known.summary},
        "fullDescription": {"text": purpose},
        "help": {"text": known.markdown, "markdown": known.markdown},
        "helpUri": known.url,
        "defaultConfiguration": {"level": LEVELS[known.severity]},
        "properties": {"tags": ["security" if known.code.startswith("SEC") else "correctness"]},
    }


def _counted(model: ModelReport) -> Iterator[tuple[Finding, int]]:
    """Yield each finding and how many of its fingerprint came before it in the model, counting from 1."""
    seen: Counter[str] = Counter()
    for finding in model.findings:
        seen[fingerprint(finding)] += 1
        yield finding, seen[fingerprint(finding)]


def _result(finding: Finding, artifact: int, model: ModelReport, codes: dict[str, int], count: int) -> Json:
    text = sarif(finding.message)
    if finding.fix is not None:
        text += f"\nFix ({finding.fix.safety.value}): {sarif(finding.fix.summary)}"
    data = plain_data(finding)
    kept = ("evidence", "certainty", "layers", "units", "pointer", "measured", "fix")
    digest = f"{fingerprint(finding)}:{count}"
    return {
        "ruleId": plain(finding.code),
        "ruleIndex": codes[plain(finding.code)],
        "level": LEVELS[finding.severity],
        "message": {"text": text or sarif(finding.name) or "."},
        "locations": _locations(finding, model, artifact),
        "partialFingerprints": {"kerasLint/v1": digest, "primaryLocationLineHash": digest},
        **({"hostedViewerUri": url} if (url := link(finding.url)) else {}),
        "properties": {key: data[key] for key in kept},
    }


def _locations(finding: Finding, model: ModelReport, artifact: int) -> list[Json]:
    """Return a location for each layer: the cause is gone when all of them have changed."""
    # hosts want a line, also of what has none
    place = {"artifactLocation": {"uri": uri(model.path), "index": artifact}, "region": {"startLine": 1}}
    layers = [{"logicalLocations": [_layer(layer)]} for layer in finding.layers[:LOCATIONS]]
    return [{"physicalLocation": place, **layer} for layer in layers or [{}]]


def _layer(path: str) -> Json:
    shown = plain(path)
    return {"name": shown.rsplit("/", 1)[-1], "fullyQualifiedName": shown, "kind": "layer"}


def _artifact(model: ModelReport) -> Json:
    hashes = {"hashes": {"sha-256": plain(model.sha256)}} if model.sha256 else {}
    about = {"format": model.format, "kerasVersion": model.keras_version, "parameters": model.parameters}
    sample = {"sample": model.sample, "sandbox": model.sandbox} if model.sample else {}
    return {
        "location": {"uri": uri(model.path)},
        "roles": ["analysisTarget"],
        **hashes,
        "properties": plain_data({**about, **sample}),
    }


def _invocation(report: Report, codes: dict[str, int]) -> Json:
    failed = report.errors or any(model.failures for model in report.models)
    notes = [_notification(error.path, error.message, "error") for error in report.errors]
    for model in report.models:
        notes += _notes(model, codes)
    return {"executionSuccessful": not failed, "toolExecutionNotifications": notes}


def _notes(model: ModelReport, codes: dict[str, int]) -> Iterator[Json]:
    for failure in model.failures:
        rule = {"associatedRule": {"id": plain(failure.code), "index": codes[plain(failure.code)]}}
        yield _notification(model.path, f"rule {failure.code} failed: {failure.message}", "error") | rule
    for skip in model.skipped:
        rule = {"associatedRule": {"id": plain(skip.code), "index": codes[plain(skip.code)]}}
        yield _notification(model.path, f"skipped {skip.code}: {skip.reason}", "none") | rule
    for item in model.unanalysed:
        yield _notification(model.path, unfollowed(item), "note")


def _notification(path: str, text: str, level: str) -> Json:
    place = {"physicalLocation": {"artifactLocation": {"uri": uri(path)}}}
    return {"level": level, "message": {"text": sarif(text) or "."}, "locations": [place]}
