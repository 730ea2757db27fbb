"""DAT804."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject


@final
class DataMismatch(Rule):
    """Sample data that do not fit the model's inputs.

    ## What it does
    Compares names, shapes and types of the sample with what the model takes, before anything is run.

    ## Why is this bad?
    A model that is fed another shape fails, or worse, broadcasts; columns in another order give wrong answers in
    silence.

    ## The numbers behind
    The message says what was expected and what was received.

    ## References
    Keras guide: the Functional API, models with several inputs.
    """

    code: ClassVar = "DAT804"
    name: ClassVar = "data-mismatch"
    severity: ClassVar = Severity.ERROR
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (Example("observed(small(), 0, mismatches=('expected 4 features; received 5',))"),)
    passing: ClassVar = (Example("observed(small(), 100, inputs={'input_layer': 1.0})"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        assert model.observation is not None
        for mismatch in model.observation.mismatches:
            yield self.finding(f"the sample data do not fit the model: {mismatch}")
