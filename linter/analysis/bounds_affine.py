"""What stored scales and shifts make of intervals: normalisations at inference, and Rescaling."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

from linter.analysis import interval
from linter.analysis.interval import Interval
from linter.analysis.statistics import whole
from linter.graph import Node

if TYPE_CHECKING:
    import numpy as np


def affine(node: Node, given: Interval, units: int | None, u: float) -> Interval | None:
    """Return the bounds of a normalisation or Rescaling; None where nothing can be said."""
    import numpy as np

    if node.op == "Rescaling":
        scale, offset = node.config.get("scale", 1.0), node.config.get("offset", 0.0)
        if isinstance(scale, int | float) and isinstance(offset, int | float):
            return interval.scaled(
                given, np.full(len(given.low), float(scale)), np.full(len(given.low), float(offset)), u
            )
    if node.op == "BatchNormalization" and "moving_variance" in node.weights and "moving_mean" in node.weights:
        return _batch_normalised(node, given, u)
    if (
        node.op == "LayerNormalization"
        and units
        and node.config.get("axis") in (-1, [-1])
        and not node.config.get("rms_scaling")
    ):
        gamma, beta = _vector(node, "gamma", 1.0, units), _vector(node, "beta", 0.0, units)
        reach = np.abs(gamma) * sqrt(units) * 1.001
        return interval.widened(Interval(beta - reach, beta + reach), 64 * u * (np.abs(beta) + reach))
    return None


def _batch_normalised(node: Node, given: Interval, u: float) -> Interval | None:
    import numpy as np

    variance, mean = whole(node.weights["moving_variance"]), whole(node.weights["moving_mean"])
    epsilon = node.config.get("epsilon", 1e-3)
    epsilon = float(epsilon) if isinstance(epsilon, int | float) else 1e-3
    if (
        len(variance) != len(given.low)
        or (variance + epsilon <= 0).any()
        or node.config.get("axis", -1) not in (-1, len(node.shape or ()) - 1)
    ):
        return None
    factor = _vector(node, "gamma", 1.0, len(mean)) / np.sqrt(variance + epsilon)
    beta = _vector(node, "beta", 0.0, len(mean))
    made = interval.scaled(given, factor, beta - mean * factor, u)
    return interval.widened(made, 16 * u * (np.abs(mean * factor) + np.abs(beta)))


def _vector(node: Node, role: str, default: float, units: int) -> np.ndarray:
    import numpy as np

    found = whole(node.weights[role]) if role in node.weights else np.full(units, default)
    return found if len(found) == units else np.full(units, np.nan)
