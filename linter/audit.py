"""audit: a graph -> findings. Runs the selected rules and puts the model's report together; reads no file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linter.finding import Evidence, Failure, Finding, ModelReport, Skipped
from linter.graph import ModelGraph
from linter.options import Options
from linter.plugins import catalogue
from linter.report import describe
from linter.rule import Rule, Subject
from linter.selection import judged, selected

if TYPE_CHECKING:
    from linter.observation import Observation

NO_DATA = "needs sample data (--data)"
Tell = Callable[[str, int], None]
"""Hears of progress: a stage, and how much of it is done."""


def silent(stage: str, done: int) -> None:
    """Tell nobody."""


def audit(
    graph: ModelGraph,
    options: Options,
    path: str,
    observation: Observation | None = None,
    lacks: str = NO_DATA,
    tell: Tell = silent,
) -> ModelReport:
    """Run the selected rules over a graph; `lacks` says why there is no observation, `tell` hears of progress."""
    import numpy as np

    subject = Subject(graph, options, observation)
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    failures: list[Failure] = []
    for number, rule in enumerate(selected(catalogue(options.plugins), options)):
        tell("judging", number)
        if reason := _lacks(rule, subject, lacks):
            skipped.append(Skipped(rule.code, reason))
            continue
        try:
            with np.errstate(all="ignore"):  # stored values may be anything; rules judge what comes of them
                findings += rule().check(subject.shown(rule))
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
