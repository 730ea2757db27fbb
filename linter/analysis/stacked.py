"""Activations that are applied to the output of an activation."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.activations import Facts, facts
from linter.analysis import outputs, topology
from linter.analysis.topology import PASSIVE, Topology
from linter.graph import Activation, Node
from linter.rule import Subject

BETWEEN = PASSIVE - {"GaussianNoise", "GaussianDropout"}
NORMALIZING = frozenset(("softmax", "log_softmax", "sparsemax"))


class Stacked(NamedTuple):
    """The activation `outer` reads what the activation `inner` made."""

    inner: Node
    outer: Node
    outer_is_idle: bool
    """Whether the outer one is the identity on everything the inner one can give."""

    @property
    def rectified_logits(self) -> bool:
        """Whether a softmax reads values that are cut off at zero."""
        return (
            self.outer.activation is not None
            and self.outer.activation.name in NORMALIZING
            and _rectifies(self.inner.activation)
        )


def stacked_activations(model: Subject) -> Iterator[Stacked]:
    """Yield every such pair of known activations, but for those written out by hand as parts of one."""
    top = topology.of(model)
    acting = {output.acting.name for output in outputs.of(model) if output.acting is not None}
    for node in model.graph.nodes:
        outer = _known(node)
        inner = _source(top, node) if outer else None
        below = _known(inner) if inner else None
        if inner is None or outer is None or below is None or _is_by_hand(top, inner, node):
            continue
        found = Stacked(inner, node, _is_idle(below, outer))
        weighs = not outer.elementwise and below.elementwise and node.name not in acting
        if (
            found.rectified_logits or not weighs
        ):  # scores of an attention may be bounded or leaky before they are weights
            yield found


def _known(node: Node | None) -> Facts | None:
    if node is None or node.op != "Activation" or node.activation is None or node.activation.name == "linear":
        return None
    return facts(node.activation)


def _rectifies(activation: Activation | None) -> bool:
    known = facts(activation) if activation else None
    return known is not None and known.rectifier and known.silent_below is not None


def _source(top: Topology, node: Node) -> Node | None:
    """Return what an activation reads, dropout, reshaping and linear activations taken away."""
    here = top.source(node)
    while here is not None and (
        here.op in BETWEEN
        or (here.op == "Activation" and here.activation is not None and here.activation.name == "linear")
    ):
        here = top.source(here)
    return here


def _is_by_hand(top: Topology, inner: Node, outer: Node) -> bool:
    """Whether the result is multiplied with what went in: x * tanh(softplus(x))."""
    start = {edge.source for edge in inner.inputs}
    return any(
        target.op == "Multiply" and start & {edge.source for edge in target.inputs} for target in top.targets(outer)
    )


def _is_idle(inner: Facts, outer: Facts) -> bool:
    import numpy as np

    if not outer.elementwise:
        return False
    low, high = max(inner.low, -30.0), min(inner.high, 30.0)
    grid = np.linspace(low, high, 601)
    return bool(np.array_equal(outer.formula(np, grid, {}), grid))
