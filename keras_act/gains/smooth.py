"""Shapes of the smooth rectifiers: GELU, SiLU, softplus, Mish and their kin. Few have closed forms."""

import math

import numpy as np

from keras_act.functions._check import at_least_zero, positive
from keras_act.gains import smooth_closed
from keras_act.gains.bounded import logistic
from keras_act.gains.quadrature import Array
from keras_act.gains.shape import Shape, polynomial_pieces

INF = math.inf


def erfc(x: Array) -> Array:
    """The complementary error function; NumPy has none."""
    return np.array([math.erfc(value) for value in x.ravel()]).reshape(x.shape)


def gelu(approximate: bool = False) -> Shape:
    """x Phi(x), or its approximation by tanh."""
    if approximate:
        return _gelu_tanh()

    def value(x: Array) -> Array:
        return 0.5 * x * erfc(-x / math.sqrt(2.0))

    def slope(x: Array) -> Array:
        return 0.5 * erfc(-x / math.sqrt(2.0)) + x * np.exp(-0.5 * x * x) / math.sqrt(2 * math.pi)

    return Shape(value, slope, closed=smooth_closed.gelu)


def _gelu_tanh() -> Shape:
    root = math.sqrt(2 / math.pi)

    def inner(x: Array) -> Array:
        return root * (x + 0.044715 * x**3)

    def slope(x: Array) -> Array:
        s = logistic(2 * inner(x))
        return s + x * 2 * s * (1 - s) * root * (1 + 3 * 0.044715 * x * x)

    return Shape(lambda x: x * logistic(2 * inner(x)), slope, feature=0.5)


def swish(beta: float = 1.0) -> Shape:
    """x sigmoid(beta x)."""

    def slope(x: Array) -> Array:
        s = logistic(beta * x)
        return s + beta * x * s * logistic(-beta * x)

    return Shape(lambda x: x * logistic(beta * x), slope, feature=1.0 / max(abs(beta), 1e-300))


def silu() -> Shape:
    """x sigmoid(x)."""
    return swish(1.0)


def hard_silu() -> Shape:
    """x times the hard sigmoid (hard Swish)."""
    return polynomial_pieces((-INF, ()), (-3.0, (0.0, 0.5, 1 / 6)), (3.0, (0.0, 1.0)))


def softplus(sharpness: float = 1.0) -> Shape:
    """log(1 + e^(kx)) / k, with k the sharpness."""
    positive("sharpness", sharpness)
    k = sharpness
    return Shape(lambda x: np.logaddexp(0.0, k * x) / k, lambda x: logistic(k * x), feature=1.0 / k)


def log_sigmoid() -> Shape:
    """-softplus(-x)."""
    return Shape(lambda x: -np.logaddexp(0.0, -x), lambda x: logistic(-x))


def sparse_plus() -> Shape:
    """0, (x + 1)^2 / 4, x: the softplus made of a parabola."""
    return polynomial_pieces((-INF, ()), (-1.0, (0.25, 0.5, 0.25)), (1.0, (0.0, 1.0)))


def mish() -> Shape:
    """x tanh(softplus(x))."""

    def slope(x: Array) -> Array:
        t = np.tanh(np.logaddexp(0.0, x))
        result: Array = t + x * logistic(x) * (1 - t) * (1 + t)
        return result

    return Shape(lambda x: x * np.tanh(np.logaddexp(0.0, x)), slope)


def telu() -> Shape:
    """x tanh(e^x)."""

    def slope(x: Array) -> Array:
        power = np.exp(np.minimum(x, 5.0))  # beyond, tanh is 1 to the last digit
        result: Array = np.tanh(power) + x * power * np.cosh(power) ** -2
        return result

    return Shape(lambda x: x * np.tanh(np.exp(np.minimum(x, 5.0))), slope, feature=0.5)


def squareplus(b: float = 4.0) -> Shape:
    """(x + sqrt(x^2 + b)) / 2."""
    at_least_zero("b", b)
    if b == 0:
        return polynomial_pieces((-INF, ()), (0.0, (0.0, 1.0)))

    def value(x: Array) -> Array:
        r = np.sqrt(x * x + b)
        return np.where(x >= 0, 0.5 * (x + r), 0.5 * b / (r + np.abs(x)))

    return Shape(value, lambda x: value(x) / np.sqrt(x * x + b), feature=0.5 * math.sqrt(b))


def lisht() -> Shape:
    """x tanh(x)."""
    return Shape(lambda x: x * np.tanh(x), lambda x: np.tanh(x) + x * np.cosh(np.minimum(np.abs(x), 300.0)) ** -2)


def snake(frequency: float = 1.0) -> Shape:
    """x + sin(ax)^2 / a."""
    positive("frequency", frequency)
    a = frequency
    return Shape(
        lambda x: x + np.sin(a * x) ** 2 / a,
        lambda x: 1 + np.sin(2 * a * x),
        feature=0.5 / a,
        periodic=True,
        closed=lambda q: smooth_closed.snake(q, a),
    )


def acon_c(p1: float = 1.0, p2: float = 0.0, beta: float = 1.0) -> Shape:
    """(p1 - p2) x sigmoid(beta (p1 - p2) x) + p2 x."""
    gate = swish(beta * (p1 - p2))
    return Shape(
        lambda x: (p1 - p2) * gate.value(x) + p2 * x,
        lambda x: (p1 - p2) * gate.slope(x) + p2,
        feature=gate.feature,
    )


def smu(alpha: float = 0.25, mu: float = 1.0) -> Shape:
    """((1 + alpha) x + (1 - alpha) x erf(mu (1 - alpha) x)) / 2."""
    k = mu * (1 - alpha)

    def slope(x: Array) -> Array:
        bump = 2 * k / math.sqrt(math.pi) * np.exp(-((k * x) ** 2))
        result: Array = 0.5 * (1 + alpha) + 0.5 * (1 - alpha) * (1 - erfc(k * x) + x * bump)
        return result

    return Shape(
        lambda x: 0.5 * x * (1 + alpha + (1 - alpha) * (1 - erfc(k * x))),
        slope,
        feature=0.5 / max(abs(k), 1e-300),
    )
