"""DED404."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject


@final
class SaturatedUnits(Rule):
    """Hidden sigmoid or tanh units in their flat parts.

    ## What it does
    Counts at how many positions each hidden unit of a saturating activation lies where its derivative is nearly zero.
    Reports units that do so on more than 95 % of the positions, where they are more than 10 % of their layer. Outputs
    and gates are exempt: there saturation is an answer.

    ## Why is this bad?
    A saturated unit passes almost no gradient: what feeds it stops learning, and its own output is nearly a constant.

    ## The numbers behind
    Flat means that the derivative is at or below 0.001 of 1: for tanh past about 4.1, for sigmoid past about 6.9.

    ## References
    Glorot, Bengio (2010), section 3.
    """

    code: ClassVar = "DED404"
    name: ClassVar = "saturated-units"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (
        Example(
            "observed(small(4, 'tanh'), 100, "
            "fired={'dense.activation': (100, 100, 100, 100)}, saturated={'dense.activation': (99, 100, 0, 0)})"
        ),
    )
    passing: ClassVar = (
        Example(
            "observed(small(4, 'tanh'), 100, "
            "fired={'dense.activation': (100, 100, 100, 100)}, saturated={'dense.activation': (9, 10, 0, 0)})"
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.units import layers_of

        for found in layers_of(model):
            if not found.saturating or found.is_output:
                continue
            stuck = tuple(i for i, count in enumerate(found.saturated) if count > 0.95 * found.positions)
            if stuck and len(stuck) > 0.1 * found.units:
                yield self.finding(
                    f"{len(stuck)} of {found.units} {found.activation} units are saturated on more than 95 % of "
                    "the sample: they pass no gradient; "
                    "scale the inputs, or normalise before the activation",
                    (found.layer,),
                    units={found.layer: stuck},
                    measured={"saturated_share": len(stuck) / found.units, "samples": float(found.samples)},
                )
