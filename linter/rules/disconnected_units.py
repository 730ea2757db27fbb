"""DED408."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class DisconnectedUnits(Rule):
    """Units whose incoming, or whose outgoing, weights are all zero.

    ## What it does
    Looks for columns of zeros in every stored Dense and convolution kernel, and for rows of zeros in the kernel that
    alone takes a layer's output. Kernels that are zero throughout are left alone: they start so, or constant-kernel
    reports them.

    ## Why is this bad?
    A unit without incoming weights is a constant; one without outgoing weights is computed and thrown away. Both can
    be removed (a constant goes into the next bias) without any change to what the model computes.

    ## The numbers behind
    Of 5 363 units in published trained models none had a column of zeros. Pruned models have them on purpose: they
    are smaller once the units are really removed. `units` lists them.

    ## References
    Han, Pool, Tran, Dally (2015), Learning both weights and connections, arXiv:1506.02626.
    """

    code: ClassVar = "DED408"
    name: ClassVar = "disconnected-units"
    severity: ClassVar = Severity.WARNING
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example(
            "chain(input(2), dense(3, kernel=array([1, 0, 1], [3, 0, 4]), bias=zeros(3)), relu(), dense(1))",
            "nothing comes in",
        ),
        Example(
            "chain(input(2), dense(2, 'relu', kernel=array([1, 2], [3, 4])), dense(2, kernel=array([0, 0], [1, 2])))",
            "nothing goes out",
        ),
        Example("chain(input(2), nested(chain(input(2), dense(2, kernel=array([1, 0], [3, 0])))), dense(1))", "nested"),
        Example(
            "chain(input(5, 2), time_distributed(dense(2, kernel=array([1, 0], [3, 0]))), dense(1))", "in a wrapper"
        ),
    )
    passing: ClassVar = (
        Example("chain(input(2), dense(3, kernel=array([1, 0, 1], [3, 1, 4]), bias=zeros(3)), relu(), dense(1))"),
        Example("chain(input(2), dense(3, kernel=zeros(2, 3), bias=zeros(3)), relu(), dense(1))", "zero throughout"),
        Example(
            "model(x := input(2), add()(h := dense(2, kernel=array([1, 2], [3, 4]))(x), dense(2, kernel=array([0, "
            "0], [1, 2]))(h)))",
            "the unit goes elsewhere, too",
        ),
        Example("trained(chain(input(8), dense(64, 'relu'), dense(8)))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import duplicates
        from linter.analysis.words import some

        found = duplicates.unconnected(model)
        units = {layer: tuple(sorted({*silent, *unheard})) for layer, (silent, unheard) in found.items()}
        if units:
            deaf, mute = (sum(len(pair[side]) for pair in found.values()) for side in (0, 1))
            yield self.finding(
                f"{sum(map(len, units.values()))} units are not connected in {some(units)} ({deaf} without "
                f"incoming, {mute} without outgoing "
                "weights): they cost and contribute nothing but a constant; remove them",
                tuple(units),
                units=units,
                measured={"without_incoming": float(deaf), "without_outgoing": float(mute)},
                fix=Fix(Safety.SAFE, "remove the listed units; a constant goes into the next bias"),
            )
