"""Moments of an activation under normal input, by Gauss-Legendre panels that are split where the function has a kink.

Gauss-Hermite stalls at 1e-2 for kinks off zero; panels between kinks reach 1e-13. Knows formulas, no models.
"""

from __future__ import annotations

from functools import lru_cache
from math import asin, pi, sqrt
from typing import TYPE_CHECKING, NamedTuple

from linter.activations import Facts

if TYPE_CHECKING:
    import numpy as np

NODES = 32
REACH = 12.0
"""The tail of x^2 beyond is 5e-31."""
GRADES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Where a smooth activation bends, in units of its input: panels end there, however wide the normal is."""


class Moments(NamedTuple):
    """Of f(x), x normal: E f, E f^2, E f^4, E f'^2, and the slope d log E f^2 / d log variance."""

    mean: float
    second: float
    fourth: float
    derivative: float
    slope: float


@lru_cache(maxsize=4096)
def moments(known: Facts, mean: float = 0.0, variance: float = 1.0) -> Moments:
    """Return the moments of an elementwise activation under N(mean, variance);
    relative error 1e-12 for smooth pieces.
    """
    import numpy as np

    if variance <= 0:
        return _at(known, mean)
    sigma = sqrt(variance)
    z, weight, edges = _panels(known, mean, sigma)
    values = known.formula(np, mean + sigma * z, {}).astype(np.float64)
    slopes = _derivative(values, edges) / sigma
    weight = weight * np.exp(-z * z / 2) / sqrt(2 * pi)
    second = float(weight @ values**2)
    # d E f^2 / d log v = sigma E[z f f'], whatever the mean
    bend = float(weight @ (z * values * slopes)) * sigma
    return Moments(
        float(weight @ values),
        second,
        float(weight @ values**4),
        float(weight @ slopes**2),
        bend / second if second > 0 else 1.0,
    )


def _at(known: Facts, point: float) -> Moments:
    """The limit of no variance: the value at a point."""
    import numpy as np

    value = float(known.formula(np, np.array([point]), {})[0])
    return Moments(value, value**2, value**4, 0.0, 1.0)


