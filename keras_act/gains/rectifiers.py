"""Shapes of ReLU and its relatives: all made of polynomials and exponentials, so all with closed forms.

Parameters are named as in keras_act.functions; where Keras has a function of the same name with more of them, these
are here too.
"""

import math
from dataclasses import replace

import numpy as np

from keras_act.functions._check import ordered, positive
from keras_act.gains.pieces import Piece
from keras_act.gains.quadrature import Array
from keras_act.gains.shape import Shape, polynomial_pieces

INF = math.inf
SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717


def linear() -> Shape:
    """x: no activation, and what a first kernel is fed by."""
    return replace(polynomial_pieces((-INF, (0.0, 1.0))), kinks=())


def relu(negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Shape:
    """max(x, 0), with all that Keras's ReLU can be told."""
    low = (-INF, (-negative_slope * threshold, negative_slope))
    if max_value is None:
        return polynomial_pieces(low, (threshold, (0.0, 1.0)))
    if max_value <= threshold:
        return polynomial_pieces(low, (threshold, (float(max_value),)))
    return polynomial_pieces(low, (threshold, (0.0, 1.0)), (float(max_value), (float(max_value),)))


def relu6() -> Shape:
    """min(max(x, 0), 6)."""
    return relu(max_value=6.0)


def clipped_relu(max_value: float = 6.0) -> Shape:
    """min(max(x, 0), max_value)."""
    return relu(max_value=max_value)


def leaky_relu(negative_slope: float = 0.2) -> Shape:
    """x, times negative_slope below 0."""
    return polynomial_pieces((-INF, (0.0, negative_slope)), (0.0, (0.0, 1.0)))


def prelu(alpha: float = 0.25) -> Shape:
    """Leaky ReLU with a learnt slope; 0.25 is where it starts."""
    return leaky_relu(alpha)


def rrelu(lower: float = 1 / 8, upper: float = 1 / 3) -> Shape:
    """Leaky ReLU with the mean slope, as at inference; drawing the slope adds (upper - lower)^2 / 24 to the power,
    0.0018 of 0.5.
    """
    ordered("lower", lower, "upper", upper)
    return leaky_relu((lower + upper) / 2)


def shifted_relu(a: float = 1.0) -> Shape:
    """max(x, -a)."""
    return polynomial_pieces((-INF, (-a,)), (-a, (0.0, 1.0)))


def relu_squared() -> Shape:
    """max(x, 0)^2."""
    return polynomial_pieces((-INF, ()), (0.0, (0.0, 0.0, 1.0)))


def star_relu(scale: float = 0.8944271909999159, bias: float = -0.4472135954999579) -> Shape:
    """scale max(x, 0)^2 + bias; the defaults give mean 0 and power 1 under N(0, 1)."""
    return polynomial_pieces((-INF, (bias,)), (0.0, (bias, 0.0, scale)))


def xielu(alpha_positive: float = 0.8, alpha_negative: float = 0.8, beta: float = 0.5) -> Shape:
    """alpha_positive x^2 + beta x above 0, alpha_negative (e^x - 1 - x) + beta x below."""

    def value(x: Array) -> Array:
        low = np.minimum(x, 0)
        return np.where(x > 0, (alpha_positive * x + beta) * x, alpha_negative * (np.expm1(low) - low) + beta * low)

    def slope(x: Array) -> Array:
        return np.where(x > 0, 2 * alpha_positive * x, alpha_negative * np.expm1(np.minimum(x, 0))) + beta

    low = {(0, 1.0): alpha_negative, (0, 0.0): -alpha_negative, (1, 0.0): beta - alpha_negative}
    high = {(2, 0.0): alpha_positive, (1, 0.0): beta}
    return Shape(value, slope, (0.0,), pieces=(Piece(-INF, 0.0, low), Piece(0.0, INF, high)))


def threshold(threshold: float = 0.0, default_value: float = 0.0) -> Shape:
    """x above the threshold, else default_value."""
    return polynomial_pieces((-INF, (default_value,)), (threshold, (0.0, 1.0)))


def elu(alpha: float = 1.0) -> Shape:
    """alpha (e^x - 1) below 0."""
    return _exponential_tail(1.0, alpha, 1.0)


def celu(alpha: float = 1.0) -> Shape:
    """alpha (e^(x / alpha) - 1) below 0."""
    positive("alpha", alpha)
    return _exponential_tail(1.0, alpha, alpha)


def selu() -> Shape:
    """ELU scaled so that N(0, 1) keeps mean 0 and power 1."""
    return _exponential_tail(SELU_SCALE, SELU_ALPHA, 1.0)


def _exponential_tail(scale: float, alpha: float, width: float) -> Shape:
    """scale x above 0, scale alpha (e^(x / width) - 1) below."""

    def value(x: Array) -> Array:
        return scale * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0) / width))

    def slope(x: Array) -> Array:
        return scale * np.where(x > 0, 1.0, alpha / width * np.exp(np.minimum(x, 0) / width))

    low = Piece(-INF, 0.0, {(0, 1.0 / width): scale * alpha, (0, 0.0): -scale * alpha})
    return Shape(value, slope, (0.0,), abs(width), pieces=(low, Piece(0.0, INF, {(1, 0.0): scale})))
