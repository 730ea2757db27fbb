"""DED406."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.units import LayerUnits


@final
class DormantUnits(Rule):
    """Units whose activity is a small part of their layer's mean.

    ## What it does
    Compares each unit's mean absolute output with the mean over its layer, and reports units below 2.5 % of it that
    are not silent altogether (those are DED401's), where they are more than 10 % of the layer.

    ## Why is this bad?
    A dormant unit contributes next to nothing; networks that learn for long lose more and more units this way.

    ## The numbers behind
    The score and the threshold are those of the paper: activity over the layer's mean activity, at most 0.025.

    ## References
    Sokar, Agarwal, Castro, Evci (2023), arXiv:2302.12902.
    """

    code: ClassVar = "DED406"
    name: ClassVar = "dormant-units"
    severity: ClassVar = Severity.INFO
    evidence: ClassVar = Evidence.SAMPLE
    certainty: ClassVar = Certainty.OBSERVED
    flagged: ClassVar = (
        Example(
            "observed(small(), "
            "100, fired={'dense.activation': (5,) * 8}, "
            "absolute={'dense.activation': (0.001, 0.002, 1, 1, 1, 1, 1, 1)})"
        ),
    )
    passing: ClassVar = (
        Example(
            "observed(small(), "
            "100, fired={'dense.activation': (5,) * 8}, "
            "absolute={'dense.activation': (0.1, 0.2, 1, 1, 1, 1, 1, 1)})"
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis.units import affected

        found = affected(model, _dormant, 0.1)
        if found is not None:
            yield self.finding(
                f"{found.told} are dormant: each is less than 2.5 % as active as its layer on average; they can be "
                "pruned or recycled",
                tuple(found.units),
                units=found.units,
                measured={"dormant_share": found.share, "samples": float(found.samples)},
            )


def _dormant(layer: LayerUnits) -> tuple[int, ...]:
    mean = sum(layer.absolute) / max(len(layer.absolute), 1)
    if layer.is_output or mean <= 0:
        return ()
    return tuple(i for i, value in enumerate(layer.absolute) if value <= 0.025 * mean and i not in layer.silent)
