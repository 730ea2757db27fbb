"""ACT309."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, final

from linter.finding import Finding, Fix, Safety, Severity
from linter.rule import Example, Rule, Subject

if TYPE_CHECKING:
    from linter.analysis.topology import Topology
    from linter.graph import Node

SOFTMAXES = frozenset(("softmax", "sparsemax"))
WEIGHING = frozenset(
    ("Multiply", "Dot", "MatMul", "Einsum", "Attention", "AdditiveAttention", "MultiHeadAttention", "Unknown", "Lambda")
)


@final
class SoftmaxInside(Rule):
    """A softmax as the activation of a hidden layer.

    ## What it does
    Finds a softmax that is no output of the model and reaches a Dense, convolution or recurrent kernel without
    weighing anything on the way: no Multiply, Dot, MatMul, Einsum or attention between. A Dense layer without bias
    and activation right after it is a weighted sum of its rows and is left alone.

    ## Why is this bad?
    A softmax makes its units compete for a sum of 1. As a hidden activation it throws away how large the signal was,
    passes a signal that shrinks with the width, and saturates: once one unit leads, the gradient through it is nearly
    zero.

    ## The numbers behind
    Over n units of about equal logits the outputs are 1 / n and the derivative is 1 / n: the next layer of 128 sees a
    signal of 0.008 and the one before a gradient of the same factor.

    ## References
    Bridle (1990), Probabilistic Interpretation of Feedforward Classification Network Outputs.
    """

    code: ClassVar = "ACT309"
    name: ClassVar = "softmax-inside"
    severity: ClassVar = Severity.WARNING
    flagged: ClassVar = (
        Example("chain(input(8), dense(64, 'softmax'), dense(4, 'softmax'), loss='categorical_crossentropy')"),
        Example("chain(input(8), dense(64), activation('softmax'), dropout(0.5), dense(16, 'relu'), dense(1))"),
    )
    passing: ClassVar = (
        Example("chain(input(8), dense(64, 'relu'), dense(4, 'softmax'), loss='categorical_crossentropy')"),
        Example("model(x := input(8), dense(1)(multiply()(x, dense(8, 'softmax')(x))))", "weights of a sum"),
        Example(
            "chain(input(8), dense(64, 'softmax'), dense(16, use_bias=False), layer_normalization(), dense(1))",
            "a soft look-up",
        ),
    )

    def check(self, model: Subject) -> Iterator[Finding]:
        from linter.analysis import topology

        top = topology.of(model)
        outputs = {edge.source for edge in model.graph.outputs}
        found = [node for node in model.graph.nodes if _is_softmax(node) and _reaches_a_kernel(top, node, outputs)]
        if found:
            yield self.finding(
                "softmax inside the network: its units compete for a sum of 1, so the next layer sees a signal "
                "of about one over the width and gradients "
                "fade; use 'relu' or another hidden activation",
                tuple(dict.fromkeys(node.layer for node in found)),
                pointer=found[0].pointer,
                fix=Fix(Safety.UNSAFE, "use a hidden activation such as 'relu'"),
            )


def _is_softmax(node: Node) -> bool:
    return node.activation is not None and node.activation.name in SOFTMAXES


def _reaches_a_kernel(top: Topology, node: Node, outputs: set[str]) -> bool:
    from linter.analysis.topology import AFFINE, PASSIVE, RECURRENT

    pending, seen, reached = [node], set(), False
    while pending:
        here = pending.pop()
        if here.name in outputs and (here is node or here.op in PASSIVE):
            return False
        for target in top.targets(here):
            if target.name in seen or target.op in WEIGHING or _looks_up(top, target, here):
                continue
            seen.add(target.name)
            if target.op in AFFINE | RECURRENT:
                reached = True
            elif target.op != "Activation" or target.activation is None or target.activation.name not in SOFTMAXES:
                pending.append(target)
    return reached


def _looks_up(top: Topology, target: Node, source: Node) -> bool:
    """Whether a layer takes the weighted sum of the rows of its kernel."""
    plain = target.op in ("Dense", "EinsumDense") and target.config.get("use_bias") is False
    return plain and not any(after.op == "Activation" and after.layer == target.layer for after in top.targets(target))
