"""DED406."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Severity
from linter.rule import Example, Rule, Subject


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
        from linter.analysis.units import layers_of

        for found in layers_of(model):
            mean = sum(found.absolute) / max(len(found.absolute), 1)
            if found.is_output or mean <= 0:
                continue
            dormant = tuple(
                i for i, value in enumerate(found.absolute) if value <= 0.025 * mean and i not in found.silent
            )
            if len(dormant) > 0.1 * found.units:
                yield self.finding(
                    f"{len(dormant)} of {found.units} units are dormant: each is less than 2.5 % as active as "
                    "the layer on average",
                    (found.layer,),
                    units={found.layer: dormant},
                    measured={"dormant_share": len(dormant) / found.units, "samples": float(found.samples)},
                )
