"""DAT802."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject


@final
class ConstantFeatures(Rule):
    """Input features that never change in the sample.

    ## What it does
    Reports the features (last axis) of an input that hold one and the same value in the whole sample.

    ## Why is this bad?
    A constant feature carries nothing; its weights act as a second bias, learnt from chance, and the model is taken
    by surprise on the day when the feature moves. Or a column was filled by mistake.

    ## The numbers behind
    For images a feature is a channel. At least 10 samples are asked for.

    ## References
    Kuhn, Johnson (2013), Applied Predictive Modeling, section 3.5.
    """

    code: ClassVar = "DAT802"
    name: ClassVar = "constant-features"
    severity: ClassVar = Severity.INFO
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (
        Example("observed(small(), 100, inputs={'input_layer': 1.0}, constant={'input_layer': (2,)})"),
    )
    passing: ClassVar = (Example("observed(small(), 100, inputs={'input_layer': 1.0})"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        assert model.observation is not None
        for name, seen in model.observation.inputs.items():
            if seen.constant and model.observation.samples >= 10:
                listed = ", ".join(map(str, seen.constant[:8])) + (" ..." if len(seen.constant) > 8 else "")
                yield self.finding(
                    f"{_counted(len(seen.constant), name)} in {model.observation.samples} samples: {listed}",
                    (name,),
                    units={name: seen.constant},
                    measured={"constant_features": float(len(seen.constant))},
                )


def _counted(count: int, name: str) -> str:
    return (
        f"1 feature of input {name!r} never changes"
        if count == 1
        else f"{count} features of input {name!r} never change"
    )
