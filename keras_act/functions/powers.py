"""Squared rectifiers and xIELU, whose positive half is quadratic."""

import math
from typing import Any

import keras
from keras import ops

from keras_act.functions._check import finite
from keras_act.functions._elementwise import elementwise
from keras_act.functions._registry import Tensor, public


@public
def relu_squared(x: Tensor) -> Tensor:
    """Squared rectifier: `max(x, 0)^2`.

    Derivative: `2 max(x, 0)`, so 0 at 0; NaN at NaN. Smooth once.
    Range: [0, inf); the square overflows past 255 in float16. Shape: that of `x`, any.

    >>> [float(y) for y in relu_squared([-1.0, 0.0, 3.0])]
    [0.0, 0.0, 9.0]

    Source: So et al., Primer: searching for efficient transformers, arXiv:2109.08668.
    """
    return elementwise(_square, [_square_slope], x)


@public
def star_relu(x: Tensor, scale: Any = 0.8944271909999159, bias: Any = -0.4472135954999579) -> Tensor:
    """Scaled and shifted squared rectifier: `scale * max(x, 0)^2 + bias`.

    Derivative by `x`: `2 scale max(x, 0)`, so 0 at 0; by `scale`: `max(x, 0)^2`; by `bias`: 1. NaN at NaN.
    Range: [bias, inf) for scale > 0. Shape: that of `x`; `scale` and `bias` are numbers or broadcast to it.
    The defaults, 2 / sqrt(5) and -1 / sqrt(5), give mean 0 and variance 1 for standard normal input.

    >>> [round(float(y), 4) for y in star_relu([-1.0, 0.0, 2.0])]
    [-0.4472, -0.4472, 3.1305]

    Raises:
        ValueError: `scale` or `bias` is a number that is not finite.

    Source: Yu et al., MetaFormer baselines for vision, arXiv:2210.13452.
    """
    finite("scale", scale)
    finite("bias", bias)
    return elementwise(_star, _star_slopes, x, scale, bias)


@public
def xielu(x: Tensor, alpha_positive: Any = 0.8, alpha_negative: Any = 0.8, beta: float = 0.5) -> Tensor:
    """Expanded integral of the ELU: `p x^2 + beta x` above 0, `n (exp(x) - 1 - x) + beta x` below.

    p is `alpha_positive`, n is `alpha_negative`. Derivative by `x`: `2 p x + beta` above 0, `n (exp(x) - 1) + beta`
    below, beta at 0; by p: `x^2` above 0; by n: `exp(x) - 1 - x` below. NaN at NaN.
    Range: for alpha_negative > beta, from a small negative number (-0.1015 by default) to inf.
    Shape: that of `x`; the alphas are numbers or broadcast to it.

    >>> [round(float(y), 4) for y in xielu([-1.0, 0.0, 1.0])]
    [-0.2057, 0.0, 1.3]

    Raises:
        ValueError: a hyper-parameter is a number that is not finite.

    Source: Huang and Schlag, Deriving activation functions using integration, arXiv:2411.13010.
    """
    for name, value in (("alpha_positive", alpha_positive), ("alpha_negative", alpha_negative), ("beta", beta)):
        finite(name, value)
    return elementwise(_xielu, _xielu_slopes, x, alpha_positive, alpha_negative, beta)


def _square(x: Tensor) -> Tensor:
    positive_part = ops.relu(x)
    return positive_part * positive_part


def _square_slope(x: Tensor) -> Tensor:
    return 2 * ops.relu(x)


def _star(x: Tensor, scale: Any, bias: Any) -> Tensor:
    positive_part = ops.relu(x)
    return scale * positive_part * positive_part + bias


_star_slopes = (
    lambda x, scale, bias: 2 * scale * ops.relu(x),
    lambda x, scale, bias: _square(x),
    lambda x, scale, bias: ops.ones_like(x),
)


def _below(x: Tensor) -> Tensor:
    """`x` with everything above 0 replaced by 0, so that the untaken branch cannot overflow."""
    return ops.where(x > 0, ops.zeros_like(x), x)


def _xielu(x: Tensor, above: Any, below: Any, beta: float) -> Tensor:
    low = _below(x)
    far = below * (ops.exp(low) - 1) + (beta - below) * low  # has a limit at -inf
    near = (below * _bend(low) + beta) * low
    return ops.where(x > 0, (above * x + beta) * x, ops.where(low < -1, far, near))


def _bend(x: Tensor) -> Tensor:
    """(exp(x) - 1 - x) / x for -1 <= x <= 0, by its series."""
    terms = 18 if keras.backend.standardize_dtype(x.dtype) == "float64" else 10
    x = ops.clip(x, -1.0, 1.0)
    total = x / math.factorial(terms)
    for k in range(terms - 1, 1, -1):
        total = (total + 1 / math.factorial(k)) * x
    return total


def _xielu_slope(x: Tensor, above: Any, below: Any, beta: float) -> Tensor:
    return ops.where(x > 0, 2 * above * x, below * ops.expm1(_below(x))) + beta


_xielu_slopes = (
    _xielu_slope,
    lambda x, above, below, beta: _square(x),
    lambda x, above, below, beta: ops.expm1(_below(x)) - _below(x),
    lambda x, above, below, beta: x,
)
