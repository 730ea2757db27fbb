"""DED404."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.units import LayerUnits


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
        from linter.analysis.units import affected

        found = affected(model, _saturated, 0.1)
        if found is not None:
            yield self.finding(
                f"{found.told} are saturated on more than 95 % of the sample: they pass no gradient; scale the "
                "inputs, or normalise before the activation",
                tuple(found.units),
                units=found.units,
                measured={"saturated_share": found.share, "samples": float(found.samples)},
            )


def _saturated(layer: LayerUnits) -> tuple[int, ...]:
    if not layer.saturating or layer.is_output:
        return ()
    return tuple(i for i, count in enumerate(layer.saturated) if count > 0.95 * layer.positions)