def _panels(known: Facts, mean: float, sigma: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return nodes and weights in standard units, and the panels' edges."""
    import numpy as np

    bends = [sign * grade for grade in GRADES for sign in (-1, 1)]
    places = [(place - mean) / sigma for place in (0.0, *known.kinks, *bends)]
    marks = sorted({-REACH, REACH, *(place for place in places if abs(place) < REACH)})
    edges = [marks[0]]
    for mark in marks[1:]:
        width = mark - edges[-1]
        if width < 1e-9:
            continue
        count = max(1, int(width / 2 + 0.999))
        start = edges[-1]
        edges += [start + width * i / count for i in range(1, count + 1)]
    ends = np.array(edges)
    nodes, weights, _ = rule()
    half, middle = np.diff(ends) / 2, (ends[:-1] + ends[1:]) / 2
    return (middle[:, None] + half[:, None] * nodes).ravel(), (half[:, None] * weights).ravel(), ends


def _derivative(values: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Return the derivative of the polynomials through the values on each panel: spectral, no difference quotients."""
    import numpy as np

    _, _, matrix = rule()
    half = np.diff(edges) / 2
    result: np.ndarray = ((values.reshape(-1, NODES) @ matrix.T) / half[:, None]).ravel()
    return result


@lru_cache(maxsize=1)
def rule() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return Gauss-Legendre nodes and weights on [-1, 1] and the matrix that differentiates through the nodes."""
    import numpy as np

    x = np.cos(pi * (np.arange(1, NODES + 1) - 0.25) / (NODES + 0.5))[::-1]
    for _ in range(6):
        value, slope = _legendre(x)
        x = x - value / slope
    _, slope = _legendre(x)
    gaps = x[:, None] - x[None, :] + np.eye(NODES)
    logs, signs = np.log(np.abs(gaps)).sum(axis=1), np.sign(gaps).prod(axis=1)
    ratio = np.exp(logs[:, None] - logs[None, :]) * signs[:, None] * signs[None, :]
    matrix = ratio / gaps
    np.fill_diagonal(matrix, 0.0)
    np.fill_diagonal(matrix, -matrix.sum(axis=1))
    return x, 2 / ((1 - x * x) * slope**2), matrix


def _legendre(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the Legendre polynomial of degree NODES and its derivative."""
    before, value = x * 0 + 1, x
    for n in range(2, NODES + 1):
        before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
    return value, NODES * (x * value - before) / (x * x - 1)


class Pair(NamedTuple):
    """Of two normal inputs that share a part of their variance: E f(x) f(y) and E f(x)^2 f(y)^2."""

    product: float
    squares: float


@lru_cache(maxsize=4096)
def pair(known: Facts, mean: float, variance: float, shared: float) -> Pair:
    """Return what f makes of two inputs N(mean, variance) with covariance `shared`;
    a relative error of 1e-3 is enough here.
    """
    import numpy as np

    shared = min(max(shared, 0.0), variance)
    outer, weights = _normal(48)
    inner, inner_weights = _normal(192)
    x = mean + sqrt(shared) * outer[:, None] + sqrt(variance - shared) * inner[None, :]
    values = known.formula(np, x, {})
    first, squares = values @ inner_weights, values**2 @ inner_weights
    return Pair(float(weights @ first**2), float(weights @ squares**2))


def rectified(slope: float, variance: float) -> Moments:
    """`moments` in closed form for the leaky rectifier of this slope, and zero mean."""
    half = (1 + slope**2) / 2
    return Moments(
        (1 - slope) * sqrt(variance / (2 * pi)), half * variance, 1.5 * (1 + slope**4) * variance**2, half, 1.0
    )


def rectified_pair(slope: float, variance: float, shared: float) -> Pair:
    """`pair` in closed form for the leaky rectifier of this slope, and zero mean."""
    if variance <= 0:
        return Pair(0.0, 0.0)
    c = min(max(shared / variance, 0.0), 1.0)
    root, angle = sqrt(1 - c * c), asin(c)
    product = (1 + slope) ** 2 / 4 * c + (1 - slope) ** 2 / (2 * pi) * (root + c * angle)
    signed = 2 / pi * ((1 + 2 * c * c) * angle + 3 * c * root)
    squares = ((1 + slope**2) / 2) ** 2 * (1 + 2 * c * c) + ((1 - slope**2) / 2) ** 2 * signed
    return Pair(variance * product, variance**2 * squares)


def largest(known: Facts, mean: float, variance: float, shared: float, count: int) -> tuple[float, float, float, float]:
    """Return E g, E g^2, E g^4 and E g g' of the greatest of `count` values of a growing f whose inputs share a
    part.
    """
    import numpy as np

    shared = min(max(shared, 0.0), variance)
    outer, weights = _normal(48)
    inner, inner_weights = _normal(400)
    from math import erfc

    below = np.array([0.5 * erfc(-value / sqrt(2)) for value in inner])
    density = count * inner_weights * below ** (count - 1)
    x = mean + sqrt(shared) * outer[:, None] + sqrt(variance - shared) * inner[None, :]
    values = known.formula(np, x, {})
    first = values @ density
    return (
        float(weights @ first),
        float(weights @ (values**2 @ density)),
        float(weights @ (values**4 @ density)),
        float(weights @ first**2),
    )


@lru_cache(maxsize=8)
def _normal(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return evenly spaced nodes on [-7,
    7] (the trapezoid rule is exact beyond need for a normal) and normal weights.
    """
    import numpy as np

    nodes = np.linspace(-7, 7, count + 1 - count % 2)
    weights = np.exp(-nodes * nodes / 2)
    return nodes, weights / weights.sum()


def spread(count: int = 5) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return nodes and weights for the mean over a standard normal of something smooth."""
    assert count == 5
    nodes = (-2.8569700138728056, -1.3556261799742659, 0.0, 1.3556261799742659, 2.8569700138728056)
    weights = (0.011257411327720689, 0.22207592200561264, 0.5333333333333333, 0.22207592200561264, 0.011257411327720689)
    return nodes, weights
