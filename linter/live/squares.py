"""The sum of a tensor's squares in one pass over memory, where the backend has such a thing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

from keras_act.probe.sums import sum_of_squares


def quickest() -> Callable[[Any], Any]:
    """Return the quickest way to sum squares on the running backend."""
    if keras.backend.backend() != "tensorflow":
        return sum_of_squares
    import tensorflow as tf

    return lambda y: tf.constant(2.0, y.dtype) * tf.nn.l2_loss(y)
