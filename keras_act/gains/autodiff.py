"""Value and derivative of an elementwise callable by the running backend's own differentiation, in float64.

The only file of keras_act.gains that touches a backend; each is imported when it is the running one. Finite
differences are
not an option: at 1e-12 they have no digits left.
"""

import importlib
from collections.abc import Callable
from typing import Any

import keras
import numpy as np

from keras_act.gains.quadrature import Array, ValueAndSlope


def differentiated(function: Callable[[Any], Any]) -> ValueAndSlope:
    """x -> (f(x), f'(x)) over float64 arrays of shape (n,).

    Args:
        function: Elementwise; takes a float64 tensor of the backend and returns one of its shape.

    Raises:
        ValueError: the backend cannot differentiate, or `function` is not elementwise.
    """
    backends = {"tensorflow": _tensorflow, "jax": _jax, "torch": _torch}
    name = keras.backend.backend()
    if name not in backends:
        raise ValueError(f"the backend {name!r} cannot differentiate: pass derivative=, a function of NumPy arrays")

    some, more = np.array([0.3, -1.2]), np.array([0.3, -1.2, 0.7])
    here, there = (backends[name](function, points)[0].ravel()[:2] for points in (some, more))
    if not np.array_equal(here, there, equal_nan=True):
        raise ValueError(f"the activation must be elementwise. Received {function!r}, which mixes its input's elements")

    def both(x: Array) -> tuple[Array, Array]:
        value, slope = backends[name](function, x)
        if value.shape != x.shape:
            raise ValueError(
                f"the activation must be elementwise. Received one that maps shape {x.shape} to {value.shape}"
            )
        return value, slope

    return both


def _tensorflow(function: Callable[[Any], Any], x: Array) -> tuple[Array, Array]:
    import tensorflow as tf

    at = tf.constant(x, dtype=tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(at)
        value = tf.convert_to_tensor(function(at))
    slope = tape.gradient(value, at)
    return _numpy(value), np.zeros_like(x) if slope is None else _numpy(slope)


def _jax(function: Callable[[Any], Any], x: Array) -> tuple[Array, Array]:
    import jax

    enable = jax.enable_x64 if hasattr(jax, "enable_x64") else importlib.import_module("jax.experimental").enable_x64
    with enable(True):
        value, pull = jax.vjp(function, jax.numpy.asarray(x, dtype="float64"))
        (slope,) = pull(jax.numpy.ones_like(value))
        return _numpy(value), _numpy(slope)


def _torch(function: Callable[[Any], Any], x: Array) -> tuple[Array, Array]:
    import torch

    at = torch.tensor(x, dtype=torch.float64, device="cpu", requires_grad=True)
    with torch.enable_grad():
        value = function(at)
        slope = torch.autograd.grad(value.sum(), at, allow_unused=True)[0] if value.requires_grad else None
    return value.detach().numpy(), np.zeros_like(x) if slope is None else slope.detach().numpy()


def _numpy(tensor: Any) -> Array:
    return np.asarray(tensor, dtype=np.float64)
