"""Bounded activations: sigmoid and tanh, their piecewise-linear forms, and dynamic tanh."""

from typing import Any

import keras
from keras import ops

from keras_act.functions import _numerics
from keras_act.functions._check import finite, ordered, positive
from keras_act.functions._elementwise import elementwise
from keras_act.functions._numerics import indicator, logistic_slope, sech2, times
from keras_act.functions._registry import Tensor, public


@public
def sigmoid(x: Tensor) -> Tensor:
    """Logistic function: `1 / (1 + exp(-x))`.

    Derivative: `s (1 - s)`, 1/4 at 0, exact in both tails; on PyTorch in float32 off by up to a rounding of 1 there.
    Range: (0, 1). Shape: that of `x`, any.

    >>> [round(float(y), 4) for y in sigmoid([-1.0, 0.0, 2.0])]
    [0.2689, 0.5, 0.8808]

    Source: Cybenko, Approximation by superpositions of a sigmoidal function, 1989.
    """
    return elementwise(ops.sigmoid, [logistic_slope], x, native="sigmoid")


@public
def tanh(x: Tensor) -> Tensor:
    """Hyperbolic tangent.

    Derivative: `1 / cosh(x)^2`, 1 at 0, exact in both tails, where 1 - tanh(x)^2 cancels; on PyTorch in float32 it is
    this that is taken, as PyTorch does, and is off by up to a rounding of 1.
    In float32 the value is right to 3 ulp, to 4.3 where XLA compiles it (Keras's: to 5 and 6), to 1 on PyTorch.
    Range: (-1, 1). Shape: that of `x`, any.

    >>> [round(float(y), 4) for y in tanh([-1.0, 0.0, 2.0])]
    [-0.7616, 0.0, 0.964]

    Source: LeCun et al., Efficient backprop, 1998.
    """
    return elementwise(_tanh, [sech2], x, native="tanh")


@public
def hard_sigmoid(x: Tensor, slope: float = 1 / 6, offset: float = 0.5) -> Tensor:
    """Piecewise-linear sigmoid: `slope * x + offset`, clipped to [0, 1].

    Derivative: `slope` strictly inside, 0 outside and at both kinks; NaN at NaN.
    Range: [0, 1]. Shape: that of `x`, any. The defaults are Keras 3's; Keras 2 had slope 0.2.

    >>> [round(float(y), 4) for y in hard_sigmoid([-4.0, 0.0, 1.0])]
    [0.0, 0.5, 0.6667]

    Raises:
        ValueError: `slope` is not a positive finite number, or `offset` is not finite.

    Source: Courbariaux, Bengio and David, BinaryConnect, arXiv:1511.00363.
    """
    positive("slope", slope)
    finite("offset", offset)
    return elementwise(_hard, [_hard_slope], x, slope, offset, 0.0, 1.0, native="hard")


@public
def hard_tanh(x: Tensor, min_value: float = -1.0, max_value: float = 1.0) -> Tensor:
    """Piecewise-linear tanh: `x` clipped to [min_value, max_value].

    Derivative: 1 strictly inside, 0 outside and at both kinks; NaN at NaN.
    Range: [min_value, max_value]. Shape: that of `x`, any. Keras has no limits.

    >>> [float(y) for y in hard_tanh([-4.0, 0.5, 3.0], max_value=2.0)]
    [-1.0, 0.5, 2.0]

    Raises:
        ValueError: `min_value > max_value`, or one of them is not finite.

    Source: Collobert, Large scale machine learning, 2004.
    """
    ordered("min_value", min_value, "max_value", max_value)
    return elementwise(_hard, [_hard_slope], x, 1.0, 0.0, min_value, max_value, native="hard")


@public
def dyt(x: Tensor, alpha: Any = 0.5, gamma: Any = 1.0, beta: Any = 0.0) -> Tensor:
    """Dynamic tanh, a stand-in for layer normalisation: `gamma tanh(alpha x) + beta`.

    Derivative by `x`: `gamma alpha / cosh(alpha x)^2`, gamma alpha at 0; by `alpha`: `gamma x / cosh(alpha x)^2`; by
    `gamma`: `tanh(alpha x)`; by `beta`: 1.
    Range: (beta - |gamma|, beta + |gamma|). Shape: that of `x`; the others are numbers or broadcast to it.

    >>> [round(float(y), 4) for y in dyt([-1.0, 0.0, 2.0])]
    [-0.4621, 0.0, 0.7616]

    Raises:
        ValueError: a hyper-parameter is a number that is not finite.

    Source: Zhu et al., Transformers without normalization, arXiv:2503.10622.
    """
    for name, value in (("alpha", alpha), ("gamma", gamma), ("beta", beta)):
        finite(name, value)
    return elementwise(_dyt, _dyt_slopes, x, alpha, gamma, beta)


def _hard(x: Tensor, slope: float, offset: float, low: float, high: float) -> Tensor:
    line = x if (slope, offset) == (1, 0) else slope * x + offset
    return ops.where(line <= low, ops.full_like(x, low), ops.where(line >= high, ops.full_like(x, high), line))


def _hard_slope(x: Tensor, slope: float, offset: float, low: float, high: float) -> Tensor:
    return slope * indicator(x, (x > (low - offset) / slope) & (x < (high - offset) / slope))


def _dyt(x: Tensor, alpha: Any, gamma: Any, beta: Any) -> Tensor:
    return gamma * _numerics.tanh(alpha * x) + beta


_dyt_slopes = (
    lambda x, alpha, gamma, beta: gamma * alpha * sech2(alpha * x),
    lambda x, alpha, gamma, beta: gamma * times(x, sech2(alpha * x)),
    lambda x, alpha, gamma, beta: _numerics.tanh(alpha * x),
    lambda x, alpha, gamma, beta: ops.ones_like(x),
)


def _tanh(x: Tensor) -> Tensor:
    """Past 1 that of the doubled half angle, which keeps little of the half's error."""
    if _numerics.is_double(x) or keras.backend.backend() == "torch":
        return _numerics.quick_tanh(x)
    far = ops.abs(x) > 1
    t = ops.tanh(ops.where(far, 0.5 * x, x))
    return ops.where(far, 2 * t / (1 + t * t), t)
