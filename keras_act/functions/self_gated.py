"""Smooth activations of the form x * gate(x): GELU, SiLU and Swish, Mish, TeLU, LiSHT.

The gate decays faster than x grows, so that -inf gives 0 (Keras gives NaN for GELU, SiLU and Mish).
"""

import math
from typing import Any

from keras import ops

from keras_act.functions._check import finite
from keras_act.functions._elementwise import elementwise
from keras_act.functions._normal import normal_density, normal_tail, reach
from keras_act.functions._numerics import (
    FAR,
    bounded,
    exponential,
    gated,
    gated_slope,
    is_double,
    logistic_slope,
    quick_tanh,
    scaled,
    sech2,
    shut,
    tanh,
    times,
)
from keras_act.functions._registry import Tensor, public

CUBIC = 0.044715  # the constant of the tanh form of GELU
STEEP = 2 * math.sqrt(2 / math.pi)


@public
def gelu(x: Tensor, approximate: bool = False) -> Tensor:
    """Gaussian error linear unit: `x Phi(x)`, Phi the normal distribution function; with `approximate`, its tanh form.

    The tanh form is `x / 2 (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))`.
    Derivative: `Phi(x) + x phi(x)`, 1/2 at 0; for the tanh form its own derivative, finite for every x (Keras's is NaN
    from 300 on in float16).
    Range: [-0.17, inf). Shape: that of `x`, any.
    Exact far below 0 on every backend, where Keras on PyTorch loses all digits from -5 on.

    >>> [round(float(y), 4) for y in gelu([-1.0, 0.0, 2.0])]
    [-0.1587, 0.0, 1.9545]

    Source: Hendrycks and Gimpel, arXiv:1606.08415.
    """
    if approximate:
        return elementwise(_gelu_tanh, [_gelu_tanh_slope], x, native="gelu_tanh")
    return elementwise(_gelu, [_gelu_slope], x, native="gelu")


@public
def silu(x: Tensor) -> Tensor:
    """Sigmoid linear unit: `x / (1 + exp(-x))`; Swish with beta = 1.

    Derivative: `s + x s (1 - s)` with the logistic s; 1/2 at 0.
    Range: [-0.2785, inf). Shape: that of `x`, any.

    >>> [round(float(y), 4) for y in silu([-1.0, 0.0, 2.0])]
    [-0.2689, 0.0, 1.7616]

    Source: Elfwing, Uchibe and Doya, arXiv:1702.03118.
    """
    return swish(x, beta=1.0)


@public
def swish(x: Tensor, beta: Any = 1.0) -> Tensor:
    """Swish: `x / (1 + exp(-beta x))`.

    Derivative by `x`: `s + beta x s (1 - s)` with s the logistic of beta x, 1/2 at 0; by `beta`: `x^2 s (1 - s)`.
    Range: [-0.2785 / beta, inf) for beta > 0; x / 2 for beta = 0; towards the rectifier as beta grows.
    Shape: that of `x`; `beta` is a number or broadcasts to it. Keras has no beta.

    >>> [round(float(y), 4) for y in swish([-1.0, 0.0, 2.0], beta=2.0)]
    [-0.1192, 0.0, 1.964]

    Raises:
        ValueError: `beta` is a number that is not finite.

    Source: Ramachandran, Zoph and Le, Searching for activation functions, arXiv:1710.05941.
    """
    finite("beta", beta)
    return elementwise(_swish, (_swish_slope, _swish_by_beta), x, beta, native="silu")


@public
def mish(x: Tensor) -> Tensor:
    """Mish: `x tanh(log(1 + exp(x)))`.

    Derivative: `t + x (1 - t^2) s` with t the tanh above and s the logistic; 3/5 at 0.
    Range: [-0.3088, inf). Shape: that of `x`, any.
    Computed as a rational function of exp(-|x|): one exponential instead of Keras's exp, log1p and tanh.

    >>> [round(float(y), 4) for y in mish([-1.0, 0.0, 2.0])]
    [-0.3034, 0.0, 1.944]

    Source: Misra, arXiv:1908.08681.
    """
    return elementwise(_mish, [_mish_slope], x, native="mish")


