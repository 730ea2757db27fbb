"""DED401."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.units import LayerUnits

SHARE, MOST = 0.1, 0.5
"""Of a layer's units: for a warning, for an error."""
UNSURE = 0.05
"""A bound above this says too little."""
HIGH_RATE = 0.01


@final
class DeadUnits(Rule):
    """Units that never fire on the sample.

    ## What it does
    Counts, for every rectifier (and for GELU, SiLU and the like by their derivative), on how many samples each unit
    fires at one position at least. Reports layers in which more than 10 % of the units fired on none.

    ## Why is this bad?
    A unit that never fires puts out a constant and gets no gradient: its weights can no longer change, and it costs
    memory and time for nothing. Many of them mean that the learning rate was too high, the inputs were not scaled, or
    the layer is larger than it need be.

    ## The numbers behind
    Having seen n samples without a firing, the rate is below 3/n with 95 % confidence (rule of three: 1 -
    0.05^(1/n)); this bound comes with each finding. With fewer than 60 samples, so that the bound is above 5 %, it is
    too early to call a unit dead and the finding says so at `info`. Past 50 % of a layer
    it is an error; 10 % and less of every layer is told at `info`, unit by unit.

    ## References
    Lu, Shin, Su, Karniadakis (2020), arXiv:1903.06733; Hanley, Lippman-Hand (1983), rule of three.
    """

    code: ClassVar = "DED401"
    name: ClassVar = "dead-units"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (
        Example("observed(small(), 1000, fired={'dense.activation': (0, 0, 900, 500, 300, 700, 200, 400)})"),
        Example("observed(small(), 20, fired={'dense.activation': (0, 0, 20, 5, 3, 7, 2, 4)})", "too few samples"),
    )
    passing: ClassVar = (
        Example("observed(small(), 1000, fired={'dense.activation': (1, 2, 900, 500, 300, 700, 200, 400)})", "sparse"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.units import layers_of

        found = [item for item in layers_of(model) if item.can_die and item.silent]
        if not found:
            return
        heavy = [item for item in found if len(item.silent) > SHARE * item.units]
        listed = heavy or found
        dead, of = sum(len(item.silent) for item in listed), sum(item.units for item in listed)
        bound = max(item.bound for item in listed)
        worst = max(listed, key=lambda item: len(item.silent) / item.units)
        share = len(worst.silent) / worst.units
        yield self.finding(
            f"{dead} of {of} units{_most(worst, len(listed))} never fired on {listed[0].samples} samples (each fires "
            f"on at most {bound:.2g} of the data, with 95 % confidence): {_told(bound, bool(heavy))}{_rate(model)}",
            tuple(item.layer for item in listed),
            severity=_severity(bound, share, bool(heavy)),
            units={item.layer: item.silent for item in found},
            measured={"dead_share": share, "bound": bound, "samples": float(listed[0].samples)},
            fix=Fix(
                Safety.ADVICE, "scale the inputs, lower the learning rate, start with He and a small bias, or recycle"
            ),
        )


def _severity(bound: float, share: float, heavy: bool) -> Severity:
    if bound > UNSURE or not heavy:
        return Severity.INFO
    return Severity.ERROR if share > MOST else Severity.WARNING


def _most(worst: LayerUnits, layers: int) -> str:
    return f", in {worst.layer} {len(worst.silent)} of {worst.units}," if layers > 1 else ""


def _told(bound: float, heavy: bool) -> str:
    if bound > UNSURE:
        return "too few samples to tell whether they are dead"
    return "they compute nothing and get no gradient" if heavy else "few enough to live with"


def _rate(model: Subject) -> str:
    """Return a hint at the stored learning rate where it is high."""
    rate = model.graph.training.optimizer_config.get("learning_rate") if model.graph.training else None
    return f"; the stored learning rate is {rate:g}" if isinstance(rate, float) and rate >= HIGH_RATE else ""
