"""Expectations under N(0, q) by Gauss-Legendre quadrature on panels, in plain double precision; knows no activation
by name.

Gauss-Hermite quadrature stalls at 1e-2 ... 1e-3 for functions with a kink off 0 or a jump in f', whatever its order. So
the axis is cut at the kinks and into panels on which both the function and the density are smooth; 32 nodes per panel
then reach double precision. Where the kinks are unknown, panels are halved until two rules agree.
"""

import math
from collections.abc import Callable, Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from keras_act.gains.gaussian import EPSILON
from keras_act.gains.result import Moments

Array = NDArray[np.float64]
ValueAndSlope = Callable[[Array], tuple[Array, Array]]
REACH = 12.0  # standard deviations; the tail of x^2 beyond weighs 5e-31
LIMIT = 400_000  # evaluations after which the search for kinks ends


def panel_edges(q: float, kinks: Sequence[float], feature: float, periodic: bool) -> Array:
    """Cuts [-12 sigma, 12 sigma] at the kinks and into panels at most 2 sigma wide.

    Near 0 and the kinks a panel is at most twice `feature` wide (the scale on which the function bends); away from them
    smooth functions flatten out, and panels grow with the distance, unless the function is `periodic`.
    """
    sigma = math.sqrt(q)
    reach = REACH * sigma
    centres = sorted({0.0, *(kink for kink in kinks if abs(kink) < reach)})
    edges = {-reach, reach, *centres}
    for place, centre in enumerate(centres):
        low = -reach if place == 0 else (centres[place - 1] + centre) / 2
        high = reach if place == len(centres) - 1 else (centre + centres[place + 1]) / 2
        edges |= _walk(centre, high, 1.0, sigma, feature, periodic) | _walk(centre, low, -1.0, sigma, feature, periodic)
    return np.array(sorted(edges))


def _walk(start: float, stop: float, sign: float, sigma: float, feature: float, periodic: bool) -> set[float]:
    """Edges from `start` towards `stop`."""
    edges: set[float] = set()
    distance, whole = 0.0, abs(stop - start)
    while True:
        growth = 0.0 if periodic else 0.5 * distance
        distance += min(2.0 * sigma, max(2.0 * feature, growth))
        if distance >= whole:
            return edges | {stop}
        edges.add(start + sign * distance)


def fixed(function: ValueAndSlope, edges: Array, q: float) -> tuple[Moments, float]:
    """The moments over the panels, and by how much rules of 24 and 32 nodes disagree (relative to power, and so on)."""
    fine = _per_panel(function, edges[:-1], edges[1:], q, 32).sum(axis=1)
    rough = _per_panel(function, edges[:-1], edges[1:], q, 24).sum(axis=1)
    return Moments(*fine.tolist()), max(8 * EPSILON, _disagreement(np.abs(fine - rough), fine))


def adaptive(function: ValueAndSlope, q: float, tolerance: float) -> tuple[Moments, float]:
    """The moments of a function whose kinks are unknown, and the accuracy reached.

    Panels on which rules of 16 and 32 nodes disagree are halved, until all agree to `tolerance` or `LIMIT` evaluations
    are spent; what disagreement is left, is the accuracy.
    """
    edges = np.linspace(-REACH, REACH, 25) * math.sqrt(q)
    low, high = edges[:-1], edges[1:]
    total, doubt, spent = np.zeros(4), np.zeros(4), 0
    while low.size:
        fine = _per_panel(function, low, high, q, 32)
        gap = np.abs(fine - _per_panel(function, low, high, q, 16))
        spent += 48 * low.size
        scale = _scales(total + fine.sum(axis=1))
        narrow = (high - low) < 1e-13 * np.maximum(np.abs(low), np.abs(high)) + 1e-15 * math.sqrt(q)
        good = (gap <= 0.02 * tolerance * scale[:, None]).all(axis=0) | narrow | (spent >= LIMIT)
        total += fine[:, good].sum(axis=1)
        doubt += gap[:, good].sum(axis=1)
        low, high = low[~good], high[~good]
        middle = (low + high) / 2
        low, high = np.concatenate([low, middle]), np.concatenate([middle, high])
    return Moments(*total.tolist()), max(8 * EPSILON, _disagreement(doubt, total))


def _scales(moments: Array) -> Array:
    """What errors of mean, power, slope power and growth are relative to."""
    _, power, slope_power, _ = np.abs(moments)
    scales: Array = np.maximum(np.array([math.sqrt(power), power, slope_power, power]), np.finfo(np.float64).tiny)
    return scales


def _disagreement(gap: Array, moments: Array) -> float:
    return float((gap / _scales(moments)).max())


def _per_panel(function: ValueAndSlope, low: Array, high: Array, q: float, nodes: int) -> Array:
    """E f, E f^2, E f'^2 and E f^2 (x^2 / q - 1) / 2 by panel: shape (4, panels)."""
    points, weights = _rule(nodes)
    half = (high - low)[:, None] / 2
    x = (high + low)[:, None] / 2 + half * points
    density = half * weights * np.exp(-0.5 * x * x / q) / math.sqrt(2.0 * math.pi * q)
    value, slope = (part.reshape(x.shape) for part in function(x.ravel()))
    integrands = (value, value * value, slope * slope, value * value * (0.5 * x * x / q - 0.5))
    return np.stack([(density * integrand).sum(axis=1) for integrand in integrands])


@cache
def _rule(nodes: int) -> tuple[Array, Array]:
    points, weights = np.polynomial.legendre.leggauss(nodes)
    return points.astype(np.float64), weights.astype(np.float64)