@public
def telu(x: Tensor) -> Tensor:
    """Hyperbolic tangent exponential linear unit: `x tanh(exp(x))`.

    Derivative: `tanh(e) + x e / cosh(e)^2` with e = exp(x); 0.7616 at 0.
    Range: [-0.3533, inf). Shape: that of `x`, any.

    >>> [round(float(y), 4) for y in telu([-1.0, 0.0, 2.0])]
    [-0.3521, 0.0, 2.0]

    Source: Fernandez and Mali, arXiv:2412.20269.
    """
    return elementwise(_telu, [_telu_slope], x)


@public
def lisht(x: Tensor) -> Tensor:
    """Linearly scaled hyperbolic tangent: `x tanh(x)`.

    Derivative: `tanh(x) + x / cosh(x)^2`; 0 at 0. An even function.
    Range: [0, inf). Shape: that of `x`, any.

    >>> [round(float(y), 4) for y in lisht([-1.0, 0.0, 2.0])]
    [0.7616, 0.0, 1.9281]

    Source: Roy et al., arXiv:1901.05894.
    """
    return elementwise(lambda x: x * tanh(x), [lambda x: tanh(x) + times(x, sech2(x))], x)


def _gelu(x: Tensor) -> Tensor:
    a = reach(x)
    tail, c = normal_tail(a)
    positive = ops.where(x >= 0, x, ops.zeros_like(x))
    return ops.where(x >= 0, positive * (1 - c * tail), -a * c * tail)


def _gelu_slope(x: Tensor) -> Tensor:
    a = reach(x, top=19.0)
    (tail, c), (density, _) = normal_tail(a), normal_density(a)
    bump = (a * density - tail) * c
    return ops.where(x >= 0, 1 + bump, -bump)


def _gelu_tanh(x: Tensor) -> Tensor:
    y = ops.clip(x, -40.0, 40.0)  # the gate is 0 or 1 beyond
    return gated(x, y * (STEEP + STEEP * CUBIC * (y * y)))


def _gelu_tanh_slope(x: Tensor) -> Tensor:
    y = ops.clip(x, *((-40.0, 12.0) if is_double(x) else (-13.0, 6.0)))  # it is 0 or 1 beyond
    bend = STEEP * CUBIC * (y * y)
    root = ops.exp(0.5 * y * (STEEP + bend))  # by halves, so that only the product can underflow
    total = 1 + root * ops.clip(root, 0.0, 1e36)  # as in _normal, the clip changes nothing
    return (total + y * (STEEP + 3 * bend)) * root * (root / (total * total))


def _swish(x: Tensor, beta: Any) -> Tensor:
    return gated(x, scaled(x, beta))


def _swish_slope(x: Tensor, beta: Any) -> Tensor:
    z = bounded(scaled(x, beta))
    return gated_slope(z, z)


def _swish_by_beta(x: Tensor, beta: Any) -> Tensor:
    return times(x, times(x, logistic_slope(scaled(x, beta))))


def _mish(x: Tensor) -> Tensor:
    e, c = exponential(bounded(x))
    rest = e * c + 2
    return shut(x, x) * (e * rest / (e * c * rest + 2)) * c


def _mish_slope(x: Tensor) -> Tensor:
    inside = bounded(x)
    e, c = exponential(inside)
    whole = e * c
    rest = whole + 2
    share = 1 / (whole * rest + 2)
    return (rest + 4 * inside * (whole + 1) * share) * e * share * c


def _telu(x: Tensor) -> Tensor:
    e, c = exponential(ops.clip(x, -1000.0, 7.0))  # tanh(exp(x)) is 1 from there on
    return shut(x, x) * ops.where(x < FAR, e, quick_tanh(e)) * c


def _telu_slope(x: Tensor) -> Tensor:
    inside = ops.clip(x, -1000.0, 7.0)
    e, c = exponential(inside)
    return ops.where(x < FAR, (1 + inside) * e, quick_tanh(e) + inside * e * sech2(e)) * c
