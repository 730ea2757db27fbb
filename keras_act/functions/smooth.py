"""Smooth relatives of the rectifier that grow with x: softplus and its kin, squareplus, sparse_plus."""

from typing import Any

from keras import ops

from keras_act.functions._check import at_least_zero, is_number, positive
from keras_act.functions._elementwise import elementwise
from keras_act.functions._numerics import log1p, logistic, negative_size
from keras_act.functions._registry import Tensor, public
from keras_act.functions.rectifiers import relu


@public
def softplus(x: Tensor, sharpness: float = 1.0) -> Tensor:
    """Smooth rectifier: `log(1 + exp(k x)) / k`, with the sharpness k.

    Derivative: `1 / (1 + exp(-k x))`, the logistic function; 1/2 at 0.
    Range: (0, inf), log(2) / k at 0. Shape: that of `x`, any. Keras has no sharpness.

    >>> [round(float(y), 4) for y in softplus([-1.0, 0.0, 2.0])]
    [0.3133, 0.6931, 2.1269]

    Raises:
        ValueError: `sharpness` is not a positive finite number.

    Source: Dugas et al., Incorporating second-order functional knowledge for better option pricing, NIPS 2000.
    """
    positive("sharpness", sharpness)
    return elementwise(_softplus, [_softplus_slope], x, sharpness, native="softplus")


@public
def squareplus(x: Tensor, b: Any = 4.0) -> Tensor:
    """Algebraic smooth rectifier: `(x + sqrt(x^2 + b)) / 2`.

    Derivative by `x`: `(1 + x / sqrt(x^2 + b)) / 2`, 1/2 at 0; by `b`: `1 / (4 sqrt(x^2 + b))`.
    With the number b = 0 it is the rectifier, derivative 0 at 0.
    Range: (0, inf), sqrt(b) / 2 at 0. Shape: that of `x`; `b` is a number or broadcasts to it.
    Unlike Keras's, it neither overflows (float16 past 255) nor cancels for negative `x`.

    >>> [round(float(y), 4) for y in squareplus([-1.0, 0.0, 2.0])]
    [0.618, 1.0, 2.4142]

    Raises:
        ValueError: `b` is a number that is negative or not finite.

    Source: Barron, Squareplus: a softplus-like algebraic rectifier, arXiv:2112.11687.
    """
    at_least_zero("b", b)
    if is_number(b) and b == 0:
        return relu(x)
    return elementwise(_squareplus, (_squareplus_slope, _squareplus_by_b), x, b)


@public
def sparse_plus(x: Tensor) -> Tensor:
    """Quadratic smooth rectifier: 0 up to -1, `(x + 1)^2 / 4` between, `x` from 1 on.

    Derivative: 0, `(x + 1) / 2`, 1; continuous, 1/2 at 0; NaN at NaN, 1 at inf (where Keras gives NaN).
    Range: [0, inf). Shape: that of `x`, any.

    >>> [float(y) for y in sparse_plus([-2.0, 0.0, 2.0])]
    [0.0, 0.25, 2.0]

    Source: the integral of the clipped line max(0, min(1, (x + 1) / 2)), the sparsemax analogue of softplus.
    """
    return elementwise(_sparse_plus, [lambda x: (_middle(x) + 1) * 0.5], x)


def _softplus(x: Tensor, k: float) -> Tensor:
    tail = log1p(ops.exp(k * negative_size(x)))
    return ops.where(x > 0, x, ops.zeros_like(x)) + (tail if k == 1 else tail / k)


def _softplus_slope(x: Tensor, k: float) -> Tensor:
    return logistic(k * x)


def _radius(x: Tensor, b: Any) -> tuple[Tensor, Tensor]:
    """(|x|, sqrt(x^2 + b)) without overflow, never 0."""
    size = -negative_size(x)
    huge = size > 1e18  # its square would overflow, and b no longer counts
    inner = ops.where(huge, ops.ones_like(x), size)
    radius = ops.where(huge, size, ops.sqrt(inner * inner + b))
    return size, radius if is_number(b) else ops.where(radius == 0, ops.full_like(radius, 1e-18), radius)


def _squareplus(x: Tensor, b: Any) -> Tensor:
    size, radius = _radius(x, b)
    return ops.where(x > 0, x, ops.zeros_like(x)) + 0.5 * b / (size + radius)


def _squareplus_slope(x: Tensor, b: Any) -> Tensor:
    size, radius = _radius(x, b)
    tail = 0.5 * b / radius / (size + radius)
    return ops.where(x >= 0, 1 - tail, tail)


def _squareplus_by_b(x: Tensor, b: Any) -> Tensor:
    return 0.25 / _radius(x, b)[1]


def _middle(x: Tensor) -> Tensor:
    """`x` clipped to [-1, 1]."""
    one = ops.ones_like(x)
    return ops.where(x >= 1, one, ops.where(x <= -1, -one, x))


def _sparse_plus(x: Tensor) -> Tensor:
    half = (_middle(x) + 1) * 0.5
    return ops.where(x >= 1, x, half * half)
