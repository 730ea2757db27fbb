"""Shrinkage functions: small inputs become 0, large ones stay or move towards 0."""

import math

from keras import ops

from keras_act.functions._check import ordered
from keras_act.functions._elementwise import elementwise
from keras_act.functions._numerics import tanh
from keras_act.functions._registry import Tensor, public


@public
def hard_shrink(x: Tensor, lower: float = -0.5, upper: float = 0.5) -> Tensor:
    """Hard threshold: 0 inside [lower, upper], `x` outside.

    Derivative: 0 inside and at both ends, 1 outside; NaN at NaN. Discontinuous at the ends.
    Range: the reals without the ends' inside. Shape: that of `x`, any. Keras has one symmetric threshold.

    >>> [float(y) for y in hard_shrink([-1.0, 0.25, 2.0])]
    [-1.0, 0.0, 2.0]

    Raises:
        ValueError: `lower > upper`, or one of them is not finite.

    Source: Donoho and Johnstone, Ideal spatial adaptation by wavelet shrinkage, 1994.
    """
    ordered("lower", lower, "upper", upper)
    return elementwise(_hard, [_outside], x, lower, upper)


@public
def soft_shrink(x: Tensor, lower: float = -0.5, upper: float = 0.5) -> Tensor:
    """Soft threshold: 0 inside [lower, upper], `x - upper` above, `x - lower` below.

    Derivative: 0 inside and at both ends, 1 outside; NaN at NaN.
    Range: the reals. Shape: that of `x`, any. Keras has one symmetric threshold.

    >>> [float(y) for y in soft_shrink([-1.0, 0.25, 2.0])]
    [-0.5, 0.0, 1.5]

    Raises:
        ValueError: `lower > upper`, or one of them is not finite.

    Source: Donoho, De-noising by soft-thresholding, 1995.
    """
    ordered("lower", lower, "upper", upper)
    return elementwise(_soft, [_outside], x, lower, upper)


@public
def tanh_shrink(x: Tensor) -> Tensor:
    """`x - tanh(x)`.

    Derivative: `tanh(x)^2`; 0 at 0.
    Range: the reals. Shape: that of `x`, any.
    Keeps its digits near 0, where x - tanh(x) cancels (Keras loses all of them at 1e-5).

    >>> [round(float(y), 4) for y in tanh_shrink([-1.0, 0.0, 2.0])]
    [-0.2384, 0.0, 1.036]

    Source: the residual of tanh, known from PyTorch's Tanhshrink.
    """
    return elementwise(_tanh_shrink, [lambda x: tanh(x) * tanh(x)], x)


def _hard(x: Tensor, lower: float, upper: float) -> Tensor:
    return ops.where((x >= lower) & (x <= upper), ops.zeros_like(x), x)


def _soft(x: Tensor, lower: float, upper: float) -> Tensor:
    return ops.where(x > upper, x - upper, ops.where(x < lower, x - lower, ops.where(x == x, ops.zeros_like(x), x)))


def _outside(x: Tensor, lower: float, upper: float) -> Tensor:
    one = ops.where(x == x, ops.ones_like(x), x)
    return ops.where((x >= lower) & (x <= upper), ops.zeros_like(x), one)


def _tanh_shrink(x: Tensor) -> Tensor:
    near = (x > -1) & (x < 1)
    inside = ops.where(near, x, ops.zeros_like(x))
    return ops.where(near, _series(inside) * _sech(inside), x - tanh(x))


def _sech(x: Tensor) -> Tensor:
    e = ops.exp(x)
    return 2 * e / (e * e + 1)


def _series(x: Tensor) -> Tensor:
    """x cosh(x) - sinh(x) for |x| < 1: the sum of 2k / (2k + 1)! x^(2k + 1), all terms of one sign."""
    square = x * x
    total = ops.zeros_like(x)
    for k in range(10, 0, -1):
        total = total * square + 2 * k / math.factorial(2 * k + 1)
    return total * square * x
