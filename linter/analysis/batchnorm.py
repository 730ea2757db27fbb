"""What stored BatchNormalization layers say about their channels:
how often each fires afterwards, and which have collapsed.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import erfc, sqrt
from typing import TYPE_CHECKING, NamedTuple

from linter.activations import facts
from linter.analysis import kernels, neighbours, topology
from linter.analysis.statistics import whole
from linter.graph import Node
from linter.rule import Subject

if TYPE_CHECKING:
    import numpy as np

STILL = 1e-8
"""A moving variance below this, and below a ten-thousandth of the layer's median, is a channel that never moved."""
RATIO = 1e-4
VANISHED = 1e-6


class Firing(NamedTuple):
    """P(a channel's activation is above its silent side), channel by channel, for normal pre-activations."""

    node: Node
    probability: tuple[float, ...]


class Collapsed(NamedTuple):
    """Channels of one layer whose variance is negative, next to nothing, or whose scale is zero.

    pruned: those of the still ones whose incoming weights have vanished too, as a weight penalty leaves them.
    """

    node: Node
    channels: int
    negative: tuple[int, ...]
    still: tuple[int, ...]
    unscaled: tuple[int, ...]
    pruned: tuple[int, ...] = ()


def firing(model: Subject) -> tuple[Firing, ...]:
    """Return the probabilities for each stored BatchNormalization that goes straight into a function with a
    silent side.
    """
    return model.once("firing", lambda: tuple(_firing(model)))


def collapsed(model: Subject) -> tuple[Collapsed, ...]:
    """Return the layers with collapsed channels."""
    return model.once("collapsed channels", lambda: tuple(_collapsed(model)))


def _stored(model: Subject) -> Iterator[Node]:
    seen = set()
    for node in model.graph.nodes:
        if node.op == "BatchNormalization" and node.weights and node.layer not in seen:
            seen.add(node.layer)
            yield node


def _firing(model: Subject) -> Iterator[Firing]:
    for node in _stored(model):
        known = facts(neighbours.following(model, node).activation)
        gamma, beta = _vector(node, "gamma"), _vector(node, "beta")
        if known is None or known.silent_below is None or beta is None:
            continue
        heights = (beta - known.silent_below).tolist()
        scales = [1.0] * len(heights) if gamma is None else abs(gamma).tolist()
        yield Firing(node, tuple(map(fires, heights, scales)))


def fires(height: float, scale: float) -> float:
    """Return P(height + scale z > 0) for a standard normal z."""
    if scale == 0:
        return 1.0 if height > 0 else 0.0
    return 0.5 * erfc(-height / scale / sqrt(2))


def _vector(node: Node, role: str) -> np.ndarray | None:
    return whole(node.weights[role]) if role in node.weights else None


def _collapsed(model: Subject) -> Iterator[Collapsed]:
    import numpy as np

    for node in _stored(model):
        variance, gamma = _vector(node, "moving_variance"), _vector(node, "gamma")
        if variance is None or not variance.size or not np.isfinite(variance).all():
            continue
        middle = float(np.partition(variance, variance.size // 2)[variance.size // 2])  # np.median imports np.ma
        negative = np.flatnonzero(variance < 0)
        still = np.flatnonzero((variance >= 0) & (variance < STILL) & (variance <= RATIO * max(middle, STILL / RATIO)))
        unscaled = (
            np.flatnonzero(np.abs(gamma) < 1e-7) if gamma is not None and not _starts_at_zero(node) else negative[:0]
        )
        if negative.size or still.size or unscaled.size:
            pruned = _pruned(model, node, variance.size) if still.size else ()
            yield Collapsed(node, variance.size, _places(negative), _places(still), _places(unscaled), pruned)


def _places(found: np.ndarray) -> tuple[int, ...]:
    return tuple(int(place) for place in found)


def _pruned(model: Subject, node: Node, channels: int) -> tuple[int, ...]:
    """Return the channels of which all incoming weights are next to nothing beside those of the layer's strongest
    channel.
    """
    import numpy as np

    source = topology.of(model).source(node)
    kernel = kernels.main(model, source) if source is not None else None
    if kernel is None or kernel.weight is None or kernel.tail != 1 or kernel.weight.shape[-1] != channels:
        return ()
    largest = np.zeros(channels)
    for piece in kernel.weight.chunks(channels):
        largest = np.maximum(largest, np.abs(piece.reshape(-1, channels)).max(axis=0))
    return tuple(map(int, np.flatnonzero(largest < VANISHED * largest.max())))


def _starts_at_zero(node: Node) -> bool:
    declared = kernels.initializer_of(node.op, "gamma", node.config)
    return declared is not None and declared.kind == "constant" and declared.parameters.get("value") == 0
