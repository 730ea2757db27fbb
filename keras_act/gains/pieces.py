"""Functions made of pieces sum of a x^n e^(cx), and their exact moments under N(0, q).

ReLU and all its piecewise-linear relatives, ELU, CELU, SELU and the squared ReLUs are of this kind: products and
derivatives of such pieces are again such pieces, so one integral serves them all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keras_act.gains.gaussian import EPSILON, Sum, add, exponential_moment
from keras_act.gains.result import Moments

Terms = dict[tuple[int, float], float]  # (n, c) -> a, for a x^n e^(cx)


@dataclass(frozen=True, slots=True)
class Piece:
    """f on [low, high]."""

    low: float
    high: float
    terms: Terms


def multiply(left: Terms, right: Terms) -> Terms:
    """The product of two sums of a x^n e^(cx)."""
    product: Terms = {}
    for (n, c), a in left.items():
        for (m, d), b in right.items():
            product[n + m, c + d] = product.get((n + m, c + d), 0.0) + a * b
    return product


def differentiate(terms: Terms) -> Terms:
    """The derivative with respect to x."""
    slope: Terms = {}
    for (n, c), a in terms.items():
        if n:
            slope[n - 1, c] = slope.get((n - 1, c), 0.0) + n * a
        if c:
            slope[n, c] = slope.get((n, c), 0.0) + c * a
    return slope


def exact_moments(pieces: Sequence[Piece], q: float) -> tuple[Moments, float]:
    """The moments and their accuracy. Raises OverflowError where an exponential leaves double precision."""
    stein: Terms = {(2, 0.0): 0.5 / q, (0, 0.0): -0.5}
    mean = _expect(pieces, q, lambda f: f)
    power = _expect(pieces, q, lambda f: multiply(f, f))
    slope_power = _expect(pieces, q, lambda f: multiply(differentiate(f), differentiate(f)))
    growth = _expect(pieces, q, lambda f: multiply(stein, multiply(f, f)))
    moments = Moments(mean.value, power.value, slope_power.value, growth.value)
    errors = [_relative(power, power.value), _relative(slope_power, slope_power.value)]
    errors += [_relative(growth, power.value), _relative(mean, max(power.value, 0.0) ** 0.5)]
    return moments, max(errors)


def _expect(pieces: Sequence[Piece], q: float, of: Callable[[Terms], Terms]) -> Sum:
    parts = [
        exponential_moment(n, c, piece.low, piece.high, q).times(a)
        for piece in pieces
        for (n, c), a in of(piece.terms).items()
    ]
    return add(*parts) if parts else Sum(0.0, 0.0)


def _relative(total: Sum, scale: float) -> float:
    if total.size == 0.0:
        return 0.0
    return 4 * EPSILON * total.size / scale if scale > 0.0 else float("inf")
