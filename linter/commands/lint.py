"""lint: a model -> findings. Read, run the rules, put the report together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from linter.finding import Evidence, Failure, Finding, ModelReport, Severity, Skipped
from linter.graph import ModelGraph, Unanalysed
from linter.options import Options
from linter.read import UnreadableError, read
from linter.report import describe
from linter.rule import Rule, Subject
from linter.rules import RULES
from linter.selection import judged, selected

if TYPE_CHECKING:
    from linter.observation import Observation

NO_DATA = "needs sample data (--data)"
Run: TypeAlias = "Callable[[], Observation]"


def lint_model(
    model: Path | bytes | Any, options: Options, path: str, run: Run | None = None, *, trusted: bool = False
) -> ModelReport:
    """Return the report of one model; raises UnreadableError or OSError where nothing can be said of it.

    run: makes the model's run on sample data, where there are any. It is called only when no security rule has found
    an error, or the user
        has said that the file is `trusted`.
    """
    try:
        graph = read(model, options.limits)
    except UnreadableError as error:
        return _beginning(error, options, path)
    if run is None:
        return audit(graph, options, path)
    hostile = () if trusted else _hostile(graph, options)
    if hostile:
        return audit(graph, options, path, lacks=f"not run on the data: {', '.join(hostile)} must be settled first")
    return audit(graph, options, path, run())


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


def audit(
    graph: ModelGraph, options: Options, path: str, observation: Observation | None = None, lacks: str = NO_DATA
) -> ModelReport:
    """Run the selected rules over a graph; `lacks` says why there is no observation."""
    import numpy as np

    subject = Subject(graph, options, observation)
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    failures: list[Failure] = []
    for rule in selected(RULES, options):
        if reason := _lacks(rule, subject, lacks):
            skipped.append(Skipped(rule.code, reason))
            continue
        try:
            with np.errstate(all="ignore"):  # stored values may be anything; rules judge what comes of them
                findings += rule().check(subject)
        except Exception as error:  # a rule that crashes is a reported failure, not a stopped run
            failures.append(Failure(rule.code, f"{type(error).__name__}: {error}"))
    kept = [finding for item in findings if (finding := judged(item, options)) is not None]
    return describe(subject, path, tuple(kept), tuple(skipped), tuple(failures))


def _lacks(rule: type[Rule], subject: Subject, no_data: str) -> str:
    """Return what evidence a rule needs and was not given."""
    if rule.evidence is Evidence.SAMPLE and subject.observation is None:
        return no_data
    if rule.evidence is Evidence.WEIGHTS and subject.graph.parameters is None and not subject.graph.surplus:
        return "needs weights; the file holds none that could be read"
    return ""
