"""The kernels that the inputs meet first, and by how much each multiplies the second moment."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from linter.analysis import topology
from linter.analysis.topology import AFFINE, NORMALIZATIONS, PASSIVE, RESIZING
from linter.graph import Node
from linter.rule import Subject

SCALING = NORMALIZATIONS | {"Normalization", "Rescaling", "Embedding"}


class FirstKernel(NamedTuple):
    """A layer whose kernel an input meets; `gain` is the sum of squared weights that reach one of its units.

    On average.
    """

    layer: str
    gain: float


def first_kernels(model: Subject) -> Iterator[tuple[str, FirstKernel]]:
    """Yield input and kernel, where no normalisation stands before or right after the kernel."""
    top = topology.of(model)
    for node in model.graph.nodes:
        if node.op != "InputLayer":
            continue
        for target in top.ahead(node, PASSIVE | RESIZING):
            after = {item.op for item in top.ahead(target, PASSIVE)}
            if target.op in AFFINE and not after & SCALING:
                gain = _gain(target)
                if gain is not None:
                    yield node.layer, FirstKernel(target.layer, gain)


def _gain(node: Node) -> float | None:
    import numpy as np

    kernel = node.weights.get("kernel")
    if kernel is None or "kernel_scale" in node.weights:  # quantised integers are no values
        return None
    if node.op.startswith(("Depthwise", "Separable")) or "Transpose" in node.op:
        return None
    total = sum(float(np.square(piece, dtype=np.float64).sum()) for piece in kernel.chunks())
    return total / kernel.shape[-1] if prod(kernel.shape) else None
