"""DED409."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject


@final
class ActivationRate(Rule):
    """A layer's share of active units is out of the usual.

    ## What it does
    Reports rectified layers in which, on average, fewer than 15 % or more than 30 % of the units are active at a
    time. Off by default: many sound networks lie outside.

    ## Why is this bad?
    Biological and well-regularised artificial networks are often found near this range; far below it capacity lies
    idle, far above it the layer is dense.

    ## The numbers behind
    The share is the mean over units of positions fired over positions seen.

    ## References
    Glorot, Bordes, Bengio (2011): sparsity of rectifier networks.
    """

    code: ClassVar = "DED409"
    name: ClassVar = "activation-rate"
    severity: ClassVar = Severity.INFO
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    default: ClassVar = False
    flagged: ClassVar = (Example("observed(small(), 100, fired={'dense.activation': (90,) * 8})"),)
    passing: ClassVar = (Example("observed(small(), 100, fired={'dense.activation': (20,) * 8})"),)

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.units import layers_of

        shares: dict[str, float] = {}
        for found in layers_of(model):
            if not found.can_die or found.is_output or not found.positions:
                continue
            share = sum(found.fired_positions) / (found.positions * found.units)
            if not 0.15 <= share <= 0.30:
                shares[found.layer] = share
        if shares:
            least, most = min(shares.values()), max(shares.values())
            told = f"{least:.0%}" if len(shares) == 1 else f"between {least:.0%} and {most:.0%}"
            yield self.finding(
                f"{told} of the units are active at a time, outside 15 to 30 %",
                tuple(shares),
                measured={"active_share": least, "most_active_share": most},
            )
