"""ACT308."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

PLAIN_DROPOUT = frozenset(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"))


@final
class BrokenSelu(Rule):
    """SELU together with plain Dropout or BatchNormalization.

    ## What it does
    Finds SELU activations whose output goes into a plain Dropout, and SELU right before or right after
    BatchNormalization.

    ## Why is this bad?
    SELU keeps mean 0 and variance 1 by itself. Dropout sets values to 0, which is not where SELU's low end lies, and
    so moves mean and variance at every layer; AlphaDropout is made to keep both. BatchNormalization forces what SELU
    already does and brings back what SELU is there to avoid: batches that depend on each other, another function in
    training than later.

    ## The numbers behind
    Plain dropout of rate p multiplies the variance by 1 / (1 - p): 2 for p = 0.5, at every layer. AlphaDropout sets
    to -1.7581 and rescales, so that both moments stay.

    ## References
    Klambauer, Unterthiner, Mayr, Hochreiter (2017), arXiv:1706.02515, section on alpha dropout.
    """

    code: ClassVar = "ACT308"
    name: ClassVar = "broken-selu"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(64, 'selu', kernel_initializer='lecun_normal'), dropout(0.2), dense(1))"),
        Example(
            "chain(input(8), dense(64, kernel_initializer='lecun_normal'), batch_normalization(), "
            "activation('selu'), dense(1))"
        ),
    )
    passing: ClassVar = (
        Example(
            "chain(input(8), dense(64, 'selu', kernel_initializer='lecun_normal'), layer('AlphaDropout', "
            "rate=0.1), dense(1))"
        ),
        Example("chain(input(8), dense(64, 'relu'), dropout(0.2), dense(1))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import topology

        top = topology.of(model)
        through = topology.RESHAPES | topology.POOLING
        found: dict[str, str] = {}
        first = None
        for node in model.graph.nodes:
            if node.activation is None or node.activation.name != "selu":
                continue
            before = top.back(top.source(node), topology.RESHAPES)
            near = [
                *top.ahead(node, through),
                *([before] if before is not None and before.op == "BatchNormalization" else []),
            ]
            for other in near:
                if other.op in PLAIN_DROPOUT | {"BatchNormalization"}:
                    first = first or node
                    found[node.layer] = other.op
        if first is not None:
            yield self.finding(
                f"SELU with {' and '.join(sorted(set(found.values())))}: mean 0 and variance 1, which SELU "
                "keeps by itself, are lost; use AlphaDropout and "
                "no BatchNormalization, or another activation",
                tuple(found),
                pointer=first.pointer,
                fix=Fix(Safety.UNSAFE, "use AlphaDropout instead of Dropout, and leave BatchNormalization away"),
            )
