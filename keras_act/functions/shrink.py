"""Shrinkage functions: small inputs become 0, large ones stay or move towards 0."""

from keras import ops

from keras_act.functions._check import ordered
from keras_act.functions._elementwise import elementwise
from keras_act.functions._numerics import NEAR, indicator, quick_tanh, tanh_bend
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
    return elementwise(_hard, [_outside], x, lower, upper, native="hard_shrink")


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
    return elementwise(_soft, [_outside], x, lower, upper, native="soft_shrink")


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
    return elementwise(_tanh_shrink, [lambda x: quick_tanh(x) * quick_tanh(x)], x, native="tanh_shrink")


def _hard(x: Tensor, lower: float, upper: float) -> Tensor:
    return ops.where((x >= lower) & (x <= upper), ops.zeros_like(x), x)


def _soft(x: Tensor, lower: float, upper: float) -> Tensor:
    return ops.where(x > upper, x - upper, ops.where(x < lower, x - lower, ops.where(x == x, ops.zeros_like(x), x)))


def _outside(x: Tensor, lower: float, upper: float) -> Tensor:
    return indicator(x, (x < lower) | (x > upper))


def _tanh_shrink(x: Tensor) -> Tensor:
    square, bend = tanh_bend(x)
    return ops.where(square < NEAR * NEAR, bend, x - quick_tanh(x))
