"""Which rules run, and which findings stay: codes, prefixes, per-layer ignores, severities."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fnmatch import fnmatchcase

from linter.finding import Finding, Severity
from linter.options import Options
from linter.rule import Rule


class UnknownCodeError(ValueError):
    """An option names a code that no rule has."""


def selected(rules: Iterable[type[Rule]], options: Options) -> tuple[type[Rule], ...]:
    """Return the rules to run, in catalogue order; raises UnknownCodeError for a code or prefix that fits none."""
    catalogue = tuple(rules)
    known = [rule.code for rule in catalogue]
    given = (
        *options.select,
        *options.ignore,
        *options.severity,
        *(code for codes in options.per_layer_ignores.values() for code in codes),
    )
    for code in given:
        if not any(name.startswith(code) for name in known):
            raise UnknownCodeError(
                f"unknown rule code {code!r}: no rule's code begins with it (see `keras-lint rules`)"
            )
    return tuple(rule for rule in catalogue if _runs(rule, options))


def _runs(rule: type[Rule], options: Options) -> bool:
    if any(rule.code.startswith(code) for code in options.ignore):
        return False
    if not options.select:
        return rule.default
    return any(rule.code.startswith(code) and (rule.default or rule.code == code) for code in options.select)


def judged(finding: Finding, options: Options) -> Finding | None:
    """Return the finding as the options want it; None where they silence it in every layer it names."""
    ignored = {
        layer
        for layer in finding.layers
        for pattern, codes in options.per_layer_ignores.items()
        if fnmatchcase(layer, pattern) and any(finding.code.startswith(code) for code in codes)
    }
    if ignored and len(ignored) == len(set(finding.layers)):
        return None
    severity = _severity(finding, options)
    layers = tuple(layer for layer in finding.layers if layer not in ignored)
    return replace(finding, severity=severity, layers=layers)


def _severity(finding: Finding, options: Options) -> Severity:
    best = max((code for code in options.severity if finding.code.startswith(code)), key=len, default=None)
    return options.severity[best] if best is not None else finding.severity
