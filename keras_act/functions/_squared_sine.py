"""The square of a sine in float32, from one reduction modulo pi and one polynomial.

Compilers' sine is right for every angle up to 1e38 and costs several times as much.
"""

import math

from keras import ops

from keras_act.functions._numerics import whole
from keras_act.functions._registry import Tensor

FAR = 2.0**22  # beyond, neighbouring float32 are at least a sixth of the period apart
# pi in three parts, the first two of 11 bits: their products with 13 bits are exact
PI = (3.140625, 0.0009675025939941406, 1.509957991e-07)
# sin(z) / z - 1 as a polynomial of z^2 without constant, for |z| < 1.62; fitted to 1e-8
SERIES = (-0.1666665759, 0.008333013387, -0.0001980558928, 2.59667676e-06)


def squared_sine(angle: Tensor, quarters: int = 0) -> Tensor:
    """sin(angle + quarters pi / 4)^2 of a float32 tensor; its mean, 1/2, where |angle| > 2^22, at infinity too."""
    rest = _reduced(ops.clip(angle, -FAR, FAR), quarters / 4)
    square = rest * rest
    total = SERIES[-1] * square
    for coefficient in SERIES[-2::-1]:
        total = (total + coefficient) * square
    root = rest + rest * total
    return ops.where(ops.abs(angle) > FAR, ops.full_like(angle, 0.5), root * root)


def _reduced(angle: Tensor, shift: float) -> Tensor:
    """`angle + shift pi` less the nearest multiple of pi."""
    turns = whole(angle * (1 / math.pi) + (0.5 + shift)) - shift
    many = 1024 * whole(turns / 1024 + 0.5)
    few = turns - many
    rest = ((angle - many * PI[0]) - few * PI[0]) - many * PI[1]  # exact where angles are large
    return rest - (few * PI[1] + turns * PI[2])
