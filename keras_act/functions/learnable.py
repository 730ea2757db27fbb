"""Activations whose shape is meant to be learnt: Snake, ACON-C, SMU."""

import math
from typing import Any

import keras
from keras import ops

from keras_act.functions._check import between, finite, is_number, positive
from keras_act.functions._elementwise import as_float, elementwise
from keras_act.functions._normal import normal_density, normal_tail, reach
from keras_act.functions._numerics import (
    bounded,
    gated,
    gated_slope,
    logistic,
    logistic_slope,
    shut,
    times,
)
from keras_act.functions._registry import Tensor, public
from keras_act.functions._squared_sine import squared_sine
from keras_act.functions._waves import cosine, sine


@public
def snake(x: Tensor, frequency: Any = 1.0) -> Tensor:
    """Snake: `x + sin(a x)^2 / a`, with the frequency a.

    Derivative by `x`: `1 + sin(2 a x)`, 1 at 0; by `a`: `x sin(2 a x) / a - sin(a x)^2 / a^2`.
    Range: the reals, never falling. Shape: that of `x`; `frequency` is a number or broadcasts to it.
    In float32 on TensorFlow and JAX the wave is its mean where |a x| > 2^22: there neighbouring numbers are at least a
    sixth of its period apart, and the derivative is 1.

    >>> [round(float(y), 4) for y in snake([-1.0, 0.0, 2.0])]
    [-0.2919, 0.0, 2.8268]

    Raises:
        ValueError: `frequency` is a number that is not positive and finite.

    Source: Ziyin, Hartwig and Ueda, Neural networks fail to learn periodic functions, arXiv:2006.08195.
    """
    positive("frequency", frequency)
    x = as_float(x)
    single = keras.backend.standardize_dtype(x.dtype) == "float32" and keras.backend.backend() != "torch"
    value, slope = (_single_snake, _single_snake_slope) if single else (_snake, _snake_slope)
    return elementwise(value, (slope, _snake_by_frequency), x, frequency, native="snake")


@public
def acon_c(x: Tensor, p1: Any = 1.0, p2: Any = 0.0, beta: Any = 1.0) -> Tensor:
    """ACON-C, a smooth maximum of two lines: `d x s(beta d x) + p2 x` with d = p1 - p2 and s the logistic function.

    Derivative by `x`: `d G + p2` with z = beta d x and G = s(z) + z s'(z), (p1 + p2) / 2 at 0; by p1: `x G`; by p2:
    `x (1 - G)`; by beta: `(d x)^2 s'(z)`.
    Range: the reals in general; Swish for p2 = 0. Shape: that of `x`; the parameters are numbers or broadcast to it.

    >>> [round(float(y), 4) for y in acon_c([-1.0, 0.0, 2.0], p1=1.0, p2=0.25)]
    [-0.4906, 0.0, 1.7264]

    Raises:
        ValueError: a parameter is a number that is not finite.

    Source: Ma et al., Activate or not: learning customized activation, CVPR 2021, arXiv:2009.04759.
    """
    for name, value in (("p1", p1), ("p2", p2), ("beta", beta)):
        finite(name, value)
    return elementwise(_acon, _acon_slopes, x, p1, p2, beta)


@public
def smu(x: Tensor, alpha: float = 0.25, mu: Any = 1.0) -> Tensor:
    """Smooth maximum unit: `((1 + alpha) x + (1 - alpha) x erf(mu (1 - alpha) x)) / 2`, a smoothed leaky rectifier.

    Derivative by `x`: `alpha + (1 - alpha) (Q + z exp(-z^2) / sqrt(pi))` with z = mu (1 - alpha) x, Q = erfc(-z) / 2,
    which is (1 + alpha) / 2 at 0; by `mu`: `(1 - alpha)^2 x^2 exp(-z^2) / sqrt(pi)`.
    Range: the reals for alpha > 0; GELU for alpha = 0 and mu = 1 / sqrt(2); towards leaky ReLU as mu grows.
    Shape: that of `x`; `mu` is a number or broadcasts to it.

    >>> [round(float(y), 4) for y in smu([-1.0, 0.0, 2.0])]
    [-0.3583, 0.0, 1.9746]

    Raises:
        ValueError: `alpha` lies outside [0, 1], or `mu` is a number that is not finite.

    Source: Biswas et al., Smooth maximum unit, CVPR 2022, arXiv:2111.04682.
    """
    between("alpha", alpha, 0.0, 1.0)
    finite("mu", mu)
    return elementwise(_smu, (_smu_slope, _no_slope, _smu_by_mu), x, alpha, mu)


