"""Intervals of float32 values: every result holds what a plain float32 computation can give, rounding included.

An interval has one low and one high end a unit. Ends are float64; what a layer computes in single precision strays
from the exact sum by at most gamma = n u / (1 - n u) times the sum of absolute products, in whatever order it is
added up.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import inf
from typing import TYPE_CHECKING, NamedTuple

from linter.activations import Facts

if TYPE_CHECKING:
    import numpy as np

ROUNDING = {"float16": 2.0**-11, "bfloat16": 2.0**-8}
TINY = 2.0**-126
"""What flushing a product to zero may change."""
GROWING = frozenset(
    [
        "linear",
        "relu",
        "relu6",
        "elu",
        "celu",
        "selu",
        "softplus",
        "squareplus",
        "softsign",
        "sigmoid",
        "hard_sigmoid",
        "tanh",
        "hard_tanh",
    ]
)
DIPPING = frozenset(("gelu", "silu", "mish", "hard_silu"))


class Interval(NamedTuple):
    """What each unit may put out, at any position."""

    low: np.ndarray
    high: np.ndarray

    def with_zero(self) -> Interval:
        """Return the interval widened to zero, as padding puts it in."""
        import numpy as np

        return Interval(np.minimum(self.low, 0.0), np.maximum(self.high, 0.0))

    def tiled(self, times: int) -> Interval:
        """Return the interval for `times` positions, the units of one after another."""
        import numpy as np

        return Interval(np.tile(self.low, times), np.tile(self.high, times))


def constant(low: float, high: float, units: int) -> Interval:
    """Return the same interval for each unit."""
    import numpy as np

    return Interval(np.full(units, low), np.full(units, high))


def anything(units: int) -> Interval:
    """Return no bound at all."""
    return constant(-inf, inf, units)


def widened(given: Interval, slack: np.ndarray | float) -> Interval:
    """Return the interval with its ends moved outwards."""
    return Interval(given.low - slack, given.high + slack)


def rounding(dtype: str) -> float:
    """Return the unit roundoff that a layer computes with."""
    return ROUNDING.get(dtype, 2.0**-24)


def scaled(given: Interval, factor: np.ndarray, offset: np.ndarray, u: float) -> Interval:
    """Return value x factor + offset, computed in a few rounded steps; `offset` may itself be a rounded difference."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        one, two = given.low * factor, given.high * factor
    one, two = np.where(factor == 0, 0.0, one), np.where(factor == 0, 0.0, two)
    low, high = np.minimum(one, two), np.maximum(one, two)
    slack = 8 * u * (np.maximum(np.abs(low), np.abs(high)) + np.abs(offset)) + 8 * TINY
    with np.errstate(invalid="ignore"):
        return _clean(low + offset - slack, high + offset + slack)


def _clean(low: np.ndarray, high: np.ndarray) -> Interval:
    import numpy as np

    return Interval(np.where(np.isnan(low), -inf, low), np.where(np.isnan(high), inf, high))


def activated(given: Interval, name: str, known: Facts | None, u: float) -> Interval:
    """Return what an activation makes of it; nothing is assumed of one that neither grows nor dips once."""
    import numpy as np

    units = len(given.low)
    if known is None:
        return anything(units)
    if not known.elementwise or not (name in GROWING or name in DIPPING or _leaks(name, known)):
        return constant(known.low, known.high, units)
    low, high = (_value(known, end) for end in (given.low, given.high))
    if name in DIPPING:
        low, high = np.full(units, known.low), np.maximum(low, high)
    if known.rectifier or name == "linear":
        return Interval(low, high)
    with np.errstate(invalid="ignore"):
        slack = 64 * u * np.maximum(np.abs(low), np.abs(high)) + 64 * u
    low, high = np.where(np.isfinite(low), low - slack, low), np.where(np.isfinite(high), high + slack, high)
    return Interval(np.clip(low, known.low if name in GROWING else -inf, None), np.clip(high, None, known.high))


def _leaks(name: str, known: Facts) -> bool:
    import numpy as np

    return name == "leaky_relu" and float(known.formula(np, np.array([-1.0]), {})[0]) <= 0


def _value(known: Facts, ends: np.ndarray) -> np.ndarray:
    """Return f at the ends; its limits at infinite ones."""
    import numpy as np

    finite = np.clip(ends, -1e30, 1e30)
    with np.errstate(over="ignore", invalid="ignore"):
        found = known.formula(np, finite, {}).astype(np.float64)
    found = np.where(np.isneginf(ends), known.low, found)
    result: np.ndarray = np.where(np.isposinf(ends), known.high, found)
    return result


def added(parts: Sequence[Interval], signs: Sequence[float], u: float) -> Interval:
    """Return the sum of parts with factors."""
    import numpy as np

    low, high, size = np.zeros(1), np.zeros(1), np.zeros(1)
    with np.errstate(invalid="ignore"):
        for part, sign in zip(parts, signs, strict=True):
            ends = (part.low * sign, part.high * sign)
            low, high = low + np.minimum(*ends), high + np.maximum(*ends)
            size = size + np.maximum(np.abs(part.low), np.abs(part.high)) * abs(sign)
        slack = np.where(np.isfinite(size), 4 * len(parts) * u * size + TINY, 0.0)
        return _clean(low - slack, high + slack)


def multiplied(one: Interval, two: Interval, u: float) -> Interval:
    """Return the product of two."""
    import numpy as np

    with np.errstate(invalid="ignore"):
        corners = [
            np.nan_to_num(a * b, nan=0.0, posinf=inf, neginf=-inf)
            for a in (one.low, one.high)
            for b in (two.low, two.high)
        ]
        low, high = np.minimum.reduce(corners), np.maximum.reduce(corners)
        slack = np.where(
            np.isfinite(low) & np.isfinite(high), 2 * u * np.maximum(np.abs(low), np.abs(high)) + TINY, 0.0
        )
        nonnegative, nonpositive = low >= 0, high <= 0
        return _clean(
            np.where(nonnegative, np.maximum(low - slack, 0), low - slack),
            np.where(nonpositive, np.minimum(high + slack, 0), high + slack),
        )


def union(parts: Sequence[Interval]) -> Interval:
    """Return what holds each part."""
    import numpy as np

    return Interval(np.minimum.reduce([part.low for part in parts]), np.maximum.reduce([part.high for part in parts]))
