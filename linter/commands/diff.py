"""diff: two models -> what changed: architecture, weights, units, findings. New findings decide the exit code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from linter.commands.lint import Run, lint_model
from linter.compare import Comparison, compare
from linter.finding import Finding, ModelReport
from linter.fingerprint import fingerprint
from linter.options import Options
from linter.read import UnreadableError, read
from linter.reporters.escape import plain

MOST_LISTED = 12


class DiffError(ValueError):
    """A model that cannot be read; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What changed between two models."""

    comparison: Comparison
    old: ModelReport
    new: ModelReport

    @property
    def appeared(self) -> tuple[Finding, ...]:
        """Findings that only the new model has."""
        return _beyond(self.new, self.old)

    @property
    def gone(self) -> tuple[Finding, ...]:
        """Findings that only the old model has."""
        return _beyond(self.old, self.new)


def diff(old: Path, new: Path, options: Options, data: str | None = None) -> Difference:
    """Return what changed; `data` is run through both. Raises DiffError where one cannot be read, or run."""
    reports: list[ModelReport] = []
    graphs = []
    for path in (old, new):
        run = _running(path, data, options) if data is not None else None
        try:
            graphs.append(read(path, options.limits))
            said = lint_model(path, options, str(path), run)
        except UnreadableError as error:
            raise DiffError(f"{path}: {error}") from None
        if said.errors:
            raise DiffError(f"{path}: {said.errors[0].message}")
        reports += said.models
    return Difference(compare(*graphs), *reports)


def _running(path: Path, data: str, options: Options) -> Run:
    from linter.live.run import Request, observe

    return lambda: observe(Request(path, data, options.limits, generators=True))


def exit_code(difference: Difference, options: Options) -> int:
    """Return 2 where a rule failed, 1 where a new finding reaches `fail_on`, else 0."""
    if difference.old.failures or difference.new.failures:
        return 2
    return int(any(options.fail_on.admits(finding.severity) for finding in difference.appeared))


def render(difference: Difference) -> str:
    """Return the difference as text."""
    lines = [f"{plain(difference.old.path)} -> {plain(difference.new.path)}", ""]
    body = [
        *_architecture(difference.comparison),
        *_weights(difference.comparison),
        *_units(difference),
        *_findings(difference),
    ]
    return "\n".join([*lines, *(body or ["no difference"])])


def _architecture(found: Comparison) -> Iterator[str]:
    yield from (f"+ layer {plain(path)}" for path in found.added)
    yield from (f"- layer {plain(path)}" for path in found.removed)
    yield from (f"~ {plain(item.layer)}: {plain(text)}" for item in found.changed for text in item.settings)


def _weights(found: Comparison) -> Iterator[str]:
    moved = sorted((item for item in found.changed if item.moved), key=lambda item: -(item.moved or 0.0))
    for item in moved[:MOST_LISTED]:
        yield f"~ {plain(item.layer)}: weights moved by {item.moved:.1%} of their norm"
    if len(moved) > MOST_LISTED:
        yield f"  and {len(moved) - MOST_LISTED} layers more, each by less"


def _units(difference: Difference) -> Iterator[str]:
    before = {row.path: row for row in difference.old.layers}
    for row in difference.new.layers:
        was = before.get(row.path)
        if was is None or row.dead is None or was.dead is None or not row.units or row.dead == was.dead:
            continue
        share = abs(row.dead - was.dead) / row.units
        yield f"~ {plain(row.path)} {'lost' if row.dead > was.dead else 'regained'} {share:.0%} of its units since"


def _findings(difference: Difference) -> Iterator[str]:
    for sign, found in (("+", difference.appeared), ("-", difference.gone)):
        for item in found:
            where = ", ".join(map(plain, item.layers[:4]))
            place = f" in {where}" if where else ""
            yield f"{sign} {item.severity.value} {item.code} {item.name}{place}: {plain(item.message)}"


def _beyond(one: ModelReport, other: ModelReport) -> tuple[Finding, ...]:
    left = Counter(map(fingerprint, other.findings))
    out = []
    for finding in one.findings:
        key = fingerprint(finding)
        if left[key]:
            left[key] -= 1
        else:
            out.append(finding)
    return tuple(out)