def _angle(x: Tensor, a: Any) -> Tensor:
    """a x; 0 where that is infinite and the wave no longer counts."""
    angle = a * x
    return ops.where(ops.isinf(angle), ops.zeros_like(angle), angle)


def _snake(x: Tensor, a: Any) -> Tensor:
    wave = sine(_angle(x, a))
    return x + wave * wave / a


def _snake_slope(x: Tensor, a: Any) -> Tensor:
    angle = _angle(x, a)
    return (sine(angle) + cosine(angle)) ** 2  # 1 + sin(2 angle) without its cancellation


def _single_snake(x: Tensor, a: Any) -> Tensor:
    return x + squared_sine(a * x) / a


def _single_snake_slope(x: Tensor, a: Any) -> Tensor:
    return 2 * squared_sine(a * x, quarters=1)  # also 1 + sin(2 angle)


def _snake_by_frequency(x: Tensor, a: Any) -> Tensor:
    wave, cowave = sine(_angle(x, a)), cosine(_angle(x, a))
    return wave * (2 * x * cowave - wave / a) / a


def _acon(x: Tensor, p1: Any, p2: Any, beta: Any) -> Tensor:
    z = _switch(x, p1, p2, beta)
    if is_number(p2) and p2 == 0:
        return p1 * gated(x, z)
    return times(x, (p1 - p2) * logistic(z) + p2)  # one product: neither end of the number range is lost


def _switch(x: Tensor, p1: Any, p2: Any, beta: Any) -> Tensor:
    return beta * ((p1 - p2) * x)


def _gate(x: Tensor, p1: Any, p2: Any, beta: Any) -> Tensor:
    z = bounded(_switch(x, p1, p2, beta))
    return gated_slope(z, z)


def _acon_by_beta(x: Tensor, p1: Any, p2: Any, beta: Any) -> Tensor:
    y = (p1 - p2) * x
    return times(y, times(y, logistic_slope(beta * y)))


_acon_slopes = (
    lambda x, p1, p2, beta: (p1 - p2) * _gate(x, p1, p2, beta) + p2,
    lambda x, p1, p2, beta: times(x, _gate(x, p1, p2, beta)),
    lambda x, p1, p2, beta: times(x, 1 - _gate(x, p1, p2, beta)),
    _acon_by_beta,
)


def _smu(x: Tensor, alpha: float, mu: Any) -> Tensor:
    z = _argument(x, alpha, mu)
    tail, c = normal_tail(reach(z))
    if alpha == 0:
        return shut(x, z) * ops.where(z >= 0, 1 - tail * c, tail) * ops.where(z >= 0, ops.ones_like(x), c)
    return x * ops.where(z >= 0, 1 - (1 - alpha) * tail * c, alpha + (1 - alpha) * tail * c)


def _smu_slope(x: Tensor, alpha: float, mu: Any) -> Tensor:
    z = _argument(x, alpha, mu)
    a = reach(z, top=19.0)
    (tail, c), (density, _) = normal_tail(a), normal_density(a)
    bump = (1 - alpha) * (a * density - tail) * c
    return ops.where(z >= 0, 1 + bump, alpha - bump)


def _smu_by_mu(x: Tensor, alpha: float, mu: Any) -> Tensor:
    density, c = normal_density(reach(_argument(x, alpha, mu)))
    y = (1 - alpha) * x
    return times(y, times(y, density * c)) * math.sqrt(2)


def _argument(x: Tensor, alpha: float, mu: Any) -> Tensor:
    return mu * ((1 - alpha) * math.sqrt(2)) * x


def _no_slope(x: Tensor, alpha: Any, mu: Any) -> Tensor:
    raise ValueError(f"alpha is a fixed number of this function and cannot be learnt. Received: alpha={alpha!r}")
