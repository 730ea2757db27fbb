"""Density and tail of the normal distribution, for GELU and SMU; they know nothing of either."""

import math

from keras import ops

from keras_act.functions._numerics import exponential, is_double
from keras_act.functions._registry import Tensor

# Mills' ratio of the normal distribution times 1 + a / 4, as a polynomial of s = a / (a + 4); fitted to 1e-8
MILLS: tuple[float, ...] = (0.5000000043, -1.095770094, 1.308499127, -0.7986450985, 0.07831123721)
MILLS += (0.1587691511, 0.025688808, -0.1477090276, 0.0874946848, -0.01689246257)
ROOT_TAU = math.sqrt(2 * math.pi)


def normal_tail(size: Tensor) -> tuple[Tensor, Tensor]:
    """(q, c) with q * c the normal probability of more than `size` >= 0; multiply by c last.

    In float32 the density times Mills' ratio, since backends' erfc differ in accuracy and underflow early.
    """
    if is_double(size):
        return 0.5 * ops.erfc(math.sqrt(0.5) * size), ops.ones_like(size)
    a = ops.clip(size, -1.0, 20.0)
    share = 1 / (1 + 0.25 * a)
    s = 0.25 * a * share
    ratio = MILLS[-1] * s
    for coefficient in MILLS[-2:0:-1]:
        ratio = (ratio + coefficient) * s
    e, c = exponential(-0.5 * a * a)
    return (ratio + MILLS[0]) * share * e, c


def normal_density(size: Tensor) -> tuple[Tensor, Tensor]:
    """(p, c) with p * c the normal density at `size`, |size| <= 40, and the c of `normal_tail`; multiply by c last."""
    if is_double(size):
        return ops.exp(-0.5 * size * size) * (1 / ROOT_TAU), ops.ones_like(size)
    e, c = exponential(-0.5 * size * size)
    return e * (1 / ROOT_TAU), c
