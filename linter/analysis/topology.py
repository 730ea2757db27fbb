"""Walking the graph: who feeds whom, what really computes an output, what lies between two layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from linter.graph import Edge, ModelGraph, Node
from linter.rule import Subject

AFFINE = frozenset(
    [
        "Dense",
        "EinsumDense",
        "Conv1D",
        "Conv2D",
        "Conv3D",
        "Conv1DTranspose",
        "Conv2DTranspose",
        "Conv3DTranspose",
        "DepthwiseConv1D",
        "DepthwiseConv2D",
        "SeparableConv1D",
        "SeparableConv2D",
        "LocallyConnected1D",
        "LocallyConnected2D",
    ]
)
"""Layers with a kernel that are linear before their activation."""
RECURRENT = frozenset(("LSTM", "GRU", "SimpleRNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"))
NORMALIZATIONS = frozenset(
    ("BatchNormalization", "LayerNormalization", "GroupNormalization", "RMSNormalization", "UnitNormalization")
)
DROPOUTS = frozenset(
    [
        "Dropout",
        "SpatialDropout1D",
        "SpatialDropout2D",
        "SpatialDropout3D",
        "AlphaDropout",
        "GaussianDropout",
        "GaussianNoise",
    ]
)
RESHAPES = frozenset(
    [
        "Flatten",
        "Reshape",
        "Permute",
        "Squeeze",
        "ExpandDims",
        "Transpose",
        "Identity",
        "ActivityRegularization",
        "Masking",
        "Cast",
        "RepeatVector",
    ]
)
POOLING = frozenset(
    f"{kind}Pooling{n}D"
    for kind in ("Max", "Average", "GlobalMax", "GlobalAverage", "AdaptiveMax", "AdaptiveAverage")
    for n in (1, 2, 3)
)
RESIZING = frozenset(f"{kind}{n}D" for kind in ("ZeroPadding", "Cropping", "UpSampling") for n in (1, 2, 3)) | {
    "Resizing",
    "CenterCrop",
}
PASSIVE = DROPOUTS | RESHAPES
"""Layers that change no value at inference."""


class Topology(NamedTuple):
    """A graph with its look-up tables."""

    graph: ModelGraph
    by_name: Mapping[str, Node]
    consumers: Mapping[str, tuple[Node, ...]]
    """By node name."""

    def sources(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that feed `node`, in the order of its inputs."""
        return tuple(self.by_name[edge.source] for edge in node.inputs if edge.source in self.by_name)

    def source(self, node: Node) -> Node | None:
        """Return the node that feeds the first input."""
        found = self.sources(node)
        return found[0] if found else None

    def targets(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that `node` feeds."""
        return self.consumers.get(node.name, ())

    def back(self, node: Node | None, through: frozenset[str]) -> Node | None:
        """Walk up the first inputs from `node` (included) until one is not in `through`."""
        while node is not None and node.op in through:
            node = self.source(node)
        return node

    def ahead(self, node: Node, through: frozenset[str]) -> Iterator[Node]:
        """Yield the nearest nodes below `node` that are not in `through`, along every path."""
        pending, seen = list(self.targets(node)), set()
        while pending:
            item = pending.pop(0)
            if item.name in seen:
                continue
            seen.add(item.name)
            if item.op in through:
                pending += self.targets(item)
            else:
                yield item

    def output(self, edge: Edge) -> Node | None:
        """Return the node behind an output of the model."""
        return self.by_name.get(edge.source)


def of(model: Subject) -> Topology:
    """Return the topology of the model under audit."""
    return model.once("topology", lambda: _index(model.graph))


def _index(graph: ModelGraph) -> Topology:
    by_name = {node.name: node for node in graph.nodes}
    consumers: dict[str, list[Node]] = {}
    for node in graph.nodes:
        for source in dict.fromkeys(edge.source for edge in node.inputs):
            consumers.setdefault(source, []).append(node)
    return Topology(graph, by_name, {name: tuple(nodes) for name, nodes in consumers.items()})
