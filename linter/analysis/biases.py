"""Biases of hidden layers: where they start, what they feed, and which of them are no hidden ones."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from linter.activations import Facts, facts
from linter.analysis import topology
from linter.analysis.neighbours import Following, following
from linter.analysis.topology import AFFINE, RECURRENT, Topology
from linter.graph import Initializer, Node
from linter.rule import Subject

KERNELS = (
    AFFINE | RECURRENT | {"MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention", "Unknown"}
)


ZERO = Initializer("constant", {"value": 0.0}, "zeros")
"""Where biases start of which nothing is stored: Keras 1 knew no other."""


class Bias(NamedTuple):
    """The bias of a hidden Dense or convolution layer: its initializer and what follows."""

    node: Node
    start: Initializer
    after: Following
    known: Facts | None
    """Of the activation that follows; None for foreign code."""

    @property
    def is_rectified(self) -> bool:
        """Whether a rectifier sees the bias as it is."""
        return self.known is not None and self.known.rectifier and not self.after.normalised


def hidden(model: Subject) -> Iterator[Bias]:
    """Yield the bias of every hidden layer once; gates and what no kernel comes after are left out."""
    top, seen = topology.of(model), set()
    feeding = model.once("nodes before a kernel", lambda: _feeding(model))
    for node in model.graph.nodes:
        start = node.config.get("bias_initializer", ZERO)
        if node.op not in AFFINE or node.layer in seen or node.config.get("use_bias") is False:
            continue
        seen.add(node.layer)
        if not isinstance(start, Initializer) or node.name not in feeding:
            continue
        after = following(model, node)
        known = facts(after.activation)
        if not (known is not None and known.in_unit_interval and _gates(top, after.node)):
            yield Bias(node, start, after, known)


def _feeding(model: Subject) -> frozenset[str]:
    """Return the nodes that a kernel comes after, on any path."""
    top, found = topology.of(model), set()
    for node in reversed(model.graph.nodes):
        if any(target.op in KERNELS or target.name in found for target in top.targets(node)):
            found.add(node.name)
    return frozenset(found)


def _gates(top: Topology, node: Node | None) -> bool:
    return node is not None and any(target.op == "Multiply" for target in top.ahead(node, topology.RESHAPES))
