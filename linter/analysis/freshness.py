"""Whether stored weights still are what their initializers drew:
"looks like a fresh draw", by distribution, moments and biases.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import NamedTuple

from linter.analysis import kernels, statistics
from linter.analysis.kernels import Kernel
from linter.analysis.starts import BINS, Start, quantiles, starts
from linter.graph import Node, Weight
from linter.rule import Subject

DIRECTIONS = 16
"""Random directions on which an orthogonal kernel is tried."""
SIGMAS = 5.0
SAMPLE = 1 << 13
LEAST = 64
"""Kernels with fewer values prove nothing."""
CHI_SQUARE = 100.0
"""31 degrees of freedom: a fresh draw passes this once in 10^8."""
STARTS_AT = {"gamma": 1.0, "beta": 0.0, "moving_mean": 0.0, "moving_variance": 1.0, "bias": 0.0}


class Freshness(NamedTuple):
    """What the stored values say. `layers` hold fresh draws; `untrained`: nothing in the whole model has moved."""

    untrained: bool
    layers: tuple[str, ...] = ()
    kernels: int = 0
    values: int = 0
    """How many kernels, and values in them, were recognised as drawn."""


def of(model: Subject) -> Freshness:
    """Return the verdict on the model's weights."""
    return model.once("freshness", lambda: _judge(model))


def starting(model: Subject) -> bool:
    """Whether the model stands at its start: no stored weights, or weights that look freshly drawn."""
    return model.graph.parameters is None or of(model).untrained


def _judge(model: Subject) -> Freshness:
    moved, fresh, count, values = False, [], 0, 0
    for node in _layers(model):
        if not _at_start(node):
            moved = True
            continue
        verdicts = [_drawn(model, kernel) for kernel in kernels.at(model, node) if kernel.weight is not None]
        if False in verdicts:
            moved = True
        elif True in verdicts:
            fresh.append(node.layer)
            count += verdicts.count(True)
            values += sum(kernel.size for kernel in kernels.at(model, node))
    return Freshness(not moved and bool(fresh), tuple(fresh), count, values)


def _layers(model: Subject) -> Iterator[Node]:
    seen = set()
    for node in model.graph.nodes:
        if node.weights and node.layer not in seen:
            seen.add(node.layer)
            yield node


def _at_start(node: Node) -> bool:
    """Whether every bias, scale and moving average of the layer is exactly what it started as."""
    for role, weight in node.weights.items():
        kind = "bias" if role.endswith("_bias") else role
        if kind not in STARTS_AT and kind != "alpha":
            continue
        declared = kernels.initializer_of(node.op, role, node.config)
        if declared is not None and declared.kind != "constant":
            continue
        value = declared.parameters.get("value", 0.0) if declared else STARTS_AT.get(kind, 0.0)
        forget = "LSTM" in node.op and role == "bias" and node.config.get("unit_forget_bias", True) is not False
        if not _equals(weight, float(value) if isinstance(value, int | float) else 0.0, forget=forget):
            return False
    return True


def _equals(weight: Weight, value: float, *, forget: bool) -> bool:
    import numpy as np

    units, at = weight.shape[-1] // 4 if weight.shape else 0, 0
    for piece in weight.chunks():
        wanted = np.full(piece.size, value, dtype=piece.dtype)
        if forget:
            places = np.arange(at, at + piece.size)
            wanted[(places >= units) & (places < 2 * units)] = 1
        if not np.array_equal(piece, wanted):
            return False
        at += piece.size
    return True


def _drawn(model: Subject, kernel: Kernel) -> bool | None:
    """Whether a kernel looks freshly drawn; None where nothing can be said."""
    weight, initializer = kernel.weight, kernel.initializer
    if weight is None or initializer is None or kernel.size < LEAST:
        return None
    if initializer.kind == "orthogonal":
        return _orthogonal(weight, initializer.parameters.get("gain", 1.0))
    possible = starts(initializer, kernel.fans)
    return any(_fits(model, weight, start) for start in possible) if possible else None


def _fits(model: Subject, weight: Weight, start: Start) -> bool:
    found = statistics.of(model, weight)
    if found.non_finite:
        return False
    if start.shape == "constant" or start.std == 0:
        return found.constant and abs(found.minimum - start.mean) <= 1e-6 * max(1.0, abs(start.mean))
    noise = SIGMAS * sqrt((start.kurtosis - 1) / found.count)
    slack = 1.01 if weight.dtype in ("bfloat16", "float16", "<f2") else 1 + 1e-5
    if max(found.maximum - start.mean, start.mean - found.minimum) > start.limit * slack:
        return False
    if abs(found.mean - start.mean) > SIGMAS * start.std / sqrt(found.count):
        return False
    return abs(found.variance / start.std**2 - 1) <= noise and _distributed(weight, start)


def _distributed(weight: Weight, start: Start) -> bool:
    """Chi-square of a stretch of the values over equally likely bins."""
    import numpy as np

    values = statistics.working(next(weight.chunks())[:SAMPLE])
    edges = (start.mean + start.std * edge for edge in quantiles(start.shape))
    below = [np.count_nonzero(values < edge) for edge in edges]  # on random values a search by halves takes longer
    counts = np.diff([0, *below, values.size])
    expected = values.size / BINS
    return bool(((counts - expected) ** 2).sum() / expected < CHI_SQUARE)


def _orthogonal(weight: Weight, gain: object) -> bool | None:
    """Whether rows (of a wide matrix) or columns (of a tall one) are orthonormal times `gain`,
    tried on random directions.
    """
    import numpy as np

    columns = weight.shape[-1]
    rows = int(np.prod(weight.shape[:-1]))
    if len(weight.shape) < 2 or not isinstance(gain, int | float):
        return None
    random = np.random.default_rng(0)
    tall = rows >= columns
    directions = random.normal(size=(DIRECTIONS, columns if tall else rows)).astype(np.float32)
    square, summed, at = np.zeros(DIRECTIONS), np.zeros((DIRECTIONS, columns)), 0
    for piece in weight.chunks(columns):
        block = piece.reshape(-1, columns)
        if tall:
            square += ((block @ directions.T).astype(np.float64) ** 2).sum(axis=0)
        else:
            summed += directions[:, at : at + len(block)] @ block
        at += len(block)
    norms = square if tall else (summed**2).sum(axis=1)
    wanted = float(gain) ** 2 * (directions.astype(np.float64) ** 2).sum(axis=1)
    return bool(np.allclose(norms, wanted, rtol=2e-3))
