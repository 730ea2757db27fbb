"""The formulas of activations in NumPy, stable in float64: written from their definitions. A leaf; NumPy is handed in.

They are independent of keras_act, whose closed forms they check, and of Keras.
"""

from __future__ import annotations

from math import erf, erfc, sqrt
from typing import Any

Array = Any
"""A NumPy array; NumPy itself is not imported here."""

SELU_SCALE, SELU_ALPHA = 1.0507009873554804934193349852946, 1.6732632423543772848170429916717
TANH_SHRINK = (1 / 3, -2 / 15, 17 / 315, -62 / 2835, 1382 / 155925, -21844 / 6081075)
"""Coefficients of x^3, x^5 ... in x - tanh x."""


def relu(np: Any, x: Array, slope: float, ceiling: float, threshold: float) -> Array:
    """x above the threshold, up to the ceiling; slope (x - threshold) up to it."""
    return np.where(x > threshold, np.minimum(x, ceiling), slope * (np.minimum(x, threshold) - threshold))


def elu(np: Any, x: Array, above: float, depth: float, width: float) -> Array:
    """Slope `above` for positive x, depth (exp(x / width) - 1) for negative: ELU, CELU and SELU."""
    return np.where(x > 0, above * x, depth * np.expm1(np.minimum(x, 0) / width))


def sigmoid(np: Any, x: Array) -> Array:
    """1 / (1 + exp(-x))."""
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def softplus(np: Any, x: Array, sharpness: float = 1.0) -> Array:
    """log(1 + exp(k x)) / k."""
    return np.maximum(x, 0) + np.log1p(np.exp(-sharpness * np.abs(x))) / sharpness


def squareplus(np: Any, x: Array, b: float) -> Array:
    """(x + sqrt(x^2 + b)) / 2; the difference of two near numbers for negative x is avoided."""
    root = np.sqrt(x * x + b) + np.abs(x)
    return np.where(x >= 0, root / 2, b / 2 / np.where(root > 0, root, 1))


def sparse_plus(np: Any, x: Array) -> Array:
    """0 up to -1, (x + 1)^2 / 4 between, x from 1 on."""
    return np.where(x >= 1, x, (np.clip(x, -1, 1) + 1) ** 2 / 4)


def gelu(np: Any, x: Array) -> Array:
    """x Phi(x)."""
    return x * np.vectorize(lambda value: 0.5 * erfc(-value / sqrt(2)), otypes=[float])(x)


def gelu_tanh(np: Any, x: Array) -> Array:
    """x (1 + tanh(u)) / 2 = x sigmoid(2 u) with u = sqrt(2 / pi) (x + 0.044715 x^3)."""
    return x * sigmoid(np, 2 * sqrt(2 / np.pi) * (x + 0.044715 * x**3))


def swish(np: Any, x: Array, beta: float) -> Array:
    """x sigmoid(beta x)."""
    return x * sigmoid(np, beta * x)


def mish(np: Any, x: Array) -> Array:
    """x tanh(log(1 + exp(x))) = x n (n + 2) / (n (n + 2) + 2) with n = exp(x)."""
    n = np.exp(np.minimum(x, 20))
    return np.where(x > 20, x, x * (n * (n + 2) / (n * (n + 2) + 2)))


def telu(np: Any, x: Array) -> Array:
    """x tanh(exp(x))."""
    return x * np.tanh(np.exp(np.minimum(x, 20)))


def tanh_shrink(np: Any, x: Array) -> Array:
    """x - tanh(x), by its series near 0."""
    small = np.where(np.abs(x) < 0.1, x, 0)
    series = sum(c * small ** (2 * i + 3) for i, c in enumerate(TANH_SHRINK))
    return np.where(np.abs(x) < 0.1, series, x - np.tanh(x))


def hard_shrink(np: Any, x: Array, lower: float, upper: float) -> Array:
    """0 inside [lower, upper], x outside."""
    return np.where((x < lower) | (x > upper), x, 0)


def soft_shrink(np: Any, x: Array, lower: float, upper: float) -> Array:
    """0 inside [lower, upper], the distance to it outside."""
    return np.maximum(x - upper, 0) + np.minimum(x - lower, 0)


def snake(np: Any, x: Array, frequency: float) -> Array:
    """x + sin(a x)^2 / a; x for a = 0."""
    return x + np.sin(frequency * x) ** 2 / frequency if frequency else x + 0.0


def acon_c(np: Any, x: Array, p1: float, p2: float, beta: float) -> Array:
    """d x sigmoid(beta d x) + p2 x with d = p1 - p2."""
    return swish(np, (p1 - p2) * x, beta) + p2 * x


def smu(np: Any, x: Array, alpha: float, mu: float) -> Array:
    """((1 + alpha) x + (1 - alpha) x erf(mu (1 - alpha) x)) / 2."""
    curve = np.vectorize(erf, otypes=[float])(mu * (1 - alpha) * x)
    return ((1 + alpha) * x + (1 - alpha) * x * curve) / 2


def xielu(np: Any, x: Array, upper: float, lower: float, beta: float) -> Array:
    """upper x^2 + beta x above 0, lower (exp(x) - 1 - x) + beta x below."""
    below = np.minimum(x, 0)
    return np.where(x > 0, upper * x * x, lower * (np.expm1(below) - below)) + beta * x
