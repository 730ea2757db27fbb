"""What the sums of a stored kernel can come to, for inputs within intervals."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from linter.analysis.interval import Interval
from linter.analysis.interval_sums import summed
from linter.analysis.kernels import DEPTHWISE
from linter.analysis.statistics import whole
from linter.graph import Node, Weight

if TYPE_CHECKING:
    import numpy as np


def kernel(node: Node, given: Interval, u: float) -> Interval | None:
    """Return the bounds of a Dense, Conv or depthwise layer; None where nothing can be said."""
    weight = node.weights.get("kernel")
    if (
        weight is None
        or "kernel_scale" in node.weights
        or len(weight.shape) < 2
        or node.config.get("groups", 1) not in (1, None)
    ):
        return None
    if node.config.get("padding", "valid") != "valid":
        given = given.with_zero()
    bias = whole(node.weights["bias"]) if "bias" in node.weights else None
    if node.op in DEPTHWISE:
        return _depthwise(weight, given, bias, u)
    inputs, units = weight.shape[-2:]
    if len(given.low) != inputs:
        return None
    return summed(_blocks(weight, given, units), bias, units, u)


def _blocks(weight: Weight, given: Interval, units: int) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    import numpy as np

    at, inputs = 0, len(given.low)
    for piece in weight.chunks(units):
        block = piece.reshape(-1, units)
        for start in (0, min(8, len(block))):  # the first rows mostly tell that nothing is bounded
            part = block[start : 8 if start == 0 else None]
            places = np.arange(at + start, at + start + len(part)) % inputs
            if len(part):
                yield part, given.low[places], given.high[places]
        at += len(block)


def _depthwise(weight: Weight, given: Interval, bias: np.ndarray | None, u: float) -> Interval | None:
    """Each unit sums the taps of its own channel."""
    import numpy as np

    channels, multiplier = weight.shape[-2:]
    if len(given.low) != channels:
        return None
    taps = whole(weight).reshape(-1, channels * multiplier)
    low, high = np.repeat(given.low, multiplier), np.repeat(given.high, multiplier)
    units = channels * multiplier
    ends = []
    for unit in range(units):
        block = taps[:, unit : unit + 1], np.full(len(taps), low[unit]), np.full(len(taps), high[unit])
        ends.append(summed([block], None if bias is None else bias[unit : unit + 1], 1, u))
    return Interval(np.concatenate([end.low for end in ends]), np.concatenate([end.high for end in ends]))
