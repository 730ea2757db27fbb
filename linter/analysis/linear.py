"""Pairs of linear layers with no nonlinearity between them, and whether the first adds anything."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from linter.analysis import topology
from linter.analysis.topology import AFFINE, DROPOUTS, RESHAPES, Topology
from linter.graph import Node
from linter.rule import Subject

CHANGELESS = (DROPOUTS | RESHAPES) - {"Masking"}
THROUGH = CHANGELESS | {"BatchNormalization", "Rescaling", "Normalization"}
PRODUCTS = frozenset(("Dot", "MatMul", "Einsum", "Attention", "AdditiveAttention"))


class LinearPair(NamedTuple):
    """Two layers that are linear before the second one's activation; widths are counted in what both see."""

    first: Node
    second: Node
    width_in: int | None
    width_between: int | None
    width_out: int | None

    @property
    def is_redundant(self) -> bool:
        """Whether the middle is wide enough for any linear map from one end to the other."""
        if self.width_in is None or self.width_between is None or self.width_out is None:
            return False
        return self.width_between >= min(self.width_in, self.width_out)


def linear_pairs(model: Subject) -> Iterator[LinearPair]:
    """Yield the pairs in a model, those left out that are meant to be linear whatever their widths."""
    top = topology.of(model)
    outputs = {edge.source for edge in model.graph.outputs}
    seen: set[tuple[str, str]] = set()
    for node in model.graph.nodes:
        if node.op not in AFFINE or _is_depthwise(node):
            continue
        found = list(_next(top, node, outputs))
        if not found or any(after.op not in AFFINE for after in found):
            continue
        for after in found:
            if (node.layer, after.layer) not in seen and not _is_meant(top, node, after):
                seen.add((node.layer, after.layer))
                yield _measured(top, node, after)


def _next(top: Topology, node: Node, outputs: set[str]) -> Iterator[Node]:
    """Yield what reads a layer's output first, through affine layers; an op "Output" where the model does."""
    pending, seen = [node], set()
    while pending:
        here = pending.pop(0)
        if here.name in outputs:
            yield Node(here.name, here.layer, "Output")
        for target in top.targets(here):
            if target.name in seen:
                continue
            seen.add(target.name)
            if target.op in THROUGH or (
                target.op == "Activation" and target.activation is not None and target.activation.name == "linear"
            ):
                pending.append(target)
            else:
                yield target


def _is_depthwise(node: Node) -> bool:
    return node.op.startswith("Depthwise")


def _is_meant(top: Topology, first: Node, second: Node) -> bool:
    if _is_depthwise(second) or "EinsumDense" in (first.op, second.op) or first.layer == second.layer:
        return True
    if _is_projection(top, second) or _is_projection(top, first) or _ends_separable(top, first):
        return True
    one, two = _window(first), _window(second)
    return (
        len(one) == len(two)
        and any(a > b for a, b in zip(one, two, strict=True))
        and any(a < b for a, b in zip(one, two, strict=True))
    )


def _is_projection(top: Topology, node: Node) -> bool:
    """Whether a layer makes the query, key or value of an attention that is written out."""
    return any(target.op in PRODUCTS for target in top.ahead(node, CHANGELESS))


def _ends_separable(top: Topology, node: Node) -> bool:
    """Whether a layer is the pointwise half of a depthwise convolution: the projection of an inverted residual."""
    between = topology.NORMALIZATIONS | topology.PASSIVE | {"Activation", "Multiply"}
    before = top.back(top.source(node), between)
    return before is not None and _is_depthwise(before) and set(_window(node)) == {1}


def _window(node: Node) -> tuple[int, ...]:
    size = node.config.get("kernel_size")
    return tuple(size) if isinstance(size, list | tuple) else (size,) if isinstance(size, int) else ()


def _measured(top: Topology, first: Node, second: Node) -> LinearPair:
    before, between = top.source(first), top.source(second)
    reshaped = (
        first.shape is not None
        and between is not None
        and between.shape is not None
        and first.shape[-1] != between.shape[-1]
    )

    def width(node: Node | None) -> int | None:
        if node is None or node.shape is None or len(node.shape) < 2:
            return None
        sizes = node.shape[1:] if reshaped else (_channels(node, first, second),)
        return None if None in sizes else prod(size for size in sizes if size is not None)

    return LinearPair(first, second, width(before), width(first), width(second))


def _channels(node: Node, *layers: Node) -> int | None:
    assert node.shape is not None
    leading = any(layer.config.get("data_format") == "channels_first" for layer in layers) and len(node.shape) > 2
    return node.shape[1] if leading else node.shape[-1]
