"""How variables start: the distribution that an initializer draws from. Numbers only; knows no model."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from math import erf, inf, sqrt
from typing import NamedTuple

from linter.graph import Initializer

TRUNCATION = 0.87962566103423978
"""Standard deviation of a standard normal that is cut at two;
Keras's scaled normals are corrected for it, its TruncatedNormal is not.
"""
BINS = 32


class Start(NamedTuple):
    """A distribution: "uniform" on mean +- limit, "normal", or "truncated" at +- limit; "constant" is its mean."""

    shape: str
    mean: float
    std: float
    limit: float = inf

    @property
    def second_moment(self) -> float:
        """Mean square."""
        return self.std**2 + self.mean**2

    @property
    def kurtosis(self) -> float:
        """Fourth moment over the squared variance; 3 for a normal."""
        return {"uniform": 1.8, "truncated": 2.37, "normal": 3.0}.get(self.shape, 1.0)


def starts(initializer: Initializer | None, fans: Iterable[tuple[float, float]]) -> tuple[Start, ...]:
    """Return what values may be drawn from: one Start for each way of counting the fans; () where it cannot be said.

    Orthogonal and identity kernels are not drawn value by value: see `second_moment`.
    """
    if initializer is None:
        return ()
    kind, given = initializer.kind, initializer.parameters
    if kind == "variance_scaling":
        return tuple(dict.fromkeys(_scaled(initializer, *fan) for fan in fans))
    try:
        if kind == "constant":
            return (Start("constant", float(given["value"]), 0.0, 0.0),)
        if kind == "uniform":
            low, high = float(given["minval"]), float(given["maxval"])
            return (Start("uniform", (low + high) / 2, (high - low) / sqrt(12), (high - low) / 2),)
        if kind in ("normal", "truncated_normal"):
            std = float(given["stddev"])
            cut = kind == "truncated_normal"
            return (
                Start(
                    "truncated" if cut else "normal",
                    float(given["mean"]),
                    std * (TRUNCATION if cut else 1),
                    2 * std if cut else inf,
                ),
            )
    except (TypeError, ValueError, KeyError):
        return ()
    return ()


def _scaled(initializer: Initializer, fan_in: float, fan_out: float) -> Start:
    given = initializer.parameters
    scale = given.get("scale", 1.0)
    fan = {"fan_in": fan_in, "fan_out": fan_out}.get(str(given.get("mode")), (fan_in + fan_out) / 2)
    std = sqrt(max(float(scale) if isinstance(scale, int | float) else 1.0, 0.0) / max(1.0, fan))
    distribution = given.get("distribution")
    if distribution == "uniform":
        return Start("uniform", 0.0, std, std * sqrt(3))
    if distribution == "untruncated_normal":
        return Start("normal", 0.0, std)
    return Start("truncated", 0.0, std, 2 * std / TRUNCATION)


def second_moment(
    initializer: Initializer | None, shape: tuple[int, ...], fans: tuple[tuple[float, float], ...]
) -> float | None:
    """Return the mean square of a kernel at its start; None where it cannot be said."""
    drawn = starts(initializer, fans[:1])
    if drawn:
        return drawn[0].second_moment
    if initializer is None or initializer.kind not in ("orthogonal", "identity") or not shape:
        return None
    gain = initializer.parameters.get("gain", 1.0)
    columns = shape[-1]
    rows = 1
    for size in shape[:-1]:
        rows *= size
    if not isinstance(gain, int | float):
        return None
    return float(gain) ** 2 / max(rows, columns)


@cache
def quantiles(shape: str) -> tuple[float, ...]:
    """Return the inner edges of BINS equally likely bins of the unit-variance distribution of this shape."""
    if shape == "uniform":
        return tuple(sqrt(3) * (2 * i / BINS - 1) for i in range(1, BINS))
    edge, width = (erf(2 / sqrt(2)), TRUNCATION) if shape == "truncated" else (1.0, 1.0)
    return tuple(_probit(edge * (2 * i / BINS - 1)) / width for i in range(1, BINS))


def _probit(share: float) -> float:
    """Return z with erf(z / sqrt 2) = share, by bisection."""
    low, high = -9.0, 9.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if erf(middle / sqrt(2)) < share else (low, middle)
    return low
