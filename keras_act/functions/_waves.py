"""Sine and cosine of tensors. Keras on JAX computes them in float32 whatever the input; here float64 stays float64."""

import math

import keras
from keras import ops

from keras_act.functions._numerics import is_double, whole
from keras_act.functions._registry import Tensor

# pi in three parts, the first two short: multiples of them are exact
PI = (3.1415926218032837, 3.178650954705639e-08, 1.2246467864107189e-16)


def sine(x: Tensor) -> Tensor:
    """sin(x); on JAX in float64 for |x| < 5e7."""
    if keras.backend.backend() != "jax" or not is_double(x):
        return ops.sin(x)
    turns = whole(x * (1 / math.pi) + 0.5)
    rest = ((x - turns * PI[0]) - turns * PI[1]) - turns * PI[2]
    square, total = rest * rest, ops.zeros_like(x)
    for k in range(13, -1, -1):
        total = total * square + (-1) ** k / math.factorial(2 * k + 1)
    odd = turns - 2 * whole(turns * 0.5)
    return (1 - 2 * odd) * rest * total


def cosine(x: Tensor) -> Tensor:
    """cos(x); on JAX in float64 for |x| < 5e7."""
    if keras.backend.backend() != "jax" or not is_double(x):
        return ops.cos(x)
    return sine(x + math.pi / 2)
