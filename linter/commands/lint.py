"""lint: a model -> findings. Reads it, runs it on data where there are any and nothing forbids it, audits it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from linter.audit import NO_DATA, Tell, silent
from linter.audit import audit as audit
from linter.finding import ModelReport, Report, Severity, Unreadable
from linter.graph import ModelGraph, Unanalysed
from linter.live.errors import RunError
from linter.options import Options
from linter.read import UnreadableError, read
from linter.rule import Subject
from linter.rules import RULES

if TYPE_CHECKING:
    from linter.observation import Observation

Run: TypeAlias = "Callable[[], Observation]"
NOT_RUN = "the model could not be run on the data"


def lint_model(
    model: Path | bytes | Any,
    options: Options,
    path: str,
    run: Run | None = None,
    *,
    trusted: bool = False,
    tell: Tell = silent,
) -> Report:
    """Return the report of one model; raises UnreadableError or OSError where nothing can be said of it.

    A model that cannot be run is judged without the data, and stands under `errors` with the reason.

    run: makes the model's run on sample data, where there are any. It is called only when no security rule has found
        an error, or the user has said that the file is `trusted`.
    tell: hears of the rules that have judged.
    """
    try:
        graph = read(model, options.limits)
    except UnreadableError as error:
        return Report(models=(_beginning(error, options, path),))
    seen: Observation | None = None
    lacks, errors = NO_DATA, tuple[Unreadable, ...]()
    if run is not None and (hostile := () if trusted else _hostile(graph, options)):
        lacks = f"not run on the data: {', '.join(hostile)} must be settled first"
    elif run is not None:
        try:
            seen = run()
        except RunError as error:
            lacks, errors = NOT_RUN, (Unreadable(path, str(error)),)
    return Report(models=(audit(graph, options, path, seen, lacks, tell),), errors=errors)


def _hostile(graph: ModelGraph, options: Options) -> tuple[str, ...]:
    """Return the security rules that find an error, whatever the options say of them."""
    subject = Subject(graph, Options(limits=options.limits))
    rules = [rule for rule in RULES if rule.code.startswith("SEC")]
    found = [finding for rule in rules for finding in rule().check(subject) if finding.severity is Severity.ERROR]
    return tuple(dict.fromkeys(finding.code for finding in found))


def _beginning(error: UnreadableError, options: Options, path: str) -> ModelReport:
    """Return what rules say of a file that could be read in part; raises the error where they have nothing to say."""
    graph = ModelGraph(
        "unknown", defects=error.defects, unanalysed=(Unanalysed("", "", str(error)),), documents=error.documents
    )
    report = audit(graph, options, path)
    if not report.findings:
        raise error
    return report
