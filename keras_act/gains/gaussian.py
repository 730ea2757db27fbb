"""Integrals of x^n e^(cx) against a normal density, the bricks of every closed form, in plain double precision.

Each comes with the sum of the sizes of its terms, so that a caller sees how many digits cancellation has cost.
"""

import math
from typing import NamedTuple

EPSILON = 2.0**-52


class Sum(NamedTuple):
    """A value and the sum of the absolute values of what was added up to get it."""

    value: float
    size: float

    def times(self, factor: float) -> "Sum":
        """Both multiplied, the size by the absolute factor."""
        return Sum(self.value * factor, self.size * abs(factor))


def add(*parts: Sum) -> Sum:
    """The exactly rounded sum of the values, and the sum of the sizes."""
    return Sum(math.fsum(part.value for part in parts), math.fsum(part.size for part in parts))


def cdf(z: float) -> float:
    """Phi(z), the share of a standard normal below z, with full relative accuracy in the lower tail."""
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def exponential_moment(n: int, c: float, low: float, high: float, q: float) -> Sum:
    """Integral of x^n e^(cx) from low to high under N(0, q).

    Integration by parts lowers n: J(n) = q ((n - 1) J(n - 2) + c J(n - 1)) - q [x^(n-1) e^(cx) density].
    Raises OverflowError where e^(c^2 q / 2) leaves double precision.
    """
    if n == 0:
        return _exponential_mass(c, low, high, q)
    parts = [_edge(n - 1, c, low, q), _edge(n - 1, c, high, q).times(-1.0)]
    if n > 1:
        parts.append(exponential_moment(n - 2, c, low, high, q).times(n - 1.0))
    if c != 0.0:
        parts.append(exponential_moment(n - 1, c, low, high, q).times(c))
    return add(*parts).times(q)


def _exponential_mass(c: float, low: float, high: float, q: float) -> Sum:
    """Integral of e^(cx) from low to high: e^(c^2 q / 2) times a share of a shifted normal."""
    sigma = math.sqrt(q)
    a, b = low / sigma - c * sigma, high / sigma - c * sigma
    if a > 0.0:
        a, b = -b, -a  # differences of upper tails cancel, differences of lower tails do not
    factor = math.exp(0.5 * c * c * q)
    upper, lower = factor * cdf(b), factor * cdf(a)
    # the exponent itself is rounded: its error grows with its size
    return Sum(upper - lower, (upper + lower) * (1.0 + c * c * q))


def _edge(n: int, c: float, x: float, q: float) -> Sum:
    """x^n e^(cx) times the density of N(0, q) at x; 0 at infinity."""
    if math.isinf(x):
        return Sum(0.0, 0.0)
    value = x**n * math.exp(c * x - 0.5 * x * x / q) / math.sqrt(2.0 * math.pi * q)
    return Sum(value, abs(value) * (1.0 + 0.5 * x * x / q))
