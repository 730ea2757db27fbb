"""Random numbers for initializers: one variance, three distributions, and seeds that do not repeat by accident."""

import math
import random
from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

from keras_act.functions._registry import Tensor

DISTRIBUTIONS = ("truncated_normal", "untruncated_normal", "uniform")
# standard deviation of a standard normal cut off at +-2: sqrt(1 - 4 phi(2) / (2 Phi(2) - 1))
TRUNCATED = math.sqrt(1 - 4 * math.exp(-2) / math.sqrt(2 * math.pi) / math.erf(math.sqrt(2)))


def distribution_name(distribution: Any) -> str:
    """The name, checked; "normal" means what it means to Keras: the truncated one."""
    name = str(distribution).lower()
    name = "truncated_normal" if name == "normal" else name
    if name not in DISTRIBUTIONS:
        raise ValueError(
            f"distribution must be one of {', '.join(DISTRIBUTIONS)}. Received: distribution={distribution!r}"
        )
    return name


def fresh(seed: Any) -> Any:
    """The seed itself, or a new one for None.

    Keras gives an unseeded initializer one seed for life, so that two layers that share it start equal. Here None draws
    anew each time; `keras.utils.set_random_seed` makes the draws repeatable.
    """
    return random.randint(1, 10**9) if seed is None else seed


def draw(shape: Sequence[int], distribution: str, variance: float, seed: Any, dtype: Any = None) -> Tensor:
    """A tensor of independent numbers of mean 0 and the given variance; half precision is drawn in float32 and
    rounded.
    """
    dtype = keras.backend.standardize_dtype(dtype)
    wide = "float32" if dtype in ("float16", "bfloat16") else dtype
    deviation, seed = math.sqrt(variance), fresh(seed)
    if distribution == "truncated_normal":
        # by inversion: Keras's own on PyTorch draws four times and keeps one outside if all four are
        share = math.erf(math.sqrt(2.0))
        uniform = keras.random.uniform(shape, -share, share, dtype=wide, seed=seed)
        values = ops.erfinv(uniform) * (math.sqrt(2.0) * deviation / TRUNCATED)
    elif distribution == "untruncated_normal":
        values = keras.random.normal(shape, 0.0, deviation, dtype=wide, seed=seed)
    else:
        limit = math.sqrt(3.0) * deviation
        values = keras.random.uniform(shape, -limit, limit, dtype=wide, seed=seed)
    return ops.cast(values, dtype)
