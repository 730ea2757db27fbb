"""The one place where tests name a backend: values and derivatives as NumPy arrays, on whichever backend runs."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops

BACKEND = keras.backend.backend()
Function = Callable[..., Any]


def tensor(x: Any, dtype: str | None = None) -> Any:
    """`x` as a tensor; arrays of bfloat16 as well."""
    if ops.is_tensor(x):
        return x
    x = np.asarray(x)
    if BACKEND == "torch" and x.dtype.name == "bfloat16":
        return ops.cast(ops.convert_to_tensor(x.astype("float32")), "bfloat16")
    return ops.convert_to_tensor(x, dtype=dtype)


def array(x: Any) -> np.ndarray:
    """A tensor as an array; half precision keeps its dtype."""
    if BACKEND == "torch":
        import ml_dtypes
        import torch

        x = x.detach()
        if x.dtype == torch.bfloat16:
            return x.to(torch.float32).numpy().astype(ml_dtypes.bfloat16)
        return x.cpu().numpy()
    return np.asarray(x)


def gradients(
    function: Function, *inputs: Any, upstream: Any = None, compiled: bool | None = None
) -> tuple[Any, list[Any]]:
    """(y, [dy/dinput ...]) as arrays, for the given upstream gradient (ones); JAX runs compiled, the others eagerly."""
    tensors = [tensor(x) for x in inputs]
    if BACKEND == "tensorflow":
        value, slopes = _tensorflow(function, tensors, upstream, bool(compiled))
    elif BACKEND == "jax":
        value, slopes = _jax(function, tensors, upstream, compiled is not False)
    else:
        value, slopes = _torch(function, tensors, upstream)
    return array(value), [array(s) for s in slopes]


def _tensorflow(function: Function, tensors: list[Any], upstream: Any, compiled: bool) -> tuple[Any, Any]:
    import tensorflow as tf

    def run(*tensors: Any) -> tuple[Any, Any]:
        with tf.GradientTape() as tape:
            tape.watch(tensors)
            value = function(*tensors)
        return value, tape.gradient(value, tensors, None if upstream is None else tensor(upstream))

    return tf.function(run, jit_compile=True)(*tensors) if compiled else run(*tensors)


def _jax(function: Function, tensors: list[Any], upstream: Any, compiled: bool) -> tuple[Any, Any]:
    import jax

    def run(*tensors: Any) -> tuple[Any, Any]:
        value, pull = jax.vjp(function, *tensors)
        return value, pull(ops.ones_like(value) if upstream is None else tensor(upstream))

    return (jax.jit(run) if compiled else run)(*tensors)


def _torch(function: Function, tensors: list[Any], upstream: Any) -> tuple[Any, Any]:
    import torch

    leaves = [t.detach().clone().requires_grad_(True) for t in tensors]
    value = function(*leaves)
    seed = torch.ones_like(value) if upstream is None else tensor(upstream)
    return value, torch.autograd.grad(value, leaves, seed)


def second_derivative(function: Function, x: np.ndarray) -> np.ndarray:
    """f''(x) by differentiating twice, elementwise."""
    t = tensor(x)
    if BACKEND == "tensorflow":
        import tensorflow as tf

        with tf.GradientTape() as outer:
            outer.watch(t)
            with tf.GradientTape() as inner:
                inner.watch(t)
                value = function(t)
            first = inner.gradient(value, t)
        return array(outer.gradient(first, t))
    if BACKEND == "jax":
        import jax

        return array(jax.grad(lambda t: ops.sum(jax.grad(lambda t: ops.sum(function(t)))(t)))(t))
    import torch

    leaf = t.detach().clone().requires_grad_(True)
    (first,) = torch.autograd.grad(function(leaf).sum(), leaf, create_graph=True)
    return array(torch.autograd.grad(first.sum(), leaf)[0])
