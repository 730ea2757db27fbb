"""NRM601."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.topology import Topology
    from linter.graph import Node


@final
class BiasBeforeBatchnorm(Rule):
    """A bias that BatchNormalization takes away again.

    ## What it does
    Finds Dense and convolution layers with a bias whose output goes into BatchNormalization and nowhere else.

    ## Why is this bad?
    BatchNormalization subtracts the mean over the batch, and the bias with it. It never changes what the model
    computes in training, gets no gradient but from noise, and costs parameters, memory for the optimizer's moments,
    and time.

    ## The numbers behind
    BN(x + b) = BN(x) exactly, since mean(x + b) = mean(x) + b. At inference the stored mean holds b, so taking b away
    from both keeps the function. `measured` holds the number of such values.

    ## References
    Ioffe, Szegedy (2015), arXiv:1502.03167, section 3.2.
    """

    code: ClassVar = "NRM601"
    name: ClassVar = "bias-before-batchnorm"
    severity: ClassVar = Severity.INFO
    flagged: ClassVar = (
        Example(
            "chain(input(32, 32, 3), conv(16), batch_normalization(), relu(), global_average_pooling(), dense(10))"
        ),
        Example("chain(input(8), dense(16), batch_normalization(), relu(), dense(1))"),
    )
    passing: ClassVar = (
        Example(
            "chain(input(32, 32, 3), conv(16, use_bias=False), batch_normalization(), relu(), "
            "global_average_pooling(), dense(10))"
        ),
        Example("chain(input(8), dense(16, 'relu'), batch_normalization(), dense(1))", "the activation lies between"),
        Example(
            "model(x := input(8), dense(1)(add()(h := dense(16)(x), batch_normalization()(h))))",
            "something else reads it too",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import topology

        top = topology.of(model)
        outputs = {edge.source for edge in model.graph.outputs}
        found = {
            node.layer: node for node in model.graph.nodes if node.name not in outputs and _is_cancelled(top, node)
        }
        if found:
            nodes = list(found.values())
            count = sum(_width(node) for node in nodes)
            yield self.finding(
                "BatchNormalization cancels the bias of "
                f"{', '.join(list(found)[:3])}{', ...' if len(found) > 3 else ''}: it costs parameters and time and "
                "changes nothing; set use_bias=False",
                tuple(found),
                pointer=nodes[0].pointer,
                measured={"values": count} if count else {},
                fix=Fix(Safety.SAFE, "remove the bias and subtract it from the moving mean"),
            )


def _is_cancelled(top: Topology, node: Node) -> bool:
    from linter.analysis.topology import AFFINE

    if node.op not in AFFINE or node.config.get("use_bias", True) is False or node.op == "EinsumDense":
        return False
    targets = top.targets(node)
    return bool(targets) and all(target.op == "BatchNormalization" and _same_axis(node, target) for target in targets)


def _same_axis(node: Node, normalization: Node) -> bool:
    """Whether both count the channels along the same axis."""
    rank = len(node.shape) if node.shape else 0
    axis = normalization.config.get("axis", -1)
    leading = node.config.get("data_format") == "channels_first" and not node.op.startswith("Dense")
    return isinstance(axis, int) and (axis == 1 if leading else axis in (-1, rank - 1))


def _width(node: Node) -> int:
    width = node.config.get("units", node.config.get("filters"))
    return width if isinstance(width, int) else 0
