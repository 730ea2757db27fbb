"""DAT803."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject


@final
class NonFiniteInputs(Rule):
    """NaN or infinity in the sample.

    ## What it does
    Counts values of the sample data that are not finite. For all other rules the model is run on zeros in their
    place.

    ## Why is this bad?
    One NaN in a batch makes the loss NaN and with it every weight.

    ## The numbers behind
    Any count above zero is reported.

    ## References
    IEEE 754: NaN spreads through every operation.
    """

    code: ClassVar = "DAT803"
    name: ClassVar = "non-finite-inputs"
    severity: ClassVar = Severity.ERROR
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (Example("observed(small(), 100, inputs={'input_layer': 1.0}, non_finite={'input_layer': 3})"),)
    passing: ClassVar = (Example("observed(small(), 100, inputs={'input_layer': 1.0})"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        assert model.observation is not None
        for name, seen in model.observation.inputs.items():
            if seen.non_finite:
                yield self.finding(
                    f"input {name!r} holds {seen.non_finite} values that are NaN or infinite: clean or impute "
                    "them before training and use",
                    (name,),
                    measured={"non_finite": float(seen.non_finite)},
                )
