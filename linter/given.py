"""What the command line was given -> Options, what to judge, and Invocation, this run."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from linter import settings
from linter.finding import Severity
from linter.invocation import Invocation
from linter.options import FailOn, Options


def options_of(given: argparse.Namespace) -> Options:
    """Return what to judge: the settings file, overridden by argv."""
    options = settings.load(given.config, Path.cwd())
    changes: dict[str, object] = {}
    if given.select:
        changes["select"] = codes(given.select)
    if given.ignore:
        changes["ignore"] = (*options.ignore, *codes(given.ignore))
    if given.severity:
        changes["severity"] = {**options.severity, **dict(map(_override, codes(given.severity)))}
    if given.fail_on:
        changes["fail_on"] = FailOn(given.fail_on)
    if given.input_range:
        changes["input_range"] = settings.input_range(given.input_range)
    lowered = {"max_samples": given.max_samples, "max_seconds": given.max_seconds}
    limits = replace(options.limits, **{key: value for key, value in lowered.items() if value is not None})
    return replace(options, limits=limits, **changes)  # type: ignore[arg-type]


def invocation_of(given: argparse.Namespace) -> Invocation:
    """Return this run."""
    return Invocation(
        paths=tuple(given.paths),
        data=given.data,
        format=given.format,
        output=given.output,
        baseline=given.baseline,
        write_baseline=given.write_baseline,
        modules=tuple(given.modules),
        trust=given.trust,
        isolate=given.isolate,
        sandbox=given.sandbox,
        jobs=given.jobs,
        config=given.config,
        digest=given.format != "text",
    )


def codes(given: Sequence[str]) -> tuple[str, ...]:
    """Return the codes of options that take them by commas and may come again."""
    return tuple(code.strip() for item in given for code in item.split(",") if code.strip())


def _override(item: str) -> tuple[str, Severity]:
    code, found, level = item.partition("=")
    if not found or level not in ("info", "warning", "error"):
        raise ValueError(f"--severity {item!r} is not CODE=LEVEL with level info, warning or error")
    return code, Severity(level)
