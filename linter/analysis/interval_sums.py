"""Sums of weights times values that lie within intervals, sound in whatever order they are added up."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from linter.analysis.interval import TINY, Interval, anything

if TYPE_CHECKING:
    import numpy as np


def summed(
    rows: Iterable[tuple[np.ndarray, np.ndarray, np.ndarray]], bias: np.ndarray | None, units: int, u: float
) -> Interval:
    """Return the bounds of kernel sums.
    `rows`: blocks of (weights (n, units), low (n,), high (n,)); stops when nothing is bounded.
    """
    import numpy as np

    low, high, size, count = np.zeros(units), np.zeros(units), np.zeros(units), 1
    falls, rises = np.ones(units, dtype=bool), np.ones(units, dtype=bool)
    for weights, under, over in rows:
        count += len(weights)
        least, most = _products(weights, under, over)
        falls &= most.signs
        rises &= least.signs
        low, high, size = low + least.total, high + most.total, size + _sizes(weights, under, over)
        if np.isneginf(low).all() and np.isposinf(high).all():
            return anything(units)
    if bias is not None:
        low, high, size = low + bias, high + bias, size + np.abs(bias)
        falls, rises, count = falls & (bias <= 0), rises & (bias >= 0), count + 1
    slack = (count + 4) * u / (1 - min((count + 4) * u, 0.5)) * size + count * TINY
    with np.errstate(invalid="ignore"):
        low = np.where(np.isneginf(low), low, low - slack)
        high = np.where(np.isposinf(high), high, high + slack)
    # a sum of terms none of which is positive is not positive, however it is rounded
    low, high = np.where(rises, np.maximum(low, 0.0), low), np.where(falls, np.minimum(high, 0.0), high)
    return Interval(
        np.nan_to_num(low, nan=-inf, posinf=inf, neginf=-inf), np.nan_to_num(high, nan=inf, posinf=inf, neginf=-inf)
    )


class _End(NamedTuple):
    """One end of a block's sums, and whether all its terms are on the safe side of zero."""

    total: np.ndarray
    signs: np.ndarray


def _products(weights: np.ndarray, under: np.ndarray, over: np.ndarray) -> tuple[_End, _End]:
    """Return least and greatest sums of weight x value, infinite ends included (zero x infinity is zero)."""
    import numpy as np

    wide = weights.astype(np.float64)
    plus, minus = np.maximum(wide, 0.0), np.minimum(wide, 0.0)
    ends = []
    for up, down, sign in ((under, over, -1), (over, under, 1)):
        finite_up, finite_down = np.where(np.isfinite(up), up, 0.0), np.where(np.isfinite(down), down, 0.0)
        total = finite_up @ plus + finite_down @ minus
        open_up, open_down = ~np.isfinite(up), ~np.isfinite(down)
        unbounded = (plus[open_up] > 0).any(axis=0) | (minus[open_down] < 0).any(axis=0)
        total = np.where(unbounded, sign * inf, total)
        wrong_up, wrong_down = (sign * up > 0), (sign * down < 0)
        wrong = (plus[wrong_up] > 0).any(axis=0) | (minus[wrong_down] < 0).any(axis=0)
        ends.append(_End(total, np.logical_not(wrong)))
    return ends[0], ends[1]


def _sizes(weights: np.ndarray, under: np.ndarray, over: np.ndarray) -> np.ndarray:
    """Return the sums of absolute products, infinite where a value is not bounded."""
    import numpy as np

    largest = np.maximum(np.abs(under), np.abs(over))
    bounded = np.where(np.isfinite(largest), largest, 0.0)
    absolute = np.abs(weights.astype(np.float64))
    open_rows = ~np.isfinite(largest)
    found: np.ndarray = np.where((absolute[open_rows] > 0).any(axis=0), inf, bounded @ absolute)
    return found
