"""Shapes of sigmoids, tanh, their piecewise-linear forms, and the shrinking functions."""

import math

import numpy as np

from keras_act.functions._check import ordered, positive
from keras_act.gains.quadrature import Array
from keras_act.gains.shape import Shape, polynomial_pieces

INF = math.inf


def logistic(x: Array) -> Array:
    """1 / (1 + e^-x) without overflow and with full relative accuracy on both sides."""
    small = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def sigmoid() -> Shape:
    """1 / (1 + e^-x)."""
    return Shape(logistic, lambda x: logistic(x) * logistic(-x))


def tanh() -> Shape:
    """The hyperbolic tangent."""
    return Shape(lambda x: np.tanh(x), lambda x: np.cosh(np.minimum(np.abs(x), 300.0)) ** -2)


def dyt(alpha: float = 0.5, gamma: float = 1.0, beta: float = 0.0) -> Shape:
    """gamma tanh(alpha x) + beta."""
    return Shape(
        lambda x: gamma * np.tanh(alpha * x) + beta,
        lambda x: gamma * alpha * np.cosh(np.minimum(np.abs(alpha * x), 300.0)) ** -2,
        feature=1.0 / max(abs(alpha), 1e-300),
    )


def softsign() -> Shape:
    """x / (1 + |x|)."""
    return Shape(lambda x: x / (1 + np.abs(x)), lambda x: (1 + np.abs(x)) ** -2, (0.0,))


def hard_sigmoid(slope: float = 1 / 6, offset: float = 0.5) -> Shape:
    """slope x + offset, held within [0, 1]."""
    positive("slope", slope)
    return polynomial_pieces((-INF, ()), (-offset / slope, (offset, slope)), ((1 - offset) / slope, (1.0,)))


def sparse_sigmoid() -> Shape:
    """(x + 1) / 2, held within [0, 1]."""
    return hard_sigmoid(0.5, 0.5)


def hard_tanh(min_value: float = -1.0, max_value: float = 1.0) -> Shape:
    """x, held within [min_value, max_value]."""
    ordered("min_value", min_value, "max_value", max_value)
    return polynomial_pieces((-INF, (min_value,)), (min_value, (0.0, 1.0)), (max_value, (max_value,)))


def hard_shrink(lower: float = -0.5, upper: float = 0.5) -> Shape:
    """0 inside [lower, upper], x outside: it jumps at both ends."""
    ordered("lower", lower, "upper", upper)
    return polynomial_pieces((-INF, (0.0, 1.0)), (lower, ()), (upper, (0.0, 1.0)))


def soft_shrink(lower: float = -0.5, upper: float = 0.5) -> Shape:
    """0 inside [lower, upper], x less the nearer end outside."""
    ordered("lower", lower, "upper", upper)
    return polynomial_pieces((-INF, (-lower, 1.0)), (lower, ()), (upper, (-upper, 1.0)))


def tanh_shrink() -> Shape:
    """x - tanh x."""
    series = (1 / 3, -2 / 15, 17 / 315, -62 / 2835, 1382 / 155925, -21844 / 6081075)

    def value(x: Array) -> Array:
        near = np.polynomial.polynomial.polyval(np.minimum(x * x, 0.01), np.array(series)) * x**3
        return np.where(np.abs(x) < 0.1, near, x - np.tanh(x))

    return Shape(value, lambda x: np.tanh(x) ** 2)
