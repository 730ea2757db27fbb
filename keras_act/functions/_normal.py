"""Density and tail of the normal distribution, for GELU and SMU; they know nothing of either."""

import math

from keras import ops

from keras_act.functions._numerics import is_double, negative_size
from keras_act.functions._registry import Tensor

# Mills' ratio of the normal distribution times 1 + a / 4, as a polynomial of s = a / (a + 4); fitted to 1e-8
MILLS: tuple[float, ...] = (0.5000000043, -1.095770094, 1.308499127, -0.7986450985, 0.07831123721)
MILLS += (0.1587691511, 0.025688808, -0.1477090276, 0.0874946848, -0.01689246257)
ROOT_TAU = math.sqrt(2 * math.pi)


def reach(x: Tensor, top: float = 20.0) -> Tensor:
    """|x| up to `top` (float64: 2 top), where the tail is 0. NaN stays.

    A value and its derivative take different tops: a compiler that found one exponential in both would send it from
    one to the other through memory.
    """
    return ops.clip(-negative_size(x), -1.0, 2 * top if is_double(x) else top)


def normal_tail(a: Tensor) -> tuple[Tensor, Tensor]:
    """(q, c) with q * c the normal probability of more than `a`, a `reach`; multiply by c last.

    In float32 the density times Mills' ratio, since backends' erfc differ in accuracy and underflow early.
    """
    if is_double(a):
        return 0.5 * ops.erfc(math.sqrt(0.5) * a), ops.ones_like(a)
    share = 1 / (1 + 0.25 * a)
    s = 0.25 * a * share
    ratio = MILLS[-1] * s
    for coefficient in MILLS[-2:0:-1]:
        ratio = (ratio + coefficient) * s
    e, c = _bell(a)
    return (ratio + MILLS[0]) * share * e, c


def normal_density(a: Tensor) -> tuple[Tensor, Tensor]:
    """(p, c) with p * c the normal density at `a`, a `reach`, and the c of `normal_tail`; multiply by c last."""
    if is_double(a):
        return ops.exp(-0.5 * a * a) * (1 / ROOT_TAU), ops.ones_like(a)
    e, c = _bell(a)
    return e * (1 / ROOT_TAU), c


def _bell(a: Tensor) -> tuple[Tensor, Tensor]:
    """(e, c) with e * c = exp(-a^2 / 2), neither of which underflows before the product does."""
    root = ops.exp(-0.25 * a * a)
    return ops.clip(root, 0.0, 2.0), root  # the clip changes nothing: else compilers take two exponentials for a square
