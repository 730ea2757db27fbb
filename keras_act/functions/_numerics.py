"""Pieces of formulas that stay exact at the ends of the number range; NaN passes through all of them.

Each is written so that automatic differentiation of it is right too, at zero included: second derivatives need that.
"""

import math
from typing import Any

import keras
from keras import ops

from keras_act.functions._check import is_number
from keras_act.functions._elementwise import with_gradient
from keras_act.functions._registry import Tensor

FAR = -40.0  # from here down exp(x) counts only where it is multiplied by something
SHIFT = 32.0
NEAR = 0.625  # the |x| below which x - tanh(x) is its series


def _series() -> list[float]:
    """c with x - tanh(x) = c0 x^3 + c1 x^5 + ..., from tanh' = 1 - tanh^2."""
    tanh_terms = [1.0]
    for k in range(1, 22):
        product = sum(tanh_terms[i] * tanh_terms[k - 1 - i] for i in range(k))
        tanh_terms.append(-product / (2 * k + 1))
    return [-c for c in tanh_terms[1:]]


SERIES = _series()
# the same with fewer terms for float32, fitted to 5e-9 where |x| < NEAR
SHORT_SERIES = [0.3333333317, -0.1333330345, 0.05395923261, -0.02176869521, 0.008343203648, -0.002291895021]

TANH_NEAR = 0.55
# x - tanh(x) over x^3 as a polynomial of x^2 where |x| < TANH_NEAR, fitted to 4e-8 of tanh(x)
TANH_SERIES = [0.3333294664, -0.1332072519, 0.05267182049, -0.01643759183]


def times(x: Tensor, weight: Tensor) -> Tensor:
    """`x * weight`, where a weight of 0 wins over an infinite `x`: the limit of what decays faster than `x` grows."""
    return ops.where(weight == 0, ops.zeros_like(weight), x * weight)


def scaled(x: Tensor, factor: Any) -> Tensor:
    """`factor * x`, where a factor of 0, number or tensor, wins over an infinite `x`."""
    if is_number(factor):
        return factor * x if factor else ops.where(x == x, ops.zeros_like(x), x)
    return times(x, factor * ops.ones_like(x))


def indicator(x: Tensor, holds: Tensor) -> Tensor:
    """1 where the condition `holds`, else 0, NaN at NaN.

    By one choice: of a choice within a choice XLA makes branches, which take longer than memory does.
    """
    return ops.where(x == x, ops.cast(holds, x.dtype), x)


def negative_size(x: Tensor) -> Tensor:
    """-|x|, differentiated at 0 as if 0 were positive."""
    return ops.where(x >= 0, -x, x)


def is_double(x: Tensor) -> bool:
    """Whether `x` is float64."""
    return bool(keras.backend.standardize_dtype(x.dtype) == "float64")


def whole(x: Tensor) -> Tensor:
    """The whole part, a constant when differentiated, in x's dtype (floor gives float32 too)."""
    return ops.stop_gradient(ops.cast(ops.floor(x), x.dtype))


def bounded(x: Tensor) -> Tensor:
    """`x` clipped to where exp(x), even if multiplied by `x`, is neither 0 nor needlessly large."""
    return ops.clip(x, *((-800.0, 60.0) if is_double(x) else (-150.0, 30.0)))


def exponential(x: Tensor) -> tuple[Tensor, Tensor]:
    """(e, c) with e * c = exp(x), `x` as `bounded`: c is 1, but less far below 0, where exp(x) itself would underflow.

    Multiply by c last. One exponential, used once: compilers then keep the whole formula in one loop.
    """
    far = x < FAR
    e = ops.exp(ops.where(far, x + SHIFT, x))
    return e, ops.where(far, ops.full_like(x, math.exp(-SHIFT)), ops.ones_like(x))


def logistic(x: Tensor) -> Tensor:
    """1 / (1 + exp(-x)), exact in the far tail."""
    e = ops.exp(bounded(x))
    return e / (1 + e)


def logistic_slope(x: Tensor) -> Tensor:
    """Derivative of `logistic`; at -|x| nothing cancels."""
    gate = ops.sigmoid(-ops.abs(x))
    return gate * (1 - gate)


def gated(x: Tensor, z: Tensor) -> Tensor:
    """`x * logistic(z)`, 0 where the gate is closed even for an infinite `x`."""
    e, c = exponential(bounded(z))
    return shut(x, z) * (e / (1 + e * c)) * c


def shut(x: Tensor, z: Tensor) -> Tensor:
    """`x`, but 0 where exp(z) is 0 even if multiplied by any finite `x`."""
    return ops.where(z < -1000, ops.zeros_like(x), x)


def gated_slope(z: Tensor, rate: Tensor) -> Tensor:
    """Derivative of `x * logistic(z)` by `x`, where `rate` is x dz / dx, both finite."""
    e, c = exponential(bounded(z))
    closed = 1 / (1 + e * c)
    return (1 + rate * closed) * e * closed * c


def sech2(x: Tensor) -> Tensor:
    """1 / cosh(x)^2, the derivative of tanh, without the cancellation of 1 - tanh(x)^2.

    With its own derivative: that of the quotient is not a number where the exponential is infinite.
    """
    return with_gradient(_sech2, lambda upstream, x: -2 * upstream * quick_tanh(x) * sech2(x), x)


def _sech2(x: Tensor) -> Tensor:
    rest = 4 / (1 + ops.exp(2 * ops.abs(x)))
    return rest * (1 - 0.25 * rest)


def log1p(n: Tensor) -> Tensor:
    """log(1 + n) for n in [0, 1]: the logarithm of the rounded sum, plus what rounding lost.

    Cheaper than the library's. The clip changes nothing: it keeps compilers from simplifying 1 + n - 1 to n.
    The last factor is nearly 1 / total.
    """
    total = ops.clip(1 + n, 1.0, 4.0)
    return ops.log(total) + (n - (total - 1)) * (1.5 - 0.5 * total)


def quick_tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent to some 6 ulp, as fast as Keras's; float64 by expm1: Keras on JAX computes that in float32."""
    if not is_double(x):
        return ops.tanh(x)
    falling = ops.expm1(2 * negative_size(x))
    return ops.where(x >= 0, -falling, falling) / (2 + falling)


def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent to 3 ulp. TensorFlow's and JAX's own are 5 to 6 off; PyTorch's is right, and one pass."""
    if is_double(x) or keras.backend.backend() == "torch":
        return quick_tanh(x)
    near = ops.clip(x, -1.0, 1.0)
    square = near * near
    total = TANH_SERIES[-1] * square
    for coefficient in TANH_SERIES[-2:0:-1]:
        total = (total + coefficient) * square
    far = 1 - 2 / (1 + ops.exp(ops.minimum(2 * x, ops.full_like(x, 30.0))))
    return ops.where(square < TANH_NEAR**2, near - (total + TANH_SERIES[0]) * square * near, far)


def tanh_bend(x: Tensor) -> tuple[Tensor, Tensor]:
    """(x^2 up to 1, x - tanh(x) where |x| < NEAR), by its series."""
    square = ops.clip(x * x, 0.0, 1.0)
    total = ops.zeros_like(x)
    for coefficient in (SERIES if is_double(x) else SHORT_SERIES)[::-1]:
        total = total * square + coefficient
    return square, total * square * x
