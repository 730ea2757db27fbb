"""NRM602."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.topology import Topology
    from linter.graph import Node

SHIFTING = frozenset(("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout"))


@final
class DropoutBeforeBatchnorm(Rule):
    """Dropout whose output reaches BatchNormalization.

    ## What it does
    Finds dropout that BatchNormalization comes after, with nothing but linear layers, activations, pooling and
    reshaping between.

    ## Why is this bad?
    In training dropout raises the variance of what BatchNormalization sees, and this is what the moving variance
    learns. At inference there is no dropout, the variance is smaller, and BatchNormalization divides by a number that
    is too large: the model is worse in use than while it was trained.

    ## The numbers behind
    Dropout of rate p multiplies the second moment by 1 / (1 - p) in training. After a linear layer with p = 0.5 the
    stored deviation is up to 1.41 times too large.

    ## References
    Li, Chen, Hu, Yang (2019), arXiv:1801.05134: disharmony between dropout and batch normalization by variance shift.
    """

    code: ClassVar = "NRM602"
    name: ClassVar = "dropout-before-batchnorm"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example(
            "chain(input(8), dense(16, 'relu'), dropout(0.3), dense(16, use_bias=False), "
            "batch_normalization(), relu(), dense(1))"
        ),
        Example("chain(input(8), dense(16, 'relu'), dropout(0.3), batch_normalization(), dense(1))"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(16, use_bias=False), batch_normalization(), relu(), dropout(0.3), dense(1))"),
        Example(
            "chain(input(8), dense(16, 'relu'), dropout(0.3), layer_normalization(), dense(1))",
            "has no moving statistics",
        ),
        Example("chain(input(8), dense(16, 'relu'), dropout(0.0), batch_normalization(), dense(1))"),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import topology

        through = topology.AFFINE | topology.PASSIVE | topology.POOLING | topology.RESIZING | {"Activation"}
        reached = _reached(topology.of(model), through)
        found = [
            (node, reached[node.name])
            for node in model.graph.nodes
            if node.op in SHIFTING and node.config.get("rate") and node.name in reached
        ]
        if found:
            first, after = found[0]
            yield self.finding(
                f"dropout before BatchNormalization ({first.layer} before {after.layer}): the moving variance "
                "is learned with dropout and is too large "
                "without it; put dropout after the last BatchNormalization",
                tuple(dict.fromkeys(node.layer for node, _ in found)),
                pointer=first.pointer,
                fix=Fix(Safety.UNSAFE, "move dropout behind the last BatchNormalization"),
            )


def _reached(top: Topology, through: frozenset[str]) -> dict[str, Node]:
    """Return the BatchNormalization that each node's output reaches, by the node's name."""
    found: dict[str, Node] = {}
    for node in reversed(top.graph.nodes):
        for target in top.targets(node):
            if target.op == "BatchNormalization":
                found[node.name] = target
            elif target.op in through and target.name in found:
                found.setdefault(node.name, found[target.name])
    return found
