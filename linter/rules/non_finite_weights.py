"""NUM701."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Certainty, Evidence, Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject


@final
class NonFiniteWeights(Rule):
    """NaN or infinity among the stored values.

    ## What it does
    Reads every stored tensor once and counts what is NaN or infinite.

    ## Why is this bad?
    One NaN in a kernel makes every output that depends on it NaN, and with it the loss and, a step later, all
    weights. Such a file is what training left behind after it diverged.

    ## The numbers behind
    `measured` holds how many values are not finite, and in how many tensors.

    ## References
    Usual causes: a learning rate that is too high, a logarithm or division without a floor, float16 without loss
    scaling, unclipped gradients of a recurrent layer.
    """

    code: ClassVar = "NUM701"
    name: ClassVar = "non-finite-weights"
    severity: ClassVar = Severity.ERROR
    evidence: ClassVar = Evidence.WEIGHTS
    certainty: ClassVar = Certainty.PROVEN
    flagged: ClassVar = (
        Example("chain(input(2), dense(2, kernel=array([1, float('nan')], [0, 1]), bias=zeros(2)))"),
        Example(
            "chain(input(2), dense(2, kernel=array([1, 2], [0, 1]), bias=array(0, float('inf'))))", "one infinite bias"
        ),
        Example(
            "chain(input(2), nested(trained(chain(input(2), dense(2, kernel=full(float('nan'), 2, 2))))))",
            "in a nested model",
        ),
        Example(
            "chain(input(5, 2), bidirectional(lstm(1, kernel=full(float('-inf'), 2, 4), recurrent_kernel=zeros(1, "
            "4), bias=zeros(4))))",
            "in a wrapper",
        ),
    )
    passing: ClassVar = (
        Example("trained(chain(input(2), dense(2)))"),
        Example(
            "chain(input(2), dense(2, kernel=full(3e38, 2, 2), bias=zeros(2)))",
            "huge, but finite: exploded-weights looks at it",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import statistics

        layers: dict[str, None] = {}
        seen: set[int] = set()
        values = tensors = 0
        stored = [(node.layer, weight) for node in model.graph.nodes for weight in node.weights.values()]
        for layer, weight in [*stored, *((weight.name, weight) for weight in model.graph.surplus)]:
            if id(weight) in seen:
                continue
            seen.add(id(weight))
            found = statistics.of(model, weight)
            if found.non_finite:
                layers[layer] = None
                values, tensors = values + found.non_finite, tensors + 1
        if values:
            yield self.finding(
                f"{values} stored {'value is' if values == 1 else 'values are'} NaN or infinite, in {tensors} "
                f"{'tensor' if tensors == 1 else 'tensors'}: outputs that depend on them are useless; go back to "
                f"a checkpoint from before training "
                "diverged, lower the learning rate or clip gradients",
                tuple(layers),
                measured={"values": values, "tensors": tensors},
                fix=Fix(
                    Safety.ADVICE,
                    "restore an earlier checkpoint; train with a lower learning rate or clipped gradients",
                ),
            )
