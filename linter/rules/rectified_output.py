"""OUT503."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.graph import Node


@final
class RectifiedOutput(Rule):
    """A rectifier on the output of a model that is trained.

    ## What it does
    Finds outputs that are made by ReLU, ReLU6, leaky or parametric ReLU or one of their kin, in models with a stored
    loss.

    ## Why is this bad?
    An output unit whose sum is negative gives 0 and gets no gradient: where that holds for every sample the unit is
    dead and the target is never learned, and it takes one unlucky step or start. Negative targets cannot be predicted
    at all. A leaky rectifier learns, but bends a regression for no reason.

    ## The numbers behind
    With zero bias and a symmetric start, each output unit is negative for half of all inputs: half of the samples
    teach it nothing at first. With a single output unit the whole network below gets no gradient from them.

    ## References
    Lu, Shin, Su, Karniadakis (2020), arXiv:1903.06733: dying ReLU and initialization.
    """

    code: ClassVar = "OUT503"
    name: ClassVar = "rectified-output"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1, 'relu'), loss='mse')"),
        Example("chain(input(8), dense(16, 'relu'), dense(1), leaky_relu(), loss='mae')"),
        Example("chain(input(8, 8, 3), conv(8, activation='relu'), conv(1), relu(max_value=6.0), loss='mse')"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, 'relu'), dense(1), loss='mse')"),
        Example(
            "chain(input(8), dense(16, 'relu'), dense(1, 'softplus'), loss='mse')",
            "positive, and never without gradient",
        ),
        Example("chain(input(8), dense(16, 'relu'), dense(4, 'relu'))", "features: no loss is stored"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.activations import facts
        from linter.analysis import outputs

        found = []
        for output in outputs.of(model):
            known = facts(output.activation)
            if output.loss is not None and output.acting is not None and known is not None and known.rectifier:
                found.append(output.acting)
        if found:
            names = ", ".join(dict.fromkeys(str(node.activation) for node in found))
            cut = any(_is_cut_off(node) for node in found)
            cost = (
                "predicts 0 and gets no gradient where its sum is negative, and can stay so for good"
                if cut
                else "is bent at 0 for no reason, and negative targets are learned slowly"
            )
            yield self.finding(
                f"{names} at the output: a unit {cost}; use a linear output, or 'softplus' where targets are positive",
                tuple(dict.fromkeys(node.layer for node in found)),
                pointer=found[0].pointer,
                fix=Fix(Safety.UNSAFE, "use a linear output, or 'softplus' where targets are positive"),
            )


def _is_cut_off(node: Node) -> bool:
    from linter.activations import facts

    known = facts(node.activation) if node.activation is not None else None
    return known is not None and known.silent_below is not None
