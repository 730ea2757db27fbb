"""DED407."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class DuplicateUnits(Rule):
    """Units of one layer with equal incoming weights and bias.

    ## What it does
    Compares the stored columns of every Dense and convolution kernel, bias included, and lists each unit that equals
    an earlier one. Units without any weight are left to disconnected-units.

    ## Why is this bad?
    Two such units always put out the same value: one of them is cost without contribution. Their outgoing weights can
    be added up and the copy removed, without any change to what the model computes.

    ## The numbers behind
    Training from different random starts never makes two units equal in every bit; what does is a constant start, a
    copied kernel, or a failed attempt to widen a layer. `units` lists the copies.

    ## References
    Chen, Goodfellow, Shlens (2016), Net2Net, arXiv:1511.05641: widening by copies needs noise to break their
    symmetry.
    """

    code: ClassVar = "DED407"
    name: ClassVar = "duplicate-units"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example("chain(input(2), dense(3, kernel=array([1, 2, 1], [3, 4, 3]), bias=zeros(3)), relu(), dense(1))"),
        Example(
            "chain(input(4, 4, 1), conv(2, 1, kernel=array([[[[5, 5]]]]).reshape(1, 1, 1, 2), bias=array(1, 1)), "
            "relu(), flatten(), dense(1))"
        ),
        Example(
            "chain(input(2), nested(chain(input(2), dense(2, kernel=array([1, 1], [3, 3]), bias=zeros(2)))), dense(1))",
            "nested",
        ),
        Example(
            "chain(input(5, 2), time_distributed(dense(2, kernel=array([1, 1], [3, 3]), bias=zeros(2))), dense(1))",
            "in a wrapper",
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(2), dense(3, kernel=array([1, 2, 1], [3, 4, 3]), bias=array(0, 0, 1)), relu(), dense(1))",
            "other biases",
        ),
        Example("chain(input(2), dense(3, kernel=array([1, 2, 1], [3, 4, 5]), bias=zeros(3)), relu(), dense(1))"),
        Example(
            "chain(input(2), dense(3, kernel=array([0, 0, 1], [0, 0, 1]), bias=zeros(3)), relu(), dense(1))",
            "disconnected, not doubled",
        ),
        Example("trained(chain(input(8), dense(64, 'relu'), dense(8)))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import duplicates
        from linter.analysis.words import some

        found = duplicates.twins(model)
        units = {layer: copies for layer, (copies, _) in found.items()}
        if units:
            total = sum(map(len, units.values()))
            yield self.finding(
                f"{total} {'unit is a copy' if total == 1 else 'units are copies'} of another in {some(units)}: "
                f"equal weights and bias give equal "
                "outputs; add their outgoing weights up and remove the copies, or start from random values",
                tuple(units),
                units=units,
                measured={
                    "units": float(total),
                    "largest_share": max(len(copies) / width for copies, width in found.values()),
                },
                fix=Fix(Safety.ADVICE, "remove the copies, their outgoing weights added to the unit they copy"),
            )
