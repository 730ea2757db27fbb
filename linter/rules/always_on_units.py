"""DED405."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.units import LayerUnits


@final
class AlwaysOnUnits(Rule):
    """Rectifiers that never clip: they are linear.

    ## What it does
    Reports layers in which more than half of the rectified units fired on every position of every sample.

    ## Why is this bad?
    A rectifier that never clips is the identity: such layers merge into one linear map, and depth is spent for
    nothing.

    ## The numbers behind
    At least 100 samples are asked for; with n samples, a unit that always fired is off on less than 3/n of the data
    with 95 % confidence.

    ## References
    Montufar et al. (2014), arXiv:1402.1869: what a rectifier's kinks are worth.
    """

    code: ClassVar = "DED405"
    name: ClassVar = "always-on-units"
    severity: ClassVar = Severity.INFO
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (Example("observed(small(), 1000, fired={'dense.activation': (1000,) * 8})"),)
    passing: ClassVar = (Example("observed(small(), 1000, fired={'dense.activation': (1000,) * 3 + (500,) * 5})"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.units import affected

        found = affected(model, _always_on, 0.5)
        if found is not None:
            yield self.finding(
                f"{found.told} never clip on {found.samples} samples: what they compute is linear",
                tuple(found.units),
                units=found.units,
                measured={"always_on_share": found.share, "samples": float(found.samples)},
            )


def _always_on(layer: LayerUnits) -> tuple[int, ...]:
    if not layer.can_die or layer.is_output or layer.samples < 100:
        return ()
    return tuple(i for i, count in enumerate(layer.fired_positions) if count == layer.positions)
