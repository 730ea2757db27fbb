"""How far fixed-scale starts are off, taken together along each path through the model."""

from __future__ import annotations

from math import log, sqrt

from linter.analysis import gains, kernels, neighbours, topology
from linter.analysis.starts import starts
from linter.graph import Node
from linter.rule import Subject

HIDDEN = topology.AFFINE - frozenset(("DepthwiseConv1D", "DepthwiseConv2D", "SeparableConv1D", "SeparableConv2D"))


def worst_path(model: Subject) -> tuple[tuple[str, ...], float]:
    """Return the layers with fixed scales on the worst path, and the logarithm of started over right along it."""
    top = topology.of(model)
    found: dict[str, tuple[tuple[str, ...], float]] = {}
    for node in model.graph.nodes:
        earlier = [found.get(source.name, ((), 0.0)) for source in top.sources(node)]
        layers, total = max(earlier, key=lambda item: abs(item[1]), default=((), 0.0))
        if node.op in topology.NORMALIZATIONS:
            layers, total = (), 0.0
        off = _off(model, node)
        found[node.name] = (layers, total) if off is None else ((*layers, node.layer), total + off)
    return max(found.values(), key=lambda item: abs(item[1]), default=((), 0.0))


def _off(model: Subject, node: Node) -> float | None:
    """Return log(started / right) of a hidden kernel with a fixed scale."""
    if node.op not in HIDDEN or neighbours.makes_output(model, node):
        return None
    kernel = kernels.main(model, node)
    if kernel is None or kernel.initializer is None or kernel.initializer.kind not in gains.FIXED or not kernel.fan_in:
        return None
    after = neighbours.following(model, node)
    drawn, wanted = starts(kernel.initializer, kernel.fans[:1]), gains.right(after.activation)
    if after.normalised or not drawn or not wanted or drawn[0].second_moment <= 0:
        return None
    return log(sqrt(drawn[0].second_moment * kernel.fan_in) / wanted)
